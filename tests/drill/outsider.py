"""An outsider checks a service that has lived, and proves each lever of a villain who runs it.

    python -m tests.drill.outsider [--receipts 1040] [--leave LEVER] [--witnesses-down]

Real processes: a service, three witnesses of which two must cosign, viewers over HTTP. While slates
are served two weights files are published, a policy is changed by a release, a witness is replaced
and a video is taken down. All this happens two hours ago, by the clock of the service's processes
(`_shifted`), so that the keys of its hours can be revealed when it starts again now. The outsider
is a process with the base install alone. `--leave` leaves one lever unpulled and
`--witnesses-down` stops two witnesses before the check: either must end in a difference.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx

from plainview.core.catalogue import parse_header
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalObjects
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.edge.sqlite.reads import SqliteReads
from plainview.edge.writer.client import WriterClient
from plainview.ports.intake import DecideVideo
from plainview.ports.serving import PublishWeights
from plainview.sim.world import World
from tests.drill._live_crowd import LiveSwiper
from tests.drill._outside import Differs, Outsider, Steps
from tests.drill._pulled import Pulling
from tests.drill.check_week import weights_file
from tests.drill.served_slates import POLICIES, sit
from tests.live import SOURCE, LiveService
from tests.stock import stock

VIDEOS, VIEWERS, THREADS = 600, 26, 3
SHIFT_S: Final = -2 * 3600
WAIT_S: Final = 120.0
SHIFTED: Final = {"DRILL_SHIFT_S": str(SHIFT_S)}


def env(source: Path, *, is_shifted: bool) -> dict[str, str]:
    """The environment of the operator's processes: which source, which clock."""
    paths = [str(source), *([str(Path(__file__).parent / "_shifted")] if is_shifted else [])]
    return {"PYTHONPATH": os.pathsep.join(paths), **(SHIFTED if is_shifted else {})}


