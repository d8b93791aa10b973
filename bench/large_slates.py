"""Slates per second and core over a million videos, near sources by the inverted file.

    python -m bench.large_slates [VIDEOS [WATCHES]]         1,000,000 and 3,000,000 by default

Embeddings are learned first, by the learner's kernel, from WATCHES good watches (see `_large`). A
slate is what `slates` measures: fold, retrieve, filter, rank, arrange, receipt, signature. Recall:
of the 500 videos that a near source would offer if it looked at every row, how many it offers with
lists; over both sources of all viewers. The same slates without lists are measured after.

Beside it, where its libraries are installed (the group `peers-sim`), the pipeline of `_pipeline`:
finding and ranking, for the same viewers, queries and candidates, and what those two steps take of
a slate here. Finding is asked for 500 rows of each source, and for as many as the policy wants;
recall is of what was asked for.
"""

import sys
import time
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench._large import large_pocket, large_rows, learned_table, lists_for
from bench._pipeline import EFFORTS, TREES, Found, Pipeline, asked_of, recall_of
from bench._world import START_MS, slates, viewer_of
from plainview.core.feed import Index, Trace, trace_slate
from plainview.core.feed.features import with_viewer
from plainview.core.feed.interests import Profile, profile_of
from plainview.core.feed.kernels import BEST
from plainview.core.feed.retrieve import NEAR, near
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.weights_file import with_places
from plainview.core.terms.policy import SOURCES
from plainview.core.terms.slate import Context, SlateRequest
from plainview.core.terms.weights import HEADS
from plainview.sim.pocket import Pocket, PocketSlate

VIEWERS, SITTINGS, ROUNDS = 100, 8, 6
NEAREST = 500
WIDE = dict.fromkeys(NEAR, NEAREST)
LISTS, PROBES = STARTING_RECIPE.embeddings.lists, STARTING_RECIPE.embeddings.probes


def genres_of(k: int, genre: NDArray[np.int64]) -> NDArray[np.int64]:
    """The three that viewer `k` cares for."""
    return np.random.Generator(np.random.PCG64(k)).integers(0, genre.max() + 1, size=3)


def watch(
    pocket: Pocket, slate: PocketSlate, genre: NDArray[np.int64], k: int, now_ms: int
) -> None:
    """Viewer `k` finishes what is of their three genres, and a few others; skips the rest."""
    rng = np.random.Generator(np.random.PCG64((k, slate.number)))
    own = genres_of(k, genre)
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


def profiles_of(pocket: Pocket) -> list[Profile]:
    """What the feed knows of each viewer."""
    return [profile_of(pocket.state(viewer_of(k)), index=pocket.index) for k in range(VIEWERS)]


def nearest(index: Index, profile: Profile, wanted: dict[str, int]) -> Found:
    """What the near sources offer somebody to whom nothing is closed."""
    nobody = np.zeros(index.size, dtype=np.uint8)
    return near(wanted, index=index, profile=profile, decided=nobody, kernels=BEST)


def recall(pocket: Pocket) -> tuple[float, float, int]:
    """(mean, least, how many) over what the near sources offer all viewers."""
    whole = msgspec.structs.replace(pocket.index, lists=None)
    each = []
    for profile in profiles_of(pocket):
        listed, exact = (nearest(index, profile, WIDE) for index in (pocket.index, whole))
        each += [recall_of([{name: listed[name]}], [{name: exact[name]}]) for name in exact]
    return float(np.mean(each)), min(each), len(each)


def finding(
    text: str, find: Callable[[int, dict[str, int]], Found], exact: dict[int, list[Found]],
    wants: dict[int, dict[str, int]],
) -> float:  # fmt: skip
    """Print recall and cost of `find`; milliseconds of processor that what the policy wants takes.

    `find`: what viewer k gets of so many rows of each source.
    """
    told, spent = [], 0.0
    for most, wanted in wants.items():
        began = time.process_time()
        found = [find(k, wanted) for k in range(VIEWERS)]
        spent = (time.process_time() - began) * 1e3 / VIEWERS
        told.append(f"recall@{most} {recall_of(found, exact[most]):.4f} in {spent:.2f} ms")
    print(f"{text:<16} {', '.join(told)}", flush=True)
    return spent


def beside_pipeline(pocket: Pocket, genre: NDArray[np.int64]) -> None:
    """Print what finding and ranking take, here and of the pipeline: processor time of a slate."""
    index, profiles = pocket.index, profiles_of(pocket)
    whole = msgspec.structs.replace(index, lists=None)
    asks = zip(SOURCES, pocket.policies["for-you"].sources, strict=True)
    wanted = {name: count for name, count in asks if name in NEAR}
    wants = {NEAREST: WIDE, max(wanted.values()): wanted}
    exact = {
        most: [nearest(whole, profile, each) for profile in profiles]
        for most, each in wants.items()
    }  # fmt: skip
    pools = [trace_of(pocket, k) for k in range(VIEWERS)]
    inputs = [with_viewer(pool.viewer_features, pool.video_features) for pool in pools]
    likes = [np.isin(genre[pool.candidates.rows], genres_of(k, genre))
             for k, pool in enumerate(pools)]  # fmt: skip
    ours = finding("here, lists", lambda k, each: nearest(index, profiles[k], each), exact, wants)
    began = time.process_time()
    for pool, profile in zip(pools, profiles, strict=True):
        video = BEST.features(
            pool.candidates.rows, pool.candidates.sources, index=index, profile=profile,
            context=pool.request.context,
        )  # fmt: skip
        BEST.forward(pool.weights, pool.viewer_features, video)
    ranked = (time.process_time() - began) * 1e3 / VIEWERS
    print(f"                 features and {len(HEADS)} heads of"
          f" {sum(map(len, inputs)) / VIEWERS:.0f} candidates in {ranked:.2f} ms;"
          f" both steps {ours + ranked:.2f}")  # fmt: skip
    try:
        pipeline = Pipeline(index.embeddings, np.concatenate(inputs), np.concatenate(likes))
    except ImportError as error:
        print(f"peer             left out: {error.name} is not installed")
        return
    print(f"peer             graph built in {pipeline.built_s:.0f} s of processor, {TREES} trees"
          f" fitted in {pipeline.fitted_s:.0f}", flush=True)  # fmt: skip
    began = time.process_time()
    for X in inputs:
        pipeline.rank(X)
    ranking = (time.process_time() - began) * 1e3 / VIEWERS
    for effort in EFFORTS:
        pipeline.effort = effort
        theirs = finding(
            f"HNSW, ef {effort}", lambda k, each: pipeline.find(asked_of(profiles[k], each)),
            exact, wants,
        )  # fmt: skip
        print(f"                 with LightGBM for one head {theirs + ranking:.2f} ms, for"
              f" {len(HEADS)} {theirs + len(HEADS) * ranking:.2f}")  # fmt: skip


def trace_of(pocket: Pocket, k: int) -> Trace:
    """What the viewer's next slate is decided from."""
    return trace_slate(
        index=pocket.index, weights=pocket.weights, policy=pocket.policies["for-you"],
        state=pocket.state(viewer_of(k)),
        request=SlateRequest(number=1, now_ms=START_MS, seed=bytes(32), context=Context(size=8)),
    )  # fmt: skip


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
    beside_pipeline(pocket, genre)
    bare = with_places(pocket.weights_bytes, places=pocket.weights.places, centroids=None)
    pocket.publish_weights(bare)
    pocket.freeze(now_ms)
    print(
        f"no lists {slates(pocket, viewers=VIEWERS, rounds=1, now_ms=now_ms + 30_000)}", flush=True
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
