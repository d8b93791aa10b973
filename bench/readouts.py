"""What an order of videos is worth, by the figure of watching that it is made by.

    python -m bench.readouts                        three seeds in each of three taste processes

No learner: everything about a viewer and a video is known from the simulation (`sim/tastes.py`), an
hour into it, so what an order loses is the figure's own. For each of 32 viewers all videos are
ordered by: their expected seconds; the expected share of two playings times the length; the
expected quantile of the seconds among those of videos of like length (ten buckets, one showing of
each video to each viewer); that quantile read out as the median, or the mean, of the seconds of
60 showings of nearly that quantile; the median of the seconds themselves. Told: expected seconds a
showing of the first 64, beside those of the first order.
"""

import sys

import numpy as np

from plainview.sim.closed_loop import expected_s, leaving, staying_s
from plainview.sim.society import HOUR_MS, Floats, Society, make_society
from plainview.sim.tastes import JUDGED, TASTES

SEEDS = (1001, 1002, 1003)
VIEWERS, VIDEOS, UPLOADS, START_MS = 32, 1000, 6, 1_790_000_000_000
SHOWINGS, BUCKETS, ALIKE, TOP = 200, 10, 60, 64


def showings(likings: Floats, society: Society, rng: np.random.Generator) -> Floats:
    """(SHOWINGS, N) seconds watched by one viewer, as `sim.closed_loop.watch` draws them."""
    gone, moment = rng.random((2, SHOWINGS, society.size))
    leaves = np.minimum(0.3 + 1.5 * moment, society.length_s)
    stays = -staying_s(likings) * np.log1p(-moment)
    stays = np.maximum(np.minimum(stays, 2 * society.length_s), 0.3)
    return np.asarray(np.where(gone < leaving(likings, society.hook), leaves, stays))


def orders(taste: str, seed: int) -> tuple[Floats, dict[str, Floats]]:
    """((V, N) expected seconds, what each order is made by, the same shape)."""
    society = make_society(seed, videos=VIDEOS, viewers=VIEWERS, uploads=UPLOADS, start_ms=START_MS)
    process, rng = TASTES[taste](society), np.random.default_rng(seed)
    likings = [process.likings(v, now_ms=HOUR_MS) for v in range(VIEWERS)]
    watched = np.stack([showings(one, society, rng) for one in likings])
    once, length_s = watched[:, 0], society.length_s
    bucket = np.searchsorted(np.quantile(length_s, np.arange(1, BUCKETS) / BUCKETS), length_s)
    quantile, median_alike, mean_alike = (np.zeros(once.shape) for _ in range(3))
    for k in range(BUCKETS):
        mine = bucket == k
        seen = np.sort(once[:, mine].ravel())
        places = np.searchsorted(seen, watched[:, :, mine]) / len(seen)
        quantile[:, mine] = places.mean(axis=1)
        order = np.argsort(quantile[:, mine].ravel(), kind="stable")
        there = once[:, mine].ravel()[order]
        near = [there[max(0, i - ALIKE // 2) : i + ALIKE // 2] for i in range(len(there))]
        for out, read_out in ((median_alike, np.median), (mean_alike, np.mean)):
            values = np.empty(len(there))
            values[order] = np.maximum.accumulate([read_out(one) for one in near])
            out[:, mine] = values.reshape(VIEWERS, -1)
    seconds = np.stack([expected_s(one, society) for one in likings])
    return seconds, {
        "expected seconds": seconds,
        "share of two playings": np.minimum(watched / length_s, 2).mean(axis=1) * length_s,
        "quantile among like lengths": quantile,
        "its median of the alike": median_alike,
        "its mean of the alike": mean_alike,
        "median of the seconds": np.median(watched, axis=1),
    }


def main() -> int:
    """Print a line for each figure."""
    worth: dict[str, dict[str, list[float]]] = {}
    for taste in JUDGED:
        for seed in SEEDS:
            seconds, by = orders(taste, seed)
            for what, figure in by.items():
                top = np.argsort(-figure, axis=1, kind="stable")[:, :TOP]
                got = float(np.take_along_axis(seconds, top, axis=1).mean())
                worth.setdefault(what, {}).setdefault(taste, []).append(got)
    best = worth["expected seconds"]
    print(f"{'ordered by':<30}" + "".join(f"{taste:>10}" for taste in JUDGED))
    for name, of in worth.items():
        cells = (f"{np.mean(of[t]) / np.mean(best[t]) - 1:10.1%}" for t in JUDGED)
        print(f"{name:<30}" + "".join(cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