def operate(*arguments: str, source: Path, is_shifted: bool) -> str:
    """An operator's command; its output, or why it failed."""
    done = subprocess.run(
        [sys.executable, "-m", "plainview.app.cli", *arguments],
        capture_output=True, text=True, check=False,
        env={**os.environ, **env(source, is_shifted=is_shifted)},
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else f"exit {done.returncode}: {done.stderr}"


def wait(is_so: Callable[[], bool]) -> bool:
    """Whether it is so within WAIT_S."""
    until = time.monotonic() + WAIT_S
    while not is_so():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


class Witness:
    """One `plainview witness`: its own folder, key and process, and the right time."""

    def __init__(self, folder: Path, name: str, log: str) -> None:
        self.name = name
        command = [sys.executable, "-m", "plainview.app.cli", "witness", "--dir", str(folder)]
        clean = {**os.environ, "PYTHONPATH": str(SOURCE)}
        self.vkey = subprocess.run(
            [*command, "--name", f"{name}.example/w", "--init"],
            capture_output=True, text=True, check=True, env=clean,
        ).stdout.strip()  # fmt: skip
        with (folder / "said.txt").open("wb") as said:
            self.process = subprocess.Popen(
                [*command, "--log", log, "--listen", "127.0.0.1:0"],
                stdout=subprocess.PIPE, stderr=said, text=True, env=clean,
            )  # fmt: skip
        assert self.process.stdout is not None
        lines = iter(self.process.stdout.readline, "")
        self.url = next(line.split()[1] for line in lines if line.startswith("Listening"))

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()


def policy_of(log: str, witnesses: list[Witness]) -> str:
    """Two of these three."""
    lines = [f"log {log}", *(f"witness {one.name} {one.vkey} {one.url}" for one in witnesses)]
    return "\n".join(
        [*lines, f"group all 2 {' '.join(one.name for one in witnesses)}", "quorum all", ""]
    )


class Life:
    """The service's life, step by step."""

    def __init__(self, folder: Path, steps: Steps, outsider: Outsider, *, slates: int) -> None:
        self.folder, self.steps, self.outsider = folder, steps, outsider
        self.root = folder / "data"
        self.root.mkdir()
        self.each = -(-slates // (4 * VIEWERS))
        self.world: World = stock(self.root, videos=VIDEOS)
        self.witnesses: list[Witness] = []
        self.swipers: list[LiveSwiper] = []
        self.weights: list[Digest] = []
        self.taken_down = self.world.videos[0].id
        self.source = SOURCE

    def run(self, stack: ExitStack) -> None:
        """All that happens two hours ago."""
        with self._serving(self.source, is_shifted=True) as service:
            self._begin(service, stack)
            self.steps.take("a first look from outside", "exit 0", lambda: self.look(service))
            self._serve(service, 0)
            self.steps.take("weights published", "an epoch has them", lambda: self._publish(3))
            self._serve(service, 1)
            self.steps.take("a video is taken down", "gone", lambda: self._take_down(service))
            self.steps.take("a witness is replaced", "2 of 3", lambda: self._rotate(service, stack))
        self.source = self._release()
        with self._serving(self.source, is_shifted=True) as service:
            self.steps.take("restart: a release with a changed policy", "served by it",
                            lambda: self._is_served_by(service))  # fmt: skip
            self._serve(service, 2)
            self.steps.take("weights published", "an epoch has them", lambda: self._publish(7))
            self._serve(service, 3)
            self.steps.take("the last slates' intervals", "logged", self._logged)

    @contextmanager
    def _serving(self, source: Path, *flags: str, is_shifted: bool) -> Iterator[LiveService]:
        surroundings = env(source, is_shifted=is_shifted)
        with LiveService(self.root, *flags, web=2, env=surroundings, ready_s=300) as service:
            for swiper in self.swipers:
                swiper.moved(service)
            yield service

    def now(self, *flags: str) -> AbstractContextManager[LiveService]:
        """The same service at the right time."""
        return self._serving(self.source, *flags, is_shifted=False)

    # ---------------------------------------------------------------------- the operator

    def _begin(self, service: LiveService, stack: ExitStack) -> None:
        log = str(httpx.get(f"{service.base}/api/v1/log").json()["vkey"])
        for name in ("library", "court", "paper"):
            self._add_witness(name, log, stack)
        self.log = log
        self.steps.take(
            "three witnesses, two must cosign", "2 of 3", lambda: self._set_witnesses(service)
        )
        self.swipers += [LiveSwiper(service, self.world, seed=5, name=k) for k in range(VIEWERS)]

    def _add_witness(self, name: str, log: str, stack: ExitStack) -> None:
        folder = self.folder / f"witness-{name}"
        folder.mkdir()
        self.witnesses.append(Witness(folder, name, log))
        stack.callback(self.witnesses[-1].stop)

    def _set_witnesses(self, service: LiveService) -> str:
        file = self.folder / "witnesses.policy"
        file.write_text(policy_of(self.log, self.witnesses))
        said = operate(
            "witnesses", "set", str(file), "--data", str(self.root),
            source=self.source, is_shifted=True,
        )  # fmt: skip
        if "quorum all" not in said:
            return said
        names = {one.vkey.split("+")[0] for one in self.witnesses}

        def cosigned() -> bool:
            note = httpx.get(f"{service.base}/tlog/checkpoint").text
            return sum(line.split()[1] in names for line in note.splitlines()[4:]) >= 2

        return "2 of 3" if wait(cosigned) else "no quorum"

    def _rotate(self, service: LiveService, stack: ExitStack) -> str:
        self._add_witness("archive", self.log, stack)
        old = self.witnesses.pop(0)
        said = self._set_witnesses(service)
        old.stop()
        return said

    def _publish(self, k: int) -> str:
        folder = DataFolder(self.root)
        digest = LocalObjects(folder.objects).put(weights_file(k))
        assert digest == digest_of(weights_file(k))
        writer = WriterClient(folder.socket)
        at_ms = int((time.time() + SHIFT_S) * 1000)
        writer.submit(PublishWeights(digest=digest, recipe="drill", origin="imported", at_ms=at_ms))
        writer.close()
        self.weights.append(digest)
        reads = SqliteReads(folder.database)

        def in_use() -> bool:
            record = reads.newest_logged_epoch()
            return record is not None and parse_header(record.header).weights == digest

        return "an epoch has them" if wait(in_use) else "no epoch has them"

    def _take_down(self, service: LiveService) -> str:
        writer = WriterClient(DataFolder(self.root).socket)
        writer.submit(
            DecideVideo(
                id="drill", video=self.taken_down, action="remove", author="operator",
                reason_code="rules", public_reason="a drill",
                at_ms=int((time.time() + SHIFT_S) * 1000),
            )
        )  # fmt: skip
        writer.close()
        address = f"{service.base}/tlog/videos/{self.taken_down}"
        return "gone" if wait(lambda: httpx.get(address).status_code == 410) else "still there"

    def _release(self) -> Path:
        """The program's source again, with one line of one policy changed."""
        release = self.folder / "release"
        shutil.copytree(SOURCE / "plainview", release / "src" / "plainview")
        shutil.copytree(SOURCE.parent / "policies", release / "policies")
        policy = release / "policies" / "for-you.toml"
        text = policy.read_text()
        assert "like = 4.0" in text
        policy.write_text(text.replace("like = 4.0", "like = 4.5"))
        self.policy = digest_of(policy.read_bytes())
        return release / "src"

    # ----------------------------------------------------------------------- the viewers

    def _serve(self, service: LiveService, part: int) -> None:
        wanted = f"{self.each * len(self.swipers):,} slates"
        self.steps.take(f"slates to {len(self.swipers)} viewers", wanted, lambda: self._sit(part))

    def _sit(self, part: int) -> str:
        before = self.count()
        with ThreadPoolExecutor(THREADS) as pool:
            sittings = [
                pool.submit(sit, swiper, slates=self.each, policy=POLICIES[(k + part) % 4])
                for k, swiper in enumerate(self.swipers)
            ]
        for sitting in sittings:
            sitting.result()
        return f"{self.count() - before:,} slates"

    def count(self) -> int:
        """Receipts that the viewers have kept."""
        return sum(len(swiper.client.receipts) for swiper in self.swipers)

    def _is_served_by(self, service: LiveService) -> str:
        swiper = LiveSwiper(service, self.world, seed=5, name=VIEWERS)
        self.swipers.append(swiper)
        slate = swiper.fetch(policy="for-you")
        return "served by it" if self.policy in slate["receipt"] else "served by another"

    def _logged(self) -> str:
        swiper = self.swipers[-1].client
        path = f"/api/v1/receipts/{digest_of(swiper.receipts[-1][0])}/proof"
        return "logged" if wait(lambda: swiper.http.get(path).status_code == 200) else "not logged"

    # ---------------------------------------------------------------------- the outsider

    def look(self, service: LiveService) -> str:
        """Without receipts; what was seen is kept."""
        status, _ = self.outsider.check(
            service.base, "--state", "../state", cwd=self.folder / "looks" / "first"
        )
        return f"exit {status}"

    def reveal(self) -> str:
        """Wait until the keys of the hours that are over stand under a head."""
        reads = SqliteLogReads(SqliteReads(DataFolder(self.root).database))

        def out() -> bool:
            head, now_ms = reads.newest_head(), int(time.time() * 1000)
            is_due = reads.has_keys_to_reveal(now_ms)
            return not is_due and head is not None and head.size == reads.entries_count()

        return "revealed" if wait(out) else "pending"

    def export(self) -> str:
        """What the operator hands over, while the service runs."""
        said = operate(
            "receipts", "export", "--all", str(self.folder / "all.receipts"), "--data",
            str(self.root), source=self.source, is_shifted=False,
        )  # fmt: skip
        return " ".join(said.split()[:3])

    def check(self, service: LiveService) -> str:
        """All of them, and the log since the first look, which is remembered."""
        status, report = self.outsider.check(
            service.base, "--receipts", "../../all.receipts", "--state", "../state",
            cwd=self.folder / "looks" / "second",
        )  # fmt: skip
        counts = report["counts"]
        same, found = counts["slates replayed the same"], counts["receipts found in the log"]
        rules = sorted({finding["rule"] for finding in report["findings"]})
        seen = next(one["words"] for one in report["sections"] if one["title"] == "Seen before")
        amiss = [*rules, *([] if seen.endswith("unchanged.") else [seen])]
        return f"exit {status}: {found:,} in the log, {same:,} same{f' {amiss}' if amiss else ''}"


def live(life: Life, options: argparse.Namespace, outsider: Outsider, steps: Steps) -> None:
    """The service's life, the check, the levers."""
    with ExitStack() as stack:
        life.run(stack)
        total = life.count()
        with life.now() as service:
            if options.witnesses_down:
                for witness in life.witnesses[:2]:
                    witness.stop()
            steps.take("restart: now", "revealed", life.reveal)
            steps.take("receipts are exported", f"Wrote {total:,} receipts", life.export)
            steps.take(
                "plainview check, every receipt",
                f"exit 0: {total:,} in the log, {total:,} same",
                lambda: life.check(service),
            )
        with life.now("--levers") as service:
            pulling = Pulling(steps, outsider, service, life.world, life.folder / "levers")
            pulling.run(leave=options.leave)


def main() -> int:
    """Live, be checked, be the villain; exit 1 when anything went another way than it should."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--receipts", type=int, default=1_040)
    parser.add_argument("--leave", default="", metavar="LEVER")
    parser.add_argument("--witnesses-down", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        outsider = Outsider(folder / "outsider")
        print(f"The outsider's environment: {outsider.install} with requirements/base.txt.\n")
        steps = Steps()
        steps.take("of the server's packages the outsider has", "none", outsider.packages)
        life = Life(folder, steps, outsider, slates=options.receipts)
        try:
            live(life, options, outsider, steps)
        except Differs as error:
            print(f"stopped: {error}")
            printed = sorted(folder.glob("looks/*/printed.txt"))
            print("\n".join(path.read_text() for path in printed[-1:]))
        if steps.amiss:
            print(f"\nwent another way: {', '.join(steps.amiss)}")
            return 1
        seen = {json.loads(data)["weights"] for s in life.swipers for data, _ in s.client.receipts}
        print(f"\nreceipts rest on {len(seen)} weights files, {len(life.weights)} of them new")
    return 0 if seen >= set(life.weights) else 1


if __name__ == "__main__":
    sys.exit(main())
