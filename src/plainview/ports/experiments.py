"""Experiments as they are stored: declared, stopped, ended; and who was served in which arm."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from plainview.core.terms.ids import Digest, ViewerId
from plainview.ports.commands import Command, Done

EndCode = Literal["over", "operator", "guard"]


class ExperimentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment. It divides viewers from `from_ms` to before `over_ms`.

    `recipes` are beside `arms`: the digest of the recipe that an arm `POLICY+RECIPE` names, zeros
    for any other; empty where no arm names one.

    `salt` is known to this service alone until the log says that the experiment has ended.
    """

    name: str
    plan: Digest
    arms: tuple[str, ...]
    shares_milli: tuple[int, ...]
    from_ms: int
    to_ms: int
    salt: bytes
    stop_ms: int | None = None
    reason_code: EndCode = "over"
    is_ended: bool = False
    recipes: tuple[Digest, ...] = ()

    @property
    def over_ms(self) -> int:
        """When it ends, or ended."""
        return self.to_ms if self.stop_ms is None else min(self.stop_ms, self.to_ms)


class DeclareExperiment(Command[Done], frozen=True, kw_only=True):
    """Keep the experiment and log it, in one transaction. The same again changes nothing.

    Refused: `no_log`: there is no public log to declare it in. `experiment_exists`: another of
    that name. `experiment_overlaps`: it would run at the time of one that has not ended.
    `policy_unknown`: an arm's policy is not on offer. `too_late`: it would begin before `at_ms`.
    """

    experiment: ExperimentRecord
    at_ms: int


class StopExperiment(Command[Done], frozen=True, kw_only=True):
    """Let the experiment be over from `stop_ms` on, which is after `at_ms`, so that every process
    knows beforehand. One that is over already, or stopped earlier, stays as it is.

    Refused: `no_experiment`.
    """

    name: str
    stop_ms: int
    reason_code: EndCode
    at_ms: int


class EndExperiment(Command[Done], frozen=True, kw_only=True):
    """Log that an experiment that is over has ended, with its salt; once.

    Refused: `no_experiment`. `not_over`: at `at_ms` it still divides viewers.
    """

    name: str
    at_ms: int


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """A viewer's first slate in an arm: when, and the number of its `served` event."""

    viewer: ViewerId
    arm: str
    at_ms: int
    n: int


class ExperimentReads(Protocol):
    """What is read of experiments. Each call sees all that was acknowledged before it."""

    def experiments(self) -> Sequence[ExperimentRecord]:
        """All that were ever declared, by when they begin."""
        ...

    def experiment_at(self, now_ms: int) -> ExperimentRecord | None:
        """The one that divides viewers at `now_ms`."""
        ...

    def exposures(self, name: str) -> Sequence[Exposure]:
        """Each viewer served in that experiment, by their first slate in it."""
        ...

    def recent_receipts(self, count: int) -> Sequence[bytes]:
        """The bytes of the newest `count` receipts of all viewers, newest first."""
        ...

    def events_since(self, viewer: ViewerId, n: int) -> Sequence[bytes]:
        """The viewer's canonical events from number `n` on, in order."""
        ...
