"""The operator's page of learning: what it tells, before the first tick and after many."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from plainview.app.http.public.learning_page import LearningShown, learning_page
from plainview.app.http.service import Rhythm, rhythm_in
from plainview.app.learning_words import REASON_WORDS, reason_words
from plainview.core.learn.gate import REASONS
from plainview.core.policy import compile_policy
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.weights import HEADS
from plainview.flows.learn_tick import NOT_EXACT, TOO_FEW_VIEWERS
from plainview.flows.see_learning import LearningSeen, TickSeen
from plainview.flows.see_shown import Coverage, ShownLately
from plainview.ports.learning import LessonFault
from tests.unit.core.feed.parts import FOLDER

NOW = 1_790_000_000_000
NONE_SHOWN = ShownLately(slates=0, places=0, by_slot=(), by_source=(), from_ms=0, to_ms=0)


def metrics(*, loss: int, ece: int, auc: int) -> dict[str, Any]:
    head = {"auc_ppm": auc, "ece_ppm": ece, "positives": 9}
    heads = {name: dict(head) for name in sorted(HEADS)}
    heads["share"]["auc_ppm"] = -1
    return {"loss_micro": loss, "heads": heads}


def tick(number: int, *, reason: str = "", detail: str = "", **changes: Any) -> TickSeen:
    fields: dict[str, Any] = {
        "number": number, "at_ms": NOW - 60_000 + 1_000 * number, "took_ms": 214,
        "reason": reason, "detail": detail, "examples": 1_568, "held_out": 392, "chosen": 896,
        "viewers": 14, "weights": digest_of(b"w"), "lineage": digest_of(b"l"),
        "newest_ms": NOW - 69_000 + 1_000 * number,
        "metrics": {
            "parent": metrics(loss=1_500_000 - 1_000 * number, ece=30_000, auc=700_000),
            "candidate": metrics(loss=1_400_000 - 1_000 * number, ece=12_500, auc=812_345),
        },
        "shifts": {
            "topics": [{"name": "bread", "videos": 4, "shift": -420}],
            "creators": [{"name": "77", "videos": 2, "shift": 1_250}],
        },
        **changes,
    }  # fmt: skip
    return TickSeen(**fields)


def seen(*ticks: TickSeen, **changes: Any) -> LearningSeen:
    fields: dict[str, Any] = {
        "weights": digest_of(b"w"), "origin": "learned" if ticks else "starting", "published": 1,
        "receipts": 2_715, "passed_over": 3, "faults": 0, "waiting": 215, "per_minute": 324,
        "lag_ms": 16_000 if ticks else None, "ticks": ticks, **changes,
    }  # fmt: skip
    return LearningSeen(**fields)


def shown(*ticks: TickSeen, **changes: Any) -> LearningShown:
    fields: dict[str, Any] = {
        "seen": seen(*ticks), "ticks": ticks[0].number if ticks else 0,
        "rhythm": Rhythm(every_s=300, examples_min=2_000, label_ms=600_000, held_out_min=400),
        "lately": NONE_SHOWN, "coverage": None, "has_invented": False,
        "policy": None, "faults": (), "now_ms": NOW, **changes,
    }  # fmt: skip
    return LearningShown(**fields)


def text_of(html: str) -> str:
    """The words of a page, as they are read."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def plots(html: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html, re.S)]


def test_before_the_first_tick_it_says_when_that_comes() -> None:
    """By this start's own settings, what waits and how far that is from enough; no plot."""
    html = learning_page(shown(), is_live=True)
    said = text_of(html)
    assert "Nothing was learned yet" in said
    assert "The first tick takes 2,000 examples to learn from" in said
    assert "So far there are 0 of 2,000 to learn from. 215 wait in all." in said
    assert "By the recipe examples come 10 min after their slate." in said
    for waiting, so_far in ((1_400, "1,000 of"), (2_400, "1,920 of"), (9_000, "2,000 of")):
        page = shown()
        page = msgspec.structs.replace(
            page, seen=msgspec.structs.replace(page.seen, waiting=waiting)
        )
        assert f"there are {so_far} 2,000" in text_of(learning_page(page, is_live=True))
    assert "every 300 s at most ( --learn-every )" in said
    assert "No slate was served yet" in said
    assert plots(html) == []


