"""`plainview replay`: on a data folder, on an exported file, and on what was tampered with."""

import json
import sqlite3
from base64 import b64encode
from functools import cache
from pathlib import Path

import pytest

from plainview.app.cli import main
from plainview.app.http.books import Books
from plainview.app.wire import Wired
from plainview.core.receipts import encode_receipt, parse_receipt, sign
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from plainview.edge.sqlite.check_reads import SqliteCheckReads
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.reads import SqliteReads
from plainview.ports.serving import NameEdition
from plainview.sim.pocket import Pocket
from tests.pocket_evidence import worked_pocket
from tests.pocket_folder import write_folder

assert CARRYING


@cache
def pocket() -> Pocket:
    return worked_pocket(seed=3, videos=150, slates=24, viewers=3, slates_per_epoch=8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_folder(pocket(), tmp_path / "data")
    return tmp_path / "data"


def replay(*arguments: str | Path) -> int:
    return main(["replay", *(str(argument) for argument in arguments)])


def change(root: Path, sql: str, *values: object) -> None:
    db = sqlite3.connect(root / "plainview.db")
    assert db.execute(sql, values).rowcount >= 1
    db.commit()
    db.close()


def test_all_slates_of_a_folder_are_the_same(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--all recomputes every stored slate, --last the newest, and both exit 0."""
    assert replay("--all", "--data", root) == 0
    assert "24 slates recomputed" in capsys.readouterr().out
    assert replay("--last", "5", "--data", root) == 0
    assert "5 slates recomputed" in capsys.readouterr().out


def test_a_receipt_edited_in_the_database_is_shown_beside_the_honest_slate(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two videos swapped and signed again with the edition's key: exit 1, stage, both slates."""
    slate = pocket().slates[-1]
    receipt = parse_receipt(slate.receipt)
    first, second, *rest = receipt.slate
    edited = encode_receipt(
        type(receipt)(
            **{
                **{name: getattr(receipt, name) for name in receipt.__struct_fields__},
                "slate": (second, first, *rest),
            }
        )
    )
    change(
        root,
        "UPDATE receipts SET body = ?, signature = ? WHERE body = ?",
        edited,
        sign(edited, private_key=pocket()._private_key),
        slate.receipt,
    )
    assert replay("--last", "1", "--data", root) == 1
    out = capsys.readouterr().out
    assert f"slate {receipt.number}: slate" in out
    assert f" 1 video {second.video}" in out
    assert f"≠ video {first.video}" in out
    assert "First stage that differs: slate 1." in out


def test_an_altered_event_epoch_policy_and_key_are_each_located(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the database, the epochs' files and the objects hold is checked, not trusted."""
    receipt = parse_receipt(pocket().slates[-1].receipt)
    row = 140 * 168
    path = root / "epochs" / f"{receipt.epoch}.rows"
    good = path.read_bytes()
    path.write_bytes(good[: row + 40] + bytes([good[row + 40] ^ 4]) + good[row + 41 :])
    assert replay("--last", "1", "--data", root) == 1
    assert "rows 128 to 149" in capsys.readouterr().out
    path.write_bytes(good)

    policy = root / "objects" / receipt.policy_digest[:2] / receipt.policy_digest[2:]
    text = policy.read_bytes()
    policy.write_bytes(text + b"# friendly to advertisers\n")
    assert replay("--last", "1", "--data", root) == 1
    assert "policy 1." in capsys.readouterr().out
    policy.unlink()
    assert replay("--last", "1", "--data", root) == 1
    assert "1 cannot be checked" in capsys.readouterr().out
    policy.write_bytes(text)

    change(root, "UPDATE hour_keys SET key = ?", bytes(32))
    assert replay("--last", "1", "--data", root) == 1
    assert "seed 1." in capsys.readouterr().out


def test_an_export_replays_elsewhere_under_a_key_one_brings(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One viewer's slates are written to a file that needs no folder; another key is refused."""
    viewer = pocket().slates[0].viewer
    file = tmp_path / "mine.json"
    assert replay("--all", "--viewer", viewer, "--export", file, "--data", root) == 0
    assert "whole history" in capsys.readouterr().out
    assert replay(file) == 0
    assert "Compare it with the one your own client was given" in capsys.readouterr().out
    key = b64encode(pocket().public_key).decode()
    assert replay(file, "--public-key", key) == 0
    assert "Compare" not in capsys.readouterr().out
    other = b64encode(bytes(31) + b"\x01").decode()
    assert replay(file, "--public-key", other) == 1
    assert "signature" in capsys.readouterr().out


@pytest.fixture
def rotated(root: Path) -> Path:
    """The folder after its log began and `keys rotate --receipts` was given twice."""
    folder = DataFolder(root)
    make_keys(folder.keys)
    db = open_to_write(folder.database)
    wired = Wired(folder)
    wired.writer.close()
    wired.writer = DirectWriter(GroupCommit(db))  # type: ignore[assignment]
    wired.writer.submit(NameEdition(edition="pocket"))
    wired.begin_log()
    db.close()
    wired.reads.db.close()
    for _ in range(2):
        assert main(["keys", "rotate", "--receipts", "--data", str(root)]) == 0
    return root


def test_slates_of_former_keys_replay_the_same(
    rotated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was signed before two rotations is the same, in the folder, in the app's own check and
    in an export, which carries the former keys; a key that is named still stands alone."""
    assert replay("--all", "--data", rotated) == 0
    viewer = pocket().slates[0].viewer
    assert all(one.is_same for one in Books(Wired(DataFolder(rotated))).verdicts(viewer, last=9))
    file = tmp_path / "mine.json"
    assert replay("--all", "--viewer", viewer, "--export", file, "--data", rotated) == 0
    former = b64encode(pocket().public_key).decode()
    fields = json.loads(file.read_text())
    assert former in fields["former_keys"]
    assert fields["public_key"] not in fields["former_keys"]
    capsys.readouterr()
    assert replay(file) == 0
    assert f"Key      {fields['public_key']} and 2 former keys\n" in capsys.readouterr().out
    for where in (("--all", "--data", rotated), (file,)):
        assert replay(*where, "--public-key", former) == 0
        assert replay(*where, "--public-key", fields["public_key"]) == 1


def test_a_root_of_trust_that_nobody_signed_names_no_key(rotated: Path) -> None:
    """A document in the stored log whose signature is wrong is passed over: its keys are none."""
    db = sqlite3.connect(rotated / "plainview.db")
    n, body = db.execute("SELECT min(n), body FROM log_entries WHERE type = 'trust'").fetchone()
    db.close()
    entry = json.loads(body)
    entry["signatures"][0]["signature"] = b64encode(bytes(64)).decode()
    forged = json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()
    change(rotated, "UPDATE log_entries SET body = ? WHERE n = ?", forged, n)
    assert replay("--all", "--data", rotated) == 1


def test_a_tampered_export_is_named(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An epoch header touched in the file is located."""
    file = tmp_path / "mine.json"
    viewer = pocket().slates[-1].viewer
    assert replay("--last", "1", "--viewer", viewer, "--export", file, "--data", root) == 0
    fields = json.loads(file.read_text())
    for epoch in fields["epochs"].values():
        epoch["header"] = epoch["header"].replace('"decisions":0', '"decisions":1')
    file.write_text(json.dumps(fields))
    capsys.readouterr()
    assert replay(file) == 1
    assert "First stage that differs: epoch header 1." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--data", "nowhere"),
        ("nowhere.json",),
        (__file__,),
        (__file__, "--viewer", "x"),
        ("--public-key", "%", "--all"),
    ],
)
def test_wrong_use_says_what_to_do_and_exits_2(
    arguments: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No folder, no file, no bundle, flags that do not go together, a key that is none."""
    monkeypatch.chdir(tmp_path)
    assert replay(*arguments) == 2
    assert capsys.readouterr().err.startswith("plainview: ")


def test_an_empty_folder_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without slates exits 2 and says to swipe first; two viewers make no bundle."""
    write_folder(
        worked_pocket(seed=3, videos=60, slates=0, viewers=1, slates_per_epoch=1), tmp_path
    )
    assert replay("--all", "--data", tmp_path) == 2
    assert "swipe" in capsys.readouterr().err


def test_several_viewers_are_not_bundled_together(root: Path, tmp_path: Path) -> None:
    """A bundle holds one viewer's history, so exporting needs to be told whose."""
    assert replay("--all", "--export", tmp_path / "x.json", "--data", root) == 2
    assert not (tmp_path / "x.json").exists()


def test_stored_receipts_come_oldest_first_each_with_the_one_before(root: Path) -> None:
    """newest_receipts gives the newest in order of issue, and previous from what is stored."""
    checks = SqliteCheckReads(SqliteReads(root / "plainview.db"))
    assert checks.receipts_count() == 24
    viewer = pocket().slates[-1].viewer
    mine = [slate for slate in pocket().slates if slate.viewer == viewer]
    found = list(checks.newest_receipts(2, viewer))
    assert [stored.receipt for stored in found] == [slate.receipt for slate in mine[-2:]]
    assert found[1].previous == parse_receipt(found[1].receipt).previous
    everyone = list(checks.newest_receipts(100, None))
    assert [stored.receipt for stored in everyone] == [slate.receipt for slate in pocket().slates]
    change(root, "DELETE FROM receipts WHERE number = 1 AND body = ?", mine[0].receipt)
    told = {stored.number: stored.previous for stored in checks.newest_receipts(100, viewer)}
    assert told[2] is None
