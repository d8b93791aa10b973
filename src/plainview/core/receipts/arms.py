"""Which arm of an experiment a viewer is in: a hash of a salt that was committed to, and no more.

Nothing about the viewer decides but their id, so an experiment cannot be aimed at anybody, and once
the salt is revealed anyone with a receipt can recompute its arm. `specs/receipt-v1.md` §8.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from plainview.core.receipts.receipt import ReceiptError
from plainview.core.terms.epoch import EpochHeader
from plainview.core.terms.ids import Digest, ViewerId

SALT_BYTES: Final = 32
SHARES: Final = 1000
_SALT_DOMAIN: Final = b"plainview experiment-v1\n"


class BadArm(ReceiptError):
    """A salt that is not 32 bytes, or shares that are not 1000 in all: a fault in the caller."""


def salt_commitment(salt: bytes) -> Digest:
    """What is logged before an experiment: SHA-256 over a domain line and the salt.

    Raises: BadArm.
    """
    if len(salt) != SALT_BYTES:
        raise BadArm(f"a salt is {SALT_BYTES} bytes, not {len(salt)}")
    return Digest(sha256(_SALT_DOMAIN + salt).hexdigest())


def arm_index(salt: bytes, viewer: ViewerId, shares_milli: Sequence[int]) -> int:
    """The place of the viewer's arm, 0 .. len(shares_milli) - 1.

    `bucket = u64be(SHA256(salt || viewer)[:8]) * 1000 >> 64`; the arm is the first whose share and
    those before it add up to more than the bucket.

    Raises: BadArm.

    >>> arm_index(bytes(32), ViewerId("ab" * 16), (500, 500))
    1
    """
    if len(salt) != SALT_BYTES or sum(shares_milli) != SHARES or min(shares_milli) < 0:
        raise BadArm(f"a salt is {SALT_BYTES} bytes and shares are {SHARES} in all")
    hashed = sha256(salt + viewer.encode()).digest()
    bucket = int.from_bytes(hashed[:8], "big") * SHARES >> 64
    upto = 0
    for place, share in enumerate(shares_milli):
        upto += share
        if bucket < upto:
            return place
    raise AssertionError("a bucket is below 1000")


def arm_text(experiment: str, arm: str) -> str:
    """What a receipt's `arm` says.

    >>> arm_text("shorter", "for-you-2")
    'shorter/for-you-2'
    """
    return f"{experiment}/{arm}"


def policy_of(arm: str) -> str:
    """The policy that an arm is served by: its name is that of the policy, or `POLICY+RECIPE`.

    >>> policy_of("for-you+bold"), policy_of("for-you")
    ('for-you', 'for-you')
    """
    return arm.partition("+")[0]


def recipe_of(arm: str) -> str:
    """The recipe whose line ranks in an arm; "" where the main weights do.

    >>> recipe_of("for-you+bold"), recipe_of("for-you")
    ('bold', '')
    """
    return arm.partition("+")[2]


def line_of(text: str) -> str:
    """The line that a receipt's `arm` is ranked by; "" for the main one.

    >>> line_of("twice/for-you+bold"), line_of("twice/for-you"), line_of("")
    ('twice/bold', '', '')
    """
    experiment, arm = split_arm(text)
    recipe = recipe_of(arm)
    return line_text(experiment, recipe) if recipe else ""


def line_text(experiment: str, recipe: str) -> str:
    """The name of the line of a recipe in an experiment."""
    return f"{experiment}/{recipe}"


def weights_due(header: EpochHeader, text: str) -> Digest:
    """The weights that rank in the arm `text` of a receipt under that epoch: those of the arm's
    line if the header names it, else the main ones."""
    return dict(header.line_weights).get(line_of(text), header.weights)


def split_arm(text: str) -> tuple[str, str]:
    """(experiment, arm) of a receipt's `arm`; empty names where it has no such form."""
    experiment, slash, arm = text.partition("/")
    return (experiment, arm) if slash else ("", "")
