"""Comments over real HTTP, by two web processes."""

import os
import secrets
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plainview.core.history import CommentDecided, Entry, commitment, parse_entry
from tests.live import LiveService, LiveViewer
from tests.stock import stock


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("service")
    stock(root, videos=40)
    with LiveService(root) as live:
        yield live


def say(viewer: LiveViewer, video: str, text: str, key: str = "") -> httpx.Response:
    body = {"text": text, "key": key or secrets.token_hex(8)}
    answer = viewer.http.post(f"/api/v1/videos/{video}/comments", json=body)
    if answer.status_code == 201:
        viewer.append(answer.json()["events"]["events"])
    return answer


def read(viewer: LiveViewer, video: str, **asked: Any) -> dict[str, Any]:
    answer = viewer.http.get(f"/api/v1/videos/{video}/comments", params=asked)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def unsaid(viewer: LiveViewer, count: int = 1) -> list[str]:
    """Videos of the viewer's next slates under which nobody said anything."""
    found: list[str] = []
    while len(found) < count:
        served = [one["id"] for one in viewer.slate()["videos"]]
        assert served, "something is said under each"
        found += [video for video in served if not read(viewer, video)["comments"]]
    return found[:count]


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_what_one_says_others_read(service: LiveService) -> None:
    """A comment extends its writer's chain, and is read by others, who learn no viewer's id."""
    ann, ben = service.viewer(), service.viewer()
    (video,) = unsaid(ann)
    n = ann.n
    answer = say(ann, video, "  So\u202e good \U0001f60a ")
    assert answer.status_code == 201, answer.text
    assert (ann.n, ann.head) == (n + 1, answer.json()["events"]["head"])
    found = read(ben, video)
    (one,) = found["comments"]
    assert (one["text"], one["is_mine"], one["creator"]) == ("So good \U0001f60a", False, None)
    assert (found["count"], found["next"], found["may_hide"]) == (1, None, False)
    assert ann.viewer not in str(found)
    assert read(ann, video)["comments"][0]["is_mine"]
    ann.slate()
    ann.check_chain()


def test_a_comment_sent_again_is_one(service: LiveService) -> None:
    """A repeat with its key, to either process, answers with the same bytes."""
    ann = service.viewer()
    (video,) = unsaid(ann)
    answers = [say(ann, video, "Once", key="once-1") for _ in range(3)]
    assert len({answer.text for answer in answers}) == 1
    assert [one["text"] for one in read(ann, video)["comments"]] == ["Once"]


def test_a_writer_with_a_page_is_named(service: LiveService) -> None:
    """Who has a page is shown with its handle; others by a name that differs from video to
    video."""
    ann, ben = service.viewer(), service.viewer()
    first, second = unsaid(ann, 2)
    handle = f"ann.{ann.viewer[:8]}"
    ann.http.put("/api/v1/me", json={"name": "Ann", "handle": handle}).raise_for_status()
    for viewer in (ann, ben):
        for video in (first, second):
            assert say(viewer, video, "Hello").status_code == 201
    (bens, anns), (elsewhere, _) = (read(ann, v)["comments"] for v in (first, second))
    assert anns["creator"]["handle"] == handle
    assert (bens["creator"], bens["alias"] == elsewhere["alias"]) == (None, False)


def test_a_page_made_later_names_nobody(service: LiveService) -> None:
    """What was said without a page stays so, to others and in what one is given of one's own, and
    is read by who blocks that page."""
    ann, ben = service.viewer(), service.viewer()
    (video,) = unsaid(ben)
    assert say(ben, video, "Unnamed").status_code == 201
    handle = f"ben.{ben.viewer[:8]}"
    page = ben.http.put("/api/v1/me", json={"name": "Ben", "handle": handle}).json()
    assert say(ben, video, "Named").json()["comment"]["creator"]["handle"] == handle
    mine = ben.http.get("/api/v1/me/comments").json()["comments"]
    for found in (mine, read(ann, video)["comments"]):
        assert [(one["text"], one["creator"] and one["creator"]["handle"]) for one in found] == [
            ("Named", handle), ("Unnamed", None),
        ]  # fmt: skip
    ann.send({"kind": "block", "key": "b", "creator": page["id"]})
    assert [one["text"] for one in read(ann, video)["comments"]] == ["Unnamed"]


