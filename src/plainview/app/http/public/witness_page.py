"""Who else watches the log: the quorum in words, and each witness with what it signed last."""

from collections.abc import Mapping, Sequence

import msgspec

from plainview.app.http.public.frame import box, page
from plainview.app.http.public.html import Html, el, join
from plainview.app.http.public.words import ago_words, code, listed, moment, plural
from plainview.core.tlog import Policy


class Cosigned(msgspec.Struct, frozen=True, kw_only=True):
    """What a witness signed last."""

    size: int
    at_ms: int


def quorum_words(policy: Policy) -> str:
    """How many witnesses must have signed, as one says it.

    >>> quorum_words(Policy((), (), (), "none"))
    'No witness is needed'
    """
    if policy.quorum == "none":
        return "No witness is needed"
    return f"{_named(policy, policy.quorum)} must have signed"


def _member(policy: Policy, name: str) -> str:
    words = _named(policy, name)
    return words if words.startswith("“") else f"({words})"


def _named(policy: Policy, name: str) -> str:
    group = next((one for one in policy.groups if one.name == name), None)
    if group is None:
        return f"“{name}”"
    members = [_member(policy, member) for member in group.members]
    if len(members) == 1:
        return members[0]
    if group.threshold == len(members):
        return f"all of {listed(members)}"
    if group.threshold == 1:
        return f"one of {listed(members, last='or')}"
    return f"{group.threshold} of {listed(members)}"


def witnesses_page(
    policy: Policy | None,
    seen: Mapping[str, Cosigned],
    *,
    version: int,
    entry: int | None,
    size: int,
    now_ms: int,
) -> str:
    """The page.

    Args:
        policy: the witnesses of the root of trust in force; None before the log has begun.
        seen: by name, what each signed last; who signed nothing is left out.
        version, entry: of that root of trust, and the log entry it stands in.
        size: entries published.
    """
    witnesses = policy.witnesses if policy else ()
    return page(
        _standing(policy, seen, size=size),
        join(
            el("h2", "Each of them"),
            _table(policy, seen, size=size, now_ms=now_ms),
        )
        if policy and witnesses
        else None,
        el("h2", "What a witness does"),
        el(
            "p",
            "It keeps the last size and root of this log that it has signed. Before it signs a new"
            " one, it wants a proof that everything it saw before is still in it, in the same"
            " order. It neither reads the entries nor judges them. So an operator who wants to show"
            " two histories needs enough witnesses to lie for them as well.",
        ),
        el(
            "p",
            "Anyone can be one: a library, a newsroom, a university, a court. The program is small"
            " enough for a single-board computer: ",
            el("code", "plainview witness"),
            ", ",
            el("a", "how to set one up", href="/docs/witness"),
            ". Whom the service asks is in its signed root of trust",
            f", version {version}" if version else "",
            join(", ", el("a", f"entry № {entry:,} of the log", href=f"/log/{entry}"))
            if entry is not None
            else None,
            "; a change of it is an entry too. Whoever checks may ask for other witnesses.",
        ),
        title="Witnesses",
        here="/witnesses",
        lead="Independent parties who sign the log as it grows, so that the same log is shown to"
        " everyone.",
    )


def _standing(policy: Policy | None, seen: Mapping[str, Cosigned], *, size: int) -> Html:
    if policy is None:
        return box(
            el("p", "It says who is asked. The service writes it at its first start."),
            state="There is no root of trust yet.",
        )
    if not policy.witnesses:
        return box(
            el(
                "p",
                "Nobody but the operator signs this log. Each viewer's own app, and everyone who"
                " runs the check twice, still sees when something they saw before is changed. What"
                " stays open: an operator could show one history to some and another to others, and"
                " only those who compare what they were shown would notice.",
            ),
            state="There are no witnesses yet.",
        )
    behind = [one.name for one in policy.witnesses if one.name not in seen]
    silent = (
        f" {listed([f'“{name}”' for name in behind])} {'has' if len(behind) == 1 else 'have'} not"
        " signed anything yet."
        if behind
        else ""
    )
    newest = [name for name, one in seen.items() if one.size == size]
    current = policy.is_met_by(newest)
    return box(
        el(
            "p",
            f"{quorum_words(policy)} before a checkpoint counts as witnessed. Asked:"
            f" {plural(len(policy.witnesses), 'witness', 'witnesses')}. Signed the newest"
            f" checkpoint, over {plural(size, 'entry', 'entries')}: {len(newest)}.{silent}",
        ),
        state="The newest checkpoint is witnessed."
        if current
        else "The newest checkpoint is not witnessed by enough of them yet.",
        is_good=True if current else None,
    )


def _table(policy: Policy, seen: Mapping[str, Cosigned], *, size: int, now_ms: int) -> Html:
    heads = ("Witness", "Last signed", "When", "Key")
    rows = []
    for witness in policy.witnesses:
        last = seen.get(witness.name)
        name = join(witness.name, el("br"), el("small", witness.key.name))
        reach = "nothing yet"
        if last:
            behind = size - last.size
            reach = f"{plural(last.size, 'entry', 'entries')}"
            reach += f", {behind:,} behind" if behind > 0 else ", the newest"
        when = join(moment(last.at_ms), f" ({ago_words(last.at_ms, now_ms)})") if last else "never"
        cells: Sequence[str] = (reach, when, code(witness.key.vkey()))
        rows.append(
            el(
                "tr",
                el("th", name, scope="row"),
                [
                    el("td", cell, data_head=head)
                    for head, cell in zip(heads[1:], cells, strict=True)
                ],
            )
        )
    head = el("thead", el("tr", [el("th", words, scope="col") for words in heads]))
    return el("div", el("table", head, el("tbody", rows)), class_="wide stacks")
