"""The seed of a slate's chance: an hour key committed before, and the viewer's own nonce."""

import re
from hashlib import sha256
from hmac import digest as hmac_digest

from plainview.core.receipts.receipt import ReceiptError
from plainview.core.terms.canonical import canonical_json
from plainview.core.terms.ids import Digest, ViewerId

HOUR_MS = 3_600_000
KEY_BYTES = 32
_NONCE = re.compile(r"[0-9a-f]{32}\Z")
_HOUR_DOMAIN = b"plainview hour-key-v1\n"


class BadSeedInput(ReceiptError):
    """An hour key, nonce or number of the wrong shape: a fault in the caller, do not serve."""


def hour_of(now_ms: int) -> int:
    """Hours since 1970 (floor division); names the key that is in force.

    >>> hour_of(3_599_999), hour_of(3_600_000)
    (0, 1)
    """
    return now_ms // HOUR_MS


def hour_commitment(hour: int, hour_key: bytes) -> Digest:
    """What is published before the hour: SHA-256 over a domain line, the hour in decimal, the key.

    `SHA256("plainview hour-key-v1\\n" || decimal hour || "\\n" || key)`.

    Raises: BadSeedInput: the key is not 32 bytes or the hour is negative.
    """
    if len(hour_key) != KEY_BYTES or hour < 0:
        raise BadSeedInput(f"an hour key is {KEY_BYTES} bytes and its hour is not negative")
    return Digest(sha256(_HOUR_DOMAIN + str(hour).encode() + b"\n" + hour_key).hexdigest())


def slate_seed(
    hour_key: bytes, *, viewer: ViewerId, number: int, nonce: str, previous: Digest
) -> bytes:
    """The 32 bytes that all draws of one slate come from.

    HMAC-SHA256 under `hour_key` of the canonical JSON list [viewer, number, nonce, previous]. The
    operator committed to the key before it saw the nonce; the viewer chose the nonce without
    knowing the key: neither can aim the draw alone.

    Raises: BadSeedInput: the key is not 32 bytes, the nonce not 32 hex digits, number < 1.
    """
    if len(hour_key) != KEY_BYTES:
        raise BadSeedInput(f"an hour key is {KEY_BYTES} bytes, not {len(hour_key)}")
    if _NONCE.match(nonce) is None:
        raise BadSeedInput("a nonce is 32 lower-case hex digits")
    if number < 1:
        raise BadSeedInput("request numbers begin at 1")
    return hmac_digest(hour_key, canonical_json([viewer, number, nonce, previous]), "sha256")
