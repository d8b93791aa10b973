"""Levers that tell another history: a log built anew without a decision, and two logs at once."""

import threading
from abc import abstractmethod
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from plainview.app.http.books import Books
from plainview.app.villain.forked_log import Editing, Fork, ForkedBooks, ForkedEpochs
from plainview.app.villain.frame import Asker, Detail, Exhibit, Trick
from plainview.app.villain.worked_out import NothingToDo, next_video
from plainview.core.history import DecisionTaken, Entry, EpochFrozen, PromiseKept, parse_entry
from plainview.core.terms.epoch import FLAG_UNLISTED, EpochHeader, Rows
from plainview.core.terms.ids import NO_DIGEST, VideoId, ViewerId
from plainview.core.tlog import parse_checkpoint, parse_note
from plainview.flows.serve_slate import Serving
from plainview.ports.intake import DecideVideo
from plainview.ports.levers import LeverRecord
from plainview.ports.tlog import LogHead

REWRITE_AFTER_MS = 8_000
"""How long the true log is shown with the decision in it, so that somebody has seen it."""
PUBLISHED_WAIT_MS = 5_000
POLL_MS = 20


class FalseHistory(Trick):
    """A second log, shown and served from to whom `is_for` and `is_shown_to` name."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._lock = threading.Lock()
        self._fork: tuple[str, Fork] | None = None

    @abstractmethod
    def editing(self, detail: Detail) -> Editing:
        """What is told instead."""

    def fork(self, detail: Detail) -> Fork:
        """The second log of this pull."""
        key = repr(sorted(detail.items()))
        with self._lock:
            if self._fork is None or self._fork[0] != key:
                fork = Fork(
                    self._wired,
                    at=int(detail["at"]),
                    first_epoch=int(detail["first_epoch"]),
                    editing=self.editing(detail),
                )
                self._fork = (key, fork)
            return self._fork[1]

    @abstractmethod
    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:
        """Whether this viewer is served from it."""

    @abstractmethod
    def is_shown_to(self, asker: Asker, lever: LeverRecord) -> bool:
        """Whether it is shown to who asks."""

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:
        """See `Trick`."""
        if not self.is_for(viewer, lever):
            return serving
        epochs = ForkedEpochs(serving.epochs, self.fork(lever.detail))
        return msgspec.structs.replace(serving, epochs=epochs)

    def books(self, asker: Asker, books: Books, lever: LeverRecord) -> Books:
        """See `Trick`."""
        if not self.is_shown_to(asker, lever):
            return books
        return ForkedBooks(self.fork(lever.detail), under=books)

    def entry_words(self, index: int, fork: Fork) -> str:
        """Entry `index` of the second log, as it stands there."""
        return fork.entries[index].decode() if index < len(fork.entries) else "nothing yet"

    def true_words(self, index: int) -> str:
        """Entry `index` of the true log."""
        return next(
            iter(self._wired.log_reads.log_entries(index, count=1)), b"nothing yet"
        ).decode()


class RewriteHistory(FalseHistory):
    """A decision is logged; then the log is built anew from there without it, for everybody."""

    name = "rewrite-history"
    alters_slates = False

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:  # noqa: ARG002 - as others
        """See `Trick`. Hides the listed video that was shown least, lawfully, and waits until the
        decision stands under a published head."""
        rows = serving.epochs.at_least(0).epoch.rows
        listed = rows[(rows["flags"] & FLAG_UNLISTED) == 0]
        if not len(listed):
            raise NothingToDo("Nobody has published yet: there is no video to hide.")
        video = VideoId(int(listed["id"][int(np.argmin(listed["counters"][:, 0]))]))
        size = self._wired.log_reads.entries_count()
        now_ms = self._wired.clock.now_ms()
        self._decide("unlist", video, id_words=self._wired.chance.token(8).hex(), at_ms=now_ms)
        at, decision = self._find(video, size)
        head = self._await_published(at)
        note = self._wired.publisher().sign(head).encode()
        return {
            "video": str(video),
            "n": str(decision.n),
            "at": str(at),
            "first_epoch": str(self._first_epoch_after(at)),
            "from_ms": str(now_ms + REWRITE_AFTER_MS),
            "head": b64encode(note).decode(),
        }

    def _decide(self, action: str, video: VideoId, *, id_words: str, at_ms: int) -> None:
        self._wired.writer.submit(
            DecideVideo(
                id=f"villain {action} {id_words}",
                video=video,
                action=action,
                author="operator",
                reason_code="rules",
                at_ms=at_ms,
            )
        )

    def _find(self, video: VideoId, first: int) -> tuple[int, DecisionTaken]:
        reads = self._wired.log_reads
        count = reads.entries_count() - first
        for index, body in enumerate(reads.log_entries(first, count=count), first):
            entry = parse_entry(body)
            if isinstance(entry, DecisionTaken) and entry.video == str(video):
                return index, entry
        raise NothingToDo("There is no public log yet.")

    def _await_published(self, at: int) -> LogHead:
        waited = 0
        while True:
            head = self._wired.log_reads.newest_head()
            if head is not None and head.size > at:
                return head
            if waited > PUBLISHED_WAIT_MS:
                raise NothingToDo("The public log stands still; wait until it moves.")
            self._wired.clock.sleep_ms(POLL_MS)
            waited += POLL_MS

    def _first_epoch_after(self, at: int) -> int:
        record = self._wired.reads.newest_epoch()
        number = record.number if record else 0
        while number and (self._wired.log_reads.epoch_entry(number) or 0) > at:
            number -= 1
        return number + 1

    def let_go(self, lever: LeverRecord) -> None:
        """See `Trick`. The video is listed again, by a decision that stays in the log."""
        video = VideoId(int(lever.detail["video"]))
        self._decide("list", video, id_words=lever.detail["n"], at_ms=self._wired.clock.now_ms())

    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:  # noqa: ARG002 - everybody
        """See `FalseHistory`."""
        return self._is_time(lever)

    def is_shown_to(self, asker: Asker, lever: LeverRecord) -> bool:  # noqa: ARG002 - everybody
        """See `FalseHistory`."""
        return self._is_time(lever)

    def _is_time(self, lever: LeverRecord) -> bool:
        return not self.wait_ms(lever.detail)

    def wait_ms(self, detail: Detail) -> int:
        """See `Trick`."""
        return max(0, int(detail["from_ms"]) - self._wired.clock.now_ms())

    def editing(self, detail: Detail) -> Editing:
        """See `FalseHistory`."""
        return WithoutDecision(int(detail["n"]), int(detail["video"]))

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        left_ms = self.wait_ms(detail)
        decision = f"Decision {detail['n']}, entry {detail['at']}, hides video {detail['video']}"
        if left_ms > 0:
            return f"{decision}. In {left_ms // 1000 + 1} s it will never have been taken."
        return f"{decision}; the log no longer has it."

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """See `Trick`."""
        if not self._is_time(lever):
            return ()
        fork, at = self.fork(lever.detail), int(lever.detail["at"])
        now = self._wired.publisher().sign(fork.grow()).encode()
        return [
            Exhibit(
                title="Two signed heads",
                left_label="Signed before",
                left=b64decode(lever.detail["head"]).decode(),
                right_label="Signed now",
                right=now.decode(),
            ),
            Exhibit(
                title=f"Entry {at}",
                left_label="It was",
                left=self.true_words(at),
                right_label="It is",
                right=self.entry_words(at, fork),
            ),
        ]


class WithoutDecision:
    """`Editing`: decision `n` was never taken, and its video never hidden."""

    def __init__(self, n: int, video: int) -> None:
        self._n = n
        self._video = video

    def begin(self, fork: Fork) -> Iterable[Entry]:  # noqa: ARG002
        """See `Editing`."""
        return ()

    def edit(self, entry: Entry, fork: Fork) -> Entry | None:
        """See `Editing`."""
        if isinstance(entry, DecisionTaken) and entry.n >= self._n:
            is_it = entry.n == self._n
            return None if is_it else msgspec.structs.replace(entry, n=entry.n - 1)
        if isinstance(entry, EpochFrozen):
            previous = fork.root_of(entry.number - 1)
            return fork.tell_epoch(entry.number, previous_root=previous, at_ms=entry.at_ms)
        return entry

    def number_of(self, number: int) -> int:
        """See `Editing`."""
        return number

    def alter(self, header: EpochHeader, rows: Rows) -> tuple[EpochHeader, Rows]:
        """See `Editing`."""
        if header.decisions >= self._n:
            header = msgspec.structs.replace(header, decisions=header.decisions - 1)
            rows["flags"][rows["id"] == self._video] &= 0xFFFF ^ FLAG_UNLISTED
        return header, rows


class TwoHistories(FalseHistory):
    """Who looks like the one who pulled the lever is shown a log in which a video was hidden."""

    name = "two-histories"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        video = next_video(asker.viewer, serving)
        newest, at = self._where()
        (last,) = self._wired.log_reads.log_entries(at - 1, count=1)
        decisions = self._wired.log_reads.entries_of(["decision"], first=0, before=at)
        taken = parse_entry(decisions[-1]) if decisions else None
        return {
            "video": str(video),
            "face": asker.face,
            "at": str(at),
            "first_epoch": str(newest + 1),
            "at_ms": str(parse_entry(last).at_ms),
            "decisions": str(taken.n if isinstance(taken, DecisionTaken) else 0),
        }

    def _where(self) -> tuple[int, int]:
        """The newest epoch in the log, and the size of a head that has it and no newer one."""
        while True:
            record = self._wired.reads.newest_logged_epoch()
            head = self._wired.log_reads.newest_head()
            if record is None or head is None:
                raise NothingToDo("There is no public log yet.")
            again = self._wired.reads.newest_logged_epoch()
            if again is not None and again.number == record.number:
                return record.number, head.size

    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:
        """See `FalseHistory`."""
        return viewer == lever.pulled_by

    def is_shown_to(self, asker: Asker, lever: LeverRecord) -> bool:
        """See `FalseHistory`."""
        return asker.face == lever.detail["face"] or asker.viewer == lever.pulled_by

    def editing(self, detail: Detail) -> Editing:
        """See `FalseHistory`."""
        return VideoTakenDown(
            int(detail["video"]),
            newest=int(detail["first_epoch"]) - 1,
            decisions=int(detail["decisions"]),
            at_ms=int(detail["at_ms"]),
        )

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The video is number {detail['video']}; the logs part at entry {detail['at']}."

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """See `Trick`."""
        fork, at = self.fork(lever.detail), int(lever.detail["at"])
        fork.grow()
        yours = self._books_for_you(lever).wired.log_files.checkpoint() or b""
        others = self._wired.log_files.checkpoint() or b""
        size = parse_checkpoint(parse_note(yours).text).size
        return [
            Exhibit(
                title="Two signed heads",
                left_label="Shown to you",
                left=yours.decode(),
                right_label="Shown to others",
                right=others.decode(),
            ),
            Exhibit(
                title=f"Entry {at}",
                left_label=f"Of your {size}",
                left=self.entry_words(at, fork),
                right_label="Of theirs",
                right=self.true_words(at),
            ),
        ]

    def _books_for_you(self, lever: LeverRecord) -> Books:
        return ForkedBooks(self.fork(lever.detail), under=self._books)


class VideoTakenDown:
    """`Editing`: a video was unlisted by a decision, and an epoch frozen at once."""

    def __init__(self, video: int, *, newest: int, decisions: int, at_ms: int) -> None:
        self._video = video
        self._newest = newest
        self._decisions = decisions
        self._at_ms = at_ms

    def begin(self, fork: Fork) -> Iterable[Entry]:
        """See `Editing`."""
        yield DecisionTaken(
            n=self._decisions + 1,
            video=str(self._video),
            action="unlist",
            author="operator",
            reason_code="rules",
            reason=NO_DIGEST,
            at_ms=self._at_ms,
        )
        previous = fork.root_of(self._newest)
        yield fork.tell_epoch(self._newest, previous_root=previous, at_ms=self._at_ms)

    def edit(self, entry: Entry, fork: Fork) -> Entry | None:
        """See `Editing`."""
        if isinstance(entry, DecisionTaken):
            return msgspec.structs.replace(entry, n=entry.n + 1)
        if isinstance(entry, EpochFrozen):
            previous = fork.root_of(self.number_of(entry.number) - 1)
            return fork.tell_epoch(entry.number, previous_root=previous, at_ms=entry.at_ms)
        if isinstance(entry, PromiseKept) and entry.epoch > self._newest:
            return msgspec.structs.replace(entry, epoch=self.number_of(entry.epoch))
        return entry

    def number_of(self, number: int) -> int:
        """See `Editing`. One more was frozen."""
        return number + 1

    def alter(self, header: EpochHeader, rows: Rows) -> tuple[EpochHeader, Rows]:
        """See `Editing`."""
        header = msgspec.structs.replace(
            header,
            decisions=header.decisions + 1,
            frozen_ms=max(header.frozen_ms, self._at_ms),
        )
        rows["flags"][rows["id"] == self._video] |= FLAG_UNLISTED
        return header, rows
