"""Lies about experiments: each is caught under its rule and convinces a third party; an honest
experiment, revealed or not, is no finding."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from plainview.audit.check.accusations import receipt_proof, unlogged_proof
from plainview.audit.check.check import Wanted, check
from plainview.audit.check.findings import EVIDENCE, Report
from plainview.audit.check.judge import judge_proof
from plainview.audit.check.log_view import read_log
from plainview.audit.check.logged import contradicts_entry
from plainview.audit.check.proof_files import BadProof
from plainview.audit.check.receipts import signed_text
from plainview.core.history import Experiment, ExperimentEnded, parse_entry
from plainview.core.receipts import arm_index, arm_text, parse_receipt, salt_commitment
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from tests.honest_world import HOUR_MS, HonestWorld, key_of, viewer_of

ARMS = ("for-you", "popular")
SALT = key_of("salt")


class Trial:
    """A world with an experiment of two even arms that runs for two hours."""

    def __init__(self) -> None:
        self.world = HonestWorld(videos=40).live(slates=2)
        now_ms = self.world.now_ms
        self.declared = self.world.log(
            Experiment(
                at_ms=now_ms, name="half", arms=ARMS, shares_milli=(500, 500),
                from_ms=now_ms + 500, to_ms=now_ms + 2 * HOUR_MS, salt=salt_commitment(SALT),
                plan=digest_of(b"plan"),
            )
        )  # fmt: skip

    def arm(self, viewer: ViewerId) -> str:
        return ARMS[arm_index(SALT, viewer, (500, 500))]

    def serves(self, k: int, **changes: Any) -> "Trial":
        """A slate of the viewer's own arm, or as told otherwise."""
        viewer = viewer_of(k)
        policy = changes.get("policy", self.arm(viewer))
        arm = changes.get("arm", arm_text("half", policy))
        self.world.serve(viewer, policy=policy, arm=arm)
        self.world.log_interval()
        return self

    def ends(self, *, hours: int = 0, salt: bytes = SALT) -> "Trial":
        """Its end and its salt are logged."""
        if hours:
            self.world.pass_time(hours)
        now_ms = self.world.now_ms
        self.world.log(
            ExperimentEnded(
                at_ms=now_ms, name="half", ended_ms=now_ms, salt=salt.hex(), reason_code="operator"
            )
        )
        return self

    def told(self) -> Report:
        """What the checker says, hours later."""
        self.world.pass_time(1)
        report, _ = check(
            self.world, name="here", wanted=Wanted(seed=7), receipts=self.world.receipts_file()
        )
        return report


def other(arm: str) -> str:
    return ARMS[1 - ARMS.index(arm)]


def in_another_arm() -> Trial:
    trial = Trial()
    policy = other(trial.arm(viewer_of(0)))
    return trial.serves(0, policy=policy).ends()


def left_out_of_it() -> Trial:
    return Trial().serves(0, arm="").ends()


def in_it_after_its_end() -> Trial:
    return Trial().serves(0).ends().serves(1)


def an_arm_it_has_not() -> Trial:
    return Trial().serves(0, policy="fresh")


def an_arm_in_name_alone() -> Trial:
    trial = Trial()
    policy = trial.arm(viewer_of(0))
    return trial.serves(0, policy=other(policy), arm=arm_text("half", policy))


def in_it_when_it_was_over() -> Trial:
    trial = Trial()
    trial.world.pass_time(3)
    return trial.serves(0)


def never_declared() -> Trial:
    return Trial().serves(0, arm="secret/for-you", policy="for-you")


def another_salt_revealed() -> Trial:
    trial = Trial()
    for k in range(6):
        trial.serves(k)
    return trial.ends(salt=key_of("chosen afterwards"))


LIES: list[tuple[Callable[[], Trial], str]] = [
    (in_another_arm, "arm_wrong"),
    (left_out_of_it, "arm_wrong"),
    (in_it_after_its_end, "arm_wrong"),
    (an_arm_it_has_not, "arm_undeclared"),
    (an_arm_in_name_alone, "arm_undeclared"),
    (in_it_when_it_was_over, "arm_undeclared"),
    (never_declared, "arm_unlogged"),
    (another_salt_revealed, "experiment_salt_wrong"),
]


