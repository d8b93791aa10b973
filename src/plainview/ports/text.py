"""What reading a video's words needs of the world."""

from typing import Protocol

import msgspec

from plainview.core.terms.ids import Digest, VideoId
from plainview.ports.commands import Command, Done


class TextModel(Protocol):
    """A small model of what words mean.

    - Its digest names its files: the same digest is the same model.
    - It is a function: the same text gives the same numbers, in any process, on any machine.
    - It reads what `text_of` gives, of any length, within a second, and asks nobody.
    """

    @property
    def digest(self) -> Digest:
        """Of the model, as specs/epoch-v1.md section 7 has it."""
        ...

    def read(self, text: str) -> tuple[int, ...]:
        """The meaning of `text`: 64 integers in -127..127, or () when there is nothing to read."""
        ...


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a video's words mean: 64 signed bytes, and the digest of the model that says so."""

    numbers: bytes
    model: Digest


class SetMeaning(Command[Done], frozen=True, kw_only=True):
    """Say what a video's words mean. Nothing happens when they are others by now, or none."""

    video: VideoId
    caption: str
    tags: tuple[str, ...]
    meaning: Meaning
