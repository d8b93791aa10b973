"""What a user's last watches say of a video: attention to those near it, and the like of it."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.columns import PAIR, VIEWER, Columns
from bench.quality.counters import log_odds
from bench.quality.known import LAST, Known
from bench.quality.log import Ints

CHUNK: Final = 8192
LONG_RATE: Final = 0.35

Column = tuple[str, str, float, NDArray[Any]]
"""A group, a name, a scale and values."""


def last_known_ms(known: Known, at_ms: Ints) -> Ints:
    """(n,) when the newest outcome of each row's user before `at_ms` was known; 0 without any."""
    return known.pasts.last_known_ms(known.log.user, at_ms)


def add_past(columns: Columns, known: Known, at_ms: Ints) -> None:
    """Add the columns that look at a user's last LAST watches, a chunk of rows at a time."""
    parts = [
        _chunk(known, np.arange(start, min(start + CHUNK, len(at_ms))), at_ms)
        for start in range(0, len(at_ms), CHUNK)
    ]
    for i, (group, name, scale, _) in enumerate(parts[0]):
        columns.add(group, name, np.concatenate([part[i][3] for part in parts]), scale)


def _chunk(known: Known, rows: Ints, at_ms: Ints) -> list[Column]:
    log = known.log
    video = log.video[rows]
    videos, is_long, there = known.pasts.before(log.user[rows], at_ms[rows])
    long, seen = is_long.astype(np.float32), there.astype(np.float32)
    n, n_long = seen.sum(axis=1), long.sum(axis=1)
    mine = (n_long + 2 * LONG_RATE) / (n + 2)
    out: list[Column] = []

    def add(group: str, name: str, values: NDArray[Any], scale: float) -> None:
        out.append((group, name, scale, values))

    for last in (1, 3, 10, 25):
        value = log_odds(
            long[:, :last].sum(axis=1), seen[:, :last].sum(axis=1), prior=0.33, weight=3
        )
        add(VIEWER, f"long_last_{last}", value, 32)
    for name, keep in (("fast", 0.8), ("slow", 0.93)):
        fade = (keep ** np.arange(LAST)).astype(np.float32)
        value = log_odds((long * fade).sum(axis=1), (seen * fade).sum(axis=1), prior=0.33, weight=3)
        add(VIEWER, f"long_{name}", value, 32)
    # Beside what the videos themselves do: who is patient, whatever was shown.
    more = long - (known.mean_long + known.tendency[videos]) * seen
    for name, keep in (("all", 1.0), ("slow", 0.95), ("fast", 0.8)):
        fade = (keep ** np.arange(LAST)).astype(np.float32)
        value = (more * fade).sum(axis=1) / ((seen * fade).sum(axis=1) + 4)
        add(VIEWER, f"long_more_{name}", value, 160)

    sim = (known.near[videos] @ known.near[video][:, :, None])[..., 0]
    for T in (3, 8):
        w = np.exp(T * (sim - 0.2)) * seen
        value = log_odds((w * long).sum(axis=1), w.sum(axis=1), prior=mine, weight=2)
        add(PAIR, f"attention_{T}", value, 40)
    add(PAIR, "near_long", np.where(is_long, sim, -0.2).max(axis=1), 100)
    add(PAIR, "near_any", np.where(there, sim, -0.2).max(axis=1), 100)
    add(PAIR, "near_mean", (sim * seen).sum(axis=1) / np.maximum(n, 1), 200)
    same = (videos == video[:, None]) & there
    add(PAIR, "seen", same.any(axis=1), 64)
    add(PAIR, "seen_long", (same & is_long).any(axis=1), 64)
    for name, of in (
        ("author", known.author_of), ("tag", known.tag_of),
        ("bucket", known.bucket_of), ("music", known.music_of),
    ):  # fmt: skip
        same = (of[videos] == of[video][:, None]) & there
        n_same = same.sum(axis=1)
        add(PAIR, f"past_{name}_n", np.log2(1 + n_same), 24)
        value = log_odds((same & is_long).sum(axis=1), n_same, prior=mine, weight=3)
        add(PAIR, f"past_{name}_long", value, 32)
    lengths = np.log2(np.maximum(known.length_of, 1000)).astype(np.float32)
    w = np.exp(-np.abs(lengths[videos] - lengths[video][:, None])) * seen
    value = log_odds((w * long).sum(axis=1), w.sum(axis=1), prior=mine, weight=2)
    add(PAIR, "past_length_long", value, 40)
    return out
