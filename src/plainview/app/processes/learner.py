"""The learner process: `python -m plainview.app.processes.learner DATA_FOLDER RECIPE EVERY_S MIN`.

RECIPE is a recipe's file, or "on" for the one that comes with the program. Apart from the worker,
so that a tick neither waits for its threads nor holds up an epoch; at the lowest priority, and what
it knows it can lose at any moment. Until something served is old enough to teach, it holds little
but a connection.
"""

import logging
import os
import sys
import threading
from pathlib import Path

from plainview.app.processes.child import begin, when_told
from plainview.app.wire import Wired
from plainview.edge.data_folder import DataFolder
from plainview.ports.commands import Refused, WriterGone

LOG = logging.getLogger(__name__)

POLL_S = 1.0
FAULT_S = 60.0
"""After a fault that will be there again: what is stored cannot be learned on from."""


def main(arguments: list[str]) -> int:
    """Learn until told to stop."""
    begin("learner")
    os.nice(19)
    folder, recipe, every_s, examples_min = arguments
    stop = threading.Event()
    when_told(stop.set)
    wired = Wired(DataFolder(Path(folder)))
    _await_ripe(wired, recipe, stop)
    if not stop.is_set():
        _learn(wired, recipe, stop, every_ms=int(every_s) * 1000, examples_min=int(examples_min))
    wired.writer.close()
    return 0


def _await_ripe(wired: Wired, recipe: str, stop: threading.Event) -> None:
    """Until the first slate is old enough to learn from: what learns is not loaded before."""
    from plainview.app.recipe_file import read_recipe
    from plainview.core.receipts import BadReceipt, parse_receipt

    label_ms = read_recipe(recipe).label_ms
    while not stop.is_set():
        for first in wired.learning_reads.receipts_after(0, count=1):
            try:
                served_ms = parse_receipt(first.receipt).now_ms
            except BadReceipt:
                return  # the gatherer says so
            if served_ms + label_ms <= wired.clock.now_ms():
                return
        stop.wait(POLL_S)


def _learn(
    wired: Wired, recipe: str, stop: threading.Event, *, every_ms: int, examples_min: int
) -> None:
    from plainview.app.recipe_file import read_recipe
    from plainview.core.feed import FeedRefused
    from plainview.core.learn import LearnError
    from plainview.flows.forget_lessons import forget_lessons
    from plainview.flows.learn_tick import FilesDiffer
    from plainview.flows.read_epoch import NoEpoch
    from plainview.ports.objects import NoObject

    learned_by = read_recipe(recipe)
    gatherer = wired.lesson_gatherer(learned_by)
    learner = wired.learner(
        learned_by, every_ms=every_ms, examples_min=examples_min, gatherer=gatherer
    )
    lines = wired.line_learner()
    while not stop.is_set():
        try:
            count = gatherer.gather()
            # Lines first: what a window teaches them waits for no later window.
            line = None if count else lines.learn_if_due()
            if line is not None:
                name, made = line
                LOG.info(
                    "tick %d of %s: %s", made.order.number, name, made.made.reason or "published"
                )
                continue
            tick = None if count else learner.learn_if_due()
            if tick is not None:
                LOG.info("tick %d: %s", tick.order.number, tick.made.reason or "published")
                while forget_lessons(
                    learning=wired.learning_reads, log=wired.log_reads, writer=wired.writer,
                    clock=wired.clock,
                ):  # fmt: skip
                    pass
        except (Refused, WriterGone) as error:
            LOG.warning("what was learned was not recorded: %s", error)
            stop.wait(POLL_S)
        except (FeedRefused, FilesDiffer, LearnError, NoObject, NoEpoch):
            LOG.exception("nothing can be learned from what is stored")
            stop.wait(FAULT_S)
        else:
            stop.wait(0 if count else POLL_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
