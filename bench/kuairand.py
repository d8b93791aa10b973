"""KuaiRand by its protocol: one integer network beside what people would install instead.

    make bench-quality               with PLAINVIEW_DATA the folder that holds kuairand_pure/
    make bench-quality ARGS="A SA"  some modes, which it prints and keeps nothing of

What each model says of the test days is kept under the temporary folder, by what it was made from,
so that a second run only measures; it says of which.
"""

import os
import pickle
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench.quality.compare import OURS, Judge, Runs, rows_of, table_of
from bench.quality.errors import errors
from bench.quality.known import Known
from bench.quality.log import is_there, read_log
from bench.quality.peers import Scores
from bench.quality.plot import plotted
from bench.quality.race import MODES, Race, raced
from bench.quality.speed import speeds
from bench.quality.tripwires import changed_by_what_comes_after

SKIPPED = 77
NEEDED = ("lightgbm", "pandas", "pyarrow", "sklearn")
MODELS = ("popularity", "logistic", "lightgbm", "vw", "dcn-din", OURS)
ALONE = {"vw": "vowpalwabbit", "dcn-din": "torch"}
"""What one peer needs and nothing else does."""
PACKAGES = ("numpy", "numba", "scikit-learn", "lightgbm", *ALONE.values())
"""Whose versions are said."""
DRAWS = 200
FIGURE = Path(__file__).parent / "figures" / "kuairand.svg"


def _say(text: str) -> None:
    print(text, flush=True)


def split_models(has: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """The models that can be run with the packages there are, and a line for each that cannot."""
    absent = {model: package for model, package in ALONE.items() if not has(package)}
    python = os.path.relpath(sys.executable)
    return [model for model in MODELS if model not in absent], [
        f"{model} is not run, for {package} is not installed: `{python} -m pip install {package}`"
        " adds it (bench/README.md says what that fetches); the protocol has a figure for it"
        for model, package in absent.items()
    ]


def main(wanted: list[str]) -> int:
    """Run all of it; 77 where the data or a peer's package is missing."""
    data = os.environ.get("PLAINVIEW_DATA", "")
    folder = Path(data) / "kuairand_pure"
    if not data or not is_there(folder):
        _say(f"PLAINVIEW_DATA is {data!r}: no kuairand_pure/ there, so nothing was measured.")
        return SKIPPED
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        _say(f"{', '.join(missing)}: not installed; `make bench-quality` installs them.")
        return SKIPPED
    models, absent = split_models(lambda name: find_spec(name) is not None)
    for line in absent:
        _say(line)
    if words := modes_amiss(wanted):
        _say(words)
        return 2
    modes = [mode for mode in MODES if mode in wanted or not wanted]
    versions = (f"{name} {version(name)}" for name in PACKAGES if find_spec(_module(name)))
    _say(f"versions {', '.join(versions)}")
    log = read_log(folder)
    known = Known(log)
    race = Race(log, known)
    _say(f"{len(race.train)} impressions to learn from, {len(race.test)} of the test days")
    runs = _runs(race, models, modes)
    rows = rows_of(Judge(log, race.test, draws=DRAWS), runs)
    _say("\n" + table_of(rows, models))
    for line in absent:
        _say(line)
    if not wanted:
        FIGURE.write_text(plotted(rows), encoding="utf-8")
    if "A" in modes:
        for line in errors(log, runs, train=race.train, test=race.test):
            _say(line)
    _say(f"load {_load()} before speed was measured")
    for line in speeds(race):
        _say(line)
    for cut, changed in changed_by_what_comes_after(log, cuts=1):
        _say(f"outcomes unknown at {cut} turned round: {changed} features of rows up to it change")
        if changed:
            return 1
    return 0


def modes_amiss(wanted: Sequence[str]) -> str:
    """What is wrong with the modes asked for, "" where nothing is."""
    for mode in wanted:
        if mode not in MODES or mode.replace("B", "A") not in wanted:
            return f"{mode}: of {', '.join(MODES)}, each B together with the A it begins from"
    return ""


def _module(package: str) -> str:
    return "sklearn" if package == "scikit-learn" else package


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _runs(race: Race, models: Sequence[str], modes: Sequence[str]) -> dict[str, Runs]:
    runs: dict[str, Runs] = {model: {} for model in models}
    for mode in modes:
        for model in models:
            began = time.process_time()
            frozen = runs[model].get(mode.replace("B", "A")) if "B" in mode else None
            runs[model][mode], is_new = _kept(race, model, mode, frozen=frozen)
            took = f"{time.process_time() - began:6.0f} s of processor, load {_load()}"
            _say(f"{mode:4}{model:12}{took if is_new else '  kept from an earlier run'}")
    return runs


def _kept(race: Race, model: str, mode: str, *, frozen: Scores | None) -> tuple[Scores, bool]:
    """The scores of the test rows, made now or found under what they would be made from; and
    whether they were made now."""
    name = sha256(f"{model} {mode} {race.digest(mode, model)}".encode()).hexdigest()[:24]
    folder = Path(tempfile.gettempdir()) / f"plainview-kuairand-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if path.is_file():
        kept: Scores = pickle.loads(path.read_bytes())
        return kept, False
    scores = raced(race, model, mode, frozen=frozen)
    path.write_bytes(pickle.dumps(scores))
    return scores, True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
