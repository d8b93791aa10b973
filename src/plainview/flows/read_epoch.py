"""Read epochs back: rows from a whole file and the deltas since, checked against their root."""

from plainview.core.catalogue import (
    Leaves,
    apply_delta,
    leaf_count,
    parse_rows,
    rows_bytes,
    verify_leaves,
)
from plainview.core.terms.epoch import Epoch, Rows
from plainview.ports.serving import EpochFiles, EpochRecord, ServingReads

HASH_BYTES = 32
STALE_MS = 20_000
"""The grace: when the next epoch cannot be opened, or does not get into the public log, for this
long, nothing more is served; a receipt must not cite an epoch that was replaced 30 s ago."""


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


def read_leaves(
    record: EpochRecord, *, reads: ServingReads, files: EpochFiles
) -> tuple[bytes, ...]:
    """The leaf hashes of an epoch, header first, as they were kept when it was frozen.

    Beside each file of rows lies `NAME.leaves`: 32 bytes for the header, then for each leaf of rows
    that the file holds its u32 little-endian index and 32 bytes. Empty when a part is missing.
    """
    path = [record]
    while path[-1].starts_from != path[-1].number:
        before = reads.epoch(path[-1].starts_from)
        if before is None:
            return ()
        path.append(before)
    hashes: dict[int, bytes] = {}
    header = b""
    try:
        for step in reversed(path):
            kept = bytes(files.read(f"{step.file}.leaves"))
            header = kept[:HASH_BYTES]
            for at in range(HASH_BYTES, len(kept), 4 + HASH_BYTES):
                index = int.from_bytes(kept[at : at + 4], "little")
                hashes[index] = kept[at + 4 : at + 4 + HASH_BYTES]
    except FileNotFoundError:
        return ()
    count = leaf_count(record.rows)
    if not hashes.keys() >= set(range(count)):
        return ()
    return (header, *(hashes[index] for index in range(count)))


def open_epoch(
    record: EpochRecord,
    *,
    reads: ServingReads,
    files: EpochFiles,
    known: tuple[int, Rows] | None = None,
) -> Epoch:
    """The epoch of `record`, bound by its root. Raises: NoEpoch, EpochRefused."""
    rows = read_rows(record, reads=reads, files=files, known=known)
    return verify_leaves(record.header, rows_bytes(rows), record.root)[0]


def open_next(
    record: EpochRecord,
    *,
    reads: ServingReads,
    files: EpochFiles,
    known: tuple[int, Leaves] | None,
) -> tuple[Epoch, Leaves]:
    """`open_epoch` for who opens one after the other: with the leaves to start the next one from,
    which need not be hashed again where they stay. Raises: NoEpoch, EpochRefused."""
    before = (known[0], known[1].rows) if known else None
    rows = read_rows(record, reads=reads, files=files, known=before)
    return verify_leaves(
        record.header, rows_bytes(rows), record.root, previous=known[1] if known else None
    )
