"""Witnesses for tests: state in memory with the contract's checks, a clock that is set."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from plainview.core.tlog import keys_by_origin
from plainview.flows.witness_checkpoint import Witness
from plainview.ports.witness import Kept, WitnessState
from tests.sample_logs import LOG_KEY, TIME_S, private_key


@dataclass
class SetClock:
    """`Clock` that stands where it was put."""

    seconds: int = TIME_S

    def now_ms(self) -> int:
        return self.seconds * 1000

    def sleep_ms(self, ms: int) -> None:
        self.seconds += ms // 1000


@dataclass
class _HeldMemory:
    state: "MemoryWitnessState"
    origin: str
    is_held: bool = True

    @property
    def kept(self) -> Kept:
        return self.state.kept(self.origin)

    def keep(self, kept: Kept) -> None:
        assert self.is_held, "kept outside of the hold"
        assert kept.head.size >= self.kept.head.size, "a head was rolled back"
        self.state.heads[self.origin] = kept

    def keep_evidence(self, mine: bytes, other: bytes) -> None:
        assert self.is_held, "kept outside of the hold"
        assert mine != other, "evidence of nothing"
        self.state.evidence.append((mine, other))


@dataclass
class MemoryWitnessState:
    """`WitnessState` that asserts its contract and forgets when it is dropped."""

    heads: dict[str, Kept] = field(default_factory=dict)
    evidence: list[tuple[bytes, bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def kept(self, origin: str) -> Kept:
        return self.heads.get(origin, Kept())

    @contextmanager
    def held(self, origin: str) -> Iterator[_HeldMemory]:
        with self.lock:
            held = _HeldMemory(self, origin)
            yield held
            held.is_held = False


def sample_witness(
    name: str = "w1.example", state: WitnessState | None = None, clock: SetClock | None = None
) -> Witness:
    """A witness of the sample log."""
    return Witness(
        name,
        private_key(name),
        keys_by_origin([LOG_KEY]),
        state or MemoryWitnessState(),
        clock or SetClock(),
    )
