"""What `plainview replay` says of itself and takes; apart from the work, so that help is quick."""

import argparse
from pathlib import Path
from typing import Final

REPLAY: Final = """\
Recompute slates that were served, and compare every byte of their receipts.

Each receipt names what its slate was made from: a frozen catalogue, weights, a policy, the viewer's
own events, a committed key. This reads those from the data folder, or from an exported FILE, checks
each against the receipt, runs the published rules again and says which stage differs first. The
service may go on running; nothing it holds in memory is used. Exit status: 0 all are the same, 1 a
slate differs or cannot be checked, 2 wrong usage.
"""
EXAMPLES: Final = """\
examples:
  plainview replay                            the newest 200 slates
  plainview replay --all
  plainview replay --last 1 --viewer 4f2a…
  plainview replay --viewer 4f2a… --export mine.json
  plainview replay mine.json                  on another machine, without the data folder
"""
LAST_DEFAULT: Final = 200


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's own flags; `--data` is added with the other settings."""
    which = command.add_mutually_exclusive_group()
    which.add_argument("file", nargs="?", type=Path, metavar="FILE", help="an exported bundle")
    which.add_argument("--all", action="store_true", help="every slate that is stored")
    which.add_argument("--last", type=_count, metavar="N", help="the newest N slates [200]")
    command.add_argument("--viewer", metavar="ID", help="only that viewer's slates")
    command.add_argument(
        "--export", type=Path, metavar="FILE", help="write one viewer's slates and all they name"
    )
    command.add_argument(
        "--public-key", metavar="BASE64", help="the edition's key, if you got it elsewhere"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of slates")
    return int(text)
