"""Freeze an epoch: what changed in the catalogue and what was counted become the next one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import numpy as np

from plainview.core.catalogue import (
    Counts,
    Frozen,
    VideoFacts,
    add_counts,
    build_rows,
    changed_leaves,
    delta,
    freeze,
    left_behind,
    merge_rows,
    next_events_root,
    place_rows,
    rows_bytes,
    topic_list,
    with_counts,
)
from plainview.core.events import CountedVideo, count_events, empty_state, fold, parse_event
from plainview.core.learn import load_weights
from plainview.core.terms.epoch import COUNTERS, Rows
from plainview.core.terms.hashing import leaf_hash
from plainview.core.terms.ids import NO_DIGEST, CreatorId, Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import Weights
from plainview.flows.kept_states import KeptStates
from plainview.flows.read_epoch import thaw_epoch
from plainview.ports.catalogue import CatalogueReads
from plainview.ports.clock import Clock
from plainview.ports.commands import Refused, Writer
from plainview.ports.objects import Objects
from plainview.ports.serving import (
    CountDelta,
    CountedEvent,
    EpochFiles,
    EpochRecord,
    Pending,
    RecordEpoch,
    ServingReads,
)
from plainview.ports.view import ViewReads

SHOWN = COUNTERS.index("shown")
EVENTS_MAX = 20_000
"""Events counted into one epoch; what is left waits for the next."""
DELTAS_MAX = 256
"""Epochs stored as what changed, one after the other, before one is stored whole again."""
APART_MS = 2_000
"""Between an epoch and the next with something new in the catalogue, unless it is urgent."""
COUNTS_APART_MS = 10_000
"""Between an epoch and the next that differs in counts alone."""


LinesAt = Callable[[int], tuple[tuple[str, Digest], ...]]
"""(line, weights) at a time, sorted by line."""


class FreezeReads(ServingReads, CatalogueReads, ViewReads, Protocol):
    """All that freezing reads."""


class EpochFreezer:
    """Owns the freezing of epochs: one process, one thread, at a time.

    It keeps the newest epoch's leaves and the viewers it counted last, and believes the database
    over both: when another has frozen meanwhile, it starts again from what is stored.
    """

    def __init__(
        self,
        *,
        reads: FreezeReads,
        writer: Writer,
        files: EpochFiles,
        objects: Objects,
        clock: Clock,
        lines: LinesAt = lambda _now_ms: (),
    ) -> None:
        """`lines`: the weights of the lines of the experiment under way then, see
        `Experiments.lines`."""
        self._lines = lines
        self._reads = reads
        self._writer = writer
        self._files = files
        self._objects = objects
        self._clock = clock
        self._weights: Weights | None = None
        self._record: EpochRecord | None = None
        self._frozen: Frozen | None = None
        self._delta_bytes = 0
        self._deltas = 0
        self._urgent = -1
        self._states = KeptStates()

    def freeze_if_due(self) -> EpochRecord | None:
        """Freeze when something changed and it is time: at once after a removal, APART_MS after
        the last for other changes or when as many events wait as one epoch counts, COUNTS_APART_MS
        when only fewer do.

        Raises: Refused: another froze first; call again. WriterGone.
        """
        pending = self._reads.pending()
        weights = self._reads.weights()
        newest = self._newest()
        if weights is None:
            return None
        if newest is not None and self._frozen is not None:
            header = self._frozen.epoch.header
            is_changed = (
                pending.changed > newest.changed
                or weights != header.weights
                or self._lines(self._now_ms()) != header.line_weights
            )
            if not is_changed and pending.seq <= newest.seq:
                return None
            is_urgent = pending.changed > newest.changed and pending.urgent != self._urgent
            is_behind = pending.seq - newest.seq >= EVENTS_MAX
            apart_ms = APART_MS if is_changed or is_behind else COUNTS_APART_MS
            if not is_urgent and self._clock.now_ms() < newest.served_ms + apart_ms:
                return None
        return self.freeze(pending)

    def freeze(self, pending: Pending) -> EpochRecord:
        """Freeze what was pending. Raises: Refused: another froze first; call again."""
        newest, before = self._newest(), self._frozen
        weights = self._reads.weights()
        edition = self._reads.edition()
        assert weights is not None, "weights are published before epochs are frozen"
        assert edition is not None, "the edition is named before epochs are frozen"
        facts = self._reads.facts_changed_after(newest.changed if newest else 0)
        while (now := self._reads.pending()).decisions != pending.decisions:
            # Flags just read may hold a decision taken meanwhile: read again, so that both agree.
            pending = now
            facts = self._reads.facts_changed_after(newest.changed if newest else 0)
        batch = self._reads.events_after(newest.seq if newest else 0, count=EVENTS_MAX)
        batch = [event for event in batch if event.seq <= pending.seq]
        topics = topic_list(before.epoch.header.topics if before else (), facts)
        ranking, placed = self._placed(before, weights)
        rows = _merge(placed, facts, topics, ranking)
        gains, states = self._count(batch, rows)
        rows = with_counts(rows, self._totals(gains))
        header = before.epoch.header if before else None
        now_ms = self._now_ms()
        frozen = freeze(
            before,
            rows=rows,
            topics=topics,
            edition=edition,
            weights=weights,
            decisions=pending.decisions,
            events_counted=(header.events_counted if header else 0) + len(batch),
            events_root=next_events_root(
                header.events_root if header else NO_DIGEST, [event.body for event in batch]
            ),
            frozen_ms=now_ms,
            line_weights=self._lines(now_ms),
            centroids=ranking.centroids_digest,
            shown=sum(gained[SHOWN] for gained in gains.values()),
        )
        record = self._keep(frozen, before, pending, batch, newest)
        deltas = tuple(CountDelta(video, gains[video]) for video in sorted(gains))
        try:
            self._writer.submit(RecordEpoch(epoch=record, deltas=deltas))
        except Refused:
            self._forget()
            raise
        self._record, self._frozen, self._urgent = record, frozen, pending.urgent
        for state in states.values():
            self._states.put(state)
        return record

    def _now_ms(self) -> int:
        """The time that an epoch frozen now has."""
        last_ms = self._frozen.epoch.header.frozen_ms if self._frozen else 0
        return max(self._clock.now_ms(), last_ms)

    def _forget(self) -> None:
        self._record = self._frozen = None
        self._states.clear()

    def _newest(self) -> EpochRecord | None:
        """The newest stored epoch, whose rows and leaves are then in `_frozen`."""
        if self._record is None:
            record = self._reads.newest_epoch()
            if record is not None:
                self._frozen = thaw_epoch(record, reads=self._reads, files=self._files, known=None)
                self._record = record
                self._deltas = DELTAS_MAX
        return self._record

    def _placed(self, before: Frozen | None, digest: Digest) -> tuple[Weights, Rows | None]:
        """The weights to freeze for, and the rows before with each where those weights put it.

        A video that the weights before placed and these do not goes back to its content function.
        """
        ranking = self._weights_of(digest)
        if before is None or before.epoch.header.weights == digest:
            return ranking, before.epoch.rows if before else None
        old, header = self._weights_of(before.epoch.header.weights), before.epoch.header
        left = self._reads.facts_of(left_behind(old.places, ranking.places))
        rows = place_rows(before.epoch.rows, ranking.places)
        facts = [left[video] for video in sorted(left)]
        return ranking, _merge(rows, facts, header.topics, ranking)

    def _weights_of(self, digest: Digest) -> Weights:
        """Those of that digest; the last that were asked for are kept."""
        if self._weights is None or self._weights.digest != digest:
            self._weights = load_weights(self._objects.get(digest))
        return self._weights

    def _keep(
        self,
        frozen: Frozen,
        before: Frozen | None,
        pending: Pending,
        batch: list[CountedEvent],
        newest: EpochRecord | None,
    ) -> EpochRecord:
        """Store the rows, whole or as a delta, whichever is less to read back in the end."""
        epoch, number = frozen.epoch, frozen.epoch.header.number
        whole = epoch.rows.nbytes
        change = delta(before.epoch.rows, epoch.rows) if before else b""
        is_whole = (
            before is None
            or self._deltas >= DELTAS_MAX
            or (self._deltas > 0 and self._delta_bytes + len(change) > whole)
        )
        name = f"{number:010d}-{epoch.root[:16]}.{'rows' if is_whole else 'delta'}"
        self._files.keep(name, rows_bytes(epoch.rows) if is_whole else change)
        self._files.keep(f"{name}.leaves", _leaves(frozen, None if is_whole else before))
        self._deltas = 0 if is_whole else self._deltas + 1
        self._delta_bytes = 0 if is_whole else self._delta_bytes + len(change)
        return EpochRecord(
            number=number,
            root=epoch.root,
            header=frozen.header_bytes,
            file=name,
            starts_from=number if is_whole else number - 1,
            rows=len(epoch.rows),
            seq=batch[-1].seq if batch else (newest.seq if newest else 0),
            changed=pending.changed,
            frozen_ms=epoch.header.frozen_ms,
            served_ms=self._clock.now_ms(),
        )

    def _totals(self, gains: Mapping[VideoId, Counts]) -> dict[VideoId, Counts]:
        """The counts of those videos once `gains` are added, as the writer will add them."""
        counts = self._reads.counts(gains)
        none = (0,) * len(next(iter(gains.values()), ()))
        return {video: add_counts(counts.get(video, none), gains[video]) for video in gains}

    def _count(
        self, batch: Iterable[CountedEvent], rows: Rows
    ) -> tuple[dict[VideoId, Counts], dict[ViewerId, ViewerState]]:
        """What the batch adds to the counters, and the states of its viewers after it."""
        told: dict[ViewerId, list[Event]] = defaultdict(list)
        for one in batch:
            told[one.viewer].append(parse_event(one.body))
        before = {viewer: self._state_before(viewer, told[viewer][0].n) for viewer in told}
        videos = _counted(rows, told=told.values(), before=before.values())
        gains: dict[VideoId, Counts] = {}
        states: dict[ViewerId, ViewerState] = {}
        for viewer, events in told.items():
            gained, states[viewer] = count_events(before[viewer], events, videos=videos)
            for video, more in gained.items():
                old = gains.get(video)
                gains[video] = (
                    more if old is None else tuple(a + b for a, b in zip(old, more, strict=True))
                )
        return gains, states

    def _state_before(self, viewer: ViewerId, n: int) -> ViewerState:
        """The fold of the viewer's events before event `n`."""
        known = self._states.get(viewer)
        state = known if known is not None and known.n < n else empty_state(viewer)
        if state.n == n - 1:
            return state
        found = self._reads.chain_after(viewer, state.n)
        assert found is not None, "a viewer whose event is counted exists"
        return fold(state, [parse_event(body) for body in found[1][: n - 1 - state.n]])


