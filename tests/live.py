"""The real service, started as people start it, on a port of the machine's choosing."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from plainview.core.events import extend, genesis
from plainview.core.receipts import check_chain, receipt_id, verify
from plainview.core.terms.ids import Digest, ViewerId

SOURCE = Path(__file__).resolve().parents[1] / "src"
READY_S = 60.0


class LiveService:
    """`plainview up` on the data folder `root`; `flags` go on its command line, `env` on top of
    this process's environment."""

    def __init__(
        self,
        root: Path,
        *flags: str,
        web: int = 2,
        ready_s: float | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.root = root
        self.env = {**os.environ, "PYTHONPATH": str(SOURCE), **(env or {})}
        self.ready_s = READY_S if ready_s is None else ready_s
        self._argv = [
            sys.executable, "-m", "plainview.app.cli", "up",
            "--data", str(root), "--port", "0", "--host", "127.0.0.1", "--web", str(web), *flags,
        ]  # fmt: skip
        self.base = ""
        self.output: list[str] = []
        self._viewers: list[LiveViewer] = []

    def __enter__(self) -> "LiveService":
        with (self.root / "stderr.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._argv,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.env,
            )
        try:
            self._read_greeting()
            self.await_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def _read_greeting(self) -> None:
        assert self.process.stdout is not None
        while not self.output or not self.output[-1].startswith("Ctrl-C"):
            line = self.process.stdout.readline()
            assert line, f"the service ended: {self.output} {self.errors()}"
            self.output.append(line)
        self.base = self.output[0].split()[-1]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Tell it to stop, and see that it does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        for viewer in self._viewers:
            viewer.http.close()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def errors(self) -> str:
        """What the processes said on stderr, its end."""
        return (self.root / "stderr.log").read_text()[-4000:]

    def await_ready(self) -> None:
        """Wait until a full slate can be served."""
        until = time.monotonic() + self.ready_s
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.base}/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready in {self.ready_s} s: {self.errors()}")

    def pids(self) -> Mapping[str, int]:
        """The children's process ids by name."""
        lines = (self.root / "run" / "pids").read_text().splitlines()
        return {name: int(pid) for name, pid in (line.split() for line in lines)}

    def viewer(self) -> "LiveViewer":
        """A new viewer with a session."""
        self._viewers.append(LiveViewer(self.base))
        return self._viewers[-1]


class LiveViewer:
    """A client that keeps what the browser keeps: its chain's head and its receipts."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, headers={"x-plainview": "1"}, timeout=20)
        answer = self.http.post("/api/v1/session")
        assert answer.is_success, answer.text
        session = answer.json()
        self.viewer = ViewerId(session["viewer"])
        self.public_key = session["public_key"]
        self.number = session["next_number"]
        self.n: int = session["events"]["n"]
        self.head = Digest(session["events"]["head"])
        assert self.n or self.head == genesis(self.viewer)
        self.receipts: list[tuple[bytes, bytes]] = []
        self.sent: set[str] = set()

    def ask(self, **changes: Any) -> httpx.Response:
        """One request for a slate, as it is answered."""
        body = {
            "policy": "for-you",
            "number": self.number,
            "nonce": secrets.token_hex(16),
            "last_event": self.n,
            "size": 8,
            "context": {"language": "en", "tz_min": 60, "age": "adult"},
        }
        return self.http.post("/api/v1/slate", json={**body, **changes})

    def slate(self, **changes: Any) -> dict[str, Any]:
        """The next slate, checked as the browser checks it."""
        return self.take(self.ask(**changes))

    def take(self, answer: httpx.Response) -> dict[str, Any]:
        """Check a slate's answer and keep its receipt."""
        from base64 import b64decode

        assert answer.status_code == 200, answer.text
        slate: dict[str, Any] = answer.json()
        receipt, signature = slate["receipt"].encode(), b64decode(slate["signature"])
        verify(receipt, signature=signature, public_key=b64decode(self.public_key))
        self.receipts.append((receipt, signature))
        self.number += 1
        self.append([slate["served"]])
        return slate

    def send(self, *events: Mapping[str, Any]) -> dict[str, Any]:
        """Report events and extend the chain by what was acknowledged."""
        self.sent |= {str(event.get("key")) for event in events}
        answer = self.http.post("/api/v1/events", json={"events": list(events)})
        assert answer.status_code == 200, answer.text
        taken: dict[str, Any] = answer.json()
        self.append(taken["events"])
        assert (self.n, self.head) == (taken["n"], taken["head"])
        return taken

    def append(self, events: list[str]) -> None:
        """Extend the chain by those of `events` that it does not have."""
        import json

        for event in events:
            n = json.loads(event)["n"]
            if n > self.n:
                assert n == self.n + 1, f"event {n} came after {self.n}"
                self.n, self.head = n, extend(self.head, event.encode())

    def check_chain(self) -> None:
        """The receipts follow one another from the first."""
        check_chain([receipt for receipt, _ in self.receipts])
        assert len({receipt_id(receipt) for receipt, _ in self.receipts}) == len(self.receipts)
