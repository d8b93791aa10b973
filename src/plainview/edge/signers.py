"""What signs by the edition's private keys."""

from pathlib import Path

from plainview.core.history import sign_trust
from plainview.core.receipts import public_key_of, sign
from plainview.edge.keys import KEY_NAME, LOG_KEY_BEFORE, LOG_KEY_NAME, ROOT_KEY_NAME, read_key


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
