"""What people would install instead: logistic regression, LightGBM, DCN with DIN in torch.

All get the columns our network gets; DCN+DIN also the ids and the last watches behind them. Every
peer is tuned no further than the protocol's: its settings are those that did best on 30 April.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.quality.known import BUCKETS, Known, length_bucket
from bench.quality.log import Ints, Log

Scores = dict[str, NDArray[np.float64]]
Fit = Callable[["Task", Ints], Callable[[Ints], Scores]]
"""Learns from rows; what comes back scores rows. `watch` and `watch_median` are milliseconds."""

SEED: Final = 1
TREES: Final = {
    "learning_rate": 0.04, "num_leaves": 31, "min_data_in_leaf": 100, "feature_fraction": 0.4,
    "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10, "verbose": -1, "num_threads": 1,
    "seed": SEED, "deterministic": True, "force_col_wise": True, "max_bin": 63,
}  # fmt: skip
ROUNDS: Final = 200
STRENGTH: Final = {"long_view": 0.2, "click": 0.2, "like": 0.02}
"""C of the logistic regressions."""


class Task(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One table of columns over a whole log, and the heads that are asked for."""

    log: Log
    known: Known
    X: NDArray[np.int8]
    at_ms: Ints
    heads: tuple[str, ...]

    def label(self, head: str) -> Ints:
        """(n,) the outcome that `head` predicts."""
        return self.log.outcome(head)


class Quantiles:
    """D2Q: times to quantiles within a bucket of lengths and back, by the watches of `rows`."""

    def __init__(self, log: Log, rows: Ints) -> None:
        self.log, self.bucket = log, length_bucket(log.length_ms)
        self.times = [np.sort(log.play_ms[rows][self.bucket[rows] == b]) for b in range(BUCKETS)]

    def of(self, rows: Ints) -> NDArray[np.float64]:
        """(n,) the quantile of each row's watch."""
        out = np.full(len(rows), 0.5)
        for b, times in enumerate(self.times):
            mine = self.bucket[rows] == b
            if len(times):
                ms = self.log.play_ms[rows][mine]
                twice = np.searchsorted(times, ms, "left") + np.searchsorted(times, ms, "right")
                out[mine] = twice / (2 * len(times))
        return out

    def ms(self, quantile: NDArray[np.float64], rows: Ints) -> NDArray[np.float64]:
        """(n,) the time at each quantile, on the straight line between watches."""
        out = np.zeros(len(rows))
        for b, times in enumerate(self.times):
            mine = self.bucket[rows] == b
            if len(times):
                places = (np.arange(len(times)) + 0.5) / len(times)
                out[mine] = np.interp(quantile[mine], places, times)
        return out


def logistic(task: Task, rows: Ints) -> Callable[[Ints], Scores]:
    """Logistic regression by head, ridge regression of the quantile."""
    from sklearn.linear_model import LogisticRegression, Ridge

    X = task.X[rows] / 64
    models: dict[str, Any] = {}
    for head in task.heads:
        if head != "watch":
            model = LogisticRegression(C=STRENGTH[head], solver="newton-cholesky")
            models[head] = model.fit(X, task.label(head)[rows])
    quantiles = Quantiles(task.log, rows)
    if "watch" in task.heads:
        models["watch"] = Ridge(alpha=30).fit(X, quantiles.of(rows))

    def scores(wanted: Ints) -> Scores:
        x = task.X[wanted] / 64
        out = {h: m.decision_function(x) for h, m in models.items() if h != "watch"}
        if "watch" in models:
            out["watch"] = quantiles.ms(models["watch"].predict(x), wanted)
        return out

    return scores


def boosted(task: Task, rows: Ints) -> Callable[[Ints], Scores]:
    """LightGBM by head; of watch time the mean and the median of the quantile (D2Q)."""
    import lightgbm

    X = task.X[rows].astype(np.float32)
    names = [f"f{i}" for i in range(X.shape[1])]
    quantiles = Quantiles(task.log, rows)
    labels: dict[str, tuple[Any, dict[str, Any]]] = {}
    for head in task.heads:
        if head == "watch":
            q = quantiles.of(rows)
            labels["watch"] = (q, {"objective": "regression"})
            labels["watch_median"] = (q, {"objective": "quantile", "alpha": 0.5})
        else:
            labels[head] = (task.label(head)[rows], {"objective": "binary"})
    models = {
        head: lightgbm.train(TREES | how, lightgbm.Dataset(X, y, feature_name=names), ROUNDS)
        for head, (y, how) in labels.items()
    }

    def scores(wanted: Ints) -> Scores:
        x = task.X[wanted].astype(np.float32)
        out = {head: model.predict(x, num_threads=1) for head, model in models.items()}
        for head in out.keys() & {"watch", "watch_median"}:
            out[head] = quantiles.ms(np.clip(out[head], 0, 1), wanted)
        return out

    return scores


def popularity(task: Task, rows: Ints) -> Callable[[Ints], Scores]:
    """How often the video was watched for long, clicked, liked before: no learning at all."""
    del rows
    n, s = task.known.before("video", task.at_ms)
    n_h, long_h = task.known.history_n, task.known.history_long
    video = task.log.video
    long = (s[:, 1] + long_h[video] + 15 * 0.33) / (n + n_h[video] + 15)
    click = (s[:, 0] + 15 * 0.45) / (n + 15)
    like = (s[:, 2] + 40 * 0.0175) / (n + 40)
    all_scores = {"long_view": long, "click": click, "like": like}
    return lambda wanted: {h: all_scores[h][wanted] for h in task.heads if h in all_scores}
