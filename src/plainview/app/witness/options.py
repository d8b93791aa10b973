"""What `plainview witness` says of itself and takes; apart from the work, so that help is quick."""

import argparse
from pathlib import Path
from typing import Final

WITNESS: Final = """\
Witness logs: cosign each log's newest head, once it is shown to continue the last one.

A log that shows different histories to different people cannot get both of them cosigned. This is
a complete C2SP tlog-witness (POST /add-checkpoint); GET / says in words who it is and how far it
has seen each log. It needs no database and no service beside it. What it cosigned is on disk before
it answers, so it may be killed at any moment. Never restore its folder from a backup: a witness
that forgot what it cosigned is no witness; give it a new key instead.

Exit status: 0 ended by you, 1 it cannot start, 2 wrong usage.
"""
EXAMPLES: Final = """\
examples:
  plainview witness --dir /srv/witness --name library.example/w1 --init
  plainview witness --dir /srv/witness --log VKEY --listen 127.0.0.1:8081
  plainview witness --dir /srv/witness --log VKEY --log VKEY --listen 0.0.0.0:8081
"""
LISTEN_DEFAULT: Final = "127.0.0.1:8081"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The command's flags."""
    command.add_argument(
        "--dir", type=Path, required=True, metavar="DIR", help="the witness's folder"
    )
    command.add_argument(
        "--name", metavar="NAME", help="its name, such as library.example/w1; kept by --init"
    )
    command.add_argument(
        "--init", action="store_true", help="make its key, print what others know it by, and end"
    )
    command.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="VKEY",
        help="a log it witnesses, by the log's key; again for more logs or a log's second key",
    )
    command.add_argument(
        "--listen",
        type=listen_address,
        default=LISTEN_DEFAULT,
        metavar="HOST:PORT",
        help=f"where it is asked [{LISTEN_DEFAULT}]",
    )


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of `host:port` or `[v6]:port`."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)
