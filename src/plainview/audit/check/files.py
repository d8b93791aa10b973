"""What the log names by hash, downloaded once each and checked against its name."""

from collections import OrderedDict
from hashlib import sha256
from typing import Final

import msgspec

from plainview.audit.check.log_view import LogView
from plainview.audit.check.source import (
    OBJECT_BYTES_MAX,
    ROWS_BYTES_MAX,
    SMALL_BYTES_MAX,
    Source,
    epoch_path,
    is_copy,
    object_path,
    read_bytes,
)
from plainview.audit.evidence import EpochEvidence
from plainview.core.catalogue import EpochRefused, Frozen, RootDiffers, thaw
from plainview.core.terms.ids import Digest

EPOCHS_KEPT: Final = 6
ROWS_KEPT_MAX: Final = 256 << 20
"""Bytes of rows that are kept of epochs looked at before, besides the newest of them."""


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch as it was got: frozen when it has the logged root; else the reason why not."""

    frozen: Frozen | None
    evidence: EpochEvidence | None
    words: str = ""


class Files:
    """Downloads of one source under one log. Not to be shared between threads.

    Objects are kept; of epochs the last few, as the same value each time, so that what is made of
    them can be kept by identity.
    """

    def __init__(self, source: Source, view: LogView) -> None:
        self._source = source
        self.is_copy = is_copy(source)
        self._view = view
        self._objects: dict[str, bytes | None] = {}
        self._epochs: OrderedDict[int, Download] = OrderedDict()
        self.refused: dict[str, str] = {}

    def object(self, digest: Digest | str) -> bytes | None:
        """The file of that SHA-256; None if the source has none or another (see `refused`)."""
        if digest not in self._objects:
            data = read_bytes(self._source, object_path(digest), bytes_max=OBJECT_BYTES_MAX)
            if data is not None and sha256(data).hexdigest() != digest:
                self.refused[str(digest)] = "the file at the source has another hash"
                data = None
            self._objects[str(digest)] = data
        return self._objects[str(digest)]

    def epoch(self, number: int) -> Download:
        """The epoch that the log names by this number."""
        if number in self._epochs:
            self._epochs.move_to_end(number)
            return self._epochs[number]
        made = self._download(number)
        self._epochs[number] = made
        while len(self._epochs) > EPOCHS_KEPT or (
            len(self._epochs) > 1 and self._rows_kept() > ROWS_KEPT_MAX
        ):
            self._epochs.popitem(last=False)
        return made

    def _rows_kept(self) -> int:
        kept = (made.evidence for made in self._epochs.values())
        return sum(len(evidence.rows) for evidence in kept if evidence is not None)

    def _download(self, number: int) -> Download:
        logged = self._view.history.epoch(number)
        if logged is None:
            return Download(frozen=None, evidence=None, words="it was never logged")
        header = read_bytes(self._source, epoch_path(number, "header"), bytes_max=SMALL_BYTES_MAX)
        rows = read_bytes(self._source, epoch_path(number, "rows"), bytes_max=ROWS_BYTES_MAX)
        if header is None or rows is None:
            return Download(frozen=None, evidence=None, words="it is not at the source")
        try:
            frozen = thaw(header, rows, Digest(logged[1].root))
        except RootDiffers:
            return Download(frozen=None, evidence=None, words="it has another root than was logged")
        except EpochRefused as error:
            return Download(frozen=None, evidence=None, words=f"it is damaged: {error}")
        after = self._view.history.epoch(number + 1)
        evidence = EpochEvidence(
            header=header, rows=rows, replaced_ms=after[1].frozen_ms if after else -1
        )
        return Download(frozen=frozen, evidence=evidence)
