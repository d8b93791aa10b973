"""`plainview receipts export`: receipts from the data folder, for somebody else to check."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from plainview.audit.check.receipts_file import receipts_lines
from plainview.core.terms.ids import ViewerId


def receipts_command(options: argparse.Namespace, data: Path) -> int:
    """Run the command on the folder `data`. Returns the exit status."""
    from plainview.app.replay_command import note_access
    from plainview.app.wire import Wired
    from plainview.edge.data_folder import DataFolder
    from plainview.edge.sqlite.check_reads import SqliteCheckReads
    from plainview.flows.hand_over_receipts import hand_over_receipts
    from plainview.flows.prove_receipt import PublishedLog

    folder = DataFolder(data)
    if not folder.database.exists():
        print(f"plainview: There is no Plainview data in {data}.", file=sys.stderr)
        return 1
    wired = Wired(folder)
    checks = SqliteCheckReads(wired.reads)
    viewers = [ViewerId(options.viewer)] if options.viewer else list(checks.viewers_served())
    count = sum(checks.receipts_count_of(viewer) for viewer in viewers)
    if not count:
        print("plainview: No slate is stored of whom you named.", file=sys.stderr)
        return 1
    for viewer in viewers:
        note_access(folder, viewer, reason="export")
    log = PublishedLog(reads=wired.log_reads, files=wired.log_files)
    note = wired.log_files.checkpoint()
    files = (
        hand_over_receipts(
            viewer,
            [(one.receipt, one.signature) for one in checks.receipts_of(viewer)],
            views=wired.reads,
            log=log,
        )
        for viewer in viewers
    )
    edition = wired.reads.edition() or ""
    lines = receipts_lines(
        files, edition=edition, count=count, checkpoints=[note.decode()] if note else []
    )
    size = _write(options.file, lines)
    print(f"Wrote {count:,} receipts of {len(viewers):,} viewers to {options.file} ({size:,} B).")
    print("It holds what they watched: give it to nobody you would not show that.")
    return 0


def _write(path: Path, lines: Iterator[bytes]) -> int:
    size = 0
    with path.open("wb") as file:
        for line in lines:
            size += file.write(line)
    return size
