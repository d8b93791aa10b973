"""What a witness keeps of each log: its last cosigned head, durable, one decision at a time."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from plainview.core.tlog import Seen


class WitnessFault(Exception):
    """The witness cannot answer; it cosigns nothing until a person has looked.

    WitnessFault
     ├── StateDamaged   what is kept of a log cannot be read: never take it for a log never seen
     └── NotKept        the new head may or may not be on disk: read it again before deciding more
    """


class StateDamaged(WitnessFault):
    """What is kept of a log is not what was written."""


class NotKept(WitnessFault):
    """Writing failed; whether the old or the new head is there is for the next read to say."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The last cosigned head, when it was cosigned, and its note as the log signed it.

    `Kept()` is a log that was never cosigned.
    """

    head: Seen = field(default_factory=Seen)
    time_s: int = 0
    note: bytes = b""


class HeldLog(Protocol):
    """One log's state while nobody else, in this process or another, can read or change it."""

    @property
    def kept(self) -> Kept:
        """What was kept when the hold began or by the last `keep` that returned."""
        ...

    def keep(self, kept: Kept) -> None:
        """Replace what is kept; durable on return. Raises: NotKept."""
        ...

    def keep_evidence(self, mine: bytes, other: bytes) -> None:
        """Keep two notes of one size and different roots, once a size. Raises: NotKept."""
        ...


class WitnessState(Protocol):
    """What a witness knows of its logs."""

    def held(self, origin: str) -> AbstractContextManager[HeldLog]:
        """Hold one log until the block ends. Raises: StateDamaged."""
        ...

    def kept(self, origin: str) -> Kept:
        """What is kept of a log, without holding it. Raises: StateDamaged."""
        ...
