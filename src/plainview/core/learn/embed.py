"""An embedding tick: (parent, where videos stand, window, recipe) to where they stand next.

From the same windows as `tick`: of a viewer's examples in order, those they watched well. Videos
move, viewers do not: where a viewer stands is what their watches add up to, here as in the feed.
"""

from hashlib import sha256
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn import embed_kernels
from plainview.core.learn.embed_kernels import NOBODY, Floats, Whole
from plainview.core.learn.embed_recipe import EmbedRecipe
from plainview.core.learn.embed_state import FloatPlaces
from plainview.core.learn.errors import BadWindow
from plainview.core.learn.judge import minus_ln_q24
from plainview.core.learn.places import places_of
from plainview.core.learn.recipe import MICRO, Recipe, recipe_digest
from plainview.core.learn.tick import Parent, float_places, state_digest
from plainview.core.learn.weights_file import load_weights
from plainview.core.learn.window import LABEL_ONE, Examples, Window, choose, draws, order_by
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS, Places

LENGTH: Final = np.float32(256)
"""A place of length 1 in the steps of the table: the scale of the content function."""
GOOD: Final = ("finish", "like", "save", "share")
BAD: Final = ("skip", "reject")


class EmbedTick(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Where videos stand after a tick, and what it was made from.

    `places` are all that the weights will place, those that did not move with them; `state` their
    float form. `targets` were learned from, `moved` videos moved; `saturated_ppm` is the share of
    the moved components that int8 cut off.
    """

    places: Places | None
    state: FloatPlaces | None
    seed: bytes
    starts: Digest
    targets: int
    moved: int
    saturated_ppm: int


class Watched(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Good watches and what came before each, by rows of `ids` (ascending).

    `targets` (T,) rows; `contexts` (T, context_max) rows, newest first, NOBODY after the last;
    `places` (T,) which example of the window each target is.
    """

    ids: NDArray[np.uint64]
    targets: Whole
    contexts: Whole
    examples: Whole


def is_good(examples: Examples) -> NDArray[np.bool_]:
    """(n,) watched to the end or praised, and neither skipped nor rejected."""
    labels = examples["labels"].astype(np.int64) * 2 >= LABEL_ONE
    good, bad = ([HEADS.index(head) for head in heads] for heads in (GOOD, BAD))
    return np.asarray(labels[:, good].any(axis=1) & ~labels[:, bad].any(axis=1))


def watched_well(history: Examples, window: Examples, *, context_max: int) -> Watched:
    """The good watches of `window` that have a good watch of their viewer before them, there or in
    `history`, in the order of the window."""
    both = np.concatenate([history, window])
    well = np.flatnonzero(is_good(both))
    viewers = np.ascontiguousarray(both["viewer"]).view("S16").ravel()[well]
    _, group = np.unique(viewers, return_inverse=True)
    ids, rows = np.unique(both["video"][well].astype(np.uint64), return_inverse=True)
    by_viewer = np.lexsort((well, group))
    contexts = np.full((len(well), context_max), NOBODY, dtype=np.int64)
    for k in range(1, min(context_max, len(well) - 1) + 1):
        later, sooner = by_viewer[k:], by_viewer[:-k]
        is_same = group[later] == group[sooner]
        contexts[later[is_same], k - 1] = rows[sooner[is_same]]
    is_target = (well >= len(history)) & (contexts[:, 0] != NOBODY)
    return Watched(
        ids=ids,
        targets=rows[is_target].astype(np.int64),
        contexts=contexts[is_target],
        examples=well[is_target] - len(history),
    )


def only(watched: Watched, chosen: Whole) -> Watched:
    """Those whose example is among `chosen`."""
    kept = np.isin(watched.examples, chosen)
    return Watched(
        ids=watched.ids,
        targets=watched.targets[kept],
        contexts=watched.contexts[kept],
        examples=watched.examples[kept],
    )


def drawn_against(targets: Whole, *, count: int, seed: bytes, name: str) -> Whole:
    """(T, 1 + count) each target, then rows drawn as often as they are targets; NOBODY where the
    target itself was drawn."""
    total = len(targets)
    lots = draws(seed, name, total * count) >> np.uint64(32)
    at = (lots * np.uint64(total) >> np.uint64(32)).astype(np.int64)
    drawn = targets[at].reshape(total, count)
    drawn[drawn == targets[:, None]] = NOBODY
    return np.ascontiguousarray(np.concatenate([targets[:, None], drawn], axis=1))


def starts_digest(starts: Places) -> Digest:
    """SHA-256 over ids, then table."""
    return digest_of(starts.ids.astype("<u8").tobytes() + starts.table.tobytes())


def starts_of(ids: NDArray[np.uint64], known: Places) -> Places:
    """Where `ids` stand, of all that are known.

    Raises: BadWindow: one is not known.
    """
    at = np.minimum(np.searchsorted(known.ids, ids), max(len(known.ids) - 1, 0))
    if len(ids) and (len(known.ids) == 0 or bool((known.ids[at] != ids).any())):
        raise BadWindow("a video of the window is not among those whose places are given")
    return Places(ids=ids, table=np.ascontiguousarray(known.table[at]))


def embed_seed(
    *, parent: Parent, history: Window, window: Window, starts: Digest, recipe: Recipe
) -> bytes:
    """What all draws of an embedding tick come from, 32 bytes."""
    parts = (
        "plainview embed-v1", recipe_digest(recipe), digest_of(parent.weights),
        state_digest(parent), history.root, window.root, starts,
    )  # fmt: skip
    return sha256("\n".join(parts).encode()).digest()


def embed_tick(
    parent: Parent, *, known: Places, history: Window, window: Window, recipe: Recipe
) -> EmbedTick:
    """Learn from `window` where videos stand, beginning where they stand under `parent`.

    A function of the bytes of its arguments, as `learn_tick` is. Of a viewer no more counts than
    `choose` lets count. No component moves by more than `step_max`.

    Args:
        known: where videos stand in an epoch frozen for the parent: at least those of both windows.
        history: examples before the window, of the same viewers, most useful if the last of each:
            nothing is learned from them but what came before the first watches of the window.
    Raises: BadWindow: a video that is not known; more examples than the recipe takes.
        TooFewViewers: see `choose`. BadState, WeightsRefused: the parent's files.
    Cost: bounded by the recipe: at most `examples_max * passes` targets.
    """
    how = recipe.embeddings
    old = load_weights(parent.weights).places
    watched = watched_well(history.examples, window.examples, context_max=how.context_max)
    starts = starts_of(watched.ids, known)
    digest = starts_digest(starts)
    seed = embed_seed(parent=parent, history=history, window=window, starts=digest, recipe=recipe)
    watched = only(watched, choose(window, recipe=recipe, seed=seed))
    before = float_places(parent)
    if not len(watched.targets):
        return EmbedTick(
            places=old, state=before, seed=seed, starts=digest, targets=0, moved=0, saturated_ppm=0
        )
    kept = np.float32(recipe.seen_kept_milli) / np.float32(1000)
    place, seen = _begun(starts, before, first=how.seen_first_micro, kept=kept)
    _learn(place, seen, watched, how=how, seed=seed)
    table, place, outside = _within(place, starts.table, step_max=how.step_max)
    has_moved = np.zeros(len(starts.ids), dtype=np.bool_)
    has_moved[watched.targets] = True
    has_moved[watched.contexts[watched.contexts != NOBODY]] = True
    ids = starts.ids[has_moved]
    return EmbedTick(
        places=_merged(old, ids, table[has_moved]),
        state=FloatPlaces.merged(before, ids, place[has_moved], seen[has_moved]),
        seed=seed,
        starts=digest,
        targets=len(watched.targets),
        moved=len(ids),
        saturated_ppm=int(outside[has_moved].sum()) * MICRO // (len(ids) * EMBED_DIM),
    )


def _begun(
    starts: Places, before: FloatPlaces | None, *, first: int, kept: np.float32
) -> tuple[Floats, Floats]:
    """Length 1 for each, from the state where it has one; what was seen, of which `kept` stays."""
    place = starts.table.astype(np.float32) / LENGTH
    seen = np.zeros(len(starts.ids), dtype=np.float32)
    if before is not None:
        at = np.minimum(np.searchsorted(before.ids, starts.ids), len(before.ids) - 1)
        is_known = before.ids[at] == starts.ids
        place[is_known] = before.place[at[is_known]]
        seen[is_known] = before.seen[at[is_known]]
    seen = seen * kept + np.float32(first) / np.float32(MICRO)
    return np.ascontiguousarray(place), np.ascontiguousarray(seen)


def _learn(place: Floats, seen: Floats, watched: Watched, *, how: EmbedRecipe, seed: bytes) -> None:
    decays = np.ones(how.context_max, dtype=np.float32)
    decay = np.float32(how.decay_milli) / np.float32(1000)
    for k in range(1, how.context_max):
        decays[k] = decays[k - 1] * decay
    count = np.bincount(watched.targets, minlength=len(place))
    # -ln of a row's share of the draws, but for a constant that cancels out.
    offsets = minus_ln_q24(np.clip(count, 1, 1 << 24)).astype(np.float32) / np.float32(1 << 24)
    offsets = offsets * (np.float32(how.drawn_milli) / np.float32(1000))
    for number in range(how.passes):
        drawn = drawn_against(
            watched.targets, count=how.negatives, seed=seed, name=f"against {number}"
        )
        order = order_by(draws(seed, f"pass {number}", len(watched.targets)))
        embed_kernels.move(
            place, seen, watched.contexts, drawn, order, decays, offsets,
            np.float32(how.scale), np.float32(how.rate_micro) / np.float32(MICRO),
        )  # fmt: skip


def _within(
    place: Floats, start: NDArray[np.int8], *, step_max: int
) -> tuple[NDArray[np.int8], Floats, NDArray[np.bool_]]:
    """(the table, places that it is the rounding of, which components int8 cut off)."""
    steps = place * LENGTH
    whole = np.floor(steps + np.float32(0.5)).astype(np.int64)
    outside = np.abs(whole) > 127
    least = np.maximum(start.astype(np.int64) - step_max, -127)
    most = np.minimum(start.astype(np.int64) + step_max, 127)
    table = np.clip(whole, least, most)
    kept = np.where(table == whole, place, table.astype(np.float32) / LENGTH)
    return table.astype(np.int8), kept.astype(np.float32), outside


def _merged(old: Places | None, ids: NDArray[np.uint64], table: NDArray[np.int8]) -> Places:
    """`old` with these put in their place or added."""
    if old is None:
        return places_of(ids, table)
    others = ~np.isin(old.ids, ids)
    all_ids = np.concatenate([old.ids[others], ids])
    order = np.argsort(all_ids, kind="stable")
    return places_of(all_ids[order], np.concatenate([old.table[others], table])[order])
