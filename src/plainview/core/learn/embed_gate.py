"""Whether moved embeddings are published: judged on good watches they have not learned from."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.embed import EmbedTick, drawn_against, starts_of, watched_well
from plainview.core.learn.embed_kernels import NOBODY
from plainview.core.learn.judge import PPM, UNKNOWN
from plainview.core.learn.recipe import Recipe
from plainview.core.learn.window import Examples, Window
from plainview.core.terms.canonical import Canonical
from plainview.core.terms.weights import Places

REASONS: Final = ("saturates", "places_held_out_small", "places_worse")
"""Why a table is dropped, in the order in which they are tried; the first that fits decides."""

AGAINST: Final = 99
HIT_RANK: Final = 10
DECAY_ONE: Final = 4096


class PlaceMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """Each good watch against 99 videos drawn as often as they are watched.

    `order_ppm`: how many of them it comes before, ties as a half; `hits_ppm`: how often it is among
    the first 10 of the hundred. In millionths, UNKNOWN without targets.
    """

    targets: int
    order_ppm: int
    hits_ppm: int


class PlaceVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found. `reason` is "" if the table may be published, else of REASONS."""

    reason: str
    parent: PlaceMetrics
    candidate: PlaceMetrics


def place_gate(
    tick: EmbedTick, *, known: Places, before: Examples, held_out: Examples, recipe: Recipe
) -> PlaceVerdict:
    """Judge where `tick` puts videos beside where they stand.

    Dropped if more than `saturated_ppm_max` of the components that moved do not fit int8; if fewer
    than `held_out_min` good watches are held out; if those come before fewer of the videos drawn
    against them than where they stand now.

    Args:
        known: where videos stand in an epoch frozen for the parent. before: what the tick was made
            from, history and window: what came before the first watches held out.
    """
    how = recipe.embeddings
    old = place_metrics(known, before=before, held_out=held_out, recipe=recipe, seed=tick.seed)
    new = place_metrics(
        moved(known, tick.places), before=before, held_out=held_out, recipe=recipe, seed=tick.seed
    )
    reason = ""
    if tick.saturated_ppm > how.saturated_ppm_max:
        reason = "saturates"
    elif new.targets < how.held_out_min:
        reason = "places_held_out_small"
    elif new.order_ppm < old.order_ppm:
        reason = "places_worse"
    return PlaceVerdict(reason=reason, parent=old, candidate=new)


def moved(known: Places, places: Places | None) -> Places:
    """`known` with those that `places` places standing there."""
    if places is None:
        return known
    table = known.table.copy()
    at = np.minimum(np.searchsorted(places.ids, known.ids), len(places.ids) - 1)
    is_placed = places.ids[at] == known.ids
    table[is_placed] = places.table[at[is_placed]]
    return Places(ids=known.ids, table=table)


def place_metrics(
    known: Places, *, before: Examples, held_out: Examples, recipe: Recipe, seed: bytes
) -> PlaceMetrics:
    """How well the good watches of `held_out` are told from others, by whole numbers."""
    how = recipe.embeddings
    watched = watched_well(before, held_out, context_max=how.context_max)
    n = len(watched.targets)
    if n == 0:
        return PlaceMetrics(targets=0, order_ppm=UNKNOWN, hits_ppm=UNKNOWN)
    table = starts_of(watched.ids, known).table.astype(np.int64)
    viewers = np.zeros((n, table.shape[1]), dtype=np.int64)
    decay = DECAY_ONE
    for k in range(how.context_max):
        rows = watched.contexts[:, k]
        viewers += decay * np.where(rows[:, None] == NOBODY, 0, table[rows])
        decay = decay * how.decay_milli // 1000
    drawn = drawn_against(watched.targets, count=AGAINST, seed=seed, name="held out")
    above = np.zeros(n, dtype=np.int64)
    halves = np.zeros(n, dtype=np.int64)
    counted = np.zeros(n, dtype=np.int64)
    mine = _dots(viewers, table[drawn[:, 0]])
    for j in range(1, AGAINST + 1):
        is_drawn = drawn[:, j] != NOBODY
        theirs = _dots(viewers, table[drawn[:, j]])
        above += is_drawn & (theirs > mine)
        halves += np.where(is_drawn, 2 * (mine > theirs) + (mine == theirs), 0)
        counted += is_drawn
    return PlaceMetrics(
        targets=n,
        order_ppm=int(halves.sum()) * PPM // max(1, 2 * int(counted.sum())),
        hits_ppm=int((above < HIT_RANK).sum()) * PPM // n,
    )


def _dots(a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray((a * b).sum(axis=1), dtype=np.int64)


def embed_fields(
    tick: EmbedTick, *, history: Window, verdict: PlaceVerdict
) -> dict[str, Canonical]:
    """What a lineage record says of an embedding tick, published or not (`verdict.reason`)."""
    return {
        "history": {"root": history.root, "examples": len(history.examples)},
        "starts": tick.starts,
        "targets": tick.targets,
        "moved": tick.moved,
        "saturated_ppm": tick.saturated_ppm,
        "verdict": {"published": int(not verdict.reason), "reason": verdict.reason},
        "metrics": {
            "parent": msgspec.to_builtins(verdict.parent),
            "candidate": msgspec.to_builtins(verdict.candidate),
        },
    }
