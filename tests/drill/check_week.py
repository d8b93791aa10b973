"""A week of a service, handed to an auditor: how long the check takes, and how much memory.

    python -m tests.drill.check_week --receipts 100000

An edition in memory is served from for a simulated week: epochs, weights, decisions, hour keys, an
interval for each moment in which something happened. Its public files go into a folder and its
receipts into a file. `plainview check` then runs as a process of its own that has nothing else,
three times: without replays, with a thousand, and with all of them, the first two without numba.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from plainview.audit.check.receipts_file import receipts_lines
from plainview.core.catalogue import encode_facts
from plainview.core.learn import encode_weights, load_weights, starting_weights
from plainview.core.learn.starting import HEAD_OFFSETS
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS
from plainview.core.tlog import changed_bundles
from plainview.sim.pocket import EDITION
from tests.honest_world import HOUR_MS, HonestWorld, viewer_of

SEED: Final = 20261125
WEEK_MS: Final = 7 * 24 * HOUR_MS
PSS_MAX_MB: Final = 1024
CHECK_S, THOUSAND_S, ALL_S = 60.0, 60.0, 240.0
WITHOUT_NUMBA: Final = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "numba":
            raise ImportError("not in the base install: numba")
sys.meta_path.insert(0, Blocked())
"""
COMMAND: Final = "import sys\nfrom plainview.app.cli import main\nsys.exit(main(sys.argv[1:]))\n"


def weights_file(k: int) -> bytes:
    """The starting weights with every head's bias moved by `k`: another file, close by."""
    made = load_weights(starting_weights())
    layers = [(one.weight, one.bias, one.shift) for one in made.hidden]
    heads = made.heads
    return encode_weights(
        name=f"week-{k}", hidden=layers,
        heads=(heads.weight, heads.bias + np.int32(k), heads.shift),
        table=made.table, offsets=[HEAD_OFFSETS[head] for head in HEADS],
    )  # fmt: skip


