"""specs/vectors/epoch-v1.json: what a second implementation is held to holds for this one."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from plainview.core.catalogue import (
    Decision,
    RenditionFacts,
    TopicLabel,
    VideoFacts,
    apply_deltas,
    build_rows,
    count_code,
    count_floor,
    delta,
    epoch_root,
    fold_decisions,
    make_row,
    merge_rows,
    next_events_root,
    parse_header,
    read_sketch,
    rendition_digest,
    rows_bytes,
    topic_list,
    with_counts,
)
from plainview.core.catalogue.freeze import shown_by_day
from plainview.core.terms.epoch import Rows
from plainview.core.terms.ids import CreatorId, Digest, VideoId

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "specs/vectors/epoch-v1.json").read_text()
)
TOPICS = tuple(VECTORS["topics"])


def _facts(v: dict[str, Any]) -> VideoFacts:
    return VideoFacts(
        id=VideoId(int(v["id"])),
        creator=CreatorId(int(v["creator"])),
        published_ms=v["published_ms"],
        length_ms=v["length_ms"],
        caption=v["caption"],
        tags=tuple(v["tags"]),
        topics=tuple(TopicLabel(*label) for label in v["topics"]),
        language=v["language"],
        has_sound=bool(v["has_sound"]),
        looks=int(v["looks"]),
        sound=read_sketch(bytes.fromhex(v["sound"])),
        meaning=read_sketch(bytes.fromhex(v["meaning"])),
        meaning_by=Digest(v["meaning_by"]),
        poster=Digest(v["poster"]),
        renditions=tuple(
            RenditionFacts(digest=d, short_edge=edge, width=w, height=h, size_bytes=size)
            for d, edge, w, h, size in v["renditions"]
        ),
        flags=v["flags"],
        counts=tuple(v["counts"]),
    )


VIDEOS = [_facts(video["facts"]) for video in VECTORS["videos"]]


def _tables() -> list[Rows]:
    """The three epochs' rows: three videos, then copies of the first as 20..149, then counts."""
    first = build_rows(VIDEOS, topics=TOPICS)
    copies = [msgspec.structs.replace(VIDEOS[0], id=VideoId(i)) for i in range(20, 150)]
    second = merge_rows(first, build_rows(copies, topics=TOPICS))
    return [first, second, with_counts(second, {VideoId(149): (9,) * 12})]


def test_counter_codes() -> None:
    """Counts, codes and floors."""
    assert VECTORS["counters"] == [
        [n, count_code(n), count_floor(count_code(n))] for n, _, _ in VECTORS["counters"]
    ]


def test_rows_and_digests() -> None:
    """Each video's digest and the 168 bytes of its row."""
    assert topic_list((), VIDEOS) == TOPICS
    for facts, video in zip(VIDEOS, VECTORS["videos"], strict=True):
        assert rendition_digest(facts) == video["digest"]
        assert make_row(facts, topics=TOPICS).tobytes().hex() == video["row"]


def test_roots() -> None:
    """Three epochs: small, grown to several leaves, one row changed; each names the one before."""
    previous = "0" * 64
    for rows, epoch in zip(_tables(), VECTORS["epochs"], strict=True):
        header = epoch["header"].encode()
        assert rows["id"].tolist() == [int(i) for i in epoch["ids"]]
        assert sha256(rows_bytes(rows)).hexdigest() == epoch["rows_digest"]
        assert epoch_root(header, rows) == epoch["root"]
        assert parse_header(header).previous_root == previous
        previous = epoch["root"]


def test_showings_by_day() -> None:
    """What a freeze makes of the showings counted on the day and on the day before."""
    header = parse_header(VECTORS["epochs"][0]["header"].encode())
    for case in VECTORS["shown_by_day"]:
        frozen_ms, today, yesterday = case["before"]
        before = msgspec.structs.replace(
            header, frozen_ms=frozen_ms, shown_today=today, shown_yesterday=yesterday
        )
        after = shown_by_day(before, frozen_ms=case["frozen_ms"], shown=case["shown"])
        assert list(after) == case["after"]
    assert shown_by_day(None, frozen_ms=5, shown=3) == (3, 0)


def test_delta() -> None:
    """The delta between the last two epochs, byte for byte."""
    _, before, after = _tables()
    data = bytes.fromhex(VECTORS["delta"]["bytes"])
    assert delta(before, after) == data
    assert np.array_equal(apply_deltas(before, [data]), after)


def test_events_root_and_decisions() -> None:
    """The root over a batch of events, and flags folded from actions."""
    batch = VECTORS["events_root"]
    assert (
        next_events_root(batch["previous"], [e.encode() for e in batch["batch"]]) == batch["next"]
    )
    for case in VECTORS["decisions"]:
        decisions = [
            Decision(n=n, video=VideoId(1), action=action, reason_code="x")
            for n, action in enumerate(case["actions"], 1)
        ]
        assert fold_decisions(decisions) == case["flags"]
