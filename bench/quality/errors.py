"""Where it goes wrong: the same area by group of rows, and how far predictions are from shares."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.quality.compare import OURS, Runs
from bench.quality.known import length_bucket
from bench.quality.log import Ints, Log
from bench.quality.measures import area
from plainview.core.learn.judge import PPM, ece_ppm
from plainview.core.learn.window import LABEL_ONE

LEAST = 500
"""Groups of fewer rows say nothing."""


def groups_of(log: Log, train: Ints, test: Ints) -> dict[str, NDArray[np.bool_]]:
    """Groups of the test rows by name."""
    user, video, tab = log.user[test], log.video[test], log.tab[test]
    kept = np.diff(log.starts)[user]
    learned = np.bincount(log.user[train], minlength=len(log.starts) - 1)[user]
    shown = np.bincount(log.video[train], minlength=int(log.video.max()) + 1)[video]
    bucket = length_bucket(log.length_ms[test])
    groups = {
        "all": np.ones(len(test), dtype=np.bool_),
        "user without history": kept == 0,
        "user not learned from": learned == 0,
        "user with 10 rows and more": learned >= 10,
        "video not shown before": shown == 0,
        "video shown 100 times": shown >= 100,
        "photo": bucket == 0,
        "below 18 s": (bucket > 0) & (log.length_ms[test] < 18_000),
        "3 minutes and more": log.length_ms[test] >= 180_000,
        "tab 1": tab == 1,
        "other tabs": tab != 1,
    }
    for day in (6, 9, 13):
        groups[f"{day - 5} May"] = log.day[test] == day
    return groups


def errors(log: Log, runs: dict[str, Runs], *, train: Ints, test: Ints) -> Iterator[str]:
    """Lines: for each group its rows, how often they were watched for long, and each model's area
    in mode A; then the expected calibration error of our heads."""
    truth = log.outcome("long_view")[test] == 1
    models = [model for model in runs if "long_view" in runs[model].get("A", {})]
    yield f"{'long view, mode A':28}{'rows':>8}{'rate':>7}" + "".join(f"{m:>12}" for m in models)
    for name, rows in groups_of(log, train, test).items():
        y = truth[rows]
        if len(y) < LEAST or y.all() or not y.any():
            continue
        areas = [area(runs[m]["A"]["long_view"][rows], y, np.ones(len(y))) for m in models]
        cells = "".join(f"{value:12.4f}" for value in areas)
        yield f"{name:28}{len(y):8}{y.mean():7.3f}{cells}"
    for head in ("long_view", "click", "like"):
        labels = log.outcome(head)[test] * LABEL_ONE
        predicted = runs[OURS]["A"][head].astype(np.int64)
        ece = ece_ppm(predicted, labels) / PPM
        yield f"calibration of {head}: expected error {ece:.4f} over 20 bins"
