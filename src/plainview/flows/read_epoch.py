"""Read epochs back: rows from a whole file and the deltas since, checked against their root."""

import numpy as np

from plainview.core.catalogue import (
    Frozen,
    apply_deltas,
    bound_epoch,
    leaf_count,
    parse_rows,
    thaw,
)
from plainview.core.terms.epoch import Epoch, Rows
from plainview.ports.serving import EpochFiles, EpochRecord, ServingReads

HASH_BYTES = 32
LEAF = np.dtype([("index", "<u4"), ("hash", "u1", (HASH_BYTES,))])
"""One leaf of rows in a file of leaves."""
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
    Cost: one copy of the rows, however many deltas there are.
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
    if not deltas:
        return rows
    return apply_deltas(rows, [files.read(step.file) for step in reversed(deltas)])


def read_leaves(
    record: EpochRecord,
    *,
    reads: ServingReads,
    files: EpochFiles,
    known: tuple[int, tuple[bytes, ...]] | None = None,
) -> tuple[bytes, ...]:
    """The leaf hashes of an epoch, header first, as they were kept when it was frozen.

    Beside each file of rows lies `NAME.leaves`: 32 bytes for the header, then for each leaf of rows
    that the file changes its u32 little-endian index and 32 bytes. Empty when a part is missing.

    Args:
        known: the number and hashes of an earlier epoch, to start from if the files lead there.
    """
    path = [record]
    while not (known and path[-1].number == known[0]):
        if path[-1].starts_from == path[-1].number:
            known = None
            break
        before = reads.epoch(path[-1].starts_from)
        if before is None:
            return ()
        path.append(before)
    count = leaf_count(record.rows)
    hashes = np.zeros((count, HASH_BYTES), np.uint8)
    is_known = np.zeros(count, np.bool_)
    header = b""
    if known:
        header, *rest = known[1][: count + 1]
        hashes[: len(rest)] = np.frombuffer(b"".join(rest), np.uint8).reshape(-1, HASH_BYTES)
        is_known[: len(rest)] = True
        path.pop()
    try:
        for step in reversed(path):
            kept = files.read(f"{step.file}.leaves")
            header = bytes(kept[:HASH_BYTES])
            leaves = np.frombuffer(kept[HASH_BYTES:], LEAF)
            leaves = leaves[leaves["index"] < count]
            hashes[leaves["index"]], is_known[leaves["index"]] = leaves["hash"], True
    except FileNotFoundError:
        return ()
    if not is_known.all():
        return ()
    whole = hashes.tobytes()
    return (header, *(whole[k : k + HASH_BYTES] for k in range(0, len(whole), HASH_BYTES)))


def open_epoch(record: EpochRecord, *, reads: ServingReads, files: EpochFiles) -> Epoch:
    """The epoch of `record`, bound by its root. Raises: NoEpoch, EpochRefused."""
    rows = read_rows(record, reads=reads, files=files)
    return bound_epoch(record.header, rows, record.root)[0]


def thaw_epoch(
    record: EpochRecord, *, reads: ServingReads, files: EpochFiles, known: Frozen | None
) -> Frozen:
    """The epoch of `record`, bound by its root, with what the next one is frozen or opened from.

    Args:
        known: an earlier epoch: if the deltas lead there, they alone are read, and leaves that are
            as they were there are not hashed again.
    Raises: NoEpoch, EpochRefused.
    """
    earlier = (known.epoch.header.number, known.epoch.rows) if known else None
    rows = read_rows(record, reads=reads, files=files, known=earlier)
    return thaw(record.header, rows, record.root, previous=known.leaves if known else None)
