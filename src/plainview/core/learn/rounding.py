"""Rounding a layer's weights so that its sums stay near, not each weight by itself."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.compiled import compiled
from plainview.core.terms.vector_units import own_products

SWEEPS_MAX: Final = 8

Doubles = NDArray[np.float64]


def moments(inputs: NDArray[np.integer]) -> Doubles:
    """(K + 1, K + 1) the sum over rows of `inputs` (n, K) and a constant 1 of each product of two.

    Whole numbers far below 2**53, so float64 holds them whatever adds them up, in any order.
    """
    A = np.ones((len(inputs), inputs.shape[1] + 1), dtype=np.float64)
    A[:, :-1] = inputs
    return np.ascontiguousarray(own_products(A.T))


@compiled
def settle(whole: Doubles, exact: Doubles, products: Doubles, limit: float, sweeps: int) -> None:
    """Move the entries of `whole` by whole numbers toward the sums that `exact` gives.

    Per output j: with e = whole_j - exact_j the mean squared error of its sums is e' P e / n, P the
    `products` of inputs. Input by input in order, the entry takes the step that lowers it most,
    `floor(-(P e)_k / P_kk + 1/2)`, within +-limit but for the last entry, the bias. Ends after a
    sweep in which none moved, or after `sweeps`. float64, sums in order.

    Args:
        whole, exact: (K + 1, J), biases last; `whole` is changed.
    """
    inputs, outputs = whole.shape
    pull = np.zeros(inputs, dtype=np.float64)
    for j in range(outputs):
        for k in range(inputs):
            pull[k] = 0.0
        for m in range(inputs):
            e = whole[m, j] - exact[m, j]
            for k in range(inputs):
                pull[k] += products[m, k] * e
        for _ in range(sweeps):
            has_moved = False
            for k in range(inputs):
                if products[k, k] > 0.0:
                    step = np.floor(0.5 - pull[k] / products[k, k])
                    if k < inputs - 1:
                        step = min(max(step, -limit - whole[k, j]), limit - whole[k, j])
                    if step != 0.0:
                        has_moved = True
                        whole[k, j] += step
                        for m in range(inputs):
                            pull[m] += products[k, m] * step
            if not has_moved:
                break
