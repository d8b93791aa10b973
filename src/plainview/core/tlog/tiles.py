"""Tiles: the tree as files of 256 hashes, their names, and a reader that believes no file."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from plainview.core.terms.hashing import leaf_hash, node_hash
from plainview.core.tlog.bundles import parse_bundle
from plainview.core.tlog.errors import BadBundle, BadPath, TileMissing, TileRefused
from plainview.core.tlog.tree import HASH_BYTES, SIZE_BOUND, HashReader, Place, folded

TILE_WIDTH: Final = 256
TILE_HEIGHT: Final = 8
ENTRIES: Final = -1
"""The level of bundles: `tile/entries/...`, cut as level 0 is."""

Fetch = Callable[[str], bytes | None]
"""The bytes at a path below the log's prefix (`tile/0/000.p/5`); None where nothing lies."""

Rows = list[list[bytes]]
"""One tile's hashes, above them the hash of each pair, and so on: only of complete subtrees."""

_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?\Z"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """Tile `index` of `level` with the first `width` (1 .. 256) of its hashes or entries."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def full(self) -> "Tile":
        """The same tile once it has filled up."""
        return Tile(self.level, self.index)

    def path(self) -> str:
        """Where it lies below the log's prefix.

        >>> Tile(0, 1234067, 8).path()
        'tile/0/x001/x234/067.p/8'
        """
        level = "entries" if self.level == ENTRIES else str(self.level)
        part = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number_path(self.index)}{part}"


def number_path(index: int) -> str:
    """A tile's number in groups of three digits, all but the last behind an `x`.

    >>> number_path(1234067)
    'x001/x234/067'
    """
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))


def parse_path(path: str) -> Tile:
    """The tile that lies at `path`. Raises: BadPath: none does."""
    match = _PATH.match(path)
    if not match:
        raise BadPath(f"{path[:80]!r} is not the path of a tile or bundle")
    level = ENTRIES if match[1] == "entries" else int(match[1])
    tile = Tile(level, int(re.sub("[x/]", "", match[2])), int(match[3] or TILE_WIDTH))
    # One tile has one path: no width of 256 and more, no leading group of zeros, no level 64.
    if tile.path() != path or tile.width > TILE_WIDTH or level > 63:
        raise BadPath(f"{path[:80]!r} is not how that tile is named")
    return tile


def _cut(level: int, size: int) -> int:
    """How many hashes level `level` of tiles holds for a tree of `size`."""
    return size >> (TILE_HEIGHT * max(level, 0))


def tile_of(level: int, index: int, size: int) -> Tile | None:
    """Tile `index` of `level` as wide as a tree of `size` makes it; None where it is empty."""
    width = min(TILE_WIDTH, _cut(level, size) - index * TILE_WIDTH)
    return Tile(level, index, width) if width > 0 else None


