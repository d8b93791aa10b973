"""A log that shows several histories to three witnesses at once, in every order chance gives.

One attack is one log with one key and two to four histories that part at some entry. Three threads
ask the witnesses for cosignatures: honest growth, forks, rollbacks, the same head twice, wrong
proofs, and after each 409 again from the size the witness named. What matters is what they gather:
every cosignature that verifies counts for the head it is on.
"""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from plainview.core.tlog import (
    Seen,
    consistency_path,
    encode_submission,
    parse_note,
    parse_signature_line,
    parse_vkey,
    verify_signature,
)
from plainview.edge.witness_folder import FileWitnessState
from plainview.flows.witness_checkpoint import Witness, witness_checkpoint
from plainview.ports.witness import Kept, WitnessState
from tests.sample_logs import SampleLog, sample_log
from tests.witnesses import MemoryWitnessState, sample_witness

NAMES = ("w1.example", "w2.example", "w3.example")
QUORUM = 2
SIZE_MAX = 24
THREADS = 3
REQUESTS = 7
"""So many each thread makes, repeats after a 409 not counted."""

MakeState = Callable[[int], WitnessState]


@cache
def history(fork_at: int, branch: int) -> SampleLog:
    """One of a log's histories; branch 0 is the same wherever others leave it."""
    return sample_log(SIZE_MAX, fork_at=fork_at if branch else None, branch=branch)


@cache
def root_of(fork_at: int, branch: int, size: int) -> bytes:
    return history(fork_at, branch).root(size)


@cache
def note_of(fork_at: int, branch: int, size: int) -> bytes:
    return history(fork_at, branch).checkpoint(size)


@dataclass
class Gathered:
    """What one attack got: for each head, who cosigned it; and what it was answered."""

    cosigners: dict[Seen, set[str]] = field(default_factory=lambda: defaultdict(set))
    statuses: list[int] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def contradictions(self, heads: list[Seen]) -> list[tuple[Seen, Seen]]:
        """The pairs of `heads` that no history of the log begins with both of."""
        begun = {
            head: {part for part in self.parts if root_of(*part, head.size) == head.root}
            for head in heads
        }
        return [pair for pair in combinations(heads, 2) if not begun[pair[0]] & begun[pair[1]]]

    def splits(self) -> list[tuple[Seen, Seen]]:
        """The pairs of heads of different histories that a quorum of witnesses each cosigned."""
        heads = [head for head, names in self.cosigners.items() if len(names) >= QUORUM]
        return self.contradictions(heads)

    def two_faced(self) -> list[str]:
        """The witnesses that cosigned two heads of different histories."""
        return [
            name
            for name in NAMES
            if self.contradictions([h for h, names in self.cosigners.items() if name in names])
        ]


@dataclass
class Attack:
    """One attack by its seed; `make_state` gives each witness its state, again after a restart."""

    seed: int
    make_state: MakeState
    gathered: Gathered = field(default_factory=Gathered)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        parts = [(0, 0)]
        parts += [
            (chance.randrange(SIZE_MAX - 1), branch) for branch in range(1, chance.randint(2, 4))
        ]
        self.parts = parts
        # Few sizes, so that heads of one size and cosignatures of one head meet.
        self.sizes = chance.sample(range(1, SIZE_MAX + 1), 4)
        self.gathered.parts = parts
        self.witnesses = [self.started(place) for place in range(len(NAMES))]

    def started(self, place: int) -> Witness:
        return sample_witness(NAMES[place], state=self.make_state(place))

    def run(self) -> Gathered:
        """Let all threads ask, and say what they gathered."""
        threads = [
            threading.Thread(target=self._ask_around, args=(self.seed * 7 + n,))
            for n in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.gathered

    def _ask_around(self, seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(REQUESTS):
            place = chance.randrange(len(NAMES))
            if chance.random() < 0.05:
                self.witnesses[place] = self.started(place)
            part = chance.choice(self.parts)
            new = chance.choice(self.sizes)
            old = chance.choice([0, 0, new, chance.randint(0, new)])
            answer = self._ask(place, part, old, new, chance)
            if answer.status == 409:
                told = int(answer.body)
                self._ask(place, part, told, max(new, told), chance)

    def _ask(
        self, place: int, part: tuple[int, int], old: int, new: int, chance: random.Random
    ) -> Any:
        log, note = history(*part), note_of(*part, new)
        proven_by = log if chance.random() < 0.9 else history(*chance.choice(self.parts))
        path = consistency_path(old, new, proven_by.hashes)
        if chance.random() < 0.05:
            path = path[:-1]
        answer = witness_checkpoint(encode_submission(old, path, note), self.witnesses[place])
        self.gathered.statuses.append(answer.status)
        if answer.status == 200:
            signature = parse_signature_line(answer.body.decode().rstrip("\n"))
            key = parse_vkey(self.witnesses[place].vkey())
            verify_signature(parse_note(note).text, signature, key)
            with self.gathered.lock:
                self.gathered.cosigners[Seen(new, root_of(*part, new))].add(NAMES[place])
        return answer


def in_memory() -> MakeState:
    """States that live as long as the attack, through every restart."""
    states = [MemoryWitnessState() for _ in NAMES]
    return lambda place: states[place]


def in_folders(folder: Path) -> MakeState:
    """States on disk, opened anew at every restart."""
    return lambda place: FileWitnessState(folder / str(place))


class Forgetful(MemoryWitnessState):
    """A control: a witness that remembers nothing."""

    def kept(self, origin: str) -> Kept:
        return Kept()


class Unlocked(MemoryWitnessState):
    """A control: a witness that decides two requests at once, each on what was there before."""

    @contextmanager
    def held(self, origin: str) -> Iterator[Any]:
        before = self.kept(origin)
        threading.Event().wait(0.0005)
        state = self

        class Held:
            kept = before

            def keep(self, kept: Kept) -> None:
                state.heads[origin] = kept

            def keep_evidence(self, mine: bytes, other: bytes) -> None:
                return

        yield Held()
