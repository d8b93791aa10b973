"""Where demonstration clips come from."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec


class DemoCreator(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the demonstration. `avatar` is a PNG."""

    handle: str
    name: str
    bio: str
    avatar: bytes


class DemoClip(msgspec.Struct, frozen=True, kw_only=True):
    """A clip that can be made, named by `key`, posted by the creator of that handle."""

    key: str
    creator: str
    topic: str
    caption: str
    tags: tuple[str, ...]
    language: str


class ClipNotMade(Exception):
    """The clip could not be made now; the message says why. Try again later."""


class DemoStudio(Protocol):
    """Makes the demonstration's clips, each the same every time."""

    def creators(self) -> Sequence[DemoCreator]:
        """All of them."""
        ...

    def clips(self) -> Sequence[DemoClip]:
        """All of them, in the order in which they should be made."""
        ...

    def make(self, key: str, path: Path, *, is_background: bool) -> None:
        """Write the clip to `path`: it is there whole, or not at all.

        Takes seconds of one core; several calls may run at once. Raises: ClipNotMade.
        """
        ...
