"""What is logged: one frozen value per kind of entry, its one sequence of bytes, and the way back.

Bytes and meaning of each field: `specs/log-entries.md`. Fields that hold a video's id are decimal
text here as on the wire. Digests of things about people are salted commitments (`commitments.py`).
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from plainview.core.history.forms import (
    ENTRY_BYTES_MAX,
    Amount,
    ArmName,
    BadEntry,
    DigestText,
    IdText,
    KeyText,
    LineName,
    Name,
    Natural,
    Positive,
    SignatureText,
    Thousandths,
)
from plainview.core.history.trust import parse_trust
from plainview.core.receipts import arm_text, line_of, line_text, recipe_of
from plainview.core.terms.epoch import LINES_MAX
from plainview.core.terms.hashing import EMPTY_ROOT
from plainview.core.terms.ids import NO_DIGEST

ID_BOUND: Final = 2**63
OFFERED_MAX: Final = 64
HOURS_MAX: Final = 744
SIGNATURES_MAX: Final = 32
ARMS_MAX: Final = 5
ARM_TEXT_MAX: Final = 64
TRUST_TEXT_MAX: Final = 32_768
EMPTY_TREE: Final = EMPTY_ROOT.hex()

Action = Literal[
    "remove", "restore", "withdraw", "restrict", "unrestrict", "mark_sensitive",
    "unmark_sensitive", "mark_synthetic", "unmark_synthetic", "mark_advert", "unmark_advert",
    "unlist", "list",
]  # fmt: skip
CommentAction = Literal["hide", "restore"]
DecisionCode = Literal[
    "by_creator", "restored", "illegal", "dangerous", "hateful", "sexual", "minors", "privacy",
    "rights", "spam", "misleading", "rules", "labelled", "appeal", "not_listed",
]  # fmt: skip
RefusalCode = Literal[
    "not_a_video", "broken", "no_picture", "no_frames", "too_long", "too_short", "too_big",
    "too_small", "too_many_pixels", "took_too_much", "our_fault", "lost", "closed", "withdrawn",
]  # fmt: skip
BoostCode = Literal["public_service", "emergency", "editorial", "paid", "new_creator"]
AccessCode = Literal["replay", "export", "support", "legal_order", "security", "audit"]
EndCode = Literal["over", "operator", "guard"]
Role = Literal["operator", "moderator", "support", "auditor", "machine"]
Author = Literal["creator", "operator", "moderator", "machine"]
Origin = Literal["starting", "learned", "imported", "restored"]


class _Entry(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True
):
    """What all entries have: when, by the service's clock, held so that it never goes back."""

    at_ms: Natural
    spec: Literal["log-v1"] = "log-v1"


