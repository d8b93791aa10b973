"""A video's life and eligibility; the frozen epoch, its header, rows and root (epoch-v1)."""

from plainview.core.catalogue.content import content_embedding, token_of, words_of
from plainview.core.catalogue.counts import (
    NO_COUNTS,
    CountDeltas,
    Counts,
    add_counts,
    count_code,
    count_codes,
    count_floor,
)
from plainview.core.catalogue.deltas import DeltaRefused, apply_deltas, delta
from plainview.core.catalogue.facts import (
    ACTIONS,
    LABELLER_CREATOR,
    LABELLER_MACHINE,
    LABELLER_OPERATOR,
    Decision,
    RenditionFacts,
    TopicLabel,
    VideoFacts,
    encode_facts,
    fold_decisions,
    read_sketch,
    rendition_digest,
    sketch_bytes,
)
from plainview.core.catalogue.freeze import Frozen, freeze, next_events_root, thaw
from plainview.core.catalogue.meaning import BadTable, meaning_of, table_in_units, text_of
from plainview.core.catalogue.promise import build_upload_receipt
from plainview.core.catalogue.root import (
    EpochRefused,
    HeaderRefused,
    Leaves,
    ProofRefused,
    ProvenLeaf,
    RootDiffers,
    RowProof,
    RowsRefused,
    bound_epoch,
    changed_leaves,
    check_row,
    encode_header,
    epoch_root,
    hash_leaves,
    leaf_bytes,
    leaf_count,
    parse_header,
    prove_row,
    root_over,
    verify_epoch,
)
from plainview.core.catalogue.rows import (
    ROW_BYTES,
    BadRows,
    as_rows,
    build_rows,
    language_code,
    left_behind,
    make_row,
    merge_rows,
    parse_rows,
    place_rows,
    placed_at,
    rows_bytes,
    topic_list,
    with_counts,
)
from plainview.core.catalogue.words import (
    BadWords,
    clean_bio,
    clean_caption,
    clean_filename,
    clean_handle,
    clean_language,
    clean_name,
    clean_tags,
    clean_topics,
)

__all__ = [
    "ACTIONS", "LABELLER_CREATOR", "LABELLER_MACHINE", "LABELLER_OPERATOR", "NO_COUNTS",
    "ROW_BYTES", "BadRows", "BadTable", "BadWords", "CountDeltas", "Counts", "Decision",
    "DeltaRefused", "EpochRefused", "Frozen", "HeaderRefused", "Leaves", "ProofRefused",
    "ProvenLeaf", "RenditionFacts", "RootDiffers", "RowProof", "RowsRefused", "TopicLabel",
    "VideoFacts", "add_counts", "apply_deltas", "as_rows", "bound_epoch", "build_rows",
    "build_upload_receipt",
    "changed_leaves", "check_row", "clean_bio", "clean_caption", "clean_filename", "clean_handle",
    "clean_language", "clean_name", "clean_tags", "clean_topics", "content_embedding",
    "count_code", "count_codes", "count_floor", "delta", "encode_facts", "encode_header",
    "epoch_root", "fold_decisions", "freeze", "hash_leaves", "language_code", "leaf_bytes",
    "leaf_count", "left_behind", "make_row", "meaning_of", "merge_rows", "next_events_root",
    "parse_header", "parse_rows", "place_rows", "placed_at", "prove_row", "read_sketch",
    "rendition_digest", "root_over", "rows_bytes", "sketch_bytes", "table_in_units", "text_of",
    "thaw", "token_of", "topic_list", "verify_epoch", "with_counts", "words_of",
]  # fmt: skip
