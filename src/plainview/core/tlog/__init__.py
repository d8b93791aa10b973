"""A transparency log in C2SP's formats: tree, tiles, notes, checkpoints, witnesses (pure)."""

from plainview.core.tlog.bundles import ENTRY_BYTES_MAX, encode_bundle, parse_bundle
from plainview.core.tlog.checkpoints import (
    Checkpoint,
    OpenedCheckpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from plainview.core.tlog.errors import (
    BadBundle,
    BadCheckpoint,
    BadKey,
    BadNote,
    BadPath,
    BadPolicy,
    BadProofFile,
    NotSigned,
    ProofRefused,
    QuorumMissing,
    SignatureFails,
    TileMissing,
    TileRefused,
    TlogError,
)
from plainview.core.tlog.frontier import Frontier, frontier_at
from plainview.core.tlog.notes import (
    COSIGNATURE,
    ED25519,
    Note,
    Signature,
    SignedBy,
    VerifierKey,
    cosign_text,
    is_key_name,
    log_key,
    open_note,
    parse_note,
    parse_signature_line,
    parse_vkey,
    sign_text,
    verified_signatures,
    verify_signature,
    witness_key,
)
from plainview.core.tlog.policies import (
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    Witnessed,
    encode_policy,
    judge_checkpoint,
    parse_policy,
    require_quorum,
)
from plainview.core.tlog.proof_files import ProofFile, check_proof_file, parse_proof_file
from plainview.core.tlog.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Fetch,
    Tile,
    TileReader,
    changed_bundles,
    changed_tiles,
    parse_path,
    partial_tiles,
    tile_bytes,
    tile_of,
)
from plainview.core.tlog.tree import (
    HashReader,
    KnownHashes,
    Place,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    roots_of_path,
    subtree_hashes,
    tree_root,
)
from plainview.core.tlog.witness import (
    Answer,
    Refused,
    Seen,
    Submission,
    decide,
    encode_submission,
    keys_by_origin,
    read_submission,
)

__all__ = [
    "COSIGNATURE", "ED25519", "ENTRIES", "ENTRY_BYTES_MAX", "TILE_WIDTH", "Answer", "BadBundle",
    "BadCheckpoint", "BadKey", "BadNote", "BadPath", "BadPolicy", "BadProofFile", "Checkpoint",
    "Fetch", "Frontier", "HashReader", "KnownHashes", "NotSigned", "Note", "OpenedCheckpoint",
    "Place", "Policy", "PolicyGroup", "PolicyLog", "PolicyWitness", "ProofFile", "ProofRefused",
    "QuorumMissing", "Refused", "Seen", "Signature", "SignatureFails", "SignedBy", "Submission",
    "Tile", "TileMissing", "TileReader", "TileRefused", "TlogError", "VerifierKey", "Witnessed",
    "changed_bundles", "changed_tiles", "check_consistency", "check_inclusion", "check_proof_file",
    "roots_of_path",
    "consistency_path", "cosign_text", "decide", "encode_bundle", "encode_policy",
    "encode_submission", "frontier_at", "inclusion_path", "is_key_name", "judge_checkpoint",
    "keys_by_origin", "log_key", "open_checkpoint", "open_note", "parse_bundle", "parse_checkpoint",
    "parse_note", "parse_path", "parse_policy", "parse_proof_file", "parse_signature_line",
    "parse_vkey", "partial_tiles", "read_submission", "require_quorum", "sign_checkpoint",
    "sign_text", "subtree_hashes", "tile_bytes", "tile_of", "tree_root", "verified_signatures",
    "verify_signature", "witness_key",
]  # fmt: skip
