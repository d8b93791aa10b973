"""A small made-up log in the shape of KuaiRand's, for what is pure in the comparison."""

import numpy as np

from bench.quality.log import BEIJING_MS, DAY_MS, FIRST_DAY, OUTCOMES, Log

USERS, VIDEOS = 25, 60


def made_log(rows: int = 500, *, seed: int = 1) -> Log:
    """Impressions over 14 days, the last 8 of them the test days; plays last up to half a day."""
    rng = np.random.Generator(np.random.PCG64(seed))
    begin = FIRST_DAY * DAY_MS - BEIJING_MS
    time_ms = np.sort(begin + rng.integers(0, 14 * DAY_MS, rows))
    day = (time_ms + BEIJING_MS) // DAY_MS - FIRST_DAY
    sizes = rng.integers(0, 20, USERS)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    lengths = rng.integers(5_000, 200_000, VIDEOS)
    video = rng.integers(0, VIDEOS, rows)
    likes = np.minimum(sizes, rng.integers(0, 3, USERS))
    users = {f"onehot_feat{i}": rng.integers(0, 2, USERS) for i in range(18)}
    ranges = ("follow_user_num_range", "fans_user_num_range", "friend_user_num_range")
    for name in (*ranges, "register_days_range", "user_active_degree"):
        users[name] = rng.integers(0, 7, USERS)
    for name in ("follow_user_num", "fans_user_num", "friend_user_num", "register_days"):
        users[name] = rng.integers(0, 900, USERS)
    for name in ("is_live_streamer", "is_video_author"):
        users[name] = rng.integers(0, 2, USERS)
    return Log(
        user=rng.integers(0, USERS, rows),
        video=video,
        time_ms=time_ms,
        play_ms=rng.integers(0, 40_000_000, rows) * (rng.random(rows) < 0.7),
        length_ms=lengths[video],
        tab=rng.integers(0, 15, rows),
        outcomes=(rng.random((rows, len(OUTCOMES))) < 0.4).astype(np.int64),
        is_test=day >= 6,
        day=day,
        history=rng.integers(0, VIDEOS, int(starts[-1])),
        history_is_long=rng.random(int(starts[-1])) < 0.4,
        starts=starts,
        history_ms=np.where(sizes > 0, begin + rng.integers(-DAY_MS, 9_000_000, USERS), -1),
        before=np.stack([sizes, sizes // 3, likes], axis=1),
        liked=rng.integers(0, VIDEOS, int(likes.sum())),
        users=users,
        videos={
            "author_id": rng.integers(0, 30, VIDEOS), "music_id": rng.integers(0, 40, VIDEOS),
            "tag": rng.integers(0, 9, VIDEOS), "video_duration": lengths.astype(np.float64),
            "video_type": rng.integers(0, 3, VIDEOS), "upload_type": rng.integers(0, 14, VIDEOS),
            "music_type": rng.integers(0, 5, VIDEOS),
            "server_width": rng.integers(300, 900, VIDEOS).astype(np.float64),
            "server_height": rng.integers(300, 900, VIDEOS).astype(np.float64),
        },
    )  # fmt: skip
