"""Lineage documents as a checker reads them, without anything that learns: of ticks, of returns."""

from typing import Any, Final, TypeVar

import msgspec

from plainview.core.learn.errors import BadLineage
from plainview.core.learn.recipe import LEARN_SPEC
from plainview.core.terms.canonical import NotCanonical, canonical_json, parse_canonical
from plainview.core.terms.ids import Digest

TICK: Final = "lineage"
RESTORED: Final = "restored"
RESTORE_REASONS: Final = ("worse_for_viewers", "fault", "manipulated", "trial")
"""Why earlier weights are put back."""


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """A weights file and its state's; that of no bytes where there is no state."""

    weights: Digest
    state: Digest


class WindowTold(msgspec.Struct, frozen=True, kw_only=True):
    """A window as it is told: how many examples, under which root."""

    root: Digest
    examples: int


class VerdictTold(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the candidate was published, and if not, why."""

    published: int
    reason: str
    detail: str


class LossTold(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of a judgement."""

    loss_micro: int


class MetricsTold(msgspec.Struct, frozen=True, kw_only=True):
    """Parent and candidate on the window held out."""

    parent: LossTold
    candidate: LossTold


class ShiftsTold(msgspec.Struct, frozen=True, kw_only=True):
    """Which epoch and policy the shifts were told on."""

    epoch: int
    root: Digest
    policy: Digest


class DroppedOne(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not published, by its own document."""

    lineage: Digest
    reason: str


class DroppedTold(msgspec.Struct, frozen=True, kw_only=True):
    """The candidates that were dropped since the parent was published."""

    count: int
    newest: tuple[DroppedOne, ...]

    @property
    def lineages(self) -> tuple[Digest, ...]:
        """The documents of those that are named."""
        return tuple(one.lineage for one in self.newest)


class TickLineage(msgspec.Struct, frozen=True, kw_only=True):
    """What a checker holds against the log of the record of a tick; the rest is for people."""

    parent: Files
    candidate: Files
    recipe: Digest
    window: WindowTold
    held_out: WindowTold
    verdict: VerdictTold
    metrics: MetricsTold
    shifts: ShiftsTold
    dropped: DroppedTold


class RestoredLineage(msgspec.Struct, frozen=True, kw_only=True):
    """Why `candidate`, published before with the document `lineage` (zeros: none), was put back in
    the place of `parent`."""

    parent: Files
    candidate: Files
    lineage: Digest
    reason: str


T = TypeVar("T", TickLineage, RestoredLineage)


def parse_tick_lineage(data: bytes) -> TickLineage:
    """Read the record of a tick.

    Raises: BadLineage: not canonical JSON, of another spec or type, or a field is missing.
    """
    return _parse(data, TICK, TickLineage)


def parse_restored(data: bytes) -> RestoredLineage:
    """Read the document of a return to earlier weights. Raises: BadLineage: as above, or the
    reason is none of RESTORE_REASONS."""
    told = _parse(data, RESTORED, RestoredLineage)
    if told.reason not in RESTORE_REASONS:
        raise BadLineage(f"the reason {told.reason!r} is none of {', '.join(RESTORE_REASONS)}")
    return told


def encode_restored(told: RestoredLineage) -> bytes:
    """The one document for a return to earlier weights. Raises: BadLineage: no such reason."""
    fields: dict[str, Any] = msgspec.to_builtins(told)
    data = canonical_json({"spec": LEARN_SPEC, "type": RESTORED, **fields})
    parse_restored(data)
    return data


def _parse(data: bytes, kind: str, shape: type[T]) -> T:
    try:
        fields = dict(parse_canonical(data))
        stated = (fields.pop("spec", None), fields.pop("type", None))
        if stated != (LEARN_SPEC, kind):
            raise BadLineage(f"not a {kind} document of {LEARN_SPEC}: {stated}")
        return msgspec.convert(fields, shape, strict=True)
    except (NotCanonical, msgspec.ValidationError) as error:
        raise BadLineage(f"not a {kind} document: {error}") from error
