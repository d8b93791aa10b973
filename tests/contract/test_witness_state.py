"""What a witness keeps, over every implementation: whole, its own log's, one holder at a time."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from plainview.core.tlog import Seen
from plainview.edge.witness_folder import FileWitnessState
from plainview.ports.witness import Kept, WitnessState
from tests.sample_logs import ORIGIN, SampleLog, sample_log
from tests.witnesses import MemoryWitnessState

LOG = sample_log(40)
OTHER = SampleLog(LOG.entries, LOG.hashes, origin="other.example")

Make = Callable[[Path], WitnessState]
EVERY = pytest.mark.parametrize("make", [lambda _: MemoryWitnessState(), FileWitnessState])


def kept_at(size: int, log: SampleLog = LOG, time_s: int = 5) -> Kept:
    return Kept(Seen(size, log.root(size)), time_s, log.checkpoint(size))


@EVERY
def test_a_log_never_seen_is_empty(make: Make, tmp_path: Path) -> None:
    """Of a log it never cosigned a witness keeps size 0."""
    state = make(tmp_path)
    assert state.kept(ORIGIN) == Kept()
    with state.held(ORIGIN) as held:
        assert held.kept == Kept()
    assert state.kept(ORIGIN) == Kept()


@EVERY
def test_what_was_kept_is_there(make: Make, tmp_path: Path) -> None:
    """What `keep` took is what is kept, in the hold and after it, and only for its own log."""
    state = make(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(kept_at(7))
        assert held.kept == kept_at(7)
    with state.held(ORIGIN) as held:
        assert held.kept == kept_at(7)
        held.keep(kept_at(9))
    with state.held(OTHER.origin) as held:
        held.keep(kept_at(3, OTHER))
    assert state.kept(ORIGIN) == kept_at(9)
    assert state.kept(OTHER.origin) == kept_at(3, OTHER)


@EVERY
def test_a_hold_ends_with_its_block(make: Make, tmp_path: Path) -> None:
    """An error inside lets the next one in."""
    state = make(tmp_path)
    with pytest.raises(ZeroDivisionError), state.held(ORIGIN):
        _ = 1 // 0
    with state.held(ORIGIN) as held:
        held.keep(kept_at(7))


@EVERY
def test_one_holder_at_a_time(make: Make, tmp_path: Path) -> None:
    """Eight threads that each add one to the size five times lose none of the steps."""
    state = make(tmp_path)
    heads = [kept_at(n) for n in range(41)]

    def step() -> None:
        for _ in range(5):
            with state.held(ORIGIN) as held:
                held.keep(heads[held.kept.head.size + 1])

    threads = [threading.Thread(target=step) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.kept(ORIGIN) == heads[40]


@EVERY
def test_evidence_is_taken(make: Make, tmp_path: Path) -> None:
    """Two notes are kept beside the head, and keeping them twice is no error."""
    state = make(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(kept_at(7))
        held.keep_evidence(b"mine\n", b"other\n")
        held.keep_evidence(b"mine\n", b"other\n")
    assert state.kept(ORIGIN) == kept_at(7)
