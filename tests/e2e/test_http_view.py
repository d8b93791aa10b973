"""A view over real HTTP, with two web processes."""

import json
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from plainview.core.catalogue import ACTIONS
from plainview.core.terms.ids import VideoId
from plainview.edge.writer.client import WriterClient
from plainview.ports.intake import DecideVideo
from tests.live import LiveService
from tests.stock import stock


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    root: Path = tmp_path_factory.mktemp("service")
    stock(root, videos=400)
    with LiveService(root) as live:
        yield live


def test_asking_again_gives_the_same_bytes(service: LiveService) -> None:
    """A request repeated with its nonce is answered with the same receipt and event."""
    viewer, nonce = service.viewer(), secrets.token_hex(16)
    first = viewer.ask(nonce=nonce).json()
    again = viewer.ask(nonce=nonce).json()
    assert (first["receipt"], first["signature"], first["served"]) == (
        again["receipt"], again["signature"], again["served"],
    )  # fmt: skip


def test_ten_askers_of_one_number_get_one_slate(service: LiveService) -> None:
    """Ten requests at once for one number with one nonce get one receipt, from either process."""
    viewer, nonce = service.viewer(), secrets.token_hex(16)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: viewer.ask(nonce=nonce), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["receipt"] for answer in answers}) == 1


def test_another_nonce_for_a_number_is_refused(service: LiveService) -> None:
    """A number that was answered is refused to another nonce, with the next number."""
    viewer = service.viewer()
    viewer.slate()
    answer = viewer.ask(number=1)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "number_taken"
    assert answer.json()["error"]["next_number"] == 2


def test_following_says_what_it_shows_instead(service: LiveService) -> None:
    """Beside what nobody followed made: that one follows nobody, or that all of theirs are sent;
    beside theirs, and in a feed of another kind, nothing."""
    viewer = service.viewer()
    videos = viewer.slate(policy="following")["videos"]
    nobody = "You follow nobody yet. Here is what is popular."
    assert {one["remark"] for one in videos} == {nobody}
    assert {one["remark"] for one in viewer.slate(policy="popular")["videos"]} == {""}
    creator = videos[0]["creator"]["id"]
    viewer.send({"kind": "follow", "key": "f", "creator": creator})
    remarks = {"You had all of theirs; this is popular"}
    for _ in range(3):
        for one in viewer.slate(policy="following")["videos"]:
            assert one["remark"] in ({""} if one["creator"]["id"] == creator else remarks)


def test_a_gap_is_refused(service: LiveService) -> None:
    """A number after the next one is refused, with the next number."""
    viewer = service.viewer()
    answer = viewer.ask(number=3)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "number_gap")
    assert answer.json()["error"]["next_number"] == 1


def test_an_event_that_is_not_here_is_said_so(service: LiveService) -> None:
    """A slate that asks for an event nobody sent is refused after a moment."""
    viewer = service.viewer()
    began = time.monotonic()
    answer = viewer.ask(last_event=5)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "events_not_here")
    assert time.monotonic() - began >= 1.0


def test_a_slate_knows_what_was_done_just_before(service: LiveService) -> None:
    """Over 20 slates by two processes each receipt folds all events acknowledged before it."""
    viewer = service.viewer()
    for turn in range(20):
        # A fresh connection each time, so that either process may answer.
        viewer.http.close()
        viewer.http = httpx.Client(
            base_url=service.base, headers=viewer.http.headers, cookies=viewer.http.cookies,
            timeout=20,
        )  # fmt: skip
        before = (viewer.n, viewer.head)
        slate = viewer.slate()
        events = json.loads(slate["receipt"])["events"]
        assert (events["n"], events["head"]) == before
        video = slate["videos"][0]["id"]
        viewer.send(
            {"kind": "shown", "key": f"s{turn}", "video": video, "number": turn + 1, "position": 0},
            {"kind": "like", "key": f"l{turn}", "video": video},
        )
    viewer.check_chain()


