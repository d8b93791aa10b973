"""Slates per second and core over a million videos, near sources by the inverted file.

    python -m bench.large_slates [VIDEOS [WATCHES]]         1,000,000 and 3,000,000 by default

Embeddings are learned first, by the learner's kernel, from WATCHES good watches (see `_large`). A
slate is what `slates` measures: fold, retrieve, filter, rank, arrange, receipt, signature. Recall:
of the 500 videos that a near source would offer if it looked at every row, how many it offers with
lists; over both sources of all viewers. The same slates without lists are measured after.

Peer, where its libraries are installed (`pip install hnswlib lightgbm`, needed for nothing else):
the two steps that retrieval and ranking are there, an HNSW graph asked for 400 neighbours and a
LightGBM model of 9 heads on 400 rows of as many features; no filter, no order that can be replayed,
no receipt.
"""

import sys
import time
from importlib import import_module
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench._large import large_pocket, large_rows, learned_table, lists_for
from bench._world import START_MS, slates, viewer_of
from plainview.core.feed.interests import profile_of
from plainview.core.feed.kernels import BEST
from plainview.core.feed.retrieve import NEAR, near
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.weights_file import with_places
from plainview.core.terms.weights import FEATURES, HEADS
from plainview.sim.pocket import Pocket, PocketSlate

VIEWERS, SITTINGS, ROUNDS = 100, 8, 6
NEAREST = 500
PEER_CANDIDATES = 400
LISTS, PROBES = STARTING_RECIPE.embeddings.lists, STARTING_RECIPE.embeddings.probes


def watch(
    pocket: Pocket, slate: PocketSlate, genre: NDArray[np.int64], k: int, now_ms: int
) -> None:
    """Viewer `k` finishes what is of their three genres, and a few others; skips the rest."""
    rng = np.random.Generator(np.random.PCG64((k, slate.number)))
    own = np.random.Generator(np.random.PCG64(k)).integers(0, genre.max() + 1, size=3)
    rows = np.searchsorted(pocket.index.ids, np.array(slate.videos))
    for place, (video, row) in enumerate(zip(slate.videos, rows.tolist(), strict=True)):
        likes = genre[row] in own or rng.random() < 0.15
        ms = int(pocket.index.length_ms[row]) if likes else 700
        about = {"video": str(video), "number": slate.number}
        key = f"{slate.number}-{place}"
        events: list[dict[str, object]] = [
            {"key": f"{key}-s", "kind": "shown", "position": place, **about},
            {"key": f"{key}-w", "kind": "watch", "ms": ms, "loops": 0, **about},
        ]
        pocket.take_events(viewer_of(k), events, now_ms=now_ms + place)


def recall(pocket: Pocket) -> tuple[float, float, int]:
    """(mean, least, how many) over what the near sources offer all viewers."""
    index, found = pocket.index, []
    whole = msgspec.structs.replace(index, lists=None)
    nobody = np.zeros(index.size, dtype=np.uint8)
    for k in range(VIEWERS):
        profile = profile_of(pocket.state(viewer_of(k)), index=index)
        listed, exact = (
            near(
                dict.fromkeys(NEAR, NEAREST), index=given, profile=profile, decided=nobody,
                kernels=BEST,
            )
            for given in (index, whole)
        )  # fmt: skip
        found += [
            len(np.intersect1d(listed[name], exact[name])) / len(np.unique(exact[name]))
            for name in exact
        ]
    return float(np.mean(found)), float(np.min(found)), len(found)


