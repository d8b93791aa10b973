"""An entry of the log in one sentence, as one would tell it to somebody who asks what happened."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from plainview.app.http.public.words import (
    hour_words,
    listed,
    milli_words,
    moment_words,
    plural,
)
from plainview.core.history import (
    ENTRY_TYPES,
    Access,
    BadEntry,
    Boost,
    CommentDecided,
    DecisionTaken,
    Entry,
    EpochFrozen,
    Erasure,
    Experiment,
    ExperimentEnded,
    HourKey,
    Hours,
    Interval,
    LineWeights,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    Source,
    Trust,
    WeightsPublished,
    parse_entry,
)
from plainview.ports.tlog import DecisionReason

TYPE_OF: Final = {kind: name for name, kind in ENTRY_TYPES.items()}

TYPE_WORDS: Final[Mapping[str, str]] = {
    "decision": "Decisions about videos",
    "comment_decision": "Decisions about comments",
    "policies": "Rules of the feeds",
    "weights": "Weights",
    "source": "Program code",
    "trust": "Keys and witnesses",
    "access": "Staff reading data",
    "erasure": "Erasures",
    "boost": "Boosts",
    "experiment": "Experiments",
    "experiment_end": "Experiments ended",
    "line_weights": "Recipes of experiments",
    "promise": "Uploads taken",
    "promise_kept": "Uploads published",
    "promise_refused": "Uploads refused",
    "epoch": "Frozen catalogues",
    "interval": "Receipts and events",
    "hours": "Keys of chance, committed",
    "hour_key": "Keys of chance, revealed",
}
"""What each type of entry is about, in the order in which people ask for it."""

REASON_WORDS: Final[Mapping[str, str]] = {
    "by_creator": "by its creator's own wish",
    "restored": "an earlier decision was undone",
    "illegal": "against the law here",
    "dangerous": "violence, or endangering people",
    "hateful": "hateful, or harassing somebody",
    "sexual": "sexual content",
    "minors": "a minor at risk",
    "privacy": "private matters of somebody who did not agree",
    "rights": "somebody else's work, used without leave",
    "spam": "spam or a scam",
    "misleading": "deceiving about who made it or how",
    "rules": "against the rules of this service",
    "labelled": "so that viewers know what it is",
    "appeal": "after an appeal",
    "not_listed": "not to be listed",
}

ACTION_WORDS: Final[Mapping[str, str]] = {
    "remove": "A video was removed",
    "restore": "A video was put back",
    "withdraw": "A video was withdrawn",
    "restrict": "A video was restricted",
    "unrestrict": "A video is no longer restricted",
    "mark_sensitive": "A video was marked sensitive",
    "unmark_sensitive": "A video is no longer marked sensitive",
    "mark_synthetic": "A video was marked as made by a machine",
    "unmark_synthetic": "A video is no longer marked as made by a machine",
    "mark_advert": "A video was marked as an advertisement",
    "unmark_advert": "A video is no longer marked as an advertisement",
    "unlist": "A video was taken off all lists",
    "list": "A video was put back on the lists",
}

COMMENT_WORDS: Final[Mapping[str, str]] = {
    "hide": "A comment was hidden",
    "restore": "A comment is shown again",
}

REFUSAL_WORDS: Final[Mapping[str, str]] = {
    "not_a_video": "it is not a video",
    "broken": "its file is broken",
    "no_picture": "it has no picture",
    "no_frames": "it has no frames that can be shown",
    "too_long": "it is too long",
    "too_short": "it is too short",
    "too_big": "its file is too big",
    "too_small": "its picture is too small",
    "too_many_pixels": "its picture is too large",
    "took_too_much": "it took more time or memory than a video may",
    "our_fault": "something failed on this service's side",
    "lost": "its file was lost on this service's side",
    "closed": "uploads are closed",
    "withdrawn": "its creator withdrew it first",
}

BOOST_WORDS: Final[Mapping[str, str]] = {
    "public_service": "public service",
    "emergency": "an emergency",
    "editorial": "an editor's choice",
    "paid": "paid for",
    "new_creator": "a new creator",
}

END_WORDS: Final[Mapping[str, str]] = {
    "over": "its time was over",
    "operator": "the operator stopped it",
    "guard": "a stop rule of its declaration applied",
}

ACCESS_WORDS: Final[Mapping[str, str]] = {
    "replay": "to replay what that person was served",
    "export": "to export it",
    "support": "to answer a question of theirs",
    "legal_order": "under a legal order",
    "security": "for the service's security",
    "audit": "for an audit",
}

ROLE_WORDS: Final[Mapping[str, str]] = {
    "operator": "An operator",
    "moderator": "A moderator",
    "support": "Somebody of support",
    "auditor": "An auditor",
    "machine": "A program of the operator's",
}

AUTHOR_WORDS: Final[Mapping[str, str]] = {
    "creator": "its creator",
    "operator": "an operator",
    "moderator": "a moderator",
    "machine": "a program",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it is told: its place, its bytes, and what the log alone does not say in it.

    `videos` is how many the epoch holds that the entry is about; `before` the `policies` entry that
    was in force until this one; `reason` the words that a decision's commitment stands for.
    """

    index: int
    body: bytes
    videos: int | None = None
    before: Policies | None = None
    reason: DecisionReason | None = None

    @property
    def entry(self) -> Entry | None:
        """What the bytes say; None when they are no entry, which an honest log never holds."""
        try:
            return parse_entry(self.body)
        except BadEntry:
            return None


