"""Each lever of the villain does what it says, and is caught, or is not, as it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import LiveService, LiveViewer
from tests.stock import stock


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("villain")
    stock(root, videos=400)
    with LiveService(root, "--levers") as live:
        yield live


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
    """Late in a small catalogue too, the next slate after the pull differs and is caught."""
    stock(tmp_path, videos=72)
    with LiveService(tmp_path, "--levers", web=1) as service:
        viewer = service.viewer()
        for _ in range(7):
            viewer.slate()
            set_lever(viewer, "bury-topic", is_pulled=True)
            number = viewer.number
            viewer.slate()
            set_lever(viewer, "bury-topic", is_pulled=False)
            assert number in {failure["number"] for failure in check(viewer)["failures"]}


def test_a_buried_topic_turns_the_check_red(service: LiveService) -> None:
    """While the lever is pulled the topic is gone, the receipt still names the true epoch, and the
    check gives the slate that should have been; of the other viewers, half are served right."""
    viewer = service.viewer()
    viewer.slate()
    lever = set_lever(viewer, "bury-topic", is_pulled=True)
    topic = lever["note"].removeprefix("The topic is ").removesuffix(".")
    for _ in range(3):
        assert topic not in {t for video in viewer.slate()["videos"] for t in video["topics"]}
    found = check(viewer)
    assert found["ok"] == 1
    assert {failure["stage"] for failure in found["failures"]} == {"candidates"}
    honest = [video for failure in found["failures"] for video in failure["honest"]]
    assert topic in {t for video in honest for t in video["topics"]}
    others = [service.viewer() for _ in range(12)]
    for other in others:
        other.slate()
    verdicts = [check(other)["ok"] for other in others]
    assert {0, 1} == set(verdicts), "some are steered and some are not"
    set_lever(viewer, "bury-topic", is_pulled=False)
    before = check(viewer)["ok"]
    viewer.slate()
    assert check(viewer)["ok"] == before + 1


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


def test_an_unknown_lever_is_not_found(service: LiveService) -> None:
    """A lever that does not exist is 404."""
    answer = service.viewer().http.put("/api/v1/villain/nothing", json={"is_pulled": True})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
