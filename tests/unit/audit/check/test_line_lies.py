"""Lies about recipes side by side, each found and proven: an arm that is not ranked by its line,
and an epoch that knows of no line."""

import msgspec

from plainview.audit.check.check import Wanted, check
from plainview.audit.check.findings import EVIDENCE, Report
from plainview.audit.check.judge import judge_proof
from plainview.core.history import Experiment, ExperimentEnded, LineWeights
from plainview.core.learn import starting_weights
from plainview.core.receipts import arm_index, arm_text, parse_receipt, salt_commitment
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, ViewerId
from tests.histories import key_of
from tests.honest_world import HOUR_MS, HonestWorld, viewer_of

SALT = key_of("salt")
ARMS = ("for-you", "for-you+bold")
MAIN = starting_weights()
BOLD = MAIN.replace(b"starting", b"sterting")
"""Another file that ranks alike: what is found is which one was named."""


class Lined:
    """A world with an experiment of the main weights and of a line that has learned once."""

    def __init__(self) -> None:
        self.world = HonestWorld(videos=40).live(slates=2)
        now_ms = self.world.now_ms
        self.world.log(
            Experiment(
                at_ms=now_ms, name="twice", arms=ARMS, shares_milli=(500, 500),
                recipes=(NO_DIGEST, digest_of(b"recipe")), from_ms=now_ms + 500,
                to_ms=now_ms + 2 * HOUR_MS, salt=salt_commitment(SALT), plan=digest_of(b"plan"),
            )
        )  # fmt: skip
        self.world.now_ms += 500
        self.log_line(MAIN, MAIN)

    def log_line(self, data: bytes, parent: bytes) -> None:
        self.world.objects[digest_of(data)] = data
        self.world.log(
            LineWeights(
                at_ms=self.world.now_ms, experiment="twice", recipe="bold", digest=digest_of(data),
                parent=digest_of(parent),
                lineage=NO_DIGEST if data == parent else digest_of(b"lineage"),
            )
        )  # fmt: skip

    def learn(self) -> "Lined":
        """The line publishes, and the next epoch says so."""
        self.log_line(BOLD, MAIN)
        self.world.pocket.rank_in_line("twice/bold", BOLD)
        self.world.freeze()
        return self

    def serve(self, viewer: ViewerId) -> str:
        """A slate in the viewer's arm; the weights its receipt names."""
        arm = ARMS[arm_index(SALT, viewer, (500, 500))]
        slate = self.world.serve(viewer, policy="for-you", arm=arm_text("twice", arm))
        self.world.log_interval()
        return parse_receipt(slate.receipt).weights

    def ends(self) -> "Lined":
        now_ms = self.world.now_ms
        self.world.log(
            ExperimentEnded(
                at_ms=now_ms, name="twice", ended_ms=now_ms, salt=SALT.hex(), reason_code="over"
            )
        )
        self.world.pocket.rank_in_line("twice/bold", None)
        return self

    def told(self) -> Report:
        self.world.pass_time(1)
        report, _ = check(
            self.world, name="here", wanted=Wanted(seed=7), receipts=self.world.receipts_file()
        )
        return report


BOLD_VIEWERS = [viewer_of(k) for k in range(9) if arm_index(SALT, viewer_of(k), (500, 500))]


def rules(report: Report) -> set[str]:
    """What was found, but for the line's lineage, which this world has none of."""
    return {one.rule for one in report.findings} - {"object_withheld"}


def test_arms_that_are_ranked_as_declared_are_no_finding() -> None:
    """Two arms, two weights, all slates of both recomputed."""
    lined = Lined().learn()
    named = {lined.serve(viewer_of(k)) for k in range(9)}
    assert named == {digest_of(MAIN), digest_of(BOLD)}
    report = lined.ends().told()
    assert rules(report) == set()
    assert report.counts["slates that cannot be replayed"] == 0
    assert report.counts["slates that differ"] == 0


def test_an_arm_served_by_the_main_weights_is_proven() -> None:
    """Its receipt names the main weights, the log of its epoch says which were due in that arm."""
    lined = Lined().learn()
    pocket = lined.world.pocket
    honest = pocket.index
    header = msgspec.structs.replace(honest.header, line_weights=())
    pocket.index = msgspec.structs.replace(honest, header=header)
    assert lined.serve(BOLD_VIEWERS[0]) == digest_of(MAIN)
    pocket.index = honest
    report = lined.ends().told()
    found = [one for one in report.findings if one.rule == "epoch_weights"]
    assert [(one.kind, judge_proof(one.proof).rule) for one in found] == [
        (EVIDENCE, "epoch_weights")
    ]
    assert "for arm 'twice/for-you+bold'" in found[0].words


def test_an_epoch_that_knows_of_no_line_is_proven_once_it_is_over() -> None:
    """Frozen half a minute into the experiment without its line: every slate of it replays, and the
    whole log shows that the line was left out."""
    lined = Lined()
    lined.world.now_ms += 30_000
    lined.world.freeze()
    assert lined.serve(BOLD_VIEWERS[0]) == digest_of(MAIN)
    lined.world.now_ms += 30_000
    report = lined.ends().told()
    assert rules(report) == {"epoch_lines"}
    assert judge_proof(report.findings[0].proof).rule == "epoch_lines"
