"""The root of trust and its witnesses in words: who is required, and what changed since."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from plainview.audit.check.log_view import LogView
from plainview.audit.check.proof_files import TrustVersion
from plainview.core.history import BadTrust, TrustDocument
from plainview.core.tlog import Policy

KEYS: Final = {"receipt_keys": "receipt keys", "log_keys": "log keys", "root_keys": "root keys"}
NUMBERS: Final = {
    "threshold": "root keys needed to sign a change",
    "retention_days": "days that epochs are kept",
    "grace_ms": "ms of grace",
    "promise_ms": "ms within which promises fall due",
}


def required_words(policy: Policy) -> str:
    """The quorum: one witness by name, or how many of which group; groups in groups in brackets."""
    groups = {group.name: group for group in policy.groups}

    def named(name: str) -> str:
        group = groups.get(name)
        if group is None:
            return name
        members = (f"({named(one)})" if one in groups else one for one in group.members)
        return f"{group.threshold} of {', '.join(sorted(members))}"

    return "nobody" if policy.quorum == "none" else named(policy.quorum)


def chosen_words(*, is_given: bool) -> str:
    """Who chose the witnesses."""
    return "chosen by the policy you gave" if is_given else "chosen by the service itself"


def policy_words(view: LogView, policy: Policy, error: str) -> str:
    """Why a head counts for nothing by a policy, and the line that would mend the policy."""
    index, version = view.history.trusts[len(view.trusts) - 1][0], view.trusts[-1]
    lines = "; ".join(f"log {key}" for key in version.log_keys)
    given = {log.key.vkey() for log in policy.logs}
    if not given:
        return (
            "By the policy given, this head counts for nothing: your policy file names no log. "
            f"The root of trust names: {lines}"
        )
    former = {key for trust in view.trusts[:-1] for key in trust.log_keys}
    if given & former and not given & set(version.log_keys):
        return (
            "By the policy given, this head counts for nothing: the log key in your policy file "
            f"was lawfully replaced by version {version.version} (entry {index}) of the root of "
            f"trust, signed by its root keys. The line with the new key: {lines}"
        )
    return f"By the policy given, this head counts for nothing: {error}."


def trust_words(view: LogView, seen: Sequence[TrustVersion]) -> str:
    """Which version is in force, and what changed since the versions that were seen before."""
    entries = [index for index, _ in view.history.trusts]
    last = len(view.trusts) - 1
    now = f"version {view.trusts[last].version} (entry {entries[last]})"
    if not seen:
        return f"V{now[1:]} is in force. This checker has seen none before."
    if len(seen) > len(view.trust_versions):
        return f"V{now[1:]} is in force here; later versions were seen before."
    at = len(seen) - 1
    if seen[at].document == view.trust_versions[last].document:
        return f"V{now[1:]} is in force, as when last seen."
    before = _read(seen[at].document)
    if before is None or seen[at].document != view.trust_versions[at].document:
        return f"V{now[1:]} is in force, and is no successor of the one that was seen before."
    said = list(_changes(before, view.trusts[last])) or ["nothing but its number and time"]
    return (
        f"Changed since the last visit, from version {before.version} (entry {entries[at]}) to "
        f"{now}: {'; '.join(said)}."
    )


def _read(document: str) -> TrustDocument | None:
    try:
        return msgspec.json.decode(document, type=TrustDocument)
    except (msgspec.MsgspecError, BadTrust):
        return None


def _changes(before: TrustDocument, after: TrustDocument) -> Iterable[str]:
    old, new = before.witnesses, after.witnesses
    yield from _moved("witnesses", _witnesses(old), _witnesses(new))
    if required_words(old) != required_words(new):
        yield f"quorum {required_words(old)} -> {required_words(new)}"
    for field, noun in KEYS.items():
        yield from _moved(
            noun,
            {key: key for key in getattr(before, field)},
            {key: key for key in getattr(after, field)},
        )
    for field, noun in NUMBERS.items():
        if getattr(before, field) != getattr(after, field):
            yield f"{noun} {getattr(before, field)} -> {getattr(after, field)}"


def _witnesses(policy: Policy) -> dict[str, str]:
    """Each witness's name by its key: one that keeps its name and has another key is another."""
    return {one.key.vkey(): one.name for one in policy.witnesses}


def _moved(noun: str, old: dict[str, str], new: dict[str, str]) -> Iterable[str]:
    """What was added and removed, by key; a name that stands on both sides gets its key."""
    added, removed = new.keys() - old.keys(), old.keys() - new.keys()
    twice = {new[key] for key in added} & {old[key] for key in removed}
    for verb, keys, names in (("added", added, new), ("removed", removed, old)):
        if keys:
            said = (
                f"{names[key]} with key {key}" if names[key] in twice else names[key]
                for key in keys
            )  # fmt: skip
            yield f"{noun} {verb}: {', '.join(sorted(said))}"