def live_a_week(
    world: HonestWorld, *, receipts: int, viewers: int, epochs: int, files: int
) -> None:
    """Serve `receipts` slates over a week, in bursts of two to an interval."""
    begin_ms, parent = world.now_ms, Digest(digest_of(starting_weights()))
    policies = sorted(world.pocket.policies)
    each, days = max(1, receipts // epochs), 0
    for i in range(receipts):
        due_ms = begin_ms + WEEK_MS * i // receipts
        if due_ms > world.now_ms:
            world.now_ms = due_ms
        if world.now_ms - begin_ms > days * 24 * HOUR_MS:
            days += 1
            world.commit_hours(24)
        world.reveal_hours()
        world.serve(viewer_of(i * 7919 % viewers), policy=policies[i % len(policies)])
        if i % 2 or i == receipts - 1:
            world.log_interval()
        if i % each == each - 1:
            number = len(world.pocket.epochs)
            if number % max(1, epochs // files) == 0:
                data = weights_file(number)
                world.log_weights(data, origin="imported", parent=parent)
                world.pocket.publish_weights(data)
                parent = Digest(digest_of(data))
            world.decide(world.pocket.slates[-1].videos[0], "mark_sensitive")
            world.freeze()
    world.log_interval()
    world.pass_time(1)


def write_mirror(world: HonestWorld, folder: Path) -> None:
    """The public files of the service, as a bucket would hold them."""

    def put(path: str, data: bytes) -> None:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    put("tlog/checkpoint", world.checkpoint())
    for tile in changed_bundles(0, len(world.entries)):
        data = world.read(f"tlog/{tile.path()}", bytes_max=1 << 30)
        assert isinstance(data, bytes)
        put(f"tlog/{tile.path()}", data)
    for digest, data in world.objects.items():
        put(f"tlog/objects/{digest}", data)
    for number, epoch in world.pocket.epochs.items():
        put(f"tlog/epochs/{number}/header", epoch.header)
        put(f"tlog/epochs/{number}/rows", epoch.rows)
    for video, facts in world.facts.items():
        put(f"tlog/videos/{video}", encode_facts(facts))


def check(folder: Path, receipts: Path, *more: str, numba: bool) -> tuple[float, float, str]:
    """Seconds, largest PSS in MB, and output of a check; anything but ok ends the drill."""
    program = COMMAND if numba else WITHOUT_NUMBA + COMMAND
    began, most = time.perf_counter(), 0.0
    with subprocess.Popen(
        [sys.executable, "-c", program, "check", str(folder), "--receipts", str(receipts),
         "--seed", str(SEED), *more],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        while process.poll() is None:
            most = max(most, pss_mb(process.pid))
            time.sleep(0.1)
        assert process.stdout is not None
        output = process.stdout.read()
    took = time.perf_counter() - began
    if process.returncode:
        print(output)
        raise SystemExit(f"the check ended with {process.returncode}")
    return took, most, output


def pss_mb(pid: int) -> float:
    """Its share of memory now, in MB; 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (OSError, ProcessLookupError):
        return 0.0
    return (
        next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024
    )


def main() -> int:
    """Serve, hand over, check three times; exit 1 when a bound is not held."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--receipts", type=int, default=100_000)
    parser.add_argument("--videos", type=int, default=2_400)
    parser.add_argument("--viewers", type=int, default=2_000)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--weights", type=int, default=12)
    options = parser.parse_args()
    began = time.perf_counter()
    world = HonestWorld(seed=SEED, videos=options.videos)
    live_a_week(
        world, receipts=options.receipts, viewers=options.viewers, epochs=options.epochs,
        files=options.weights,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder, receipts = Path(name) / "mirror", Path(name) / "all.receipts"
        write_mirror(world, folder)
        file = world.receipts_file()
        with receipts.open("wb") as out:
            out.writelines(receipts_lines(file.viewers, edition=EDITION, count=file.count))
        print(
            f"served   {file.count:,} slates to {len(file.viewers):,} viewers over"
            f" {options.videos:,} videos in {time.perf_counter() - began:.0f} s:"
            f" {len(world.pocket.epochs)} epochs, {options.weights} weights files and more,"
            f" {len(world.entries):,} entries, {len(world.pocket.decisions)} decisions,"
            f" {receipts.stat().st_size / 2**20:.0f} MB of receipts",
            flush=True,
        )
        del world, file
        return compare(folder, receipts, thousand=min(1000, options.receipts))


def compare(folder: Path, receipts: Path, *, thousand: int) -> int:
    """Run the three checks and hold them against the bounds."""
    log_s, log_mb, output = check(folder, receipts, "--sample", "0", numba=False)
    print(output)
    print(f"log and receipts, no replay, without numba    {log_s:6.1f} s   {log_mb:5.0f} MB")
    some_s, some_mb, _ = check(folder, receipts, "--sample", str(thousand), numba=False)
    print(f"with {thousand:,} replays, without numba           {some_s:6.1f} s   {some_mb:5.0f} MB")
    all_s, all_mb, output = check(folder, receipts, numba=True)
    print(f"with all replays, with numba                  {all_s:6.1f} s   {all_mb:5.0f} MB")
    print(output)
    found = (
        (log_s <= CHECK_S, f"inclusion and lawful order within {CHECK_S:.0f} s"),
        (some_s - log_s <= THOUSAND_S, f"{thousand:,} replays within {THOUSAND_S:.0f} s"),
        (all_s <= ALL_S, f"everything within {ALL_S:.0f} s"),
        (max(log_mb, some_mb, all_mb) <= PSS_MAX_MB, f"at most {PSS_MAX_MB} MB"),
    )
    for is_held, words in found:
        print(f"{'held' if is_held else 'NOT HELD'}  {words}")
    return 0 if all(is_held for is_held, _ in found) else 1


if __name__ == "__main__":
    sys.exit(main())
