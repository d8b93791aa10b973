"""An experiment on the real service: declared, served, shown to the operator alone, stopped."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from plainview.app.cli import main
from plainview.core.history import Experiment, ExperimentEnded, parse_entry
from plainview.core.receipts import arm_index, arm_text, parse_receipt, receipt_id
from tests.live import LiveService
from tests.stock import stock

ARMS = ("for-you", "popular")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LiveService]:
    stock(tmp_path, videos=60)
    with LiveService(tmp_path, web=1) as service:
        yield service


def within(seconds: float, found: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, "not in time"
        time.sleep(0.1)


def declare(service: LiveService, *, in_s: float) -> int:
    """Declare it; when it begins, in ms."""
    now_ms = time.time_ns() // 1_000_000
    file = service.root / "half.toml"
    file.write_text(
        'name = "half"\nquestion = "Which?"\narms = ["for-you", "popular"]\nshares = [500, 500]\n'
        f"from = {now_ms + int(in_s * 1000)}\nto = {now_ms + 3_600_000}\nwindow_min = 1\n"
    )
    assert main(["experiment", "declare", str(file), "--data", str(service.root)]) == 0
    return now_ms + int(in_s * 1000)


def logged(service: LiveService) -> list[object]:
    """What the log says of experiments, as anybody reads it."""
    answer = httpx.get(f"{service.base}/tlog/checkpoint").text
    size = int(answer.splitlines()[1])
    found: list[object] = []
    for start in range(0, size, 256):
        width = min(256, size - start)
        tail = f"{start // 256:03d}" + ("" if width == 256 else f".p/{width}")
        data = httpx.get(f"{service.base}/tlog/tile/entries/{tail}").content
        while data:
            length = int.from_bytes(data[:2], "big")
            entry = parse_entry(data[2 : 2 + length])
            data = data[2 + length :]
            if isinstance(entry, Experiment | ExperimentEnded):
                found.append(entry)
    return found


def test_an_experiment_from_declaration_to_salt(service: LiveService) -> None:
    """Viewers who choose nothing are in an arm, who choose are not; *Why this video?* says so; the
    page is the operator's alone; after its end the log has the salt that gives each its arm."""
    assert main(["experiment", "status", "--data", str(service.root)]) == 0
    begins_ms = declare(service, in_s=8.0)
    within(20, lambda: any(isinstance(one, Experiment) for one in logged(service)))
    within(20, lambda: time.time_ns() // 1_000_000 > begins_ms)
    arms = {}
    for _ in range(6):
        viewer = service.viewer()
        receipt = parse_receipt(viewer.slate(policy="")["receipt"].encode())
        arms[viewer.viewer] = receipt.arm
        assert receipt.arm == arm_text("half", receipt.policy)
    chooser = service.viewer()
    slate = chooser.slate(policy="fresh")
    assert json.loads(slate["receipt"])["arm"] == ""

    shown = json.loads(chooser.slate(policy="")["receipt"])
    address = httpx.get(f"{service.base}/operator/experiments/half")
    assert address.status_code in (401, 403)
    key = service.output[1].split("key=")[1].split()[0]
    operator = httpx.Client(base_url=service.base, follow_redirects=True, timeout=60)
    assert operator.get("/operator", params={"key": key}).status_code == 200
    page = operator.get("/operator/experiments/half")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert "0 of" in page.text
    assert "half" in operator.get("/operator/experiments").text
    assert operator.get("/operator/experiments/none").status_code == 404
    operator.close()

    last = chooser.receipts[-1][0]
    why = chooser.http.get(
        f"/api/v1/receipts/{receipt_id(last)}/why/{shown['slate'][0]['video']}"
    ).json()
    assert "experiment “half”" in why["chosen_words"]

    assert main(["experiment", "stop", "half", "--data", str(service.root)]) == 0
    within(30, lambda: any(isinstance(one, ExperimentEnded) for one in logged(service)))
    end = next(one for one in logged(service) if isinstance(one, ExperimentEnded))
    for viewer_id, arm in arms.items():
        due = ARMS[arm_index(bytes.fromhex(end.salt), viewer_id, (500, 500))]
        assert arm == arm_text("half", due)
    later = parse_receipt(service.viewer().slate(policy="")["receipt"].encode())
    assert (later.policy, later.arm) == ("for-you", "")
