"""Gather cosignatures: the newest head goes to each witness, and is shown with what comes back."""

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from plainview.core.tlog import (
    BadNote,
    Note,
    Policy,
    PolicyWitness,
    Signature,
    SignatureFails,
    encode_submission,
    parse_signature_line,
    verify_signature,
)
from plainview.flows.prove_receipt import OutsideLog, PublishedLog
from plainview.flows.publish_checkpoint import CheckpointPublisher
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.tlog import (
    Cosignature,
    KeepCosignatures,
    LogFiles,
    LogHead,
    LogReads,
    WitnessClient,
    WitnessGone,
)

LOG = logging.getLogger(__name__)

LATE_MS = 5_000
"""So long nothing is shown for want of a quorum before a head is shown with what there is. Playback
never waits: epochs are served from recorded heads."""
PAUSE_MS = 10_000
"""Before a witness that failed is asked again."""
THREADS = 8


class WitnessSilent(Exception):
    """A witness gave no cosignature for this head; the message says why."""


class CosignatureGatherer:
    """Takes each head to the witnesses of the policy in force, and shows it once they have signed.

    A checkpoint that was shown is replaced by one with the quorum's cosignatures, or after LATE_MS
    by one without. A witness that fails, lies or is slow delays nothing but its own line.
    """

    def __init__(
        self,
        *,
        reads: LogReads,
        writer: Writer,
        files: LogFiles,
        publisher: CheckpointPublisher,
        client: WitnessClient,
        clock: Clock,
        policy: Callable[[], Policy | None],
    ) -> None:
        self._reads = reads
        self._writer = writer
        self._files = files
        self._publisher = publisher
        self._client = client
        self._clock = clock
        self._policy = policy
        self._log = PublishedLog(reads=reads, files=files)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="witness")
        self._paused: dict[str, int] = {}
        self._shown = (0, 0)
        self._shown_ms = clock.now_ms()

    def gather_if_due(self) -> LogHead | None:
        """Ask for what the newest head lacks; the head if it is shown anew.

        Raises: WriterGone.
        """
        policy, head = self._policy(), self._reads.newest_head()
        if policy is None or not policy.witnesses or head is None:
            return None
        have = self._cosigned(head)
        now_ms = self._clock.now_ms()
        wanted = [
            witness
            for witness in policy.witnesses
            if witness.name not in have and self._paused.get(witness.name, 0) <= now_ms
        ]
        if wanted:
            fresh = [one for one in self._pool.map(lambda w: self._ask(w, head), wanted) if one]
            if fresh:
                self._writer.submit(KeepCosignatures(cosignatures=tuple(fresh)))
                have |= {one.witness: one for one in fresh}
        return self._show(head, policy, have)

    def _cosigned(self, head: LogHead) -> dict[str, Cosignature]:
        """What is kept of this head already, by witness."""
        return {one.witness: one for one in self._reads.cosignatures() if one.size == head.size}

    def _show(self, head: LogHead, policy: Policy, have: dict[str, Cosignature]) -> LogHead | None:
        now_ms = self._clock.now_ms()
        is_late = now_ms > self._shown_ms + LATE_MS
        if self._shown == (head.size, len(have)) or not (policy.is_met_by(have) or is_late):
            return None
        note = self._publisher.sign(head)
        keys = {witness.name: witness.key for witness in policy.witnesses}
        lines = [parse_signature_line(have[name].line) for name in keys if name in have]
        cosigned = Note(note.text, (*note.signatures, *lines))
        was_shown = self._files.replace_checkpoint(cosigned.encode(), size=head.size)
        self._shown, self._shown_ms = (head.size, len(have)), now_ms
        return head if was_shown else None

    def _ask(self, witness: PolicyWitness, head: LogHead) -> Cosignature | None:
        """One witness's cosignature of `head`; a witness without one is left alone for a while."""
        try:
            return self._cosignature(witness, head)
        except (WitnessGone, WitnessSilent) as error:
            LOG.warning("witness %s did not cosign size %s: %s", witness.name, head.size, error)
            self._paused[witness.name] = self._clock.now_ms() + PAUSE_MS
            return None

    def _cosignature(self, witness: PolicyWitness, head: LogHead) -> Cosignature:
        kept = {one.witness: one.size for one in self._reads.cosignatures()}
        note = self._publisher.sign(head)
        old, tries = kept.get(witness.name, 0), 0
        while True:
            body = self._submission(old, head, note)
            answer = self._client.add_checkpoint(witness.url, body)
            if answer.status != 409 or tries:
                break
            # It has cosigned another size than we know of: go on from there, once.
            old, tries = _size_in(answer.body), 1
            if not 0 <= old <= head.size:
                raise WitnessSilent(f"it has seen size {old}, which is not published here")
        if answer.status != 200:
            raise WitnessSilent(f"it answered {answer.status}: {answer.body[:120]!r}")
        signature = _line_of(answer.body.decode(errors="replace").splitlines(), note, witness)
        return Cosignature(
            witness=witness.name,
            size=head.size,
            line=signature.line().decode().rstrip("\n"),
            at_ms=self._clock.now_ms(),
        )

    def _submission(self, old: int, head: LogHead, note: Note) -> bytes:
        try:
            path = self._log.consistency(old, head.size)
        except OutsideLog as error:
            raise WitnessSilent(str(error)) from error
        return encode_submission(old, path, note.encode())


def _size_in(body: bytes) -> int:
    text = body.decode("ascii", "replace").strip()
    return int(text) if text.isdecimal() and len(text) < 19 else -1


def _line_of(lines: Iterable[str], note: Note, witness: PolicyWitness) -> Signature:
    """The one line that is this witness's, verified. Raises: WitnessSilent."""
    for line in lines:
        try:
            signature = parse_signature_line(line)
            if (signature.name, signature.key_id) == (witness.key.name, witness.key.key_id):
                verify_signature(note.text, signature, witness.key)
                return signature
        except (BadNote, SignatureFails) as error:
            raise WitnessSilent(f"its answer is no cosignature: {error}") from error
    raise WitnessSilent("its answer has no signature by the key that is trusted")
