"""One behaviour suite for immutable files, and for signing: in memory, and on disk."""

import stat
from hashlib import sha256
from pathlib import Path

import pytest

from plainview.core.receipts import RECEIPT_DOMAIN, verify
from plainview.core.terms.ids import Digest
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.keys import KEY_NAME, KeyDamaged, make_key
from plainview.edge.memory import FixedSigner, MemoryEpochFiles, MemoryObjects
from plainview.edge.signers import FileSigner
from plainview.ports.keys import Signer
from plainview.ports.objects import NoObject, Objects
from plainview.ports.serving import EpochFiles

NOTHING = Digest("0" * 64)


@pytest.fixture(params=["memory", "local"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return MemoryObjects() if request.param == "memory" else LocalObjects(tmp_path / "objects")


@pytest.fixture(params=["memory", "local"])
def epoch_files(request: pytest.FixtureRequest, tmp_path: Path) -> EpochFiles:
    return MemoryEpochFiles() if request.param == "memory" else LocalEpochFiles(tmp_path)


@pytest.fixture(params=["fixed", "file"])
def signer(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    if request.param == "fixed":
        return FixedSigner()
    make_key(tmp_path, bytes(range(32)))
    return FileSigner(tmp_path)


def test_an_object_is_named_by_its_bytes(objects: Objects) -> None:
    """Storing gives the SHA-256, twice the same, and the bytes come back."""
    digest = objects.put(b"bytes")
    assert digest == sha256(b"bytes").hexdigest() == objects.put(b"bytes")
    assert objects.get(digest) == b"bytes"


def test_a_file_becomes_an_object(objects: Objects, tmp_path: Path) -> None:
    """A stored file is gone from where it was, also when its bytes are held already."""
    for _ in range(2):
        path = tmp_path / "upload"
        path.write_bytes(b"film")
        digest = objects.put_file(path)
        assert objects.get(digest) == b"film"
        assert not path.exists()


def test_what_is_not_held_is_said_so(objects: Objects) -> None:
    """A digest that nobody stored, or that was forgotten once or twice, is not found."""
    for digest in (NOTHING, objects.put(b"gone")):
        objects.forget(digest)
        objects.forget(digest)
        with pytest.raises(NoObject):
            objects.get(digest)
        with pytest.raises(NoObject):
            objects.path_of(digest)


def test_rows_are_kept_under_their_name(epoch_files: EpochFiles) -> None:
    """What was kept reads back, empty files too, and other names are not found."""
    epoch_files.keep("1.rows", b"abc")
    epoch_files.keep("1.rows", b"abc")
    epoch_files.keep("2.rows", b"")
    assert bytes(epoch_files.read("1.rows")) == b"abc"
    assert bytes(epoch_files.read("2.rows")) == b""
    with pytest.raises(FileNotFoundError):
        epoch_files.read("3.rows")


def test_a_signature_verifies_under_its_domain(signer: Signer) -> None:
    """The same bytes get the same signature, which the public key verifies."""
    signature = signer.sign(b"receipt", domain=RECEIPT_DOMAIN)
    assert signature == signer.sign(b"receipt", domain=RECEIPT_DOMAIN)
    verify(b"receipt", signature=signature, public_key=signer.public_key())


def test_a_half_written_object_is_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk fails before the rename, there is no object and no rest of one."""
    objects = LocalObjects(tmp_path)

    def fail(_: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        objects.put(b"bytes")
    monkeypatch.undo()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert objects.get(objects.put(b"bytes")) == b"bytes"


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The first key stays, in a file that nobody else may read; a damaged one is refused."""
    make_key(tmp_path, b"1" * 32)
    make_key(tmp_path, b"2" * 32)
    path = tmp_path / KEY_NAME
    assert path.read_bytes() == b"1" * 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    with pytest.raises(KeyDamaged):
        FileSigner(tmp_path)
