"""Logs and witnesses for tests: trees of numbered entries, keys that sign nothing else."""

from dataclasses import dataclass
from hashlib import sha256

from plainview.core.terms.hashing import leaf_hash
from plainview.core.tlog import (
    Checkpoint,
    KnownHashes,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    changed_bundles,
    changed_tiles,
    consistency_path,
    cosign_text,
    encode_bundle,
    encode_submission,
    log_key,
    sign_checkpoint,
    subtree_hashes,
    tile_bytes,
    tree_root,
    witness_key,
)

ORIGIN = "log.example/plainview"
TIME_S = 1_790_000_000


def private_key(name: str) -> bytes:
    """The key of whoever is called `name` in tests."""
    return sha256(f"tests, a key of {name}".encode()).digest()


LOG_KEY = log_key(ORIGIN, private_key(ORIGIN))


def recursive_root(leaves: list[bytes]) -> bytes:
    """MTH, word for word as RFC 6962 defines it, over hashed leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    left, right = recursive_root(leaves[:split]), recursive_root(leaves[split:])
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class SampleLog:
    """A log's entries, all in memory, and everything a log would sign of them."""

    entries: tuple[bytes, ...]
    hashes: KnownHashes
    origin: str = ORIGIN

    def root(self, size: int) -> bytes:
        return tree_root(size, self.hashes)

    def checkpoint(self, size: int, *, signer: str = "") -> bytes:
        """The signed note, by the log's key unless another `signer` is named."""
        head = Checkpoint(self.origin, size, self.root(size))
        return sign_checkpoint(head, private_key=private_key(signer or self.origin)).encode()

    def submission(self, old: int, new: int) -> bytes:
        """The honest request to a witness that has seen `old`."""
        return encode_submission(old, consistency_path(old, new, self.hashes), self.checkpoint(new))

    def files(self, size: int) -> dict[str, bytes]:
        """All tiles and bundles of the tree of `size`, by path."""
        found = {t.path(): tile_bytes(t, self.hashes) for t in changed_tiles(0, size)}
        for tile in changed_bundles(0, size):
            first = tile.index * 256
            found[tile.path()] = encode_bundle(self.entries[first : first + tile.width])
        return found


def sample_log(size: int, *, fork_at: int | None = None, branch: int = 0) -> SampleLog:
    """A log of `size` entries; from entry `fork_at` on it is another history for each branch."""
    entries = tuple(
        f"entry {n}".encode()
        if fork_at is None or n < fork_at
        else f"entry {n} of branch {branch}".encode()
        for n in range(size)
    )
    return SampleLog(entries, KnownHashes(subtree_hashes(map(leaf_hash, entries))))


def cosigned(note: bytes, *names: str, time_s: int = TIME_S) -> bytes:
    """The note with cosignatures of these witnesses behind it."""
    text = note[: note.rindex(b"\n\n") + 1]
    made = [cosign_text(text, name=n, private_key=private_key(n), time_s=time_s) for n in names]
    return note + b"".join(signature.line() for signature in made)


def sample_policy(*names: str, threshold: int) -> Policy:
    """The sample log under `threshold` of these witnesses."""
    witnesses = [
        PolicyWitness(f"w{i}", witness_key(name, private_key(name)))
        for i, name in enumerate(names, 1)
    ]
    group = PolicyGroup("enough", threshold, tuple(w.name for w in witnesses))
    return Policy((PolicyLog(LOG_KEY),), tuple(witnesses), (group,), "enough")
