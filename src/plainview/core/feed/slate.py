"""One slate, as the steps in a row: filter, retrieve, rank, arrange."""

from hashlib import sha256

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.feed.arrange import CERTAIN, Past, Placing, Pool
from plainview.core.feed.errors import BadRequest, WeightsMismatch
from plainview.core.feed.features import (
    shown_features,
    viewer_features,
    with_viewer,
)
from plainview.core.feed.filter import Decided, decide
from plainview.core.feed.guards import ALIKE_ONE, taken_off
from plainview.core.feed.index import Index
from plainview.core.feed.integers import Ints
from plainview.core.feed.interests import Profile, no_profile, rows_of
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.feed.queue import queue_of
from plainview.core.feed.rank import newest_values, value_terms
from plainview.core.feed.retrieve import Candidates, retrieve
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId
from plainview.core.terms.policy import RULE_CODES, SIZE_MAX, SOURCE_CODES, Policy
from plainview.core.terms.slate import Slate, SlateItem, SlateRequest
from plainview.core.terms.viewer import LATELY_MAX, ViewerState
from plainview.core.terms.weights import HEAD_ONE, Weights

SOURCE_NAMES = {code: name for name, code in SOURCE_CODES.items()}


class Trace(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A slate with everything it was decided from.

    `candidates` in retrieval order, n of them; `video_features`, `predictions` (Q24), `terms`
    (heads, then labels) and `values` go with them; `viewer_features` is the other half of the
    network's input; `shown` (items, len(FEATURES)) are the features whose digest the slate carries;
    `placings` has one entry per place that is no repeat.
    """

    slate: Slate
    index: Index
    weights: Weights
    policy: Policy
    request: SlateRequest
    profile: Profile
    decided: Decided
    candidates: Candidates
    viewer_features: NDArray[np.int8]
    video_features: NDArray[np.int8]
    predictions: NDArray[np.int64]
    terms: Ints
    values: Ints
    pool: Pool
    placings: tuple[Placing, ...]
    shown: NDArray[np.int8]
    kernels: Kernels


def make_slate(
    *,
    index: Index,
    weights: Weights,
    policy: Policy,
    state: ViewerState,
    request: SlateRequest,
    kernels: Kernels = BEST,
) -> Slate:
    """The slate that `policy` gives this viewer now: a function of its arguments and nothing else.

    Same arguments, same slate, on any machine and with any `kernels`. No video that `state.seen`
    holds comes back while another eligible one is left.

    Raises: BadRequest: a size, number or seed outside the spec. WeightsMismatch: the epoch was
        frozen for other weights.
    """
    return trace_slate(
        index=index, weights=weights, policy=policy, state=state, request=request, kernels=kernels
    ).slate


def trace_slate(
    *,
    index: Index,
    weights: Weights,
    policy: Policy,
    state: ViewerState,
    request: SlateRequest,
    kernels: Kernels = BEST,
) -> Trace:
    """`make_slate`, keeping what each step found: for *Why this video?* and to compare stages."""
    _check(index=index, weights=weights, request=request)
    context, size = request.context, request.context.size
    profile = (
        kernels.profile(state, index=index) if policy.uses_profile else no_profile(index=index)
    )

    decided = decide(index=index, policy=policy, state=state, context=context)
    candidates = retrieve(
        index=index, policy=policy, profile=profile, decided=decided,
        size=size, kernels=kernels,
    )  # fmt: skip
    rows = candidates.rows
    viewer = viewer_features(profile=profile, context=context, now_ms=request.now_ms)
    video = kernels.features(
        rows, candidates.sources, index=index, profile=profile, context=context
    )
    predictions = kernels.forward(weights, viewer, video)
    rejected, likeness = taken_off(
        rows, state=state, index=index, policy=policy, now_ms=request.now_ms
    )
    terms = value_terms(
        predictions, rows=rows, index=index, policy=policy, times=weights.watch_times,
        rejected=rejected,
    )  # fmt: skip
    values = (
        newest_values(rows=rows, index=index) if policy.order == "newest" else terms.sum(axis=1)
    )
    pool = pool_of(
        candidates, values=values, is_barred=likeness >= ALIKE_ONE, index=index,
        policy=policy, state=state,
    )  # fmt: skip
    placings = kernels.arrange(pool, policy=policy, seed=request.seed, size=size)
    missing = size - len(placings)
    repeats = longest_unseen(
        state, index=index, decided=decided, count=missing if policy.repeats else 0
    )

    shown = with_viewer(viewer, video[[p.candidate for p in placings]])
    if len(repeats):
        again = shown_features(
            repeats,
            np.zeros(len(repeats), dtype=np.uint8),
            index=index,
            profile=profile,
            context=context,
            now_ms=request.now_ms,
        )
        shown = np.concatenate([shown, again])
    slate = Slate(
        items=(
            *(_placed(p, candidates=candidates, values=values, index=index) for p in placings),
            *(_repeat(row, index=index) for row in repeats.tolist()),
        ),
        candidates=candidates_digest(index.ids[rows], candidates.sources),
        values=digest_of(values.astype("<i8").tobytes()),
        features=digest_of(shown.tobytes()),
        caught_up=int(missing > 0),
    )
    return Trace(
        slate=slate, index=index, weights=weights, policy=policy, request=request,
        profile=profile, decided=decided, candidates=candidates,
        viewer_features=viewer, video_features=video, predictions=predictions, terms=terms,
        values=values, pool=pool, placings=tuple(placings), shown=shown, kernels=kernels,
    )  # fmt: skip


def _check(*, index: Index, weights: Weights, request: SlateRequest) -> None:
    if not 1 <= request.context.size <= SIZE_MAX:
        raise BadRequest(f"a slate has 1 to {SIZE_MAX} videos, not {request.context.size}")
    if len(request.seed) != 32:
        raise BadRequest(f"a seed has 32 bytes, not {len(request.seed)}")
    if request.now_ms < 0:
        raise BadRequest(f"now_ms is {request.now_ms}")
    header = index.header
    if weights.digest == header.weights:
        if header.centroids != weights.centroids_digest:
            raise WeightsMismatch("the epoch names other centroids than those of its weights")
    elif weights.digest not in {digest for _, digest in header.line_weights}:
        raise WeightsMismatch(
            f"the epoch was frozen for weights {header.weights}, not {weights.digest}"
        )


def pool_of(
    candidates: Candidates,
    *,
    values: Ints,
    is_barred: NDArray[np.bool_],
    index: Index,
    policy: Policy,
    state: ViewerState,
) -> Pool:
    """What arranging needs of the candidates."""
    rows = candidates.rows
    return Pool(
        rows=rows,
        values=values,
        doubts=policy.doubt_milli * HEAD_ONE // index.shown_root.take(rows).astype(np.int64),
        is_barred=is_barred,
        is_rest=candidates.sources == SOURCE_CODES["rest"],
        creators=index.creators.take(rows),
        topics=index.topics.take(rows, axis=0),
        looks=index.looks.take(rows),
        fresh=candidates.fresh,
        topic_max=len(index.header.topics),
        owed_share=queue_of(index, policy=policy).share if policy.owed_share_milli else 0,
        past=past_of(state, index=index),
    )


def past_of(state: ViewerState, *, index: Index) -> Past:
    """What was served to the viewer before, of the last LATELY_MAX - 1."""
    lately = np.array(state.lately[-(LATELY_MAX - 1) :], dtype=np.int64)
    found, is_known = rows_of(lately, index=index)
    rows = found[is_known]
    return Past(
        creators=index.creators.take(rows),
        topics=index.topics.take(rows, axis=0),
        looks=index.looks.take(rows),
    )


def longest_unseen(
    state: ViewerState, *, index: Index, decided: Decided, count: int
) -> NDArray[np.intp]:
    """Rows kept out by `seen` alone, those of the earliest slate first, then by id."""
    if count <= 0:
        return np.zeros(0, dtype=np.intp)
    videos = sorted((number, video) for video, number in state.seen.items())
    found, is_known = rows_of(np.array([v for _, v in videos], dtype=np.int64), index=index)
    rows: NDArray[np.intp] = found[is_known]
    only_seen: NDArray[np.intp] = rows[decided[rows] == RULE_CODES["seen"]]
    return only_seen[:count]


def candidates_digest(ids: Ints, sources: NDArray[np.uint8]) -> Digest:
    """SHA-256 over the ids (LE u64 each) and then the source codes (one byte each)."""
    return Digest(sha256(ids.astype("<u8").tobytes() + sources.tobytes()).hexdigest())


def _placed(placing: Placing, *, candidates: Candidates, values: Ints, index: Index) -> SlateItem:
    at = placing.candidate
    return SlateItem(
        video=VideoId(int(index.ids[candidates.rows[at]])),
        source=SOURCE_NAMES[int(candidates.sources[at])],
        slot=placing.slot,
        propensity=placing.propensity,
        value=int(values[at]),
    )


def _repeat(row: int, *, index: Index) -> SlateItem:
    return SlateItem(
        video=VideoId(int(index.ids[row])),
        source="repeat",
        slot="repeat",
        propensity=CERTAIN,
        value=0,
    )