def test_a_blocked_creator_is_gone_from_the_next_slate(service: LiveService) -> None:
    """Whoever is blocked is in no slate from the very next one on."""
    viewer = service.viewer()
    creator = viewer.slate()["videos"][0]["creator"]["id"]
    viewer.send({"kind": "block", "key": "b", "creator": creator})
    for _ in range(5):
        assert creator not in {video["creator"]["id"] for video in viewer.slate()["videos"]}


def test_an_event_sent_twice_counts_once(service: LiveService) -> None:
    """The same key again changes nothing and is answered with the event that is there."""
    viewer = service.viewer()
    like = {"kind": "like", "key": "once", "video": "7"}
    first = viewer.send(like)
    assert viewer.send(like)["events"] == first["events"]
    assert viewer.n == 1


def test_what_was_kept_is_found_again(service: LiveService) -> None:
    """Saved and liked videos come back, marked last first and to their viewer alone; one taken
    back is gone, and one that does not exist is counted and left out."""
    viewer = service.viewer()
    first, second, third = [video["id"] for video in viewer.slate()["videos"][:3]]
    viewer.send(
        {"kind": "save", "key": "a", "video": first},
        {"kind": "save", "key": "b", "video": second},
        {"kind": "save", "key": "c", "video": third},
        {"kind": "unsave", "key": "d", "video": second},
        {"kind": "like", "key": "e", "video": second},
        {"kind": "like", "key": "f", "video": "7"},
    )
    kept = viewer.http.get("/api/v1/kept").json()
    assert [video["id"] for video in kept["saved"]] == [third, first]
    assert [(video["id"], video["is_saved"]) for video in kept["liked"]] == [(second, False)]
    assert (kept["saved_gone"], kept["liked_gone"]) == (0, 1)
    others = service.viewer().http.get("/api/v1/kept").json()
    assert (others["saved"], others["liked"]) == ([], [])


def test_bad_events_take_no_good_one_with_them(service: LiveService) -> None:
    """Of three events the bad one is refused with a code and the others stand in order."""
    viewer = service.viewer()
    taken = viewer.send(
        {"kind": "like", "key": "a", "video": "7"},
        {"kind": "like", "key": "b", "video": 7},
        {"kind": "save", "key": "c", "video": "7"},
    )
    assert [json.loads(event)["key"] for event in taken["events"]] == ["a", "c"]
    assert [(one["key"], one["code"]) for one in taken["refused"]] == [("b", "bad_field")]


def test_a_removal_reaches_every_feed_within_a_second(service: LiveService) -> None:
    """One second after a removal is acknowledged, no new slate of anybody holds the video."""
    watcher = service.viewer()
    video = watcher.slate(policy="popular")["videos"][0]["id"]
    others = [service.viewer() for _ in range(6)]
    writer = WriterClient(service.root / "run" / "writer.sock")
    assert "remove" in ACTIONS
    now_ms = time.time_ns() // 1_000_000
    writer.submit(
        DecideVideo(
            id=secrets.token_hex(16), video=VideoId(int(video)), action="remove", author="operator",
            reason_code="spam", public_reason="It was spam.", at_ms=now_ms,
        )
    )  # fmt: skip
    writer.close()
    time.sleep(1.0)
    for other in others:
        shown = {one["id"] for one in other.slate(policy="popular")["videos"]}
        assert shown, "there is something to show"
        assert video not in shown


def test_every_receipt_replays(service: LiveService) -> None:
    """After slates under all four policies, the check recomputes each to the same bytes."""
    viewer = service.viewer()
    for turn in range(12):
        policy = ("for-you", "following", "popular", "fresh")[turn % 4]
        slate = viewer.slate(policy=policy)
        for video in slate["videos"][:2]:
            viewer.send(
                {"kind": "follow", "key": f"f{turn}{video['id'][-6:]}",
                 "creator": video["creator"]["id"], "video": video["id"]},
            )  # fmt: skip
    found = viewer.http.post("/api/v1/check", json={"last": 50}).json()
    assert found == {"checked": 12, "ok": 12, "failures": []}


