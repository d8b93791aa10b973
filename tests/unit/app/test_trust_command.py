"""`plainview witnesses` and `plainview keys`: on a folder whose service is stopped."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.app.cli import main
from plainview.app.replay_command import note_access
from plainview.app.wire import Wired
from plainview.core.history import Access, check_trust, parse_entry, parse_trust
from plainview.core.tlog import open_checkpoint, parse_vkey, witness_key
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import LOG_KEY_NAME, ROOT_KEY_NAME, make_keys, read_key
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.writer.client import WriterClient
from plainview.ports.serving import NameEdition
from plainview.ports.view import OpenSession

assert CARRYING
ANN = "a" * 32
WITNESS = witness_key("witness.example/ann", b"w" * 32).vkey()


@pytest.fixture
def wired(tmp_path: Path) -> Iterator[Wired]:
    """An edition whose log has begun and is published once."""
    folder = DataFolder(tmp_path)
    folder.prepare()
    make_keys(folder.keys)
    db = open_to_write(folder.database)
    wired = Wired(folder)
    direct: object = DirectWriter(GroupCommit(db))
    client, wired.writer = wired.writer, direct  # type: ignore[assignment]
    wired.writer.submit(NameEdition(edition="test"))
    wired.writer.submit(OpenSession(token_hash=ANN * 2, viewer=ANN, at_ms=1))  # type: ignore[arg-type]
    wired.begin_log()
    wired.publisher().publish_if_due()
    db.close()
    yield wired
    assert isinstance(client, WriterClient)
    client.close()
    wired.reads.db.close()


def publish(wired: Wired) -> bytes:
    """The checkpoint, as the service would show it after its next start."""
    db = open_to_write(wired.folder.database)
    wired.writer = DirectWriter(GroupCommit(db))  # type: ignore[assignment]
    wired.publisher().publish_if_due()
    db.close()
    checkpoint = wired.log_files.checkpoint()
    assert checkpoint is not None
    return checkpoint


def run(wired: Wired, *arguments: object) -> int:
    return main([*map(str, arguments), "--data", str(wired.folder.root)])


def test_a_new_log_key_is_signed_with_beside_the_former(wired: Wired) -> None:
    """After `keys rotate --log` the root of trust names the new key alone, and checkpoints verify
    under it and under the one before."""
    before = wired.log_reads.trust()
    old_key = read_key(wired.folder.keys, LOG_KEY_NAME)
    assert run(wired, "keys", "rotate", "--log") == 0
    after = wired.log_reads.trust()
    assert before is not None
    assert after is not None
    former = parse_trust(before.document)
    document = check_trust(after.document, after.signatures, before=former)
    assert read_key(wired.folder.keys, LOG_KEY_NAME) != old_key
    checkpoint = publish(wired)
    for keys in (former.log_keys, document.log_keys):
        opened = open_checkpoint(checkpoint, [parse_vkey(key) for key in keys])
        assert opened.checkpoint.size == wired.log_reads.entries_count()
    assert set(former.log_keys).isdisjoint(document.log_keys)


def test_receipts_of_the_former_key_stay_good(wired: Wired) -> None:
    """After `keys rotate --receipts` both keys are named, and the new one signs."""
    before = wired.signer().public_key()
    assert run(wired, "keys", "rotate", "--receipts") == 0
    stored = wired.log_reads.trust()
    assert stored is not None
    assert len(parse_trust(stored.document).receipt_keys) == 2
    assert wired.signer().public_key() != before


def test_a_rotation_that_was_interrupted_is_finished(wired: Wired) -> None:
    """Killed after the log was told and before the key was put in place, the command is given
    again: the key that the log knows is put in place, and no second version is made."""
    keys = wired.folder.keys
    old = (keys / LOG_KEY_NAME).read_bytes()
    run(wired, "keys", "rotate", "--log")
    shutil.move(keys / LOG_KEY_NAME, keys / f"{LOG_KEY_NAME}.next")
    (keys / LOG_KEY_NAME).write_bytes(old)
    assert run(wired, "keys", "rotate", "--log") == 0
    stored = wired.log_reads.trust()
    assert stored is not None
    assert stored.version == 2
    (vkey,) = parse_trust(stored.document).log_keys
    open_checkpoint(publish(wired), [parse_vkey(vkey)])
    assert not (keys / f"{LOG_KEY_NAME}.next").exists()


def test_without_the_root_key_nothing_changes(
    wired: Wired, capsys: pytest.CaptureFixture[str]
) -> None:
    """An operator who keeps the root key elsewhere is asked for it, and every key stays."""
    (wired.folder.keys / ROOT_KEY_NAME).rename(wired.folder.root / "elsewhere")
    old = read_key(wired.folder.keys, LOG_KEY_NAME)
    assert run(wired, "keys", "rotate", "--log") == 1
    assert "root key" in capsys.readouterr().err
    assert read_key(wired.folder.keys, LOG_KEY_NAME) == old


def test_witnesses_are_set_from_a_file(
    wired: Wired, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are named in the next root of trust, and listed with what they cosigned last."""
    policy = tmp_path / "policy"
    policy.write_text(f"witness ann {WITNESS} https://ann.example/w\nquorum ann\n")
    assert run(wired, "witnesses", "set", policy) == 0
    said = capsys.readouterr().out
    assert "version 2, quorum ann" in said
    assert "https://ann.example/w, last cosigned size 0" in said
    policy.write_text("quorum nobody\n")
    assert run(wired, "witnesses", "set", policy) == 1
    assert "'nobody' is not defined" in capsys.readouterr().err
    assert run(wired, "witnesses", "set") == 2
    assert run(wired, "witnesses", "set", tmp_path / "missing") == 1
    assert run(wired, "witnesses") == 0


def test_a_folder_without_data_is_said_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither command makes anything where nothing is."""
    for arguments in (["keys", "rotate", "--log"], ["witnesses"]):
        assert main([*arguments, "--data", str(tmp_path / "none")]) == 1
        assert "no Plainview data" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_reading_a_persons_history_is_logged(wired: Wired) -> None:
    """Each time an entry that names a commitment, the reason and who; for a stranger, none."""
    count = wired.log_reads.entries_count()
    note_access(wired.folder, ANN, reason="replay")  # type: ignore[arg-type]
    note_access(wired.folder, "f" * 32, reason="replay")  # type: ignore[arg-type]
    (body,) = wired.log_reads.log_entries(count, count=9)
    entry = parse_entry(body)
    assert isinstance(entry, Access)
    assert (entry.reason_code, entry.by) == ("replay", "operator")
    assert ANN not in body.decode()
