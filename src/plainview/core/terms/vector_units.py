"""Which vector units compiled code may use: all that the processor has, but SVE."""

from functools import cache


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