def _counted(
    rows: Rows, *, told: Iterable[list[Event]], before: Iterable[ViewerState]
) -> dict[VideoId, CountedVideo]:
    """What counting needs of the videos that those events may count for: the ones they name, and
    where a follow came from that one of them takes back. Of a large catalogue that is little."""
    named = {event.video for events in told for event in events}
    named.update(video for state in before for video in state.followed_from.values())
    ids = np.array(sorted(named), dtype=np.uint64)
    known = rows[np.isin(rows["id"], ids, assume_unique=True)]
    return {
        VideoId(video): CountedVideo(CreatorId(creator), length_ms)
        for video, creator, length_ms in zip(
            known["id"].tolist(),
            known["creator"].tolist(),
            known["length_ms"].tolist(),
            strict=True,
        )
    }


def _leaves(frozen: Frozen, before: Frozen | None) -> bytes:
    """The header's leaf hash, then u32 index (little-endian) and hash of each leaf of rows; of
    those alone that differ from `before`, if it is given. With them an epoch that was altered
    afterwards is located to the header or to 64 rows."""
    hashes = frozen.leaves.hashes
    which = changed_leaves(before.epoch.rows, frozen.epoch.rows) if before else range(len(hashes))
    parts = [leaf_hash(frozen.header_bytes)]
    for index in which:
        parts += (index.to_bytes(4, "little"), hashes[index])
    return b"".join(parts)


def _merge(
    rows: Rows | None, facts: Iterable[VideoFacts], topics: tuple[str, ...], ranking: Weights
) -> Rows:
    """`rows` with those of `facts` put in, each where the weights place it."""
    changed = build_rows(list(facts), topics=topics, places=ranking.places)
    return changed if rows is None else merge_rows(rows, changed)
