"""`plainview operator link`: a fresh link that makes a browser the operator's, once."""

import argparse
import sys

from plainview.app.settings import Settings
from plainview.edge.data_folder import DataFolder
from plainview.ports.commands import WriterGone

OPERATOR = """\
Print a link that makes the browser which opens it the operator's, once.

Links printed before and not used are void then. The service must run; ask from its machine, as the
user it runs as, with the same data folder: whoever may write that folder may be the operator, and
nobody else. If it answers at another port or host, give them here too.
"""
EXAMPLES = """\
examples:
  .venv/bin/plainview operator link
  .venv/bin/plainview operator link --data /srv/plainview --port 9000
"""


def add_operator_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview operator link`."""
    command.add_argument("action", choices=["link"], help="print a fresh link")


def operator_command(settings: Settings) -> int:
    """Run `plainview operator link`; the exit status."""
    from plainview.app.supervisor import make_operator_key

    folder = DataFolder(settings.data)
    if not folder.database.exists():
        print(f"plainview: there is nothing at {settings.data}.", file=sys.stderr)
        return 1
    if not folder.is_held:
        print(
            f"plainview: no service runs on {folder.root}; it prints a link when it starts.",
            file=sys.stderr,
        )
        return 1
    try:
        key = make_operator_key(folder)
    except WriterGone:
        print(
            f"plainview: the service on {folder.root} does not answer: ask as the user it runs as.",
            file=sys.stderr,
        )
        return 1
    print(operator_link(settings.host, settings.port, key))
    return 0


def operator_link(host: str, port: int, key: str) -> str:
    """The address that makes who opens it first the operator, from this machine.

    >>> operator_link("0.0.0.0", 8080, "k")
    'http://127.0.0.1:8080/operator?key=k'
    """
    return f"{near_address(host, port)}/operator?key={key}"


def near_address(host: str, port: int) -> str:
    """Where a service that listens at `host` answers its own machine.

    >>> near_address("::1", 80)
    'http://[::1]:80'
    """
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
