"""A witness's folder: key, heads, locks, and every way a write can go wrong."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plainview.core.tlog import BadKey, Seen, witness_key
from plainview.edge import witness_folder
from plainview.edge.witness_folder import (
    EVIDENCE_MAX,
    FileWitnessState,
    NoWitnessKey,
    encode_kept,
    make_witness_key,
    parse_kept,
    read_witness_key,
)
from plainview.ports.witness import Kept, NotKept, StateDamaged
from tests.sample_logs import ORIGIN, private_key, sample_log
from tests.unit.house.tree import ROOT

LOG = sample_log(20)
SEVEN = Kept(Seen(7, LOG.root(7)), 5, LOG.checkpoint(7))
NINE = Kept(Seen(9, LOG.root(9)), 6, LOG.checkpoint(9))
KEY = private_key("w1.example")


def head_file(folder: Path) -> Path:
    (found,) = (folder / "logs").glob("*.head")
    return found


def test_a_key_is_made_once(tmp_path: Path) -> None:
    """It is read back with its name, only its owner can read it, and a second is refused."""
    folder = tmp_path / "deep" / "w"
    made = make_witness_key(folder, name="w1.example", key=KEY)
    assert read_witness_key(folder) == (KEY, made) == (KEY, witness_key("w1.example", KEY))
    assert (folder / "witness.ed25519").stat().st_mode & 0o777 == 0o600
    with pytest.raises(NoWitnessKey, match="already"):
        make_witness_key(folder, name="w1.example", key=private_key("x"))
    assert read_witness_key(folder)[0] == KEY


def test_a_key_is_not_made_over_what_was_seen(tmp_path: Path) -> None:
    """A folder that holds heads and has lost its key gets no new one: it would have forgotten."""
    FileWitnessState(tmp_path)
    with pytest.raises(NoWitnessKey, match="already"):
        make_witness_key(tmp_path, name="w1.example", key=KEY)
    with pytest.raises(BadKey):
        make_witness_key(tmp_path / "new", name="w 1", key=KEY)


def test_a_key_that_is_gone_or_another_is_told(tmp_path: Path) -> None:
    """A missing key, a damaged one and one that its name's file does not fit are refused."""
    with pytest.raises(NoWitnessKey, match="--init"):
        read_witness_key(tmp_path)
    make_witness_key(tmp_path, name="w1.example", key=KEY)
    for data in (KEY[:-1], private_key("x"), b""):
        (tmp_path / "witness.ed25519").write_bytes(data)
        with pytest.raises(NoWitnessKey, match="is not the key"):
            read_witness_key(tmp_path)
    (tmp_path / "witness.vkey").write_text("w1.example+x\n")
    with pytest.raises(NoWitnessKey, match="damaged"):
        read_witness_key(tmp_path)


def test_a_head_file_by_hand() -> None:
    """Header, checksum, time, empty line, the note; a person can read it."""
    lines = encode_kept(SEVEN).split(b"\n")
    assert lines[0] == b"plainview witness-head v1"
    assert lines[2:6] == [b"time 5", b"", ORIGIN.encode(), b"7"]
    assert parse_kept(encode_kept(SEVEN)) == SEVEN


