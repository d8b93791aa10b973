"""Forks, rollbacks and split views against three witnesses at once: none gets two histories.

Five hundred here; `make drill` does ten thousand.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.witness_fuzz import Attack, Forgetful, MakeState, Unlocked, in_folders, in_memory
from tests.witnesses import MemoryWitnessState

IN_MEMORY = 460
ON_DISK = 40


def test_no_attack_gathers_two_of_three_on_two_histories(tmp_path: Path) -> None:
    """Five hundred attacks, forty of them on witnesses with their real files, gather no quorum for
    two histories and no two cosignatures of one witness that contradict; every code is drawn."""
    statuses: Counter[int] = Counter()
    quorums = 0
    for seed in range(IN_MEMORY + ON_DISK):
        state = in_memory() if seed < IN_MEMORY else in_folders(tmp_path / str(seed))
        gathered = Attack(seed, state).run()
        assert gathered.splits() == [], f"attack {seed}"
        assert gathered.two_faced() == [], f"attack {seed}"
        statuses.update(gathered.statuses)
        quorums += any(len(names) >= 2 for names in gathered.cosigners.values())
    assert {200, 409, 422} <= set(statuses)
    assert quorums > 200, "attacks that never reach a quorum prove little"


@pytest.mark.parametrize("broken", [Forgetful, Unlocked])
def test_the_attacks_find_a_witness_that_is_broken(broken: type[MemoryWitnessState]) -> None:
    """Against witnesses that forget, or decide two requests at once, the same attacks get two
    histories cosigned."""

    def state() -> MakeState:
        states = [broken() for _ in range(3)]
        return lambda place: states[place]

    gathered = [Attack(seed, state()).run() for seed in range(60)]
    assert any(one.two_faced() for one in gathered)
    if broken is Forgetful:
        assert any(one.splits() for one in gathered)
