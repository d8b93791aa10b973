"""One behaviour suite for what stores views and epochs: in memory, and in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from plainview.core.events import extend, genesis, parse_event
from plainview.core.receipts import encode_receipt, hour_commitment
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.memory import MemoryStore
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.commands import Refused, Writer
from plainview.ports.serving import (
    EpochRecord,
    HourKey,
    KeepHourKeys,
    NameEdition,
    OfferPolicies,
    PolicyRecord,
    PublishWeights,
    RecordEpoch,
    ServingReads,
)
from plainview.ports.view import IssueSlate, OpenSession, TakeEvents, ViewReads
from tests.samples import receipt_of

ANN, BEN = ViewerId("a" * 32), ViewerId("b" * 32)
assert CARRYING


class Reads(ViewReads, ServingReads, Protocol):
    """All that this suite reads."""


class Store:
    """A writer and what reads after it."""

    def __init__(self, writer: Writer, reads: Reads) -> None:
        self.writer = writer
        self.reads = reads

    def opened(self, viewer: ViewerId) -> ViewerId:
        token_hash = digest_of(viewer.encode())
        self.writer.submit(OpenSession(token_hash=token_hash, viewer=viewer, at_ms=1))
        return viewer

    def issue(self, viewer: ViewerId, number: int, nonce: str = "0" * 32) -> IssueSlate:
        receipt = encode_receipt(receipt_of(viewer=viewer, number=number, nonce=nonce))
        return IssueSlate(
            viewer=viewer, number=number, nonce=nonce, receipt=receipt, signature=b"s" * 64,
            epoch=1, videos=(VideoId(3), VideoId(1)), at_ms=9,
        )  # fmt: skip


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        memory = MemoryStore()
        yield Store(memory, memory)
        return
    db = open_to_write(tmp_path / "plainview.db")
    reads = SqliteReads(tmp_path / "plainview.db")
    yield Store(DirectWriter(GroupCommit(db)), reads)
    reads.db.close()
    db.close()


def like(key: str, video: int = 7) -> Event:
    return Event(n=0, kind="like", at_ms=5, author="viewer", key=key, video=VideoId(video))


def take(store: Store, viewer: ViewerId, *events: Event) -> tuple[list[Event], int, Digest]:
    taken = store.writer.submit(TakeEvents(viewer=viewer, events=events))
    return [parse_event(body) for body in taken.events], taken.n, taken.head


def test_a_session_is_found_by_its_token_alone(store: Store) -> None:
    """A token's session is its viewer's; another token has none."""
    store.opened(ANN)
    found = store.reads.session(digest_of(ANN.encode()))
    assert found is not None
    assert (found.viewer, found.is_operator) == (ANN, False)
    assert store.reads.session(digest_of(b"other")) is None


def test_opening_twice_opens_once(store: Store) -> None:
    """The same token again answers with the viewer it began with."""
    store.opened(ANN)
    again = store.writer.submit(
        OpenSession(token_hash=digest_of(ANN.encode()), viewer=BEN, at_ms=2)
    )
    assert again.viewer == ANN
    assert store.reads.viewer_head(BEN) is None


def test_a_new_viewer_stands_at_the_genesis(store: Store) -> None:
    """Before any event the head is the chain's genesis and no slate has a number."""
    head = store.reads.viewer_head(store.opened(ANN))
    assert head is not None
    assert (head.n, head.head, head.number, head.receipt) == (0, genesis(ANN), 0, NO_DIGEST)


def test_events_are_numbered_and_chained_in_order(store: Store) -> None:
    """Two batches of events are numbered 1, 2, 3 and the head is the fold of their bytes."""
    store.opened(ANN)
    take(store, ANN, like("a"), like("b", 8))
    events, n, head = take(store, ANN, like("c", 9))
    assert [(event.n, event.key) for event in events] == [(3, "c")]
    found = store.reads.chain_after(ANN, 0)
    assert found is not None
    expected = genesis(ANN)
    for body in found[1]:
        expected = extend(expected, body)
    assert (n, head) == (3, expected) == (found[0].n, found[0].head)


def test_a_key_counts_once(store: Store) -> None:
    """A key in the chain, or twice in one batch, is appended once and answered each time."""
    store.opened(ANN)
    take(store, ANN, like("a", 7))
    events, n, _ = take(store, ANN, like("b", 8), like("a", 99), like("b", 8))
    assert [(event.n, event.key, event.video) for event in events] == [(1, "a", 7), (2, "b", 8)]
    assert n == 2


def test_a_key_is_its_viewers_own(store: Store) -> None:
    """Two viewers may use one key."""
    store.opened(ANN), store.opened(BEN)
    assert take(store, ANN, like("a"))[1] == take(store, BEN, like("a"))[1] == 1


def test_nobodys_events_are_refused(store: Store) -> None:
    """Events of a viewer who does not exist are refused and not kept."""
    with pytest.raises(Refused, match="no such viewer") as refused:
        take(store, ANN, like("a"))
    assert refused.value.code == "no_viewer"
    assert store.reads.events_after(0, count=9) == []


def test_a_chain_is_read_from_where_one_stands(store: Store) -> None:
    """After event 1 come events 2 and 3; after the last comes nothing."""
    store.opened(ANN)
    take(store, ANN, like("a"), like("b", 8), like("c", 9))
    found = store.reads.chain_after(ANN, 1)
    assert found is not None
    assert [parse_event(body).n for body in found[1]] == [2, 3]
    end = store.reads.chain_after(ANN, 3)
    assert end is not None
    assert list(end[1]) == []
    assert store.reads.chain_after(BEN, 0) is None


