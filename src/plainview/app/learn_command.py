"""`plainview learn`: what was learned, made again, and taken back."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from plainview.edge.data_folder import DataFolder, FolderRefused
from plainview.ports.commands import Refused, WriterGone

if TYPE_CHECKING:
    from plainview.app.wire import Wired
    from plainview.flows.verify_lines import LineVerifier
    from plainview.flows.verify_tick import Outcome, TickVerifier

MINUTE_MS = 60_000


def learn_command(options: argparse.Namespace, data: Path) -> int:
    """Run `plainview learn`; the exit status."""
    wrong = _wrong_usage(options)
    folder = DataFolder(data)
    if not folder.database.exists():
        wrong = wrong or f"there is no Plainview data in {data}. Name it with --data."
    if wrong:
        print(f"plainview: {wrong}", file=sys.stderr)
        return 2
    from plainview.app.wire import Wired

    wired = Wired(folder)
    wired.writer.close()
    if options.action == "status":
        return _status(wired, last=options.last)
    if options.action == "verify":
        return _verify(wired, options.tick)
    return _roll_back(wired, to=options.to, reason=options.reason)


def _wrong_usage(options: argparse.Namespace) -> str:
    if options.action == "verify" and (options.tick is None) != options.all:
        return "say which tick: plainview learn verify N, or --all"
    if options.action != "verify" and (options.tick is not None or options.all):
        return "only verify takes a tick or --all"
    if options.action == "roll-back" and options.reason is None:
        return "say why: plainview learn roll-back --reason WORD (see --help)"
    return ""


# -------------------------------------------------------------------------------------- status


def _status(wired: "Wired", *, last: int) -> int:
    from plainview.flows.see_learning import see_learning

    seen = see_learning(
        learning=wired.learning_reads, objects=wired.objects, clock=wired.clock, last=last
    )
    print(f"In use    {_weights(seen.weights)}, {seen.origin}")
    print(
        f"Receipts  {seen.receipts:,} looked at, {seen.passed_over:,} passed over, "
        f"{seen.faults:,} that could not be made again"
    )
    print(f"Examples  {seen.waiting:,} wait; {seen.per_minute:,} a minute were learned from lately")
    if seen.lag_ms is not None:
        print(f"Newest    example learned from is {seen.lag_ms // 1000:,} s old")
    for tick in seen.ticks:
        losses = f", loss {tick.loss_before:.4f} -> {tick.loss_after:.4f}" if tick.has_loss else ""
        print(
            f"Tick {tick.number:<5}{tick.reason or 'published'}: {tick.chosen:,} of "
            f"{tick.examples:,} examples of {tick.viewers:,} viewers{losses}; {tick.took_ms:,} ms"
        )
    for line in wired.lines.lines_at(wired.clock.now_ms()):
        print(f"Line      {line.line}: {_weights(line.weights)}, tick {line.learned}")
    for fault in wired.learning_reads.lesson_faults(count=3):
        print(f"Fault     receipt {fault.receipt[:12]}…: {fault.reason}")
    return 0


def _weights(digest: str) -> str:
    return f"weights {digest[:12]}…"


# -------------------------------------------------------------------------------------- verify


def _verify(wired: "Wired", number: int | None) -> int:
    from plainview.flows.verify_lines import LineVerifier
    from plainview.flows.verify_tick import DIFFERS, GONE, SAME, NoTick, TickVerifier

    verifier = TickVerifier(
        learning=wired.learning_reads, log=wired.log_reads, reads=wired.reads,
        files=wired.epoch_files, objects=wired.objects,
    )  # fmt: skip
    lines = LineVerifier(
        learning=wired.learning_reads, lines=wired.lines, log=wired.log_reads, reads=wired.reads,
        files=wired.epoch_files, objects=wired.objects,
    )  # fmt: skip
    outcomes: Iterable[Outcome]
    try:
        if number is None:
            outcomes = _all(verifier, lines)
        else:
            outcomes = [verifier.tick(number), *lines.tick(number)]
    except NoTick as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 2
    found = Counter[str]()
    for one in outcomes:
        found[one.outcome] += 1
        print(f"{one.outcome:<8} {one.what}: {one.words}", flush=True)
    if number is None:
        print(
            f"{found[SAME]} the same, {found[DIFFERS]} differ, {found[GONE]} cannot be made again."
        )
    return 1 if found[DIFFERS] or (found[GONE] and number is not None) else 0


def _all(verifier: "TickVerifier", lines: "LineVerifier") -> "Iterator[Outcome]":
    for one in (verifier, lines):
        yield from one.ticks()
        yield from one.published()


# ------------------------------------------------------------------------------------ roll-back


def _roll_back(wired: "Wired", *, to: str | None, reason: str) -> int:
    from plainview.app.trust_command import writing
    from plainview.core.terms.ids import Digest
    from plainview.flows.roll_back import CannotRestore, roll_back

    try:
        with writing(wired.folder) as writer:
            earlier = roll_back(
                None if to is None else Digest(to), reason=reason, learning=wired.learning_reads,
                objects=wired.objects, writer=writer, clock=wired.clock,
            )  # fmt: skip
    except (CannotRestore, FolderRefused, WriterGone) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"plainview: {refusal.message} Look at the status and try again.", file=sys.stderr)
        return 1
    print(f"Restored {_weights(earlier.digest)}, {earlier.origin}; the log says why: {reason}.")
    print("The next epoch ranks with them, and learning goes on from them.")
    return 0