def test_why_is_the_recomputed_number(service: LiveService) -> None:
    """Why names the place, the odds and the value that the receipt states."""
    viewer = service.viewer()
    slate = viewer.slate()
    receipt = json.loads(slate["receipt"])
    own = viewer.http.get("/api/v1/receipts?last=1").json()["receipts"][0]
    assert own["receipt"] == slate["receipt"]
    from plainview.core.receipts import receipt_id

    name = receipt_id(slate["receipt"].encode())
    for place, shown in enumerate(receipt["slate"], 1):
        why = viewer.http.get(f"/api/v1/receipts/{name}/why/{shown['video']}").json()
        assert (why["place"], why["numbers"]["value"]) == (place, shown["value"])
        assert why["sentence"]
    missing = viewer.http.get(f"/api/v1/receipts/{name}/why/1")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")


def test_why_in_following_says_what_fills_it_up(service: LiveService) -> None:
    """Who follows nobody is told so; who follows somebody, whose videos are theirs and that of the
    rest the most popular come after them."""
    from plainview.core.receipts import receipt_id

    viewer = service.viewer()

    def told() -> list[tuple[str, str]]:
        slate = viewer.slate(policy="following")
        name = receipt_id(slate["receipt"].encode())
        answers = [
            viewer.http.get(f"/api/v1/receipts/{name}/why/{one['id']}").json()
            for one in slate["videos"]
        ]
        creators.update(one["creator"]["id"] for one in slate["videos"])
        return [(one["source"], one["sentence"].partition(";")[0]) for one in answers]

    creators: set[str] = set()
    assert set(told()) == {("rest", "You follow nobody yet")}
    viewer.send({"kind": "follow", "key": "f", "creator": min(creators)})
    found = set(told())
    while ("following" in {source for source, _ in found}) and len(viewer.receipts) < 12:
        assert ("following", "It is by somebody you follow. This feed goes by time.") in found
        found = set(told())
    left = "Nothing by those you follow is left that was not sent to you"
    assert found == {("rest", left)}


def test_a_receipt_is_its_viewers_alone(service: LiveService) -> None:
    """Another viewer's receipt is not found, whoever asks."""
    mine, other = service.viewer(), service.viewer()
    slate = mine.slate()
    from plainview.core.receipts import receipt_id

    name = receipt_id(slate["receipt"].encode())
    assert mine.http.get(f"/api/v1/receipts/{name}").json()["receipt"] == slate["receipt"]
    assert other.http.get(f"/api/v1/receipts/{name}").status_code == 404


def test_no_video_comes_twice_while_another_is_left(service: LiveService) -> None:
    """Over 30 slates with prefetch (the next asked before this was played) nothing repeats."""
    viewer = service.viewer()
    seen = [video["id"] for _ in range(30) for video in viewer.slate()["videos"]]
    assert len(seen) == len(set(seen)) == 240


