"""What viewers say to each other: what may be written under a video, and how often."""

from plainview.core.social.comments import (
    COMMENT_MAX,
    COMMENTS_A_DAY,
    COMMENTS_A_MINUTE,
    DAY_MS,
    MINUTE_MS,
    BadComment,
    clean_comment,
    wait_ms,
)

__all__ = [
    "COMMENTS_A_DAY", "COMMENTS_A_MINUTE", "COMMENT_MAX", "DAY_MS", "MINUTE_MS", "BadComment",
    "clean_comment", "wait_ms",
]  # fmt: skip
