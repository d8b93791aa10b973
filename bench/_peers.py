"""What others take to learn from the same examples."""

import time
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np

from plainview.core.learn.recipe import Recipe
from plainview.core.learn.window import LABEL_ONE, Examples
from plainview.core.terms.weights import FEATURES, HEADS

TREES, LEAVES = 100, 63


def numpy_sgd(examples: Examples, *, recipe: Recipe) -> str:
    """The same network, batches, rate and Adagrad, on whatever numpy multiplies matrices with."""
    rng = np.random.Generator(np.random.PCG64(1))
    widths = (len(FEATURES), *recipe.hidden, len(HEADS))
    W = [rng.normal(0, a**-0.5, (a, b)).astype(np.float32) for a, b in pairwise(widths)]
    b = [np.zeros(width, dtype=np.float32) for width in widths[1:]]
    theta = [*W, *b]
    seen = [np.full_like(one, 1e-3) for one in theta]
    rate, depth = np.float32(recipe.rate_micro / 1e6), len(W)
    began = time.process_time()
    X, Y = examples["features"].astype(np.float32) / 64, examples["labels"].astype(np.float32)
    for start in range(0, len(X), recipe.batch):
        acts = [X[start : start + recipe.batch]]
        for l in range(depth):
            z = acts[-1] @ W[l] + b[l]
            acts.append(np.clip(z, 0, 4) if l < depth - 1 else 1 / (1 + np.exp(-z)))
        delta = (acts[-1] - Y[start : start + recipe.batch] / LABEL_ONE) / np.float32(len(acts[0]))
        grads: list[Any] = [None] * len(theta)
        for l in range(depth - 1, -1, -1):
            grads[l], grads[depth + l] = acts[l].T @ delta, delta.sum(axis=0)
            if l:
                delta = (delta @ W[l].T) * ((acts[l] > 0) & (acts[l] < 4))
        for one, g, s in zip(theta, grads, seen, strict=True):
            s += g * g
            one -= rate * g / (np.sqrt(s) + np.float32(1e-6))
    took = time.process_time() - began
    return (
        f"numpy, the same network by SGD: {len(X):,} examples in {took:.2f} s of processor,"
        f" {len(X) / took:,.0f} a second"
    )


def lightgbm_fit(examples: Examples) -> str:
    """A model for the first head."""
    try:
        lightgbm: Any = import_module("lightgbm")
    except ImportError as error:
        return f"LightGBM left out: {error.name} is not installed"
    X = examples["features"].astype(np.float32)
    y = examples["labels"][:, 0].astype(np.int64) * 2 >= LABEL_ONE
    options = {
        "objective": "binary", "num_leaves": LEAVES, "verbosity": -1, "num_threads": 1, "seed": 1,
    }  # fmt: skip
    began = time.process_time()
    lightgbm.train(options, lightgbm.Dataset(X, y.astype(int)), num_boost_round=TREES)
    took = time.process_time() - began
    return (
        f"LightGBM, one head of {len(HEADS)} with {TREES} trees: {len(X):,} examples in"
        f" {took:.2f} s of processor, {len(X) / took:,.0f} a second"
    )
