"""Examples: one row for each showing somebody watched, what commits to them, and whose count."""

from hashlib import sha256
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import BadWindow, TooFewViewers
from plainview.core.learn.recipe import Recipe
from plainview.core.terms.hashing import leaf_hash, merkle_root
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import SERVING, Schema

LABEL_ONE: Final = 4096


def example_type(schema: Schema) -> np.dtype[np.void]:
    """One example, packed little-endian, in this order. `receipt` is the id of the receipt it was
    served with, `labels` are in 1/4096, `features` are the network's input as it served."""
    return np.dtype([
        ("receipt", "u1", (32,)),
        ("viewer", "u1", (16,)),
        ("video", "<u8"),
        ("at_ms", "<u8"),
        ("propensity", "<u8"),
        ("ms", "<u4"),
        ("length_ms", "<u4"),
        ("labels", "<u2", (len(schema.heads),)),
        ("place", "u1"),
        ("slot", "u1"),
        ("features", "i1", (len(schema.features),)),
    ])  # fmt: skip


EXAMPLE = example_type(SERVING)

Examples = NDArray[np.void]
"""(n,) of an `example_type`, in the order in which they were gathered."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


class Window(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Examples with the Merkle root that commits to each of them, in order."""

    examples: Examples
    root: Digest
    schema: Schema = SERVING


def window_of(examples: Examples, *, schema: Schema = SERVING) -> Window:
    """Commit to `examples`, which are not modified and must not be afterwards.

    Raises: BadWindow: of another layout, a label above 1, a video of no length.
    Cost: about 2 us an example.
    """
    if examples.dtype != example_type(schema) or examples.ndim != 1:
        raise BadWindow("examples are one row each, in the layout of learn-v1")
    if len(examples) and int(examples["labels"].max()) > LABEL_ONE:
        raise BadWindow(f"a label is {int(examples['labels'].max())} of {LABEL_ONE}")
    if len(examples) and int(examples["length_ms"].min()) < 1:
        raise BadWindow("a video must be at least 1 ms long")
    leaves = [leaf_hash(commitment_of(example)) for example in examples]
    return Window(examples=examples, root=Digest(merkle_root(leaves).hex()), schema=schema)


def commitment_of(example: np.void) -> bytes:
    """`SHA256(receipt id || example)`, 32 bytes.

    The receipt's id is the salt: a hash of bytes that hold the viewer's own 128-bit nonce. Without
    the receipt nobody connects a commitment to a record, not even by trying all records.
    """
    record = example.tobytes()
    return sha256(record[:32] + record).digest()


def draws(seed: bytes, name: str, count: int) -> NDArray[np.uint64]:
    """(count,) 64-bit draws of the stream `name` of `seed`: SplitMix64 from SHA256(seed || name).

    Source: Steele, Lea and Flood, "Fast splittable pseudorandom generators".
    """
    start = int.from_bytes(sha256(seed + name.encode()).digest()[:8], "little")
    steps = np.arange(1, count + 1, dtype=np.uint64)
    z = np.uint64(start) + steps * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_A
    z = (z ^ (z >> np.uint64(27))) * _MIX_B
    return np.asarray(z ^ (z >> np.uint64(31)), dtype=np.uint64)


def order_by(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Places in order of `keys`, ties by place."""
    return np.argsort(keys, kind="stable").astype(np.int64)


def choose(window: Window, *, recipe: Recipe, seed: bytes) -> NDArray[np.int64]:
    """Which examples a tick learns from, ascending: at most K of each viewer.

    K is the largest of 1 .. `viewer_examples_max` for which, with n_v the examples of viewer v,
    the sum of min(n_v, K) is at most `examples_max` and `1000 * K <= viewer_share_milli * sum`.
    Of a viewer with more, those with the least draws stay. If K = 1 still gives more than
    `examples_max`, those with the least draws stay of all.

    Raises: BadWindow: more than `offered_max`. TooFewViewers: no K fits, so that somebody would be
        more than `viewer_share_milli` of what is learned.
    """
    count = len(window.examples)
    if count > recipe.offered_max:
        raise BadWindow(f"{count} examples, and the recipe takes {recipe.offered_max}")
    ids = np.ascontiguousarray(window.examples["viewer"]).view("S16").ravel()
    # S16 drops zeros at the end, which pads back when compared: equal bytes, equal group.
    _, group = np.unique(ids, return_inverse=True)
    each = np.bincount(group)
    most = _most_each(each, recipe=recipe)
    keys = draws(seed, "choose", count)
    by_viewer = np.lexsort((np.arange(count), keys, group))
    starts = np.cumsum(each) - each
    rank = np.empty(count, dtype=np.int64)
    rank[by_viewer] = np.arange(count) - starts[group[by_viewer]]
    chosen = np.flatnonzero(rank < most)
    if len(chosen) > recipe.examples_max:
        chosen = np.sort(chosen[order_by(keys[chosen])[: recipe.examples_max]])
    return chosen.astype(np.int64)


def _most_each(each: NDArray[np.int64], *, recipe: Recipe) -> int:
    for most in range(recipe.viewer_examples_max, 0, -1):
        total = int(np.minimum(each, most).sum())
        fits = total <= recipe.examples_max or most == 1
        total = min(total, recipe.examples_max)
        if fits and 1000 * most <= recipe.viewer_share_milli * total:
            return most
    share = recipe.viewer_share_milli / 10
    raise TooFewViewers(f"{len(each)} viewers; one would be more than {share:g} % of the window")
