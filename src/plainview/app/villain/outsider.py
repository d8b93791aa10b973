"""The outsider's check, run on demand: the command that anyone runs, in a process of its own.

It asks this service over HTTP like a stranger and knows nothing of levers. What it is handed is
what a viewer would hand over: the receipts and the head of the log that their browser kept.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from plainview.app.http.books import Books
from plainview.audit.check.receipts_file import receipts_lines
from plainview.core.terms.ids import ViewerId
from plainview.flows.hand_over_receipts import hand_over_receipts

TIMEOUT_S = 60.0
PROOF_BYTES_MAX = 4 << 20


class OutsiderFailed(Exception):
    """The check did not end: it took too long, or the command could not be run."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the outsider says: the verdict and what the command printed; of the first thing that it
    can prove, the proof file and what a third party says of that file alone."""

    verdict: str
    exit_status: int
    command: str
    output: str
    findings: tuple[str, ...]
    proof_name: str = ""
    proof: str = ""
    third_party: str = ""


def ask_outsider(
    address: str,
    *,
    viewer: ViewerId,
    receipts: Sequence[tuple[bytes, bytes]],
    checkpoints: Sequence[str],
    books: Books,
) -> Told:
    """Check the service at `address` with what this viewer holds.

    Args:
        receipts: (receipt, signature) as the browser kept them, in order of number.
        checkpoints: heads of the log that it kept.
        books: what the viewer is shown, where the receipts' places in the log come from.
    Raises: OutsiderFailed.
    """
    with tempfile.TemporaryDirectory(prefix="plainview-outsider-") as name:
        folder = Path(name)
        held = f"plainview-{viewer[:8]}.receipts"  # as the browser calls what it saves
        (folder / held).write_bytes(b"".join(_lines(viewer, receipts, checkpoints, books)))
        command = ["check", address, "--receipts", held, "--report", "report.html"]
        done = _run(command, folder)
        try:
            report = json.loads((folder / "report.json").read_bytes())
        except (OSError, ValueError) as error:
            raise OutsiderFailed(done.stderr[-400:] or done.stdout[-400:]) from error
        proof = next(iter(sorted(folder.glob("proof-*.json"))), None)
        third = _run(["check", "--proof", proof.name], folder).stdout if proof else ""
        return Told(
            verdict=report["verdict"],
            exit_status=done.returncode,
            command=f"plainview {' '.join(command[:4])}",
            output=done.stdout,
            findings=tuple(finding["words"] for finding in report["findings"]),
            proof_name=proof.name if proof else "",
            proof=proof.read_text()[:PROOF_BYTES_MAX] if proof else "",
            third_party=third,
        )


def _run(arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            [sys.executable, "-m", "plainview.app.cli", *arguments],
            cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OutsiderFailed(str(error)) from error


def _lines(
    viewer: ViewerId,
    receipts: Sequence[tuple[bytes, bytes]],
    checkpoints: Sequence[str],
    books: Books,
) -> Any:
    file = hand_over_receipts(viewer, receipts, views=books.wired.reads, log=books.published)
    edition = books.wired.reads.edition() or ""
    return receipts_lines(
        [file], edition=edition, count=len(file.receipts), checkpoints=checkpoints
    )
