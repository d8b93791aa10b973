"""The arguments of `plainview witnesses` and `plainview keys`, apart from what runs them."""

import argparse
from pathlib import Path

WITNESSES = """\
Show the witnesses of the public log; `set FILE` sets them from a policy file.

A policy file (C2SP tlog-policy) names witnesses with their keys and addresses, groups of them, and
the quorum. The new root of trust is signed with keys/root.ed25519 and logged; a running service
begins to ask the witnesses at once.
"""
KEYS = """\
Change a key of the service: `rotate --log` or `rotate --receipts`, while it is stopped.

A new key is drawn, and the next version of the root of trust names it. The former log key goes on
signing beside the new one until the next change: tell the witnesses the new one before that
(docs/witness.md). Receipts signed with a former key stay good. Killed half-way, give the
same command again before you start the service.
"""


def add_witnesses_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview witnesses [set FILE]`."""
    command.add_argument("action", nargs="?", choices=["set"], help="set them from a file")
    command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a tlog-policy file")


def add_keys_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview keys rotate --log | --receipts`."""
    command.add_argument("action", choices=["rotate"], help="draw a new key and log it")
    which = command.add_mutually_exclusive_group(required=True)
    for name, words in (
        ("log", "the key that signs checkpoints"),
        ("receipts", "that of receipts"),
    ):
        which.add_argument(
            f"--{name}", dest="key", action="store_const", const=name, help=f"change {words}"
        )
