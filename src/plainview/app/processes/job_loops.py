"""The worker's loops for jobs: one that does anything, one kept free for what cannot wait."""

import logging
import threading
from collections.abc import Callable

from plainview.app.wire import Wired
from plainview.edge.demo import ChildStudio, NoDemo
from plainview.flows.intake import OPENER_PRIORITY
from plainview.flows.make_demo import queue_demo
from plainview.flows.run_jobs import LOWEST, JobRunner
from plainview.flows.take_upload import sweep_uploads
from plainview.ports.commands import WriterGone

LOG = logging.getLogger(__name__)

POLL_S = 0.1
SWEEP_S = 60.0
PRIORITIES = (LOWEST, OPENER_PRIORITY)
"""The least priority that each loop takes. Demonstration clips behind the openers never occupy the
second, so that a person's upload begins at once."""

Loop = Callable[[Wired, threading.Event], None]


def job_loops(*, is_demo: bool, text: str) -> list[Loop]:
    """The loops, which share one runner, made by whichever comes first."""
    lock = threading.Lock()
    runners: list[JobRunner] = []

    def runner_of(wired: Wired) -> JobRunner:
        with lock:
            if not runners:
                runners.append(
                    wired.job_runner(_demo_studio(wired) if is_demo else None, text=text)
                )
            return runners[0]

    def loop_at(priority_min: int) -> Loop:
        def run_jobs(wired: Wired, stop: threading.Event) -> None:
            runner = runner_of(wired)
            while not stop.is_set():
                try:
                    was_due = runner.run_next(priority_min=priority_min)
                except WriterGone as error:
                    LOG.warning("a job was left to its lease: %s", error)
                    was_due = False
                if not was_due:
                    stop.wait(POLL_S)

        run_jobs.__name__ = f"run_jobs_{PRIORITIES.index(priority_min)}"
        return run_jobs

    return [*map(loop_at, PRIORITIES), sweep]


def _demo_studio(wired: Wired) -> ChildStudio | None:
    try:
        studio = ChildStudio()
        queue_demo(studio, intake=wired.intake())
        return studio
    except NoDemo as error:
        LOG.warning("no demonstration clips: %s", error)
        return None


def sweep(wired: Wired, stop: threading.Event) -> None:
    """Tidy up uploads now and then."""
    intake = wired.intake()
    while not stop.is_set():
        try:
            sweep_uploads(intake=intake)
        except WriterGone as error:
            LOG.warning("uploads were not swept: %s", error)
        stop.wait(SWEEP_S)