def test_who_is_blocked_is_not_read(service: LiveService) -> None:
    """Whom one blocked or muted says nothing to one, and goes on speaking to others."""
    ann, ben, cleo = service.viewer(), service.viewer(), service.viewer()
    (video,) = unsaid(ann)
    handle = f"ben.{ben.viewer[:8]}"
    page = ben.http.put("/api/v1/me", json={"name": "Ben", "handle": handle}).json()
    say(ben, video, "Me again")
    for kind, texts in (("block", []), ("unblock", ["Me again"]), ("mute", [])):
        ann.send({"kind": kind, "key": kind, "creator": page["id"]})
        assert [one["text"] for one in read(ann, video)["comments"]] == texts
    assert [one["text"] for one in read(cleo, video)["comments"]] == ["Me again"]


def test_pages_of_comments(service: LiveService) -> None:
    """`next` leads through all comments, newest first, to null."""
    (video,) = unsaid(service.viewer())
    for n in range(5):
        assert say(service.viewer(), video, f"No. {n}").status_code == 201
    viewer, texts = service.viewer(), []
    asked: dict[str, str] = {}
    while True:
        page = read(viewer, video, count=2, **asked)
        texts += [one["text"] for one in page["comments"]]
        if page["next"] is None:
            break
        asked = {"before": page["next"]}
    assert texts == [f"No. {n}" for n in (4, 3, 2, 1, 0)]


def test_refusals_say_what_to_do(service: LiveService) -> None:
    """Each has its status and code; too many say how long to wait; no event does without a text."""
    ann, ben = service.viewer(), service.viewer()
    (video,) = unsaid(ann)
    assert code(say(ann, video, " \u202e ")) == (400, "bad_comment")
    assert code(say(ann, video, "x" * 501)) == (400, "bad_comment")
    assert code(say(ann, video, "x", key="no key")) == (400, "bad_request")
    for nowhere in ("999999999", str(2**63)):
        assert code(say(ann, nowhere, "x")) == (404, "no_video")
    assert code(ann.http.delete(f"/api/v1/comments/{2**63}")) == (404, "no_comment")
    bare = httpx.post(f"{service.base}/api/v1/videos/{video}/comments", json={"text": "x"})
    assert code(bare) == (403, "csrf")
    sent = ann.send({"kind": "comment", "key": "c", "video": video, "comment": "1"})
    assert [one["code"] for one in sent["refused"]] == ["unknown_kind"]
    mine = [say(ann, video, f"{n}").json()["comment"]["id"] for n in range(6)]
    late = say(ann, video, "7")
    assert code(late) == (429, "too_many_comments")
    assert 0 < late.json()["error"]["wait_ms"] <= 60_000
    assert code(ben.http.delete(f"/api/v1/comments/{mine[0]}")) == (403, "not_yours")
    assert code(ben.http.post(f"/api/v1/comments/{mine[0]}/hide", json={})) == (403, "not_yours")
    assert code(ben.http.get("/api/v1/operator/comments")) == (403, "not_operator")
    gone = ann.http.delete(f"/api/v1/comments/{mine[0]}")
    assert gone.status_code == 200, gone.text
    assert code(ben.http.post(f"/api/v1/comments/{mine[0]}/report", json={"reason": "spam"})) == (
        404, "no_comment",
    )  # fmt: skip
    mine_now = ann.http.get("/api/v1/me/comments").json()["comments"]
    assert [one["id"] for one in mine_now] == mine[:0:-1]


