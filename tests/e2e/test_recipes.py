"""Recipes side by side on the real service: declared, learned by, served in their arms, checked
from outside, ended, and one of them adopted."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec

from plainview.app.cli import main
from plainview.core.history import ExperimentEnded, LineWeights, fold_history, parse_entry
from plainview.core.learn.recipe import encode_recipe
from plainview.core.receipts import Receipt, parse_receipt, receipt_id
from plainview.edge.sqlite.lines import SqliteLineReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from tests.e2e.test_learning import LEARNS, RECIPE, WITHIN_S, WORLDS, Crowd, plainview
from tests.lined_edition import plan_of
from tests.live import LiveService
from tests.live_swiper import LiveSwiper
from tests.moody import MoodyViewer
from tests.stock import stock

BOLD = msgspec.structs.replace(RECIPE, name="bold", rate_micro=8_000)
CALM = msgspec.structs.replace(RECIPE, name="calm", rate_micro=2_000)
ARMS = {"twice/for-you", "twice/for-you+bold", "twice/for-you+calm"}
BEGINS_IN_S = 8
JOIN_MAX = 100


class UndecidedCrowd(Crowd):
    """Nobody in it chose a feed, so an experiment may choose for them."""

    def __init__(self, service: LiveService, root: Path) -> None:
        super().__init__(service, root)
        self.lines = SqliteLineReads(self.reads)
        self.log = SqliteLogReads(self.reads)

    def swipe_until(self, is_done: Callable[[], bool]) -> None:
        """Swipe until it is."""
        until = time.monotonic() + WITHIN_S
        while not is_done():
            assert time.monotonic() < until, (self.learning.gathered(), self.lines.lines())
            for one in self.swipers:
                for _ in range(4):
                    one.swipe(policy="")

    def fill(self, arms: set[str], service: LiveService, root: Path) -> None:
        """Let others join until each of `arms` has somebody: of fourteen viewers whom chance parts
        in three none is in one of the arms once in a hundred times."""
        self.swipe_until(lambda: all(one.arm for one in self.newest()))
        while {one.arm for one in self.newest()} != arms:
            name = len(self.swipers)
            assert name < JOIN_MAX, f"nobody is in one of {arms}"
            self.swipers.append(LiveSwiper(service, WORLDS[root], seed=5, name=name))
            self.swipers[-1].sim = MoodyViewer(name)
            self.swipers[-1].swipe(policy="")

    def published_in_lines(self) -> list[int]:
        """How often each line published, its beginning not counted."""
        return [len(self.lines.line_published(one.line)) - 1 for one in self.lines.lines()]

    def newest(self) -> list[Receipt]:
        """Each client's newest receipt."""
        return [parse_receipt(one.client.receipts[-1][0]) for one in self.swipers]

    def ended(self) -> bool:
        """Whether the end of an experiment is in the log."""
        bodies = self.log.entries_of(("experiment_end",), first=0, before=self.log.entries_count())
        return any(isinstance(parse_entry(body), ExperimentEnded) for body in bodies)


