"""An edition in memory: the same core as the service's, with everything kept in plain dicts.

For tests, drills and benchmarks that are about the core. It keeps what an auditor would ask for.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final

import msgspec
import numpy as np

from plainview.core.catalogue import (
    NO_COUNTS,
    Counts,
    Decision,
    Frozen,
    VideoFacts,
    add_counts,
    as_rows,
    build_rows,
    fold_decisions,
    freeze,
    merge_rows,
    next_events_root,
    place_rows,
    rows_bytes,
    thaw,
    topic_list,
    with_counts,
)
from plainview.core.events import (
    CountedVideo,
    comment_draft,
    count_events,
    empty_state,
    encode_event,
    fold,
    parse_client_event,
    parse_event,
    served_draft,
)
from plainview.core.feed import Index, build_index, make_slate
from plainview.core.feed.kernels import BEST, Kernels
from plainview.core.learn import load_weights
from plainview.core.policy import compile_policy
from plainview.core.receipts import (
    build_receipt,
    hour_commitment,
    hour_of,
    next_request,
    public_key_of,
    receipt_id,
    sign,
    weights_due,
)
from plainview.core.terms.epoch import COUNTERS, FLAG_SILENT, Rows
from plainview.core.terms.hashing import digest_of, leaf_hash
from plainview.core.terms.ids import NO_DIGEST, CommentId, Digest, VideoId, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.slate import Context, Slate, SlateRequest
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import Weights
from plainview.sim.world import World

EDITION: Final = "pocket"
SHOWN: Final = COUNTERS.index("shown")


class PocketEpoch(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an epoch: the bytes, and the hashes of its tree's leaves, header first."""

    header: bytes
    rows: bytes
    leaves: tuple[bytes, ...]
    root: Digest
    frozen_ms: int


class PocketSlate(msgspec.Struct, frozen=True, kw_only=True):
    """One slate as it was served."""

    viewer: ViewerId
    number: int
    receipt: bytes
    signature: bytes
    videos: tuple[VideoId, ...]


