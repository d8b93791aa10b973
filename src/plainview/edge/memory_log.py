"""In-memory stand-ins for the log's ports, which assert what the ports promise. For tests."""

from collections.abc import Callable

from plainview.core.history import sign_trust
from plainview.core.receipts import public_key_of, sign
from plainview.core.tlog import parse_checkpoint, parse_note, parse_path
from plainview.ports.tlog import WitnessAnswer, WitnessGone


class FixedLogSigner:
    """`LogSigner` with a key that everybody knows."""

    def __init__(self, key: bytes = bytes(range(1, 33))) -> None:
        self._key = key
        self.signed: dict[bytes, bytes] = {}

    def sign(self, text: bytes) -> bytes:
        """See `LogSigner`; asserts that no two trees of one size are signed."""
        origin, size, _ = text.split(b"\n", 2)
        told = self.signed.setdefault(origin + b"\n" + size, text)
        assert told == text, "two histories were signed"
        return sign(text, private_key=self._key, domain=b"")

    def public_key(self) -> bytes:
        """See `LogSigner`."""
        return public_key_of(self._key)


class FixedRootSigner:
    """`RootSigner` with a key that everybody knows."""

    def __init__(self, key: bytes = bytes(range(2, 34))) -> None:
        self._key = key

    def sign_trust(self, document: bytes) -> tuple[str, str]:
        """See `RootSigner`."""
        return sign_trust(document, private_key=self._key)

    def public_key(self) -> bytes:
        """See `RootSigner`."""
        return public_key_of(self._key)


class MemoryLogFiles:
    """`LogFiles`; asserts that nothing that was handed out changes, and that checkpoints grow."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}
        self._checkpoint: bytes | None = None

    def keep(self, path: str, data: bytes) -> None:
        """See `LogFiles`."""
        parse_path(path)
        assert self.held.setdefault(path, data) == data, f"{path} was modified"

    def read(self, path: str) -> bytes | None:
        """See `LogFiles`."""
        return self.held.get(path)

    def drop_partials(self, path: str) -> None:
        """See `LogFiles`."""
        if path not in self.held:
            raise FileNotFoundError(path)
        for held in [held for held in self.held if held.startswith(f"{path}.p/")]:
            del self.held[held]

    def checkpoint(self) -> bytes | None:
        """See `LogFiles`."""
        return self._checkpoint

    def replace_checkpoint(self, data: bytes, *, size: int) -> bool:
        """See `LogFiles`."""
        assert parse_checkpoint(parse_note(data).text).size == size, "of another size"
        there = self._checkpoint
        if there is not None and parse_checkpoint(parse_note(there).text).size > size:
            return False
        self._checkpoint = data
        return True


class ScriptedWitnesses:
    """`WitnessClient` whose witnesses are functions by their URL."""

    def __init__(self, witnesses: dict[str, Callable[[bytes], WitnessAnswer]]) -> None:
        self.witnesses = witnesses

    def add_checkpoint(self, url: str, body: bytes) -> WitnessAnswer:
        """See `WitnessClient`; a witness nobody scripted is gone."""
        if url not in self.witnesses:
            raise WitnessGone(url)
        return self.witnesses[url](body)
