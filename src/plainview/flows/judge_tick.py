"""Judge a tick: by the gate, on what was held out; and write its record of lineage."""

from collections.abc import Mapping, Sequence

import msgspec

from plainview.core.learn import load_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.lineage import Dropped, lineage_record
from plainview.core.learn.recipe import Recipe
from plainview.core.learn.tick import Parent, Tick, run
from plainview.core.learn.window import Window
from plainview.core.terms.canonical import Canonical
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST
from plainview.ports.learning import MadeTick, TickRecord


class MadeFiles(msgspec.Struct, frozen=True, kw_only=True):
    """A tick's outcome, and the files that it names."""

    made: MadeTick
    weights: bytes = b""
    state: bytes = b""
    lineage: bytes = b""


def judged(
    tick: Tick,
    *,
    parent: Parent,
    window: Window,
    held_out: Window,
    recipe: Recipe,
    shifts: Mapping[str, Canonical],
    dropped: Sequence[Dropped],
    embeddings: Mapping[str, Canonical] | None,
    newest_ms: int,
) -> MadeFiles:
    """`tick` as the gate finds it, with its record of lineage."""
    verdict = gate(
        load_weights(tick.weights),
        parent=load_weights(parent.weights),
        held_out=held_out.examples,
        float_logits=run(tick.network, held_out.examples)[0],
        recipe=recipe,
    )
    lineage = lineage_record(
        tick,
        parent=parent,
        window=window,
        held_out=held_out,
        recipe=recipe,
        verdict=verdict,
        shifts=shifts,
        dropped=dropped,
        embeddings=embeddings,
    )
    made = MadeTick(
        weights=digest_of(tick.weights),
        state=digest_of(tick.state),
        lineage=digest_of(lineage),
        reason=verdict.reason,
        examples=len(window.examples),
        held_out=len(held_out.examples),
        chosen=tick.chosen,
        viewers=tick.viewers,
        newest_ms=newest_ms,
    )
    return MadeFiles(made=made, weights=tick.weights, state=tick.state, lineage=lineage)


def dropped_of(ticks: Sequence[TickRecord]) -> list[Dropped]:
    """The candidates of those ticks, newest first, that were none of them published."""
    return [
        Dropped(lineage=tick.made.lineage, reason=tick.made.reason)
        for tick in reversed(ticks)
        if tick.made.lineage != NO_DIGEST
    ]
