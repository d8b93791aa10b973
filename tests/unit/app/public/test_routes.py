"""The pages of a real edition's log: what is published is shown, and what is not is not."""

import asyncio
import json
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import LitestarDeprecationWarning

from plainview.app.http.errors import answer_error
from plainview.app.http.pages import PAGE_ROUTES
from plainview.app.http.public.document_pages import GUIDES, address_of, spec_names
from plainview.app.http.public.log_page import DECIDED, TICKING
from plainview.app.http.public.routes import PUBLIC_ROUTES
from plainview.app.http.public.sentences import TYPE_WORDS
from plainview.app.http.service import Service
from plainview.app.wire import Wired, policy_files
from plainview.core.history import DecisionTaken, Offer, Policies, parse_entry
from plainview.core.policy import compile_policy
from plainview.core.tlog import check_proof_file
from plainview.edge.data_folder import DataFolder
from plainview.ports.intake import DecideVideo
from plainview.ports.serving import OfferPolicies, PolicyRecord
from tests.edition import Edition
from tests.unit.app.public.examples import Reader

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("edition")


@pytest.fixture(scope="module")
def edition(root: Path) -> Iterator[Edition]:
    """One for all: tests only add to its log, as everyone does."""
    made = Edition(root, videos=12)
    made.freeze()
    yield made
    made.close()


@pytest.fixture(scope="module")
def pages(edition: Edition, root: Path) -> Iterator[Litestar]:
    """The pages over the edition's data folder as a web process has them, the app behind them."""
    service = Service(Wired(DataFolder(root)), is_demo=False)
    with warnings.catch_warnings():
        # Litestar 3 will want other words for parameters; this version takes ours.
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        application = Litestar(
            [*PUBLIC_ROUTES, *PAGE_ROUTES],
            state=State({"service": service}),
            exception_handlers={Exception: answer_error},
            logging_config=None,
            openapi_config=None,
        )
    yield application
    service.stop()
    service.wired.reads.db.close()


