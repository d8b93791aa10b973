"""The optional parts of a weights file: where it places videos, and what its lists go by."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import BadFile
from plainview.core.terms.epoch import EMBED_DIM
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import Centroids, Places

IDS: Final = "embeddings.ids"
TABLE: Final = "embeddings.table"
CENTROIDS: Final = "centroids"
LISTS_MAX: Final = 1 << 16
COMPONENT_MAX: Final = 127


def places_of(ids: NDArray[np.uint64], table: NDArray[np.int8]) -> Places:
    """Checked and read-only.

    Raises: BadFile: ids that are 0, 2**63 or more or do not ascend, a component of -128, a shape or
        type amiss.
    """
    if ids.dtype != np.uint64 or ids.ndim != 1 or table.dtype != np.int8:
        raise BadFile(f"{IDS} and {TABLE} must be uint64 and int8")
    if table.shape != (len(ids), EMBED_DIM) or len(ids) == 0:
        raise BadFile(f"{TABLE} is {table.shape} for {len(ids)} ids")
    if int(ids[0]) == 0 or int(ids[-1]) >= 1 << 63 or not bool((ids[1:] > ids[:-1]).all()):
        raise BadFile(f"{IDS} must be above 0, below 2**63 and strictly rising")
    return Places(ids=_kept(ids), table=_components(table, TABLE))


def centroids_of(table: NDArray[np.int8], *, probes: int) -> Centroids:
    """Checked and read-only. Raises: BadFile: more probes than lists, a shape or type amiss."""
    if table.dtype != np.int8 or table.ndim != 2 or table.shape[1] != EMBED_DIM:
        raise BadFile(f"{CENTROIDS} is {table.dtype} {table.shape}")
    if not 1 <= probes <= len(table) <= LISTS_MAX:
        raise BadFile(f"{probes} probes into {len(table)} lists; at most {LISTS_MAX}")
    table = _components(table, CENTROIDS)
    return Centroids(table=table, probes=probes, digest=digest_of(table.tobytes()))


def take_places(tensors: dict[str, NDArray[Any]]) -> Places | None:
    """The embeddings among `tensors`, which are taken out of it. Raises: BadFile: see there."""
    if IDS not in tensors and TABLE not in tensors:
        return None
    if IDS not in tensors or TABLE not in tensors:
        raise BadFile(f"{IDS} and {TABLE} come together")
    return places_of(tensors.pop(IDS), tensors.pop(TABLE))


def take_centroids(tensors: dict[str, NDArray[Any]], about: Mapping[str, Any]) -> Centroids | None:
    """The centroids among `tensors`, which are taken out of it. Raises: BadFile: see there."""
    probes = about.get("probes")
    if CENTROIDS not in tensors and probes is None:
        return None
    if CENTROIDS not in tensors or not isinstance(probes, int):
        raise BadFile(f"{CENTROIDS} and the number of probes come together")
    return centroids_of(tensors.pop(CENTROIDS), probes=probes)


def place_tensors(places: Places) -> dict[str, NDArray[Any]]:
    """As they stand in the file."""
    return {IDS: places.ids, TABLE: places.table}


def centroid_tensors(centroids: Centroids) -> dict[str, NDArray[Any]]:
    """As they stand in the file; the number of probes is in its metadata."""
    return {CENTROIDS: centroids.table}


def _components(table: NDArray[np.int8], name: str) -> NDArray[np.int8]:
    if int(table.min(initial=0)) < -COMPONENT_MAX:
        raise BadFile(f"{name} holds -128; the least is -127")
    return _kept(table)


def _kept(array: NDArray[Any]) -> NDArray[Any]:
    out = np.ascontiguousarray(array)
    out.flags.writeable = False
    return out
