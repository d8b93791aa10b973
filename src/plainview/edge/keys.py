"""The edition's signing key in a file that only its owner can read."""

import os
from pathlib import Path

from plainview.core.receipts import public_key_of, sign
from plainview.edge.files import sync_folder

KEY_NAME = "edition.ed25519"
KEY_BYTES = 32


class KeyDamaged(Exception):
    """The key file is not 32 bytes. Restore it from a backup: without it the edition is another."""


def make_key(folder: Path, key: bytes) -> None:
    """Keep `key` (32 bytes) as the edition's, unless it has one."""
    assert len(key) == KEY_BYTES
    path = folder / KEY_NAME
    if path.exists():
        return
    part = path.with_suffix(".new")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(folder)


class FileSigner:
    """`Signer` with the key kept in `folder`. Raises: KeyDamaged."""

    def __init__(self, folder: Path) -> None:
        self._key = (folder / KEY_NAME).read_bytes()
        if len(self._key) != KEY_BYTES:
            raise KeyDamaged(f"{folder / KEY_NAME} holds {len(self._key)} bytes, not {KEY_BYTES}")

    def sign(self, data: bytes, *, domain: bytes) -> bytes:
        """See `Signer`."""
        return sign(data, private_key=self._key, domain=domain)

    def public_key(self) -> bytes:
        """See `Signer`."""
        return public_key_of(self._key)
