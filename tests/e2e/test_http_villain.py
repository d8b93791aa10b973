"""Each lever of the villain does what it says, and is caught, or is not, as it says."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.live import LiveService, LiveViewer
from tests.stock import stock


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("villain")
    stock(root, videos=400)
    with LiveService(root, "--levers") as live:
        yield live


PROGRAM = f"python-httpx/{httpx.__version__}"


def check(viewer: LiveViewer) -> Any:
    answer = viewer.http.post("/api/v1/check", json={"last": 100})
    assert answer.status_code == 200, answer.text
    return answer.json()


def set_lever(viewer: LiveViewer, name: str, *, is_pulled: bool) -> dict[str, Any]:
    answer = viewer.http.put(f"/api/v1/villain/{name}", json={"is_pulled": is_pulled})
    assert answer.status_code == 200, answer.text
    (lever,) = [one for one in answer.json()["levers"] if one["name"] == name]
    assert lever["is_pulled"] == is_pulled
    return dict(lever)


def ask_outsider(viewer: LiveViewer) -> Any:
    """The outsider's check, with the receipts that this viewer kept."""
    held = [
        {"receipt": receipt.decode(), "signature": b64encode(signature).decode()}
        for receipt, signature in viewer.receipts
    ]
    answer = viewer.http.post(
        "/api/v1/villain/check", json={"receipts": held, "checkpoints": []}, timeout=60
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_edited_receipt_turns_the_check_red(service: LiveService) -> None:
    """The edited slate differs from what its inputs give, side by side; the next one does not
    follow from it; and putting the lever back makes all of it right again."""
    viewer = service.viewer()
    slates = [viewer.slate() for _ in range(3)]
    assert check(viewer)["failures"] == []
    set_lever(viewer, "edit-receipt", is_pulled=True)
    viewer.slate()
    found = check(viewer)
    assert (found["checked"], found["ok"]) == (4, 2)
    edited, after = found["failures"]
    assert (edited["number"], edited["stage"]) == (3, "slate")
    kept = [video["id"] for video in slates[2]["videos"]]
    assert [video["id"] for video in edited["honest"]] == kept
    assert [video["id"] for video in edited["served"]] == [kept[1], kept[0], *kept[2:]]
    assert (after["number"], after["stage"]) == (4, "chain")
    stored = viewer.http.get("/api/v1/receipts?last=2").json()["receipts"][1]
    assert stored["receipt"].encode() != viewer.receipts[2][0]
    set_lever(viewer, "edit-receipt", is_pulled=False)
    assert check(viewer)["failures"] == []


def test_a_topic_seen_to_its_end_is_not_what_is_buried(tmp_path: Path) -> None:
    """Late in a small catalogue too, the slate after the pull is not the honest one."""
    stock(tmp_path, videos=72)
    with LiveService(tmp_path, "--levers", web=1) as service:
        viewer = service.viewer()
        for _ in range(7):
            viewer.slate()
            set_lever(viewer, "bury-topic", is_pulled=True)
            viewer.slate()
            evidence = viewer.http.get("/api/v1/villain/bury-topic/evidence").json()
            assert evidence["served"] != evidence["honest"]
            set_lever(viewer, "bury-topic", is_pulled=False)


def test_a_buried_topic_passes_the_check_and_not_the_outsider(service: LiveService) -> None:
    """Worked out again here every slate is right, for the villain answers; the page shows the
    honest slate beside it; the outsider's command ends in misbehaviour, and a third party agrees
    from its proof file."""
    viewer = service.viewer()
    viewer.slate()
    set_lever(viewer, "bury-topic", is_pulled=True)
    slate = viewer.slate()
    assert check(viewer)["failures"] == []
    evidence = viewer.http.get("/api/v1/villain/bury-topic/evidence").json()
    assert [one["id"] for one in evidence["served"]] == [one["id"] for one in slate["videos"]]
    assert evidence["served"] != evidence["honest"]
    assert evidence["exhibits"][0]["left"] != evidence["exhibits"][0]["right"]
    told = ask_outsider(viewer)
    assert (told["verdict"], told["exit_status"]) == ("misbehaviour", 1)
    assert "epoch_root" in told["output"]
    assert told["proof_name"].startswith("proof-epoch_root")
    assert "The proof holds" in told["third_party"]
    set_lever(viewer, "bury-topic", is_pulled=False)


def test_two_histories_are_shown_to_two_programs(service: LiveService) -> None:
    """Asked without a cookie, the log differs by what the program calls itself; both heads are
    signed by the one key."""
    viewer = service.viewer()
    viewer.slate()
    set_lever(viewer, "two-histories", is_pulled=True)
    mine = httpx.get(f"{service.base}/api/v1/log", headers={"user-agent": PROGRAM}).json()
    theirs = httpx.get(f"{service.base}/api/v1/log", headers={"user-agent": "another"}).json()
    assert mine["vkey"] == theirs["vkey"]
    assert mine["root"] != theirs["root"]
    epoch = json.loads(viewer.slate()["receipt"])["epoch"]
    path = f"{service.base}/tlog/epochs/{epoch}/header"
    told = httpx.get(path, headers={"user-agent": PROGRAM})
    true = httpx.get(path, headers={"user-agent": "another"})
    assert told.status_code == 200
    # Unless it has frozen one of that number by now, which is another.
    assert true.status_code == 404 or (true.status_code == 200 and true.content != told.content)
    set_lever(viewer, "two-histories", is_pulled=False)


def test_my_own_events_can_be_read(service: LiveService) -> None:
    """The chain is shown from any event on, a forged one among the rest."""
    viewer = service.viewer()
    viewer.slate()
    set_lever(viewer, "forge-event", is_pulled=True)
    shown = viewer.http.get("/api/v1/events?after=1").json()
    (forged,) = (json.loads(event) for event in shown["events"])
    assert (forged["kind"], forged["author"], forged["n"]) == ("like", "viewer", shown["n"])
    set_lever(viewer, "forge-event", is_pulled=False)


def test_an_invented_crowd_is_not_caught_and_says_so(service: LiveService) -> None:
    """Every slate still replays while the crowd is there, and the lever says so beforehand."""
    viewer = service.viewer()
    lever = set_lever(viewer, "invent-crowd", is_pulled=True)
    assert not lever["catchable"]
    assert lever["who_catches"].startswith("Nobody yet")
    assert lever["more"]
    viewer.slate()
    assert check(viewer)["failures"] == []
    set_lever(viewer, "invent-crowd", is_pulled=False)
    assert check(viewer)["failures"] == []


def test_there_is_nothing_to_edit_before_the_first_slate(service: LiveService) -> None:
    """A lever with nothing to act on says what to do first."""
    answer = service.viewer().http.put("/api/v1/villain/edit-receipt", json={"is_pulled": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_do")


@pytest.mark.parametrize("name", ["nothing", "wrong-list"])
def test_a_lever_that_is_not_there_is_not_found(service: LiveService, name: str) -> None:
    """A lever that does not exist, or cannot, is 404."""
    answer = service.viewer().http.put(f"/api/v1/villain/{name}", json={"is_pulled": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
