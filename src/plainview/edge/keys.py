"""The edition's private keys, each in a file that only its owner can read.

Who signs by them stands in `signers.py`: the supervisor makes keys and signs nothing, and would
hold what signing draws in as long as it runs, 9 MB.
"""

import os
from pathlib import Path

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
