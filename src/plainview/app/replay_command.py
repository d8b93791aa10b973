"""`plainview replay`: recompute slates in this process and compare every byte."""

import argparse
import sqlite3
import sys
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from plainview.app.replay_options import LAST_DEFAULT
from plainview.audit.bundle import BadBundle, encode_bundle, gather_bundle, parse_bundle
from plainview.audit.evidence import Evidence, SignedReceipt
from plainview.audit.replay import replay_many, with_previous
from plainview.audit.verdict import DIFFERS, MISSING, SAME, Verdict
from plainview.core.receipts import ReceiptError
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.ports.commands import Refused

if TYPE_CHECKING:
    from plainview.app.wire import Wired
    from plainview.edge.data_folder import DataFolder

SHOWN_MAX: Final = 10
"""Failures printed in full; the rest are counted."""

Titles = Callable[[Iterable[VideoId]], dict[VideoId, str]]


class CannotReplay(Exception):
    """There is nothing to replay, or it cannot be read; the message says what to do."""


def replay_command(options: argparse.Namespace, data: Path) -> int:
    """Run the command on the folder `data` (ignored for a FILE). Returns the exit status."""
    try:
        if options.file is not None:
            return _replay_file(options, _key(options.public_key))
        return _replay_folder(options, data)
    except CannotReplay as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 2


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return b64decode(text, validate=True)
    except ValueError as error:
        raise CannotReplay("--public-key is not base64.") from error


def _replay_file(options: argparse.Namespace, public_key: bytes | None) -> int:
    path: Path = options.file
    if options.export or options.viewer:
        raise CannotReplay("--export and --viewer read the data folder, not a FILE.")
    try:
        bundle = parse_bundle(path.read_bytes())
    except OSError as error:
        raise CannotReplay(f"{path} cannot be read: {error.strerror}.") from error
    except BadBundle as error:
        raise CannotReplay(f"{path} is not a bundle: {error}.") from error
    if public_key is None:
        former = len(bundle.former_keys)
        more = f" and {former} former key{'s' * (former > 1)}" if former else ""
        print(f"Key      {b64encode(bundle.public_key).decode()}{more}")
        for key in bundle.former_keys:
            print(f"Former   {b64encode(key).decode()}")
        print("         It came with the file. Compare it with the one your own client was given.")
    signed = with_previous(bundle.receipts)
    public_keys = bundle.public_keys if public_key is None else (public_key,)
    return _report(signed, evidence=bundle, public_keys=public_keys)


def _replay_folder(options: argparse.Namespace, data: Path) -> int:
    from plainview.app.wire import Wired
    from plainview.edge.data_folder import DataFolder
    from plainview.edge.sqlite.check_reads import SqliteCheckReads

    folder = DataFolder(data)
    if not folder.database.exists():
        raise CannotReplay(f"There is no Plainview data in {data}. Name the folder with --data.")
    wired = Wired(folder)
    checks = SqliteCheckReads(wired.reads)
    total = checks.receipts_count()
    count = total if options.all else options.last or LAST_DEFAULT
    viewer = ViewerId(options.viewer) if options.viewer else None
    if viewer is not None:
        note_access(folder, viewer, reason="export" if options.export is not None else "replay")
    stored = list(checks.newest_receipts(count, viewer))
    if not stored:
        raise CannotReplay("No slate is stored yet. Open the feed and swipe a little.")
    public_key = _key(options.public_key)
    public_keys = wired.receipt_keys() if public_key is None else (public_key,)
    if options.export is not None:
        if len({one.viewer for one in stored}) > 1:
            raise CannotReplay("A bundle holds one viewer's slates: name the viewer with --viewer.")
        pairs = [(one.receipt, one.signature) for one in stored]
        _export(options.export, pairs, wired.evidence(), public_keys)
    return _report(
        [
            SignedReceipt(receipt=one.receipt, signature=one.signature, previous=one.previous)
            for one in stored
        ],
        evidence=wired.evidence(),
        public_keys=public_keys,
        titles=lambda videos: _captions(wired, videos),
    )


def note_access(folder: "DataFolder", viewer: ViewerId, *, reason: str) -> None:
    """Log that this person's history was read on the operator's side, before it is.

    Data from before there was a log, and a copy of the folder that cannot be written, are read
    without; the latter is said.
    """
    from plainview.app.trust_command import writing
    from plainview.edge.clock import SystemClock
    from plainview.ports.tlog import NoteAccess

    access = NoteAccess(
        viewer=viewer, reason_code=reason, by="operator", at_ms=SystemClock().now_ms()
    )
    try:
        with writing(folder) as writer:
            writer.submit(access)
    except Refused as refusal:
        if refusal.code not in {"no_log", "no_viewer"}:
            raise
    except (OSError, sqlite3.OperationalError) as error:
        print(f"Not logged: {error}", file=sys.stderr)


