"""Freezing: the next epoch from the last one and what changed."""

import msgspec

from plainview.core.catalogue.root import (
    Leaves,
    bound_epoch,
    encode_header,
    hash_leaves,
    root_over,
)
from plainview.core.terms.epoch import Epoch, EpochHeader, Rows
from plainview.core.terms.hashing import digest_of, leaf_hash, merkle_root
from plainview.core.terms.ids import NO_DIGEST, Digest

DAY_MS = 86_400_000


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch with the bytes and hashes that the next freeze starts from."""

    epoch: Epoch
    header_bytes: bytes
    leaves: Leaves


def freeze(
    previous: Frozen | None,
    *,
    rows: Rows,
    topics: tuple[str, ...],
    edition: str,
    weights: Digest,
    decisions: int,
    events_counted: int,
    events_root: Digest,
    frozen_ms: int,
    shown: int = 0,
    centroids: Digest = NO_DIGEST,
    line_weights: tuple[tuple[str, Digest], ...] = (),
) -> Frozen:
    """The epoch after `previous` (None: epoch 1), holding `rows`.

    Args:
        decisions: how many decisions of the edition are folded into the flags of `rows`.
        events_counted: how many events, of all viewers, are folded into its counters.
        events_root: `next_events_root` over those events' batches.
        frozen_ms: never before the previous epoch's; an earlier clock is held at that time.
        shown: how many showings this freeze adds to the counters, over all videos.
        line_weights: those of the lines of the experiment under way, sorted by line.
    Cost: at 1M rows ~0.15 s from nothing, ~0.04 s when few leaves changed.
    """
    last = previous.epoch if previous is not None else None
    frozen_ms = max(frozen_ms, last.header.frozen_ms if last else 0)
    today, yesterday = shown_by_day(last.header if last else None, frozen_ms=frozen_ms, shown=shown)
    header = EpochHeader(
        edition=edition,
        number=last.header.number + 1 if last else 1,
        previous_root=last.root if last else NO_DIGEST,
        weights=weights,
        decisions=decisions,
        events_counted=events_counted,
        events_root=events_root,
        frozen_ms=frozen_ms,
        rows=len(rows),
        topics=topics,
        centroids=centroids,
        shown_today=today,
        shown_yesterday=yesterday,
        line_weights=line_weights,
    )
    header_bytes = encode_header(header)
    leaves = hash_leaves(rows, previous=previous.leaves if previous is not None else None)
    root = root_over(header_bytes, leaves)
    epoch = Epoch(header=header, rows=rows, root=root)
    return Frozen(epoch=epoch, header_bytes=header_bytes, leaves=leaves)


def shown_by_day(previous: EpochHeader | None, *, frozen_ms: int, shown: int) -> tuple[int, int]:
    """(showings counted on the day of `frozen_ms`, on the day before), `shown` of them just now.

    Days are those of UTC in which epochs were frozen. After a day without epochs, the day before
    had none.
    """
    if previous is None:
        return shown, 0
    days = frozen_ms // DAY_MS - previous.frozen_ms // DAY_MS
    if days == 0:
        return previous.shown_today + shown, previous.shown_yesterday
    return shown, previous.shown_today if days == 1 else 0


def thaw(
    header_bytes: bytes,
    rows_data: bytes | bytearray | memoryview | Rows,
    root: Digest,
    *,
    previous: Leaves | None = None,
) -> Frozen:
    """A verified epoch read back from storage, ready for the next freeze.

    Args:
        previous: the leaves of an epoch before: what stands as it did there is not hashed again.
    Raises: EpochRefused: see there.
    """
    epoch, leaves = bound_epoch(header_bytes, rows_data, root, previous=previous)
    return Frozen(epoch=epoch, header_bytes=header_bytes, leaves=leaves)


def next_events_root(previous: Digest, batch: list[bytes]) -> Digest:
    """`SHA256(previous root || RFC 6962 root over the batch's event bytes)`; unchanged if none."""
    if not batch:
        return previous
    root = merkle_root([leaf_hash(event) for event in batch])
    return digest_of(bytes.fromhex(previous) + root)
