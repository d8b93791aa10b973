"""Receipts handed over to be checked: one line for the file, then one line for each viewer.

`specs/receipts-file.md`. Lines, so that a hundred thousand receipts can be written and read one
viewer at a time.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from plainview.core.history import IntervalProof
from plainview.core.terms.ids import ViewerId

SPEC: Final = "receipts-v1"
LINE_BYTES_MAX: Final = 256 << 20


class BadReceiptsFile(ValueError):
    """Not a file of receipts; the message names the line."""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    spec: Literal["receipts-v1"]
    edition: str
    receipts: Annotated[int, Meta(ge=0)]
    checkpoints: tuple[str, ...] = ()


class _Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    salt: str
    interval: int
    entry: int
    index: int
    path: tuple[str, ...] = ()


class _Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    receipt: str
    signature: str
    proof: _Place | None = None


class _Viewer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    viewer: str
    receipts: tuple[_Line, ...]
    events: tuple[str, ...] = ()


class HeldReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt, its signature, and where the service said it stands in the log (None: nowhere)."""

    receipt: bytes
    signature: bytes
    proof: IntervalProof | None = None


class ViewerFile(msgspec.Struct, frozen=True, kw_only=True):
    """One viewer's receipts in order of number, and their event chain from event 1."""

    viewer: ViewerId
    receipts: tuple[HeldReceipt, ...]
    events: tuple[bytes, ...] = ()


class ReceiptsFile(msgspec.Struct, frozen=True, kw_only=True):
    """All of a file. `checkpoints` are signed heads that those who hand it over have kept."""

    edition: str
    viewers: tuple[ViewerFile, ...]
    checkpoints: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many receipts."""
        return sum(len(viewer.receipts) for viewer in self.viewers)


_ENCODER = msgspec.json.Encoder(order="sorted")


def receipts_lines(
    viewers: Iterable[ViewerFile], *, edition: str, count: int, checkpoints: Iterable[str] = ()
) -> Iterator[bytes]:
    """The file's lines, each with its line feed; `count` receipts in all."""
    head = _Head(spec=SPEC, edition=edition, receipts=count, checkpoints=tuple(checkpoints))
    yield _ENCODER.encode(head) + b"\n"
    for viewer in viewers:
        yield _ENCODER.encode(_written(viewer)) + b"\n"


def parse_receipts_file(lines: Iterable[bytes]) -> ReceiptsFile:
    """Read a file line by line. What is in it is not checked, only that it has the form.

    Raises: BadReceiptsFile: another form, or another number of receipts than it says.
    """
    head: _Head | None = None
    viewers: list[ViewerFile] = []
    for number, line in enumerate(lines, 1):
        try:
            if head is None:
                head = msgspec.json.decode(line, type=_Head)
            else:
                viewers.append(_read(msgspec.json.decode(line, type=_Viewer)))
        except (msgspec.MsgspecError, UnicodeDecodeError, binascii.Error, ValueError) as error:
            raise BadReceiptsFile(f"line {number}: {error}") from error
    if head is None:
        raise BadReceiptsFile("the file is empty")
    made = ReceiptsFile(edition=head.edition, viewers=tuple(viewers), checkpoints=head.checkpoints)
    if made.count != head.receipts:
        raise BadReceiptsFile(f"it holds {made.count} receipts and says {head.receipts}")
    return made


def _written(viewer: ViewerFile) -> _Viewer:
    return _Viewer(
        viewer=viewer.viewer,
        receipts=tuple(
            _Line(
                receipt=held.receipt.decode(),
                signature=b64encode(held.signature).decode(),
                proof=None
                if held.proof is None
                else _Place(
                    salt=held.proof.salt.hex(),
                    interval=held.proof.interval,
                    entry=held.proof.entry,
                    index=held.proof.index,
                    path=tuple(step.hex() for step in held.proof.path),
                ),
            )
            for held in viewer.receipts
        ),
        events=tuple(event.decode() for event in viewer.events),
    )


def _read(line: _Viewer) -> ViewerFile:
    return ViewerFile(
        viewer=ViewerId(line.viewer),
        receipts=tuple(
            HeldReceipt(
                receipt=one.receipt.encode(),
                signature=b64decode(one.signature, validate=True),
                proof=None
                if one.proof is None
                else IntervalProof(
                    salt=bytes.fromhex(one.proof.salt),
                    interval=one.proof.interval,
                    entry=one.proof.entry,
                    index=one.proof.index,
                    path=tuple(bytes.fromhex(step) for step in one.proof.path),
                ),
            )
            for one in line.receipts
        ),
        events=tuple(event.encode() for event in line.events),
    )