def sentence(line: Line) -> str:
    """The line in words, ending in a full stop."""
    entry = line.entry
    if entry is None:
        return "These bytes are not an entry that this service may write: that is a finding."
    match entry:
        case Policies():
            return policies_sentence(entry, line.before)
        case EpochFrozen():
            return _epoch(entry, line.videos)
    return SENTENCES[TYPE_OF[type(entry)]](entry)


def policies_sentence(entry: Policies, before: Policies | None) -> str:
    """What changed in the rules of the feeds between two lists of them."""
    now = {one.name: one.digest for one in entry.offered}
    if before is None:
        return f"{plural(len(now), 'feed')} went on offer: {listed([f'“{name}”' for name in now])}."
    then = {one.name: one.digest for one in before.offered}
    changed = [f"“{name}”" for name in now if name in then and now[name] != then[name]]
    added = [f"“{name}”" for name in now if name not in then]
    dropped = [f"“{name}”" for name in then if name not in now]
    parts = []
    if changed:
        parts.append(f"The rules of {listed(changed)} changed")
    if added:
        parts.append(f"{listed(added)} went on offer")
    if dropped:
        parts.append(f"{listed(dropped)} {'is' if len(dropped) == 1 else 'are'} no longer on offer")
    return (
        f"{'; '.join(parts)}." if parts else "The same feeds with the same rules were listed again."
    )


def _trust(entry: Trust) -> str:
    if entry.version == 1:
        return "The root of trust was laid down: whose keys sign here, and which witnesses look on."
    return f"The root of trust changed to version {entry.version}: keys, witnesses or terms."


def _source(entry: Source) -> str:
    files = plural(entry.files, "file")
    return f"From here on the service runs program code {entry.digest[:8]}…, {files}."


def _weights(entry: WeightsPublished) -> str:
    by = f"“{entry.recipe}”"
    return {
        "starting": f"The starting weights were published ({by}): nothing is learned yet.",
        "learned": f"New weights were published, learned by the recipe {by} from those before.",
        "imported": f"Weights made elsewhere were published, by the recipe {by}.",
        "restored": f"Weights published before ({by}) were put back in the place of those in use.",
    }[entry.origin]


def _hours(entry: Hours) -> str:
    count = len(entry.commitments)
    first = hour_words(entry.first)
    if count == 1:
        told = f"The key of chance for the hour of {first} was fixed"
        return f"{told}, and stays hidden until that hour is over."
    told = f"The keys of chance for the {count} hours from {first} on were fixed"
    return f"{told}, each hidden until its hour is over."


def _hour_key(entry: HourKey) -> str:
    return f"The key of chance for the hour of {hour_words(entry.hour)} was revealed."


