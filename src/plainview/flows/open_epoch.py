"""Keep the newest epoch open, with its index and its weights, ready for every request."""

import threading
from collections.abc import Callable, Mapping, Sequence

import msgspec

from plainview.core.catalogue import Frozen
from plainview.core.feed import Index, build_index, work_out_queues
from plainview.core.learn import load_weights
from plainview.core.receipts import weights_due
from plainview.core.terms.epoch import Epoch, EpochHeader
from plainview.core.terms.ids import Digest
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import Weights
from plainview.flows.read_epoch import STALE_MS, NoEpoch, thaw_epoch
from plainview.ports.clock import Clock
from plainview.ports.objects import Objects
from plainview.ports.serving import EpochFiles, ServingReads
from plainview.ports.tlog import LogReads


class ServedEpoch(msgspec.Struct, frozen=True, eq=False):
    """What a slate is made from: the epoch's index and the weights its header names, one pair.

    `served_ms` is when it became the newest, `lines` the weights of an experiment's lines.
    """

    epoch: Epoch
    index: Index
    weights: Weights
    served_ms: int
    lines: dict[Digest, Weights] = {}

    def weights_for(self, arm: str) -> Weights:
        """Those that rank for a viewer in that arm of an experiment, "" for none."""
        due = weights_due(self.epoch.header, arm)
        return self.weights if due == self.weights.digest else self.lines[due]


class EpochShelf:
    """The newest epoch that stands in the public log, opened once for all requests of a process.

    `refresh` is called by one thread, the others read. Asking `at_least` for a newer epoch than
    the shelf holds wakes whoever refreshes, by `hurry`, and waits. What slates by `policies` need
    of an epoch is there before the first of them asks.
    """

    def __init__(
        self,
        reads: ServingReads,
        log: LogReads,
        files: EpochFiles,
        objects: Objects,
        clock: Clock,
        *,
        policies: Sequence[Policy],
    ) -> None:
        self._clock = clock
        self._policies = policies
        self._log = log
        self._replaced_ms: int | None = None
        self._unlogged_ms: int | None = None
        self._reads = reads
        self._files = files
        self._objects = objects
        self._newest: ServedEpoch | None = None
        self._frozen: Frozen | None = None
        self._weights: dict[Digest, Weights] = {}
        self._changed = threading.Condition()
        self.hurry: Callable[[], None] = lambda: None

    @property
    def is_ready(self) -> bool:
        """Whether there is an epoch to serve from."""
        return self._newest is not None

    @property
    def is_stale(self) -> bool:
        """Whether nothing more may be served: the epoch held was replaced too long ago, or what
        was done and served does not get into the public log."""
        return self._is_past(self._replaced_ms) or self._is_past(self._unlogged_ms)

    def _is_past(self, since_ms: int | None) -> bool:
        return since_ms is not None and self._clock.now_ms() > since_ms + STALE_MS

    def newest(self) -> ServedEpoch:
        """The newest epoch that is ready. Raises: NoEpoch: none yet, or it is stale by now."""
        newest = self._newest
        if newest is None:
            raise NoEpoch("no epoch has been frozen yet")
        if self._is_past(self._unlogged_ms):
            raise NoEpoch("what is done and served does not get into the log: it stands still")
        if self.is_stale:
            number = newest.epoch.header.number
            raise NoEpoch(f"epoch {number + 1} cannot be opened or does not get into the log")
        return newest

    def at_least(self, number: int, *, wait_s: float = 2.0) -> ServedEpoch:
        """An epoch of that number or newer. Raises: NoEpoch: none came in time."""
        newest = self._newest
        if newest is None or newest.epoch.header.number < number:
            self.hurry()
            with self._changed:
                self._changed.wait_for(
                    lambda: self._newest is not None and self._newest.epoch.header.number >= number,
                    wait_s,
                )
        newest = self.newest()
        if newest.epoch.header.number < number:
            raise NoEpoch(f"epoch {number} is not ready yet")
        return newest

    def refresh(self) -> bool:
        """Open the newest epoch that stands in the public log, unless the shelf holds it; whether
        it changed. An epoch that waits for the log already makes the one before it grow stale."""
        self._unlogged_ms = self._log.unlogged_since_ms()
        held = self._newest
        if held and self._replaced_ms is None:
            after = self._reads.epoch(held.epoch.header.number + 1)
            self._replaced_ms = after.served_ms if after else None
        record = self._reads.newest_logged_epoch()
        if record is None or (held and held.epoch.header.number == record.number):
            return False
        self._frozen = thaw_epoch(record, reads=self._reads, files=self._files, known=self._frozen)
        epoch = self._frozen.epoch
        weights, lines = weights_under(epoch.header, objects=self._objects, known=self._weights)
        self._weights = lines
        index = build_index(
            epoch, centroids=weights.centroids, earlier=held.index if held else None
        )
        work_out_queues(index, policies=self._policies)
        served = ServedEpoch(epoch, index, weights, record.served_ms, lines)
        with self._changed:
            self._newest = served
            self._replaced_ms = None
            self._changed.notify_all()
        return True

    def held(self) -> "HeldEpochs":
        """The shelf, for who may not wait."""
        return HeldEpochs(self)


class HeldEpochs:
    """`Epochs` of a shelf, as it is now: one that it does not hold yet is not waited for."""

    def __init__(self, shelf: EpochShelf) -> None:
        self._shelf = shelf

    def at_least(self, number: int) -> ServedEpoch:
        """The newest, if of that number or later. Raises: NoEpoch."""
        return self._shelf.at_least(number, wait_s=0.0)


def weights_under(
    header: EpochHeader, *, objects: Objects, known: Mapping[Digest, Weights] | None = None
) -> tuple[Weights, dict[Digest, Weights]]:
    """The main weights that a header names, and those of lines; `known` are not loaded again."""
    held = known or {}
    found = {
        digest: held.get(digest) or load_weights(objects.get(digest))
        for digest in (header.weights, *(digest for _, digest in header.line_weights))
    }
    return found[header.weights], found
