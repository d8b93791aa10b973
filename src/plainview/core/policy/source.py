"""A policy file as read: its values, and on which line each of them stands."""

import re
import tomllib
from decimal import Decimal
from typing import Any

import msgspec

from plainview.core.policy.errors import NotToml

SECTION = re.compile(r"^\s*\[\s*([A-Za-z0-9_-]+)\s*\]")
KEY = re.compile(r"""^\s*["']?([A-Za-z0-9_-]+)["']?\s*[=.]""")
LINE_IN_MESSAGE = re.compile(r"at line (\d+)")
TOP = ""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """`values` as TOML has them, decimals exact. `lines` maps (section, key) to a line from 1; the
    key "" is the section's own line, the section "" the top of the file."""

    values: dict[str, Any]
    lines: dict[tuple[str, str], int]

    def line(self, section: str, key: str = "") -> int:
        """Where `key` of `section` stands; failing that its section; failing that line 1."""
        return self.lines.get((section, key)) or self.lines.get((section, "")) or 1


def read_source(data: bytes) -> Source:
    """Read TOML with its lines.

    tomllib keeps no lines, so the text is scanned for them: a key stands where a line begins with
    it, under the last `[section]` line above.

    Raises: NotToml: with the line at fault.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotToml(data[: error.start].count(b"\n") + 1, "not UTF-8 text") from error
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = LINE_IN_MESSAGE.search(str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise NotToml(line, f"not TOML: {error}") from error
    lines: dict[tuple[str, str], int] = {(TOP, ""): 1}
    section = TOP
    for number, line_text in enumerate(text.split("\n"), start=1):
        if match := SECTION.match(line_text):
            section = match.group(1)
            lines.setdefault((section, ""), number)
        elif match := KEY.match(line_text):
            lines.setdefault((section, match.group(1)), number)
    return Source(values=values, lines=lines)
