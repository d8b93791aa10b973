"""A web process's state: what is done before the first request, so that no request pays for it."""

import asyncio
import gc
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plainview.app.http.service import Service
from plainview.app.villain import Villain
from plainview.app.wire import Wired
from plainview.core.terms.ids import ViewerId
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from plainview.flows.read_epoch import NoEpoch
from plainview.flows.serve_slate import serve_slate
from plainview.ports.levers import LeverRecord
from tests.edition import Edition, asked

READY_S = 20.0
PULLED = LeverRecord(
    name="re-roll", is_pulled=True, pulled_by=ViewerId("f" * 32), detail={}, at_ms=1
)


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=40)
    edition.freezer.freeze_if_due()
    edition.publish()
    yield edition
    edition.close()


@pytest.fixture
def idle(edition: Edition) -> Iterator[Service]:
    """One that has not begun, on the edition's clock."""
    make_keys(DataFolder(edition.root).keys)
    wired: Any = Wired(DataFolder(edition.root))
    wired.clock = edition.clock
    service = Service(wired, is_demo=False)
    yield service
    service.stop()
    gc.unfreeze()


@pytest.fixture
def service(idle: Service) -> Service:
    """One that has opened the newest epoch."""
    service = idle
    service.start()
    until = time.monotonic() + READY_S
    while not service.is_serving:
        assert time.monotonic() < until
        time.sleep(0.01)
    service.serving.epochs.at_least(1)
    return service


def test_it_has_begun_when_slates_can_be_served(idle: Service) -> None:
    """Who waits for it waits until the newest epoch is open, and no longer."""

    async def wait() -> None:
        waiting = asyncio.create_task(idle.begun())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        idle.start()
        await asyncio.wait_for(waiting, READY_S)

    asyncio.run(wait())
    assert idle.serving.epochs.at_least(1).epoch.header.number >= 1


def test_the_collector_passes_over_what_was_loaded(service: Service) -> None:
    """By the time slates are served, what a start loads is out of the collector's sight."""
    assert service.is_serving
    assert gc.get_freeze_count() > 10_000


def test_queues_of_the_feeds_on_offer_are_there(
    edition: Edition, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first slate by any feed on offer finds its queue worked out."""

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("a queue was worked out in a request")

    monkeypatch.setattr("plainview.core.feed.queue._worked_out", too_late)
    assert list(service.serving.policies) == [policy.name for policy in edition.policies]
    serving = msgspec.structs.replace(service.serving, writer=edition.writer)
    for k, policy in enumerate(serving.policies):
        serve_slate(asked(edition.viewer(k + 1), 1, policy=policy), by=serving)


def test_only_what_waits_for_nothing_is_made_on_the_loop(
    edition: Edition, service: Service
) -> None:
    """A viewer whose whole chain is still to be folded is not served on the event loop, nor
    anybody while a lever is pulled; one whose state is kept is, and from what is there."""
    viewer = edition.viewer(1)
    assert service.serving_at_once(viewer) is None
    service.serving.folds.state(viewer)
    at_once = service.serving_at_once(viewer)
    assert at_once is not None
    assert at_once.events_wait_ms == 0
    with pytest.raises(NoEpoch):
        at_once.epochs.at_least(99)
    service.villain = Villain(service.books)
    assert service.serving_at_once(viewer) is at_once
    service.villain.standing = lambda: {"re-roll": PULLED}  # type: ignore[method-assign]
    assert service.serving_at_once(viewer) is None
