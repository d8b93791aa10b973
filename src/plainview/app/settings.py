"""Settings: a flag, else an environment variable, else a default. Each is in the table below."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Setting(msgspec.Struct, frozen=True):
    """One setting as people meet it."""

    name: str
    flag: str
    variable: str
    default: str
    help: str


SETTINGS = (
    Setting("data", "--data", "PLAINVIEW_DATA_DIR", "./data", "folder that holds everything"),
    Setting("host", "--host", "HOST", "127.0.0.1", "address to listen on; 0.0.0.0 for your phone"),
    Setting("port", "--port", "PORT", "8080", "port to listen on"),
    Setting("web", "--web", "PLAINVIEW_WEB", "", "web processes; 2 on four cores or more, else 1"),
    Setting("edition", "--edition", "PLAINVIEW_EDITION", "home", "name of this service, kept once"),
    Setting("learn", "--learn", "PLAINVIEW_LEARN", "on", "on, off, or a recipe file to learn by"),
    Setting(
        "learn_every",
        "--learn-every",
        "PLAINVIEW_LEARN_EVERY_S",
        "300",
        "seconds from one learning tick to the next, at least",
    ),
    Setting(
        "learn_min",
        "--learn-min",
        "PLAINVIEW_LEARN_MIN",
        "2000",
        "examples that a learning tick waits for",
    ),
    Setting(
        "text_model",
        "--text-model",
        "PLAINVIEW_TEXT_MODEL",
        "auto",
        "auto: that of the text extra, where installed; off; or a model's folder",
    ),
)


EDITION = re.compile("[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}")
"""What an edition may be called: its log, its key and its trust document are called the same."""


class BadSetting(Exception):
    """A setting has a value it cannot have; the message says which and where it came from."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the service was told."""

    data: Path
    host: str
    port: int
    web: int
    edition: str
    learn: str = "on"
    learn_every_s: int = 300
    learn_min: int = 2000
    text_model: str = "auto"
    is_demo: bool = False
    has_levers: bool = False

    @property
    def learns(self) -> bool:
        """Whether it learns while it runs."""
        return self.learn != "off"

    @property
    def is_open(self) -> bool:
        """Whether other machines can reach it."""
        return self.host not in ("127.0.0.1", "localhost", "::1")


def read_settings(
    flags: Mapping[str, str | None],
    environment: Mapping[str, str],
    *,
    is_demo: bool = False,
    has_levers: bool = False,
) -> Settings:
    """The settings of this start.

    Args: flags: values given on the command line by setting name, None where none was given.
    Raises: BadSetting.

    >>> read_settings({"port": "80"}, {"PORT": "9000", "HOST": "::1"}).port
    80
    """
    found = {}
    for setting in SETTINGS:
        given = flags.get(setting.name)
        found[setting.name] = given or environment.get(setting.variable) or setting.default
    edition = found["edition"]
    if EDITION.fullmatch(edition) is None:
        raise BadSetting(
            "The edition's name is 1 to 24 of a-z, 0-9 and single hyphens, a letter first, as in"
            " the name of its log (--edition)."
        )
    return Settings(
        data=Path(found["data"]),
        host=found["host"],
        port=_whole("port", found["port"], most=65_535),
        web=_whole("web", found["web"] or str(default_web()), least=1, most=64),
        edition=edition,
        learn=found["learn"],
        learn_every_s=_whole("learn_every", found["learn_every"], least=1, most=86_400),
        learn_min=_whole("learn_min", found["learn_min"], least=1, most=1_000_000),
        text_model=found["text_model"],
        is_demo=is_demo,
        has_levers=has_levers or is_demo,
    )


def default_web() -> int:
    """How many web processes this machine gets when nobody says."""
    return 2 if len(os.sched_getaffinity(0)) >= 4 else 1


def _whole(name: str, text: str, *, least: int = 0, most: int) -> int:
    (setting,) = (s for s in SETTINGS if s.name == name)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadSetting(
            f"{setting.flag} (or {setting.variable}) must be a whole number from {least} to"
            f" {most}, not {text!r}."
        )
    return int(text)
