"""The KuaiRand slice as arrays: impressions in order of time, and what stands around them."""

from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

DAY_MS: Final = 86_400_000
BEIJING_MS: Final = 8 * 3_600_000
FIRST_DAY: Final = 19_107
"""25 April 2022, in days since 1970."""

OUTCOMES: Final = ("click", "long_view", "like", "follow", "comment", "forward", "hate")
COLUMNS: Final = (
    "user_id", "video_id", "time_ms", "play_time_ms", "duration_ms", "tab",
    "is_click", "long_view", "is_like", "is_follow", "is_comment", "is_forward", "is_hate",
)  # fmt: skip
"""What is read of an impression. `date` and `hourmin` are the hour of logging, unknown when it was
shown, and what stands from `watch_ratio` on is a re-publisher's: neither is read."""

FILES: Final = (
    "val.parquet", "test.parquet", "user_sequences.parquet", "user_features_pure.csv",
    "video_features_basic_pure.csv",
)  # fmt: skip


class Log(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Impressions (n,), ascending by time, then user, then video; codes from 0.

    `known_ms` is when the outcome of a row is known: the end of its play. `outcomes` (n,
    len(OUTCOMES)) of 0 and 1. `is_test` marks the rows of the test days, `day` is 0 for 25 April
    and the evening before, 6 for 1 May and what the test file has of the evening before. Histories
    stand flat: user u's are `history[starts[u] : starts[u + 1]]`, oldest first, `history_is_long`
    beside them, and ended at `history_ms[u]` (-1 without); `before[u]` are how many watches, long
    ones and likes the user had until then, the latter two counted up to 50. `liked` are the videos
    of all such likes. `users` and `videos` hold the profile columns as codes or
    numbers, by name.
    """

    user: Ints
    video: Ints
    time_ms: Ints
    play_ms: Ints
    length_ms: Ints
    tab: Ints
    outcomes: Ints
    is_test: NDArray[np.bool_]
    day: Ints
    history: Ints
    history_is_long: NDArray[np.bool_]
    starts: Ints
    history_ms: Ints
    before: Ints
    liked: Ints
    users: dict[str, NDArray[Any]]
    videos: dict[str, NDArray[Any]]

    @property
    def known_ms(self) -> Ints:
        """(n,) when each row's outcome is known."""
        return self.time_ms + self.play_ms

    def outcome(self, name: str) -> Ints:
        """(n,) one outcome."""
        return self.outcomes[:, OUTCOMES.index(name)]


def is_there(folder: Path) -> bool:
    """Whether the slice is in `folder`."""
    return all((folder / name).is_file() for name in FILES)


def read_log(folder: Path) -> Log:
    """Read the slice; exact duplicates inside each file are dropped, as the protocol has it."""
    import pandas as pd

    parts = []
    for number, name in enumerate(("val.parquet", "test.parquet")):
        part = pd.read_parquet(folder / name).drop(columns="source_file").drop_duplicates()
        part = part[list(COLUMNS)].astype("int64")
        part["is_test"] = number
        parts.append(part)
    rows = pd.concat(parts).sort_values(["time_ms", "user_id", "video_id"], kind="stable")
    users = pd.read_csv(folder / "user_features_pure.csv").sort_values("user_id")
    videos = pd.read_csv(folder / "video_features_basic_pure.csv").sort_values("video_id")
    user = np.searchsorted(users["user_id"].to_numpy(), rows["user_id"].to_numpy())
    video = np.searchsorted(videos["video_id"].to_numpy(), rows["video_id"].to_numpy())
    time_ms = rows["time_ms"].to_numpy()
    is_test = rows["is_test"].to_numpy() == 1
    day = (time_ms + BEIJING_MS) // DAY_MS - FIRST_DAY
    day = np.maximum(day, np.where(is_test, 6, 0))
    histories = _histories(
        pd.read_parquet(folder / "user_sequences.parquet"),
        users["user_id"].to_numpy(), videos["video_id"].to_numpy(),
    )  # fmt: skip
    outcomes = rows[[c for c in COLUMNS if c == "long_view" or c.startswith("is_")]].to_numpy()
    return Log(
        user=user.astype(np.int64),
        video=video.astype(np.int64),
        time_ms=time_ms,
        play_ms=rows["play_time_ms"].to_numpy(),
        length_ms=rows["duration_ms"].to_numpy(),
        tab=rows["tab"].to_numpy(),
        outcomes=outcomes,
        is_test=is_test,
        day=day,
        **histories,
        users=_coded(users.drop(columns="user_id")),
        videos=_coded(videos.drop(columns="video_id")),
    )


def _histories(table: Any, user_ids: Ints, video_ids: Ints) -> dict[str, NDArray[Any]]:
    table = table.sort_values("user_id")
    at = np.searchsorted(user_ids, table["user_id"].to_numpy())
    sizes = np.zeros(len(user_ids) + 1, dtype=np.int64)
    sizes[at + 1] = table["watch_seq"].map(len).to_numpy()
    history_ms = np.full(len(user_ids), -1, dtype=np.int64)
    history_ms[at] = table["last_time_ms"].to_numpy()
    before = np.zeros((len(user_ids), 3), dtype=np.int64)
    before[at, 0] = table["history_len"].to_numpy()
    before[at, 1] = table["long_watch_seq"].map(len).to_numpy()
    before[at, 2] = table["like_seq"].map(len).to_numpy()
    is_long = [
        np.isin(watched, long)
        for watched, long in zip(table["watch_seq"], table["long_watch_seq"], strict=True)
    ]
    flat, liked = (np.concatenate(table[name].tolist()) for name in ("watch_seq", "like_seq"))
    return {
        "history": np.searchsorted(video_ids, flat).astype(np.int64),
        "history_is_long": np.concatenate(is_long),
        "starts": np.cumsum(sizes),
        "history_ms": history_ms,
        "before": before,
        "liked": np.searchsorted(video_ids, liked).astype(np.int64),
    }


def _coded(table: Any) -> dict[str, NDArray[Any]]:
    """Words become codes in the order of their words; missing numbers become -1."""
    out: dict[str, NDArray[Any]] = {}
    for name in table.columns:
        column = table[name]
        if column.dtype.kind in "if":
            out[name] = column.fillna(-1).to_numpy()
        else:
            words, codes = np.unique(column.fillna("").astype(str).to_numpy(), return_inverse=True)
            out[name] = codes.astype(np.int64)
            out[f"{name}_words"] = words
    return out
