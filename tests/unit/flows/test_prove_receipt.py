"""Where receipts stand in the log, asked for one by one and handed over together."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.history import Interval, check_receipt_logged, parse_entry
from plainview.core.receipts import receipt_id
from plainview.core.terms.ids import ViewerId
from plainview.edge.memory import CountedChance
from plainview.flows.hand_over_receipts import hand_over_receipts
from plainview.flows.log_interval import APART_MS, IntervalLogger
from plainview.flows.prove_receipt import TREES_KEPT, NeverLogged, NotLoggedYet, PublishedLog
from plainview.ports.view import Issued
from tests.edition import Edition, serve

ROUNDS = TREES_KEPT + 3


class Served:
    """An edition that served two viewers a slate each in every one of ROUNDS intervals."""

    def __init__(self, root: Path) -> None:
        self.edition = made = Edition(root, videos=30)
        made.freeze()
        self.viewers = [made.viewer(k) for k in (1, 2)]
        self.slates: dict[ViewerId, list[Issued]] = {viewer: [] for viewer in self.viewers}
        self.logger = IntervalLogger(
            reads=made.log_reads, writer=made.writer, clock=made.clock, chance=CountedChance()
        )
        for _ in range(ROUNDS):
            self.serve()
            made.clock.sleep_ms(APART_MS)
            assert self.logger.log_if_due()
        made.publish()
        self.log = PublishedLog(reads=made.log_reads, files=made.log_files)

    def serve(self) -> None:
        """One more slate to each."""
        for viewer, slates in self.slates.items():
            slates.append(serve(self.edition, viewer, len(slates) + 1))

    def signed(self, viewer: ViewerId) -> list[tuple[bytes, bytes]]:
        """What the viewer holds."""
        return [(one.receipt, one.signature) for one in self.slates[viewer]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("edition"))
    yield made
    made.edition.close()


def interval(served: Served, entry: int) -> Interval:
    (body,) = served.edition.log_reads.log_entries(entry, count=1)
    found = parse_entry(body)
    assert isinstance(found, Interval)
    return found


def test_every_place_leads_to_its_intervals_root(served: Served) -> None:
    """Over more intervals than trees are kept of, twice and by several threads at once, each
    receipt's place leads to the root in the log and is that of the whole proof."""

    def look() -> None:
        for viewer in served.viewers:
            for one in served.slates[viewer]:
                place = served.log.place(receipt_id(one.receipt))
                check_receipt_logged(
                    one.receipt, proof=place, interval=interval(served, place.entry)
                )
                assert served.log.receipt(receipt_id(one.receipt)).place == place
                seen.append(place.entry)

    seen: list[int] = []
    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    look()
    assert len(seen) == 5 * 2 * ROUNDS
    assert len(set(seen)) == ROUNDS
    assert len(served.log._trees) == TREES_KEPT


def test_a_viewers_receipts_are_handed_over_with_their_events(served: Served) -> None:
    """Of one viewer and of nobody else: receipts as they were signed, places, the whole chain."""
    first, second = served.viewers
    file = hand_over_receipts(
        first, served.signed(first), views=served.edition.reads, log=served.log
    )
    assert file.viewer == first
    assert [(one.receipt, one.signature) for one in file.receipts] == served.signed(first)
    assert all(one.proof for one in file.receipts)
    assert file.events == tuple(one.served for one in served.slates[first])
    assert not {one.served for one in served.slates[second]} & set(file.events)


def test_what_is_not_published_has_no_place_yet(served: Served) -> None:
    """A receipt in no interval is said to be on its way, and is handed over without a place; an id
    that nobody stored is said to be none."""
    served.serve()
    viewer = served.viewers[0]
    last = receipt_id(served.slates[viewer][-1].receipt)
    with pytest.raises(NotLoggedYet):
        served.log.place(last)
    file = hand_over_receipts(
        viewer, served.signed(viewer), views=served.edition.reads, log=served.log
    )
    assert [one.proof is None for one in file.receipts] == [False] * ROUNDS + [True]
    with pytest.raises(NeverLogged):
        served.log.place(receipt_id(b"no receipt"))
