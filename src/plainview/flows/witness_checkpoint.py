"""Witness a checkpoint: decide by the rules, make the head durable, then cosign and answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from plainview.core.tlog import (
    Answer,
    Refused,
    Submission,
    VerifierKey,
    cosign_text,
    decide,
    read_submission,
    witness_key,
)
from plainview.ports.clock import Clock
from plainview.ports.witness import HeldLog, Kept, WitnessState


@dataclass(frozen=True, slots=True)
class Witness:
    """Who witnesses which logs, and where it keeps what it saw. The key signs nothing else."""

    name: str
    private_key: bytes
    logs: Mapping[str, tuple[VerifierKey, ...]]
    state: WitnessState
    clock: Clock

    def vkey(self) -> str:
        """What logs and checkers are given to know this witness by."""
        return witness_key(self.name, self.private_key).vkey()


def witness_checkpoint(body: bytes, witness: Witness) -> Answer:
    """The answer to an add-checkpoint request.

    When it is 200, the head it cosigns was durable before it was signed. The hold ends after that,
    so that requests for one log are decided one by one; those for different logs do not wait.

    Raises: StateDamaged, NotKept: nothing was cosigned; say so and cosign nothing.
    """
    try:
        submission = read_submission(body, witness.logs)
    except Refused as refused:
        return refused.answer
    with witness.state.held(submission.checkpoint.origin) as log:
        seen = log.kept
        outcome = decide(submission, seen.head)
        if isinstance(outcome, Answer):
            _keep_split(submission, log)
            return outcome
        # A clock that was set back must not make a later cosignature look like an earlier one.
        time_s = max(witness.clock.now_ms() // 1000, seen.time_s, 1)
        log.keep(Kept(outcome, time_s, submission.note.encode()))
    signature = cosign_text(
        submission.note.text,
        name=witness.name,
        private_key=witness.private_key,
        time_s=time_s,
    )
    return Answer(200, signature.line())


def _keep_split(submission: Submission, log: HeldLog) -> None:
    """Keep both notes when the log signed two roots for one size: they convict it by themselves."""
    head, seen = submission.checkpoint, log.kept
    if seen.note and head.size == seen.head.size and head.root != seen.head.root:
        log.keep_evidence(seen.note, submission.note.encode())
