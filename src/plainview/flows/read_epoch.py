"""Read epochs back: rows from a whole file and the deltas since, checked against their root."""

from plainview.core.catalogue import apply_delta, parse_rows, rows_bytes, verify_epoch
from plainview.core.terms.epoch import Epoch, Rows
from plainview.ports.serving import EpochFiles, EpochRecord, ServingReads


class NoEpoch(Exception):
    """That epoch is not stored, or not yet. Over HTTP: 503 until the first one is frozen."""


def read_rows(
    record: EpochRecord,
    *,
    reads: ServingReads,
    files: EpochFiles,
    known: tuple[int, Rows] | None = None,
) -> Rows:
    """The rows of an epoch: the whole file before it and the deltas since.

    Args:
        known: the number and rows of an earlier epoch, to start from if the deltas lead there.
    Raises: NoEpoch: an epoch between is gone. FileNotFoundError: its file is.
    Cost: one copy of the rows for each delta applied.
    """
    deltas: list[EpochRecord] = []
    at = record
    while at.starts_from != at.number and not (known and at.number == known[0]):
        deltas.append(at)
        before = reads.epoch(at.starts_from)
        if before is None:
            raise NoEpoch(f"epoch {at.starts_from}, which epoch {at.number} starts from")
        at = before
    rows = known[1] if known and at.number == known[0] else parse_rows(files.read(at.file))
    for step in reversed(deltas):
        rows = apply_delta(rows, bytes(files.read(step.file)))
    return rows


def open_epoch(
    record: EpochRecord,
    *,
    reads: ServingReads,
    files: EpochFiles,
    known: tuple[int, Rows] | None = None,
) -> Epoch:
    """The epoch of `record`, bound by its root. Raises: NoEpoch, EpochRefused."""
    rows = read_rows(record, reads=reads, files=files, known=known)
    return verify_epoch(record.header, rows_bytes(rows), record.root)
