"""The proof that float32 adds these weights exactly, in any order, on any machine."""

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.errors import NotExact
from plainview.core.terms.weights import EXACT_BOUND


def largest_sum(
    weight: NDArray[np.int8], bias: NDArray[np.int32], *, input_max: int, where: str
) -> int:
    """The most that any partial sum of one layer can reach in magnitude, over all its inputs.

    `max_j (sum_k |weight_kj| * input_max + |bias_j|)`: every subset of the addends, in any order
    and with or without the bias, stays within it. Below 2**24 all of them are exact in float32.

    Args:
        weight: (K, J). bias: (J,), with the rounding half. input_max: the largest |input|.
    Raises: NotExact: the bound is 2**24 or more.
    """
    reach = np.abs(weight.astype(np.int64)).sum(axis=0) * input_max + np.abs(bias.astype(np.int64))
    worst = int(reach.max(initial=0))
    if worst >= EXACT_BOUND:
        output = int(reach.argmax())
        raise NotExact(
            f"{where}: output {output} can reach {worst}, and only sums below {EXACT_BOUND} are "
            "exact; make its weights or its bias smaller"
        )
    return worst
