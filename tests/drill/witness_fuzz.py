"""10,000 logs with several histories against three witnesses: none gathers 2 of 3 on two of them.

    python -m tests.drill.witness_fuzz

Each attack is described in tests/witness_fuzz.py: forks, rollbacks and split views by three threads
at once, restarts among them. One in twenty is on witnesses with their real files, every write
fsynced. Controls: witnesses that forget, and witnesses that decide two requests at once, must be
found out by the same attacks.
"""

import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.witness_fuzz import Attack, Forgetful, Unlocked, in_folders, in_memory
from tests.witnesses import MemoryWitnessState

ATTACKS = 10_000
ON_DISK_EVERY = 20
CONTROLS = 300


def control(broken: type[MemoryWitnessState], first: int) -> bool:
    """Whether the attacks find out witnesses that are broken."""
    faced = split = 0
    for seed in range(first, first + CONTROLS):
        states = [broken() for _ in range(3)]
        gathered = Attack(seed, states.__getitem__).run()
        faced += bool(gathered.two_faced())
        split += bool(gathered.splits())
    print(
        f"control {broken.__name__:10} {CONTROLS} attacks: in {faced} a witness cosigned two "
        f"histories, in {split} two of them did"
    )
    return bool(faced)


def main() -> int:
    """Attack; 1 when one succeeds or a control does not."""
    sys.setswitchinterval(1e-4)
    first = secrets.randbelow(2**31)
    print(f"first seed {first}")
    statuses: Counter[int] = Counter()
    largest: Counter[int] = Counter()
    on_disk = 0
    wrong: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="witness-fuzz-") as folder:
        for n in range(ATTACKS):
            is_on_disk = n % ON_DISK_EVERY == 0
            on_disk += is_on_disk
            state = in_folders(Path(folder) / str(n)) if is_on_disk else in_memory()
            gathered = Attack(first + n, state).run()
            statuses.update(gathered.statuses)
            largest[max((len(names) for names in gathered.cosigners.values()), default=0)] += 1
            wrong += [f"seed {first + n}: two quorums {pair}" for pair in gathered.splits()]
            wrong += [f"seed {first + n}: {name} has two faces" for name in gathered.two_faced()]
    print(f"{ATTACKS} attacks, {on_disk} of them on files, {time.monotonic() - began:.0f} s")
    print("answers  " + ", ".join(f"{code}: {count}" for code, count in sorted(statuses.items())))
    print(
        "attacks whose best head had "
        + ", ".join(f"{n} cosignatures: {count}" for n, count in sorted(largest.items()))
    )
    print(f"{len(wrong)} times were two histories cosigned")
    for line in wrong[:20]:
        print(f"WRONG  {line}")
    found = [control(broken, first) for broken in (Forgetful, Unlocked)]
    return 1 if wrong or not all(found) else 0


if __name__ == "__main__":
    sys.exit(main())
