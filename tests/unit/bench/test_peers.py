"""Which peers are run, and what Vowpal Wabbit is given to read."""

import numpy as np
import pytest

from bench.kuairand import ALONE, MODELS, split_models
from bench.quality.known import Known
from bench.quality.peer_vw import Words
from bench.quality.peers import Task
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