class RootSignature(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One root key's signature of a trust document, both in base64."""

    key: KeyText
    signature: SignatureText


class Trust(_Entry, frozen=True, kw_only=True, tag="trust"):
    """The keys, witnesses and terms in force from here on; `document` is read by `trust.py`."""

    version: Positive
    document: Annotated[str, Meta(min_length=2, max_length=TRUST_TEXT_MAX)]
    signatures: Annotated[tuple[RootSignature, ...], Meta(min_length=1, max_length=SIGNATURES_MAX)]

    def __post_init__(self) -> None:
        document = parse_trust(self.document.encode())
        _must(document.version == self.version, "version is not the document's")
        keys = [one.key for one in self.signatures]
        _must(keys == sorted(set(keys)), "signatures must be sorted by key, each key once")


class Source(_Entry, frozen=True, kw_only=True, tag="source"):
    """The tree of code in use from here on: the digest of its listing, which receipts name."""

    digest: DigestText
    files: Positive


class Offer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One policy on offer: its name and the digest of its file."""

    name: Name
    digest: DigestText


class Policies(_Entry, frozen=True, kw_only=True, tag="policies"):
    """All policies on offer from here on, sorted by name."""

    offered: Annotated[tuple[Offer, ...], Meta(min_length=1, max_length=OFFERED_MAX)]

    def __post_init__(self) -> None:
        names = [one.name for one in self.offered]
        _must(names == sorted(set(names)), "offered must be sorted by name, each name once")


class WeightsPublished(_Entry, frozen=True, kw_only=True, tag="weights"):
    """A weights file published; zeros for no parent and for no lineage document."""

    digest: DigestText
    parent: DigestText
    recipe: Name
    origin: Origin
    lineage: DigestText

    def __post_init__(self) -> None:
        if self.origin == "starting":
            _must(self.parent == NO_DIGEST, "starting weights have no parent")
        if self.origin == "learned":
            _must(self.parent != NO_DIGEST, "learned weights name their parent")
            _must(self.lineage != NO_DIGEST, "learned weights name their lineage")
        if self.origin == "restored":
            _must(self.parent != NO_DIGEST, "restored weights name those they replace as parent")
            _must(self.lineage != NO_DIGEST, "restored weights name a document that says why")


class LineWeights(_Entry, frozen=True, kw_only=True, tag="line_weights"):
    """What ranks in the arms of a recipe of an experiment from here on.

    A line begins with the main weights in use, which are then `digest` and `parent`, without a
    lineage document (zeros); what it learned names both.
    """

    experiment: Name
    recipe: Name
    digest: DigestText
    parent: DigestText
    lineage: DigestText

    @property
    def line(self) -> str:
        """Its name."""
        return line_text(self.experiment, self.recipe)

    @property
    def is_beginning(self) -> bool:
        """Whether the line begins with it."""
        return self.lineage == NO_DIGEST

    def __post_init__(self) -> None:
        _must(self.parent != NO_DIGEST, "weights of a line name their parent")
        if self.is_beginning:
            _must(self.digest == self.parent, "a line begins with the main weights themselves")


class Hours(_Entry, frozen=True, kw_only=True, tag="hours"):
    """Commitments to the keys of the hours `first`, `first` + 1, … since 1970."""

    first: Positive
    commitments: Annotated[tuple[DigestText, ...], Meta(min_length=1, max_length=HOURS_MAX)]


class HourKey(_Entry, frozen=True, kw_only=True, tag="hour_key"):
    """The key of an hour that is over, in hex."""

    hour: Positive
    key: DigestText


class DecisionTaken(_Entry, frozen=True, kw_only=True, tag="decision"):
    """One decision on one video; `n` counts all decisions of the edition, from 1.

    `reason` commits to the free text shown with it; zeros when there is none.
    """

    n: Positive
    video: IdText
    action: Action
    author: Author
    reason_code: DecisionCode
    reason: DigestText

    def __post_init__(self) -> None:
        _must_be_id(self.video)


class CommentDecided(_Entry, frozen=True, kw_only=True, tag="comment_decision"):
    """The operator hid somebody's comment or shows it again. `comment` commits to the comment and
    the words given for it, which only its writer can show."""

    comment: DigestText
    action: CommentAction
    author: Author
    reason_code: DecisionCode


class EpochFrozen(_Entry, frozen=True, kw_only=True, tag="epoch"):
    """A frozen catalogue; the fields repeat its header's, so that their order can be judged."""

    number: Positive
    root: DigestText
    previous_root: DigestText
    weights: DigestText
    line_weights: Annotated[
        tuple[tuple[LineName, DigestText], ...], Meta(max_length=LINES_MAX)
    ] = ()
    decisions: Natural
    frozen_ms: Natural

    def weights_due(self, arm: str) -> str:
        """The weights that rank in the arm of a receipt, as `core.receipts.weights_due`."""
        return dict(self.line_weights).get(line_of(arm), self.weights)

    def __post_init__(self) -> None:
        is_first = self.previous_root == NO_DIGEST
        lines = [line for line, _ in self.line_weights]
        _must(lines == sorted(set(lines)), "line_weights must be sorted by line, each line once")
        _must((self.number == 1) == is_first, "epoch 1 alone has no previous root")


class Batch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many commitments, and the root of the tree over them."""

    count: Natural
    root: DigestText

    def __post_init__(self) -> None:
        is_empty = self.root == EMPTY_TREE
        _must((self.count == 0) == is_empty, "a batch of none, and no other, has the empty root")


class Interval(_Entry, frozen=True, kw_only=True, tag="interval"):
    """What was signed and taken in `from_ms` .. `to_ms`, as salted commitments."""

    number: Positive
    from_ms: Natural
    to_ms: Natural
    receipts: Batch
    events: Batch

    def __post_init__(self) -> None:
        _must(self.from_ms <= self.to_ms, "an interval ends after it begins")
        _must(self.receipts.count + self.events.count > 0, "nothing happened in this interval")


class Promise(_Entry, frozen=True, kw_only=True, tag="promise"):
    """A file was taken whole: by the deadline it is in an epoch or refused with a reason."""

    upload: DigestText
    deadline_ms: Natural


class PromiseKept(_Entry, frozen=True, kw_only=True, tag="promise_kept"):
    """The video is in the catalogue from `epoch` on."""

    upload: DigestText
    video: IdText
    epoch: Positive

    def __post_init__(self) -> None:
        _must_be_id(self.video)


class PromiseRefused(_Entry, frozen=True, kw_only=True, tag="promise_refused"):
    """The file was refused; the uploader holds the signed reason."""

    upload: DigestText
    reason_code: RefusalCode


class Boost(_Entry, frozen=True, kw_only=True, tag="boost"):
    """A video's value under a policy is changed for a time, as declared before it begins."""

    video: IdText
    policy: Name
    amount_milli: Amount
    from_ms: Natural
    to_ms: Natural
    reason_code: BoostCode

    def __post_init__(self) -> None:
        _must_be_id(self.video)
        _must(self.from_ms < self.to_ms, "a boost ends after it begins")


class Experiment(_Entry, frozen=True, kw_only=True, tag="experiment"):
    """Viewers are divided among policies for a time, as declared before it begins.

    An arm is a policy's name, or `POLICY+RECIPE`: then the recipe's digest stands at its place of
    `recipes` (zeros for other arms; empty where no arm names one). `salt` commits to what divides
    them, `plan` is the digest of the declaration: what is measured, and when it will be stopped
    early.
    """

    name: Name
    arms: Annotated[tuple[ArmName, ...], Meta(min_length=2, max_length=ARMS_MAX)]
    recipes: tuple[DigestText, ...] = ()
    shares_milli: tuple[Thousandths, ...]
    from_ms: Natural
    to_ms: Natural
    salt: DigestText
    plan: DigestText

    def __post_init__(self) -> None:
        _must(len(set(self.arms)) == len(self.arms), "arms have different names")
        _must(len(self.arms) == len(self.shares_milli), "each arm has one share")
        named = [recipe_of(arm) for arm in self.arms]
        _must(
            len(self.recipes) == (len(named) if any(named) else 0), "each arm has a recipe's place"
        )
        pairs = set(zip(named, self.recipes, strict=False))
        _must(
            all((name == "") == (one == NO_DIGEST) for name, one in pairs),
            "an arm that names a recipe has its digest, and no other",
        )
        _must(len(pairs) == len({name for name, _ in pairs}), "a recipe has one digest")
        _must(len(self.lines) <= LINES_MAX, f"at most {LINES_MAX} recipes")
        _must(
            all(len(arm_text(self.name, arm)) <= ARM_TEXT_MAX for arm in self.arms),
            f"name and arm are at most {ARM_TEXT_MAX} characters together",
        )
        _must(sum(self.shares_milli) == 1000, "shares add up to 1000")
        _must(self.from_ms < self.to_ms, "an experiment ends after it begins")

    @property
    def lines(self) -> dict[str, str]:
        """Line -> its recipe's digest, sorted by line."""
        named = zip(self.arms, self.recipes, strict=False)
        found = {line_of(arm_text(self.name, arm)): recipe for arm, recipe in named}
        return {line: found[line] for line in sorted(found) if line}


class ExperimentEnded(_Entry, frozen=True, kw_only=True, tag="experiment_end"):
    """The experiment is over since `ended_ms`; `salt` is what divided viewers, in hex."""

    name: Name
    ended_ms: Natural
    salt: DigestText
    reason_code: EndCode


class Access(_Entry, frozen=True, kw_only=True, tag="access"):
    """Somebody of the staff read one person's data."""

    subject: DigestText
    reason_code: AccessCode
    by: Role


class Erasure(_Entry, frozen=True, kw_only=True, tag="erasure"):
    """A person's data were erased at their own request; `receipts` of theirs can go missing."""

    subject: DigestText
    request: DigestText
    receipts: Natural


Entry = (
    Trust | Source | Policies | WeightsPublished | Hours | HourKey | DecisionTaken | EpochFrozen
    | Interval | Promise | PromiseKept | PromiseRefused | Boost | Experiment | ExperimentEnded
    | LineWeights | Access | Erasure | CommentDecided
)  # fmt: skip

ENTRY_TYPES: Final[dict[str, type[Entry]]] = {
    str(kind.__struct_config__.tag): kind for kind in Entry.__args__
}
"""Each kind of entry under its `type`."""

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER: msgspec.json.Decoder[Entry] = msgspec.json.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """The one sequence of bytes of `entry`, canonical JSON.

    Raises: BadEntry: a field is out of its form, so that what is logged can always be read back.

    >>> encode_entry(Source(at_ms=5, digest="0" * 64, files=3))[:28]
    b'{"at_ms":5,"digest":"0000000'
    """
    try:
        data = _ENCODER.encode(entry)
    except (msgspec.MsgspecError, UnicodeEncodeError, OverflowError, TypeError) as error:
        raise BadEntry(f"no bytes for this entry: {error}") from error
    if parse_entry(data) != entry:
        raise BadEntry("the entry does not read back as it was")
    return data


def parse_entry(data: bytes) -> Entry:
    """Read an entry, refusing whatever `encode_entry` would not have written.

    Raises: BadEntry: too long, not canonical, an unknown type or field, a field missing or out of
        its form.
    """
    if len(data) > ENTRY_BYTES_MAX:
        raise BadEntry(f"{len(data)} bytes; an entry has at most {ENTRY_BYTES_MAX}")
    try:
        entry = _DECODER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadEntry(f"not an entry: {error}") from error
    if _ENCODER.encode(entry) != data:
        raise BadEntry("not in canonical form (key order, white space or escapes differ)")
    return entry


def _must(holds: bool, words: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not holds:
        raise BadEntry(words)


def _must_be_id(text: str) -> None:
    _must(int(text) < ID_BOUND, f"{text} is not an id")
