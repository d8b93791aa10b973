"""Each lever of *Be the villain*, pulled on a live service and looked at by an outsider."""

import json
import time
from base64 import b64decode
from pathlib import Path
from typing import Any, Final

import httpx

from plainview.app.villain import LEVERS
from plainview.core.tlog import parse_checkpoint, parse_note
from plainview.sim.world import World
from tests.drill._outside import Outsider, Steps, hand_over, places_of
from tests.live import LiveService, LiveViewer
from tests.live_swiper import LiveSwiper

PROVEN_BY: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("bury-topic", "boost-creator", "leave-out-video"), frozenset({"epoch_root"})),
    "swap-weights": frozenset({"epoch_weights"}),
    "edit-receipt": frozenset({"two_receipts"}),
    "stale-epoch": frozenset({"epoch_stale"}),
    "rewrite-history": frozenset({"rewrite", "fork"}),
    "two-histories": frozenset({"rewrite", "fork"}),
    "drop-video": frozenset({"replay"}),
}
"""The rules, any of which an outsider finds and proves."""
NOT_PROVEN: Final = ("forge-event", "re-roll", "invent-crowd")
SEEN_S: Final = 120.0
OTHERS: Final = {"user-agent": "somebody else"}


class Pulling:
    """One service with levers, one outsider, and somebody who swipes on meanwhile."""

    def __init__(
        self, steps: Steps, outsider: Outsider, service: LiveService, world: World, folder: Path
    ) -> None:
        self._steps, self._outsider, self._service = steps, outsider, service
        self._world, self._folder = world, folder
        self._other = LiveSwiper(service, world, seed=99, name=0)

    def run(self, *, leave: str = "") -> None:
        """All of them, one after the other; `leave`: one that is not pulled, to see it missed."""
        named = {lever.name for lever in LEVERS if lever.is_possible}
        assert named == {*PROVEN_BY, *NOT_PROVEN}, "every lever is proven here, or said not to be"
        for number, name in enumerate([*PROVEN_BY, *NOT_PROVEN], 1):
            is_proven = name in PROVEN_BY
            words = "exit 1, the proof holds" if is_proven else "nothing found: nobody catches it"
            if name == "forge-event":
                words = "the client sees it; nothing found"
            self._steps.take(
                f"lever {name}", words,
                lambda name=name, number=number: self._lever(name, number, is_left=name == leave),  # type: ignore[misc]
                is_needed=False,
            )  # fmt: skip

    def _lever(self, name: str, number: int, *, is_left: bool) -> str:
        here = self._folder / name
        swiper = LiveSwiper(self._service, self._world, seed=100, name=number)
        viewer = swiper.client
        for _ in range(6):
            swiper.swipe()
        status, _ = self._outsider.check(
            self._service.base, "--state", "state", "--seed", str(number), cwd=here / "before"
        )
        if status:
            return f"before anything was pulled: exit {status}"
        places = places_of(viewer)
        try:
            if not is_left:
                self._pull(viewer, name, is_pulled=True)
            heads = [self._head_past(viewer, name)]
            if name == "rewrite-history":
                # Whoever looks now sees the decision that will never have been taken.
                self._outsider.check(self._service.base, "--state", "state", cwd=here / "before")
            self._await_seen(viewer, name)
            self._catch_up(viewer)
            viewer.slate()
            heads.append(viewer.http.get("/tlog/checkpoint").content)
            more = self._shown_of(viewer) if name == "edit-receipt" else []
            if name != "edit-receipt":
                places = places_of(viewer)
            hand_over(here / "mine.receipts", viewer, heads=heads, places=places, more=more)
            self._grow(_size(heads[-1]))
            return self._look(viewer, name, here)
        finally:
            if not is_left:
                self._pull(viewer, name, is_pulled=False)

    def _look(self, viewer: LiveViewer, name: str, here: Path) -> str:
        """What the outsider finds, and the third party after them."""
        status, report = self._outsider.check(
            self._service.base, "--receipts", "../mine.receipts", "--state", "../before/state",
            cwd=here / "after",
        )  # fmt: skip
        rules = sorted({finding["rule"] for finding in report["findings"]})
        if name in NOT_PROVEN:
            said = "nothing found" if not rules and status != 1 else f"exit {status} {rules}"
            if name != "forge-event":
                return f"{said}: nobody catches it" if said == "nothing found" else said
            return f"the client {'sees it' if _strange(viewer) else 'does not see it'}; {said}"
        proofs = [
            path for rule in PROVEN_BY[name] for path in (here / "after").glob(f"proof-{rule}-1.*")
        ]
        if status != 1 or not proofs:
            words = " ".join(finding["words"] for finding in report["findings"])
            return f"exit {status} {rules} {words[:300]}"
        judged = self._outsider.judge(proofs[0], cwd=here / "third party")
        return f"exit 1, {'the proof holds' if judged == 1 else f'the proof ends with {judged}'}"

    # ------------------------------------------------------------------ the villain's side

    @staticmethod
    def _lever_now(viewer: LiveViewer, name: str) -> dict[str, Any]:
        levers = viewer.http.get("/api/v1/villain").raise_for_status().json()["levers"]
        return next(dict(one) for one in levers if one["name"] == name)

    @staticmethod
    def _pull(viewer: LiveViewer, name: str, *, is_pulled: bool) -> None:
        answer = viewer.http.put(f"/api/v1/villain/{name}", json={"is_pulled": is_pulled})
        assert answer.status_code == 200, answer.text

    def _head_past(self, viewer: LiveViewer, name: str) -> bytes:
        """The head that a browser has seen soon after; of a decision that will be denied, one that
        has it."""
        wanted = 0
        if name == "rewrite-history" and self._lever_now(viewer, name)["is_pulled"]:
            note = self._lever_now(viewer, name)["note"]
            wanted = int(note.partition("entry ")[2].partition(",")[0]) + 1
        until = time.monotonic() + 7.0
        while True:
            head = viewer.http.get("/tlog/checkpoint").content
            if _size(head) >= wanted or time.monotonic() > until:
                return head
            time.sleep(0.05)

    def _await_seen(self, viewer: LiveViewer, name: str) -> None:
        """Others go on swiping until the lever can be seen."""
        until = time.monotonic() + SEEN_S
        while self._lever_now(viewer, name)["wait_ms"]:
            assert time.monotonic() < until, "it cannot be seen yet"
            self._other.swipe()
            time.sleep(0.5)

    @staticmethod
    def _catch_up(viewer: LiveViewer) -> None:
        """Take what stands in the viewer's chain and their client does not have, as a client does
        whose next slate names an event that it has not seen."""
        shown = viewer.http.get(f"/api/v1/events?after={viewer.n}").raise_for_status().json()
        viewer.append(shown["events"])

    @staticmethod
    def _shown_of(viewer: LiveViewer) -> list[tuple[bytes, bytes]]:
        """Receipts that the service shows of this viewer and that the client did not keep so."""
        shown = viewer.http.get("/api/v1/receipts?last=20").raise_for_status().json()["receipts"]
        read = [(one["receipt"].encode(), b64decode(one["signature"])) for one in shown]
        return [one for one in read if one[0] not in {kept for kept, _ in viewer.receipts}]

    def _grow(self, size: int) -> None:
        """Others swipe until what strangers are shown is longer than `size`."""
        until = time.monotonic() + SEEN_S
        address = f"{self._service.base}/tlog/checkpoint"
        while _size(httpx.get(address, headers=OTHERS).content) <= size:
            assert time.monotonic() < until, "the log does not grow"
            self._other.swipe()
            time.sleep(0.2)


def _size(note: bytes) -> int:
    return parse_checkpoint(parse_note(note).text).size


def _strange(viewer: LiveViewer) -> int:
    """Events under the viewer's name in their chain that their client did not send."""
    bodies = viewer.http.get("/api/v1/events").raise_for_status().json()["events"]
    events = [json.loads(body) for body in bodies]
    return sum(one["author"] == "viewer" and one["key"] not in viewer.sent for one in events)
