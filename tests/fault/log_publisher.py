"""A process that publishes a log until it is killed: `python -m tests.fault.log_publisher ROOT`."""

import sys
import time
from pathlib import Path

from plainview.edge.clock import SystemClock
from plainview.edge.data_folder import DataFolder
from plainview.edge.log_files import LocalLogFiles
from plainview.edge.memory_log import FixedLogSigner
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.edge.sqlite.reads import SqliteReads
from plainview.edge.writer.client import WriterClient
from plainview.flows.publish_checkpoint import CheckpointPublisher
from plainview.ports.commands import Refused

assert CARRYING


def main(root: Path) -> None:
    """Publish without a pause, so that a kill lands in the middle of something."""
    folder = DataFolder(root)
    publisher = CheckpointPublisher(
        reads=SqliteLogReads(SqliteReads(folder.database)), writer=WriterClient(folder.socket),
        files=LocalLogFiles(folder.log), signers=[FixedLogSigner()], clock=SystemClock(),
        origin="plainview/test",
    )  # fmt: skip
    print("ready", flush=True)
    while True:
        try:
            if publisher.publish_if_due() is None:
                time.sleep(0.001)
        except Refused as refusal:
            # The other published this size first; a fork would be `head_differs`.
            if refusal.code != "head_behind":
                raise


if __name__ == "__main__":
    main(Path(sys.argv[1]))
