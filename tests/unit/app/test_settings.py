"""Settings: flag before variable before default, and words for what cannot be."""

from pathlib import Path

import pytest

from plainview.app.cli import main
from plainview.app.settings import SETTINGS, BadSetting, default_web, read_settings

VARIABLES = {
    "PLAINVIEW_DATA_DIR": "/srv/data", "HOST": "0.0.0.0", "PORT": "9000", "PLAINVIEW_WEB": "3",
    "PLAINVIEW_EDITION": "north", "PLAINVIEW_LEARN": "off", "PLAINVIEW_LEARN_EVERY_S": "60",
    "PLAINVIEW_LEARN_MIN": "500", "PLAINVIEW_TEXT_MODEL": "off",
}  # fmt: skip


def test_without_anything_the_defaults_hold() -> None:
    """./data, this machine alone, port 8080."""
    settings = read_settings({}, {})
    assert (str(settings.data), settings.host, settings.port) == ("data", "127.0.0.1", 8080)
    assert (settings.web, settings.edition) == (default_web(), "home")
    assert (settings.learn, settings.learn_every_s, settings.learn_min) == ("on", 300, 2000)
    assert settings.text_model == "auto"
    assert settings.learns
    assert not settings.is_open


def test_variables_stand_before_defaults() -> None:
    """Every setting has a variable that is obeyed."""
    settings = read_settings({}, VARIABLES)
    assert (str(settings.data), settings.host, settings.port) == ("/srv/data", "0.0.0.0", 9000)
    assert (settings.web, settings.edition) == (3, "north")
    assert (settings.learns, settings.learn_every_s, settings.learn_min) == (False, 60, 500)
    assert settings.text_model == "off"
    assert settings.is_open
    assert set(VARIABLES) == {setting.variable for setting in SETTINGS}


def test_flags_stand_before_variables() -> None:
    """Every setting has a flag that wins."""
    flags = {
        "data": "d", "host": "::1", "port": "1", "web": "2", "edition": "e", "learn": "r.json",
        "learn_every": "5", "learn_min": "7", "text_model": "models/small",
    }  # fmt: skip
    settings = read_settings(flags, VARIABLES)
    assert (str(settings.data), settings.host, settings.port) == ("d", "::1", 1)
    assert (settings.web, settings.edition) == (2, "e")
    assert (settings.learn, settings.learn_every_s, settings.learn_min) == ("r.json", 5, 7)
    assert settings.text_model == "models/small"
    assert set(flags) == {setting.name for setting in SETTINGS}


def test_the_demonstration_has_levers() -> None:
    """Levers come with the demonstration, or alone, or not at all."""
    assert read_settings({}, {}, is_demo=True).has_levers
    assert read_settings({}, {}, has_levers=True).has_levers
    assert not read_settings({}, {}).has_levers


def test_a_text_model_that_is_none_stops_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`plainview up` says what the folder lacks and makes nothing."""
    data = tmp_path / "data"
    assert main(["up", "--text-model", str(tmp_path), "--data", str(data)]) == 1
    said = capsys.readouterr().err
    assert "auto, off or a model's folder" in said
    assert "holds no model.safetensors and no tokenizer.json" in said
    assert not data.exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"port": "eighty"}, "--port (or PORT)"),
        ({"port": "65536"}, "from 0 to 65535"),
        ({"port": "-1"}, "'-1'"),
        ({"web": "0"}, "--web (or PLAINVIEW_WEB)"),
        ({"learn_every": "0"}, "--learn-every (or PLAINVIEW_LEARN_EVERY_S)"),
        ({"learn_min": "many"}, "from 1 to 1000000"),
        ({"edition": "é"}, "--edition"),
        ({"edition": "x" * 25}, "1 to 24"),
        ({"edition": "Radio 4"}, "single hyphens"),
    ],
)
def test_what_cannot_be_is_refused_in_words(flags: dict[str, str], words: str) -> None:
    """The message names the flag, the variable or the bounds."""
    with pytest.raises(BadSetting) as refused:
        read_settings(flags, {})
    assert words in str(refused.value)
