"""Verify the log of a data folder from end to end: nothing of it may contradict anything else."""

import msgspec

from plainview.core.history import (
    Entry,
    EpochFrozen,
    Interval,
    batch_of,
    fold_history,
    parse_entry,
)
from plainview.core.terms.hashing import leaf_hash
from plainview.core.terms.ids import Digest
from plainview.core.tlog import (
    TILE_WIDTH,
    Frontier,
    TileReader,
    VerifierKey,
    changed_tiles,
    open_checkpoint,
)
from plainview.flows.publish_checkpoint import LogBroken
from plainview.ports.serving import ServingReads
from plainview.ports.tlog import LogFiles, LogHead, LogReads

PIECE = 4_096
HASH_BYTES = 32


class LogFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: how many entries, how many are published, heads, epochs and intervals."""

    entries: int
    published: int
    shown: int
    heads: int
    epochs: int
    intervals: int


def verify_log(
    *, reads: LogReads, serving: ServingReads, files: LogFiles, keys: list[VerifierKey]
) -> LogFacts:
    """Read all of it: entries and their lawful order, every recorded head, every tile and bundle
    of the newest, the checkpoint, and what epochs and intervals say of their entries.

    Raises: LogBroken: something does not fit; the message says what. TlogError, BadEntry: bytes
        that are nothing of the log.
    Cost: all entries once, in memory.
    """
    bodies: list[bytes] = []
    while some := reads.log_entries(len(bodies), count=PIECE):
        bodies += some
    entries = [parse_entry(body) for body in bodies]
    _, breaches = fold_history(entries)
    _must(not breaches, str(breaches[0]) if breaches else "")
    heads = list(reads.heads())
    _check_heads(bodies, heads)
    shown = _check_files(bodies, heads, files=files, keys=keys)
    return LogFacts(
        entries=len(bodies),
        published=heads[-1].size if heads else 0,
        shown=shown,
        heads=len(heads),
        epochs=_check_epochs(entries, reads=reads, serving=serving),
        intervals=_check_intervals(entries, reads=reads),
    )


def _must(holds: bool, words: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not holds:
        raise LogBroken(words)


def _check_heads(bodies: list[bytes], heads: list[LogHead]) -> None:
    """Every recorded head is the root of a prefix, so that each is consistent with the next."""
    tree = Frontier()
    for head in heads:
        _must(tree.size < head.size <= len(bodies), f"a head of {head.size} is out of place")
        tree, _ = tree.extend(leaf_hash(body) for body in bodies[tree.size : head.size])
        _must(tree.root().hex() == head.root, f"the head of {head.size} has another root")


def _check_files(
    bodies: list[bytes], heads: list[LogHead], *, files: LogFiles, keys: list[VerifierKey]
) -> int:
    """Tiles and bundles are those of the newest head; the checkpoint is signed over a known one."""
    note = files.checkpoint()
    if not heads:
        _must(note is None, "a checkpoint is handed out whose head is not recorded")
        return 0
    newest = heads[-1]
    tree = TileReader(size=newest.size, root=bytes.fromhex(newest.root), fetch=files.read)
    for tile in changed_tiles(0, newest.size):
        tree.tile(tile.level, tile.index)
        if tile.level == 0:
            first = tile.index * TILE_WIDTH
            held = bodies[first : first + tile.width]
            _must(tree.bundle(tile.index) == held, f"bundle {tile.index} holds other entries")
    if note is None:
        return 0
    shown = open_checkpoint(note, keys).checkpoint
    known = {head.size: head.root for head in heads}
    is_known = known.get(shown.size) == shown.root.hex()
    _must(is_known, f"the checkpoint of {shown.size} is not of a recorded head")
    return shown.size


def _check_epochs(entries: list[Entry], *, reads: LogReads, serving: ServingReads) -> int:
    """Each epoch entry is of the stored epoch, which names it; no two are of one number."""
    count = 0
    for index, entry in enumerate(entries):
        if isinstance(entry, EpochFrozen):
            count += 1
            stored = serving.epoch(entry.number)
            is_same = stored is not None and stored.root == entry.root
            _must(is_same, f"epoch {entry.number} is stored with another root than logged")
            _must(reads.epoch_entry(entry.number) == index, f"epoch {entry.number} names another")
    newest = serving.newest_epoch()
    is_logged = newest is None or not entries or reads.epoch_entry(newest.number) is not None
    _must(is_logged, "the newest epoch has no entry")
    return count


def _check_intervals(entries: list[Entry], *, reads: LogReads) -> int:
    """Each interval entry is the roots over the kept commitments; they leave out no event."""
    logged = [(index, entry) for index, entry in enumerate(entries) if isinstance(entry, Interval)]
    end = reads.intervals_end()
    if end is None:
        return 0
    _must(len(logged) == end.number, f"{len(logged)} intervals are logged, {end.number} stored")
    upto = end.seq
    for index, entry in reversed(logged):
        stored = reads.interval_at(upto)
        assert stored is not None, "an interval ends where the next begins"
        cut = stored.receipts * HASH_BYTES
        is_same = (
            stored.entry == index
            and batch_of(_digests(stored.leaves[:cut])) == entry.receipts
            and batch_of(_digests(stored.leaves[cut:])) == entry.events
            and entry.events.count == stored.upto_seq - stored.after_seq
        )
        _must(is_same, f"interval {entry.number} does not have the commitments that are kept")
        upto = stored.after_seq
    return len(logged)


def _digests(leaves: bytes) -> list[Digest]:
    return [Digest(leaves[at : at + HASH_BYTES].hex()) for at in range(0, len(leaves), HASH_BYTES)]
