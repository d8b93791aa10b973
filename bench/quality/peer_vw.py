"""Vowpal Wabbit over the same columns and the ids, learning online in the order of time."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from bench.quality.log import Ints
from bench.quality.peers import SEED, Quantiles, Scores, Task

HOW: Final = "--learning_rate 0.1 --bit_precision 20"
PASSES: Final = 4


def wabbit(task: Task, rows: Ints) -> Callable[[Ints], Scores]:
    """A linear model by head; of watch time the mean and the median of the quantile (D2Q)."""
    models = {head: _workspace(loss) for head, loss in _losses(task.heads).items()}
    words, quantiles = Words(task), Quantiles(task.log, rows)
    order = rows[np.argsort(task.log.time_ms[rows], kind="stable")]
    labels = {}
    for head in models:
        is_time = head.startswith("watch")
        labels[head] = quantiles.of(order) if is_time else 2.0 * task.label(head)[order] - 1
    for _ in range(PASSES):
        for i, text in enumerate(words.of(order)):
            for head, model in models.items():
                model.learn(f"{labels[head][i]:g} {text}")

    def scores(wanted: Ints) -> Scores:
        out = {head: np.zeros(len(wanted)) for head in models}
        for i, text in enumerate(words.of(wanted)):
            for head, model in models.items():
                out[head][i] = model.predict(text)
        for head in out.keys() & {"watch", "watch_median"}:
            out[head] = quantiles.ms(np.clip(out[head], 0, 1), wanted)
        return out

    return scores


def _losses(heads: tuple[str, ...]) -> dict[str, str]:
    losses = {head: "logistic" for head in heads if head != "watch"}
    if "watch" in heads:
        losses |= {"watch": "squared", "watch_median": "quantile --quantile_tau 0.5"}
    return losses


def _workspace(loss: str) -> Any:
    import vowpalwabbit

    return vowpalwabbit.Workspace(f"--loss_function {loss} {HOW} --random_seed {SEED} --quiet")


class Words:
    """Rows as VW reads them: the columns that are not 0, then who, what, by whom and about what."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.columns = [f"{j}:{v / 64:g}" for j in range(task.X.shape[1]) for v in range(-128, 128)]

    def of(self, rows: Ints) -> Iterator[str]:
        """The text of each."""
        log, known, columns = self.task.log, self.task.known, self.columns
        first = np.arange(self.task.X.shape[1]) * 256 + 128
        for row in rows.tolist():
            values = self.task.X[row]
            keys = (first + values)[values != 0].tolist()
            video = log.video[row]
            yield (
                f"|c {' '.join([columns[key] for key in keys])} |u {log.user[row]} |v {video}"
                f" |a {known.author_of[video]} |t {known.tag_of[video]}"
            )
