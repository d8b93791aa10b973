"""The fault table of the writer: each write refused, broken, failed, failed but persisted, died.

After each row the whole database is audited, and the command is asked again, as a client would.
"""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plainview.core.events import extend, genesis
from plainview.core.receipts import encode_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event
from plainview.edge.sqlite.carrying import CARRIED_OUT_BY
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import NewerSchema, newest_schema, open_to_write
from plainview.edge.sqlite.group_commit import GroupCommit, NotCarriedOut
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.commands import Command, Refused
from plainview.ports.serving import CountDelta, EpochRecord, RecordEpoch
from plainview.ports.view import IssueSlate, OpenSession, TakeEvents
from tests.fault.failing import FailingConnection
from tests.samples import receipt_of

ANN = ViewerId("a" * 32)
assert CARRYING

OPEN = OpenSession(token_hash=digest_of(b"ann"), viewer=ANN, at_ms=1)
LIKE = Event(n=0, kind="like", at_ms=5, author="viewer", key="k", video=VideoId(7))
TAKE = TakeEvents(viewer=ANN, events=(LIKE,))
ISSUE = IssueSlate(
    viewer=ANN, number=1, nonce="0" * 32, receipt=encode_receipt(receipt_of()),
    signature=b"s" * 64, epoch=1, videos=(VideoId(7),), at_ms=9,
)  # fmt: skip
RECORD = RecordEpoch(
    epoch=EpochRecord(
        number=1, root=Digest("1" * 64), header=b"{}", file="1.rows", starts_from=1, rows=0,
        seq=0, changed=0, frozen_ms=1, served_ms=1,
    ),
    deltas=(CountDelta(VideoId(7), (1,) * 12),),
)  # fmt: skip
WRITES: tuple[Command[Any], ...] = (OPEN, TAKE, ISSUE, RECORD)


OPENS = CARRIED_OUT_BY[OpenSession]


class Neighbour(Command[Any], frozen=True, kw_only=True):
    """A command that opens a session under another name."""

    token_hash: Digest
    viewer: ViewerId
    at_ms: int


class Writing:
    """A writer on a file, which can die and be started again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start()

    def start(self) -> None:
        """A fresh process's view of the file."""
        open_to_write(self.path).close()
        self.db = sqlite3.connect(self.path, isolation_level=None, factory=FailingConnection)
        self.group = GroupCommit(self.db)

    def die(self) -> None:
        """The process is gone, and with it what was not committed."""
        self.db.close()

    def ask(self, *commands: Command[Any]) -> list[Any]:
        """What the writer would answer."""
        return self.group.carry_out(commands)


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    writing = Writing(tmp_path / "plainview.db")
    db = writing.db
    db.execute("INSERT INTO creators (id, handle, name, created_ms) VALUES (1, 'c', 'C', 1)")
    db.execute(
        "INSERT INTO videos (id, creator, length_ms, width, height, has_sound, looks, thumbhash,"
        " poster, published_ms, changed) VALUES (7, 1, 5000, 1, 1, 1, x'', x'', '', 1, 1)"
    )
    yield writing
    writing.die()


def audit(path: Path) -> dict[str, int]:
    """See that the file is whole; how much of each thing is in it."""
    reads = SqliteReads(path)
    found = reads.chain_after(ANN, 0)
    if found is not None:
        head, events = found
        folded = genesis(ANN)
        for event in events:
            folded = extend(folded, event)
        assert (head.n, head.head) == (len(events), folded)
        assert len(reads.last_receipts(ANN, 99)) == head.number
        if head.number:
            issued = reads.issued(ANN, head.number)
            assert issued is not None
            assert digest_of(issued[1].receipt) == head.receipt
    count = {
        table: reads.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("viewers", "sessions", "events", "receipts", "epochs", "counts")
    }
    assert count["counts"] == count["epochs"], "an epoch and its counts come together"
    (broken,) = reads.db.execute("PRAGMA integrity_check").fetchone()
    assert broken == "ok"
    reads.db.close()
    return count


def before(writing: Writing, command: Command[Any]) -> None:
    """What must be there for `command` to be carried out."""
    for earlier in WRITES[: WRITES.index(command)]:
        writing.ask(earlier)


@pytest.mark.parametrize("command", WRITES, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("how", ["failed", "failed but persisted", "died"])
def test_a_write_that_goes_wrong_is_whole_or_absent(
    writing: Writing, command: Command[Any], how: str
) -> None:
    """Whatever becomes of the commit, the file is whole, and asking again ends as one did."""
    before(writing, command)
    absent = audit(writing.path)
    if how == "died":
        cursor = writing.db.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        CARRIED_OUT_BY[type(command)](cursor, command)
        cursor.close()
    else:
        writing.db.fails = how
        with pytest.raises(sqlite3.OperationalError):
            writing.ask(command)
    writing.die()
    after = audit(writing.path)
    assert (after == absent) == (how != "failed but persisted")
    writing.start()
    first, again = writing.ask(command)[0], writing.ask(command)[0]
    assert first == again
    assert not isinstance(again, Refused | NotCarriedOut)
    there = audit(writing.path)
    assert sum(there.values()) > sum(absent.values())
    writing.ask(command)
    assert audit(writing.path) == there


@pytest.mark.parametrize("command", WRITES, ids=lambda command: type(command).__name__)
def test_a_write_that_breaks_takes_no_other_with_it(
    writing: Writing, command: Command[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command that breaks half-way leaves nothing, and its neighbours are committed."""
    before(writing, command)
    absent = audit(writing.path)
    carrying: dict[Any, Any] = CARRIED_OUT_BY
    monkeypatch.setitem(carrying, type(command), _half(carrying[type(command)]))
    monkeypatch.setitem(carrying, Neighbour, OPENS)
    neighbour = Neighbour(token_hash=digest_of(b"ben"), viewer=ViewerId("b" * 32), at_ms=1)
    outcomes = writing.ask(command, neighbour)
    assert isinstance(outcomes[0], NotCarriedOut)
    assert not isinstance(outcomes[1], Refused | NotCarriedOut)
    after = audit(writing.path)
    assert after == {**absent, "viewers": absent["viewers"] + 1, "sessions": absent["sessions"] + 1}


def _half(carry: Callable[[sqlite3.Cursor, Any], Any]) -> Callable[[sqlite3.Cursor, Any], Any]:
    """`carry`, and then a fault."""

    def broken(db: sqlite3.Cursor, command: Any) -> Any:
        carry(db, command)
        raise ValueError("broken on purpose")

    return broken


def test_a_refused_write_leaves_nothing(writing: Writing) -> None:
    """Refusals in the middle of a batch undo themselves and nothing else."""
    writing.ask(OPEN)
    nobody = TakeEvents(viewer=ViewerId("c" * 32), events=(LIKE,))
    gap = IssueSlate(
        viewer=ANN, number=5, nonce="0" * 32, receipt=b"{}", signature=b"", epoch=1, videos=(),
        at_ms=1,
    )  # fmt: skip
    outcomes = writing.ask(nobody, TAKE, gap, ISSUE)
    assert [isinstance(outcome, Refused) for outcome in outcomes] == [True, False, True, False]
    found = audit(writing.path)
    assert (found["events"], found["receipts"]) == (2, 1)


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    """A database of a later version is refused, and not touched."""
    path = tmp_path / "plainview.db"
    db = open_to_write(path)
    db.execute(f"PRAGMA user_version = {newest_schema() + 1}")
    db.close()
    with pytest.raises(NewerSchema):
        open_to_write(path)
