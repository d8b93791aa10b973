"""Tiles: their names, which of them change, and a reader that believes none unchecked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import EMPTY_ROOT, leaf_hash
from plainview.core.tlog import (
    ENTRIES,
    BadBundle,
    BadPath,
    Place,
    Tile,
    TileMissing,
    TileReader,
    TileRefused,
    changed_bundles,
    changed_tiles,
    consistency_path,
    encode_bundle,
    inclusion_path,
    parse_bundle,
    parse_path,
    partial_tiles,
    tile_bytes,
    tile_of,
    tree_root,
)
from tests.sample_logs import SampleLog, sample_log

SIZE = 70_000
LARGE = sample_log(SIZE)
FILES = LARGE.files(SIZE)


def reader_of(log: SampleLog, files: dict[str, bytes], size: int) -> TileReader:
    return TileReader(size=size, root=log.root(size), fetch=files.get)


def nothing(path: str) -> bytes | None:
    """A source without files."""
    return None


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 0, 5), "tile/0/000.p/5"),
        (Tile(63, 999, 255), "tile/63/999.p/255"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(ENTRIES, 1234067, 1), "tile/entries/x001/x234/067.p/1"),
    ],
)
def test_a_tile_has_one_path(tile: Tile, path: str) -> None:
    """Numbers stand in groups of three digits, all but the last behind an x."""
    assert tile.path() == path
    assert parse_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/0", "/tile/0/000", "tile/00/000", "tile/64/000", "tile/-1/000",
        "tile/0/00", "tile/0/0000", "tile/0/001/000", "tile/0/x000/001", "tile/0/x001/x000",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/",
        "tile/0/000/", "tile/0/000\n", "tile/data/000", "tile/entries/x000/000", "tile/0/٠٠٠",
        "tile/0/../000", "tile/0/000.p/1/2", "tile/0/000.p/999",
    ],
)  # fmt: skip
def test_other_paths_are_nobodys(path: str) -> None:
    """A path with a zero too many, a group too few or anything else besides is refused."""
    with pytest.raises(BadPath):
        parse_path(path)


@given(st.integers(0, 63), st.integers(0, 10**17), st.integers(1, 256))
def test_paths_lead_back(level: int, index: int, width: int) -> None:
    """Every tile is read back from its path."""
    assert parse_path(Tile(level, index, width).path()) == Tile(level, index, width)


def test_the_tiles_of_70000() -> None:
    """As tlog-tiles has it: 273 full and one of 112, one full and one of 17, and one of 1."""
    tiles = changed_tiles(0, 70_000)
    full = [tile for tile in tiles if tile.width == 256]
    assert [sum(tile.level == level for tile in full) for level in range(4)] == [273, 1, 0, 0]
    assert partial_tiles(70_000) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert set(partial_tiles(70_000)) == {tile for tile in tiles if tile.width < 256}
    assert len(changed_bundles(0, 70_000)) == 274


def test_the_tiles_of_256() -> None:
    """256 leaves are one full tile and, a level above, one of width 1; 255 leave that out."""
    assert changed_tiles(0, 256) == [Tile(0, 0), Tile(1, 0, 1)]
    assert changed_tiles(0, 255) == [Tile(0, 0, 255)]
    assert changed_tiles(255, 257) == [Tile(0, 0), Tile(0, 1, 1), Tile(1, 0, 1)]
    assert changed_tiles(256, 257) == [Tile(0, 1, 1)]
    assert changed_tiles(257, 257) == changed_tiles(0, 0) == partial_tiles(0) == []


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_what_changes_is_what_is_new(old: int, new: int) -> None:
    """The files of the larger tree are those of the smaller and the changed ones; none is idle."""
    old, new = sorted((old, new))
    before = {*changed_tiles(0, old), *changed_bundles(0, old)}
    after = {*changed_tiles(0, new), *changed_bundles(0, new)}
    changed = {*changed_tiles(old, new), *changed_bundles(old, new)}
    assert changed == after - before
    assert all(tile_of(t.level, t.index, new) == t for t in changed)


def test_there_is_no_way_back() -> None:
    """Asking what changes from a larger tree to a smaller one is a fault of the caller."""
    for ask in (changed_tiles, changed_bundles):
        with pytest.raises(IndexError):
            ask(2, 1)


def test_tiles_hold_hashes_in_order() -> None:
    """A tile's bytes are its leaf hashes; a tile above holds the roots of full tiles."""
    hashes = [leaf_hash(entry) for entry in LARGE.entries[:512]]
    assert FILES["tile/0/001"] == b"".join(hashes[256:512])
    assert FILES["tile/1/000"][32:64] == LARGE.hashes.read_hashes([Place(8, 1)])[0]
    assert len(FILES["tile/1/001.p/17"]) == 17 * 32


@given(st.integers(1, 1_200), st.data())
def test_a_tree_read_from_tiles_is_the_tree(size: int, data: st.DataObject) -> None:
    """Roots, proofs and entries from tiles alone are those of the tree in memory."""
    reader = reader_of(LARGE, LARGE.files(size), size)
    old = data.draw(st.integers(1, size))
    assert tree_root(old, reader) == LARGE.root(old)
    assert consistency_path(old, size, reader) == consistency_path(old, size, LARGE.hashes)
    assert inclusion_path(old - 1, size, reader) == inclusion_path(old - 1, size, LARGE.hashes)
    index = (old - 1) // 256
    assert reader.bundle(index) == list(LARGE.entries[index * 256 : min(size, index * 256 + 256)])


