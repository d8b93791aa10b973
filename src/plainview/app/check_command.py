"""`plainview check`: an auditor's command. It imports nothing of the server."""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from plainview.audit.check.check import BadState, Seen, Wanted, check, encode_state, parse_state
from plainview.audit.check.findings import EVIDENCE, Finding, Report
from plainview.audit.check.judge import judge_proof
from plainview.audit.check.proof_files import BadProof
from plainview.audit.check.receipts_file import (
    BadReceiptsFile,
    ReceiptsFile,
    parse_receipts_file,
)
from plainview.audit.check.report_pages import HEADLINES, report_html, report_json
from plainview.audit.check.source import Source
from plainview.core.tlog import BadPolicy, Policy, parse_policy
from plainview.edge.files import write_whole
from plainview.edge.source_folder import FolderSource
from plainview.edge.source_http import HttpSource

STATE_FILE: Final = "check-state.json"
BAR_CELLS: Final = 24
SHOWN_MAX: Final = 20


class CannotCheck(Exception):
    """The command was asked for something that cannot be; the message says what to do."""


def check_command(options: argparse.Namespace) -> int:
    """Run the command. Returns the exit status."""
    try:
        if options.proof is not None:
            return _judge(options)
        return _check(options)
    except CannotCheck as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 2


def _judge(options: argparse.Namespace) -> int:
    if options.source is not None:
        raise CannotCheck("--proof reads the file alone: leave SOURCE out.")
    try:
        data = options.proof.read_bytes()
    except OSError as error:
        raise CannotCheck(f"{options.proof} cannot be read: {error.strerror}.") from error
    try:
        judged = judge_proof(data)
    except BadProof as error:
        print(f"This file proves nothing: {error}.")
        return 3
    print(f"The proof holds, against the service {judged.edition!r}.")
    print(f"  {judged.words}")
    print(f"  Rule {judged.rule}. Root of trust {judged.trust}")
    if options.trust is not None and options.trust != judged.trust:
        print(f"  That is not the root of trust you named ({options.trust}): it is not about it.")
        return 3
    if options.trust is None:
        print("  Compare that fingerprint with the one you know the service by.")
    return 1


def _check(options: argparse.Namespace) -> int:
    if options.source is None:
        raise CannotCheck("Name the service: plainview check https://video.example")
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(6), "big")
    bar = Bar()
    report, seen = check(
        source_of(options.source),
        name=options.source,
        wanted=Wanted(
            seed=seed, sample=options.sample, policy=_policy(options.policy),
            trust=options.trust or "",
        ),
        seen=_seen(options.state),
        receipts=_receipts(options.receipts),
        progress=bar.tell,
        pause=lambda ms: time.sleep(ms / 1000),
    )  # fmt: skip
    bar.clear()
    made_at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    folder = options.report.parent if options.report else options.state or Path()
    proofs = _write_proofs(report, folder)
    if options.report is not None:
        names = {place: path.name for place, path in proofs.items()}
        page = report_html(report, proofs=names, made_at=made_at, seed=seed)
        write_whole(options.report, page.encode())
        data = report_json(report, proofs=names, made_at=made_at, seed=seed)
        write_whole(options.report.with_suffix(".json"), data)
    if options.state is not None and seen is not None:
        write_whole(options.state / STATE_FILE, encode_state(seen))
    _print(report, proofs, seed=seed)
    return report.exit_status


def source_of(text: str) -> Source:
    """The source that an argument names. Raises: CannotCheck."""
    if text.startswith(("http://", "https://")):
        return HttpSource(text)
    if Path(text).is_dir():
        folder = Path(text)
        if (folder / "checkpoint").is_file() and not (folder / "tlog").exists():
            parent = folder.resolve().parent
            raise CannotCheck(f"{text} is the tlog folder itself: name its parent, {parent}.")
        return FolderSource(folder)
    raise CannotCheck(f"{text} is neither a folder nor an address that begins with https://.")


def _seen(folder: Path | None) -> Seen | None:
    if folder is None:
        return None
    path = folder / STATE_FILE
    try:
        return parse_state(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, BadState) as error:
        raise CannotCheck(f"{path}: {error}. Use another --state, or move it away.") from error


def _policy(path: Path | None) -> Policy | None:
    if path is None:
        return None
    try:
        return parse_policy(path.read_bytes())
    except (OSError, BadPolicy) as error:
        raise CannotCheck(f"{path} is not a policy of witnesses: {error}.") from error


def _receipts(path: Path | None) -> ReceiptsFile | None:
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return parse_receipts_file(file)
    except (OSError, BadReceiptsFile) as error:
        raise CannotCheck(f"{path} is not a file of receipts: {error}.") from error


def _write_proofs(report: Report, folder: Path) -> dict[int, Path]:
    """A file for each finding that has a proof; by the finding's place."""
    paths: dict[int, Path] = {}
    numbers: dict[str, int] = {}
    for place, finding in enumerate(report.findings):
        if finding.proof:
            numbers[finding.rule] = numbers.get(finding.rule, 0) + 1
            paths[place] = folder / f"proof-{finding.rule}-{numbers[finding.rule]}.json"
            write_whole(paths[place], finding.proof)
    return paths


def _print(report: Report, proofs: dict[int, Path], *, seed: int) -> None:
    for section in report.sections:
        print(f"{section.title}: {section.words}")
    for place, finding in enumerate(report.findings[:SHOWN_MAX]):
        print(_finding_text(finding, proofs.get(place)))
    if len(report.findings) > SHOWN_MAX:
        print(f"and {len(report.findings) - SHOWN_MAX} more; --report FILE.html has them all")
    if report.trust and not report.is_trust_pinned:
        print(f"Root of trust {report.trust}: compare it with one you got elsewhere (--trust).")
    folders = {path.parent.resolve() for path in proofs.values()}
    for folder in sorted(folders):
        print(f"Proof files are in {folder} (beside --report, else in --state, else here).")
    print(f"Seed {seed}.")
    print(f"{report.verdict}: {report.waits or HEADLINES[report.verdict]}")


def _finding_text(finding: Finding, proof: Path | None) -> str:
    sign = "✗" if finding.kind == EVIDENCE else "!"
    text = f"{sign} {finding.words} [{finding.rule}]"
    return f"{text}\n  proof: {proof}" if proof is not None else text


class Bar:
    """What is being done and how far it is, on a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._next_s = 0.0

    def tell(self, stage: str, done: int, total: int) -> None:
        """As `check` calls it; draws at most ten times a second."""
        now_s = time.monotonic()
        if not self._is_shown or (now_s < self._next_s and done < total):
            return
        self._next_s = now_s + 0.1
        filled = BAR_CELLS * done // total if total else BAR_CELLS
        cells = "█" * filled + "·" * (BAR_CELLS - filled)
        sys.stderr.write(f"\r\x1b[K{cells} {stage} {done:,} of {total:,}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the bar away."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
