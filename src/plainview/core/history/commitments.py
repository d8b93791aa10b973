"""What the log says about people's records: a hash under a salt that only its owner's secret makes.

    commitment = SHA256(salt || record)
    salt       = HMAC-SHA256(the viewer's secret, label || 0A || number in decimal)

A viewer's secret is 32 random bytes, kept beside their data and deleted with them. Without it a
commitment is 32 bytes that nobody can connect to a record, even by trying all possible records.
"""

from hashlib import sha256
from hmac import digest as hmac_digest
from typing import Final

from plainview.core.history.forms import HistoryError
from plainview.core.terms.ids import Digest

SALT_BYTES: Final = 32
LABELS: Final = (
    "receipt", "event", "upload", "reason", "subject", "request", "alias", "comment",
)  # fmt: skip
"""What is numbered by what: receipts and events by their own number, an alias by the video's, a
comment by that of the decision about it, the others by theirs."""


class BadSalt(HistoryError):
    """A secret or salt that is not 32 bytes, or an unknown label: a fault in the caller."""


def record_salt(secret: bytes, *, label: str, number: int) -> bytes:
    """The 32-byte salt of one record of the person whose `secret` this is.

    Raises: BadSalt.

    >>> record_salt(bytes(32), label="receipt", number=1).hex()[:16]
    '1bdd1aee1b3eb5c8'
    """
    if len(secret) != SALT_BYTES:
        raise BadSalt(f"a secret is {SALT_BYTES} bytes, not {len(secret)}")
    if label not in LABELS or number < 0:
        raise BadSalt(f"no salt for {label!r} number {number}")
    return hmac_digest(secret, f"{label}\n{number}".encode(), "sha256")


def commitment(salt: bytes, record: bytes) -> Digest:
    """`SHA256(salt || record)` in hex.

    Raises: BadSalt: the salt is not 32 bytes, so that no byte can move between salt and record.
    """
    if len(salt) != SALT_BYTES:
        raise BadSalt(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return Digest(sha256(salt + record).hexdigest())
