"""Signing with the edition's key."""

from typing import Protocol


class Signer(Protocol):
    """Holds the edition's Ed25519 private key and lets nobody see it."""

    def sign(self, data: bytes, *, domain: bytes) -> bytes:
        """The 64-byte signature of `domain` and `data`; always the same for the same bytes."""
        ...

    def public_key(self) -> bytes:
        """32 raw bytes."""
        ...