def _decision(entry: DecisionTaken) -> str:
    done = ACTION_WORDS[entry.action]
    if entry.reason_code == "by_creator":
        return f"{done} by {AUTHOR_WORDS[entry.author]}."
    if entry.reason_code == "restored":
        return f"{done}."
    return f"{done}: {REASON_WORDS[entry.reason_code]}."


def _comment_decision(entry: CommentDecided) -> str:
    done = COMMENT_WORDS[entry.action]
    by = f" by {AUTHOR_WORDS[entry.author]}"
    return (
        f"{done}{by}{'' if entry.action == 'restore' else f': {REASON_WORDS[entry.reason_code]}'}."
    )


def _epoch(entry: EpochFrozen, videos: int | None) -> str:
    held = f"{plural(videos, 'video')}, " if videos is not None else ""
    count = entry.decisions
    after = f"after {plural(count, 'decision')}" if count else "before any decision"
    return f"Epoch {entry.number} of the catalogue was frozen: {held}{after}."


def _interval(entry: Interval) -> str:
    receipts, events = entry.receipts.count, entry.events.count
    done = []
    if receipts:
        done.append(
            f"{plural(receipts, 'page')} of videos {'was' if receipts == 1 else 'were'} signed"
        )
    if events:
        done.append(
            f"{plural(events, 'action')} of viewers {'was' if events == 1 else 'were'} taken"
        )
    return f"{listed(done)}."


def _promise(entry: Promise) -> str:
    by = moment_words(entry.deadline_ms)
    return f"An upload was taken whole: by {by} it is published, or refused with a signed reason."


def _promise_kept(entry: PromiseKept) -> str:
    return (
        f"An upload was published as promised: it is in the catalogue from epoch {entry.epoch} on."
    )


def _promise_refused(entry: PromiseRefused) -> str:
    return f"An upload was refused: {REFUSAL_WORDS[entry.reason_code]}."


def _boost(entry: Boost) -> str:
    until = moment_words(entry.to_ms)
    points = milli_words(entry.amount_milli)
    return (
        f"A video was given {points} points under “{entry.policy}” until {until}:"
        f" {BOOST_WORDS[entry.reason_code]}."
    )


def _experiment(entry: Experiment) -> str:
    arms = [
        f"“{arm}” ({milli_words(share * 100)} %)"
        for arm, share in zip(entry.arms, entry.shares_milli, strict=True)
    ]
    until = moment_words(entry.to_ms)
    return f"The experiment “{entry.name}” divides viewers among {listed(arms)} until {until}."


def _experiment_end(entry: ExperimentEnded) -> str:
    since = moment_words(entry.ended_ms)
    return (
        f"The experiment “{entry.name}” ended at {since}: {END_WORDS[entry.reason_code]}."
        " What divided its viewers is revealed."
    )


def _line_weights(entry: LineWeights) -> str:
    of = f"the experiment “{entry.experiment}”"
    if entry.is_beginning:
        return (
            f"In {of} the recipe “{entry.recipe}” begins to learn, from the weights in use; until"
            " it has learned, they rank its viewers too."
        )
    return f"In {of} the recipe “{entry.recipe}” learned: its viewers are ranked by new weights."


def _access(entry: Access) -> str:
    return f"{ROLE_WORDS[entry.by]} read one person's data, {ACCESS_WORDS[entry.reason_code]}."


def _erasure(entry: Erasure) -> str:
    lost = f", {plural(entry.receipts, 'receipt')} among them" if entry.receipts else ""
    return f"One person's data were erased at their own request{lost}."


SENTENCES: Final[Mapping[str, Callable[[Any], str]]] = {
    "trust": _trust,
    "source": _source,
    "policies": lambda entry: policies_sentence(entry, None),
    "weights": _weights,
    "hours": _hours,
    "hour_key": _hour_key,
    "decision": _decision,
    "comment_decision": _comment_decision,
    "epoch": lambda entry: _epoch(entry, None),
    "interval": _interval,
    "promise": _promise,
    "promise_kept": _promise_kept,
    "promise_refused": _promise_refused,
    "boost": _boost,
    "experiment": _experiment,
    "experiment_end": _experiment_end,
    "line_weights": _line_weights,
    "access": _access,
    "erasure": _erasure,
}
"""What is said of each type of entry from the entry alone."""