def test_no_write_is_taken_without_our_header(service: LiveService) -> None:
    """Every operation that the description lists and that changes things refuses to without it."""
    described = httpx.get(f"{service.base}/api/v1/openapi.json").json()["paths"]
    writes = [
        (method, re.sub(r"{[^}]*}", "1", path))
        for path, operations in described.items()
        for method in operations
        if method not in ("get", "head", "options")
    ]
    assert len(writes) > 9
    for method, path in writes:
        answer = httpx.request(method.upper(), service.base + path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf"), path


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "code"),
    [
        ("POST", "/api/v1/slate", {"number": 1, "nonce": "00" * 16}, {}, 403, "csrf"),
        ("POST", "/api/v1/slate", {"number": 0, "nonce": "00" * 16}, None, 400, "bad_request"),
        ("POST", "/api/v1/slate", {"number": 1, "nonce": "short"}, None, 400, "bad_request"),
        (
            "POST",
            "/api/v1/slate",
            {"number": 1, "nonce": "00" * 16, "x": 1},
            None,
            400,
            "bad_request",
        ),
        ("POST", "/api/v1/slate", {"number": 1, "nonce": "00" * 16}, None, 401, "no_session"),
        ("GET", "/api/v1/receipts", None, None, 401, "no_session"),
        ("GET", "/api/v1/nothing", None, None, 404, "not_found"),
        ("PUT", "/api/v1/slate", {}, None, 405, "method_not_allowed"),
        ("GET", "/api/v1/villain", None, None, 404, "not_a_demo"),
    ],
)
def test_errors_have_one_shape(
    service: LiveService,
    method: str,
    path: str,
    body: dict[str, object] | None,
    headers: dict[str, str] | None,
    status: int,
    code: str,
) -> None:
    """Each error has its status, its code, what happened and what to do."""
    guard = {"x-plainview": "1"} if headers is None else headers
    answer = httpx.request(method, service.base + path, json=body, headers=guard)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"] == code
    assert error["message"]
    assert error["what_to_do"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_too_large_a_body_is_refused(service: LiveService) -> None:
    """A body over the limit is answered 413 and nothing is stored."""
    viewer = service.viewer()
    events = [{"kind": "like", "key": "k" * 32, "video": "7", "pad": "x" * 300_000}]
    answer = viewer.http.post("/api/v1/events", json={"events": events})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_an_unknown_policy_is_refused(service: LiveService) -> None:
    """A feed that is not on offer is refused and uses up no number."""
    viewer = service.viewer()
    answer = viewer.ask(policy="nobodys")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_policy")
    viewer.slate()


def test_the_default_policy_is_said_to_be_nobodys_choice(service: LiveService) -> None:
    """Without a policy the first is used and the receipt says that it is the default."""
    receipt = json.loads(service.viewer().slate(policy="")["receipt"])
    assert (receipt["policy"], receipt["chosen_by"]) == ("for-you", "default")


def test_a_cookie_brings_the_viewer_back(service: LiveService) -> None:
    """The same cookie is the same viewer, whose numbers go on; its secret is no viewer id."""
    viewer = service.viewer()
    slate = viewer.slate()
    session = viewer.http.post("/api/v1/session").json()
    assert session["viewer"] == viewer.viewer
    assert session["next_number"] == 2
    assert session["events"] == {"n": viewer.n, "head": viewer.head}
    token = viewer.http.cookies["plainview_session"]
    assert token not in slate["receipt"]
    assert viewer.viewer not in token


def held_kb(pids: Iterable[int]) -> int:
    """What these processes hold: their own pages, and of each file as many as whoever maps most of
    it. Their proportional share would be less the more other services run on the machine."""
    own, mapped = 0, dict[str, int]()
    for pid in pids:
        files, name = dict[str, int](), ""
        for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
            first, _, rest = line.partition(" ")
            if not first.endswith(":"):
                name = rest.split(maxsplit=4)[4] if len(rest.split(maxsplit=4)) > 4 else ""
            elif first == "Rss:":
                held = int(rest.split()[0])
                if name.startswith("/"):
                    files[name] = files.get(name, 0) + held
                else:
                    own += held
            elif first == "Anonymous:" and name.startswith("/"):
                changed = int(rest.split()[0])
                files[name] -= changed
                own += changed
        mapped = {one: max(mapped.get(one, 0), files.get(one, 0)) for one in mapped | files}
    return own + sum(mapped.values())


def test_idle_memory_is_within_400_mb(tmp_path: Path) -> None:
    """All processes as they are on two cores, the supervisor included, and nobody there yet."""
    stock(tmp_path, videos=400)
    with LiveService(tmp_path, web=1) as service:
        held = held_kb([service.process.pid, *service.pids().values()])
    assert held <= 400 * 1024, f"{held} kB"


def test_viewers_do_not_see_each_other(service: LiveService) -> None:
    """Two viewers' chains and numbers are apart."""
    one, two = service.viewer(), service.viewer()
    one.slate()
    one.send({"kind": "like", "key": "k", "video": "9"})
    assert two.http.post("/api/v1/session").json()["next_number"] == 1

    assert two.n == 0
