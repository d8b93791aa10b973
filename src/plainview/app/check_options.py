"""What `plainview check` and `plainview receipts` say of themselves and take, so that help is
quick."""

import argparse
from pathlib import Path
from typing import Final

CHECK: Final = """\
Check a Plainview service from outside, believing nothing it says.

SOURCE is its address, or a folder with copies of its public files. The whole log is read and
judged: signatures, witnesses, the order of entries, that it only grew since you last looked
(--state). Then the catalogue against the log, and receipts, if you were handed some, against both:
each in the log, nothing skipped, and the slates computed again. Needs no account, no data folder
and no server.

Exit status: 0 all that was checked holds, 1 misbehaviour (with a proof file for what signatures
prove), 2 wrong usage, 3 not enough data to say.
"""
CHECK_EXAMPLES: Final = """\
examples:
  plainview check https://video.example --state ~/checks/video.example
  plainview check https://video.example --receipts mine.receipts --report report.html
  plainview check /mnt/mirror --receipts all.receipts --sample 1000 --seed 4711
  plainview check --proof proof-replay-1.json    somebody's accusation, from the file alone
"""
RECEIPTS: Final = """\
Write receipts to a file that `plainview check --receipts` reads.

The file holds receipts, where each stands in the log, and the viewers' own events, from which the
slates can be computed again: it is as private as those. That it was written is stated in the public
log, once for each viewer, without naming anyone.

Exit status: 0 written, 1 nothing to write, 2 wrong usage.
"""


def add_check_arguments(command: argparse.ArgumentParser) -> None:
    """The flags of `plainview check`."""
    command.add_argument("source", nargs="?", metavar="SOURCE", help="an address or a folder")
    command.add_argument(
        "--state", type=Path, metavar="DIR",
        help="remember what was seen of this service there; proof files too, without --report",
    )  # fmt: skip
    command.add_argument("--receipts", type=Path, metavar="FILE", help="receipts to check")
    command.add_argument(
        "--sample", type=_count, metavar="N", help="replay N receipts, drawn by the seed [all]"
    )
    command.add_argument(
        "--seed", type=_seed, metavar="S", help="draws the samples [drawn anew each time]"
    )
    command.add_argument(
        "--policy", type=Path, metavar="FILE", help="witnesses you trust, instead of the service's"
    )
    command.add_argument(
        "--trust", type=_digest, metavar="DIGEST",
        help="fingerprint of the root of trust, as you were told it",
    )  # fmt: skip
    command.add_argument(
        "--report", type=Path, metavar="FILE.html",
        help="write a report there; .json and proof files beside it",
    )  # fmt: skip
    command.add_argument(
        "--proof", type=Path, metavar="FILE", help="verify a proof file; nothing else is read"
    )


def add_receipts_arguments(command: argparse.ArgumentParser) -> None:
    """The flags of `plainview receipts`; `--data` is added with the other settings."""
    command.add_argument("action", choices=("export",))
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--viewer", metavar="ID", help="one viewer's receipts")
    whose.add_argument("--all", action="store_true", help="all viewers' receipts")
    command.add_argument("file", type=Path, metavar="FILE", help="the file to write")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of receipts")
    return int(text)


def _digest(text: str) -> str:
    if len(text) != 64 or not set(text.lower()) <= set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a fingerprint of 64 hex digits")
    return text.lower()


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number below 2**63")
    return int(text)
