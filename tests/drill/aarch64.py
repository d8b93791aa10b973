"""The same bits on another kind of processor: slates and ticks on x86-64 and on emulated aarch64.

    python -m tests.drill.aarch64

220 slates under four policies, 150 around weights that place videos and bring lists, and two ticks
of network, embeddings and centroids, quantised, in processes of their own: here, compiled for this
processor, for any x86-64 and not at all; and by qemu as a Cortex-A72 (a Raspberry Pi 4), compiled
for any aarch64, and as a processor with all extensions, compiled for a Neoverse V1 and not at all.
OpenBLAS takes the kernels of each; the last has SVE of 512 bits, and SME.

The control lets the compiler fuse multiply-adds. aarch64 has them everywhere, the x86-64 that all
have in common has not: the ticks must then differ between the two, or this proves nothing. It is
looked up in the machine code that the other runs hold none.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from platform import machine
from typing import NamedTuple

from tests.drill._emulated import ROOT, CannotEmulate, Emulated, prepared

HIDE = "sys.modules['numba'] = None"
FUSE = (
    "sys.modules['plainview.core.feed.arrange_numba'] = None; import functools, numba; "
    "numba.njit = functools.partial(numba.njit, fastmath={'contract'})"
)
"""The control learns only, so the kernels of slates are not compiled."""

ANY_X86 = {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""}
ANY_ARM = {"NUMBA_CPU_NAME": "generic"}
V1 = {"NUMBA_CPU_NAME": "neoverse-v1", "NUMBA_CPU_FEATURES": "+sve"}
"""It asks for SVE, and must not get it: see `leave_sve_alone`."""

COMPILED = ("slates", "lists", "ticks-24", "ticks-300", "float32")
PLAIN = ("slates", "lists", "ticks-24", "float32")
PROMISED = COMPILED[:-1]


class Setting(NamedTuple):
    """A way to compute: `processor` is one that qemu knows, or "" for this one."""

    name: str
    processor: str
    env: dict[str, str]
    parts: tuple[str, ...] = COMPILED
    before: str = "pass"


class Found(NamedTuple):
    """What one process printed of one part."""

    setting: Setting
    part: str
    digest: str
    made_of: str


SETTINGS = [
    Setting("Cortex-A72, numba for any aarch64", "cortex-a72", ANY_ARM),
    Setting("all extensions, numba for V1", "max", V1),
    Setting("all extensions, no numba", "max", {}, PLAIN, HIDE),
    Setting("x86-64, numba for this processor", "", {}),
    Setting("x86-64, numba for any", "", ANY_X86),
    Setting("x86-64, no numba", "", {}, PLAIN, HIDE),
]
CONTROLS = [
    Setting("Cortex-A72, fused", "cortex-a72", ANY_ARM, ("ticks-24",), FUSE),
    Setting("x86-64 for any, fused", "", ANY_X86, ("ticks-24",), FUSE),
    Setting("x86-64 for this processor, fused", "", {}, ("ticks-24",), FUSE),
]


def run(setting: Setting, emulated: Emulated, folder: Path) -> list[Found]:
    """What a fresh process finds, with nothing of this one's environment, and no code compiled
    before."""
    path = [ROOT / "src", ROOT]
    command, inherited = [sys.executable], {}
    if setting.processor:
        command, path = emulated.command(setting.processor), [*path, emulated.packages]
    else:
        inherited = {k: v for k, v in os.environ.items()
                     if not k.startswith(("OPENBLAS_", "NUMBA_", "NPY_"))}  # fmt: skip
    env = inherited | setting.env | {
        "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder), "NUMBA_CACHE_DIR": str(folder / setting.name.replace(" ", "-")),
    }  # fmt: skip
    program = (
        f"import sys; {setting.before}; from tests.drill._crossed import main; "
        f"raise SystemExit(main({list(setting.parts)!r}))"
    )
    found = []
    with (
        (folder / f"{setting.name}.err").open("w+") as errors,
        subprocess.Popen(
            [*command, "-W", "ignore", "-c", program],
            stdout=subprocess.PIPE, stderr=errors, text=True, env=env, cwd=ROOT,
        ) as process,
    ):  # fmt: skip
        for line in process.stdout or ():
            part, digest, seconds, made_of = line.split(maxsplit=3)
            found.append(Found(setting, part, digest, made_of.strip()))
            print(
                f"{setting.name:<34} {part:<10} {digest[:16]}  {seconds:>6} s  {made_of.strip()}",
                flush=True,
            )
        if process.wait():
            errors.seek(0)
            raise RuntimeError(f"{setting.name}: {process.returncode} {errors.read()[-2000:]}")
    return found


def compared(found: list[Found]) -> bool:
    """Whether each part has one digest, on both processors."""
    is_held = True
    for part in PROMISED:
        of_part = [one for one in found if one.part == part]
        there = sum(bool(one.setting.processor) for one in of_part)
        is_one = len({one.digest for one in of_part}) == 1 and 0 < there < len(of_part)
        is_held &= is_one
        print(f"{part:<14} {is_one}: {there} runs on aarch64, {len(of_part) - there} on x86-64")
    return is_held


def looked_at(found: list[Found]) -> bool:
    """Whether compiled loops ran on both, none with a fused multiply-add, none in SVE."""
    loops = [one for one in found if one.part == "ticks-300"]
    whole = [one for one in loops if one.made_of.startswith("0 fused, ")]
    whole = [one for one in whole if not one.made_of.endswith("SVE")]
    there = sum(bool(one.setting.processor) for one in whole)
    print(
        f"machine code   no fused multiply-add and no SVE in the loops of {len(whole)} of "
        f"{len(loops)} compiled runs, {there} of them on aarch64"
    )
    return len(whole) == len(loops) and 0 < there < len(whole)


def controlled(found: list[Found], controls: list[Found]) -> bool:
    """Whether the control differs between the processors, and from what is promised on aarch64."""
    (promised,) = {one.digest for one in found if one.part == "ticks-24"}
    fused = {one.setting.name: one for one in controls}
    there, here, _ = (fused[setting.name] for setting in CONTROLS)
    differ = len({one.digest for one in controls})
    print(
        f"control        fused, aarch64 and x86-64 give {differ} results of {len(controls)} runs: "
        f"aarch64 {'another than' if there.digest != promised else 'NOT another than'} promised, "
        f"any x86-64 {'the same' if here.digest == promised else 'another'}"
    )
    return len({promised, there.digest}) == 2 and there.digest != here.digest


def main() -> int:
    """Prepare, run, compare."""
    if machine() != "x86_64":
        print(f"this compares x86-64 with aarch64 and must be run on x86-64; here is {machine()}")
        return 1
    try:
        emulated = prepared()
    except CannotEmulate as error:
        print(f"CANNOT EMULATE aarch64: {error}")
        return 1
    print(emulated.told())
    with (
        tempfile.TemporaryDirectory(prefix="aarch64-") as name,
        ThreadPoolExecutor(max(4, os.cpu_count() or 1)) as pool,
    ):
        runs = [pool.submit(run, s, emulated, Path(name)) for s in (*SETTINGS, *CONTROLS)]
        everything = [one for done in runs for one in done.result()]
    found = [one for one in everything if one.setting in SETTINGS]
    controls = [one for one in everything if one.setting in CONTROLS]
    plain = {one.digest for one in found if one.part == "float32"}
    print(f"float32        {len(plain)} results of an ordinary network, which nobody promises")
    checks = [compared(found), looked_at(found)]
    return 0 if all(checks) and controlled(found, controls) else 1


if __name__ == "__main__":
    sys.exit(main())