def test_a_service_that_does_not_learn_says_so() -> None:
    """Started with `--learn off`, it promises no tick."""
    said = text_of(learning_page(shown(rhythm=None), is_live=True))
    assert "--learn off: no tick comes" in said
    assert "first tick comes" not in said


def test_each_tick_is_a_row_with_its_decision_in_words() -> None:
    """Published or dropped and why, examples, viewers, losses, what moved most, time taken."""
    dropped = tick(2, reason="clips", detail="skip: 12000 ppm")
    html = learning_page(shown(dropped, tick(1)), is_live=True)
    rows = [text_of(row) for row in re.findall(r"<tr>.*?</tr>", html, re.S)[1:]]
    assert len(rows) == 2
    for words in ("too many outputs are past the end of a table", "skip: 12000 ppm", "58 s ago"):
        assert words in rows[0]
    for words in (
        "1 59 s ago", "Published judged on 392", "896 of 1,568 14 viewers", "1.3990 from 1.4990",
        "bread -0.42 creator 77 +1.25", "214 ms",
    ):  # fmt: skip
        assert words in rows[1]
    assert "Of 2 ticks 1 were published and 1 dropped" in text_of(html)


def test_every_reason_has_words() -> None:
    """All that a tick can be dropped or passed over for is said in words of its own."""
    assert set(REASON_WORDS) == {"", *REASONS, NOT_EXACT, TOO_FEW_VIEWERS}
    assert reason_words("of_tomorrow") == "Dropped: of_tomorrow"


def test_losses_and_freshness_are_drawn_where_they_lie() -> None:
    """Candidate below parent, later ticks to the right, a dropped one as a ring; the lag of nine
    seconds stands at the top of its own plot."""
    html = learning_page(shown(tick(3), tick(2, reason="worse"), tick(1)), is_live=True)
    loss, lag = plots(html)[:2]
    parent, candidate = (
        [tuple(float(v) for v in point.split(",")) for point in line.get("points", "").split()]
        for line in loss.findall("polyline")
    )
    assert [x for x, _ in parent] == sorted({x for x, _ in parent})
    assert all(low[1] > high[1] for low, high in zip(candidate, parent, strict=True))
    rings = [dot.get("fill") == "var(--raised)" for dot in loss.findall("circle")]
    assert rings == [False] * 3 + [False, True, False]
    assert "9.0 s" in [one.text for one in lag.findall("text")]


def test_heads_are_judged_before_and_after() -> None:
    """Area and calibration of every head of the newest judged tick; what cannot be told is not
    drawn; heads stand in the order in which they are named."""
    blind = tick(2, reason=NOT_EXACT, metrics={}, shifts={}, newest_ms=0)
    html = learning_page(shown(blind, tick(1)), is_live=True)
    area, calibration = plots(html)[2:4]
    assert "tick 1" in area.get("aria-label", "")
    words = [one.text for one in area.findall("text")]
    assert words.count("0.812") == len(HEADS) - 1
    assert words[words.index("share") + 1] == "cannot tell: too few"
    assert [word for word in words if word in HEADS] == list(HEADS)
    assert [one.text for one in calibration.findall("text")].count("1.25 %") == len(HEADS)
    bar, due = calibration.findall("rect")[0], calibration.findall("line")[0]
    width = float(bar.get("width", 0))
    assert float(due.get("x1", 0)) - float(bar.get("x", 0)) == pytest.approx(width * 2.4, abs=0.2)