def declare(root: Path) -> None:
    """Declare three arms by the command line, each recipe from a file laid out for people."""
    files = []
    for recipe in (BOLD, CALM):
        file = root / f"{recipe.name}.json"
        file.write_text(json.dumps(json.loads(encode_recipe(recipe)), indent=2))
        files += ["--recipe", str(file)]
    plan = root / "twice.toml"
    plan.write_bytes(plan_of(BOLD, CALM, from_ms=time.time_ns() // 1_000_000 + BEGINS_IN_S * 1000))
    assert main(["experiment", "declare", str(plan), *files, "--data", str(root)]) == 0


def operator_page(service: LiveService) -> str:
    """The experiment's page, as the operator has it."""
    key = service.output[1].split("key=")[1].split()[0]
    with httpx.Client(base_url=service.base, follow_redirects=True, timeout=60) as operator:
        operator.get("/operator", params={"key": key})
        return operator.get("/operator/experiments/twice").text


def test_two_recipes_from_declaration_to_adoption(tmp_path: Path) -> None:
    """Both lines publish and rank in their arms and nowhere else, though the learner is killed;
    what anybody can check holds; after the end everybody is ranked by the main weights; all slates
    replay and all ticks are made again in another process; the winner's recipe is handed out."""
    WORLDS[tmp_path] = stock(tmp_path, videos=600)
    recipe = tmp_path / "recipe.json"
    recipe.write_bytes(encode_recipe(RECIPE))
    with LiveService(tmp_path, "--learn", str(recipe), *LEARNS, web=1) as service:
        crowd = UndecidedCrowd(service, tmp_path)
        declare(tmp_path)
        crowd.swipe_until(lambda: sum(crowd.published_in_lines()) > 0)
        os.kill(service.pids()["learner"], signal.SIGKILL)
        crowd.swipe_until(
            lambda: len(crowd.lines.lines()) == 2 and min(crowd.published_in_lines()) > 0
        )
        crowd.fill(ARMS, service, tmp_path)
        crowd.swipe_until(lambda: {one.arm for one in crowd.newest()} == ARMS)
        crowd.swipe_until(lambda: len({one.weights for one in crowd.newest()}) >= 3)
        assert all(one.policy == "for-you" for one in crowd.newest())
        page = operator_page(service)
        assert "twice/bold" in page
        assert "Loss on what was held out of each window" in page
        client = next(
            one.client for one, receipt in zip(crowd.swipers, crowd.newest(), strict=True)
            if receipt.arm.endswith("+bold")
        )  # fmt: skip
        newest = parse_receipt(client.receipts[-1][0])
        address = f"/api/v1/receipts/{receipt_id(client.receipts[-1][0])}/why/"
        why = client.http.get(f"{address}{newest.slate[0].video}").json()
        assert "what the recipe “bold” learned" in why["chosen_words"]

        assert main(["experiment", "stop", "twice", "--data", str(tmp_path)]) == 0
        crowd.swipe_until(crowd.ended)
        crowd.swipe_until(lambda: {one.arm for one in crowd.newest()} == {""})
        for one in crowd.swipers:
            one.client.check_chain()
        assert httpx.get(f"{service.base}/healthz").json()["lesson_faults"] == 0
        receipts = tmp_path / "all.receipts"
        done = plainview("receipts", "export", "--all", str(receipts), "--data", str(tmp_path))
        assert done.returncode == 0, done.stderr
        checked = plainview(
            "check", service.base, "--state", str(tmp_path / "state"), "--receipts", str(receipts),
            "--report", str(tmp_path / "check.html"),
        )  # fmt: skip
        told = json.loads((tmp_path / "check.json").read_text())
        assert told["findings"] == [], checked.stdout
        assert checked.returncode in (0, 3), checked.stdout
        assert told["counts"]["arms worked out again"] > 0
        entries = [parse_entry(body) for body in crowd.log.log_entries(0, count=99_999)]
        crowd.reads.db.close()
    assert fold_history(entries)[1] == []
    assert {one.line for one in entries if isinstance(one, LineWeights)} == {
        "twice/bold", "twice/calm",
    }  # fmt: skip
    replayed = plainview("replay", "--all", "--data", str(tmp_path))
    assert replayed.returncode == 0, replayed.stdout
    verified = plainview("learn", "verify", "--all", "--data", str(tmp_path))
    assert (verified.returncode, "differs" in verified.stdout) == (0, False), verified.stdout
    assert "of twice/bold" in verified.stdout
    adopted = tmp_path / "adopted.json"
    done = plainview(
        "experiment", "adopt", "twice/bold", "--to", str(adopted), "--data", str(tmp_path)
    )
    assert done.returncode == 0, done.stderr
    assert adopted.read_bytes() == encode_recipe(BOLD)
    assert f"--learn {adopted}" in done.stdout
