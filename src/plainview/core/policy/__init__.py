"""The published rules of a feed: from a file a journalist can read to integers."""

from plainview.core.policy.compile import compile_policy
from plainview.core.policy.errors import (
    MissingKey,
    NeverFires,
    NotToml,
    OutOfRange,
    PolicyRefused,
    UnknownKey,
    WrongType,
)

__all__ = [
    "MissingKey", "NeverFires", "NotToml", "OutOfRange", "PolicyRefused", "UnknownKey",
    "WrongType", "compile_policy",
]  # fmt: skip
