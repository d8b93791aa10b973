"""The edition's private keys, each in a file that only its owner can read."""

import os
from pathlib import Path

from plainview.core.history import sign_trust
from plainview.core.receipts import public_key_of, sign
from plainview.edge.files import sync_folder

KEY_NAME = "edition.ed25519"
"""Signs receipts."""
LOG_KEY_NAME = "log.ed25519"
"""Signs the log's checkpoints."""
LOG_KEY_BEFORE = "log-before.ed25519"
"""The log's key before it was changed; it goes on signing beside the new one."""
ROOT_KEY_NAME = "root.ed25519"
"""Signs the root of trust. An operator may keep it elsewhere than on this machine."""
KEY_NAMES = (KEY_NAME, LOG_KEY_NAME, ROOT_KEY_NAME)
KEY_BYTES = 32


class KeyDamaged(Exception):
    """A key file is not 32 bytes. Restore it from a backup: without it the edition is another."""


def make_key(folder: Path, key: bytes, *, name: str = KEY_NAME) -> None:
    """Keep `key` (32 bytes) as the edition's of that name, unless it has one."""
    if not (folder / name).exists():
        replace_key(folder, key, name=name)


def make_keys(folder: Path) -> None:
    """Draw each key that the edition lacks."""
    for name in KEY_NAMES:
        make_key(folder, os.urandom(KEY_BYTES), name=name)


def replace_key(folder: Path, key: bytes, *, name: str) -> None:
    """Keep `key` as the edition's of that name, durable on return, instead of what it has."""
    assert len(key) == KEY_BYTES
    path = folder / name
    part = path.with_suffix(".new")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(folder)


def read_key(folder: Path, name: str) -> bytes:
    """The 32 bytes of a key. Raises: KeyDamaged; FileNotFoundError."""
    key = (folder / name).read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyDamaged(f"{folder / name} holds {len(key)} bytes, not {KEY_BYTES}")
    return key


class FileSigner:
    """`Signer` with the key kept in `folder`. Raises: KeyDamaged."""

    def __init__(self, folder: Path, *, name: str = KEY_NAME) -> None:
        self._key = read_key(folder, name)

    def sign(self, data: bytes, *, domain: bytes) -> bytes:
        """See `Signer`."""
        return sign(data, private_key=self._key, domain=domain)

    def public_key(self) -> bytes:
        """See `Signer`."""
        return public_key_of(self._key)


class FileRootSigner:
    """`RootSigner` with the key kept in `folder`. Raises: KeyDamaged; FileNotFoundError: the
    operator keeps it elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._key = read_key(folder, ROOT_KEY_NAME)

    def sign_trust(self, document: bytes) -> tuple[str, str]:
        """See `RootSigner`."""
        return sign_trust(document, private_key=self._key)

    def public_key(self) -> bytes:
        """See `RootSigner`."""
        return public_key_of(self._key)


class FileLogSigner:
    """`LogSigner` with the key kept in `folder`. Raises: KeyDamaged."""

    def __init__(self, folder: Path, *, name: str = LOG_KEY_NAME) -> None:
        self._key = read_key(folder, name)

    def sign(self, text: bytes) -> bytes:
        """See `LogSigner`: a note's text is signed as it is, with no line before it."""
        return sign(text, private_key=self._key, domain=b"")

    def public_key(self) -> bytes:
        """See `LogSigner`."""
        return public_key_of(self._key)


def log_signers(folder: Path) -> list[FileLogSigner]:
    """The log's key and, if it was changed, the one before. Raises: KeyDamaged."""
    names = [LOG_KEY_NAME, LOG_KEY_BEFORE]
    return [FileLogSigner(folder, name=name) for name in names if (folder / name).exists()]
