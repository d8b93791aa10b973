"""One behaviour suite for what keeps the log: in memory, and in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from plainview.core.catalogue import build_rows, freeze
from plainview.core.history import (
    Access,
    DecisionTaken,
    EpochFrozen,
    HourKey,
    Hours,
    Policies,
    Promise,
    PromiseKept,
    PromiseRefused,
    WeightsPublished,
    batch_of,
    commitment,
    fold_history,
    parse_entry,
)
from plainview.core.receipts import hour_commitment
from plainview.core.terms.hashing import digest_of, leaf_hash, merkle_root
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId
from plainview.core.terms.viewer import Event
from plainview.edge.memory import CountedChance, FixedSigner
from plainview.edge.memory_log import FixedLogSigner, FixedRootSigner
from plainview.edge.memory_tlog import MemoryLog
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.flows.begin_log import first_trust
from plainview.flows.log_interval import commitments_to
from plainview.ports.commands import Refused, Writer
from plainview.ports.intake import RefuseUpload
from plainview.ports.serving import (
    EpochRecord,
    KeepHourKeys,
    OfferPolicies,
    PolicyRecord,
    PublishWeights,
    RecordEpoch,
    ServingReads,
)
from plainview.ports.serving import HourKey as StoredHourKey
from plainview.ports.tlog import (
    BeginLog,
    Cosignature,
    KeepCosignatures,
    LogReads,
    NoteAccess,
    RecordHead,
    RecordInterval,
    RecordSource,
    RevealHourKeys,
    upload_salt,
)
from plainview.ports.view import IssueSlate, TakeEvents, ViewReads
from tests.intake_store import ANN, REASON, Store
from tests.samples import receipt_of

HOUR = 497_222
NOW_MS = HOUR * 3_600_000
WEIGHTS = Digest("7" * 64)
UPLOADS = ("0a" * 16, "0b" * 16)


class Serving(ServingReads, ViewReads, Protocol):
    """What else this suite reads."""


class LogStore:
    """A writer and what reads after it, with Ann a creator, before the log has begun."""

    def __init__(self, writer: Writer, log: LogReads, reads: Any) -> None:
        self.writer = writer
        self.log = log
        self.reads: Serving = reads
        self.intake = Store(writer, reads)

    def begin(self) -> None:
        trust = first_trust(
            "test", receipts=FixedSigner(), log=FixedLogSigner(), root=FixedRootSigner(),
            at_ms=NOW_MS,
        )  # fmt: skip
        self.writer.submit(BeginLog(trust=trust, source=Digest("5" * 64), files=3, at_ms=NOW_MS))

    def begun(self) -> "LogStore":
        """With weights on offer too."""
        self.begin()
        self.publish_weights(WEIGHTS, "starting")
        return self

    def publish_weights(self, digest: Digest, origin: str) -> None:
        self.writer.submit(
            PublishWeights(digest=digest, recipe="some-recipe", origin=origin, at_ms=NOW_MS)
        )

    def freeze(self, number: int, changed: int = 99, decisions: int = 0) -> EpochRecord:
        frozen = freeze(
            None, rows=build_rows([], topics=()), topics=(), edition="test", weights=WEIGHTS,
            decisions=decisions, events_counted=number, events_root=NO_DIGEST, frozen_ms=NOW_MS,
        )  # fmt: skip
        record = EpochRecord(
            number=number, root=frozen.epoch.root, header=frozen.header_bytes, file=f"{number}",
            starts_from=number, rows=0, seq=0, changed=changed, frozen_ms=NOW_MS, served_ms=NOW_MS,
        )  # fmt: skip
        self.writer.submit(RecordEpoch(epoch=record, deltas=()))
        return record

    def entries(self) -> list[Any]:
        return [parse_entry(body) for body in self.log.log_entries(0, count=999)]

    def added(self, since: int) -> list[Any]:
        return self.entries()[since:]

    def head(self, size: int) -> RecordHead:
        bodies = self.log.log_entries(0, count=size)
        root = Digest(merkle_root([leaf_hash(body) for body in bodies]).hex())
        return RecordHead(size=size, root=root, at_ms=NOW_MS)

    def publish(self) -> int:
        size = self.log.entries_count()
        self.writer.submit(self.head(size))
        return size

    def like(self, key: str) -> None:
        event = Event(n=0, kind="like", at_ms=5, author="viewer", key=key, video=VideoId(7))
        self.writer.submit(TakeEvents(viewer=ANN, events=(event,)))

    def serve(self, number: int) -> Digest:
        from plainview.core.receipts import encode_receipt

        receipt = encode_receipt(receipt_of(viewer=ANN, number=number))
        self.writer.submit(
            IssueSlate(
                viewer=ANN, number=number, nonce="0" * 32, receipt=receipt, signature=b"s" * 64,
                epoch=1, videos=(VideoId(3),), at_ms=9,
            )
        )  # fmt: skip
        return digest_of(receipt)

    def interval(self) -> RecordInterval:
        """The command that logs all that no interval holds."""
        end = self.log.intervals_end()
        assert end is not None
        records = list(self.log.records_after(end.seq, count=99))
        made = commitments_to(records, CountedChance())
        receipts, events = batch_of(made.receipts), batch_of(made.events)
        return RecordInterval(
            number=end.number + 1, after_seq=end.seq, upto_seq=records[-1].seq, from_ms=end.at_ms,
            to_ms=end.at_ms + 9, receipts_count=receipts.count,
            receipts_root=Digest(receipts.root), events_count=events.count,
            events_root=Digest(events.root),
            leaves=bytes.fromhex("".join((*made.receipts, *made.events))),
        )  # fmt: skip


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LogStore]:
    if request.param == "memory":
        memory = MemoryLog()
        yield LogStore(memory, memory, memory)
        return
    db = open_to_write(tmp_path / "plainview.db")
    reads = SqliteIntakeReads(tmp_path / "plainview.db")
    yield LogStore(DirectWriter(GroupCommit(db)), SqliteLogReads(reads), reads)
    reads.db.close()
    db.close()


def refusal(store: LogStore, command: Any) -> str:
    with pytest.raises(Refused) as refused:
        store.writer.submit(command)
    return refused.value.code


def test_before_the_log_begins_there_is_nothing(store: LogStore) -> None:
    """Facts are stored without entries, no epoch may be served from, nothing can be recorded."""
    store.publish_weights(WEIGHTS, "starting")
    store.freeze(1)
    assert store.log.entries_count() == 0
    assert store.reads.newest_logged_epoch() is None
    assert store.log.newest_head() is None
    assert store.log.intervals_end() is None
    assert store.log.trust() is None
    assert refusal(store, RecordSource(digest=WEIGHTS, files=1, at_ms=1)) == "no_log"
    access = NoteAccess(viewer=ANN, reason_code="replay", by="operator", at_ms=1)
    assert refusal(store, access) == "no_log"
    assert refusal(store, RecordHead(size=1, root=WEIGHTS, at_ms=1)) == "head_behind"


def test_the_log_begins_with_what_there_is(store: LogStore) -> None:
    """Trust and source, then weights, the hours from this one on and the newest epoch, once."""
    store.publish_weights(WEIGHTS, "starting")
    store.writer.submit(KeepHourKeys(keys=tuple(map(key_of, (HOUR - 1, HOUR))), at_ms=NOW_MS))
    store.freeze(1)
    store.begin()
    store.begin()
    kinds = [str(entry.__struct_config__.tag) for entry in store.entries()]
    assert kinds == ["trust", "source", "weights", "hours", "epoch"]
    assert store.entries()[3].first == HOUR
    stored = store.log.trust()
    assert stored is not None
    assert (stored.version, stored.entry, store.log.trust_entry(1)) == (1, 0, 0)
    assert (store.log.epoch_entry(1), store.log.oldest_epoch()) == (4, 1)
    assert fold_history(store.entries())[1] == []


def key_of(hour: int) -> StoredHourKey:
    key = str(hour).encode().ljust(32, b".")
    return StoredHourKey(hour, key, hour_commitment(hour, key))


def test_an_epoch_is_served_once_its_entry_is_under_a_head(store: LogStore) -> None:
    """Each epoch names the root before; a head that covers its entry makes it the one to serve."""
    store.begun()
    first, second = store.freeze(1), store.freeze(2)
    assert store.reads.newest_logged_epoch() is None
    entries = store.added(3)
    assert [type(entry) for entry in entries] == [EpochFrozen, EpochFrozen]
    assert entries[1].previous_root == first.root
    store.writer.submit(store.head(4))
    assert store.reads.newest_logged_epoch() == first
    store.writer.submit(store.head(5))
    assert store.reads.newest_logged_epoch() == second
    assert store.freeze(2) == second
    assert store.log.entries_count() == 5


def test_a_size_has_one_root(store: LogStore) -> None:
    """The same head again is the same; another root, a smaller size or one beyond is refused."""
    store.begun()
    store.writer.submit(store.head(2))
    store.writer.submit(store.head(2))
    assert refusal(store, RecordHead(size=2, root=WEIGHTS, at_ms=1)) == "head_differs"
    assert refusal(store, store.head(1)) == "head_behind"
    assert refusal(store, RecordHead(size=9, root=WEIGHTS, at_ms=1)) == "head_behind"
    head = store.log.newest_head()
    assert head is not None
    assert (head.size, [one.size for one in store.log.heads()]) == (2, [2])
    assert store.log.unlogged_since_ms() == NOW_MS
    store.publish()
    assert store.log.unlogged_since_ms() is None


def test_facts_are_stated_once(store: LogStore) -> None:
    """Policies sorted by name, weights with their parent, hours in runs: each where it changes, and
    not when it is said again."""
    store.begun()
    a, b = PolicyRecord("b", Digest("1" * 64)), PolicyRecord("a", Digest("2" * 64))
    for _ in range(2):
        store.writer.submit(OfferPolicies(policies=(a, b), at_ms=NOW_MS))
        store.publish_weights(Digest("8" * 64), "imported")
        keys = tuple(map(key_of, (HOUR + 50, HOUR + 51, HOUR + 53)))
        store.writer.submit(KeepHourKeys(keys=keys, at_ms=NOW_MS))
    policies, weights, run, last = store.added(3)
    assert isinstance(policies, Policies)
    assert [one.name for one in policies.offered] == ["a", "b"]
    assert isinstance(weights, WeightsPublished)
    assert (weights.parent, weights.origin) == (WEIGHTS, "imported")
    assert isinstance(run, Hours)
    assert (run.first, len(run.commitments), last.first) == (HOUR + 50, 2, HOUR + 53)
    named = store.log.entries_of(("weights", "policies"), first=0, before=99)
    assert [parse_entry(body) for body in named] == [store.entries()[2], policies, weights]
    assert list(store.log.entries_of(("weights",), first=3, before=5)) == list(named[2:])
    newest = store.log.entries_before(("weights", "policies"), before=99, count=2)
    assert [body for _, body in newest] == list(named[::-1][:2])
    assert store.log.entries_before(("weights",), before=newest[0][0], count=0) == []


def test_a_key_is_revealed_after_its_hour(store: LogStore) -> None:
    """Not before the hour is over, only if its commitment is logged, and once."""
    store.writer.submit(KeepHourKeys(keys=(key_of(HOUR - 1),), at_ms=NOW_MS))
    store.begun()
    store.writer.submit(KeepHourKeys(keys=(key_of(HOUR),), at_ms=NOW_MS))
    over_ms = (HOUR + 1) * 3_600_000
    for at_ms, is_due in ((over_ms - 1, False), (over_ms, True), (over_ms, False)):
        assert store.log.has_keys_to_reveal(at_ms) == is_due
        store.writer.submit(RevealHourKeys(at_ms=at_ms))
    assert store.added(4) == [HourKey(hour=HOUR, key=key_of(HOUR).key.hex(), at_ms=over_ms)]
    assert fold_history(store.entries())[1] == []


def test_a_decision_is_stated_without_its_words(store: LogStore) -> None:
    """Its number, video, action and code are in the log; of the reason only a commitment, which the
    words and their salt open, none where there are no words."""
    store.begun()
    video = store.intake.published(UPLOADS[0])
    store.intake.decide("remove", "d1", video=video, public_reason="wörter", at_ms=NOW_MS)
    store.intake.decide("remove", "d1", video=video, public_reason="wörter", at_ms=NOW_MS)
    store.intake.decide("restore", "d2", video=video, reason_code="restored", at_ms=NOW_MS)
    first, second = [entry for entry in store.entries() if isinstance(entry, DecisionTaken)]
    assert (first.n, first.video, first.action, first.reason_code) == (1, "1", "remove", "spam")
    assert (second.n, second.reason) == (2, NO_DIGEST)
    found = store.log.decision_reason(1)
    assert found is not None
    assert found.words == "wörter"
    assert first.reason == commitment(found.salt, "wörter".encode())
    assert [store.log.decision_reason(n) for n in (0, 2, 3)] == [None] * 3


def test_a_promise_is_kept_by_the_epoch_with_the_row(store: LogStore) -> None:
    """An upload that is whole is promised; the first epoch frozen after it was published keeps it,
    once, and names it by the same commitment."""
    store.begun()
    store.intake.begin(UPLOADS[0])
    for _ in range(2):
        store.intake.finish(UPLOADS[0])
    (promise,) = store.added(3)
    assert isinstance(promise, Promise)
    assert promise.deadline_ms == 99
    before = store.reads.pending().changed
    store.freeze(1, changed=before)
    video = store.intake.publish(UPLOADS[0])
    store.freeze(2, changed=before)
    changed = store.reads.pending().changed
    store.freeze(3, changed=changed)
    store.freeze(4, changed=changed)
    (kept,) = [entry for entry in store.entries() if isinstance(entry, PromiseKept)]
    assert (kept.upload, kept.video, kept.epoch) == (promise.upload, str(video), 3)
    stored = store.log.promise(UPLOADS[0])
    assert stored is not None
    assert stored.secret is not None
    assert commitment(upload_salt(stored.secret, UPLOADS[0]), b"r") == stored.commitment
    assert (stored.commitment, stored.deadline_ms) == (promise.upload, 99)
    entries = store.entries()
    assert stored.ended is not None
    assert (entries[stored.entry], entries[stored.ended]) == (promise, kept)
    assert store.log.promise(UPLOADS[1]) is None


def test_a_refusal_is_stated_by_its_code(store: LogStore) -> None:
    """A promised upload that is refused says why, once; one that never was whole says nothing."""
    store.begun()
    store.intake.begin(UPLOADS[0])
    store.intake.finish(UPLOADS[0])
    store.intake.begin(UPLOADS[1])
    for upload in (*UPLOADS, UPLOADS[0]):
        store.writer.submit(RefuseUpload(upload=upload, reason=REASON, at_ms=NOW_MS))
    promise, refused = store.added(3)
    assert isinstance(refused, PromiseRefused)
    assert (refused.upload, refused.reason_code) == (promise.upload, "broken")


def test_intervals_leave_nothing_out(store: LogStore) -> None:
    """Two intervals hold all events and receipts since the log began, in order, under salts that
    open them; another interval of the same number, or one that skips, is refused."""
    store.like("before")
    store.begun()
    store.like("a")
    receipts = [store.serve(1)]
    first = store.interval()
    store.writer.submit(first)
    store.writer.submit(first)
    store.like("b")
    receipts += [store.serve(2), store.serve(3)]
    second = store.interval()
    for wrong in ({"number": 3}, {"after_seq": 4}, {"number": 1}):
        changed = RecordInterval(**{**_fields(second), **wrong})
        assert refusal(store, changed) == "interval_taken"
    store.writer.submit(second)
    places = [store.log.receipt_place(receipt) for receipt in receipts]
    assert all(place is not None and place.secret is not None for place in places)
    found = [store.log.interval_at(place.seq) for place in places if place]
    assert [one.number for one in found if one] == [1, 2, 2]
    assert [(one.after_seq, one.upto_seq) for one in found if one] == [(1, 3), (3, 6), (3, 6)]
    between = [
        store.log.receipts_between(one.after_seq, place.seq)
        for one, place in zip(found, places, strict=True)
        if one and place
    ]
    assert between == [0, 0, 1]
    assert store.log.interval_at(1) is None
    assert store.log.interval_at(7) is None
    end = store.log.intervals_end()
    assert end is not None
    assert (end.number, end.seq) == (2, 6)
    assert list(store.log.records_after(6, count=9)) == []
    assert store.log.receipt_place(WEIGHTS) is None


def _fields(command: RecordInterval) -> dict[str, Any]:
    return {name: getattr(command, name) for name in command.__struct_fields__}


def test_an_access_names_nobody(store: LogStore) -> None:
    """Reading a person's history is logged under a commitment, each time another."""
    store.begun()
    for _ in range(2):
        store.writer.submit(
            NoteAccess(viewer=ANN, reason_code="export", by="operator", at_ms=NOW_MS)
        )
    first, second = store.added(3)
    assert isinstance(first, Access)
    assert (first.reason_code, first.by) == ("export", "operator")
    assert first.subject != second.subject
    assert commitment(bytes(32), ANN.encode()) not in (first.subject, second.subject)
    nobody = NoteAccess(viewer=Digest("f" * 32), reason_code="export", by="operator", at_ms=1)  # type: ignore[arg-type]
    assert refusal(store, nobody) == "no_viewer"


