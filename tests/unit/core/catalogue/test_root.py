"""The root binds the header and every row; proofs hold to it."""

from hashlib import sha256

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.catalogue import (
    Frozen,
    HeaderRefused,
    ProofRefused,
    RootDiffers,
    RowsRefused,
    as_rows,
    changed_leaves,
    check_row,
    encode_header,
    epoch_root,
    freeze,
    leaf_bytes,
    leaf_count,
    next_events_root,
    parse_header,
    prove_row,
    rows_bytes,
    thaw,
    verify_epoch,
)
from plainview.core.terms.epoch import ROW, Rows
from plainview.core.terms.hashing import leaf_hash, node_hash
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId


def _rows(ids: list[int], *, seed: int = 0) -> Rows:
    made = np.zeros(len(ids), ROW)
    made["id"] = ids
    made["looks"] = np.arange(len(ids)) * 7 + seed
    return as_rows(made)


def _freeze(rows: Rows, previous: Frozen | None = None, *, frozen_ms: int = 5) -> Frozen:
    return freeze(
        previous, rows=rows, topics=("chance",), edition="test", weights=Digest("ab" * 32),
        decisions=1, events_counted=2, events_root=NO_DIGEST, frozen_ms=frozen_ms,
    )  # fmt: skip


def test_the_root_of_130_rows_by_hand() -> None:
    """130 rows fill leaves of 64, 64 and 2; with the header that is a tree of four."""
    rows = _rows(list(range(1, 131)))
    whole = rows_bytes(rows)
    header = b"{}"
    h = [leaf_hash(x) for x in (header, whole[:10_752], whole[10_752:21_504], whole[21_504:])]
    expected = node_hash(node_hash(h[0], h[1]), node_hash(h[2], h[3]))
    assert epoch_root(header, rows) == expected.hex()
    assert [leaf_bytes(rows, i) for i in range(leaf_count(130))] == [
        whole[:10_752], whole[10_752:21_504], whole[21_504:],
    ]  # fmt: skip


def test_an_epoch_without_rows_is_its_header() -> None:
    """The root of an empty catalogue is the header's leaf."""
    assert epoch_root(b"{}", _rows([])) == leaf_hash(b"{}").hex()


def test_header_by_hand() -> None:
    """The header's bytes, written out."""
    frozen = _freeze(_rows([4]))
    zeros, weights = "0" * 64, "ab" * 32
    assert frozen.header_bytes.decode() == (
        f'{{"centroids":"{zeros}","decisions":1,"edition":"test","events_counted":2,'
        f'"events_root":"{zeros}","frozen_ms":5,"line_weights":[],"number":1,'
        f'"previous_root":"{zeros}","rows":1,'
        f'"shown_today":0,"shown_yesterday":0,"spec":"epoch-v1","topics":["chance"],"weights":"{weights}"}}'
    )
    assert parse_header(frozen.header_bytes) == frozen.epoch.header


@pytest.mark.parametrize(
    "edit",
    [
        (b'"epoch-v1"', b'"epoch-v2"'), (b'"decisions":1,', b""), (b'"rows":1', b'"rows":"1"'),
        (b'"spec"', b'"spec2":1,"spec"'), (b'{"centroids"', b'{ "centroids"'), (b"}", b""),
    ],
)  # fmt: skip
def test_other_headers_are_refused(edit: tuple[bytes, bytes]) -> None:
    """Another spec, a field missing, too many or mistyped, other white space, a cut end."""
    with pytest.raises(HeaderRefused):
        parse_header(_freeze(_rows([4])).header_bytes.replace(*edit))


@pytest.mark.parametrize(
    "lines",
    [
        '[["b/x","0"],["a/x","0"]]', '[["a/x","0"],["a/x","0"]]', '[["a/x"]]', '[["a/x",1]]',
        '[["a/a","0"],["a/b","0"],["a/c","0"],["a/d","0"],["a/e","0"]]',
    ],
)  # fmt: skip
def test_lines_out_of_order_or_too_many_are_refused(lines: str) -> None:
    """Not sorted, one twice, without weights, with a number for them, and five."""
    data = _freeze(_rows([4])).header_bytes
    with pytest.raises(HeaderRefused):
        parse_header(data.replace(b'"line_weights":[]', f'"line_weights":{lines}'.encode()))


