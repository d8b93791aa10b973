"""The rules of a witness, code by code, and what no order of requests can make it do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.hashing import EMPTY_ROOT
from plainview.core.tlog import (
    Answer,
    BadKey,
    Checkpoint,
    Refused,
    Seen,
    check_consistency,
    consistency_path,
    decide,
    encode_submission,
    keys_by_origin,
    log_key,
    read_submission,
    sign_checkpoint,
    witness_key,
)
from tests.sample_logs import LOG_KEY, ORIGIN, private_key, sample_log

LOG = sample_log(64)
FORK = sample_log(64, fork_at=5)
LOGS = keys_by_origin([LOG_KEY])
SEEN = Seen(20, LOG.root(20))


def asked(body: bytes, seen: Seen = SEEN) -> Answer | Seen:
    """What a witness of the sample log does with a request."""
    try:
        return decide(read_submission(body, LOGS), seen)
    except Refused as refused:
        return refused.answer


def status(body: bytes, seen: Seen = SEEN) -> int:
    answer = asked(body, seen)
    return answer.status if isinstance(answer, Answer) else 200


def test_a_log_that_grows_is_cosigned() -> None:
    """From the size last seen, with the proof, the new head is what the witness now has."""
    assert asked(LOG.submission(20, 33)) == Seen(33, LOG.root(33))
    assert asked(LOG.submission(0, 7), Seen()) == Seen(7, LOG.root(7))
    assert asked(LOG.submission(0, 0), Seen()) == Seen()


def test_the_same_head_is_cosigned_again() -> None:
    """Asking again for the head last seen, without a proof, is granted and changes nothing."""
    assert asked(LOG.submission(20, 20)) == SEEN


GOOD = LOG.submission(20, 33)
PATH = consistency_path(20, 33, LOG.hashes)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\n\n", GOOD.replace(b"old 20", b"old 020"), GOOD.replace(b"old 20", b"old"),
        GOOD.replace(b"old 20", b"old  20"), GOOD.replace(b"old 20", b"old -1"),
        GOOD[4:], b"\n" + GOOD,
        GOOD.replace(b"old 20", b"new 20"), GOOD.replace(b"old 20\n", b"old 20\nAAAA\n"),
        GOOD.replace(b"old 20\n", b"old 20\nx\n"), GOOD.replace(b"old 20\n", b"old 20\n\xff\n"),
        GOOD.replace(b"old 20\n", "old 20\n\u2014\n".encode()), GOOD.replace(b"\n\n", b"\n", 1),
        GOOD[:-1], GOOD + b"\n", GOOD + b"x", GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n33\n", b"\n033\n"), b"old 0\n\n" + LOG_KEY.vkey().encode(),
        encode_submission(20, [b"x" * 32] * 64, LOG.checkpoint(33)), LOG.submission(20, 33) * 2,
        encode_submission(34, [], LOG.checkpoint(33)),
        encode_submission(2**63, [], LOG.checkpoint(33)),
        GOOD + b"x" * 300_000,
    ],
)  # fmt: skip
def test_400(body: bytes) -> None:
    """What is no request, or says that it has seen more than it shows, is a bad request."""
    assert status(body) == 400


def test_404() -> None:
    """A log the witness was not told of is unknown, whoever signed."""
    other = sample_log(3)
    text = Checkpoint("other.example", 3, other.root(3))
    note = sign_checkpoint(text, private_key=private_key("other.example")).encode()
    assert status(encode_submission(0, [], note), Seen()) == 404


@pytest.mark.parametrize("old", [0, 20, 33])
def test_403(old: int) -> None:
    """A known log's origin under another key, or under its key's name with a bad signature, is
    forbidden, before anything is said of sizes."""
    stranger = LOG.checkpoint(33, signer="eve")
    assert status(encode_submission(old, PATH, stranger)) == 403
    forged = LOG.checkpoint(33).replace(b"\n33\n", b"\n34\n")
    assert status(encode_submission(old, PATH, forged)) == 403
    both = LOG.checkpoint(33) + FORK.checkpoint(33)[-len(LOG.checkpoint(33).split(b"\n\n")[1]) :]
    assert status(encode_submission(old, PATH, both)) == 403


@pytest.mark.parametrize("old", [0, 19, 21, 33])
def test_409_from_another_size(old: int) -> None:
    """From any other size than the one last seen, the answer is that size and a line feed."""
    answer = asked(LOG.submission(old, 33))
    assert answer == Answer(409, b"20\n", "text/x.tlog.size")


def test_409_for_another_root() -> None:
    """Another tree of the size last seen is a conflict, and so is a rollback."""
    assert status(FORK.submission(20, 20)) == 409
    assert status(LOG.submission(19, 19)) == 409
    assert status(LOG.submission(0, 19)) == 409


@pytest.mark.parametrize(
    "path",
    [[], PATH[:-1], PATH[1:], [*PATH, b"x" * 32], [b"x" * 32, *PATH[1:]], PATH[::-1]],
)
def test_422(path: list[bytes]) -> None:
    """A proof that does not lead from the head last seen to the one submitted is refused."""
    assert status(encode_submission(20, path, LOG.checkpoint(33))) == 422


def test_422_for_a_fork() -> None:
    """A history that left the log before the size last seen has no proof, its own included."""
    assert status(FORK.submission(20, 33)) == 422
    assert status(encode_submission(20, PATH, FORK.checkpoint(33))) == 422
    assert status(encode_submission(20, [b"x" * 32], LOG.checkpoint(20))) == 422


def test_from_nothing_the_proof_is_empty() -> None:
    """Old size 0 stands apart: every first head is taken, without proof, and with one refused."""
    assert status(FORK.submission(0, 33), Seen()) == 200
    assert status(encode_submission(0, PATH, LOG.checkpoint(33)), Seen()) == 422
    assert status(encode_submission(0, [b"x" * 32], LOG.checkpoint(0)), Seen()) == 422


def test_an_empty_tree_has_one_root() -> None:
    """A checkpoint of size 0 with a root of something is not cosigned."""
    head = Checkpoint(ORIGIN, 0, b"x" * 32)
    note = sign_checkpoint(head, private_key=private_key(ORIGIN)).encode()
    assert status(encode_submission(0, [], note), Seen()) == 422
    assert LOG.root(0) == EMPTY_ROOT


def test_two_keys_of_one_origin() -> None:
    """A log whose key changed is known by both; a witness's key is not taken for a log's."""
    new = log_key(ORIGIN, private_key("new"))
    logs = keys_by_origin([LOG_KEY, new, LOG_KEY])
    assert logs == {ORIGIN: (LOG_KEY, new)}
    note = LOG.checkpoint(3, signer="new")
    assert read_submission(encode_submission(0, [], note), logs).checkpoint.size == 3
    with pytest.raises(BadKey):
        keys_by_origin([witness_key("w", private_key("w"))])


REQUESTS = st.tuples(st.integers(0, 3), st.integers(0, 64), st.integers(0, 64), st.integers(0, 64))
BRANCHES = [LOG, *(sample_log(64, fork_at=at, branch=at) for at in (5, 21, 40))]


@given(st.lists(REQUESTS, max_size=60))
def test_no_order_of_requests_gets_two_histories(requests: list[tuple[int, int, int, int]]) -> None:
    """Whatever a log with four histories asks, in whatever order, all heads that a witness takes
    are prefixes of one another, and its size never falls."""
    seen = Seen()
    taken = [seen]
    for branch, old, new, proof_from in requests:
        log = BRANCHES[branch]
        old = seen.size if old % 2 else old
        start = min(proof_from if proof_from % 3 == 0 else old, new)
        body = encode_submission(
            min(old, new), consistency_path(start, new, log.hashes), log.checkpoint(new)
        )
        answer = asked(body, seen)
        if isinstance(answer, Seen):
            assert answer.size >= seen.size
            seen = answer
            taken.append(seen)
    histories = [log for log in BRANCHES if all(log.root(head.size) == head.root for head in taken)]
    assert histories
    last = taken[-1]
    for head in taken:
        if head.size:
            path = consistency_path(head.size, last.size, histories[0].hashes)
            check_consistency(
                old=head.size, old_root=head.root, new=last.size, new_root=last.root, path=path
            )
