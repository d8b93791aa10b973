"""The service learns while it runs: weights are published, videos move, epochs swap, and all can
be made again.

Killed learners and writers neither lose what was published nor learn anything twice.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import pytest

from plainview.core.history import WeightsPublished, fold_history, parse_entry
from plainview.core.learn import load_weights
from plainview.core.learn.recipe import encode_recipe
from plainview.core.receipts import parse_receipt
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalObjects
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.sim.world import World
from tests.learning_edition import SHORT_RECIPE
from tests.live import SOURCE, LiveService
from tests.live_swiper import LiveSwiper
from tests.moody import MoodyViewer
from tests.stock import stock

RECIPE = msgspec.structs.replace(SHORT_RECIPE, label_ms=1_000, head_worse_ppm_max=1_000_000)
LEARNS = ("--learn-every", "1", "--learn-min", "150")
TICKS, KILLS, WITHIN_S = 4, 6, 240.0
PUBLISHED_S = 30.0


def plainview(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", *arguments], check=False, capture_output=True,
        text=True, timeout=300, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip


class Crowd:
    """Simulated clients who swipe in turn."""

    def __init__(self, service: LiveService, root: Path) -> None:
        self.swipers = [LiveSwiper(service, WORLDS[root], seed=5, name=k) for k in range(14)]
        for k, one in enumerate(self.swipers):
            one.sim = MoodyViewer(k)
        self.reads = SqliteIntakeReads(DataFolder(root).database)
        self.learning = SqliteLearningReads(self.reads)
        self.objects = LocalObjects(DataFolder(root).objects)

    def swipe_until(self, is_done: Callable[[], bool]) -> None:
        """Swipe until it is; a writer that is killed makes a request wait, not fail."""
        until = time.monotonic() + WITHIN_S
        while not is_done():
            assert time.monotonic() < until, self.learning.gathered()
            for one in self.swipers:
                for _ in range(4):
                    one.swipe()

    def ticks(self) -> int:
        return self.learning.gathered().ticks

    def published(self) -> int:
        return len(self.learning.published())

    def tables(self) -> set[str]:
        """The weights published that place videos otherwise than the starting ones."""
        return {
            one.digest
            for one in self.learning.published()
            if load_weights(self.objects.get(one.digest)).places is not None
        }


def await_object(base: str, digest: str) -> None:
    """Wait until it is handed out: a moment after what names it was recorded, once that is under a
    published head."""
    until = time.monotonic() + PUBLISHED_S
    while (answer := httpx.get(f"{base}/tlog/objects/{digest}")).status_code != 200:
        assert answer.status_code == 404, answer.text
        assert time.monotonic() < until, f"{digest} is not handed out"
        time.sleep(0.05)


WORLDS: dict[Path, World] = {}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose service learned and was killed in parts; its clients' receipts hold."""
    root = tmp_path_factory.mktemp("learned")
    WORLDS[root] = stock(root, videos=900)
    recipe = root / "recipe.json"
    recipe.write_bytes(encode_recipe(RECIPE))
    with LiveService(root, "--learn", str(recipe), *LEARNS, web=1) as service:
        crowd = Crowd(service, root)
        crowd.swipe_until(lambda: crowd.published() > 1)
        for k in range(KILLS):
            # At the moment a tick begins, or a little later: while it is made, handed in, recorded.
            seen = crowd.ticks()
            name = "writer" if k % 3 == 2 else "learner"
            crowd.swipe_until(lambda seen=seen: crowd.ticks() > seen)  # type: ignore[misc]
            time.sleep(1.0 + 0.05 * k)
            os.kill(service.pids()[name], signal.SIGKILL)
        seen = crowd.ticks()
        crowd.swipe_until(
            lambda: crowd.ticks() >= seen + 1 and crowd.published() > TICKS and bool(crowd.tables())
        )
        for one in crowd.swipers:
            one.client.check_chain()
        health = httpx.get(f"{service.base}/healthz").json()
        assert health["lesson_faults"] == 0, service.errors()
        named = {parse_receipt(r).weights for one in crowd.swipers for r, _ in one.client.receipts}
        assert len(named) > 2
        for digest in named:
            await_object(service.base, digest)
        for made in crowd.learning.published()[1:]:
            tick = crowd.learning.learned_by(made.digest)
            assert tick is not None
            for digest in (made.lineage, tick.made.state, tick.order.recipe):
                await_object(service.base, digest)
        # Until an epoch was frozen for weights that place videos, and slates were served from it.
        crowd.swipe_until(
            lambda: any(
                parse_receipt(one.client.receipts[-1][0]).weights in crowd.tables()
                for one in crowd.swipers
            )
        )
        checked = plainview(
            "check", service.base, "--state", str(root / "state"), "--report",
            str(root / "check.html"),
        )  # fmt: skip
        assert checked.returncode in (0, 3), checked.stdout
        assert "lineages of weights were held against the log" in checked.stdout
        told = json.loads((root / "check.json").read_text())
        assert told["counts"]["rows checked for places"] > 0, checked.stdout
        crowd.reads.db.close()
    return root