def test_epochs_follow_on() -> None:
    """The next epoch names the root before it, counts on, and never goes back in time."""
    first = _freeze(_rows([1, 2]), frozen_ms=50)
    second = _freeze(_rows([1, 2, 3]), first, frozen_ms=40)
    assert (first.epoch.header.number, first.epoch.header.previous_root) == (1, NO_DIGEST)
    assert (second.epoch.header.number, second.epoch.header.previous_root) == (2, first.epoch.root)
    assert second.epoch.header.frozen_ms == 50


IDS = st.lists(st.integers(1, 400), unique=True, max_size=300).map(sorted)


@settings(max_examples=40)
@given(IDS, IDS, st.integers(0, 1))
def test_a_freeze_on_a_freeze_equals_one_from_nothing(
    old: list[int], new: list[int], seed: int
) -> None:
    """Keeping leaf hashes between epochs never changes a root."""
    second = _freeze(_rows(new, seed=seed), _freeze(_rows(old)))
    assert second.epoch.root == epoch_root(second.header_bytes, _rows(new, seed=seed))
    again = thaw(second.header_bytes, rows_bytes(second.epoch.rows), second.epoch.root)
    assert again.leaves.hashes == second.leaves.hashes


def test_only_changed_leaves_are_hashed_again() -> None:
    """One changed row among 200 is one changed leaf of 64."""
    before = _rows(list(range(1, 201)))
    after = before.copy()
    after["flags"][70] = 1
    assert changed_leaves(before, as_rows(after)) == [1]
    assert changed_leaves(before, before) == []


def test_verification_names_what_is_wrong() -> None:
    """Any flipped bit of header or rows is refused, and a row too many or too few."""
    frozen = _freeze(_rows([1, 2, 3]))
    rows, root = rows_bytes(frozen.epoch.rows), frozen.epoch.root
    assert verify_epoch(frozen.header_bytes, rows, root).header.rows == 3
    for bit in range(0, len(rows) * 8, 97):
        flipped = bytearray(rows)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises((RootDiffers, RowsRefused)):
            verify_epoch(frozen.header_bytes, bytes(flipped), root)
    other = encode_header(msgspec.structs.replace(frozen.epoch.header, decisions=2))
    with pytest.raises(RootDiffers):
        verify_epoch(other, rows, root)
    with pytest.raises(RowsRefused):
        verify_epoch(frozen.header_bytes, rows[:168], root)
    with pytest.raises(RowsRefused):
        verify_epoch(frozen.header_bytes, rows[:100], root)


@settings(max_examples=40)
@given(IDS, st.integers(1, 401))
def test_presence_and_absence_can_be_proven(ids: list[int], video: int) -> None:
    """Every id is proven present with its row, or absent."""
    frozen = _freeze(_rows(ids))
    proof = prove_row(frozen.header_bytes, frozen.leaves, VideoId(video))
    found = check_row(proof, frozen.epoch.root)
    assert (found is not None) == (video in ids)
    if found is not None:
        at = ids.index(video)
        assert found.tobytes() == frozen.epoch.rows[at : at + 1].tobytes()


def test_false_proofs_are_refused() -> None:
    """Absence needs both neighbours; a leaf, a path or a root of another tree proves nothing."""
    frozen = _freeze(_rows(list(range(2, 400, 2))))
    root = frozen.epoch.root

    proof = prove_row(frozen.header_bytes, frozen.leaves, VideoId(129))
    one, two = proof.leaves
    change = msgspec.structs.replace
    far = prove_row(frozen.header_bytes, frozen.leaves, VideoId(390)).leaves[0]
    forged = [
        change(proof, leaves=(one,)), change(proof, leaves=(two,)), change(proof, leaves=()),
        change(proof, leaves=(two, one)), change(proof, leaves=(one, far)),
        change(proof, leaves=(one, change(two, data=two.data[:-168]))),
        change(proof, leaves=(change(one, index=1), two)), change(proof, header_path=()),
        change(proof, leaves=(change(one, path=one.path[:-1]), two)),
        change(proof, video=VideoId(300)),
    ]  # fmt: skip
    assert check_row(proof, root) is None
    for forgery in forged:
        with pytest.raises(ProofRefused):
            check_row(forgery, root)
    with pytest.raises(ProofRefused):
        check_row(proof, NO_DIGEST)


def test_events_root_by_hand() -> None:
    """A batch of two is a tree of two, hashed behind the old root; no events change nothing."""
    tree = node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
    assert next_events_root(NO_DIGEST, [b"a", b"b"]) == (sha256(bytes(32) + tree).hexdigest())
    assert next_events_root(Digest("12" * 32), []) == "12" * 32