def test_what_was_answered_survives_the_writer(service: LiveService) -> None:
    """After `kill -9` of the writer the comment, its event and the count are all there."""
    ann = service.viewer()
    (video,) = unsaid(ann)
    said = say(ann, video, "Still here").json()
    os.kill(service.pids()["writer"], signal.SIGKILL)
    service.await_ready()
    found = read(ann, video)
    assert ([one["id"] for one in found["comments"]], found["count"]) == (
        [said["comment"]["id"]], 1,
    )  # fmt: skip
    events = ann.http.get("/api/v1/events", params={"after": ann.n - 1}).json()
    assert (events["events"], events["head"]) == (said["events"]["events"], ann.head)
    ann.slate()


def test_what_the_operator_hides_is_in_the_log(service: LiveService) -> None:
    """What the operator leaves is off the list until it is reported again. Hidden, the entry
    commits to the comment and the words; its writer alone is told salt and record, and after
    deleting it nobody is. A creator's hiding is not logged."""
    ann, ben, operator = service.viewer(), service.viewer(), service.viewer()
    key = service.output[1].split("key=")[1].split()[0]
    assert operator.http.get("/operator", params={"key": key}).status_code == 303
    (video,) = unsaid(ann)
    comment = say(ann, video, "Cheap watches!").json()["comment"]["id"]
    ben.http.post(f"/api/v1/comments/{comment}/report", json={"reason": "spam"}).raise_for_status()
    (reported,) = operator.http.get("/api/v1/operator/comments").json()["reported"]
    assert (reported["comment"]["id"], reported["reasons"]) == (comment, {"spam": 1})
    leave = f"/api/v1/operator/comments/{comment}/leave"
    seen = {"newest_ms": reported["newest_ms"]}
    assert code(ben.http.post(leave, json=seen)) == (403, "not_operator")
    for address, counted in ((None, 1), (leave, 0)):
        if address:
            operator.http.post(address, json=seen).raise_for_status()
        overview = operator.http.get("/api/v1/operator/overview").json()
        assert overview["reports_open"] == counted
    assert operator.http.get("/api/v1/operator/comments").json()["reported"] == []
    cleo = service.viewer()
    cleo.http.post(f"/api/v1/comments/{comment}/report", json={"reason": "spam"}).raise_for_status()
    (reported,) = operator.http.get("/api/v1/operator/comments").json()["reported"]
    assert (reported["comment"]["id"], reported["reasons"]) == (comment, {"spam": 1})
    hide = f"/api/v1/comments/{comment}/hide"
    assert code(operator.http.post(hide, json={"reason_code": "dull"})) == (400, "bad_comment")
    operator.http.post(hide, json={"reason_code": "spam"}).raise_for_status()
    assert (read(ben, video)["comments"], read(ben, video)["count"]) == ([], 0)
    (theirs,) = read(operator, video)["comments"]
    (mine,) = read(ann, video)["comments"]
    assert (theirs["hidden_by"], theirs["logged"]) == ("operator", None)
    logged, words = mine["logged"], "It is spam or a scam."
    assert mine["public_reason"] == words
    assert logged["record"] == f"{comment}\n{video}\nCheap watches!\n{words}"
    made = commitment(bytes.fromhex(logged["salt"]), logged["record"].encode())
    decided = [
        (n, entry) for n, entry in entries(service) if isinstance(entry, CommentDecided)
    ]  # fmt: skip
    assert [(n, e.comment, e.action, e.reason_code) for n, e in decided] == [
        (logged["entry"], made, "hide", "spam")
    ]
    ann.http.delete(f"/api/v1/comments/{comment}").raise_for_status()
    assert ann.http.get("/api/v1/me/comments").json()["comments"] == []


def entries(service: LiveService) -> list[tuple[int, Entry]]:
    """The log as it stands in the database, which serves it."""
    db = sqlite3.connect(service.root / "plainview.db")
    rows = db.execute("SELECT n, body FROM log_entries ORDER BY n").fetchall()
    db.close()
    return [(n, parse_entry(body)) for n, body in rows]
