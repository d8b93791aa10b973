"""`c2sp.org/tlog-proof@v1` files: an entry is in a log, provable offline."""

from dataclasses import dataclass
from typing import Final

from plainview.core.terms.hashing import leaf_hash
from plainview.core.tlog.checkpoints import decimal
from plainview.core.tlog.errors import BadProofFile
from plainview.core.tlog.notes import NOTE_BYTES_MAX, base64_bytes, base64_text
from plainview.core.tlog.policies import Policy, Witnessed, require_quorum
from plainview.core.tlog.tree import check_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
PATH_MAX: Final = 63
EXTRA_BYTES_MAX: Final = 65_536


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A proof as it was sent. `extra` is bound by nothing; `checkpoint` is a signed note."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64_text(self.extra)}")
        lines += [f"index {self.index}", *(base64_text(step) for step in self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_proof_file(data: bytes) -> ProofFile:
    """What a file says, unverified. Raises: BadProofFile: it is none."""
    if len(data) > NOTE_BYTES_MAX + 2 * EXTRA_BYTES_MAX:
        raise BadProofFile(f"a proof of {len(data)} bytes")
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise BadProofFile("what stands before the checkpoint is ASCII") from error
    if not blank or lines.pop(0) != HEADER:
        raise BadProofFile(f"a proof begins with {HEADER} and ends in a checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = base64_bytes(lines.pop(0)[6:])
        if extra is None or len(extra) > EXTRA_BYTES_MAX:
            raise BadProofFile("extra data is base64")
    index = decimal(lines.pop(0)[6:]) if lines and lines[0].startswith("index ") else None
    if index is None:
        raise BadProofFile("a proof names the index of its entry")
    path = [base64_bytes(line) for line in lines]
    steps = tuple(step for step in path if step is not None and len(step) == 32)
    if len(steps) != len(path) or len(steps) > PATH_MAX:
        raise BadProofFile(f"a path is at most {PATH_MAX} hashes of 32 bytes in base64")
    return ProofFile(index, steps, checkpoint, extra)


def check_proof_file(data: bytes, *, entry: bytes, policy: Policy) -> Witnessed:
    """The witnessed checkpoint of a log in which `entry` stands at the index that the file names.

    Raises: BadProofFile, BadNote, BadCheckpoint: not a proof. SignatureFails, NotSigned: not by a
        log of the policy. QuorumMissing: by too few witnesses. ProofRefused: another entry.
    """
    proof = parse_proof_file(data)
    judged = require_quorum(proof.checkpoint, policy)
    head = judged.opened.checkpoint
    check_inclusion(
        leaf_hash(entry), index=proof.index, size=head.size, root=head.root, path=proof.path
    )
    return judged