def test_what_was_spent_stands_beside_its_budget() -> None:
    """Shares of places by slot and source, the feed's budgets as lines, coverage with its Gini."""
    policy = compile_policy((FOLDER / "for-you.toml").read_bytes())
    lately = ShownLately(
        slates=100, places=800, by_slot=(("ranked", 776), ("explore", 24)),
        by_source=(("near_recent", 600), ("fresh", 200)), from_ms=NOW - 60_000, to_ms=NOW,
    )  # fmt: skip
    coverage = Coverage(since_ms=NOW, listed=400, shown=100, showings=800, gini=0.756)
    html = learning_page(
        shown(tick(1), lately=lately, policy=policy, coverage=coverage), is_live=True
    )
    said = text_of(html)
    for words in (
        "800 places of the newest 100 slates, served within 60 s", "97.0 %", "3.0 %", "0.0 %",
        "near recent", "75.0 %", "25.0 %", "100 of 400 listed videos", "Gini 0.76",
        "what the feed “for-you” may spend: at most 5 % explored, 1.5 % owed.",
        "those of them that were shown: 25.0 %",
    ):  # fmt: skip
        assert words in said
    assert [one.text for one in plots(html)[6].findall("text")] == ["listed", "400", "shown", "100"]
    assert "invented" not in said
    slots = plots(html)[4]
    bars = {
        name.text: float(bar.get("width", 0))
        for name, bar in zip(slots.findall("text")[::2], slots.findall("rect"), strict=True)
    }
    owed = float(slots.findall("line")[1].get("x1", 0)) - 124
    assert owed / bars["ranked"] == pytest.approx(policy.owed_share_milli / 970, abs=0.002)


def test_invented_viewers_are_named_where_they_count() -> None:
    """The coverage says that a demonstration's crowd is in it."""
    coverage = Coverage(since_ms=NOW, listed=400, shown=100, showings=800, gini=0.756)
    lately = ShownLately(
        slates=1, places=8, by_slot=(("ranked", 8),), by_source=(("fresh", 8),), from_ms=1, to_ms=2
    )
    page = shown(tick(1), coverage=coverage, lately=lately, has_invented=True)
    said = text_of(learning_page(page, is_live=True))
    assert "800 times in all, those of the demonstration&#x27;s invented viewers included." in said
    assert "8 places of the newest slate." in said


def test_one_line_leads_to_the_operators_other_pages() -> None:
    """Links to the two others, and the page's own name without one."""
    html = learning_page(shown(), is_live=True)
    line = re.findall(r'<nav class="ways".*?</nav>', html)[0]
    assert re.findall(r'href="(.*?)"', line) == ["/operator", "/operator/experiments"]
    assert text_of(line).strip() == "Operator · What it learns · Experiments"


def test_faults_are_told_with_their_receipts() -> None:
    """The newest, by name; what is in a reason, a topic or a detail cannot break the page."""
    bad = "<script>x</script>"
    fault = LessonFault(seq=5, receipt=Digest("ab" * 32), reason=bad, at_ms=NOW)
    one = tick(
        1, reason=bad, detail=bad, shifts={"topics": [{"name": bad, "videos": 1, "shift": 1}]}
    )
    page = shown(one, faults=(fault,))
    page = msgspec.structs.replace(page, seen=msgspec.structs.replace(page.seen, faults=8))
    html = learning_page(page, is_live=True)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4
    assert "8 found, the newest 1 here" in text_of(html)
    assert "abababab…abab" in html


def test_it_asks_again_unless_held_still() -> None:
    """Live by a line of the head and no script; held still it stays, and says how to go on."""
    live, still = (learning_page(shown(tick(1)), is_live=it) for it in (True, False))
    assert '<meta http-equiv="refresh" content="5">' in live
    assert 'href="/operator/learning?still=1"' in live
    assert "http-equiv" not in still
    assert 'href="/operator/learning"' in still


def test_a_web_process_is_told_how_it_learns() -> None:
    """From its arguments, and the recipe that they name; without them nothing is learned."""
    on = Rhythm(every_s=5, examples_min=50, label_ms=600_000, held_out_min=400)
    assert rhythm_in(["demo", "learns=5,50,on"]) == on
    assert rhythm_in(["learns=5,50,/no,where"]) == Rhythm(every_s=5, examples_min=50)
    assert rhythm_in(["demo"]) is None
