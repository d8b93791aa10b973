"""One behaviour suite for what keeps lessons and ticks: in memory, and in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plainview.core.events import parse_event
from plainview.core.history import WeightsPublished, fold_history, parse_entry
from plainview.core.learn.window import EXAMPLE
from plainview.core.receipts import encode_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.memory import FixedSigner
from plainview.edge.memory_learning import MemoryLearning
from plainview.edge.memory_log import FixedLogSigner, FixedRootSigner
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.flows.begin_log import first_trust
from plainview.ports.commands import Refused, Writer
from plainview.ports.learning import (
    Gathered,
    KeepLessons,
    LearningReads,
    Lesson,
    LessonFault,
    MadeTick,
    PruneLessons,
    RecordTick,
    RestoreWeights,
    TickOrder,
    TickRecord,
    Waiting,
)
from plainview.ports.serving import PublishWeights
from plainview.ports.tlog import BeginLog, LogReads
from plainview.ports.view import IssueSlate, OpenSession, TakeEvents
from tests.samples import receipt_of

ANN, BEN = ViewerId("a" * 32), ViewerId("b" * 32)
NOW_MS = 1_790_000_000_000
STARTING = Digest("1" * 64)
assert CARRYING


class LearningStore:
    """A writer and what reads after it; Ann and Ben were each served twice, in turn."""

    def __init__(self, writer: Writer, reads: LearningReads, log: LogReads, serving: Any) -> None:
        self.writer, self.reads, self.log = writer, reads, log
        self.serving = serving
        trust = first_trust(
            "test", receipts=FixedSigner(), log=FixedLogSigner(), root=FixedRootSigner(),
            at_ms=NOW_MS,
        )  # fmt: skip
        writer.submit(BeginLog(trust=trust, source=Digest("5" * 64), files=3, at_ms=NOW_MS))
        writer.submit(
            PublishWeights(digest=STARTING, recipe="starting-1", origin="starting", at_ms=NOW_MS)
        )
        for viewer in (ANN, BEN):
            token = digest_of(viewer.encode())
            writer.submit(OpenSession(token_hash=token, viewer=viewer, at_ms=1))
        self.seqs = [self.issue(viewer, number) for number in (1, 2) for viewer in (ANN, BEN)]

    def issue(self, viewer: ViewerId, number: int) -> int:
        receipt = encode_receipt(receipt_of(viewer=viewer, number=number, nonce="0" * 32))
        self.writer.submit(
            IssueSlate(
                viewer=viewer, number=number, nonce="0" * 32, receipt=receipt,
                signature=b"s" * 64, epoch=1, videos=(VideoId(3),), at_ms=9,
            )
        )  # fmt: skip
        like = Event(n=0, kind="like", at_ms=5, author="viewer", key=f"{number}", video=VideoId(7))
        self.writer.submit(TakeEvents(viewer=viewer, events=(like,)))
        return self.reads.receipts_after(0, count=99)[-1].seq

    def keep(self, upto: int, *, after: int = 0, **changes: Any) -> KeepLessons:
        """The lessons of the places after `after` up to `upto`, by index from 1."""
        seqs = [0, *self.seqs]
        lessons = tuple(
            Lesson(seqs[k], (ANN, BEN)[(k - 1) % 2], k, k * 10, bytes([k]) * k * EXAMPLE.itemsize)
            for k in range(after + 1, upto + 1)
        )
        fields: dict[str, Any] = {
            "after_seq": seqs[after], "upto_seq": seqs[upto], "receipts": upto - after,
            "passed_over": 0, "lessons": lessons, "faults": (), **changes,
        }  # fmt: skip
        return KeepLessons(**fields)

    def tick(self, number: int = 1, *, upto: int = 1, **changes: Any) -> TickRecord:
        """A published tick over the place before `upto`, judged on the one after; `changes` are of
        its order or of what it made."""
        seqs = [0, *self.seqs]
        in_use = self.reads.in_use()
        assert in_use is not None
        order: dict[str, Any] = {
            "number": number, "history_after_seq": 0, "after_seq": seqs[upto - 1],
            "upto_seq": seqs[upto],
            "held_after_seq": seqs[upto], "held_upto_seq": seqs[upto + 1], "since": in_use.ticks,
            "parent": in_use.digest, "parent_state": None, "recipe": Digest("9" * 64),
            "epoch": 1, "policy": Digest("8" * 64),
        }  # fmt: skip
        made: dict[str, Any] = {
            "weights": digest_of(b"weights %d" % number), "state": digest_of(b"state %d" % number),
            "lineage": digest_of(b"lineage %d" % number), "reason": "", "examples": upto,
            "held_out": upto + 1, "chosen": 1, "viewers": 1, "newest_ms": 10,
        }  # fmt: skip
        for name, value in changes.items():
            (order if name in order else made)[name] = value
        return TickRecord(
            order=TickOrder(**order), made=MadeTick(**made), at_ms=NOW_MS + number, took_ms=5
        )

    def record(self, tick: TickRecord) -> None:
        self.writer.submit(RecordTick(tick=tick, recipe_name="ticks-1"))

    def restore(self, digest: Digest, **changes: Any) -> None:
        in_use = self.reads.in_use()
        assert in_use is not None
        fields: dict[str, Any] = {
            "digest": digest, "parent": in_use.digest, "lineage": Digest("6" * 64),
            "recipe_name": "ticks-1", "at_ms": NOW_MS + 99, **changes,
        }  # fmt: skip
        self.writer.submit(RestoreWeights(**fields))

    def logged(self) -> list[WeightsPublished]:
        """The entries about weights; the whole log is in lawful order."""
        entries = [parse_entry(body) for body in self.log.log_entries(0, count=999)]
        assert fold_history(entries)[1] == []
        return [entry for entry in entries if isinstance(entry, WeightsPublished)]


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LearningStore]:
    if request.param == "memory":
        memory = MemoryLearning()
        yield LearningStore(memory, memory, memory, memory)
        return
    db = open_to_write(tmp_path / "plainview.db")
    reads = SqliteIntakeReads(tmp_path / "plainview.db")
    yield LearningStore(
        DirectWriter(GroupCommit(db)), SqliteLearningReads(reads), SqliteLogReads(reads), reads
    )
    reads.db.close()
    db.close()


def refused(code: str) -> Any:
    return pytest.raises(Refused, check=lambda refusal: refusal.code == code)


def test_receipts_come_in_the_order_of_serving(store: LearningStore) -> None:
    """All of them, or the next few after a place, each with whose it is."""
    found = store.reads.receipts_after(0, count=99)
    assert [one.viewer for one in found] == [ANN, BEN, ANN, BEN]
    assert [one.seq for one in found] == sorted(one.seq for one in found)
    assert store.reads.receipts_after(found[1].seq, count=1) == found[2:3]
    assert store.reads.receipts_after(found[3].seq, count=9) == []


def test_a_part_of_a_chain_is_read_alone(store: LearningStore) -> None:
    """Events after one number up to another, fewer at the end, none of nobody."""
    part = store.reads.chain_part(ANN, after=1, upto=3)
    assert [parse_event(body).n for body in part] == [2, 3]
    assert len(store.reads.chain_part(ANN, after=3, upto=99)) == 1
    assert store.reads.chain_part(ViewerId("c" * 32), after=0, upto=9) == []


def test_nothing_is_gathered_at_first(store: LearningStore) -> None:
    """All counts are 0 and what is in use was published before any tick."""
    assert store.reads.gathered() == Gathered(
        upto_seq=0, learned_seq=0, receipts=0, passed_over=0, faults=0, ticks=0
    )
    in_use = store.reads.in_use()
    assert in_use is not None
    assert (in_use.n, in_use.digest, in_use.origin, in_use.ticks) == (1, STARTING, "starting", 0)
    assert store.reads.learned_by(STARTING) is None
    assert (store.reads.ticks(before=9, count=9), store.reads.tick(1)) == ([], None)


def test_lessons_are_kept_and_the_cursor_moves(store: LearningStore) -> None:
    """What is kept reads back as it was handed in, by place."""
    command = store.keep(2)
    store.writer.submit(command)
    at = store.reads.gathered()
    assert (at.upto_seq, at.receipts, at.learned_seq) == (store.seqs[1], 2, 0)
    assert list(store.reads.lessons(0, store.seqs[3])) == list(command.lessons)
    assert list(store.reads.lessons(store.seqs[0], store.seqs[1])) == [command.lessons[1]]
    assert store.reads.waiting(store.seqs[0]) == [Waiting(store.seqs[1], BEN, 2)]
    assert store.reads.lessons_bytes() == 3 * EXAMPLE.itemsize


def test_keeping_again_changes_nothing(store: LearningStore) -> None:
    """The same command again is answered alike and adds nothing."""
    store.writer.submit(store.keep(2))
    before = store.reads.gathered(), list(store.reads.lessons(0, 999))
    store.writer.submit(store.keep(2))
    assert (store.reads.gathered(), list(store.reads.lessons(0, 999))) == before


def test_two_gatherers_do_not_both_keep(store: LearningStore) -> None:
    """Who comes with another cursor is refused, told where it stands, and leaves nothing."""
    store.writer.submit(store.keep(2))
    with refused("lessons_taken"):
        store.writer.submit(store.keep(3))
    store.writer.submit(store.keep(3, after=2))
    with refused("lessons_taken"):
        store.writer.submit(store.keep(1))
    assert [one.seq for one in store.reads.lessons(0, 999)] == store.seqs[:3]


def test_faults_and_what_was_passed_over_are_told(store: LearningStore) -> None:
    """A receipt that could not be made again stands by its id with the reason, newest first."""
    faults = tuple(LessonFault(seq, Digest("d" * 64), f"reason {seq}", 5) for seq in store.seqs[:2])
    store.writer.submit(store.keep(2, lessons=(), faults=faults, passed_over=1))
    at = store.reads.gathered()
    assert (at.faults, at.passed_over, at.receipts) == (2, 1, 2)
    assert list(store.reads.lesson_faults(count=1)) == [faults[1]]


def test_a_published_tick_is_one_write(store: LearningStore) -> None:
    """Its row, the cursor, the weights in use and the log's entry come together."""
    store.writer.submit(store.keep(4))
    tick = store.tick()
    store.record(tick)
    assert store.reads.tick(1) == tick
    assert store.reads.gathered().learned_seq == store.seqs[0]
    in_use = store.reads.in_use()
    assert in_use is not None
    assert msgspec.structs.astuple(in_use) == (
        2, tick.made.weights, "ticks-1", "learned", tick.made.lineage, 1, tick.at_ms
    )  # fmt: skip
    assert store.serving.weights() == tick.made.weights
    entry = store.logged()[-1]
    assert (entry.digest, entry.parent, entry.recipe, entry.origin, entry.lineage) == (
        tick.made.weights, STARTING, "ticks-1", "learned", tick.made.lineage,
    )  # fmt: skip
    assert store.reads.learned_by(tick.made.weights) == tick


