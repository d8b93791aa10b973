"""The rules of a witness: a request and what it last cosigned, to an answer and what it now has.

Reading a request needs no state; deciding on it does. Whoever runs these rules holds one log's
state from before `decide` until what it returns is durable, and only then signs and answers.

Source: C2SP tlog-witness, add-checkpoint.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from plainview.core.terms.hashing import EMPTY_ROOT
from plainview.core.tlog.checkpoints import Checkpoint, decimal, open_checkpoint, parse_checkpoint
from plainview.core.tlog.errors import (
    BadCheckpoint,
    BadKey,
    BadNote,
    NotSigned,
    ProofRefused,
    SignatureFails,
)
from plainview.core.tlog.notes import (
    ED25519,
    NOTE_BYTES_MAX,
    Note,
    VerifierKey,
    base64_bytes,
    base64_text,
    parse_note,
)
from plainview.core.tlog.tree import check_consistency

PATH_MAX: Final = 63
REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + 4_096
SIZE_TYPE: Final = "text/x.tlog.size"
TEXT_TYPE: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Seen:
    """The head a witness last cosigned of one log; a log it never cosigned is `Seen()`."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness says over HTTP."""

    status: int
    body: bytes
    content_type: str = TEXT_TYPE


class Refused(Exception):
    """A request that is answered without asking what was cosigned before."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body.decode().strip()}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Submission:
    """A well-formed request whose checkpoint a trusted key of its origin signed."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: Note


def _answer(status: int, words: str) -> Answer:
    return Answer(status, f"{words}\n".encode())


def _refused(status: int, words: str) -> Refused:
    return Refused(_answer(status, words))


def encode_submission(old: int, path: Iterable[bytes], checkpoint: bytes) -> bytes:
    """The body of an add-checkpoint request."""
    lines = [f"old {old}", *(base64_text(step) for step in path), "", ""]
    return "\n".join(lines).encode() + checkpoint


def keys_by_origin(keys: Iterable[VerifierKey]) -> dict[str, tuple[VerifierKey, ...]]:
    """The logs a witness knows: each origin with the keys trusted for it.

    Raises: BadKey: a key that is not a log's.
    """
    found: dict[str, tuple[VerifierKey, ...]] = {}
    for key in keys:
        if key.kind != ED25519:
            raise BadKey(f"{key.name}: a key of type {key.kind:02x}; a log's is 01")
        if key not in found.get(key.name, ()):
            found[key.name] = (*found.get(key.name, ()), key)
    return found


def read_submission(body: bytes, logs: Mapping[str, tuple[VerifierKey, ...]]) -> Submission:
    """The request in `body`, for one of `logs`.

    Raises: Refused: 400 malformed, or an old size above the checkpoint's; 404 an unknown origin;
        403 signed by no trusted key, or named as one that did not sign; 422 an empty tree with
        another root than the empty tree's.
    """
    if len(body) > REQUEST_BYTES_MAX:
        raise _refused(400, f"a request has at most {REQUEST_BYTES_MAX} bytes")
    head, blank, data = body.partition(b"\n\n")
    lines = head.decode("latin-1").split("\n")
    old = decimal(lines[0][4:]) if lines[0].startswith("old ") else None
    path = [base64_bytes(line) for line in lines[1:] if line.isascii()]
    steps = tuple(step for step in path if step is not None and len(step) == 32)
    if not blank or old is None:
        raise _refused(400, "a request is an old line, proof lines, an empty line, a checkpoint")
    if len(steps) != len(lines) - 1 or len(steps) > PATH_MAX:
        raise _refused(400, f"a proof is at most {PATH_MAX} hashes of 32 bytes in base64")
    checkpoint, note = _opened(data, logs)
    if old > checkpoint.size:
        raise _refused(400, f"old {old} is above the checkpoint's size {checkpoint.size}")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise _refused(422, "a tree without leaves has the root SHA256 of nothing")
    return Submission(old, steps, checkpoint, note)


def _opened(data: bytes, logs: Mapping[str, tuple[VerifierKey, ...]]) -> tuple[Checkpoint, Note]:
    try:
        note = parse_note(data)
        origin = parse_checkpoint(note.text).origin
    except (BadNote, BadCheckpoint) as error:
        raise _refused(400, str(error)) from error
    if origin not in logs:
        raise _refused(404, "this witness does not know that log")
    try:
        opened = open_checkpoint(data, logs[origin])
    except (NotSigned, SignatureFails) as error:
        raise _refused(403, str(error)) from error
    return opened.checkpoint, opened.note


def decide(submission: Submission, seen: Seen) -> Answer | Seen:
    """What a witness that last cosigned `seen` does: refuse, or keep the returned head and cosign.

    The head may equal `seen`: the same checkpoint is cosigned again, at a later time.
    409 names the size last cosigned; 422 is a proof that does not hold. From size 0 everything
    follows, so there the proof has to be empty.
    """
    head = submission.checkpoint
    conflict = Answer(409, f"{seen.size}\n".encode(), SIZE_TYPE)
    if submission.old != seen.size:
        return conflict
    if head.size == seen.size and head.root != seen.root:
        return conflict
    if not seen.size and submission.path:
        return _answer(422, "from size 0 the proof is empty")
    try:
        if seen.size:
            check_consistency(
                old=seen.size,
                old_root=seen.root,
                new=head.size,
                new_root=head.root,
                path=submission.path,
            )
    except ProofRefused as error:
        return _answer(422, str(error))
    return Seen(head.size, head.root)
