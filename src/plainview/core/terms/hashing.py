"""SHA-256 and the Merkle tree of RFC 6962, section 2.1."""

from collections.abc import Sequence
from hashlib import sha256

from plainview.core.terms.ids import Digest

EMPTY_ROOT = sha256(b"").digest()


def digest_of(data: bytes) -> Digest:
    """SHA-256 of `data` in lower-case hex."""
    return Digest(sha256(data).hexdigest())


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962: `SHA256(00 || entry)`, 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962: `SHA256(01 || left || right)`, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def merkle_root(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over `leaf_hashes` (already hashed leaves, 32 bytes each, in order).

    Splitting at the largest power of two below n equals pairing level by level and carrying an odd
    last node up unchanged, which is what is done here. The empty tree's root is `SHA256("")`.
    """
    if not leaf_hashes:
        return EMPTY_ROOT
    level = list(leaf_hashes)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """RFC 6962 audit path of leaf `index`, from the leaf's sibling upward.

    Raises: IndexError: there is no such leaf.
    """
    return path_in(merkle_levels(leaf_hashes), index)


def merkle_levels(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """The tree level by level, leaves first, as `merkle_root` makes it; the empty tree has one
    level without a node."""
    levels = [list(leaf_hashes)]
    while len(level := levels[-1]) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        levels.append(paired)
    return levels


def path_in(levels: Sequence[Sequence[bytes]], index: int) -> list[bytes]:
    """The audit path of leaf `index` in a tree of these levels, without hashing anything.

    Raises: IndexError: there is no such leaf.
    """
    if not 0 <= index < len(levels[0]):
        raise IndexError(f"leaf {index} of {len(levels[0])}")
    path = []
    for level in levels[:-1]:
        if index ^ 1 < len(level):
            path.append(level[index ^ 1])
        index //= 2
    return path


def root_from_proof(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that `path` leads to from hashed `leaf` at `index` of `size`; None if it cannot fit.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return None
    fn, sn, node = index, size - 1, leaf
    for step in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            node = node_hash(step, node)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, step)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else None