def test_a_dropped_tick_moves_the_cursor_alone(store: LearningStore) -> None:
    """Nothing is published, and its examples are not offered again."""
    store.writer.submit(store.keep(4))
    tick = store.tick(reason="worse")
    store.record(tick)
    assert store.serving.weights() == STARTING
    assert len(store.logged()) == 1
    at = store.reads.gathered()
    assert (at.learned_seq, at.ticks) == (store.seqs[0], 1)
    assert store.reads.learned_by(tick.made.weights) is None


def test_a_window_passed_over_has_no_files(store: LearningStore) -> None:
    """A tick that could not be made is recorded with its reason and zeros."""
    store.writer.submit(store.keep(4))
    none: dict[str, Any] = dict.fromkeys(("weights", "state", "lineage"), NO_DIGEST)
    store.record(store.tick(reason="too_few_viewers", **none))
    found = store.reads.tick(1)
    assert found is not None
    assert (found.made.reason, found.made.lineage) == ("too_few_viewers", NO_DIGEST)


def test_recording_again_changes_nothing(store: LearningStore) -> None:
    """The same tick again, as after a lost answer, is recorded and published once."""
    store.writer.submit(store.keep(4))
    tick = store.tick()
    store.record(tick)
    store.record(tick)
    assert (store.reads.gathered().ticks, len(store.reads.published())) == (1, 2)
    assert len(store.logged()) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": 1}, "tick_taken"),
        ({"number": 3}, "tick_taken"),
        ({"after_seq": 0}, "tick_taken"),
        ({"held_upto_seq": 10_000}, "tick_taken"),
        ({"parent": STARTING}, "parent_moved"),
        ({"since": 0}, "parent_moved"),
    ],
)
def test_a_tick_that_does_not_follow_is_refused(
    store: LearningStore, changes: dict[str, Any], code: str
) -> None:
    """Another number, cursor, window or parent than stands there: nothing of it is kept."""
    store.writer.submit(store.keep(4))
    store.record(store.tick())
    before = store.reads.gathered(), store.reads.published()
    with refused(code):
        store.record(store.tick(**{"number": 2, "upto": 2, **changes}))
    assert (store.reads.gathered(), store.reads.published()) == before
    store.record(store.tick(2, upto=2))
    assert store.reads.gathered().ticks == 2


