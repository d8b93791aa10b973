"""Which peers are run, and what Vowpal Wabbit is given to read."""

import numpy as np
import pytest

from bench.kuairand import ALONE, MODELS, modes_amiss, split_models
from bench.quality.compare import OURS
from bench.quality.known import Known
from bench.quality.peer_vw import Words
from bench.quality.peers import Task
from bench.quality.race import code_of
from tests.made_log import made_log


@pytest.mark.parametrize("lacking", [(), ("dcn-din",), ("vw", "dcn-din")])
def test_a_peer_whose_package_is_missing_is_named_and_the_others_run(
    lacking: tuple[str, ...],
) -> None:
    """Each model but those is run, in the usual order; a line for each of those names it, its
    package and the command that installs that."""
    packages = {ALONE[model] for model in lacking}
    models, lines = split_models(lambda package: package not in packages)
    assert models == [model for model in MODELS if model not in lacking]
    assert [line.partition(" ")[0] for line in lines] == list(lacking)
    for model, line in zip(lacking, lines, strict=True):
        assert f"-m pip install {ALONE[model]}`" in line


def test_words_are_the_columns_that_are_not_0_and_the_ids() -> None:
    """Columns stand by number in units of 64, then user, video, author and tag."""
    log = made_log(3)
    known = Known(log)
    X = np.array([[0, 64, -32], [0, 0, 0], [-128, 127, 1]], dtype=np.int8)
    task = Task(log=log, known=known, X=X, at_ms=log.time_ms, heads=("click",))
    found = list(Words(task).of(np.array([2, 0])))
    for text, row, columns in zip(found, (2, 0), ("0:-2 1:1.98438 2:0.015625", "1:1 2:-0.5"),
                                  strict=True):  # fmt: skip
        video = log.video[row]
        assert text == (
            f"|c {columns} |u {log.user[row]} |v {video}"
            f" |a {known.author_of[video]} |t {known.tag_of[video]}"
        )


@pytest.mark.parametrize(
    ("wanted", "is_amiss"),
    [((), False), (("SA",), False), (("SB", "SA"), False), (("SB",), True), (("C",), True)],
)
def test_modes_are_asked_for_with_what_they_begin_from(
    wanted: tuple[str, ...], is_amiss: bool
) -> None:
    """Any frozen mode may stand alone, a mode that learns on needs the one it begins from, in
    whatever order; and only modes of the protocol are known."""
    assert bool(modes_amiss(wanted)) == is_amiss


def test_scores_are_kept_by_all_that_made_them() -> None:
    """What ours says of a row is kept under the code of the tick and of the kernel that serves, so
    that a change there is measured anew; a peer's under the peer's own."""
    ours, vw = ({path.name for path in code_of(model)} for model in (OURS, "vw"))
    assert {"ours.py", "teacher.py", "tick.py", "recipe.py", "kernels_numba.py"} <= ours
    assert vw == {"peer_vw.py", "peers.py", "race.py"}
