"""The Merkle tree, held to RFC 6962's own shapes written out node by node."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import (
    EMPTY_ROOT,
    digest_of,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    node_hash,
    root_from_proof,
)

D = [bytes([i]) for i in range(7)]
LEAVES = [leaf_hash(d) for d in D]
a, b, c, d, e, f, j = LEAVES
g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
k, l = node_hash(g, h), node_hash(i, j)
"""RFC 6962, section 2.1.3: the tree with 7 leaves and the letters it gives the nodes."""


def test_hashes_have_their_prefix_byte() -> None:
    """A leaf is hashed behind 00 and a node behind 01, so that neither passes for the other."""
    assert leaf_hash(b"") == bytes.fromhex(
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert node_hash(a, b) == sha256(b"\x01" + a + b).digest()
    assert digest_of(b"") == EMPTY_ROOT.hex() == sha256().hexdigest()


def test_known_roots() -> None:
    """The roots of the empty tree and of the eight leaves used by certificate-transparency-go."""
    inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]  # fmt: skip
    hashed = [leaf_hash(bytes.fromhex(x)) for x in inputs]
    assert merkle_root([]).hex().startswith("e3b0c44298fc1c14")
    assert merkle_root(hashed[:1]).hex() == (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    )
    assert merkle_root(hashed[:3]).hex() == (
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
    )
    assert merkle_root(hashed).hex() == (
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    )


def test_the_rfc_tree_of_seven() -> None:
    """The root of 7 leaves is node(k, l) as drawn in RFC 6962."""
    assert merkle_root(LEAVES) == node_hash(k, l)


@pytest.mark.parametrize(
    ("index", "path"), [(0, [b, h, l]), (3, [c, g, l]), (4, [f, j, k]), (6, [i, k])]
)
def test_the_rfc_audit_paths(index: int, path: list[bytes]) -> None:
    """The four audit paths that RFC 6962 lists for that tree, and that they lead to its root."""
    assert inclusion_proof(LEAVES, index) == path
    assert root_from_proof(LEAVES[index], index, 7, path) == merkle_root(LEAVES)


def _recursive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(_recursive_root(leaves[:split]), _recursive_root(leaves[split:]))


@given(st.integers(1, 70))
def test_pairing_equals_the_recursive_definition(size: int) -> None:
    """Carrying the odd node up gives the root that splitting at a power of two gives."""
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    assert merkle_root(leaves) == _recursive_root(leaves)


@given(st.integers(1, 40), st.data())
def test_a_path_fits_one_place_only(size: int, data: st.DataObject) -> None:
    """A proof leads to the root from its own index and from no other index of that tree."""
    leaves = [leaf_hash(bytes([n])) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_proof(leaves, index), merkle_root(leaves)
    found = [n for n in range(size) if root_from_proof(leaves[index], n, size, path) == root]
    assert found == [index]
    assert root_from_proof(leaves[index], index, size, [*path, a]) is None


def test_places_outside_the_tree() -> None:
    """An index that is not in the tree has no proof and leads nowhere."""
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, 7)
    assert root_from_proof(a, 7, 7, []) is None
    assert root_from_proof(a, -1, 7, []) is None
    assert root_from_proof(a, 0, 7, [b, h]) is None
