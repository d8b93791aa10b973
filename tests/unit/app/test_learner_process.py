"""The learner's loop around its faults: it says so, waits, and is still there."""

import logging
import threading
from typing import Any, cast

import pytest

from plainview.app.processes.learner import _learn
from plainview.app.wire import Wired
from plainview.core.feed import WeightsMismatch
from plainview.flows.read_epoch import NoEpoch
from plainview.ports.commands import WriterGone


class Once(threading.Event):
    """A stop that is told at the first wait, however long."""

    def wait(self, timeout: float | None = None) -> bool:
        """Told now."""
        del timeout
        self.set()
        return True


class Failing:
    """Wired to a gatherer that fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def lesson_gatherer(self, recipe: object) -> "Failing":
        """Itself."""
        del recipe
        return self

    def learner(self, recipe: object, **_: Any) -> None:
        """None is needed."""

    def line_learner(self) -> None:
        """None either."""

    def gather(self) -> int:
        """Fails."""
        raise self.error


@pytest.mark.parametrize(
    "error",
    [WeightsMismatch("other centroids"), NoEpoch("epoch 3"), WriterGone("no answer")],
    ids=["feed", "epoch", "writer"],
)
def test_a_fault_does_not_end_the_learner(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """What is stored cannot be learned from, or the writer is away: logged, and tried again."""
    stop = Once()
    with caplog.at_level(logging.WARNING):
        _learn(cast("Wired", Failing(error)), "on", stop, every_ms=1000, examples_min=1)
    assert stop.is_set()
    assert len(caplog.records) == 1
