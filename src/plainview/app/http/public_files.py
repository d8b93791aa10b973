"""What anyone may download beside the log's own files: only what an entry or an epoch names."""

import threading

from plainview.app.http.shapes import GONE
from plainview.app.wire import Wired
from plainview.core.catalogue import BadRows, DeltaRefused, encode_facts, rows_bytes
from plainview.core.history import (
    Experiment,
    LineWeights,
    Policies,
    Source,
    Trust,
    WeightsPublished,
    parse_entry,
)
from plainview.core.learn import BadLineage
from plainview.core.learn.lineage_file import parse_tick_lineage
from plainview.core.terms.canonical import canonical_json
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId
from plainview.core.tlog import ENTRIES, TILE_WIDTH, Tile, encode_bundle, parse_bundle
from plainview.flows.begin_log import trust_in_force
from plainview.flows.read_epoch import NoEpoch, read_leaves, read_rows
from plainview.ports.objects import NoObject

NAMING = ("policies", "source", "trust", "weights", "line_weights", "experiment")
"""Kinds of entry that name objects."""


class PublicFiles:
    """Reads of one data folder that need no account. Safe to share between threads."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._lock = threading.Lock()
        self._named: set[Digest] = set()
        self._next = 0

    def tile(self, tile: Tile) -> bytes | None:
        """The bytes of a tile or bundle, cut from the full one if the partial one is gone."""
        files = self._wired.log_files
        data = files.read(tile.path())
        if data is not None or tile.width == TILE_WIDTH:
            return data
        full = files.read(tile.full().path())
        if full is None:
            return None
        if tile.level == ENTRIES:
            return encode_bundle(parse_bundle(full, TILE_WIDTH)[: tile.width])
        return full[: tile.width * 32]

    def object(self, digest: Digest) -> bytes | None:
        """An object that an entry names; nothing else, least of all people's files."""
        if digest not in self._named:
            self._read_names()
        if digest not in self._named:
            return None
        try:
            return self._wired.objects.get(digest)
        except NoObject:
            return None

    def _read_names(self) -> None:
        """Note what entries name that were published since the last time."""
        head = self._wired.log_reads.newest_head()
        with self._lock:
            size = head.size if head else 0
            if size <= self._next:
                return
            for body in self._wired.log_reads.entries_of(NAMING, first=self._next, before=size):
                self._named |= self._names_in(body)
            self._next = size

    def _names_in(self, body: bytes) -> set[Digest]:
        entry = parse_entry(body)
        match entry:
            case Policies():
                return {Digest(one.digest) for one in entry.offered}
            case WeightsPublished():
                return {Digest(entry.digest), *self._lineage_of(entry)}
            case LineWeights():
                return {Digest(entry.digest), *self._lineage_of(entry)}
            case Experiment():
                return {Digest(recipe) for recipe in entry.recipes}
            case Trust():
                return {digest_of(entry.document.encode())}
            case Source():
                listing = self._wired.objects.get(Digest(entry.digest))
                lines = listing.decode().splitlines()
                return {Digest(entry.digest), *(Digest(line.split(" ")[-1]) for line in lines)}
        return set()

    def _lineage_of(self, entry: WeightsPublished | LineWeights) -> set[Digest]:
        """The document that says where weights come from, and the files that it names."""
        named = {Digest(entry.lineage)}
        try:
            data = self._wired.objects.get(Digest(entry.lineage))
            if isinstance(entry, LineWeights) or entry.origin == "learned":
                told = parse_tick_lineage(data)
                named |= {told.recipe, told.candidate.state, *told.dropped.lineages}
        except (NoObject, BadLineage):
            pass
        return named

    def epoch(self, number: int, part: str) -> bytes | None:
        """`header`, `rows` or `leaves` of an epoch whose entry is published."""
        wired = self._wired
        record, index = wired.reads.epoch(number), wired.log_reads.epoch_entry(number)
        head = wired.log_reads.newest_head()
        if record is None or index is None or head is None or index >= head.size:
            return None
        if part == "header":
            return record.header
        try:
            if part == "rows":
                return rows_bytes(read_rows(record, reads=wired.reads, files=wired.epoch_files))
            if part == "leaves":
                leaves = read_leaves(record, reads=wired.reads, files=wired.epoch_files)
                return b"".join(leaves) or None
        except (NoEpoch, FileNotFoundError, DeltaRefused, BadRows):
            return None
        return None

    def removal(self, video: VideoId) -> str | None:
        """The reason code under which a video is gone; None while it is there, or never was."""
        record = self._wired.reads.videos([video]).get(video)
        if record is None or not record.flags & GONE:
            return None
        removal = self._wired.reads.removals([video]).get(video)
        return removal.reason_code if removal else "by_creator"

    def video(self, video: VideoId) -> bytes | None:
        """What its row's digest and embedding are made of, as it stands now."""
        facts = self._wired.reads.facts_of([video]).get(video)
        return encode_facts(facts) if facts else None

    def retention(self) -> bytes:
        """Which epochs are here. None is pruned yet: the oldest logged one is the first kept."""
        trust = trust_in_force(self._wired.log_reads)
        oldest = self._wired.log_reads.oldest_epoch()
        return canonical_json(
            {
                "spec": "retention-v1",
                "retention_days": trust[1].retention_days if trust else 0,
                "oldest_epoch": oldest,
                "pruned": [],
            }
        )
