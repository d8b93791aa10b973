"""`plainview witness`: make a key, or start the server."""

import argparse
import logging
import os
import signal
import sys
from pathlib import Path

from plainview.app.witness.server import WitnessServer
from plainview.core.tlog import BadKey, is_key_name, keys_by_origin, parse_vkey
from plainview.edge.clock import SystemClock
from plainview.edge.witness_folder import (
    FileWitnessState,
    NoWitnessKey,
    make_witness_key,
    read_witness_key,
)
from plainview.flows.witness_checkpoint import Witness
from plainview.ports.witness import WitnessFault


class WrongUsage(Exception):
    """The flags do not go together, or one is not what it should be."""


def witness_command(options: argparse.Namespace) -> int:
    """Run the command; the exit status says how it went (0 well, 1 cannot start, 2 wrong usage)."""
    try:
        if options.init:
            return _init(options)
        return _serve(options)
    except WrongUsage as error:
        print(f"plainview witness: {error}", file=sys.stderr)
        return 2
    except (NoWitnessKey, WitnessFault) as error:
        print(f"plainview witness: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or "{}:{}".format(*options.listen)
        print(f"plainview witness: {where}: {error.strerror}", file=sys.stderr)
        return 1


def _init(options: argparse.Namespace) -> int:
    if options.log:
        raise WrongUsage("--init makes the key and ends; name the logs when you start it")
    if not options.name or not is_key_name(options.name):
        raise WrongUsage("--init needs a --name without spaces or +, such as library.example/w1")
    key = make_witness_key(options.dir, name=options.name, key=os.urandom(32))
    print(key.vkey())
    print(
        f"The line above is what logs and checkers are given. The key is in {options.dir}; it signs"
        "\nnothing but cosignatures of this witness. Do not copy it to a second witness.",
        file=sys.stderr,
    )
    return 0


def open_witness(folder: Path, *, logs: list[str], name: str | None = None) -> Witness:
    """The witness in `folder`, for the logs of these keys.

    Raises: WrongUsage. NoWitnessKey. StateDamaged: what it kept of one of the logs cannot be read.
    """
    if not logs:
        raise WrongUsage("name at least one --log by its key (name+id+base64)")
    try:
        known = keys_by_origin(parse_vkey(text) for text in logs)
    except BadKey as error:
        raise WrongUsage(f"--log: {error}") from error
    private_key, public = read_witness_key(folder)
    if name not in {None, public.name}:
        raise WrongUsage(f"the key in {folder} is that of {public.name}, not of {name}")
    state = FileWitnessState(folder)
    for origin in known:
        state.kept(origin)
    return Witness(public.name, private_key, known, state, SystemClock())


def _serve(options: argparse.Namespace) -> int:
    witness = open_witness(options.dir, logs=options.log, name=options.name)
    logging.basicConfig(
        format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING, stream=sys.stderr
    )
    with WitnessServer(options.listen, witness) as server:
        for number in (signal.SIGTERM, signal.SIGINT):  # a script's background jobs ignore SIGINT
            signal.signal(number, signal.default_int_handler)
        host, port = server.server_address[:2]
        host = str(host)
        print(f"Witness   {witness.name}")
        print(f"Key       {witness.vkey()}")
        print(f"Logs      {', '.join(sorted(witness.logs))}")
        print(f"Listening http://{f'[{host}]' if ':' in host else host}:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return 0
    return 0
