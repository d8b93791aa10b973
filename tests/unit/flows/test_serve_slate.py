"""Serving one slate: its inputs are in the receipt, and every refusal leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from plainview.core.events import parse_event
from plainview.core.receipts import hour_of, parse_receipt, verify
from plainview.core.terms.ids import ViewerId
from plainview.edge.memory import CountedChance, FixedSigner
from plainview.flows.check_receipts import StoredEvidence, check_receipts
from plainview.flows.explain_video import NoReason, explain_video
from plainview.flows.fold_viewer import ChainDiffers, NoViewer, ViewerFolds
from plainview.flows.kept_states import KeptStates
from plainview.flows.log_interval import IntervalLogger
from plainview.flows.read_epoch import STALE_MS, NoEpoch
from plainview.flows.serve_slate import (
    EventsNotHere,
    NotReady,
    NumberGap,
    NumberTaken,
    UnknownPolicy,
    serve_slate,
)
from tests.edition import Edition, asked, serve


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=120)
    edition.freeze()
    yield edition
    edition.close()


def evidence(edition: Edition) -> StoredEvidence:
    return StoredEvidence(
        views=edition.reads, reads=edition.reads, files=edition.files, objects=edition.objects
    )


def test_the_receipt_names_every_input(edition: Edition) -> None:
    """Viewer, number, nonce, epoch, events, hour and context are those the slate was made from."""
    viewer = edition.viewer(1)
    edition.act(viewer, "k", "like", video=edition.world.videos[0].id)
    head = edition.reads.viewer_head(viewer)
    assert head is not None
    issued = serve(edition, viewer, 1, nonce="ab" * 16, last_event=1)
    verify(issued.receipt, signature=issued.signature, public_key=FixedSigner().public_key())
    receipt = parse_receipt(issued.receipt)
    assert (receipt.viewer, receipt.number, receipt.nonce) == (viewer, 1, "ab" * 16)
    assert (receipt.epoch, receipt.epoch_root) == (1, edition.shelf.newest().epoch.root)
    assert (receipt.events_n, receipt.events_head) == (1, head.head)
    assert (receipt.now_ms, receipt.hour) == (
        edition.clock.now_ms(), hour_of(edition.clock.now_ms()),
    )  # fmt: skip
    served = parse_event(issued.served)
    assert served.videos == tuple(shown.video for shown in receipt.slate)


def test_slates_chain_and_replay(edition: Edition) -> None:
    """Five slates, each from a fresh process, name one another and replay to the byte."""
    viewer = edition.viewer(1)
    for number in range(1, 6):
        serve(edition, viewer, number)
    verdicts = check_receipts(
        viewer, last=9, views=edition.reads, evidence=evidence(edition),
        public_keys=[FixedSigner().public_key()],
    )  # fmt: skip
    assert [(one.number, one.outcome) for one in verdicts] == [(n, "same") for n in range(1, 6)]


@pytest.mark.parametrize(
    ("number", "changes", "error", "next_number"),
    [
        (3, {}, NumberGap, 2),
        (1, {"nonce": "f" * 32}, NumberTaken, 2),
        (2, {"policy": "nobodys"}, UnknownPolicy, 0),
        (2, {"last_event": 99}, EventsNotHere, 0),
    ],
)
def test_a_refusal_leaves_nothing(
    edition: Edition,
    number: int,
    changes: dict[str, object],
    error: type[Exception],
    next_number: int,
) -> None:
    """Each refusal says what is next and stores neither receipt nor event."""
    viewer = edition.viewer(1)
    serve(edition, viewer, 1)
    before = edition.reads.viewer_head(viewer)
    with pytest.raises(error) as refused:
        serve(edition, viewer, number, **changes)
    assert getattr(refused.value, "next_number", 0) == next_number
    assert edition.reads.viewer_head(viewer) == before


def test_nobody_is_refused(edition: Edition) -> None:
    """Whoever has no session gets no slate."""
    with pytest.raises(NoViewer):
        serve(edition, ViewerId("f" * 32), 1)


def test_without_a_committed_key_nothing_is_served(edition: Edition) -> None:
    """In an hour for which no key was committed there are no slates."""
    edition.clock.now += 3_600_000 * 60
    with pytest.raises(NotReady):
        serve(edition, edition.viewer(1), 1)


def test_no_epoch_older_than_the_viewers_last_is_cited(edition: Edition) -> None:
    """A process that holds epoch 1 serves a viewer of epoch 2 only once it has that too."""
    viewer = edition.viewer(1)
    behind = edition.serving()
    edition.remove(edition.world.videos[0].id)
    edition.freezer.freeze_if_due()
    ahead = edition.serving()
    edition.publisher.publish_if_due()
    shelf = edition.new_shelf()
    shelf.refresh()
    serve_slate(asked(viewer, 1), by=msgspec.structs.replace(ahead, epochs=shelf))
    with pytest.raises(NoEpoch, match="epoch 2 is not ready"):
        serve_slate(asked(viewer, 2), by=behind)
    edition.publish()
    issued = serve_slate(asked(viewer, 2), by=behind)
    assert parse_receipt(issued.receipt).epoch == 2


def test_the_first_slate_of_an_epoch_works_out_no_queue(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes first after an epoch, by whichever policy, finds its queue worked out: it goes
    over the whole catalogue, and all who ask in that moment would do it beside each other."""
    edition.publish()

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("a queue was worked out in a request")

    monkeypatch.setattr("plainview.core.feed.queue._worked_out", too_late)
    for k, policy in enumerate(edition.serving().policies):
        serve(edition, edition.viewer(k + 1), 1, policy=policy)


