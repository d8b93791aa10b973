"""Signing, and the hour keys that seed slates."""

from typing import Protocol


class Signer(Protocol):
    """Holds the edition's Ed25519 private key and lets nobody see it."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`, always the same for the same message."""
        ...

    def public_key(self) -> bytes:
        """32 raw bytes."""
        ...