class Answer:
    """What came back."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""

    @property
    def page(self) -> Reader:
        """Read as a page, which must be whole."""
        read = Reader(self.body.decode())
        assert read.open == []
        return read


def get(app: Litestar, address: str) -> Answer:
    """One request, straight to the application."""
    path, _, query = address.partition("?")
    answer = Answer()

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "root_path": "", "headers": [(b"host", b"here")], "client": ("1.2.3.4", 5),
        "server": ("here", 80), "state": {}, "extensions": {},
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return answer


def listed(app: Litestar, address: str) -> list[int]:
    """The entries that a page of the explorer lists, in its order."""
    links = [value for key, value in get(app, address).page.attributes if key == "href"]
    entries = [link.removeprefix("/log/") for link in links if link.startswith("/log/")]
    return [int(entry) for entry in entries if entry.isdecimal()]


def test_the_log_is_shown_newest_first(edition: Edition, pages: Litestar) -> None:
    """The explorer lists every published entry, and each has a page with a proof that holds."""
    size = edition.log_reads.entries_count()
    found = listed(pages, "/log?show=all")
    assert found == list(reversed(range(size)))
    for index in found:
        assert "It is in the log." in get(pages, f"/log/{index}").page.text


def test_a_takedown_is_told_once_it_is_published(edition: Edition, pages: Litestar) -> None:
    """A removal stands on the page in words; before it is published, nothing of it does."""
    edition.remove(edition.world.videos[3].id)
    assert "A video was removed" not in get(pages, "/log").page.text
    index = edition.log_reads.entries_count() - 1
    assert get(pages, f"/log/{index}").status == 404
    edition.publish()
    assert "A video was removed: spam or a scam." in get(pages, "/log?show=decision").page.text
    assert "A video was removed: spam or a scam." in get(pages, "/log?show=decided").page.text
    assert "A video was removed" not in get(pages, "/log?show=epoch").page.text
    assert get(pages, f"/log/{index}").status == 200


def test_the_words_of_a_decision_are_shown_if_they_are_the_logged_ones(
    edition: Edition, pages: Litestar
) -> None:
    """An entry's page has the words that its commitment stands for, with the salt; words that were
    changed in the database since are not passed off as those."""
    edition.writer.submit(
        DecideVideo(
            id="words", video=edition.world.videos[5].id, action="remove", author="operator",
            reason_code="spam", public_reason=f"Ads {EVIL}", at_ms=edition.clock.now_ms(),
        )
    )  # fmt: skip
    edition.publish()
    ((index, body),) = edition.log_reads.entries_before(["decision"], before=9_999, count=1)
    entry = parse_entry(body)
    assert isinstance(entry, DecisionTaken)
    found = edition.log_reads.decision_reason(entry.n)
    assert found is not None
    read = get(pages, f"/log/{index}").page
    assert f"“Ads {EVIL}”" in read.text
    assert found.salt.hex() in read.text
    assert "script" not in read.names
    with edition.db as db:
        db.execute("UPDATE decisions SET public_reason = 'other' WHERE n = ?", (entry.n,))
    assert "Its words" not in get(pages, f"/log/{index}").page.text


def test_a_frozen_catalogue_is_told_with_its_videos(pages: Litestar) -> None:
    """The sentence of an epoch counts the videos that the epoch holds."""
    text = get(pages, "/log?show=epoch").page.text
    assert "Epoch 1 of the catalogue was frozen: 12 videos, before any decision." in text


def test_what_people_decided_comes_first(edition: Edition, pages: Litestar) -> None:
    """The first page lists what somebody decided and nothing that ticks by itself; every type is on
    one of the two sides, and the ticking ones are a link away."""
    edition.remove(edition.world.videos[4].id)
    edition.freeze()
    bodies = edition.log_reads.log_entries(0, count=9_999)
    types = [json.loads(body)["type"] for body in bodies]
    assert {"epoch", "hours", "decision", "policies", "weights", "trust"} <= set(types)
    decided = [n for n, kind in enumerate(types) if kind not in TICKING]
    first = get(pages, "/log").page
    assert listed(pages, "/log") == decided[::-1]
    assert "A video was removed: spam or a scam." in first.text
    for kind in ("epoch", "interval"):
        assert ("href", f"/log?show={kind}") in first.attributes
    assert listed(pages, "/log?show=epoch") == [
        n for n, kind in reversed(list(enumerate(types))) if kind == "epoch"
    ]
    assert {*DECIDED, *TICKING} == set(TYPE_WORDS)
    asked_for = {"decision", "policies", "weights", "trust", "access", "boost", "experiment"}
    assert asked_for <= set(DECIDED)


def test_a_proof_file_proves_the_entry(edition: Edition, pages: Litestar) -> None:
    """Bytes and proof as downloaded convince a reader of C2SP files that has the log's key."""
    wired = pages.state["service"].wired
    policy = pages.state["service"].trust()[2]
    for index in range(edition.log_reads.entries_count()):
        entry, proof = get(pages, f"/log/{index}/entry"), get(pages, f"/log/{index}/proof")
        assert entry.headers["content-disposition"].startswith("attachment")
        judged = check_proof_file(proof.body, entry=entry.body, policy=policy)
        assert judged.opened.checkpoint.size == wired.log_reads.newest_head().size


@pytest.mark.parametrize(
    "address",
    ["/log/999", "/log/-1", "/log/x", f"/log/{'9' * 30}", "/log/٣", "/log/999/proof",
     "/log/999/entry", "/policies/nobody", "/specs/nothing", "/specs/..%2FREADME",
     "/docs/settings"],
)  # fmt: skip
def test_what_is_not_there_is_said_on_a_page(address: str, pages: Litestar) -> None:
    """A wrong address gets 404 and a page in words, not the app."""
    answer = get(pages, address)
    assert answer.status == 404
    assert "There is nothing at this address." in answer.page.text


@pytest.mark.parametrize(
    "address",
    ["/log?before=-5", "/log?before=x", "/log?before=99999999999999999999", "/log?show=nothing",
     f"/log?show={EVIL}&before={EVIL}"],
)  # fmt: skip
def test_a_strange_question_gets_the_newest_entries(address: str, pages: Litestar) -> None:
    """What cannot be meant is passed over."""
    answer = get(pages, address)
    assert answer.status == 200
    assert answer.page.text == get(pages, "/log").page.text
    assert EVIL.encode() not in answer.body