def test_an_epoch_that_cannot_be_opened_stops_service(edition: Edition) -> None:
    """When the next epoch's file is damaged, the old one is served for STALE_MS and no longer."""
    edition.remove(edition.world.videos[0].id)
    record = edition.freezer.freeze_if_due()
    assert record is not None
    name = edition.files._folder / record.file
    name.write_bytes(b"damaged")
    edition.publisher.publish_if_due()
    with pytest.raises(ValueError, match="shorter"):
        edition.shelf.refresh()
    viewer = edition.viewer(1)
    serve(edition, viewer, 1)
    edition.clock.now += STALE_MS + 1
    with pytest.raises(NoEpoch, match="cannot be opened"):
        serve(edition, viewer, 2)


def test_what_the_log_does_not_get_is_not_served_for_long(edition: Edition) -> None:
    """When events reach no interval, slates are served for STALE_MS after the first and then no
    more, and again as soon as an interval holds them."""
    edition.publish()
    viewer = edition.viewer(1)
    edition.act(viewer, "k", "like", video=edition.world.videos[0].id)
    edition.shelf.refresh()
    edition.clock.now += STALE_MS
    serve(edition, viewer, 1)
    edition.clock.now += 1
    with pytest.raises(NoEpoch, match="it stands still"):
        serve(edition, viewer, 2)
    IntervalLogger(
        reads=edition.log_reads, writer=edition.writer, clock=edition.clock, chance=CountedChance()
    ).log_if_due()
    edition.publish()
    serve(edition, viewer, 2)


def test_altered_events_are_noticed(edition: Edition) -> None:
    """When a stored event no longer fits the chain's head, its viewer is served nothing."""
    viewer = edition.viewer(1)
    edition.act(viewer, "k", "like", video=edition.world.videos[0].id)
    edition.db.execute("UPDATE events SET body = CAST(replace(body, 'like', 'save') AS BLOB)")
    with pytest.raises(ChainDiffers):
        ViewerFolds(edition.reads).state(viewer)


def test_folds_follow_the_chain_and_forget_the_longest_unasked(edition: Edition) -> None:
    """A kept state is folded on, and with room for two the third asker displaces the first."""
    folds = ViewerFolds(edition.reads, kept=KeptStates(entries=2 * 8 + 1))
    viewers = [edition.viewer(k) for k in range(3)]
    for viewer in viewers:
        assert folds.state(viewer).n == 0
    edition.act(viewers[2], "k", "like", video=edition.world.videos[0].id)
    assert folds.state(viewers[2]).n == 1
    assert [folds._states.get(viewer) is not None for viewer in viewers] == [False, True, True]


def test_why_needs_the_video_in_the_slate(edition: Edition) -> None:
    """A video of the slate is explained by its place; any other is not."""
    viewer = edition.viewer(1)
    issued = serve(edition, viewer, 1)
    shown = parse_receipt(issued.receipt).slate
    why = explain_video(issued.receipt, shown[2].video, evidence=evidence(edition)).why
    assert (why.place, why.item.value) == (3, shown[2].value)
    absent = {facts.id for facts in edition.world.videos} - {one.video for one in shown}
    with pytest.raises(NoReason):
        explain_video(issued.receipt, min(absent), evidence=evidence(edition))


def test_an_epoch_waits_for_the_log(edition: Edition) -> None:
    """What is frozen is served from only once its entry is under a recorded head."""
    viewer = edition.viewer(1)
    edition.remove(edition.world.videos[0].id)
    edition.freezer.freeze_if_due()
    edition.shelf.refresh()
    assert parse_receipt(serve(edition, viewer, 1).receipt).epoch == 1
    edition.publish()
    assert parse_receipt(serve(edition, viewer, 2).receipt).epoch == 2


def test_a_log_that_stands_still_stops_service(edition: Edition) -> None:
    """While the next epoch does not get into the log, the old one is served for STALE_MS, counted
    from the freeze, and no longer; once it does, service goes on."""
    edition.remove(edition.world.videos[0].id)
    edition.freezer.freeze_if_due()
    viewer = edition.viewer(1)
    edition.clock.now += STALE_MS
    edition.shelf.refresh()
    serve(edition, viewer, 1)
    edition.clock.now += 1
    with pytest.raises(NoEpoch, match="into the log"):
        serve(edition, viewer, 2)
    edition.publish()
    assert parse_receipt(serve(edition, viewer, 2).receipt).epoch == 2
