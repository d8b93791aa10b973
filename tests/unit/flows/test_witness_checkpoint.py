"""Witnessing: durable first, signed then, and never a time that falls."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from plainview.core.tlog import (
    Seen,
    open_checkpoint,
    parse_signature_line,
    parse_vkey,
    verify_signature,
)
from plainview.flows.witness_checkpoint import witness_checkpoint
from plainview.ports.witness import Kept, NotKept
from tests.sample_logs import LOG_KEY, ORIGIN, TIME_S, cosigned, sample_log
from tests.witnesses import MemoryWitnessState, SetClock, sample_witness

LOG = sample_log(40)
FORK = sample_log(40, fork_at=3)


def test_the_answer_is_a_cosignature_of_what_was_kept() -> None:
    """The body is one line that fits the checkpoint, which is then open with log and witness."""
    state = MemoryWitnessState()
    witness = sample_witness(state=state)
    answer = witness_checkpoint(LOG.submission(0, 7), witness)
    assert answer.status == 200
    assert answer.body == cosigned(LOG.checkpoint(7), "w1.example")[len(LOG.checkpoint(7)) :]
    key = parse_vkey(witness.vkey())
    opened = open_checkpoint(LOG.checkpoint(7) + answer.body, [LOG_KEY], [key])
    assert [(s.key, s.time_s) for s in opened.signed_by] == [(LOG_KEY, 0), (key, TIME_S)]
    assert state.heads == {ORIGIN: Kept(Seen(7, LOG.root(7)), TIME_S, LOG.checkpoint(7))}


def test_times_do_not_fall() -> None:
    """With the clock set back, the next cosignature has the last one's time."""
    clock = SetClock()
    witness = sample_witness(clock=clock)
    witness_checkpoint(LOG.submission(0, 7), witness)
    clock.seconds -= 1000
    line = witness_checkpoint(LOG.submission(7, 9), witness).body.decode().rstrip("\n")
    text = LOG.checkpoint(9)[: LOG.checkpoint(9).rindex(b"\n\n") + 1]
    signed = verify_signature(text, parse_signature_line(line), parse_vkey(witness.vkey()))
    assert signed.time_s == TIME_S


def test_what_could_not_be_kept_is_not_signed() -> None:
    """A state that fails, before or after it took effect, lets no cosignature out; the next request
    is decided by what is really there."""

    class Failing(MemoryWitnessState):
        is_kept = False

        @contextmanager
        def held(self, origin: str) -> Iterator[Any]:
            with super().held(origin) as held:
                keep = held.keep

                def failing(kept: Kept) -> None:
                    if self.is_kept:
                        keep(kept)
                    raise NotKept("the disk is full")

                held.keep = failing  # type: ignore[method-assign]
                yield held

    for is_kept in (False, True):
        state = Failing()
        state.is_kept = is_kept
        with pytest.raises(NotKept):
            witness_checkpoint(LOG.submission(0, 7), sample_witness(state=state))
        whole = MemoryWitnessState(state.heads)
        answer = witness_checkpoint(FORK.submission(0, 7), sample_witness(state=whole))
        assert answer.status == (409 if is_kept else 200)


def test_two_roots_of_one_size_are_kept_as_evidence() -> None:
    """A second history of the same size leaves both notes, each signed by the log."""
    state = MemoryWitnessState()
    witness = sample_witness(state=state)
    witness_checkpoint(LOG.submission(0, 7), witness)
    for old in (7, 0):
        assert witness_checkpoint(FORK.submission(old, 7), witness).status == 409
    assert state.evidence == [(LOG.checkpoint(7), FORK.checkpoint(7))] * 2
    assert witness_checkpoint(LOG.submission(0, 9), witness).status == 409
    assert len(state.evidence) == 2


def test_a_refused_request_holds_nothing() -> None:
    """A request that is refused by its own bytes asks no state."""

    class Untouchable(MemoryWitnessState):
        def held(self, origin: str) -> Any:
            raise AssertionError("the state was asked")

    witness = sample_witness(state=Untouchable())
    assert witness_checkpoint(b"", witness).status == 400
    assert (
        witness_checkpoint(LOG.submission(0, 7).replace(b"\n7\n", b"\n8\n"), witness).status == 403
    )