def test_every_flipped_bit_of_a_head_is_noticed() -> None:
    """No byte of a head file can change, and none can be cut off, without being noticed."""
    data = encode_kept(SEVEN)
    for at in range(len(data)):
        with pytest.raises(StateDamaged):
            parse_kept(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(StateDamaged):
            parse_kept(data[:at])


@pytest.mark.parametrize("data", [b"", b"\n", b"x" * 100])
def test_a_damaged_head_is_never_taken_for_a_new_log(tmp_path: Path, data: bytes) -> None:
    """A head file that cannot be read stops the log; it does not begin again from 0."""
    state = FileWitnessState(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(SEVEN)
    head_file(tmp_path).write_bytes(data)
    with pytest.raises(StateDamaged, match=r"\.head"):
        state.kept(ORIGIN)
    with pytest.raises(StateDamaged), state.held(ORIGIN):
        raise AssertionError("it was held")


def test_a_head_of_another_log_is_refused(tmp_path: Path) -> None:
    """A head file put in another log's place is noticed."""
    state = FileWitnessState(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(SEVEN)
    head_file(tmp_path).rename(state._path("other.example"))
    with pytest.raises(StateDamaged, match="another log"):
        state.kept("other.example")


class Disk:
    """A disk on which one of the steps of a write fails, before or after it took effect."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str, *, is_done: bool) -> None:
        owner, name = {
            "sync the file": (os, "fsync"),
            "rename": (Path, "replace"),
            "sync the folder": (witness_folder, "sync_folder"),
        }[step]
        real = getattr(owner, name)

        def failing(*args: Any) -> Any:
            if is_done:
                real(*args)
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(owner, name, failing)


@pytest.mark.parametrize(
    ("step", "is_done", "after"),
    [
        ("sync the file", False, SEVEN),
        ("sync the file", True, SEVEN),
        ("rename", False, SEVEN),
        ("rename", True, NINE),
        ("sync the folder", False, NINE),
        ("sync the folder", True, NINE),
    ],
)
def test_a_write_that_fails(tmp_path: Path, step: str, is_done: bool, after: Kept) -> None:
    """Failed, or failed but kept: it is told, the head is the old or the new one whole, and the
    next request is decided by the one that is there."""
    state = FileWitnessState(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(SEVEN)
    with pytest.MonkeyPatch.context() as patch, state.held(ORIGIN) as held:
        Disk(patch, step, is_done=is_done)
        with pytest.raises(NotKept, match="No space left"):
            held.keep(NINE)
        assert held.kept == SEVEN
    assert FileWitnessState(tmp_path).kept(ORIGIN) == after
    with state.held(ORIGIN) as held:
        assert held.kept == after
        held.keep(NINE)
    assert state.kept(ORIGIN) == NINE


def test_a_half_written_file_is_never_read(tmp_path: Path) -> None:
    """What a killed process left of a write is written over, and was never the head."""
    state = FileWitnessState(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(SEVEN)
    head_file(tmp_path).with_suffix(".new").write_bytes(b"plainview witness-he")
    assert state.kept(ORIGIN) == SEVEN
    with state.held(ORIGIN) as held:
        held.keep(NINE)
    assert [path.suffix for path in sorted((tmp_path / "logs").iterdir())] == [".head", ".lock"]


def test_evidence_is_kept_once_a_size_and_not_without_end(tmp_path: Path) -> None:
    """Both notes stand in one file; a second for the size adds none, and there is a last."""
    state = FileWitnessState(tmp_path)
    with state.held(ORIGIN) as held:
        held.keep(SEVEN)
        held.keep_evidence(b"mine\n", b"other\n")
        held.keep_evidence(b"mine\n", b"third\n")
    (found,) = state.evidence.iterdir()
    assert found.read_bytes() == b"mine\n\nother\n"
    assert found.name.endswith("-7.txt")
    for n in range(EVIDENCE_MAX):
        (state.evidence / f"{n}.txt").touch()
    with state.held(ORIGIN) as held:
        held.keep(NINE)
        held.keep_evidence(b"mine\n", b"other\n")
    assert len(list(state.evidence.iterdir())) == EVIDENCE_MAX + 1


STEPS = """
import sys
from pathlib import Path
from plainview.edge.witness_folder import FileWitnessState
from tests.contract.test_witness_state import kept_at
from tests.sample_logs import ORIGIN
state, heads = FileWitnessState(Path(sys.argv[1])), [kept_at(n) for n in range(41)]
for _ in range(20):
    with state.held(ORIGIN) as held:
        held.keep(heads[held.kept.head.size + 1])
"""


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Two processes that each add one to the size twenty times lose none of the steps."""
    command = [sys.executable, "-c", STEPS, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    running = [subprocess.Popen(command, cwd=ROOT, env=env) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert FileWitnessState(tmp_path).kept(ORIGIN).head.size == 40
