"""Rows of the epoch: from facts to fixed-width columns and back to bytes."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from plainview.core.catalogue.content import content_embedding
from plainview.core.catalogue.counts import Counts, count_code
from plainview.core.catalogue.facts import VideoFacts, rendition_digest
from plainview.core.terms.epoch import FLAG_SILENT, ROW, TOPIC_SLOTS, Rows
from plainview.core.terms.ids import VideoId
from plainview.core.terms.weights import Places

ROW_BYTES = ROW.itemsize
MINUTE_MS = 60_000


class BadRows(ValueError):
    """Rows that no epoch can hold: wrong length, not sorted by id, or an id twice. Refuse them."""


def language_code(language: str) -> int:
    """Two ASCII letters as u16, big end first; 0 when undetermined.

    >>> language_code("en") == 0x656E, language_code("")
    (True, 0)
    """
    short = language[:2].lower()
    if len(short) == 2 and short.isascii() and short.isalpha():
        return ord(short[0]) << 8 | ord(short[1])
    return 0


def topic_list(known: Sequence[str], videos: Iterable[VideoFacts]) -> tuple[str, ...]:
    """`known`, then the topics of `videos` it lacks in code point order. Indexes never move."""
    wanted = {label.topic for facts in videos for label in facts.topics}
    return (*known, *sorted(wanted.difference(known)))


def make_row(
    facts: VideoFacts, *, topics: Sequence[str], embedding: Sequence[int] | None = None
) -> Rows:
    """The row of one video, as Rows of length 1.

    Args:
        topics: the header's topic list; holds every topic of `facts`.
        embedding: 64 integers in -127..127 from the weights' table; None = the content function.
    Raises: ValueError: a topic that is not in `topics`.
    """
    labels = facts.topics[:TOPIC_SLOTS]
    row = np.zeros(1, ROW)
    row["id"], row["creator"] = facts.id, facts.creator
    row["published_min"] = facts.published_ms // MINUTE_MS
    row["length_ms"] = facts.length_ms
    row["looks"] = facts.looks
    row["digest"] = np.frombuffer(bytes.fromhex(rendition_digest(facts)), np.uint8)
    row["embedding"] = (
        embedding
        if embedding is not None
        else content_embedding(
            caption=facts.caption,
            tags=facts.tags,
            topics=tuple(label.topic for label in labels),
            creator=facts.creator,
            sound=facts.sound,
            meaning=facts.meaning,
        )
    )
    row["counters"] = [count_code(n) for n in facts.counts]
    row["topics"][0, : len(labels)] = [topics.index(label.topic) + 1 for label in labels]
    row["labellers"][0, : len(labels)] = [label.labeller for label in labels]
    row["language"] = language_code(facts.language)
    row["flags"] = facts.flags | (0 if facts.has_sound else FLAG_SILENT)
    return row


def build_rows(
    videos: Sequence[VideoFacts], *, topics: Sequence[str], places: Places | None = None
) -> Rows:
    """The rows of `videos`, in any order; sorted by id and read-only on return.

    Args:
        places: where the weights place videos; the content function says it of all others.
    Raises: BadRows: an id twice.
    """
    if not videos:
        return as_rows(np.zeros(0, ROW))
    made = np.concatenate([make_row(facts, topics=topics) for facts in videos])
    return place_rows(as_rows(made[np.argsort(made["id"], kind="stable")]), places)


def place_rows(rows: Rows, places: Places | None) -> Rows:
    """`rows` with the embeddings of those that `places` knows put in; the others as they are."""
    at, is_placed = placed_at(rows, places)
    if places is None or not is_placed.any():
        return rows
    updated = rows.copy()
    updated["embedding"][is_placed] = places.table[at[is_placed]]
    return as_rows(updated)


def placed_at(rows: Rows, places: Places | None) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each row where it stands in `places`, and whether it does."""
    if places is None or len(places.ids) == 0:
        return np.zeros(len(rows), np.intp), np.zeros(len(rows), np.bool_)
    ids = rows["id"].astype(np.uint64)
    at = np.minimum(np.searchsorted(places.ids, ids), len(places.ids) - 1)
    return at, places.ids[at] == ids


def left_behind(before: Places | None, after: Places | None) -> list[VideoId]:
    """Videos that `before` placed and `after` does not: the content function says it of them."""
    if before is None:
        return []
    ids = before.ids if after is None else np.setdiff1d(before.ids, after.ids, assume_unique=True)
    return [VideoId(video) for video in ids.tolist()]


def as_rows(array: Rows) -> Rows:
    """`array` made read-only and contiguous, once its ids are known to ascend.

    Raises: BadRows: they do not, or one is 0.
    """
    ids = array["id"]
    if len(ids) and (ids[0] == 0 or not bool((ids[1:] > ids[:-1]).all())):
        raise BadRows("ids must be unique, above 0 and ascending")
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def merge_rows(rows: Rows, changed: Rows) -> Rows:
    """`rows` with those of `changed` put in their place, new ids inserted where they sort.

    >>> one = np.zeros(1, ROW); one["id"] = 5
    >>> merge_rows(np.zeros(0, ROW), one)["id"].tolist()
    [5]
    """
    if not len(changed):
        return rows
    changed = as_rows(changed)
    at = np.searchsorted(rows["id"], changed["id"])
    inside = np.minimum(at, max(len(rows) - 1, 0))
    known = rows["id"][inside] == changed["id"] if len(rows) else np.zeros(len(changed), bool)
    merged = rows.copy()
    merged[at[known]] = changed[known]
    if not known.all():
        merged = np.insert(merged, at[~known], changed[~known])
    return as_rows(merged)


def with_counts(rows: Rows, counts: Mapping[VideoId, Counts]) -> Rows:
    """`rows` with the counters of the named videos replaced; ids without a row are passed over."""
    ids = sorted(counts)
    if not ids or not len(rows):
        return rows
    at = np.searchsorted(rows["id"], np.array(ids, np.uint64))
    updated = rows.copy()
    for video, i in zip(ids, at.tolist(), strict=True):
        if i < len(rows) and int(rows["id"][i]) == video:
            updated["counters"][i] = [count_code(n) for n in counts[video]]
    return as_rows(updated)


def rows_bytes(rows: Rows) -> bytes:
    """The rows one after the other, ROW_BYTES each."""
    return np.ascontiguousarray(rows).tobytes()


def parse_rows(data: bytes | bytearray | memoryview) -> Rows:
    """Rows over `data` without copying it (so an mmapped file stays one).

    Raises: BadRows: not a whole number of rows, or ids that do not ascend.
    """
    if len(data) % ROW_BYTES:
        raise BadRows(f"{len(data)} bytes are not a whole number of {ROW_BYTES}-byte rows")
    return as_rows(np.frombuffer(data, ROW))