def peer(index_embeddings: NDArray[np.int8], queries: NDArray[np.int8]) -> str:
    """What an HNSW graph and LightGBM take of a core for the same two steps."""
    try:
        hnswlib: Any = import_module("hnswlib")
        lightgbm: Any = import_module("lightgbm")
    except ImportError as error:
        return f"left out: {error.name} is not installed"
    vectors = index_embeddings.astype(np.float32)
    graph: Any = hnswlib.Index(space="ip", dim=vectors.shape[1])
    graph.init_index(max_elements=len(vectors), ef_construction=100, M=16)
    began = time.perf_counter()
    graph.add_items(vectors, num_threads=2)
    built = time.perf_counter() - began
    rng = np.random.Generator(np.random.PCG64(1))
    X = rng.integers(-64, 65, size=(20_000, len(FEATURES))).astype(np.float32)
    y = (X[:, 0] + X[:, 70] + rng.normal(0, 40, size=len(X)) > 0).astype(int)
    options = {"objective": "binary", "num_leaves": 63, "verbosity": -1, "num_threads": 1}
    model = lightgbm.train(options, lightgbm.Dataset(X, y), num_boost_round=100)
    text = ""
    for ef in (400, 800):
        graph.set_ef(ef)
        labels = graph.knn_query(queries.astype(np.float32), k=NEAREST if ef > NEAREST else 400)[0]
        exact = np.argsort(-(queries.astype(np.float32) @ vectors.T), axis=1)[:, : labels.shape[1]]
        hit = np.mean(
            [len(np.intersect1d(a, b)) / len(b) for a, b in zip(labels, exact, strict=True)]
        )
        began = time.process_time()
        for query in queries:
            graph.knn_query(query[None].astype(np.float32), k=PEER_CANDIDATES, num_threads=1)
        asked = (time.process_time() - began) / len(queries)
        text += f"HNSW ef {ef}: {asked * 1e3:.2f} ms, recall {hit:.3f}; "
    began = time.process_time()
    for i in range(20):
        for _ in HEADS:
            model.predict(X[i * PEER_CANDIDATES : (i + 1) * PEER_CANDIDATES], num_threads=1)
    ranked = (time.process_time() - began) / 20
    return (
        f"{text}LightGBM {len(HEADS)} heads of 100 trees: {ranked * 1e3:.2f} ms"
        f" (graph built in {built:.0f} s)"
    )


def main() -> int:
    """Measure and print."""
    videos = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    watches = int(sys.argv[2]) if len(sys.argv) > 2 else 3 * videos
    rows, genre = large_rows(videos)
    began = time.process_time()
    table = learned_table(rows, genre, watches=watches)
    spent = time.process_time() - began
    print(f"learned  {watches:,} good watches, {watches / spent:,.0f} a second of processor time")
    began = time.process_time()
    centroids = lists_for(table, lists=LISTS, probes=PROBES)
    print(f"lists    {LISTS} centroids made in {time.process_time() - began:.1f} s of processor")
    began = time.process_time()
    pocket = large_pocket(rows, table, centroids)
    print(f"epoch    {videos:,} rows frozen and indexed in {time.process_time() - began:.1f} s")
    now_ms = START_MS + 10
    for k in range(VIEWERS):
        for turn in range(SITTINGS):
            slate = pocket.serve(viewer_of(k), policy="for-you", now_ms=now_ms + turn * 40_000)
            watch(pocket, slate, genre, k, now_ms + turn * 40_000)
    mean, least, count = recall(pocket)
    print(f"recall   @{NEAREST} {mean:.4f} over {count} sources, {least:.3f} the least,"
          f" {PROBES} of {LISTS} lists for each")  # fmt: skip
    now_ms += SITTINGS * 60_000
    print(f"slates   {slates(pocket, viewers=VIEWERS, rounds=ROUNDS, now_ms=now_ms)}", flush=True)
    bare = with_places(pocket.weights_bytes, places=pocket.weights.places, centroids=None)
    pocket.publish_weights(bare)
    pocket.freeze(now_ms)
    print(
        f"no lists {slates(pocket, viewers=VIEWERS, rounds=1, now_ms=now_ms + 30_000)}", flush=True
    )
    queries = np.concatenate(
        [
            profile_of(pocket.state(viewer_of(k)), index=pocket.index).interests[1:2]
            for k in range(60)
        ]
    )
    print(f"peer     {peer(pocket.index.embeddings, queries)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