def test_a_slate_and_its_event_are_stored_together(store: Store) -> None:
    """An issued slate moves the number, the last receipt and the chain at once."""
    store.opened(ANN)
    take(store, ANN, like("a"))
    command = store.issue(ANN, 1)
    issued = store.writer.submit(command)
    served = parse_event(issued.served)
    assert (served.n, served.kind, served.author, served.at_ms) == (2, "served", "server", 9)
    assert (served.number, served.epoch, served.videos) == (1, 1, (3, 1))
    assert served.receipt == digest_of(command.receipt)
    head = store.reads.viewer_head(ANN)
    assert head is not None
    assert (head.n, head.number, head.receipt) == (2, 1, served.receipt)
    assert store.reads.issued(ANN, 1) == (command.nonce, issued)
    assert store.reads.receipt(served.receipt) == (ANN, issued)


def test_asking_for_a_slate_again_answers_the_first(store: Store) -> None:
    """The same number and nonce, whatever else is in the command, is answered as it was."""
    store.opened(ANN)
    first = store.writer.submit(store.issue(ANN, 1))
    other = store.issue(ANN, 1)
    again = store.writer.submit(
        IssueSlate(
            viewer=ANN, number=1, nonce=other.nonce, receipt=b"{}", signature=b"t" * 64,
            epoch=2, videos=(), at_ms=99,
        )
    )  # fmt: skip
    assert again == first


@pytest.mark.parametrize(
    ("number", "nonce", "code"),
    [(1, "f" * 32, "number_taken"), (3, "0" * 32, "number_gap"), (0, "f" * 32, None)],
)
def test_only_the_next_number_is_issued(
    store: Store, number: int, nonce: str, code: str | None
) -> None:
    """After number 1: 1 with another nonce is taken, 3 is a gap, and either says 2 is next."""
    store.opened(ANN)
    store.writer.submit(store.issue(ANN, 1))
    if code is None:
        store.writer.submit(store.issue(ANN, 2, nonce))
        return
    with pytest.raises(Refused) as refused:
        store.writer.submit(store.issue(ANN, number, nonce))
    assert (refused.value.code, refused.value.detail) == (code, {"next_number": 2})
    head = store.reads.viewer_head(ANN)
    assert head is not None
    assert (head.n, head.number) == (1, 1)


def test_the_last_receipts_come_newest_first(store: Store) -> None:
    """Of three slates the last two are the third and the second."""
    store.opened(ANN)
    issued = [store.writer.submit(store.issue(ANN, number)) for number in (1, 2, 3)]
    assert list(store.reads.last_receipts(ANN, 2)) == [issued[2], issued[1]]
    assert list(store.reads.last_receipts(BEN, 2)) == []


def test_events_are_counted_in_the_order_they_came(store: Store) -> None:
    """The order of counting runs over all viewers, without gaps, and can be read in pieces."""
    store.opened(ANN), store.opened(BEN)
    take(store, ANN, like("a"))
    take(store, BEN, like("a"))
    store.writer.submit(store.issue(ANN, 1))
    first = store.reads.events_after(0, count=2)
    rest = store.reads.events_after(2, count=9)
    assert [(event.seq, event.viewer) for event in (*first, *rest)] == [
        (1, ANN), (2, BEN), (3, ANN),
    ]  # fmt: skip
    assert store.reads.pending().seq == 3


def epoch(number: int, root: str = "1") -> EpochRecord:
    return EpochRecord(
        number=number, root=Digest(root * 64), header=b"{}", file=f"{number}.rows",
        starts_from=number, rows=0, seq=0, changed=0, frozen_ms=5, served_ms=6,
    )  # fmt: skip


def test_epochs_follow_one_another(store: Store) -> None:
    """Epoch 1 then 2; again 2 is the same; another 2, or 4, is refused and says that 3 is next."""
    assert store.reads.newest_epoch() is None
    for number in (1, 2, 2):
        store.writer.submit(RecordEpoch(epoch=epoch(number), deltas=()))
    assert store.reads.newest_epoch() == store.reads.epoch(2) == epoch(2)
    for wrong in (epoch(2, "2"), epoch(4)):
        with pytest.raises(Refused) as refused:
            store.writer.submit(RecordEpoch(epoch=wrong, deltas=()))
        assert (refused.value.code, refused.value.detail) == ("epoch_taken", {"next_number": 3})
    assert store.reads.epoch(3) is None


def test_an_hours_key_is_committed_once(store: Store) -> None:
    """The second key for an hour is forgotten; an hour without one has none."""
    keys = (b"1" * 32, b"2" * 32)
    first, second = (HourKey(5, key, hour_commitment(5, key)) for key in keys)
    for key in (first, second):
        store.writer.submit(KeepHourKeys(keys=(key,), at_ms=1))
    assert store.reads.hour_key(5) == first
    assert store.reads.hour_key(6) is None


def test_policies_on_offer_are_the_last_list(store: Store) -> None:
    """Offering replaces the list and keeps its order."""
    a, b = PolicyRecord("a", Digest("1" * 64)), PolicyRecord("b", Digest("2" * 64))
    store.writer.submit(OfferPolicies(policies=(a, b), at_ms=1))
    store.writer.submit(OfferPolicies(policies=(b, a), at_ms=2))
    assert list(store.reads.policies()) == [b, a]


def test_the_newest_weights_rank(store: Store) -> None:
    """The last published are current, and the edition keeps its first name."""
    assert store.reads.weights() is None
    for digit in ("1", "2"):
        store.writer.submit(
            PublishWeights(digest=Digest(digit * 64), recipe="r", origin="imported", at_ms=1)
        )
        store.writer.submit(NameEdition(edition=f"edition {digit}"))
    assert store.reads.weights() == Digest("2" * 64)
    assert store.reads.edition() == "edition 1"
