"""Names for the identifiers, so that one kind is never handed in for another."""

from typing import NewType

VideoId = NewType("VideoId", int)
"""1 <= id < 2**63; a decimal string on the wire. Rows of an epoch are sorted by it."""

CreatorId = NewType("CreatorId", int)
"""1 <= id < 2**63; a decimal string on the wire."""

CommentId = NewType("CommentId", int)
"""1 <= id < 2**63; a decimal string on the wire. Never given twice, erased or not."""

ViewerId = NewType("ViewerId", str)
"""32 lower-case hex digits, drawn at random when a session begins."""

Digest = NewType("Digest", str)
"""A SHA-256 in 64 lower-case hex digits."""

NO_DIGEST = Digest("0" * 64)
"""Stands where a first thing has no predecessor."""
