"""What slates are made from: epochs, policies, weights, hour keys; written by the worker."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.ports.commands import Command, Done


class EpochRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An epoch as it is stored: its header's bytes, and where its rows are.

    `starts_from` is the epoch that `file` is a delta to, or its own number when `file` holds all
    rows. Events up to `seq` are counted in it, catalogue changes up to `changed` are in its rows.
    `served_ms` is when it became the newest.
    """

    number: int
    root: Digest
    header: bytes
    file: str
    starts_from: int
    rows: int
    seq: int
    changed: int
    frozen_ms: int
    served_ms: int


class CountDelta(msgspec.Struct, frozen=True, array_like=True):
    """What one video's counts gain, in the order of COUNTERS."""

    video: VideoId
    gains: tuple[int, ...]


class RecordEpoch(Command[Done], frozen=True, kw_only=True):
    """Make the epoch the newest and add the counts it was made with, together or not at all.

    Refused: `epoch_taken`: the number exists with another root, or is not the next one.
    """

    epoch: EpochRecord
    deltas: tuple[CountDelta, ...]


class HourKey(msgspec.Struct, frozen=True, array_like=True):
    """The key of one hour since 1970, and the commitment made for it beforehand."""

    hour: int
    key: bytes
    commitment: Digest


class KeepHourKeys(Command[Done], frozen=True, kw_only=True):
    """Commit to the keys of hours that have none; those that have one keep it."""

    keys: tuple[HourKey, ...]
    at_ms: int


class PolicyRecord(msgspec.Struct, frozen=True, array_like=True):
    """A policy on offer, in the order of the switch; the object holds its TOML."""

    name: str
    digest: Digest


class OfferPolicies(Command[Done], frozen=True, kw_only=True):
    """Offer these policies from now on, and no others. The first is the default."""

    policies: tuple[PolicyRecord, ...]
    at_ms: int


class PublishWeights(Command[Done], frozen=True, kw_only=True):
    """Rank with these weights from the next epoch on; how they came about is logged with them.

    `origin` is "starting", "learned" or "imported"; `lineage` the digest of a document that says
    more, which is an object.
    """

    digest: Digest
    recipe: str
    origin: str
    lineage: Digest = NO_DIGEST
    at_ms: int


class NameEdition(Command[Done], frozen=True, kw_only=True):
    """Name the edition this data belongs to; the first name given stays."""

    edition: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the database at one moment, for deciding whether to freeze.

    `changed` and `urgent` count catalogue changes and removals; `seq` is the last event's place in
    the order of counting; `decisions` how many were taken.
    """

    changed: int
    urgent: int
    seq: int
    decisions: int


class CountedEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event with its place in the order of counting."""

    seq: int
    viewer: ViewerId
    body: bytes


class ServingReads(Protocol):
    """What serving and freezing read. Each call sees all that was acknowledged before it."""

    def newest_epoch(self) -> EpochRecord | None:
        """None before the first freeze."""
        ...

    def newest_logged_epoch(self) -> EpochRecord | None:
        """The newest epoch whose entry is under a recorded head of the public log: the only one
        to serve from."""
        ...

    def epoch(self, number: int) -> EpochRecord | None:
        """An epoch within the retention."""
        ...

    def pending(self) -> Pending:
        """From one snapshot."""
        ...

    def events_after(self, seq: int, *, count: int) -> Sequence[CountedEvent]:
        """The next `count` events in the order of counting."""
        ...

    def hour_key(self, hour: int) -> HourKey | None:
        """None when nothing was committed for that hour: serve nothing in it."""
        ...

    def policies(self) -> Sequence[PolicyRecord]:
        """Those on offer, in order."""
        ...

    def weights(self) -> Digest | None:
        """Those to rank with from the next epoch on."""
        ...

    def edition(self) -> str | None:
        """The edition's name; None before the first start has given one."""
        ...

    def facts(self) -> Mapping[str, str]:
        """Named values that survive a restart, for the operator's page and for tests."""
        ...


class EpochFiles(Protocol):
    """Where rows of epochs are kept, whole or as deltas. Names are unique to the bytes.

    `keep` is durable once it returns, and the file appears whole or not at all. A file that no
    epoch's record names (its freezer died) is of no account.
    """

    def keep(self, name: str, data: bytes) -> None:
        """Store `data` as `name`."""
        ...

    def read(self, name: str) -> memoryview:
        """The bytes of `name`, mapped rather than copied. Raises: FileNotFoundError."""
        ...