def partial_tiles(size: int) -> list[Tile]:
    """The tiles a tree of `size` leaves unfilled, level 0 first: its whole right edge."""
    found, level = [], 0
    while count := _cut(level, size):
        if count % TILE_WIDTH:
            found.append(Tile(level, count // TILE_WIDTH, count % TILE_WIDTH))
        level += 1
    return found


def _changed(level: int, old: int, new: int) -> list[Tile]:
    before, after = _cut(level, old), _cut(level, new)
    if before == after:
        return []
    last = (after - 1) // TILE_WIDTH
    tiles = (tile_of(level, index, new) for index in range(before // TILE_WIDTH, last + 1))
    return [tile for tile in tiles if tile]


def changed_tiles(old: int, new: int) -> list[Tile]:
    """The tiles of the tree of `new` that the tree of `old` has not, or not as wide; level 0 first.

    >>> [tile.path() for tile in changed_tiles(255, 257)]
    ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']
    """
    if not 0 <= old <= new < SIZE_BOUND:
        raise IndexError(f"from {old} to {new}")
    found, level = [], 0
    while _cut(level, new):
        found += _changed(level, old, new)
        level += 1
    return found


def changed_bundles(old: int, new: int) -> list[Tile]:
    """The bundles of the tree of `new` that the tree of `old` has not, or not as wide."""
    if not 0 <= old <= new < SIZE_BOUND:
        raise IndexError(f"from {old} to {new}")
    return _changed(ENTRIES, old, new)


def tile_places(tile: Tile) -> list[Place]:
    """The subtrees whose hashes the tile holds, in its order."""
    first = tile.index * TILE_WIDTH
    return [Place(TILE_HEIGHT * tile.level, first + i) for i in range(tile.width)]


def tile_bytes(tile: Tile, reader: HashReader) -> bytes:
    """The bytes of the file at `tile.path()`."""
    return b"".join(reader.read_hashes(tile_places(tile)))


class TileReader:
    """The tree of a verified checkpoint, read from tiles of anyone: a file server, a folder.

    No hash is given out before it has been checked against `root`: the unfilled tiles together hash
    to it, and a full tile hashes to the hash that the tile above has in its place. Tiles that were
    checked are kept, with the hashes between their leaves and their root, for a reader is made for
    one checkpoint and one piece of work: about 50 KB for each tile that was asked for.

    Raises, from every method: TileMissing: a file is not there. TileRefused: it is another's.
    """

    def __init__(self, *, size: int, root: bytes, fetch: Fetch) -> None:
        if not 0 <= size < SIZE_BOUND:
            raise IndexError(f"a tree of {size}")
        self.size = size
        self.root = root
        self._fetch = fetch
        self._checked: dict[tuple[int, int], Rows] = {}
        self._is_edge_checked = False

    def read_hashes(self, places: Sequence[Place]) -> Sequence[bytes]:
        """The hash of each place, checked. Raises IndexError: a place outside the tree."""
        return [self._hash_at(place) for place in places]

    def tile(self, level: int, index: int) -> list[bytes]:
        """The hashes of a tile, as wide as this tree makes it. IndexError: there is none."""
        return self._rows_of(level, index)[0]

    def _rows_of(self, level: int, index: int) -> Rows:
        self._check_edge()
        if (level, index) in self._checked:
            return self._checked[level, index]
        tile = tile_of(level, index, self.size) if level >= 0 and index >= 0 else None
        if tile is None:
            raise IndexError(f"no tile {index} at level {level} in a tree of {self.size}")
        # Unfilled tiles are all checked with the edge, so this one is full and has a tile above.
        rows = _rows(self._fetched(tile))
        above = self.tile(level + 1, index // TILE_WIDTH)
        if rows[-1] != [above[index % TILE_WIDTH]]:
            raise TileRefused(f"{tile.path()} is not of the tree of size {self.size}")
        self._checked[level, index] = rows
        return rows

    def bundle(self, index: int) -> list[bytes]:
        """The entries of a bundle, as wide as this tree makes it, each checked by its leaf hash."""
        leaves = self.tile(0, index)
        tile = Tile(ENTRIES, index, len(leaves))
        data, width = self._file(tile)
        try:
            entries = parse_bundle(data, width)[: tile.width]
        except BadBundle as error:
            raise TileRefused(f"{tile.path()}: {error}") from error
        if [leaf_hash(entry) for entry in entries] != leaves:
            raise TileRefused(f"{tile.path()} holds other entries than the tree")
        return entries

    def _check_edge(self) -> None:
        """Read the unfilled tiles and hold them, as the tree's frontier, against the root."""
        if self._is_edge_checked:
            return
        tiles = partial_tiles(self.size)
        edge = {(tile.level, tile.index): _rows(self._fetched(tile)) for tile in tiles}
        peaks: list[bytes] = []
        for tile in reversed(tiles):
            peaks += _peaks(edge[tile.level, tile.index])
        if folded(peaks) != self.root:
            raise TileRefused(f"the right edge of the tree of size {self.size} has another root")
        self._checked |= edge
        self._is_edge_checked = True

    def _hash_at(self, place: Place) -> bytes:
        level, number = place
        if level < 0 or number < 0 or (number + 1) << level > self.size:
            raise IndexError(f"{place} is outside a tree of {self.size}")
        row, above = divmod(level, TILE_HEIGHT)
        first = number << above
        rows = self._rows_of(row, first // TILE_WIDTH)
        return rows[above][first % TILE_WIDTH >> above]

    def _fetched(self, tile: Tile) -> list[bytes]:
        data, width = self._file(tile)
        if len(data) != width * HASH_BYTES:
            raise TileRefused(f"{tile.path()} has {len(data)} bytes")
        return [data[i * HASH_BYTES : (i + 1) * HASH_BYTES] for i in range(tile.width)]

    def _file(self, tile: Tile) -> tuple[bytes, int]:
        """The file of a tile and how wide it is: a log may have kept the full one alone."""
        for wanted in dict.fromkeys((tile, tile.full())):
            data = self._fetch(wanted.path())
            if data is not None:
                return data, wanted.width
        raise TileMissing(f"{tile.path()} is not there")


def _rows(hashes: list[bytes]) -> Rows:
    rows = [hashes]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)])
    return rows


def _peaks(rows: Rows) -> list[bytes]:
    """The largest complete subtrees over one tile's hashes, left to right."""
    peaks, at = [], 0
    for height in reversed(range(len(rows))):
        if len(rows[0]) >> height & 1:
            peaks.append(rows[height][at >> height])
            at += 1 << height
    return peaks