@pytest.mark.parametrize(("lie", "rule"), LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_lie_about_an_experiment_is_caught_and_proven(
    lie: Callable[[], Trial], rule: str
) -> None:
    """It is found by that rule alone, and its proof file convinces whoever has nothing else."""
    report = lie().told()
    assert report.verdict == "misbehaviour", report.findings
    assert {(f.rule, f.kind) for f in report.findings} == {(rule, EVIDENCE)}
    for finding in report.findings:
        assert judge_proof(finding.proof).rule == rule


def test_an_honest_experiment_is_no_finding() -> None:
    """Five viewers in their arms, one who chose for themself: nothing is found, and what was worked
    out again is counted."""
    trial = Trial()
    for k in range(5):
        trial.serves(k)
    trial.world.serve(viewer_of(5), policy="fresh")
    trial.world.log_interval()
    report = trial.ends().told()
    assert report.findings == ()
    assert report.counts["receipts in an experiment"] == 5
    assert report.counts["arms worked out again"] == 5
    words = next(one.words for one in report.sections if one.title == "Receipts")
    of = [sum(trial.arm(viewer_of(k)) == arm for k in range(5)) for arm in ARMS]
    assert f"{of[0]} viewers in 'for-you' (50.0% declared), {of[1]} viewers in 'popular'" in words
    assert "not as declared" not in words


def test_arms_of_other_sizes_than_declared_are_said() -> None:
    """A file of 24 viewers all in one arm of two says so; that is no finding, for they may have
    been picked."""
    trial = Trial()
    picked = [k for k in range(90) if trial.arm(viewer_of(k)) == "popular"][:24]
    for k in picked:
        trial.serves(k)
    report = trial.ends().told()
    assert report.findings == ()
    words = next(one.words for one in report.sections if one.title == "Receipts")
    assert "0 viewers in 'for-you' (50.0% declared), 24 viewers in 'popular'" in words
    assert "That is not as declared" in words


def test_an_experiment_in_the_place_of_a_choice_is_objected_to() -> None:
    """The same receipt is fine where nobody chose, and not where it says that the viewer did."""
    trial = Trial().serves(0)
    declared = parse_entry(trial.world.entries[trial.declared])
    receipt = parse_receipt(trial.world.pocket.slates[-1].receipt)
    assert contradicts_entry("arm_undeclared", receipt, [declared]) == ""
    chosen = msgspec.structs.replace(receipt, chosen_by="viewer")
    words = contradicts_entry("arm_undeclared", chosen, [declared])
    assert words == "Experiment 'half' took the place of what the viewer had chosen."


def test_an_honest_receipt_is_no_evidence() -> None:
    """Whoever takes receipts of an honest experiment to a third party is refused, by each rule and
    with each entry."""
    trial = Trial()
    for k in range(3):
        trial.serves(k)
    world = trial.ends().world
    world.pass_time(1)
    view = read_log(world, progress=lambda _stage, _done, _total: None)
    begun, end = view.history.experiments["half"][0], view.history.ended["half"][0]
    for slate in world.pocket.slates[-3:]:
        one = signed_text(world.held(slate))
        for rule, entries in (("arm_undeclared", [begun]), ("arm_wrong", [begun, end])):
            with pytest.raises(BadProof):
                judge_proof(receipt_proof(view, rule=rule, words="w", receipt=one, entries=entries))
        with pytest.raises(BadProof):
            judge_proof(unlogged_proof(view, rule="arm_unlogged", words="w", receipt=one))


def test_before_its_end_an_arm_cannot_be_worked_out() -> None:
    """While the salt is kept a wrong arm is no finding, and nothing is said to be worked out."""
    trial = Trial()
    report = trial.serves(0, policy=other(trial.arm(viewer_of(0)))).told()
    assert report.findings == ()
    assert report.counts["arms worked out again"] == 0
