"""Gathering cosignatures: from honest, slow, lying and forgetful witnesses."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from plainview.core.history import parse_trust
from plainview.core.tlog import (
    Answer,
    Policy,
    Seen,
    VerifierKey,
    cosign_text,
    decide,
    judge_checkpoint,
    read_submission,
    witness_key,
)
from plainview.core.tlog import Refused as NotRead
from plainview.edge.memory_log import FixedRootSigner, ScriptedWitnesses
from plainview.flows.change_trust import change_trust
from plainview.flows.gather_cosignatures import LATE_MS, PAUSE_MS, CosignatureGatherer
from plainview.flows.publish_checkpoint import CheckpointPublisher
from plainview.flows.verify_log import verify_log
from plainview.ports.tlog import WitnessAnswer, WitnessGone
from tests.edition import Edition

NAMES = ("ann", "ben", "cleo")


class Witness:
    """A witness by the rules of core/tlog, whose memory can be taken away."""

    def __init__(self, name: str, log: VerifierKey) -> None:
        self.name = name
        self.private_key = name.encode().ljust(32, b".")
        self.key = witness_key(f"witness.example/{name}", self.private_key)
        self.seen = Seen()
        self.asked = 0
        self._logs = {log.name: (log,)}

    def answer(self, body: bytes) -> WitnessAnswer:
        """Cosign what may be cosigned."""
        self.asked += 1
        try:
            submission = read_submission(body, self._logs)
        except NotRead as refused:
            return WitnessAnswer(status=refused.answer.status, body=refused.answer.body)
        decided = decide(submission, self.seen)
        if isinstance(decided, Answer):
            return WitnessAnswer(status=decided.status, body=decided.body)
        self.seen = decided
        signature = cosign_text(
            submission.note.text, name=self.key.name, private_key=self.private_key, time_s=77
        )
        return WitnessAnswer(status=200, body=signature.line())


class Setting:
    """An edition whose root of trust asks for two of three witnesses."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.publisher: CheckpointPublisher = edition.new_publisher(is_witnessed=True)
        log = self.publisher.keys[0]
        self.witnesses = {name: Witness(name, log) for name in NAMES}
        answers: dict[str, Callable[[bytes], WitnessAnswer]] = {
            f"http://{name}": one.answer for name, one in self.witnesses.items()
        }
        self.client = ScriptedWitnesses(answers)
        lines = [f"witness {n} {w.key.vkey()} http://{n}" for n, w in self.witnesses.items()]
        text = "\n".join([*lines, "group two 2 ann ben cleo", "quorum two", ""])
        change_trust(
            reads=edition.log_reads, writer=edition.writer, objects=edition.objects,
            root=FixedRootSigner(), at_ms=edition.clock.now_ms(), witnesses=text.encode(),
        )  # fmt: skip
        self.gatherer = self.new_gatherer()

    def new_gatherer(self) -> CosignatureGatherer:
        return CosignatureGatherer(
            reads=self.edition.log_reads, writer=self.edition.writer,
            files=self.edition.log_files, publisher=self.publisher, client=self.client,
            clock=self.edition.clock, policy=self.policy,
        )  # fmt: skip

    def policy(self) -> Policy:
        stored = self.edition.log_reads.trust()
        assert stored is not None
        return parse_trust(stored.document).witnesses

    def grow(self) -> int:
        """One entry more, published; the size then."""
        k = self.edition.log_reads.entries_count()
        self.edition.remove(self.edition.world.videos[k].id)
        self.publisher.publish_if_due()
        head = self.edition.log_reads.newest_head()
        assert head is not None
        return head.size

    def shown(self) -> tuple[int, list[str]]:
        """Size of the checkpoint that is handed out, and who cosigned it, all verified."""
        data = self.edition.log_files.checkpoint()
        assert data is not None
        judged = judge_checkpoint(data, self.policy())
        return judged.opened.checkpoint.size, sorted(judged.times_s)


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    edition = Edition(tmp_path, videos=40)
    yield Setting(edition)
    verify_log(
        reads=edition.log_reads, serving=edition.reads, files=edition.log_files,
        keys=edition.publisher.keys,
    )  # fmt: skip
    edition.close()


