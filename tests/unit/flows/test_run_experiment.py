"""An experiment from its declaration to its salt, on the real database and the real flows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.experiments import BadPlan
from plainview.core.history import Experiment, ExperimentEnded, parse_entry
from plainview.core.receipts import arm_index, arm_text, parse_receipt, salt_commitment
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.memory import CountedChance
from plainview.flows.run_experiment import (
    GUARD_EVERY_MS,
    STOP_AHEAD_MS,
    Experiments,
    NoExperiment,
)
from plainview.ports.commands import Refused
from plainview.ports.experiments import EndExperiment
from plainview.ports.serving import OfferPolicies
from plainview.ports.view import TakeEvents
from tests.edition import Edition, serve

MINUTE_MS = 60_000


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=120)
    edition.freeze()
    yield edition
    edition.close()


def experiments(edition: Edition) -> Experiments:
    return Experiments(
        reads=edition.experiments, writer=edition.writer, objects=edition.objects,
        clock=edition.clock, chance=CountedChance(b"salt"),
    )  # fmt: skip


def plan(edition: Edition, **changes: object) -> bytes:
    """A declaration that begins in a second and runs for ten minutes."""
    now_ms = edition.clock.now_ms()
    fields = {
        "name": '"half"', "question": '"Which?"', "arms": '["for-you", "popular"]',
        "shares": "[500, 500]", "from": now_ms + 1000, "to": now_ms + 10 * MINUTE_MS,
        "window_min": 1, **changes,
    }  # fmt: skip
    lines = [f"{name} = {value}" for name, value in fields.items() if name != "stop"]
    return "\n".join((*lines, str(fields.get("stop", "")))).encode()


def begin(edition: Edition, **changes: object) -> Experiments:
    """Declared and under way."""
    made = experiments(edition)
    made.declare(plan(edition, **changes))
    edition.clock.now += 1000
    return made


def entries(edition: Edition, kind: type[Experiment] | type[ExperimentEnded]) -> list[object]:
    rows = edition.db.execute("SELECT body FROM log_entries ORDER BY n").fetchall()
    return [entry for (body,) in rows if isinstance(entry := parse_entry(body), kind)]


def arms_served(edition: Edition, count: int) -> dict[ViewerId, str]:
    """`count` new viewers who choose nothing, and the arm each receipt names."""
    found = {}
    first = 1 + len(edition.reads.db.execute("SELECT no FROM viewers").fetchall())
    for k in range(first, first + count):
        viewer = edition.viewer(k)
        receipt = parse_receipt(serve(edition, viewer, 1, chosen_by="default").receipt)
        found[viewer] = receipt.arm
        assert receipt.arm in ("", arm_text("half", receipt.policy))
    return found


def test_what_is_declared_is_logged_before_it_begins(edition: Edition) -> None:
    """The entry holds arms, shares, times, the declaration's digest and a commitment to the salt,
    and not the salt; the declaration itself is kept under its digest."""
    data = plan(edition)
    experiments(edition).declare(data)
    (record,) = edition.experiments.experiments()
    (entry,) = entries(edition, Experiment)
    assert entry == Experiment(
        at_ms=edition.clock.now_ms(), name="half", arms=("for-you", "popular"),
        shares_milli=(500, 500), from_ms=record.from_ms, to_ms=record.to_ms,
        salt=salt_commitment(record.salt), plan=digest_of(data),
    )  # fmt: skip
    assert edition.objects.get(digest_of(data)) == data
    bodies = b"".join(row[0] for row in edition.db.execute("SELECT body FROM log_entries"))
    assert record.salt.hex().encode() not in bodies


def test_nobody_is_divided_before_it_begins(edition: Edition) -> None:
    """In the ms before it begins a slate names no arm, in the next it does."""
    experiments(edition).declare(plan(edition))
    edition.clock.now += 999
    assert set(arms_served(edition, 3).values()) == {""}
    edition.clock.now += 1
    assert "" not in arms_served(edition, 3).values()


def test_the_arm_is_the_hash_of_salt_and_viewer(edition: Edition) -> None:
    """Twelve viewers who chose nothing are in the arm the salt puts them in, both arms among them,
    and stay in it."""
    begin(edition)
    (record,) = edition.experiments.experiments()
    found = arms_served(edition, 12)
    for viewer, arm in found.items():
        assert arm == arm_text("half", record.arms[arm_index(record.salt, viewer, (500, 500))])
        again = parse_receipt(serve(edition, viewer, 2, chosen_by="default").receipt)
        assert again.arm == arm
    assert len(set(found.values())) == 2


def test_what_a_viewer_chose_stands_before_any_experiment(edition: Edition) -> None:
    """A viewer who chose gets that feed, and the receipt names no arm."""
    begin(edition)
    for k, policy in enumerate(("for-you", "popular", "fresh")):
        receipt = parse_receipt(serve(edition, edition.viewer(k + 1), 1, policy=policy).receipt)
        assert (receipt.policy, receipt.chosen_by, receipt.arm) == (policy, "viewer", "")


def test_it_is_over_when_it_was_to_be_and_its_salt_is_revealed_once(edition: Edition) -> None:
    """At its end no slate names an arm; the end is logged once, with the salt, as over."""
    made = begin(edition)
    (record,) = edition.experiments.experiments()
    edition.clock.now = record.to_ms - 1
    assert made.end_due() == []
    edition.clock.now = record.to_ms
    assert set(arms_served(edition, 2).values()) == {""}
    assert made.end_due() == ["half"]
    assert made.end_due() == []
    (end,) = entries(edition, ExperimentEnded)
    assert end == ExperimentEnded(
        at_ms=record.to_ms, name="half", ended_ms=record.to_ms, salt=record.salt.hex(),
        reason_code="over",
    )  # fmt: skip


def test_a_stop_is_known_before_it_comes(edition: Edition) -> None:
    """Stopped, it goes on for a moment in which all processes hear of it, then it is over."""
    made = begin(edition)
    stopped_ms = edition.clock.now_ms()
    assert made.stop("half").over_ms == stopped_ms + STOP_AHEAD_MS
    assert "" not in arms_served(edition, 1).values()
    edition.clock.now += STOP_AHEAD_MS
    assert set(arms_served(edition, 1).values()) == {""}
    made.end_due()
    (end,) = entries(edition, ExperimentEnded)
    assert isinstance(end, ExperimentEnded)
    assert (end.ended_ms, end.reason_code) == (stopped_ms + STOP_AHEAD_MS, "operator")


def test_a_second_stop_changes_nothing(edition: Edition) -> None:
    """The first stop stands, and one after the end is passed over."""
    made = begin(edition)
    first = made.stop("half")
    edition.clock.now += 1000
    assert made.stop("half", reason_code="guard") == first
    edition.clock.now += STOP_AHEAD_MS
    made.end_due()
    assert made.stop("half").over_ms == first.over_ms


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": '"half"', "shares": "[400, 600]"}, "experiment_exists"),
        ({"name": '"other"'}, "experiment_overlaps"),
        ({"name": '"other"', "arms": '["for-you", "secret"]'}, "policy_unknown"),
        ({"name": '"other"', "from": 1}, "too_late"),
    ],
)
def test_a_declaration_is_refused_and_nothing_is_logged(
    edition: Edition, changes: dict[str, object], code: str
) -> None:
    """Another of that name, at the same time, with an arm not on offer, or begun already."""
    begin(edition)
    if code == "too_late":
        changes = {**changes, "from": edition.clock.now_ms() - 1}
    with pytest.raises(Refused) as refusal:
        experiments(edition).declare(plan(edition, **changes))
    assert refusal.value.code == code
    assert len(entries(edition, Experiment)) == len(edition.experiments.experiments()) == 1


def test_without_a_log_nothing_is_declared(tmp_path: Path) -> None:
    """Where there is no public log there is nowhere to declare an experiment."""
    edition = Edition(tmp_path, videos=30, has_log=False)
    with pytest.raises(Refused) as refusal:
        experiments(edition).declare(plan(edition))
    assert refusal.value.code == "no_log"
    edition.close()


def test_an_end_is_not_logged_before_it_is_over(edition: Edition) -> None:
    """The salt of an experiment that still divides viewers is not revealed."""
    begin(edition)
    with pytest.raises(Refused) as refusal:
        edition.writer.submit(EndExperiment(name="half", at_ms=edition.clock.now_ms()))
    assert refusal.value.code == "not_over"


def test_what_is_no_declaration_or_experiment_is_said(edition: Edition) -> None:
    """A file without arms, and a name nobody declared."""
    with pytest.raises(BadPlan):
        experiments(edition).declare(b"name = 'half'")
    with pytest.raises(NoExperiment):
        experiments(edition).stop("half")


def test_a_policy_taken_off_ends_its_experiment(edition: Edition) -> None:
    """When an arm is no longer on offer the experiment is over at once."""
    begin(edition)
    left = tuple(p for p in edition.reads.policies() if p.name != "popular")
    edition.writer.submit(OfferPolicies(policies=left, at_ms=edition.clock.now_ms()))
    assert edition.experiments.experiment_at(edition.clock.now_ms()) is None
    assert experiments(edition).end_due() == ["half"]


def watch(edition: Edition, viewer: ViewerId, ms: int, *, key: str) -> None:
    event = Event(
        n=0, kind="watch", at_ms=edition.clock.now_ms(), author="viewer", key=key, number=1,
        video=VideoId(int(edition.world.videos[0].id)), ms=ms, loops=0,
    )  # fmt: skip
    edition.writer.submit(TakeEvents(viewer=viewer, events=(event,)))


def test_results_are_counted_from_receipts_and_events(edition: Edition) -> None:
    """Of four viewers, who watched 1,000 ms in one arm and 3,000 in the other within their minute
    and more after it: viewers at once, means once the minute is over."""
    made = begin(edition)
    arms = arms_served(edition, 8)
    by_arm = {arm: [v for v in arms if arms[v] == f"half/{arm}"] for arm in ("for-you", "popular")}
    for viewer, arm in arms.items():
        watch(edition, viewer, 1000 if arm == "half/for-you" else 3000, key="in")
    before = made.shown("half").reading
    assert [one.viewers for one in before.arms] == [len(v) for v in by_arm.values()]
    assert [one.counted for one in before.arms] == [0, 0]
    edition.clock.now += MINUTE_MS
    for viewer in arms:
        watch(edition, viewer, 60_000, key="late")
    reading = made.shown("half").reading
    assert [one.counted for one in reading.arms] == [len(v) for v in by_arm.values()]
    assert [one.means["watch_ms"] for one in reading.arms] == [1000.0, 3000.0]
    assert reading.cautions[0].startswith("Cannot tell yet")


def test_viewers_of_an_arm_are_found_without_reading_all_receipts(edition: Edition) -> None:
    """The question is answered by the index of arms: it never scans the table of receipts."""
    asked: list[str] = []
    edition.reads.db.set_trace_callback(asked.append)
    edition.experiments.exposures("half")
    edition.reads.db.set_trace_callback(None)
    plan = edition.reads.db.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    assert any("receipts_arm" in row[3] for row in plan)
    assert not any("SCAN receipts" in row[3] for row in plan)


def test_a_stop_rule_that_applies_stops_it(edition: Edition) -> None:
    """With 60 viewers in each arm, one of which is watched a tenth as long, the rule declared for
    that stops the experiment, once its figures are looked at; the log says why."""
    made = begin(
        edition, to=edition.clock.now_ms() + 60 * MINUTE_MS,
        stop='[[stop]]\nmetric = "watch_ms"\nfalls_milli = 100',
    )  # fmt: skip
    arms = arms_served(edition, 130)
    for k, (viewer, arm) in enumerate(arms.items()):
        watch(edition, viewer, (10_000 if arm == "half/for-you" else 1000) + k, key="in")
    assert made.guard() == ()
    edition.clock.now += GUARD_EVERY_MS
    assert made.guard() == ("watch_ms of popular is more than 10 % below that of for-you",)
    edition.clock.now += STOP_AHEAD_MS
    made.end_due()
    (end,) = entries(edition, ExperimentEnded)
    assert isinstance(end, ExperimentEnded)
    assert end.reason_code == "guard"
