"""`plainview receipts export`: receipts from the data folder, for somebody else to check."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from plainview.audit.check.receipts_file import HeldReceipt, ViewerFile, receipts_lines
from plainview.core.receipts import receipt_id
from plainview.core.terms.ids import ViewerId

if TYPE_CHECKING:
    from plainview.app.wire import Wired
    from plainview.flows.prove_receipt import PublishedLog
    from plainview.ports.checking import StoredReceipt


def receipts_command(options: argparse.Namespace, data: Path) -> int:
    """Run the command on the folder `data`. Returns the exit status."""
    from plainview.app.replay_command import note_access
    from plainview.app.wire import Wired
    from plainview.edge.data_folder import DataFolder
    from plainview.edge.sqlite.check_reads import SqliteCheckReads
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
        _viewer_file(wired, log, viewer, list(checks.receipts_of(viewer))) for viewer in viewers
    )
    edition = wired.reads.edition() or ""
    lines = receipts_lines(
        files, edition=edition, count=count, checkpoints=[note.decode()] if note else []
    )
    size = _write(options.file, lines)
    print(f"Wrote {count:,} receipts of {len(viewers):,} viewers to {options.file} ({size:,} B).")
    print("It holds what they watched: give it to nobody you would not show that.")
    return 0


def _viewer_file(
    wired: "Wired", log: "PublishedLog", viewer: ViewerId, stored: list["StoredReceipt"]
) -> ViewerFile:
    found = wired.reads.chain_after(viewer, 0)
    return ViewerFile(
        viewer=viewer,
        receipts=tuple(_held(log, one) for one in stored),
        events=tuple(found[1]) if found else (),
    )


def _held(log: "PublishedLog", stored: "StoredReceipt") -> HeldReceipt:
    from plainview.flows.prove_receipt import NotLogged

    try:
        proof = log.receipt(receipt_id(stored.receipt)).place
    except NotLogged:
        proof = None
    return HeldReceipt(receipt=stored.receipt, signature=stored.signature, proof=proof)


def _write(path: Path, lines: Iterator[bytes]) -> int:
    size = 0
    with path.open("wb") as file:
        for line in lines:
            size += file.write(line)
    return size
