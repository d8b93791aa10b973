"""Softer labels: what two plain models, fitted to the training days, make of each row.

A label of 0 or 1 is mostly chance, and a network of some thousand numbers follows some of it. A
logistic regression has one number for each column and follows next to none. Trees follow a lot, so
they say nothing of a row they were fitted to: of each half of the users, those fitted to the other
half speak. The mean of both, in log odds, is what the tick gets for a label. Source: Hinton,
Vinyals and Dean, "Distilling the knowledge in a neural network", 2015.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.known import odds, rate_of
from bench.quality.log import Ints
from bench.quality.peers import STRENGTH, TREES

RIDGE: Final = 30.0
FOLDS: Final = 2
ROUNDS: Final = 150


def taught_shares(
    X: NDArray[np.int8],
    shares: NDArray[np.float64],
    rows: Ints,
    *,
    user: Ints,
    heads: tuple[str, ...],
    asked: tuple[str, ...],
) -> NDArray[np.float64]:
    """(len(rows), heads) what the teachers say of `rows`, within 0 .. 1.

    Args:
        shares: (n, heads) the labels of all rows. user: (n,). asked: the heads that are wanted; the
            others keep their labels.
    """
    x = X[rows] / 64
    out = shares[rows].copy()
    for h, head in enumerate(heads):
        if head in asked:
            lines = odds(_lines(x, shares[rows, h], head))
            trees = odds(_trees(X[rows], shares[rows, h], head, fold=user[rows] % FOLDS))
            out[:, h] = rate_of((lines + trees) / 2)
    return out


def _lines(x: NDArray[np.float64], y: NDArray[np.float64], head: str) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression, Ridge

    if head not in STRENGTH:
        return np.asarray(np.clip(Ridge(alpha=RIDGE).fit(x, y).predict(x), 0.01, 0.99))
    model = LogisticRegression(C=STRENGTH[head], solver="newton-cholesky")
    return np.asarray(model.fit(x, y.astype(np.int64)).predict_proba(x)[:, 1])


def _trees(
    X: NDArray[np.int8], y: NDArray[np.float64], head: str, *, fold: Ints
) -> NDArray[np.float64]:
    import lightgbm

    x = X.astype(np.float32)
    names = [f"f{i}" for i in range(x.shape[1])]
    how: dict[str, Any] = {"objective": "binary" if head in STRENGTH else "regression"}
    out = np.empty(len(y))
    for f in range(FOLDS):
        others = lightgbm.Dataset(x[fold != f], y[fold != f], feature_name=names)
        out[fold == f] = lightgbm.train(TREES | how, others, ROUNDS).predict(x[fold == f])
    return np.clip(out, 0.0005, 0.99)