def _export(
    path: Path, pairs: list[tuple[bytes, bytes]], evidence: Evidence, public_keys: Sequence[bytes]
) -> None:
    try:
        in_force, *former = public_keys
        bundle = gather_bundle(pairs, evidence=evidence, public_key=in_force, former_keys=former)
    except ReceiptError as error:
        raise CannotReplay(
            f"A stored receipt is damaged and cannot be exported: {error}"
        ) from error
    data = encode_bundle(bundle)
    path.write_bytes(data)
    print(f"Wrote {len(pairs)} slates and what they name to {path} ({len(data) // 1024:,} KiB).")
    print("It holds this viewer's whole history: give it to nobody you would not show that.")


def _captions(wired: "Wired", videos: Iterable[VideoId]) -> dict[VideoId, str]:
    return {video: found.caption for video, found in wired.reads.videos(videos).items()}


def _report(
    signed: list[SignedReceipt],
    *,
    evidence: Evidence,
    public_keys: Sequence[bytes],
    titles: Titles = lambda _: {},
    out: TextIO | None = None,
) -> int:
    out = out or sys.stdout
    began = time.perf_counter()
    verdicts = replay_many(signed, evidence=evidence, public_keys=public_keys)
    found = Counter[str]()
    stages = Counter[str]()
    for verdict in _with_progress(verdicts, total=len(signed)):
        found[verdict.outcome] += 1
        if not verdict.is_same:
            stages[verdict.stage] += 1
            if sum(stages.values()) <= SHOWN_MAX:
                print(failure_text(verdict, titles([*verdict.served, *(verdict.honest or ())])),
                      file=out)  # fmt: skip
    took = time.perf_counter() - began
    if sum(stages.values()) > SHOWN_MAX:
        print(f"and {sum(stages.values()) - SHOWN_MAX} more\n", file=out)
    print(
        f"{len(signed):,} slates recomputed in {took:.1f} s: {found[SAME]:,} the same byte for"
        f" byte, {found[DIFFERS]:,} differ, {found[MISSING]:,} cannot be checked.",
        file=out,
    )
    if stages:
        parts = ", ".join(f"{stage} {count}" for stage, count in sorted(stages.items()))
        print(f"First stage that differs: {parts}.", file=out)
    return 1 if stages else 0


def _with_progress(verdicts: Iterator[Verdict], *, total: int) -> Iterator[Verdict]:
    """The verdicts, with a bar on a terminal; without `rich` or a terminal, just the verdicts."""
    if not sys.stderr.isatty():
        yield from verdicts
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
    except ImportError:
        yield from verdicts
        return
    console = Console(stderr=True)
    columns = ("replaying", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield from progress.track(verdicts, total=total)


def failure_text(verdict: Verdict, titles: dict[VideoId, str]) -> str:
    """A failure for people: what happened, then the slate as served beside the honest one.

    >>> from plainview.core.terms.ids import Digest
    >>> print(failure_text(Verdict(receipt=Digest("ab" * 32), number=3, outcome="differs",
    ...     stage="slate", message="Another slate.", served=(VideoId(7),), honest=(VideoId(8),)),
    ...     {VideoId(7): "A heron"}))
    Receipt abababababab…, slate 3: slate
      Another slate.
         served                                     honest
       1 A heron                                  ≠ video 8
    <BLANKLINE>
    """
    lines = [
        f"Receipt {verdict.receipt[:12]}…, slate {verdict.number or '?'}: {verdict.stage}",
        f"  {verdict.message}",
    ]
    honest = verdict.honest
    if honest is None:
        lines.append("  What it names is altered or missing, so the honest slate is not known.")
    elif honest == verdict.served:
        lines.append("  The videos served are the honest ones, in the same order.")
    else:
        lines.append(f"     {'served':<40}   honest")
        for i in range(max(len(verdict.served), len(honest))):
            left = _title(verdict.served, i, titles)
            right = _title(honest, i, titles)
            lines.append(f"  {i + 1:>2} {left:<40} {' ' if left == right else '≠'} {right}")
    return "\n".join(lines) + "\n"


def _title(videos: tuple[VideoId, ...], i: int, titles: dict[VideoId, str]) -> str:
    if i >= len(videos):
        return "nothing"
    title = titles.get(videos[i]) or f"video {videos[i]}"
    return title if len(title) <= 40 else f"{title[:39]}…"
