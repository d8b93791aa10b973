"""Immutable bytes named by their SHA-256: weights, policies, renditions, posters."""

from pathlib import Path
from typing import Protocol

from plainview.core.terms.ids import Digest


class NoObject(Exception):
    """No object of that digest is held. Over HTTP: 404."""


class Objects(Protocol):
    """Where immutable bytes are kept.

    `put` and `put_file` are durable once they return (file and folder fsynced) and storing the
    same bytes twice is harmless. An object appears whole or not at all. Unlike the writer, any
    number of callers may put at once.
    """

    def put(self, data: bytes) -> Digest:
        """Keep `data`."""
        ...

    def put_file(self, path: Path) -> Digest:
        """Keep the bytes of the file at `path`, which is moved or copied and may be gone after."""
        ...

    def get(self, digest: Digest) -> bytes:
        """The bytes. Raises: NoObject."""
        ...

    def path_of(self, digest: Digest) -> Path:
        """A file holding exactly those bytes; read only. Raises: NoObject."""
        ...

    def forget(self, digest: Digest) -> None:
        """Remove the bytes for good; harmless when they are gone already."""
        ...