def test_a_changed_policy_is_shown_with_its_difference(edition: Edition, pages: Litestar) -> None:
    """After a change of rules the page has the new text and both lines, signed − and +."""
    offered = []
    for data in policy_files():
        policy = compile_policy(data)
        if policy.name == "for-you":
            data = data.replace(b"like = 4.0", b"like = 4.5")
        offered.append(PolicyRecord(policy.name, edition.objects.put(data)))
    edition.writer.submit(OfferPolicies(policies=tuple(offered), at_ms=edition.clock.now_ms()))
    edition.publish()
    index = edition.log_reads.entries_count() - 1
    assert "The rules of “for-you” changed." in get(pages, "/policies").page.text
    assert "The rules of “for-you” changed" in get(pages, f"/log/{index}").page.text
    read = get(pages, "/policies/for-you").page
    assert "− like = 4.0" in read.text
    assert "+ like = 4.5" in read.text
    assert ("href", f"/log/{index}") in read.attributes
    assert "Nothing since it was first offered." in get(pages, "/policies/fresh").page.text


def test_who_witnesses_is_shown(pages: Litestar) -> None:
    """An edition without witnesses says so; its root of trust is linked."""
    read = get(pages, "/witnesses").page
    assert "There are no witnesses yet." in read.text
    assert ("href", "/log/0") in read.attributes


def test_documents_are_served(pages: Litestar) -> None:
    """Threat model and specifications are pages; the former has one address alone."""
    assert "What a receipt proves" in get(pages, "/threat-model").page.text
    assert get(pages, "/specs/threat-model").headers["location"] == "/threat-model"
    assert ("href", "/specs/epoch-v1") in get(pages, "/specs").page.attributes
    assert get(pages, "/specs/epoch-v1").page.text.startswith("epoch-v1")


def test_pages_are_read_without_an_account(pages: Litestar) -> None:
    """No page sets a cookie, and each may be kept only until it is asked for again."""
    for address in ("/log", "/log/0", "/policies", "/policies/for-you", "/witnesses", "/specs"):
        headers = get(pages, address).headers
        assert "set-cookie" not in headers
        assert headers["cache-control"] == "no-cache"
        assert headers["content-type"] == "text/html; charset=utf-8"


def test_entries_before_are_those_of_the_types(edition: Edition) -> None:
    """The newest entries of chosen types come newest first, each with its own index."""
    for video in edition.world.videos[5:10]:
        edition.remove(video.id)
    reads = edition.log_reads
    size = reads.entries_count()
    every = list(enumerate(reads.log_entries(0, count=size)))[::-1]
    kinds = ("decision", "policies")
    mine = [one for one in every if json.loads(one[1])["type"] in kinds]
    assert len(mine) >= 6
    assert list(reads.entries_before(kinds, before=size, count=99)) == mine
    assert list(reads.entries_before(kinds, before=mine[2][0], count=2)) == mine[3:5]
    assert list(reads.entries_before((), before=size, count=2)) == []
    newest = parse_entry(reads.entries_before(("decision",), before=size, count=1)[0][1])
    assert isinstance(newest, DecisionTaken)
    first = parse_entry(mine[-1][1])
    assert isinstance(first, Policies)
    assert isinstance(first.offered[0], Offer)


def test_every_link_leads_somewhere(pages: Litestar) -> None:
    """From the log, by links alone, every public page is reached and each answers."""
    ours = re.compile(r"/(log|policies|witnesses|threat-model|specs|docs)(/[^#]*|\?[^#]*)?$")
    seen, waiting = set(), ["/log"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = get(pages, address)
        assert answer.status == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            links = [value for key, value in answer.page.attributes if key == "href"]
            assert "" not in links, address
            waiting += [link for link in links if ours.match(link)]
    for name in (*spec_names(), *GUIDES):
        assert address_of(name) in seen, name
    for address in ("/docs/checking", "/docs/witness", "/log/0/proof", "/policies/for-you"):
        assert address in seen
