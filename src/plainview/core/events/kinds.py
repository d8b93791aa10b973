"""Which kinds of event there are, their fields, and the bounds of each field."""

import re
from typing import Final

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "shown": ("video", "number", "position"),
    "watch": ("video", "number", "ms", "loops"),
    "like": ("video",),
    "unlike": ("video",),
    "save": ("video",),
    "unsave": ("video",),
    "share": ("video",),
    "follow": ("creator", "video"),
    "unfollow": ("creator",),
    "block": ("creator",),
    "unblock": ("creator",),
    "mute": ("creator",),
    "unmute": ("creator",),
    "not_interested": ("video",),
    "undo_not_interested": ("video",),
    "report": ("video", "reason"),
    "undo_report": ("video",),
    "comment": ("video", "comment"),
    "served": ("number", "receipt", "epoch", "videos"),
}
"""The fields of each kind beside `n`, `kind`, `at_ms`, `author` and `key`."""

OPTIONAL: Final = frozenset({("follow", "video")})
"""Fields a client may leave out; they are then 0 and encoded all the same."""

CLIENT_KINDS: Final = frozenset(FIELDS) - {"served", "comment"}
"""Kinds that a client sends as they are. A comment comes with its text, and the writer makes its
event of it: one without a text would be an event of nothing."""

INT_MAX: Final = {
    "n": 2**53 - 1,
    "at_ms": 2**53 - 1,
    "number": 2**31 - 1,
    "position": 99,
    "ms": 86_400_000,
    "loops": 100_000,
    "epoch": 2**53 - 1,
}
ID_MAX: Final = 2**63 - 1
SERVED_MAX: Final = 100

KEY = re.compile(r"[0-9A-Za-z_-]{1,32}")
REASON = re.compile(r"[a-z][a-z_]{0,31}")
DIGEST = re.compile(r"[0-9a-f]{64}")
ID = re.compile(r"0|[1-9][0-9]{0,18}")
