"""The record of a tick, as canonical bytes: what it came from, how it was judged, what became."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from plainview.core.learn.gate import Verdict
from plainview.core.learn.judge import UNKNOWN, Metrics
from plainview.core.learn.recipe import LEARN_SPEC, Recipe, recipe_digest
from plainview.core.learn.tick import Parent, Tick, state_digest
from plainview.core.learn.window import Window
from plainview.core.terms.canonical import Canonical, canonical_json
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS

KIND: Final = "lineage"
DROPPED_MAX: Final = 64


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate that was not published since the parent was: its lineage record, and why."""

    lineage: Digest
    reason: str


def lineage_record(
    tick: Tick,
    *,
    parent: Parent,
    window: Window,
    held_out: Window,
    recipe: Recipe,
    verdict: Verdict,
    shifts: Mapping[str, Canonical],
    dropped: Sequence[Dropped] = (),
    embeddings: Mapping[str, Canonical] | None = None,
) -> bytes:
    """The record of a tick, published or not (`verdict.reason`), in the one form of learn-v1.

    Args:
        shifts: `lessons.shifts_fields` of the parent's and the tick's weights, with the epoch and
            policy they were taken on. dropped: oldest first; of more than DROPPED_MAX the newest
            are named and all are counted. embeddings: `embed_gate.embed_fields`, of a tick that
            tried to move videos.
    """
    heads = window.schema.heads
    fields: dict[str, Canonical] = {
        "spec": LEARN_SPEC,
        "type": KIND,
        "parent": {"weights": digest_of(parent.weights), "state": state_digest(parent)},
        "recipe": recipe_digest(recipe, schema=window.schema),
        "window": {
            "root": window.root,
            "examples": len(window.examples),
            "chosen": tick.chosen,
            "viewers": tick.viewers,
        },
        "held_out": {"root": held_out.root, "examples": len(held_out.examples)},
        "candidate": {"weights": digest_of(tick.weights), "state": digest_of(tick.state)},
        "verdict": {
            "published": int(not verdict.reason),
            "reason": verdict.reason,
            "detail": verdict.detail,
        },
        "metrics": {
            "parent": metrics_fields(verdict.parent, names=heads),
            "candidate": metrics_fields(verdict.candidate, names=heads),
            "float_auc_ppm": dict(zip(heads, verdict.float_auc_ppm, strict=True)),
        },
        "shifts": dict(shifts),
        "dropped": {
            "count": len(dropped),
            "newest": [
                {"lineage": one.lineage, "reason": one.reason} for one in dropped[-DROPPED_MAX:]
            ],
        },
    }
    if embeddings is not None:
        fields["embeddings"] = dict(embeddings)
    return canonical_json(fields)


def metrics_fields(metrics: Metrics, *, names: Sequence[str] = HEADS) -> dict[str, Canonical]:
    """Metrics as they stand in a record, head by head."""
    heads: dict[str, Canonical] = {
        name: msgspec.to_builtins(head) for name, head in zip(names, metrics.heads, strict=True)
    }
    fields: dict[str, Canonical] = {
        "heads": heads,
        "loss_micro": metrics.loss_q24 * 1_000_000 // (metrics.examples << 24),
    }
    return (
        fields
        if metrics.times_off_ms == UNKNOWN
        else fields | {"times_off_ms": metrics.times_off_ms}
    )
