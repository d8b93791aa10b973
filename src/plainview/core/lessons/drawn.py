"""Which receipts are worked out whole before anything is learned from them."""

from hashlib import sha256
from typing import Final

from plainview.core.terms.ids import Digest

DRAWN_OF: Final = 100
"""One receipt in so many."""
FOLLOWING_MAX: Final = 4096
"""Of a viewer's events after a receipt the first so many are looked at."""
_DOMAIN: Final = b"plainview learn-v1 replay\n"


def is_drawn(receipt: Digest) -> bool:
    """Whether the receipt of that id is one of those: by its hash, so that anyone knows which.

    >>> sum(is_drawn(Digest(sha256(b"%d" % i).hexdigest())) for i in range(10_000))
    85
    """
    drawn = sha256(_DOMAIN + bytes.fromhex(receipt)).digest()[:8]
    return int.from_bytes(drawn, "big") % DRAWN_OF == 0
