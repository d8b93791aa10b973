"""50 real SIGKILLs of writer, web, worker and the whole tree under load, and the full audit."""

import random
import secrets
import tempfile
from pathlib import Path

from tests.fault.test_kill import Turn, kill_and_audit
from tests.live_swiper import replay_all

AIMED: list[Turn] = [
    *[("worker", "encoding")] * 6, *[("worker", "publishing")] * 3, *[("worker", "freezing")] * 5,
    *[("writer", "patch")] * 5, ("web-0", "patch"), ("web-1", "patch"), ("web-0", "patch"),
]  # fmt: skip
RANDOM = 28
NAMES = ("writer", "worker", "web-0", "web-1")
ALL_AT_ONCE = 3


def main() -> None:
    """Kill 50 times in one life of the service."""
    seed = secrets.randbits(32)
    print(f"seed of the order {seed}")
    chance = random.Random(seed)
    turns = [*AIMED, *[("up", "random")] * ALL_AT_ONCE]
    turns += [(NAMES[turn % len(NAMES)], "random") for turn in range(RANDOM - ALL_AT_ONCE)]
    assert len(turns) == 50
    chance.shuffle(turns)
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(kill_and_audit(Path(folder), turns=turns, is_patient=True)))
        status, said = replay_all(Path(folder) / "data")
        print(f"plainview replay --all: exit {status}: {said.splitlines()[-1]}")
        assert status == 0, said


if __name__ == "__main__":
    main()
