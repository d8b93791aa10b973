"""Beginning the log: of a new edition, and of one that was there before."""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from plainview.app.wire import release_digest, source_tree
from plainview.core.history import fold_history, log_name, parse_entry, parse_trust
from plainview.core.terms.hashing import digest_of
from plainview.edge.memory import FixedSigner
from plainview.edge.memory_log import FixedLogSigner, FixedRootSigner
from plainview.edge.sqlite.database import newest_schema, open_to_write
from plainview.flows.begin_log import SourceTree, begin_log, keep_source
from plainview.flows.verify_log import verify_log
from plainview.ports.commands import Refused
from plainview.ports.tlog import RecordSource
from tests.edition import Edition, serve

TREE = SourceTree(b"a.py 0\n", {digest_of(b"a"): b"a"})


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Edition]:
    """An edition with a past and no log."""
    edition = Edition(tmp_path, videos=30, has_log=False)
    edition.freezer.freeze_if_due()
    edition.remove(edition.world.videos[0].id)
    edition.freezer.freeze_if_due()
    edition.act(edition.viewer(1), "k", "like", video=edition.world.videos[1].id)
    yield edition
    edition.close()


def begin(edition: Edition, tree: SourceTree = TREE) -> None:
    begin_log(
        "test", tree, reads=edition.log_reads, writer=edition.writer, objects=edition.objects,
        receipts=FixedSigner(), log=FixedLogSigner(), root=FixedRootSigner, clock=edition.clock,
    )  # fmt: skip


def kinds(edition: Edition) -> list[str]:
    bodies = edition.log_reads.log_entries(0, count=999)
    return [str(parse_entry(body).__struct_config__.tag) for body in bodies]


def test_an_older_edition_gets_its_historys_start(older: Edition) -> None:
    """Before the log nothing is served; after it begins, trust, source, policies, weights, hours,
    decisions and the newest epoch are stated, lawfully, and that epoch is served from."""
    older.shelf.refresh()
    assert not older.shelf.is_ready
    assert kinds(older) == []
    begin(older)
    assert kinds(older) == [
        "trust", "source", "policies", "weights", "hours", "decision", "epoch",
    ]  # fmt: skip
    older.publish()
    assert older.shelf.newest().epoch.header.number == 2
    end = older.log_reads.intervals_end()
    assert end is not None
    assert (end.number, end.seq) == (0, 1), "what was received before is in no interval"
    serve(older, older.viewer(2), 1)
    facts = verify_log(
        reads=older.log_reads, serving=older.reads, files=older.log_files,
        keys=older.publisher.keys,
    )  # fmt: skip
    assert (facts.entries, facts.epochs) == (7, 1)


def test_a_log_begins_once(older: Edition) -> None:
    """At later starts nothing is stated again; another source tree is, once, as is its return."""
    begin(older)
    count = len(kinds(older))
    begin(older)
    assert len(kinds(older)) == count
    other = SourceTree(b"b.py 0\n", TREE.files)
    for tree in (other, other, TREE):
        begin(older, tree)
    assert kinds(older)[count:] == ["source", "source"]
    older.publish()
    assert older.log_reads.is_source_logged(digest_of(other.listing))
    assert not older.log_reads.is_source_logged(digest_of(b"never"))


def test_nothing_is_stated_before_the_log_begins(older: Edition) -> None:
    """A source tree cannot be the first entry."""
    with pytest.raises(Refused) as refused:
        older.writer.submit(RecordSource(digest=digest_of(b"x"), files=1, at_ms=1))
    assert refused.value.code == "no_log"


def test_the_first_root_of_trust_names_the_editions_keys(older: Edition) -> None:
    """Its receipt key, its log key under the log's name, one root key, and no witness yet."""
    begin(older)
    stored = older.log_reads.trust()
    assert stored is not None
    document = parse_trust(stored.document)
    assert (document.edition, document.version, document.threshold) == (log_name("test"), 1, 1)
    assert document.log_keys == (older.publisher.keys[0].vkey(),)
    assert document.witnesses.quorum == "none"
    assert older.objects.get(digest_of(stored.document)) == stored.document


def test_the_source_can_be_had_by_hash(older: Edition) -> None:
    """The listing names this program's own files, hashes to the release, and each file is kept."""
    tree = source_tree()
    keep_source(tree, objects=older.objects)
    begin(older, tree)
    assert digest_of(tree.listing) == release_digest()
    for line in tree.listing.decode().splitlines():
        name, digest = line.split(" ")
        assert digest_of(older.objects.get(digest)) == digest, name  # type: ignore[arg-type]
    assert any(line.startswith("app/wire.py ") for line in tree.listing.decode().splitlines())
    assert fold_history([parse_entry(b) for b in older.log_reads.log_entries(0, count=99)])[1] == []


def test_viewers_from_before_the_log_get_a_secret(tmp_path: Path) -> None:
    """The migration draws 32 bytes for each viewer there is, no two the same."""
    folder = files("plainview.edge.sqlite") / "migrations"
    db = sqlite3.connect(tmp_path / "plainview.db", isolation_level=None)
    for name in ("0001_spine.sql", "0002_intake.sql"):
        db.executescript((folder / name).read_text())
    db.execute("PRAGMA user_version = 2")
    for no in (1, 2, 3):
        db.execute(
            "INSERT INTO viewers (no, id, created_ms, head, receipt) VALUES (?, ?, 1, x'', '')",
            (no, f"{no:032x}"),
        )
    db.close()
    db = open_to_write(tmp_path / "plainview.db")
    secrets = [row[0] for row in db.execute("SELECT secret FROM viewer_salts ORDER BY viewer")]
    assert db.execute("PRAGMA user_version").fetchone() == (newest_schema(),)
    db.close()
    assert [len(secret) for secret in secrets] == [32, 32, 32]
    assert len(set(secrets)) == 3
