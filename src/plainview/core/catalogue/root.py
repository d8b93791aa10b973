"""What binds an epoch together: header bytes, leaves of 64 rows, and the root over both."""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
import numpy as np

from plainview.core.catalogue.rows import ROW_BYTES, BadRows, parse_rows
from plainview.core.terms.canonical import NotCanonical, canonical_json, parse_canonical
from plainview.core.terms.epoch import LEAF_ROWS, LINES_MAX, Epoch, EpochHeader, Rows
from plainview.core.terms.hashing import inclusion_proof, leaf_hash, merkle_root, root_from_proof
from plainview.core.terms.ids import Digest, VideoId

LEAF_BYTES = LEAF_ROWS * ROW_BYTES


class EpochRefused(ValueError):
    """This is not the epoch it is said to be; do not serve from it.

    EpochRefused
    |- HeaderRefused  header bytes that are not a canonical epoch-v1 header: fetch it again
    |- RowsRefused    rows that are not a whole, sorted table of that length: fetch them again
    |- RootDiffers    all is well formed, but the root is another one: report it, it is evidence
    |- ProofRefused   a row proof that does not lead to the root, or does not decide the question
    """


class HeaderRefused(EpochRefused):
    """Header bytes that are not a canonical epoch-v1 header."""


class RowsRefused(EpochRefused):
    """Rows that are not a whole, sorted table of the header's length."""


class RootDiffers(EpochRefused):
    """Well formed, but bound by another root than the one named."""


class ProofRefused(EpochRefused):
    """A proof that does not lead to the root, or does not decide whether the row is there."""


class Leaves(msgspec.Struct, frozen=True):
    """The hashes of an epoch's row leaves beside the rows they are of, carried to the next."""

    rows: Rows
    hashes: tuple[bytes, ...]


def encode_header(header: EpochHeader) -> bytes:
    """Canonical JSON of the header's fields."""
    return canonical_json(msgspec.to_builtins(header))


def parse_header(data: bytes) -> EpochHeader:
    """The header in canonical `data`.

    Raises: HeaderRefused: not canonical, a field missing or unknown, or another spec.
    """
    try:
        fields = parse_canonical(data)
        header = msgspec.convert(fields, EpochHeader)
    except (NotCanonical, msgspec.ValidationError) as error:
        raise HeaderRefused(f"epoch header: {error}") from error
    if header.spec != "epoch-v1" or encode_header(header) != data:
        raise HeaderRefused("epoch header: a field is missing or unknown, or spec is not epoch-v1")
    lines = [line for line, _ in header.line_weights]
    if lines != sorted(set(lines)) or len(lines) > LINES_MAX:
        raise HeaderRefused(f"epoch header: line_weights are at most {LINES_MAX}, sorted by line")
    return header


