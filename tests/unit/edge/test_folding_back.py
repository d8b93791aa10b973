"""Folding the log file back: what the thread does, what is left to the writer, and the bound."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from plainview.edge.sqlite import folding_back
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.folding_back import PASSIVE, FoldingBack

WAIT_S = 20.0


class Database:
    """A database with its writer, what folds its log back, and a connection beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.db = open_to_write(path)
        self.db.execute(PASSIVE)
        self.folding = FoldingBack(self.db, path)
        self.beside = sqlite3.connect(path, isolation_level=None)
        self.written = 0

    def write(self, pages: int) -> None:
        """One commit of about that many pages."""
        self.written += 1
        text = "x" * 4_000 * pages
        self.db.execute("INSERT INTO facts VALUES (?, ?)", (f"f{self.written}", text))

    def pages(self) -> int:
        """How many pages the log holds; asked when all of them are folded back."""
        return int(self.beside.execute(PASSIVE).fetchone()[1])

    def folded(self) -> int:
        """How many of the commits the database's own file holds."""
        alone = sqlite3.connect(f"file:{self.path}?immutable=1", uri=True)
        (count,) = alone.execute("SELECT count(*) FROM facts WHERE name LIKE 'f_'").fetchone()
        alone.close()
        return int(count)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(folding_back, "FOLD_PAGES", 100)
    monkeypatch.setattr(folding_back, "FOLD_POLL_S", 0.01)
    database = Database(tmp_path / "plainview.db")
    yield database
    database.beside.close()
    database.db.close()


def test_a_long_log_is_begun_anew(database: Database) -> None:
    """The writer folds back what was committed while the thread was at it; the commit after that
    is the first of a new log."""
    database.write(pages=120)
    database.folding.fold(database.beside)
    assert database.folded() == 1
    database.write(pages=3)
    assert database.folded() == 1
    database.folding.between_commits()
    assert database.folded() == 2
    database.write(pages=1)
    assert database.pages() < 20


def test_a_short_log_is_left_to_grow(database: Database) -> None:
    """Below the bound the writer has nothing to do between commits."""
    database.write(pages=1)
    database.folding.fold(database.beside)
    database.write(pages=1)
    database.folding.between_commits()
    assert database.folded() == 1


def test_no_commit_folds_back_until_four_times_the_length(database: Database) -> None:
    """Then one does, so that the log stays bounded whatever becomes of the thread."""
    for _ in range(3):
        database.write(pages=100)
    assert database.folded() == 0
    database.write(pages=110)
    assert database.folded() == 4


def test_the_thread_folds_back_by_itself(database: Database) -> None:
    """Started, it folds back what is committed, until it is stopped."""
    database.folding.start()
    database.write(pages=1)
    until = time.monotonic() + WAIT_S
    folded = 0
    while folded < 1:
        assert time.monotonic() < until
        time.sleep(0.01)
        # The file is read beside the thread that writes it: in between, it may be half a page.
        with suppress(sqlite3.DatabaseError):
            folded = database.folded()
    database.folding.stop()
    database.write(pages=1)
    time.sleep(0.05)
    assert database.folded() == 1
