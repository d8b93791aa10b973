"""The trees of an interval: RFC 6962 over commitments, in the order in which the service wrote."""

from collections.abc import Sequence

import msgspec

from plainview.core.history.commitments import commitment
from plainview.core.history.entries import Batch, Interval
from plainview.core.history.forms import HistoryError
from plainview.core.terms.hashing import (
    leaf_hash,
    merkle_levels,
    merkle_root,
    path_in,
    root_from_proof,
)
from plainview.core.terms.ids import Digest


class BadInterval(HistoryError):
    """The record is not in the interval's tree where the proof says: it is evidence."""


class IntervalProof(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record stands: `salt` opens its commitment, `path` leads to the interval's root.

    `interval` is the interval's number, `entry` the index of its entry in the log.
    """

    salt: bytes
    interval: int
    entry: int
    index: int
    path: tuple[bytes, ...]


def batch_of(commitments: Sequence[Digest]) -> Batch:
    """Count and root over `commitments`, each a leaf of its 32 bytes.

    >>> batch_of([]).root[:8]
    'e3b0c442'
    """
    return Batch(count=len(commitments), root=merkle_root(_leaves(commitments)).hex())


class IntervalTree:
    """The tree over `commitments`, hashed once, for as many paths as are asked for."""

    def __init__(self, commitments: Sequence[Digest]) -> None:
        self._levels = merkle_levels(_leaves(commitments))

    def path(self, index: int) -> tuple[bytes, ...]:
        """The audit path of the commitment at `index`. Raises: IndexError."""
        return tuple(path_in(self._levels, index))


def interval_path(commitments: Sequence[Digest], index: int) -> tuple[bytes, ...]:
    """The audit path of the commitment at `index`. Raises: IndexError."""
    return IntervalTree(commitments).path(index)


def check_in_interval(record: bytes, *, proof: IntervalProof, batch: Batch) -> None:
    """Return if `record` is at `proof.index` of `batch` (an interval's receipts or events).

    Raises: BadInterval: it is not. BadSalt: the salt is not 32 bytes.
    """
    leaf = leaf_hash(bytes.fromhex(commitment(proof.salt, record)))
    root = root_from_proof(leaf, proof.index, batch.count, proof.path)
    if root is None or root.hex() != batch.root:
        raise BadInterval(f"it is not number {proof.index} of interval {proof.interval}")


def check_receipt_logged(receipt: bytes, *, proof: IntervalProof, interval: Interval) -> None:
    """Return if `receipt` stands among the receipts of `interval`. Raises: BadInterval, BadSalt."""
    if proof.interval != interval.number:
        raise BadInterval(f"the proof is for interval {proof.interval}, not {interval.number}")
    check_in_interval(receipt, proof=proof, batch=interval.receipts)


def _leaves(commitments: Sequence[Digest]) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(one)) for one in commitments]
