"""`plainview learn` as people call it, and miscall it."""

from pathlib import Path

import pytest

from plainview.app.cli import main
from plainview.app.learn_options import REASONS
from plainview.app.recipe_file import read_recipe
from plainview.core.learn import BadRecipe
from plainview.core.learn.lineage_file import RESTORE_REASONS
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe
from tests.learning_edition import LearningEdition


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify",), "verify N, or --all"),
        (("verify", "1", "--all"), "verify N, or --all"),
        (("status", "3"), "only verify takes a tick"),
        (("roll-back", "--all", "--reason", "fault"), "only verify takes a tick"),
        (("roll-back",), "say why"),
        (("status",), "there is no Plainview data"),
    ],
)
def test_wrong_usage_is_said(
    tmp_path: Path, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, with what to say instead."""
    assert main(["learn", *arguments, "--data", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err


def test_before_anything_was_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The status tells of the starting weights, all that is published verifies, there is no tick
    and nothing to go back to."""
    edition = LearningEdition(tmp_path, videos=60, viewers=2)
    edition.close()
    data = ("--data", str(tmp_path))
    assert main(["learn", "status", *data]) == 0
    assert "starting" in capsys.readouterr().out
    assert main(["learn", "verify", "--all", *data]) == 0
    assert "1 the same, 0 differ" in capsys.readouterr().out
    assert main(["learn", "verify", "1", *data]) == 2
    assert "There is no tick 1" in capsys.readouterr().err
    assert main(["learn", "roll-back", "--reason", "trial", *data]) == 1
    assert "No weights were published before" in capsys.readouterr().err


def test_the_reasons_are_those_of_the_document() -> None:
    """What the command offers is what a document may say."""
    assert REASONS == RESTORE_REASONS


def test_a_recipe_is_the_programs_own_or_a_file(tmp_path: Path) -> None:
    """A file is read as it stands; one that the log has no name for is refused."""
    assert read_recipe("on") == STARTING_RECIPE
    path = tmp_path / "recipe.json"
    path.write_bytes(encode_recipe(STARTING_RECIPE))
    assert read_recipe(str(path)) == STARTING_RECIPE
    path.write_bytes(path.read_bytes().replace(b'"steady-1"', b'"Steady One"'))
    with pytest.raises(BadRecipe, match="Steady One"):
        read_recipe(str(path))


def test_a_recipe_that_is_none_stops_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`plainview up` says what is wrong with the file and makes nothing."""
    data = tmp_path / "data"
    (tmp_path / "none").write_text("{}")
    for name in ("none", "missing"):
        assert main(["up", "--learn", str(tmp_path / name), "--data", str(data)]) == 1
        assert "on, off or a recipe file" in capsys.readouterr().err
    assert not data.exists()