def test_a_large_tree_is_read_through_three_levels() -> None:
    """At 70,000 leaves, proofs that cross every level of tiles hold, and the first bundle fits."""
    reader = reader_of(LARGE, FILES, SIZE)
    assert tree_root(65_535, reader) == LARGE.root(65_535)
    assert consistency_path(65_537, SIZE, reader) == consistency_path(65_537, SIZE, LARGE.hashes)
    assert reader.bundle(0)[0] == b"entry 0"


def test_the_empty_tree_needs_no_file() -> None:
    """A tree without leaves has the empty root and no tiles; any other root is refused."""
    empty = TileReader(size=0, root=EMPTY_ROOT, fetch=nothing)
    assert tree_root(0, empty) == EMPTY_ROOT
    with pytest.raises(IndexError):
        empty.tile(0, 0)
    with pytest.raises(TileRefused):
        TileReader(size=0, root=b"x" * 32, fetch=nothing).tile(0, 0)


@pytest.mark.parametrize(
    ("path", "ask"),
    [
        ("tile/0/000", "hash"), ("tile/1/000", "hash"), ("tile/2/000.p/1", "hash"),
        ("tile/1/001.p/17", "hash"), ("tile/0/273.p/112", "hash"), ("tile/entries/000", "bundle"),
    ],
)  # fmt: skip
def test_a_touched_tile_is_refused(path: str, ask: str) -> None:
    """A flipped bit in any tile on the way to the root, or in a bundle, is noticed; so is a byte
    more, and a file that is not there is another matter."""

    def asked(files: dict[str, bytes]) -> None:
        reader = reader_of(LARGE, files, SIZE)
        _ = reader.read_hashes([Place(0, 3)]) if ask == "hash" else reader.bundle(0)

    good = FILES[path]
    asked(FILES)
    for bad in (good[:-1] + bytes([good[-1] ^ 1]), good + b"\0", good[:-1], b""):
        with pytest.raises(TileRefused):
            asked(FILES | {path: bad})
    with pytest.raises(TileMissing, match=path.replace(".", r"\.")):
        asked({name: data for name, data in FILES.items() if name != path})


def test_the_full_tile_stands_in_for_the_partial_one() -> None:
    """A log that has kept only the tile that filled up since is read as far as the tree goes."""
    files = {
        path: data
        for path, data in (LARGE.files(600) | LARGE.files(300)).items()
        if path not in {"tile/0/001.p/44", "tile/entries/001.p/44"}
    }
    reader = reader_of(LARGE, files, 300)
    assert tree_root(299, reader) == LARGE.root(299)
    assert reader.bundle(1) == list(LARGE.entries[256:300])


def test_another_logs_tiles_are_refused() -> None:
    """The whole, consistent tile set of another history does not pass under this root."""
    forged = sample_log(600, fork_at=17)
    with pytest.raises(TileRefused):
        reader_of(LARGE, forged.files(600), 600).tile(0, 0)


def test_places_outside_the_tree() -> None:
    """A subtree that is not complete in this tree, or a tile it has not, is the caller's fault."""
    reader = reader_of(LARGE, FILES, SIZE)
    for place in (Place(0, SIZE), Place(17, 0), Place(-1, 0), Place(0, -1)):
        with pytest.raises(IndexError):
            reader.read_hashes([place])
    for level, index in ((0, 274), (3, 0), (-1, 0), (0, -1)):
        with pytest.raises(IndexError):
            reader.tile(level, index)


def test_each_file_is_fetched_once() -> None:
    """Reading every leaf of a tile twice fetches no file again."""
    fetched: list[str] = []

    def fetch(path: str) -> bytes | None:
        fetched.append(path)
        return FILES.get(path)

    reader = TileReader(size=SIZE, root=LARGE.root(SIZE), fetch=fetch)
    for _ in range(2):
        reader.read_hashes([Place(0, n) for n in range(256)])
    assert len(fetched) == len(set(fetched)) == 5


def test_a_bundle_by_hand() -> None:
    """Each entry stands behind its length in two bytes, the empty one too."""
    assert encode_bundle([b"ab", b"", b"c"]) == b"\x00\x02ab\x00\x00\x00\x01c"
    assert parse_bundle(b"\x00\x02ab\x00\x00\x00\x01c", 3) == [b"ab", b"", b"c"]
    assert parse_bundle(encode_bundle([b"x" * 65_535]), 1) == [b"x" * 65_535]


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x02a", b"\x00\x01ab", b"", b"\x00\x01a\x00\x01b"])
def test_a_bundle_that_is_none(data: bytes) -> None:
    """Cut off, with something behind it, or with another number of entries, it is refused."""
    with pytest.raises(BadBundle):
        parse_bundle(data, 1)


def test_an_entry_too_long() -> None:
    """65,536 bytes do not fit an entry."""
    with pytest.raises(BadBundle, match="65536"):
        encode_bundle([b"x" * 65_536])


def test_tile_bytes_come_from_any_reader() -> None:
    """A tile made from tiles is the tile."""
    reader = reader_of(LARGE, FILES, SIZE)
    assert tile_bytes(Tile(1, 0, 9), reader) == FILES["tile/1/000"][: 9 * 32]
