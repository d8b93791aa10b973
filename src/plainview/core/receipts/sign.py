"""Ed25519 over a domain line and the exact bytes."""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from plainview.core.receipts.receipt import ReceiptError

RECEIPT_DOMAIN: Final = b"plainview receipt-v1\n"
UPLOAD_DOMAIN: Final = b"plainview upload-v1\n"
"""What is signed begins with the line of its kind, so one kind never passes for another."""


class BadKey(ReceiptError):
    """Not a raw Ed25519 key of 32 bytes: the keys are damaged, stop."""


class BadSignature(ReceiptError):
    """The key's holder did not sign these bytes: refuse them and keep them as evidence."""


@lru_cache(maxsize=64)
def _private(key: bytes) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(key)
    except ValueError as error:
        raise BadKey("a private key is 32 raw bytes") from error


@lru_cache(maxsize=64)
def _public(key: bytes) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(key)
    except ValueError as error:
        raise BadKey("a public key is 32 raw bytes") from error


def public_key_of(private_key: bytes) -> bytes:
    """The 32 raw bytes that others verify with. Raises: BadKey."""
    return _private(private_key).public_key().public_bytes_raw()


def sign(data: bytes, *, private_key: bytes, domain: bytes = RECEIPT_DOMAIN) -> bytes:
    """64 bytes: Ed25519 (RFC 8032, deterministic) over `domain || data`. Raises: BadKey."""
    return _private(private_key).sign(domain + data)


def verify(
    data: bytes, *, signature: bytes, public_key: bytes, domain: bytes = RECEIPT_DOMAIN
) -> None:
    """Return if `signature` is that of `domain || data` under `public_key`.

    Raises: BadSignature: it is not. BadKey: the key is no key.
    """
    try:
        _public(public_key).verify(signature, domain + data)
    except InvalidSignature as error:
        raise BadSignature("the signature does not fit these bytes and this key") from error
