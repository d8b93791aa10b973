"""The pipeline that people would build instead: an HNSW graph finds, LightGBM ranks.

faiss and LightGBM, one thread each, asked the same as our near sources are: the queries of each
viewer's interests, for as many rows of each. No filter, no order that can be replayed, no receipt.
"""

import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.interests import Profile
from plainview.core.feed.retrieve import NEAR, shares

EDGES, EFFORT_BUILT = 16, 100
EFFORTS: Final = (100, 200, 400, 800)
TREES, LEAVES = 100, 63

Found = dict[str, NDArray[np.intp]]


class Asked(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What one viewer's near sources ask: name, queries, how many rows of each."""

    name: str
    queries: NDArray[np.float32]
    counts: Sequence[int]


def asked_of(profile: Profile, wanted: dict[str, int]) -> list[Asked]:
    """As `near` asks: each interest for its share of what the source wants."""
    made = []
    for name, count in wanted.items():
        queries, masses = profile.queries(NEAR[name])
        if len(queries):
            made.append(
                Asked(name=name, queries=queries.astype(np.float32), counts=shares(count, masses))
            )
    return made


class Pipeline:
    """The graph over all rows and the model. Raises ImportError without its libraries."""

    def __init__(
        self, embeddings: NDArray[np.int8], X: NDArray[np.int8], y: NDArray[np.bool_]
    ) -> None:
        self._faiss: Any = import_module("faiss")
        self._lightgbm: Any = import_module("lightgbm")
        self._faiss.omp_set_num_threads(2)
        vectors = embeddings.astype(np.float32)
        self._graph: Any = self._faiss.IndexHNSWFlat(
            vectors.shape[1], EDGES, self._faiss.METRIC_INNER_PRODUCT
        )
        self._graph.hnsw.efConstruction = EFFORT_BUILT
        began = time.process_time()
        self._graph.add(vectors)
        self.built_s = time.process_time() - began
        self._faiss.omp_set_num_threads(1)
        options = {
            "objective": "binary", "num_leaves": LEAVES, "verbosity": -1, "num_threads": 1,
            "seed": 1,
        }  # fmt: skip
        began = time.process_time()
        data = self._lightgbm.Dataset(X.astype(np.float32), y.astype(int))
        self._model: Any = self._lightgbm.train(options, data, num_boost_round=TREES)
        self.fitted_s = time.process_time() - began

        self.effort = EFFORTS[0]

    def find(self, asked: Sequence[Asked]) -> Found:
        """What each source of one viewer gets from the graph."""
        found: Found = {}
        for one in asked:
            parts = []
            for query, count in zip(one.queries, one.counts, strict=True):
                self._graph.hnsw.efSearch = max(self.effort, count)
                parts.append(self._graph.search(query[None], count)[1][0])
            found[one.name] = np.concatenate(parts)
        return found

    def rank(self, X: NDArray[np.int8]) -> None:
        """What one head says of each candidate."""
        self._model.predict(X.astype(np.float32), num_threads=1)


def recall_of(found: Sequence[Found], exact: Sequence[Found]) -> float:
    """Mean over sources of all viewers: how much of `exact` was found."""
    shares_found = [
        len(np.intersect1d(mine[name], rows)) / len(np.unique(rows))
        for mine, every in zip(found, exact, strict=True)
        for name, rows in every.items()
    ]
    return float(np.mean(shares_found))