def test_ticks_come_newest_first(store: LearningStore) -> None:
    """The last few before a number, and how many examples were offered since a time."""
    store.writer.submit(store.keep(4))
    for number in (1, 2, 3):
        store.record(store.tick(number, upto=number))
    assert [one.order.number for one in store.reads.ticks(before=3, count=9)] == [2, 1]
    assert [one.order.number for one in store.reads.ticks(before=9, count=1)] == [3]
    assert store.reads.examples_learned(since_ms=NOW_MS + 2) == 5


def test_earlier_weights_are_restored(store: LearningStore) -> None:
    """They are in use again, logged as restored, and the next tick's parent."""
    store.writer.submit(store.keep(4))
    store.record(store.tick())
    store.restore(STARTING)
    store.restore(STARTING, parent=digest_of(b"weights 1"))
    in_use = store.reads.in_use()
    assert in_use is not None
    assert (in_use.n, in_use.digest, in_use.origin, in_use.ticks) == (3, STARTING, "restored", 1)
    assert store.serving.weights() == STARTING
    assert [entry.origin for entry in store.logged()] == ["starting", "learned", "restored"]
    store.record(store.tick(2, upto=2))
    assert store.logged()[-1].parent == STARTING


def test_a_tick_of_a_parent_that_was_replaced_is_refused(store: LearningStore) -> None:
    """A return that comes while a tick is made wins; the same weights back again do not help."""
    store.writer.submit(store.keep(4))
    store.record(store.tick())
    late = store.tick(2, upto=2)
    store.restore(STARTING)
    with refused("parent_moved"):
        store.record(late)
    store.restore(digest_of(b"weights 1"))
    with refused("parent_moved"):
        store.record(msgspec.structs.replace(late, order=msgspec.structs.replace(
            late.order, parent=digest_of(b"weights 1"), since=0)))  # fmt: skip


def test_what_never_was_published_is_not_restored(store: LearningStore) -> None:
    """Nor anything in the place of weights that are not in use."""
    store.writer.submit(store.keep(4))
    store.record(store.tick())
    with refused("never_published"):
        store.restore(Digest("4" * 64))
    with refused("parent_moved"):
        store.restore(STARTING, parent=Digest("4" * 64))


def test_lessons_are_forgotten_once_learned(store: LearningStore) -> None:
    """Up to a place that ticks have passed, and it is remembered; never what waits."""
    store.writer.submit(store.keep(4))
    store.record(store.tick())
    with refused("not_learned"):
        store.writer.submit(PruneLessons(upto_seq=store.seqs[1]))
    store.writer.submit(PruneLessons(upto_seq=store.seqs[0]))
    assert store.reads.pruned_seq() == store.seqs[0]
    assert store.reads.lessons_bytes() == 9 * EXAMPLE.itemsize
    assert (store.reads.first_tick_after(0), store.reads.first_tick_after(store.seqs[0])) == (
        store.reads.tick(1), None,
    )  # fmt: skip
    assert [one.seq for one in store.reads.lessons(0, 999)] == store.seqs[1:]