def test_a_head_is_shown_with_all_cosignatures(setting: Setting) -> None:
    """Three witnesses cosign each head, and the checkpoint carries their lines."""
    for _ in range(3):
        size = setting.grow()
        assert setting.gatherer.gather_if_due() is not None
        assert setting.shown() == (size, list(NAMES))
    assert setting.gatherer.gather_if_due() is None


def test_a_quorum_is_enough(setting: Setting) -> None:
    """With one witness gone the head is shown by the other two, and the third is let be a while."""
    gone = setting.client.witnesses.pop("http://cleo")
    size = setting.grow()
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, ["ann", "ben"])
    setting.client.witnesses["http://cleo"] = gone
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, ["ann", "ben"])
    setting.edition.clock.now += PAUSE_MS
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, list(NAMES))


def test_without_a_quorum_the_log_goes_on(setting: Setting) -> None:
    """The last checkpoint with a quorum stays for LATE_MS, then the newest is shown as it is; heads
    are recorded all the while, so that epochs are served."""
    first = setting.grow()
    setting.gatherer.gather_if_due()
    for name in ("ann", "ben"):
        setting.client.witnesses.pop(f"http://{name}")
    size = setting.grow()
    assert setting.gatherer.gather_if_due() is None
    assert setting.shown() == (first, list(NAMES))
    head = setting.edition.log_reads.newest_head()
    assert head is not None
    assert head.size == size
    setting.edition.clock.now += LATE_MS + 1
    assert setting.gatherer.gather_if_due() is not None
    assert setting.shown() == (size, ["cleo"])


def test_a_witness_that_knows_another_size_is_met_there(setting: Setting) -> None:
    """After 409 the proof begins at the size it named, once: when our record of it was lost, and
    when the witness lost its own."""
    setting.grow()
    setting.gatherer.gather_if_due()
    setting.edition.db.execute("DELETE FROM cosignatures WHERE witness = 'ann'")
    setting.witnesses["ben"].seen = Seen()
    size = setting.grow()
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, list(NAMES))
    assert setting.witnesses["ann"].asked == setting.witnesses["ben"].asked == 3
    assert setting.witnesses["cleo"].asked == 2


def gone(_: bytes) -> WitnessAnswer:
    raise WitnessGone("no route")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"nonsense\n"),
        (200, "\u2014 witness.example/ann AAAAAAAA\n".encode()),
        (404, b"unknown log\n"),
        (409, b"99999\n"),
        (409, b"-1\n"),
        (422, b"no\n"),
        (500, b"\xff"),
    ],
)
def test_what_is_no_cosignature_is_not_shown(setting: Setting, status: int, body: bytes) -> None:
    """Whatever a witness answers instead, its line is left out and the others' stand."""
    setting.client.witnesses["http://ann"] = lambda _: WitnessAnswer(status=status, body=body)
    size = setting.grow()
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, ["ben", "cleo"])


def test_a_cosignature_of_another_text_is_refused(setting: Setting) -> None:
    """A witness's true signature over something else is not shown as one of this head."""
    ann = setting.witnesses["ann"]
    line = cosign_text(b"x\n1\n", name=ann.key.name, private_key=ann.private_key, time_s=5).line()
    setting.client.witnesses["http://ann"] = lambda _: WitnessAnswer(status=200, body=line)
    size = setting.grow()
    setting.gatherer.gather_if_due()
    assert setting.shown() == (size, ["ben", "cleo"])


def test_a_restarted_gatherer_goes_on(setting: Setting) -> None:
    """What was cosigned is kept, so that after a restart nobody is asked twice for one head."""
    size = setting.grow()
    setting.gatherer.gather_if_due()
    setting.new_gatherer().gather_if_due()
    assert [one.asked for one in setting.witnesses.values()] == [1, 1, 1]
    assert setting.shown() == (size, list(NAMES))
