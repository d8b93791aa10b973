"""Publish a checkpoint: appended entries become tiles, then a recorded head, then signed bytes."""

from collections.abc import Callable, Sequence

from plainview.core.terms.hashing import leaf_hash
from plainview.core.terms.ids import Digest
from plainview.core.tlog import (
    ED25519,
    ENTRIES,
    TILE_WIDTH,
    Checkpoint,
    Frontier,
    KnownHashes,
    Note,
    Signature,
    Tile,
    TileMissing,
    TileReader,
    VerifierKey,
    changed_bundles,
    changed_tiles,
    encode_bundle,
    frontier_at,
    parse_note,
    tile_bytes,
)
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.tlog import LogFiles, LogHead, LogReads, LogSigner, RecordHead

ENTRIES_MAX = 4_096
"""Entries published at once; what is left follows in the next checkpoint."""


class LogBroken(Exception):
    """What is stored of the log is not what was published of it. Nothing more may be published:
    somebody must look, and the published checkpoints are evidence of what was there."""


class CheckpointPublisher:
    """Moves the log outward. Any number may run at once, in any processes, and be killed anywhere.

    What may not happen is two signatures over two trees of one size. Entries never change, so two
    publishers make the same tiles and the same root; the head is recorded, which the writer
    refuses for another root, before it is signed; and a checkpoint never replaces a larger one.
    """

    def __init__(
        self,
        *,
        reads: LogReads,
        writer: Writer,
        files: LogFiles,
        signers: Sequence[LogSigner],
        clock: Clock,
        origin: str,
        is_witnessed: Callable[[], bool] = lambda: False,
    ) -> None:
        """`signers`: the log's key, then the one before it if it was changed, so that who knows
        only the former root of trust can read on to the one that changed it. `is_witnessed`:
        whether others show the checkpoint, with witnesses' cosignatures; then this one shows
        nothing but the first."""
        self._reads = reads
        self._writer = writer
        self._files = files
        self._signers = signers
        self._clock = clock
        self.keys = [VerifierKey(origin, ED25519, one.public_key()) for one in signers]
        self._is_witnessed = is_witnessed
        self._shown = 0

    def publish_if_due(self) -> LogHead | None:
        """Publish what was appended since the last head; the new head, None if nothing was.

        What a killed publisher left undone is done first.

        Raises: Refused: another published meanwhile; call again. LogBroken. WriterGone.
        """
        head, is_new = self._reads.newest_head(), False
        size = self._reads.entries_count()
        before = head.size if head else 0
        if size > before:
            head = self._record(head, min(size, before + ENTRIES_MAX))
            is_new = True
        if head is not None and head.size != self._shown:
            if not self._is_witnessed() or self._files.checkpoint() is None:
                self._show(head)
            self._drop_partials(self._shown, head.size)
            self._shown = head.size
        return head if is_new else None

    def _record(self, head: LogHead | None, size: int) -> LogHead:
        """Write the tiles and bundles up to `size`, durably, and then record the root."""
        before = head.size if head else 0
        old = self._reader(head)
        frontier = frontier_at(before, old) if old else Frontier()
        entries = self._reads.log_entries(before, count=size - before)
        grown, completed = frontier.extend(leaf_hash(entry) for entry in entries)
        assert grown.size == size, "entries are numbered without gaps"
        known = KnownHashes(completed, old)
        for tile in changed_tiles(before, size):
            self._files.keep(tile.path(), tile_bytes(tile, known))
        for bundle in changed_bundles(before, size):
            first = bundle.index * TILE_WIDTH
            self._files.keep(
                bundle.path(), encode_bundle(self._reads.log_entries(first, count=bundle.width))
            )
        root = Digest(grown.root().hex())
        now_ms = self._clock.now_ms()
        self._writer.submit(RecordHead(size=size, root=root, at_ms=now_ms))
        return LogHead(size=size, root=root, at_ms=now_ms)

    def _reader(self, head: LogHead | None) -> TileReader | None:
        """The tree that was published, every hash of it checked against the recorded root."""
        if head is None:
            return None
        root = bytes.fromhex(head.root)
        reader = TileReader(size=head.size, root=root, fetch=self._files.read)
        try:
            frontier_at(head.size, reader)
        except TileMissing:
            self._rebuild(head)
            reader = TileReader(size=head.size, root=root, fetch=self._files.read)
        return reader

    def _rebuild(self, head: LogHead) -> None:
        """Write all tiles again from the entries: files were lost, with a folder or a disk."""
        entries = self._reads.log_entries(0, count=head.size)
        grown, completed = Frontier().extend(leaf_hash(entry) for entry in entries)
        if grown.size != head.size or grown.root().hex() != head.root:
            raise LogBroken(f"the entries do not have the root recorded for size {head.size}")
        known = KnownHashes(completed)
        for tile in changed_tiles(0, head.size):
            self._files.keep(tile.path(), tile_bytes(tile, known))
        for bundle in changed_bundles(0, head.size):
            first = bundle.index * TILE_WIDTH
            self._files.keep(bundle.path(), encode_bundle(entries[first : first + bundle.width]))

    def _show(self, head: LogHead) -> None:
        """Hand out the checkpoint of a recorded head, unless one of its text is handed out."""
        note, shown = self.sign(head), self._files.checkpoint()
        if shown is None or parse_note(shown).text != note.text:
            self._files.replace_checkpoint(note.encode(), size=head.size)

    def sign(self, head: LogHead) -> Note:
        """The checkpoint of a head that is recorded; always the same bytes for the same head."""
        text = Checkpoint(self.keys[0].name, head.size, bytes.fromhex(head.root)).text()
        signatures = [
            Signature(key.name, key.key_id, signer.sign(text))
            for key, signer in zip(self.keys, self._signers, strict=True)
        ]
        return Note(text, tuple(signatures))

    def _drop_partials(self, before: int, size: int) -> None:
        """Remove the partial files of tiles that have filled up; the full ones serve for them."""
        for tile in changed_tiles(before, size):
            if tile.width == TILE_WIDTH:
                self._files.drop_partials(tile.path())
                if tile.level == 0:
                    self._files.drop_partials(Tile(ENTRIES, tile.index).path())
