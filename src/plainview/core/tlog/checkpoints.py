"""Checkpoints: a tree's origin, size and root as the text of a note."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from plainview.core.tlog.errors import BadCheckpoint, NotSigned
from plainview.core.tlog.notes import (
    Note,
    SignedBy,
    VerifierKey,
    base64_bytes,
    base64_text,
    parse_note,
    sign_text,
    verified_signatures,
)
from plainview.core.tlog.tree import SIZE_BOUND

_SIZE = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head. `extensions` are opaque lines; we make none and keep those of others."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> bytes:
        """The note text that is signed. Raises: BadCheckpoint: no text says this."""
        lines = [self.origin, str(self.size), base64_text(self.root), *self.extensions]
        text = "".join(f"{line}\n" for line in lines).encode()
        if parse_checkpoint(text) != self:
            raise BadCheckpoint("a line of a checkpoint holds a line feed")
        return text


def decimal(text: str) -> int | None:
    """The number below 2**63 that `text` writes without leading zeros; None if it writes none."""
    return int(text) if _SIZE.match(text) and int(text) < SIZE_BOUND else None


def parse_checkpoint(text: bytes) -> Checkpoint:
    """The checkpoint that a note's text states. Raises: BadCheckpoint: it states none."""
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError as error:
        raise BadCheckpoint("a checkpoint is UTF-8") from error
    if len(lines) < 4 or lines.pop() or not all(lines):
        raise BadCheckpoint("a checkpoint is at least three lines, none of them empty")
    size, root = decimal(lines[1]), base64_bytes(lines[2])
    if size is None:
        raise BadCheckpoint(f"{lines[1][:40]!r} is not a tree size below 2**63")
    if root is None or len(root) != 32:
        raise BadCheckpoint("the root is 32 bytes in base64")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def sign_checkpoint(checkpoint: Checkpoint, *, private_key: bytes) -> Note:
    """The checkpoint signed by its log, whose key is named as its origin. Raises: BadKey."""
    text = checkpoint.text()
    return Note(text, (sign_text(text, name=checkpoint.origin, private_key=private_key),))


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint whose log signed it, and everyone known who did, the log's keys first."""

    checkpoint: Checkpoint
    note: Note
    signed_by: tuple[SignedBy, ...]


def open_checkpoint(
    data: bytes, log_keys: Iterable[VerifierKey], witness_keys: Iterable[VerifierKey] = ()
) -> OpenedCheckpoint:
    """The checkpoint in `data`, signed by one of `log_keys` that bears the origin's name.

    Raises: BadNote, BadCheckpoint: not one. SignatureFails: a known key's signature does not fit.
        NotSigned: not by the log.
    """
    logs, witnesses = list(log_keys), list(witness_keys)
    note = parse_note(data)
    found = verified_signatures(note, [*logs, *witnesses])
    if not any(signed.key in logs for signed in found):
        raise NotSigned("none of the log's keys signed this")
    checkpoint = parse_checkpoint(note.text)
    by_log = [s for s in found if s.key in logs and s.key.name == checkpoint.origin]
    if not by_log:
        raise NotSigned(f"no key of {checkpoint.origin[:80]!r} signed this")
    by_witnesses = [signed for signed in found if signed.key in witnesses]
    return OpenedCheckpoint(checkpoint, note, (*by_log, *by_witnesses))
