"""The worker process: `python -m plainview.app.processes.worker DATA_FOLDER EDITION TEXT [demo]`.

Each of LOOPS and of `job_loops` runs in a thread of its own until told to stop: the freezer of
epochs, the publisher of the log, the keys of the coming hours, and the jobs. If one of them fails
for good the process ends, and the supervisor starts it again.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from plainview.app.processes.child import begin, when_told
from plainview.app.processes.crowd_loop import gather_crowd
from plainview.app.processes.job_loops import job_loops
from plainview.app.wire import Wired, policy_files
from plainview.edge.data_folder import DataFolder
from plainview.flows.prepare_edition import (
    commit_hours,
    name_edition,
    prepare_edition,
    reveal_hours,
)
from plainview.ports.commands import Refused, WriterGone
from plainview.ports.objects import NoObject

LOG = logging.getLogger(__name__)

FREEZE_POLL_S = 0.05
HOURS_POLL_S = 5.0
PUBLISH_POLL_S = 0.05
INTERVAL_POLL_S = 0.1
WITNESS_POLL_S = 0.2
EXPERIMENTS_POLL_S = 1.0
RETRY_S = 0.2

Loop = Callable[[Wired, threading.Event], None]


def freeze_epochs(wired: Wired, stop: threading.Event) -> None:
    """Freeze whenever it is due."""
    freezer = wired.freezer()
    while not stop.wait(FREEZE_POLL_S):
        try:
            freezer.freeze_if_due()
        except (Refused, WriterGone) as error:
            LOG.warning("an epoch was not recorded: %s", error)
            stop.wait(RETRY_S)


def publish_checkpoints(wired: Wired, stop: threading.Event) -> None:
    """Publish the log whenever something was appended."""
    publisher = wired.publisher()
    while not stop.wait(PUBLISH_POLL_S):
        try:
            publisher.publish_if_due()
        except (Refused, WriterGone, OSError) as error:
            LOG.warning("the log was not published: %s", error)
            stop.wait(RETRY_S)


def gather_cosignatures(wired: Wired, stop: threading.Event) -> None:
    """Take each new head to the witnesses. Without them the log goes on, and says so."""
    gatherer = wired.gatherer()
    while not stop.wait(WITNESS_POLL_S):
        try:
            gatherer.gather_if_due()
        except (Refused, WriterGone, OSError) as error:
            LOG.warning("cosignatures were not kept: %s", error)
            stop.wait(RETRY_S)


def keep_source_files(wired: Wired, _: threading.Event) -> None:
    """Store the program's source, once, for whoever wants what the log names."""
    wired.keep_source()


def log_intervals(wired: Wired, stop: threading.Event) -> None:
    """Commit to what was received, every second."""
    logger = wired.interval_logger()
    while not stop.wait(INTERVAL_POLL_S):
        try:
            logger.log_if_due()
        except (Refused, WriterGone) as error:
            LOG.warning("an interval was not logged: %s", error)
            stop.wait(RETRY_S)


def keep_hours(wired: Wired, stop: threading.Event) -> None:
    """Commit to hour keys well before their hours, and reveal them when those are over."""
    while not stop.wait(HOURS_POLL_S):
        try:
            reveal_hours(reads=wired.log_reads, writer=wired.writer, clock=wired.clock)
            commit_hours(
                reads=wired.reads, writer=wired.writer, clock=wired.clock, chance=wired.chance
            )
        except WriterGone as error:
            LOG.warning("hour keys were not committed: %s", error)


def run_experiments(wired: Wired, stop: threading.Event) -> None:
    """Stop an experiment when a rule of its declaration applies; log the end of those over."""
    experiments = wired.experiment_flow()
    while not stop.wait(EXPERIMENTS_POLL_S):
        try:
            experiments.end_due()
            for words in experiments.guard():
                LOG.warning("an experiment is stopped: %s", words)
        except (Refused, WriterGone, NoObject) as error:
            LOG.warning("the end of an experiment was not logged: %s", error)
            stop.wait(RETRY_S)


LOOPS: list[Loop] = [
    freeze_epochs, publish_checkpoints, gather_cosignatures, log_intervals, keep_hours,
    keep_source_files, run_experiments,
]  # fmt: skip


def prepare(wired: Wired, edition: str) -> None:
    """What must be there before anything is served."""
    from plainview.core.learn import starting_weights

    name_edition(edition, reads=wired.reads, writer=wired.writer)
    wired.begin_log()
    prepare_edition(
        edition=edition,
        policies=policy_files(),
        weights=starting_weights(),
        reads=wired.reads,
        writer=wired.writer,
        objects=wired.objects,
        clock=wired.clock,
    )
    commit_hours(reads=wired.reads, writer=wired.writer, clock=wired.clock, chance=wired.chance)


def main(arguments: list[str]) -> int:
    """Work until told to stop."""
    begin("worker")
    folder, edition = DataFolder(Path(arguments[0])), arguments[1]
    stop = threading.Event()
    when_told(stop.set)
    wired = Wired(folder)
    prepare(wired, edition)
    text, is_demo = arguments[2], "demo" in arguments[3:]
    loops = [*LOOPS, *job_loops(is_demo=is_demo, text=text), *([gather_crowd] if is_demo else [])]
    threads = [
        threading.Thread(target=_run, args=(loop, wired, stop), name=loop.__name__, daemon=True)
        for loop in loops
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(1.0)
    wired.writer.close()
    return 0


def _run(loop: Loop, wired: Wired, stop: threading.Event) -> None:
    try:
        loop(wired, stop)
    except BaseException:
        if stop.is_set():
            return
        LOG.exception("%s failed; the worker starts again", loop.__name__)
        logging.shutdown()
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
