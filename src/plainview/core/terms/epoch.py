"""The frozen catalogue as values: row layout, header, epoch. Bytes are in `specs/epoch-v1.md`."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.core.terms.ids import Digest

EMBED_DIM = 64
LEAF_ROWS = 64
TOPIC_SLOTS = 4

COUNTERS = (
    "shown", "finished", "long", "skipped", "liked", "saved",
    "shared", "followed", "rejected", "reported", "looped", "watch_s",
)  # fmt: skip
"""What is counted per video, in the order of the `counters` column (log-bucketed, see spec)."""

ROW = np.dtype([
    ("id", "<u8"),
    ("creator", "<u8"),
    ("published_min", "<u4"),
    ("length_ms", "<u4"),
    ("looks", "<u8"),
    ("digest", "u1", (32,)),
    ("embedding", "i1", (EMBED_DIM,)),
    ("counters", "<u2", (len(COUNTERS),)),
    ("topics", "<u2", (TOPIC_SLOTS,)),
    ("labellers", "u1", (TOPIC_SLOTS,)),
    ("language", "<u2"),
    ("flags", "<u2"),
])  # fmt: skip
"""One video, 168 bytes, packed little-endian. `topics` holds 1-based indexes into the header's
topic list, 0 = empty slot; `labellers` says who labelled each (0 none, 1 creator, 2 operator,
3 machine); `looks` is a 64-bit difference hash of the poster; `digest` covers renditions, poster
and caption; `language` is two ASCII letters big end first, 0 = undetermined."""

FLAG_REMOVED = 1
FLAG_WITHDRAWN = 2
FLAG_RESTRICTED = 4
FLAG_SENSITIVE = 8
FLAG_SYNTHETIC = 16
FLAG_ADVERT = 32
FLAG_UNLISTED = 64
FLAG_SILENT = 128

LINES_MAX = 4
"""Of an experiment: recipes that are learned by beside the main one."""

Rows = NDArray[np.void]
"""(N,) of ROW, sorted by id, ids unique, read-only."""


class EpochHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What stands above the rows; its canonical JSON is the first leaf of the epoch's tree.

    `shown_today` is how many showings the epochs frozen on this day (UTC) counted, this one
    included, `shown_yesterday` those of the whole day before. `line_weights` are those of the lines
    of an experiment under way, (line, digest) sorted by line: each ranks in the arms of its recipe,
    `weights` everywhere else.
    """

    edition: str
    number: int
    previous_root: Digest
    weights: Digest
    decisions: int
    events_counted: int
    events_root: Digest
    frozen_ms: int
    rows: int
    topics: tuple[str, ...]
    centroids: Digest
    shown_today: int
    shown_yesterday: int
    line_weights: tuple[tuple[str, Digest], ...] = ()
    spec: str = "epoch-v1"


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """A header, its rows, and the Merkle root that binds them."""

    header: EpochHeader
    rows: Rows
    root: Digest
