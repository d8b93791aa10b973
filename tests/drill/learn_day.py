"""A simulated day of a service that learns: every tick is made again, every slate replayed.

    python -m tests.drill.learn_day --slates 20000

An edition in one process with the real database, files and flows, its clock set by hand: simulated
viewers are served under all policies over 24 hours, epochs are frozen, receipts become examples
after the recipe's ten minutes, ticks are made and judged, and what passes is published and swapped
in. Then, by processes that have nothing but the folder, `plainview learn verify --all` makes every
tick again and `plainview replay --all` recomputes every slate. Last, an operator who forges labels
so that all of one creator's videos seem loved: what the tick's own lineage record says of it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.window import LABEL_ONE
from plainview.core.receipts import parse_receipt
from plainview.core.terms.weights import HEADS
from plainview.edge.memory import FixedSigner
from plainview.flows.learn_tick import examples_in, make_tick
from plainview.ports.learning import TickOrder
from tests.learning_edition import LearningEdition

DAY_MS: Final = 86_400_000
TICKS, PARTS = 24, 4
"""Ticks in a day, and parts of the time between two; an epoch is frozen after each."""
PUBLICATIONS_MIN, EPOCHS_MIN = 10, 50
POLICIES: Final = ("for-you", "following", "popular", "fresh")
SOURCE: Final = Path(__file__).resolve().parents[2] / "src"
LOVED: Final = ("finish", "long", "like", "save", "share", "follow", "watch")


def live_a_day(edition: LearningEdition, *, rounds: int) -> None:
    """Serve, learn, swap; says each tick."""
    begin_ms = edition.clock.now
    for tick in range(TICKS):
        for part in range(PARTS):
            due_ms = begin_ms + DAY_MS * (tick * PARTS + part) // (TICKS * PARTS)
            edition.clock.now = max(edition.clock.now, due_ms)
            edition.settle()
            edition.swipe(rounds, policy=POLICIES[(tick + part) % len(POLICIES)])
            while edition.gatherer.gather():
                pass
        edition.is_ripe = True
        edition.ripen()
        record = edition.learn()
        assert record is not None, "a tick was due"
        made = record.made
        print(
            f"tick {record.order.number:2}  {made.reason or 'published':12} {made.chosen:6,} of"
            f" {made.examples:6,} examples of {made.viewers:3} viewers, judged on"
            f" {made.held_out:5,}",
            flush=True,
        )


def plainview(*arguments: str) -> tuple[int, str]:
    """Exit status and the last lines of a command run as a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", *arguments], capture_output=True, text=True,
        check=False, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    return run.returncode, (run.stdout + run.stderr).strip()


def nudge(edition: LearningEdition) -> tuple[str, int, int, int]:
    """(creator, its shift honestly, its shift nudged, the typical shift of a creator nudged): the
    last tick made again as it was, and with the labels of one creator's videos forged."""
    record = edition.learning.tick(edition.learning.gathered().ticks)
    assert record is not None
    creators = {int(facts.id): str(facts.creator) for facts in edition.world.videos}
    offered = edition.learning.lessons(record.order.after_seq, record.order.upto_seq)
    shown = Counter(creators[int(v)] for v in examples_in(offered)["video"])
    favoured = shown.most_common(1)[0][0]
    honest = shifts_in(edition, record.order)
    for lesson in offered:
        examples = examples_in([lesson]).copy()
        mine = np.array([creators[int(video)] == favoured for video in examples["video"]])
        for head in HEADS:
            examples["labels"][mine, HEADS.index(head)] = LABEL_ONE if head in LOVED else 0
        edition.db.execute(
            "UPDATE lessons SET records = ? WHERE seq = ?", (examples.tobytes(), lesson.seq)
        )
    nudged = shifts_in(edition, record.order)
    first = nudged["creators"][0]["name"]
    print(f"           of {nudged['creators_all']} creators {first} moves most")
    return (
        favoured, of(favoured, honest), of(favoured, nudged), int(nudged["creators_typical"]),
    )  # fmt: skip


def of(creator: str, shifts: dict[str, Any]) -> int:
    """A creator's shift, 0 if it is not among those that moved most."""
    return next((int(g["shift"]) for g in shifts["creators"] if g["name"] == creator), 0)


def shifts_in(edition: LearningEdition, order: TickOrder) -> dict[str, Any]:
    """What the lineage record of that tick says."""
    files = make_tick(
        order, learning=edition.learning, reads=edition.reads, files=edition.files,
        objects=edition.objects,
    )  # fmt: skip
    shifts: dict[str, Any] = msgspec.json.decode(files.lineage)["shifts"]
    return shifts


def main() -> int:
    """Live the day, look at it twice; exit 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slates", type=int, default=20_000)
    parser.add_argument("--videos", type=int, default=3_000)
    parser.add_argument("--viewers", type=int, default=96)
    options = parser.parse_args()
    rounds = -(-options.slates // (options.viewers * TICKS * PARTS))
    with tempfile.TemporaryDirectory() as name:
        root, began = Path(name), time.perf_counter()
        edition = LearningEdition(
            root, videos=options.videos, viewers=options.viewers, recipe=STARTING_RECIPE
        )
        edition.db.execute("PRAGMA synchronous = OFF")  # what is proven is bytes, not durability
        live_a_day(edition, rounds=rounds)
        receipts = [
            parse_receipt(one.receipt)
            for one in edition.learning.receipts_after(0, count=10 * options.slates)
        ]
        epochs, weights = {r.epoch for r in receipts}, {r.weights for r in receipts}
        at = edition.learning.gathered()
        published = len(edition.learning.published()) - 1
        hours = (receipts[-1].now_ms - receipts[0].now_ms) / 3_600_000
        print(
            f"served     {len(receipts):,} slates to {options.viewers} viewers over"
            f" {options.videos:,} videos in {hours:.1f} simulated hours: {len(epochs)} epochs,"
            f" {len(weights)} weights, {len({r.policy for r in receipts})} policies;"
            f" {at.ticks} ticks, {published} published; {at.faults} receipts that could not be"
            f" made again; {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        edition.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        verified, words = plainview("learn", "verify", "--all", "--data", str(root))
        print(f"verify     {words.splitlines()[-1]}", flush=True)
        key = b64encode(FixedSigner().public_key()).decode()
        replayed, words = plainview("replay", "--all", "--data", str(root), "--public-key", key)
        print(f"replay     {words.splitlines()[-1]}", flush=True)
        creator, honest, nudged, typical = nudge(edition)
        print(
            f"nudge      creator {creator}: shift {honest} as it was, {nudged} with forged labels,"
            f" where a creator typically moves by {typical} thousandths of a point"
        )
        undone, words = plainview("learn", "verify", str(at.ticks), "--data", str(root))
        print(f"           and the forged examples are found: {words.splitlines()[-1]}")
        edition.close()
    is_held = (
        verified == 0 and replayed == 0 and undone == 1 and at.faults == 0
        and published >= PUBLICATIONS_MIN and len(epochs) >= EPOCHS_MIN
        and len(weights) > PUBLICATIONS_MIN and len(receipts) >= options.slates
        and nudged > max(3 * typical, 2 * abs(honest))
    )  # fmt: skip
    return 0 if is_held else 1


if __name__ == "__main__":
    sys.exit(main())
