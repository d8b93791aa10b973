"""What a check reads of all viewers' slates."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from plainview.core.terms.ids import Digest, ViewerId


class StoredReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt as it is stored now, whoever may have touched it since.

    `previous` is the SHA-256 of what is stored for the viewer's request before, 64 zeros before
    the first, None when that one is not stored.
    """

    viewer: ViewerId
    number: int
    receipt: bytes
    signature: bytes
    previous: Digest | None


class CheckReads(Protocol):
    """Reads for `plainview replay` and *Check my feed*."""

    def receipts_count(self) -> int:
        """How many receipts are stored."""
        ...

    def newest_receipts(self, count: int, viewer: ViewerId | None) -> Iterator[StoredReceipt]:
        """The newest `count` receipts, by time of issue, oldest first; of one viewer or all."""
        ...

    def viewers_served(self) -> Iterator[ViewerId]:
        """Everyone of whom a receipt is stored, by id."""
        ...

    def receipts_count_of(self, viewer: ViewerId) -> int:
        """How many receipts of that viewer are stored."""
        ...

    def receipts_of(self, viewer: ViewerId) -> Iterator[StoredReceipt]:
        """That viewer's receipts in order of number; what each names as the one before is left to
        the receipts themselves (`previous` is None)."""
        ...
