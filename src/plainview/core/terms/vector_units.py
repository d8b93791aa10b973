"""What of a processor is kept from the arithmetic, because others' code for it is wrong."""

from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.floating)


@cache
def leave_sve_alone() -> None:
    """Have numba compile without SVE; on x86-64 there is none to leave.

    LLVM adds up products of int8 in an int64 with an instruction of the whole register (`sunpkhi`)
    where it meant its first 128 bits. With registers of 256 bits and more (Graviton3, A64FX) half
    of the sums are lost, and slates differ; the aarch64 drill found it, llvmlite 0.50. Neon has
    the same instruction for products, and nearly all aarch64 servers its width.
    """
    from numba.core import codegen, config

    here: str = codegen.get_host_cpu_features()  # type: ignore[no-untyped-call]
    if any(feature[1:] == "sve" for feature in here.split(",")):
        settings = vars(config)
        asked = here if settings["CPU_FEATURES"] is None else settings["CPU_FEATURES"]
        settings["CPU_FEATURES"] = ",".join(filter(None, (asked, "-sve")))


def own_products(vectors: NDArray[Number]) -> NDArray[Number]:
    """(n, n) the dots of each of `vectors` (n, D) with each.

    The copy keeps numpy from BLAS's routines for an array and its own transpose (syrk): where
    OpenBLAS 0.3.31 takes SME they give NaN (OpenMathLib/OpenBLAS#5873); the aarch64 drill found it.
    """
    return np.asarray(vectors @ vectors.T.copy())
