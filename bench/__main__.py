"""`make bench`: run each benchmark in a process of its own and keep what it printed.

    python -m bench                    all of them
    python -m bench replay slates      some

Each `bench/NAME.py` prints its figures and exits 0. They are kept in `bench/figures/NAME.txt` under
the commit, machine and load they were measured at. A benchmark that needs something this machine
lacks says so and exits 77; its old figures are kept.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SKIPPED = 77
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def names() -> list[str]:
    """Every benchmark there is: a module with a `main` whose name does not begin with `_`."""
    return sorted(
        path.stem
        for path in HERE.glob("[!_]*.py")
        if "\ndef main(" in path.read_text(encoding="utf-8")
    )


def heading(name: str) -> str:
    """What stands above a benchmark's figures."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return (
        f"{name}, run by `make bench`\ncommit   {commit or 'unknown'}\n"
        f"machine  {_processor()}, {cores} cores, load {load:.1f} when it began,"
        f" Python {platform.python_version()}\n\n"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def run(name: str) -> int:
    """Run one and keep its figures if it went well."""
    text = heading(name)
    print(f"\n== {name}\n{text}", end="", flush=True)
    env = {k: v for k, v in os.environ.items() if k != "OPENBLAS_CORETYPE"} | ENVIRONMENT
    with subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, env=env
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            text += line
    if process.returncode == 0:
        (HERE / "figures").mkdir(exist_ok=True)
        (HERE / "figures" / f"{name}.txt").write_text(text, encoding="utf-8")
    return process.returncode


def main(wanted: list[str]) -> int:
    """Run the benchmarks named, or all; 1 if one failed."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(names())}")
        return 2
    statuses = {name: run(name) for name in wanted or names()}
    failed = [name for name, status in statuses.items() if status not in (0, SKIPPED)]
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
