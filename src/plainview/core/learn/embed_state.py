"""The float form of where videos stand, which a state file carries beside the network's."""

from typing import Any, Final, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import BadState
from plainview.core.terms.epoch import EMBED_DIM

Floats = NDArray[np.float32]

IDS: Final = "embeddings.ids"
PLACE: Final = "embeddings.place"
SEEN: Final = "embeddings.seen"
NAMES: Final = (IDS, PLACE, SEEN)
COMPONENT_MAX: Final = 2


class FloatPlaces(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """`ids` (n,) uint64 ascending; `place` (n, EMBED_DIM) about of length 1; `seen` (n,) sums of
    the mean squares of gradients."""

    ids: NDArray[np.uint64]
    place: Floats
    seen: Floats

    @classmethod
    def merged(cls, old: Self | None, ids: NDArray[np.uint64], place: Floats, seen: Floats) -> Self:
        """`old` with these put in their place or added."""
        if old is not None:
            others = ~np.isin(old.ids, ids)
            ids = np.concatenate([old.ids[others], ids])
            place = np.concatenate([old.place[others], place])
            seen = np.concatenate([old.seen[others], seen])
        order = np.argsort(ids, kind="stable")
        return cls(ids=ids[order], place=place[order], seen=seen[order])

    def tensors(self) -> dict[str, NDArray[Any]]:
        """As they stand in the file."""
        return {IDS: self.ids, PLACE: self.place, SEEN: self.seen}


def take_float_places(tensors: dict[str, NDArray[Any]]) -> FloatPlaces | None:
    """The places among `tensors`, which are taken out of it.

    Raises: BadState: some are missing, of another type or shape, not finite, ids out of order.
    """
    found = {name: tensors.pop(name) for name in NAMES if name in tensors}
    if not found:
        return None
    if len(found) != len(NAMES):
        raise BadState(f"{sorted(set(NAMES) - found.keys())} missing")
    ids, place, seen = (found[name] for name in NAMES)
    if [array.dtype.name for array in (ids, place, seen)] != ["uint64", "float32", "float32"]:
        raise BadState("embeddings of another type")
    if not len(ids) or place.shape != (len(ids), EMBED_DIM) or seen.shape != ids.shape:
        raise BadState("embeddings of another shape")
    if not bool((ids[1:] > ids[:-1]).all()):
        raise BadState("ids of embeddings do not ascend")
    if not bool((np.abs(place) <= COMPONENT_MAX).all()):
        raise BadState("a place is not finite, or far from length 1")
    if not bool(((seen >= 0) & np.isfinite(seen)).all()):
        raise BadState("what was seen of a place is not finite")
    return FloatPlaces(ids=ids, place=place, seen=seen)
