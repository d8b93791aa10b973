"""Who is trained on what, in each mode of the protocol, and what comes out for the test rows."""

from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

import plainview.core
from bench.quality import ours
from bench.quality.columns import Columns
from bench.quality.compare import OURS
from bench.quality.features import features_at
from bench.quality.known import Known
from bench.quality.log import Ints, Log
from bench.quality.measures import slates_of
from bench.quality.ours import HEADS, Given
from bench.quality.peer_deep import Deep
from bench.quality.peer_vw import wabbit
from bench.quality.peers import Fit, Scores, Task, boosted, logistic, popularity
from bench.quality.teacher import taught_shares
from plainview.core.learn.window import LABEL_ONE

MODES: Final = ("A", "SA", "A-", "SA-", "B", "SB", "B-", "SB-")
"""`S`: features as of the user's first impression of the day. `B`: learns through the test days.
`-`: without what knows the tab."""

WANTED: Final[dict[str, tuple[str, ...]]] = {
    "A": HEADS, "B": HEADS, "SA": ("long_view", "click"), "SB": ("long_view", "click"),
    "A-": ("long_view",), "B-": ("long_view",), "SA-": ("long_view",), "SB-": ("long_view",),
}  # fmt: skip
FIRST_DAY, LAST_DAY = 6, 13
"""1 and 8 May. In mode B all are trained again at the start of each day but the first, on all that
is known by then; the deep network goes on from where it was, as its protocol has it."""

FITS: Final[dict[str, Fit]] = {
    "popularity": popularity, "logistic": logistic, "lightgbm": boosted, "vw": wabbit,
}  # fmt: skip


def code_of(model: str) -> list[Path]:
    """The files that what a model says hangs on, its columns and the rows apart. Ours is made by
    what learns and serves, so by all of the core."""
    files = {OURS: ("ours.py", "teacher.py"), "vw": ("peer_vw.py",), "dcn-din": ("peer_deep.py",)}
    own = [Path(__file__).parent / name for name in (*files.get(model, ()), "peers.py", "race.py")]
    core = Path(plainview.core.__file__).parent
    return own + (sorted(core.rglob("*.py")) if model == OURS else [])


class Race:
    """The log, its features in both ways, and which rows may be learned from."""

    def __init__(self, log: Log, known: Known, *, from_ms: int | None = None) -> None:
        """`from_ms`: test the rows of val from then on instead of the test days."""
        self.log, self.known = log, known
        first = int(log.time_ms[log.is_test].min())
        known_ms = log.known_ms
        late = log.time_ms > log.history_ms.max()
        if from_ms is None:
            self.test = np.flatnonzero(log.is_test)
        else:
            self.test = np.flatnonzero(~log.is_test & (log.time_ms >= from_ms) & (known_ms < first))
            first = from_ms
        self.train = np.flatnonzero(~log.is_test & (known_ms < first) & late)
        self.first_ms = first
        slate = slates_of(log.user, log.day)
        begins = np.full(int(slate.max()) + 1, np.iinfo(np.int64).max)
        np.minimum.at(begins, slate, log.time_ms)
        self.at_ms = {"": log.time_ms, "S": begins[slate]}
        self._columns: dict[str, Columns] = {}

    def columns(self, mode: str) -> Columns:
        """All columns as the mode sees them."""
        way = "S" if mode.startswith("S") else ""
        if way not in self._columns:
            self._columns[way] = features_at(self.known, self.at_ms[way])
        return self._columns[way]

    def given(self, mode: str) -> Given:
        """What our network gets in `mode`."""
        columns = self.columns(mode)
        schema = columns.schema(HEADS, without="tab" if mode.endswith("-") else "")
        labels = ours.labels_of(self.log, self.train)
        return Given(schema=schema, X=columns.table(schema), labels=labels)

    def taught(self, mode: str, rows: Ints) -> Given:
        """What our network learns from in `mode`: `rows` have their teachers' labels."""
        given = self.given(mode)
        shares = taught_shares(
            given.X, ours.labels_of(self.log, rows) / LABEL_ONE, rows,
            user=self.log.user, heads=HEADS, asked=WANTED[mode],
        )  # fmt: skip
        return ours.with_shares(given, rows, shares)

    def task(self, mode: str) -> Task:
        """What a peer gets in `mode`."""
        at_ms = self.at_ms["S" if mode.startswith("S") else ""]
        X = self.given(mode).X
        return Task(log=self.log, known=self.known, X=X, at_ms=at_ms, heads=WANTED[mode])

    def digest(self, mode: str, model: str) -> str:
        """SHA-256 of the model's code, its columns and the rows, in hex."""
        out = sha256(self.given(mode).X.tobytes() + self.test.tobytes() + self.train.tobytes())
        for path in code_of(model):
            out.update(path.read_bytes())
        return out.hexdigest()

    def known_before(self, moment_ms: int) -> Ints:
        """Rows to learn from at a moment in the test days: the first training's, and all later ones
        whose outcome is known by then."""
        open_ = self.log.known_ms < moment_ms
        rows = np.flatnonzero(open_ & (self.log.time_ms >= self.first_ms))
        return np.union1d(self.train, rows)


def raced(race: Race, model: str, mode: str, *, frozen: Scores | None = None) -> Scores:
    """The scores of the test rows by one model in one mode.

    Args:
        frozen: in a mode that learns on, the scores of the same mode frozen: until it learns for
            the first time in the test days, a model is what it was trained as before them.
    """
    if model == OURS:

        def fitted(rows: Ints, wanted: Ints) -> Scores:
            return ours.scored(race.log, race.taught(mode, rows), train=rows, test=wanted)
    else:
        task = race.task(mode)
        if model == "dcn-din":
            return _deep(race, task, mode)

        def fitted(rows: Ints, wanted: Ints) -> Scores:
            return FITS[model](task, rows)(wanted)

    if frozen is None:
        return fitted(race.train, race.test)
    out = {head: values.copy() for head, values in frozen.items()}
    for moment, places in _by_day(race, FIRST_DAY + 1):
        for head, values in fitted(race.known_before(moment), race.test[places]).items():
            out[head][places] = values
    return out


def _by_day(race: Race, first: int) -> list[tuple[int, Ints]]:
    """For each of the test days from `first` on its first moment and its places among the test
    rows."""
    day = race.log.day[race.test]
    out = []
    for number in range(first, LAST_DAY + 1):
        places = np.flatnonzero(day == number)
        if len(places):
            out.append((int(race.log.time_ms[race.test[places]].min()), places))
    return out


def _deep(race: Race, task: Task, mode: str) -> Scores:
    made = Deep(task)
    made.learn(race.train)
    if "B" not in mode:
        return made.scores(race.test)
    out = {head: np.zeros(len(race.test)) for head in task.heads}
    learned = race.train
    for number, (moment, places) in enumerate(_by_day(race, FIRST_DAY)):
        if number:
            rows = race.known_before(moment)
            made.learn(np.setdiff1d(rows, learned))
            learned = rows
        for head, values in made.scores(race.test[places]).items():
            out[head][places] = values
    return out