def test_nothing_was_learned_twice(lived: Path) -> None:
    """Windows follow one another without gaps or overlaps, whoever was killed when; each lesson is
    of one receipt; the log is in lawful order and names what was published."""
    reads = SqliteIntakeReads(DataFolder(lived).database)
    learning, log = SqliteLearningReads(reads), SqliteLogReads(reads)
    end = 0
    for number in range(1, learning.gathered().ticks + 1):
        record = learning.tick(number)
        assert record is not None
        assert record.order.after_seq == end
        end = record.order.upto_seq
    entries = [parse_entry(body) for body in log.log_entries(0, count=99_999)]
    assert fold_history(entries)[1] == []
    named = [entry.digest for entry in entries if isinstance(entry, WeightsPublished)]
    assert named == [one.digest for one in learning.published()]
    (lessons, receipts) = reads.db.execute(
        "SELECT (SELECT count(*) FROM lessons), (SELECT count(*) FROM receipts)"
    ).fetchone()
    assert 0 < lessons <= receipts
    reads.db.close()


def test_every_slate_across_the_swaps_replays(lived: Path) -> None:
    """`plainview replay --all` recomputes each, under whatever weights it was served."""
    done = plainview("replay", "--all", "--data", str(lived))
    assert done.returncode == 0, done.stdout


def test_all_that_was_learned_is_made_again(lived: Path) -> None:
    """`plainview learn verify --all` finds the same bytes, and `status` tells of the ticks."""
    done = plainview("learn", "verify", "--all", "--data", str(lived))
    assert (done.returncode, "differs" in done.stdout) == (0, False), done.stdout
    status = plainview("learn", "status", "--data", str(lived))
    assert "published" in status.stdout


def test_hand_edited_weights_are_caught(lived: Path, tmp_path: Path) -> None:
    """A byte of a published file in the store, changed and changed back: found, and then not."""
    reads = SqliteIntakeReads(DataFolder(lived).database)
    learning = SqliteLearningReads(reads)
    digest = learning.published()[1].digest
    tick = learning.learned_by(digest)
    assert tick is not None
    number = str(tick.order.number)
    reads.db.close()
    path = LocalObjects(DataFolder(lived).objects).path_of(digest)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    done = plainview("learn", "verify", number, "--data", str(lived))
    path.write_bytes(whole)
    assert done.returncode == 1
    assert digest in done.stdout
    assert plainview("learn", "verify", number, "--data", str(lived)).returncode == 0


def test_a_roll_back_is_served(lived: Path) -> None:
    """Earlier weights are back in the next epoch of a running service, and stay after a restart."""
    with LiveService(lived, "--learn", "off", web=1) as service:
        assert "learner" not in service.pids()
        reads = SqliteIntakeReads(DataFolder(lived).database)
        wanted = plainview("learn", "roll-back", "--reason", "trial", "--data", str(lived))
        assert wanted.returncode == 0, wanted.stderr
        digest = reads.weights()
        in_use = SqliteLearningReads(reads).in_use()
        assert in_use is not None
        assert (in_use.origin, in_use.digest) == ("restored", digest)
        until = time.monotonic() + 30
        while True:
            receipt = parse_receipt(service.viewer().slate()["receipt"].encode())
            if receipt.weights == digest:
                break
            assert time.monotonic() < until
            time.sleep(0.2)
        reads.db.close()
    assert plainview("learn", "verify", "--all", "--data", str(lived)).returncode == 0