def test_a_source_is_logged_where_it_changes(store: LogStore) -> None:
    """The tree that runs is stated again only after another; logged is what a head covers."""
    store.begun()
    for digit in "5665":
        store.writer.submit(RecordSource(digest=Digest(digit * 64), files=2, at_ms=NOW_MS))
    assert [entry.digest[0] for entry in store.added(3)] == ["6", "5"]
    assert not store.log.is_source_logged(Digest("6" * 64))
    store.publish()
    assert store.log.is_source_logged(Digest("6" * 64))
    assert not store.log.is_source_logged(Digest("9" * 64))


def test_each_witness_has_one_last_cosignature(store: LogStore) -> None:
    """A cosignature of a smaller head never replaces one of a larger."""
    store.begun()
    sizes = [2, 3]
    for size in sizes:
        store.writer.submit(store.head(size))

    def keep(witness: str, size: int) -> None:
        one = Cosignature(witness=witness, size=size, line=f"line {size}", at_ms=size)
        store.writer.submit(KeepCosignatures(cosignatures=(one,)))

    for witness, size in (("ben", 3), ("ann", 2), ("ann", 3), ("ann", 2)):
        keep(witness, size)
    assert [(one.witness, one.size) for one in store.log.cosignatures()] == [("ann", 3), ("ben", 3)]


def test_time_in_the_log_never_goes_back(store: LogStore) -> None:
    """An entry whose clock is behind gets the time of the one before it."""
    store.begun()
    store.writer.submit(RecordSource(digest=Digest("6" * 64), files=2, at_ms=5))
    assert store.entries()[-1].at_ms == NOW_MS
