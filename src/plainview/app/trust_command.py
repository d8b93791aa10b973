"""`plainview witnesses` and `plainview keys`: what the root of trust says, and changing it."""

import argparse
import os
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from plainview.edge.data_folder import DataFolder, FolderRefused
from plainview.ports.commands import Refused, Writer


class CannotChange(Exception):
    """The root of trust was not changed; the message says why and what to do."""


@contextmanager
def writing(folder: DataFolder) -> Iterator[Writer]:
    """What writes to the folder: the running service, or this process while none runs.

    Raises: FolderRefused: another process holds it without answering.
    """
    from plainview.edge.sqlite.commands import CARRYING
    from plainview.edge.sqlite.database import open_to_write
    from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
    from plainview.edge.writer.client import WriterClient

    assert CARRYING, "the commands are registered by importing them"
    if folder.is_held:
        client = WriterClient(folder.socket)
        try:
            yield client
        finally:
            client.close()
        return
    with folder.held():
        db = open_to_write(folder.database)
        try:
            yield DirectWriter(GroupCommit(db))
        finally:
            db.close()


def witnesses_command(options: argparse.Namespace, data: Path) -> int:
    """Run `plainview witnesses`; the exit status."""
    from plainview.core.history import BadTrust
    from plainview.core.tlog import TlogError

    folder = _folder(data)
    if folder is None:
        return 1
    if options.action == "set" and options.file is None:
        print("plainview: name the policy file: plainview witnesses set FILE", file=sys.stderr)
        return 2
    try:
        if options.file is not None:
            _set_witnesses(folder, options.file)
        _show_witnesses(folder)
    except (CannotChange, BadTrust, TlogError, FolderRefused) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"plainview: {refusal.message}", file=sys.stderr)
        return 1
    return 0


def keys_command(options: argparse.Namespace, data: Path) -> int:
    """Run `plainview keys`; the exit status."""
    folder = _folder(data)
    if folder is None:
        return 1
    if folder.is_held:
        print(f"plainview: the service runs on {folder.root}; stop it first.", file=sys.stderr)
        return 1
    try:
        rotate(folder, options.key)
    except (CannotChange, FolderRefused) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"plainview: {refusal.message}", file=sys.stderr)
        return 1
    print(f"The {options.key} key was changed; the root of trust says so in its next version.")
    if options.key == "log":
        print(f"New key  {_log_vkey(folder)}")
        print(
            "Send it to every witness and to whoever checks with a policy of their own, before you"
        )
        print("change it again: beside the new key only the one before it goes on signing.")
    return 0


def _log_vkey(folder: DataFolder) -> str:
    from plainview.app.wire import Wired
    from plainview.core.history import parse_trust

    wired = Wired(folder)
    wired.writer.close()
    stored = wired.log_reads.trust()
    assert stored is not None, "a key that was changed stands in a root of trust"
    return parse_trust(stored.document).log_keys[-1]


def _folder(data: Path) -> DataFolder | None:
    folder = DataFolder(data)
    if folder.database.exists():
        return folder
    print(f"plainview: there is no Plainview data in {data}. Name it with --data.", file=sys.stderr)
    return None


def _set_witnesses(folder: DataFolder, path: Path) -> None:
    try:
        policy = path.read_bytes()
    except OSError as error:
        raise CannotChange(f"{path} cannot be read: {error.strerror}.") from error
    _change(folder, witnesses=policy)


def _show_witnesses(folder: DataFolder) -> None:
    from plainview.app.wire import Wired

    wired = Wired(folder)
    stored, policy = wired.log_reads.trust(), wired.policy()
    if stored is None or policy is None:
        raise CannotChange("The log has not begun: start the service once.")
    last = {one.witness: one for one in wired.log_reads.cosignatures()}
    print(f"Root of trust  version {stored.version}, quorum {policy.quorum}")
    for witness in policy.witnesses:
        size = last[witness.name].size if witness.name in last else 0
        print(f"{witness.name:<14} {witness.url or 'no address'}, last cosigned size {size}")
    wired.writer.close()


def _change(folder: DataFolder, **changes: "bytes | list[str]") -> None:
    from plainview.app.wire import Wired
    from plainview.edge.signers import FileRootSigner
    from plainview.flows.change_trust import change_trust

    try:
        root = FileRootSigner(folder.keys)
    except FileNotFoundError as error:
        raise CannotChange(
            f"{error.filename} is not there. Put the root key back for the time of this command."
        ) from error
    wired = Wired(folder)
    wired.writer.close()
    with writing(folder) as writer:
        change_trust(
            reads=wired.log_reads, writer=writer, objects=wired.objects, root=root,
            at_ms=wired.clock.now_ms(), **changes,  # type: ignore[arg-type]
        )  # fmt: skip


def rotate(folder: DataFolder, which: str) -> None:
    """Draw a new key ("log" or "receipts"), log it, and only then use it.

    Killed in between, the new key lies beside the old one under `.next`, and the command may be
    given again. Raises: CannotChange, Refused, FolderRefused.
    """
    from plainview.app.wire import Wired
    from plainview.core.history import parse_trust
    from plainview.core.receipts import public_key_of
    from plainview.core.tlog import ED25519, VerifierKey
    from plainview.edge.keys import (
        KEY_BYTES,
        KEY_NAME,
        LOG_KEY_BEFORE,
        LOG_KEY_NAME,
        make_key,
        read_key,
        replace_key,
    )

    name = {"log": LOG_KEY_NAME, "receipts": KEY_NAME}[which]
    make_key(folder.keys, os.urandom(KEY_BYTES), name=f"{name}.next")
    key = read_key(folder.keys, f"{name}.next")
    if key == read_key(folder.keys, name):
        (folder.keys / f"{name}.next").unlink()
        return
    wired = Wired(folder)
    wired.writer.close()
    stored = wired.log_reads.trust()
    if stored is None:
        raise CannotChange("The log has not begun: start the service once.")
    before = parse_trust(stored.document)
    if which == "log":
        vkey = VerifierKey(wired.origin, ED25519, public_key_of(key)).vkey()
        if vkey not in before.log_keys:
            _change(folder, log_keys=[vkey])
        replace_key(folder.keys, read_key(folder.keys, name), name=LOG_KEY_BEFORE)
    else:
        raw = b64encode(public_key_of(key)).decode()
        if raw not in before.receipt_keys:
            _change(folder, receipt_keys=[*before.receipt_keys, raw])
    replace_key(folder.keys, key, name=name)
    (folder.keys / f"{name}.next").unlink()