def leaf_count(rows: int) -> int:
    """How many leaves `rows` rows fill, the header's leaf not counted."""
    return -(-rows // LEAF_ROWS)


def leaf_bytes(rows: Rows, index: int) -> bytes:
    """The bytes of row leaf `index` (from 0): at most 64 consecutive rows."""
    return rows[index * LEAF_ROWS : (index + 1) * LEAF_ROWS].tobytes()


def changed_leaves(before: Rows, rows: Rows) -> list[int]:
    """Which row leaves of `rows` differ from those of `before`, ascending."""
    shared = min(len(before), len(rows)) // LEAF_ROWS
    old = before[: shared * LEAF_ROWS].view(np.uint64).reshape(shared, LEAF_BYTES // 8)
    new = rows[: shared * LEAF_ROWS].view(np.uint64).reshape(shared, LEAF_BYTES // 8)
    differs = np.flatnonzero((old != new).any(axis=1)).tolist()
    tail = [
        i
        for i in range(shared, leaf_count(len(rows)))
        if i >= leaf_count(len(before)) or leaf_bytes(before, i) != leaf_bytes(rows, i)
    ]
    return differs + tail


def hash_leaves(rows: Rows, *, previous: Leaves | None = None) -> Leaves:
    """The leaf hashes of `rows`; only leaves that differ from `previous` are hashed again."""
    count = leaf_count(len(rows))
    if previous is None:
        data = np.ascontiguousarray(rows).view(np.uint8).data
        hashes = []
        for start in range(0, count * LEAF_BYTES, LEAF_BYTES):
            hasher = sha256(b"\x00")
            hasher.update(data[start : start + LEAF_BYTES])
            hashes.append(hasher.digest())
        return Leaves(rows, tuple(hashes))
    kept = list(previous.hashes[:count])
    kept.extend([b""] * (count - len(kept)))
    for i in changed_leaves(previous.rows, rows):
        kept[i] = leaf_hash(leaf_bytes(rows, i))
    return Leaves(rows, tuple(kept))


def root_over(header_bytes: bytes, leaves: Leaves) -> Digest:
    """The root over the header's leaf and the given row leaves."""
    return Digest(merkle_root([leaf_hash(header_bytes), *leaves.hashes]).hex())


def epoch_root(header_bytes: bytes, rows: Rows) -> Digest:
    """The epoch's root: RFC 6962 over the header bytes, then each leaf of 64 rows."""
    return root_over(header_bytes, hash_leaves(rows))


def verify_epoch(
    header_bytes: bytes, rows_data: bytes | bytearray | memoryview, root: Digest
) -> Epoch:
    """The epoch these bytes are, if they are bound by `root`.

    Raises: HeaderRefused, RowsRefused, RootDiffers: see EpochRefused.
    """
    return bound_epoch(header_bytes, rows_data, root)[0]


def bound_epoch(
    header_bytes: bytes,
    rows_data: bytes | bytearray | memoryview | Rows,
    root: Digest,
    *,
    previous: Leaves | None = None,
) -> tuple[Epoch, Leaves]:
    """The epoch that is these bytes or these rows, if they are bound by `root`, and its leaves.

    Args:
        previous: the leaves of an epoch before: what stands as it did there is not hashed again.
    Raises: HeaderRefused, RowsRefused, RootDiffers: see EpochRefused.
    """
    header = parse_header(header_bytes)
    try:
        rows = rows_data if isinstance(rows_data, np.ndarray) else parse_rows(rows_data)
    except BadRows as error:
        raise RowsRefused(str(error)) from error
    if len(rows) != header.rows:
        raise RowsRefused(f"{len(rows)} rows where the header says {header.rows}")
    leaves = hash_leaves(rows, previous=previous)
    if root_over(header_bytes, leaves) != root:
        raise RootDiffers(f"epoch {header.number} does not have root {root}")
    return Epoch(header=header, rows=rows, root=root), leaves


class ProvenLeaf(msgspec.Struct, frozen=True):
    """Row leaf `index` (from 0), its bytes, and its audit path in the epoch's tree."""

    index: int
    data: bytes
    path: tuple[bytes, ...]


class RowProof(msgspec.Struct, frozen=True):
    """That `video` is, or is not, in the epoch: the header and the one or two leaves around it."""

    video: VideoId
    header: bytes
    header_path: tuple[bytes, ...]
    leaves: tuple[ProvenLeaf, ...]


def prove_row(header_bytes: bytes, leaves: Leaves, video: VideoId) -> RowProof:
    """The proof of presence or absence of `video`."""
    rows, hashes = leaves.rows, [leaf_hash(header_bytes), *leaves.hashes]
    at = int(np.searchsorted(rows["id"], np.uint64(video)))
    present = at < len(rows) and int(rows["id"][at]) == video
    around = [at] if present else [at - 1, at]
    wanted = sorted({i // LEAF_ROWS for i in around if 0 <= i < len(rows)})
    return RowProof(
        video=video,
        header=header_bytes,
        header_path=tuple(inclusion_proof(hashes, 0)),
        leaves=tuple(
            ProvenLeaf(i, leaf_bytes(rows, i), tuple(inclusion_proof(hashes, i + 1)))
            for i in wanted
        ),
    )


def check_row(proof: RowProof, root: Digest) -> Rows | None:
    """The row of `proof.video` as Rows of length 1, or None if it is proven absent.

    Raises: ProofRefused: a path leads elsewhere, or the leaves leave the question open.
    """
    header = parse_header(proof.header)
    count = leaf_count(header.rows)
    _check_path(leaf_hash(proof.header), 0, count + 1, proof.header_path, root)
    for leaf in proof.leaves:
        _check_path(leaf_hash(leaf.data), leaf.index + 1, count + 1, leaf.path, root)
    indexes = [leaf.index for leaf in proof.leaves]
    if indexes != list(range(indexes[0], indexes[0] + len(indexes)) if indexes else []):
        raise ProofRefused("the leaves are not neighbours")
    try:
        rows = parse_rows(b"".join(leaf.data for leaf in proof.leaves))
    except BadRows as error:
        raise ProofRefused(str(error)) from error
    found: Rows = rows[rows["id"] == np.uint64(proof.video)]
    if len(found):
        return found
    if not indexes and count:
        raise ProofRefused("no leaf is given")
    if indexes:
        below_known = indexes[0] == 0 or int(rows["id"][0]) < proof.video
        above_known = indexes[-1] == count - 1 or int(rows["id"][-1]) > proof.video
        if not (below_known and above_known):
            raise ProofRefused("the row could be in a leaf that is not given")
    return None


def _check_path(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: Digest) -> None:
    found = root_from_proof(leaf, index, size, path)
    if found is None or found.hex() != root:
        raise ProofRefused(f"the path of leaf {index} does not lead to the root")
