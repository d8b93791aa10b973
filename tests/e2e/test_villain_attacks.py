"""Attacks that were devised from the specifications alone, before looking at what checks do.

Each is a server patched at one place that signs what it serves. Who catches it is asserted, and so
is who does not; `specs/threat-model.md` says the same in words. The browser's part is held by
`client/tests/receipts/check.test.ts` and `client/tests/edge/logbook.test.ts`.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plainview.audit.check.findings import EVIDENCE, WITHHELD, Report
from plainview.core.catalogue import freeze
from plainview.core.policy import compile_policy
from plainview.core.receipts import (
    RECEIPT_DOMAIN,
    Receipt,
    encode_receipt,
    hour_commitment,
    hour_of,
    parse_receipt,
    receipt_id,
)
from plainview.core.terms.epoch import Rows
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.slate import Context
from plainview.edge.memory import SetClock
from plainview.flows import freeze_epoch, log_interval
from plainview.flows.log_interval import Commitments
from plainview.flows.serve_slate import Serving, serve_slate
from plainview.ports.levers import ReplaceReceipt
from plainview.ports.serving import HourKey
from plainview.ports.view import IssueSlate
from tests.edition import asked
from tests.villainy import Demo, Watcher, outsider, rules_of

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    made = Demo(tmp_path, videos=80)
    yield made
    made.close()


@pytest.fixture
def watcher(demo: Demo) -> Watcher:
    made = Watcher(demo, 1)
    made.watch(made.swipe())
    return made


class Patched:
    """Any part of the server, with some of it done otherwise."""

    def __init__(self, honest: object, **otherwise: Callable[..., Any]) -> None:
        self._honest = honest
        self.__dict__.update(otherwise)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)


def serve_by(demo: Demo, watcher: Watcher, serving: Serving, **changes: Any) -> Receipt:
    """A slate from a patched server, kept by the viewer."""
    number = len(watcher.receipts) + 1
    fields = {"context": Context(size=8, language="en"), **changes}
    issued = serve_slate(asked(watcher.viewer, number, f"{number:032x}", **fields), by=serving)
    watcher.receipts.append((issued.receipt, issued.signature))
    demo.pass_time(1_100)
    return parse_receipt(issued.receipt)


def a_minute_later(demo: Demo, watcher: Watcher) -> Report:
    """The outsider's check, after the log has gone on for long enough."""
    for _ in range(2):
        demo.pass_time(MINUTE_MS // 2 + 1_000)
        Watcher(demo, demo.clock.now_ms()).swipe()
    return outsider(demo, receipts=watcher.hand_over())[0]


def kinds_of(report: Report, rule: str) -> set[str]:
    return {finding.kind for finding in report.findings if finding.rule == rule}


def test_more_videos_noted_as_served_than_were(demo: Demo, watcher: Watcher) -> None:
    """1. What the `served` event lists counts as seen, so a topic can be buried by noting it as
    shown. Working slates out again passes; the browser holds the event against the slate, and an
    outsider the chain against the receipts."""
    rows = demo.serving.epochs.at_least(0).epoch.rows
    buried = rows["id"][:40].tolist()

    def submit(command: Any) -> Any:
        if isinstance(command, IssueSlate):
            videos = (*command.videos, *(v for v in buried if v not in command.videos))
            command = msgspec.structs.replace(command, videos=videos)
        return demo.edition.writer.submit(command)

    writer: Any = Patched(demo.serving.writer, submit=submit)
    crooked = msgspec.structs.replace(demo.serving, writer=writer)
    receipt = serve_by(demo, watcher, crooked)
    after = serve_by(demo, watcher, demo.serving)
    assert not {shown.video for shown in after.slate} & set(buried)
    assert all(verdict.is_same for verdict in watcher.recheck())
    noted = [e for e in map(json.loads, watcher.chain()) if e["kind"] == "served"][-2]
    assert noted["videos"] != [str(shown.video) for shown in receipt.slate]
    report, _ = outsider(demo, receipts=watcher.hand_over())
    assert kinds_of(report, "served_differs") == {WITHHELD}


def test_a_slate_for_other_circumstances(demo: Demo, watcher: Watcher) -> None:
    """2. Language, time zone or age other than was said filter other videos. The browser compares
    them with what it sent; nobody else knows what that was."""
    sent = Context(size=8, language="en")
    receipt = serve_by(demo, watcher, demo.serving, context=Context(size=8, age="child"))
    assert receipt.context != sent
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert not a_minute_later(demo, watcher).findings


def test_the_last_acts_are_ignored(demo: Demo, watcher: Watcher) -> None:
    """3. A slate that folds a shorter prefix of the chain obeys no *not interested*. The browser
    knows which event was confirmed when it asked; nobody else does."""
    before = demo.serving.folds.state(watcher.viewer)
    watcher.watch(parse_receipt(watcher.receipts[0][0]))
    confirmed = demo.serving.folds.state(watcher.viewer).n
    folds: Any = Patched(demo.serving.folds, state=lambda _viewer: before)
    receipt = serve_by(demo, watcher, msgspec.structs.replace(demo.serving, folds=folds))
    assert receipt.events_n < confirmed
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert not a_minute_later(demo, watcher).findings


def test_a_second_key_for_an_hour(demo: Demo, watcher: Watcher) -> None:
    """4. With a key of its own choosing the server can grind the draws it likes. The receipt names
    a commitment that the log does not have for that hour: proven by anyone who has the receipt."""
    key = bytes(32)
    hour = hour_of(demo.clock.now_ms())
    private = HourKey(hour=hour, key=key, commitment=hour_commitment(hour, key))
    reads: Any = Patched(demo.serving.reads, hour_key=lambda _hour: private)
    serve_by(demo, watcher, msgspec.structs.replace(demo.serving, reads=reads))
    assert watcher.recheck()[-1].stage == "seed"
    report, _ = outsider(demo, receipts=watcher.hand_over())
    assert kinds_of(report, "hour_commitment") == {EVIDENCE}


def test_a_private_policy(demo: Demo, watcher: Watcher) -> None:
    """5. A policy of the offered name with other points, stored and named: it replays. It was never
    on offer, which anyone who has the receipt proves a minute later."""
    name = "for-you"
    honest = demo.wired.objects.get(demo.serving.policies[name].digest)
    edited = honest.replace(b"[worth]\n", b"[worth]\n# for this viewer alone\n")
    assert edited != honest
    demo.wired.objects.put(edited)
    policies = demo.serving.policies | {name: compile_policy(edited)}
    serve_by(demo, watcher, msgspec.structs.replace(demo.serving, policies=policies))
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert kinds_of(a_minute_later(demo, watcher), "policy_unlogged") == {EVIDENCE}


def test_another_receipt_is_logged_than_was_given(demo: Demo, watcher: Watcher) -> None:
    """6. Two receipts for one number: the viewer is given one, the log commits to the other. The
    browser finds its own nowhere in the log, and so does an outsider, after a minute."""
    number = len(watcher.receipts) + 1
    fields = {"context": Context(size=8, language="en")}
    issued = serve_slate(asked(watcher.viewer, number, "ab" * 16, **fields), by=demo.serving)
    watcher.receipts.append((issued.receipt, issued.signature))
    receipt = parse_receipt(issued.receipt)
    other = encode_receipt(msgspec.structs.replace(receipt, slate=receipt.slate[::-1]))
    signature = demo.serving.signer.sign(other, domain=RECEIPT_DOMAIN)
    demo.edition.writer.submit(
        ReplaceReceipt(receipt=receipt_id(issued.receipt), body=other, signature=signature)
    )
    assert kinds_of(a_minute_later(demo, watcher), "receipt_not_in_log") == {WITHHELD}
    watcher.receipts.append((other, signature))
    report, _ = outsider(demo, receipts=watcher.hand_over())
    assert kinds_of(report, "two_receipts") == {EVIDENCE}


def test_the_clock_of_another_hour(demo: Demo, watcher: Watcher) -> None:
    """7. A time in the next hour takes the next hour's key, and other draws. The receipt went into
    the log at another time than it states: the browser sees that, and an outsider."""
    next_hour = (demo.clock.now_ms() // HOUR_MS + 1) * HOUR_MS
    crooked = msgspec.structs.replace(demo.serving, clock=SetClock(next_hour + 100))
    receipt = serve_by(demo, watcher, crooked)
    assert receipt.hour == hour_of(demo.clock.now_ms()) + 1
    assert all(verdict.is_same for verdict in watcher.recheck())
    report, _ = outsider(demo, receipts=watcher.hand_over())
    assert kinds_of(report, "interval_time") == {WITHHELD}


def test_a_release_nobody_saw(demo: Demo, watcher: Watcher) -> None:
    """8. Code that is not in the log, named honestly in the receipt: anyone proves it a minute
    later. Named as the logged one, nobody sees it unless slates come out otherwise."""
    release = digest_of(b"another.py 0\n")
    serve_by(demo, watcher, msgspec.structs.replace(demo.serving, release=release))
    assert kinds_of(a_minute_later(demo, watcher), "release_unlogged") == {EVIDENCE}


def frozen_with(monkeypatch: pytest.MonkeyPatch, alter: Callable[[Rows], None]) -> None:
    """Freezers from now on alter the rows before they are hashed, logged and served."""
    honest = freeze

    def crooked(before: Any, *, rows: Rows, **rest: Any) -> Any:
        rows = rows.copy()
        alter(rows)
        rows.flags.writeable = False
        return honest(before, rows=rows, **rest)

    monkeypatch.setattr(freeze_epoch, "freeze", crooked)


def test_an_embedding_bent_for_everybody(
    demo: Demo, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """9. One video's embedding is pulled away from everybody, in an epoch that is logged. Slates
    replay; the outsider makes the embedding again from what the video is made of."""
    frozen_with(monkeypatch, lambda rows: rows["embedding"].__setitem__(3, 0))
    demo.pass_time(11_000)
    watcher.swipe()
    assert all(verdict.is_same for verdict in watcher.recheck())
    report, _ = outsider(demo, receipts=watcher.hand_over())
    assert kinds_of(report, "row_differs") == {WITHHELD}


def test_counts_invented_for_everybody_pass(
    demo: Demo, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10. Counts that no events give, in an epoch that is logged: slates replay, and nobody outside
    can count again, for the events of others are theirs. Not caught."""
    frozen_with(monkeypatch, lambda rows: rows["counters"].__setitem__((3, slice(0, 2)), 200))
    demo.pass_time(11_000)
    served = watcher.swipe()
    assert watcher.logged_epoch(served.epoch).root == served.epoch_root
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert not a_minute_later(demo, watcher).findings


def test_phantom_receipts_pass(
    demo: Demo, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11. Commitments to receipts that nobody was given make the service look busier than it is.
    They say nothing to anybody who has no salt for them. Not caught."""
    honest = log_interval.commitments_to

    def padded(records: Any, chance: Any) -> Commitments:
        made = honest(records, chance)
        phantoms = tuple(Digest(chance.token(32).hex()) for _ in range(50))
        return Commitments((*made.receipts, *phantoms), made.events)

    monkeypatch.setattr(log_interval, "commitments_to", padded)
    watcher.swipe()
    report = a_minute_later(demo, watcher)
    assert not rules_of(report)
    assert report.counts["receipts found in the log"] == len(watcher.receipts)