class Pocket:
    """Serves, takes events, freezes epochs and forgets nothing."""

    def __init__(
        self,
        world: World,
        *,
        weights: bytes,
        policies: Sequence[bytes],
        now_ms: int,
        secret: bytes = bytes(32),
        kernels: Kernels = BEST,
    ) -> None:
        """Freeze the first epoch of `world`. `secret` is what the edition's keys derive from."""
        self.world = world
        self.weights_bytes = weights
        self.weights = load_weights(weights)
        self.weights_files = {digest_of(weights): weights}
        self._lines: dict[str, Weights] = {}
        self.policies_bytes = {digest_of(data): data for data in policies}
        compiled = [compile_policy(data) for data in policies]
        self.policies: dict[str, Policy] = {policy.name: policy for policy in compiled}
        self._secret = secret
        self._kernels = kernels
        self._private_key = sha256(b"signing" + secret).digest()
        self.public_key = public_key_of(self._private_key)
        self.epochs: dict[int, PocketEpoch] = {}
        self.chains: dict[ViewerId, list[bytes]] = {}
        self.slates: list[PocketSlate] = []
        self._states: dict[ViewerId, ViewerState] = {}
        self._counted_states: dict[ViewerId, ViewerState] = {}
        self._counts: dict[VideoId, Counts] = {}
        self._comments = 0
        self._uncounted: list[tuple[ViewerId, Event]] = []
        self._events_counted, self._events_root = 0, NO_DIGEST
        self.decisions: list[Decision] = []
        self._facts = {
            facts.id: CountedVideo(facts.creator, facts.length_ms) for facts in world.videos
        }
        self._topics = topic_list((), world.videos)
        self._rows = build_rows(world.videos, topics=self._topics)
        self._content = self._rows["embedding"].copy()
        self._frozen: Frozen | None = None
        self.index: Index
        self.freeze(now_ms)

    def hour_key(self, hour: int) -> bytes:
        """The key of that hour."""
        return sha256(b"hour %d" % hour + self._secret).digest()

    def freeze(self, now_ms: int) -> None:
        """Fold what was counted since into the counters and freeze the next epoch."""
        by_viewer: dict[ViewerId, list[Event]] = {}
        for viewer, event in self._uncounted:
            by_viewer.setdefault(viewer, []).append(event)
        shown = 0
        changed: dict[VideoId, Counts] = {}
        for viewer, events in by_viewer.items():
            before = self._counted_states.get(viewer) or empty_state(viewer)
            deltas, after = count_events(before, events, videos=self._facts)
            self._counted_states[viewer] = after
            for video, gained in deltas.items():
                changed[video] = add_counts(self._counts.get(video, NO_COUNTS), gained)
                self._counts[video] = changed[video]
                shown += gained[SHOWN]
        batch = [encode_event(event) for _, event in self._uncounted]
        self._events_root = next_events_root(self._events_root, batch)
        self._events_counted += len(batch)
        self._uncounted = []
        if self.weights.digest != digest_of(self.weights_bytes):
            self.weights = load_weights(self.weights_bytes)
        self._rows = self._flagged(with_counts(self._placed(), changed))
        self._frozen = freeze(
            self._frozen,
            rows=self._rows,
            topics=self._topics,
            edition=EDITION,
            weights=digest_of(self.weights_bytes),
            decisions=len(self.decisions),
            events_counted=self._events_counted,
            events_root=self._events_root,
            frozen_ms=now_ms,
            centroids=self.weights.centroids_digest,
            shown=shown,
            line_weights=tuple((line, self._lines[line].digest) for line in sorted(self._lines)),
        )
        epoch = self._frozen.epoch
        self.epochs[epoch.header.number] = PocketEpoch(
            header=self._frozen.header_bytes,
            rows=rows_bytes(epoch.rows),
            leaves=(leaf_hash(self._frozen.header_bytes), *self._frozen.leaves.hashes),
            root=epoch.root,
            frozen_ms=epoch.header.frozen_ms,
        )
        earlier = getattr(self, "index", None)
        self.index = build_index(epoch, centroids=self.weights.centroids, earlier=earlier)

    def stock(self, rows: Rows, topics: tuple[str, ...]) -> None:
        """Serve these rows instead of the world's from the next epoch on: for catalogues so large
        that nobody makes a million values of facts. What viewers do with them is not counted."""
        self._rows, self._topics = rows, topics
        self._content = rows["embedding"].copy()

    def _placed(self) -> Rows:
        """The rows where the weights in use place them; the content function the others."""
        if self._frozen and self._frozen.epoch.header.weights == self.weights.digest:
            return self._rows
        rows = self._rows.copy()
        rows["embedding"] = self._content
        return place_rows(as_rows(rows), self.weights.places)

    def publish(self, videos: Sequence[VideoFacts]) -> None:
        """Add videos, in the epoch that is frozen next."""
        self._topics = topic_list(self._topics, videos)
        rows = self._rows.copy()
        rows["embedding"] = self._content
        rows = merge_rows(as_rows(rows), build_rows(videos, topics=self._topics))
        self._content = rows["embedding"].copy()
        self._rows = place_rows(rows, self.weights.places)
        self._facts |= {facts.id: CountedVideo(facts.creator, facts.length_ms) for facts in videos}

    def decide(self, video: VideoId, action: str, *, at_ms: int) -> Decision:
        """Take a decision, which the next epoch folds in."""
        made = Decision(
            n=len(self.decisions) + 1, video=video, action=action, reason_code="rules", at_ms=at_ms
        )
        self.decisions.append(made)
        return made

    def publish_weights(self, data: bytes) -> None:
        """Use another weights file from the next epoch on."""
        self.weights_bytes = data
        self.weights_files[digest_of(data)] = data

    def rank_in_line(self, line: str, data: bytes | None) -> None:
        """Rank by that weights file in the arms of a line of an experiment, from the next epoch on;
        None: the line has ended."""
        self._lines.pop(line, None)
        if data is not None:
            self._lines[line] = load_weights(data)
            self.weights_files[digest_of(data)] = data

    def _ranking(self, arm: str) -> Weights:
        due = weights_due(self.index.header, arm)
        return next((one for one in self._lines.values() if one.digest == due), self.weights)

    def _flagged(self, rows: Rows) -> Rows:
        """`rows` with the flags that the decisions amount to."""
        concerned = {decision.video for decision in self.decisions}
        if not concerned:
            return rows
        changed = rows.copy()
        for video in concerned:
            due = fold_decisions([one for one in self.decisions if one.video == video])
            at = np.searchsorted(changed["id"], np.uint64(video))
            changed["flags"][at] = (int(changed["flags"][at]) & FLAG_SILENT) | due
        return as_rows(changed)

    def restart(self) -> None:
        """Forget all that was held beside the stored bytes, and read it back from them."""
        self._states.clear()
        last = self.epochs[max(self.epochs)]
        self._frozen = thaw(last.header, last.rows, last.root)
        self._rows = self._frozen.epoch.rows
        self.weights = load_weights(self.weights_bytes)
        self.index = build_index(self._frozen.epoch, centroids=self.weights.centroids)
        compiled = [compile_policy(data) for data in self.policies_bytes.values()]
        self.policies = {policy.name: policy for policy in compiled}

    def state(self, viewer: ViewerId) -> ViewerState:
        """The fold of the viewer's whole chain."""
        state = self._states.get(viewer)
        if state is None:
            state = empty_state(viewer)
        chain = self.chains.get(viewer, [])
        if state.n < len(chain):
            # Read back rather than remembered, so that what is folded is what an auditor gets.
            state = fold(state, [parse_event(data) for data in chain[state.n :]])
            self._states[viewer] = state
        return state

    def take_events(
        self, viewer: ViewerId, events: Sequence[Mapping[str, object]], *, now_ms: int
    ) -> None:
        """Append what a client reports to the viewer's chain."""
        for event in events:
            self._append(viewer, parse_client_event(event, at_ms=now_ms))

    def take_comment(self, viewer: ViewerId, video: VideoId, *, key: str, now_ms: int) -> None:
        """Append the event of a comment whose text nobody keeps here."""
        self._comments += 1
        comment = CommentId(self._comments)
        self._append(viewer, comment_draft(key=key, video=video, comment=comment, at_ms=now_ms))

    def _append(self, viewer: ViewerId, event: Event) -> None:
        chain = self.chains.setdefault(viewer, [])
        numbered = msgspec.structs.replace(event, n=len(chain) + 1)
        chain.append(encode_event(numbered))
        self._uncounted.append((viewer, numbered))

    def serve(
        self,
        viewer: ViewerId,
        *,
        policy: str,
        now_ms: int,
        context: Context | None = None,
        arm: str | None = None,
    ) -> PocketSlate:
        """The viewer's next slate, with its receipt, and the `served` event in the chain.

        `arm`: what the receipt says of an experiment, "" for none, of a viewer who chose no policy;
        None: the viewer chose.
        """
        state = self.state(viewer)
        rules = self.policies[policy]
        request = self._request(state, now_ms=now_ms, context=context or Context(size=8))
        slate = make_slate(
            index=self.index, weights=self._ranking(arm or ""), policy=rules, state=state,
            request=request, kernels=self._kernels,
        )  # fmt: skip
        return self._issue(state, slate, rules, request, arm)

    def _request(self, state: ViewerState, *, now_ms: int, context: Context) -> SlateRequest:
        return next_request(
            state, self.hour_key(hour_of(now_ms)), nonce=_nonce(state.viewer, state.number + 1),
            now_ms=now_ms, context=context,
        )  # fmt: skip

    def _issue(
        self, state: ViewerState, slate: Slate, rules: Policy, request: SlateRequest,
        arm: str | None,
    ) -> PocketSlate:  # fmt: skip
        viewer, hour = state.viewer, hour_of(request.now_ms)
        epoch = max(self.epochs)
        receipt = build_receipt(
            slate,
            request=request,
            state=state,
            policy=rules,
            header=self.index.header,
            root=self.epochs[epoch].root,
            nonce=_nonce(viewer, request.number),
            commitment=hour_commitment(hour, self.hour_key(hour)),
            edition=EDITION,
            release=digest_of(b"pocket"),
            chosen_by="viewer" if arm is None else "default",
            arm=arm or "",
        )
        videos = tuple(item.video for item in slate.items)
        draft = served_draft(
            number=request.number, receipt=receipt_id(receipt), epoch=epoch, videos=videos
        )
        self._append(viewer, msgspec.structs.replace(draft, at_ms=request.now_ms))
        served = PocketSlate(
            viewer=viewer,
            number=request.number,
            receipt=receipt,
            signature=sign(receipt, private_key=self._private_key),
            videos=videos,
        )
        self.slates.append(served)
        return served


def _nonce(viewer: ViewerId, number: int) -> str:
    return sha256(f"{viewer} {number}".encode()).hexdigest()[:32]
