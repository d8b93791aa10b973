"""The levers of "Be the villain": what a crooked operator would do. For the demonstration alone."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from plainview.core.terms.ids import Digest, ViewerId
from plainview.ports.commands import Command, Done


class LeverRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Where a lever stands. `detail` is what pulling it chose, to act by and to undo."""

    name: str
    is_pulled: bool
    pulled_by: ViewerId
    detail: Mapping[str, str]
    at_ms: int


class SetLever(Command[Done], frozen=True, kw_only=True):
    """Leave a lever as described."""

    lever: LeverRecord


class ReplaceReceipt(Command[Done], frozen=True, kw_only=True):
    """Put other bytes in the place of a stored receipt, as an operator with the database could.

    Refused: `no_receipt`: there is none of that id.
    """

    receipt: Digest
    body: bytes
    signature: bytes


class LeverReads(Protocol):
    """Where the levers stand."""

    def levers(self) -> Mapping[str, LeverRecord]:
        """Those that were ever touched, by name."""
        ...
