"""specs/vectors/events-v1.json: what a second implementation is held to holds for this one."""

import json
from pathlib import Path
from typing import Any

import pytest

from plainview.core.events import (
    CountedVideo,
    EventRefused,
    count_events,
    empty_state,
    encode_event,
    extend,
    genesis,
    parse_client_event,
    parse_event,
)
from plainview.core.terms.ids import CreatorId, VideoId, ViewerId

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[4] / "specs/vectors/events-v1.json").read_text()
)
VIEWER = ViewerId(VECTORS["viewer"])


def test_chain() -> None:
    """Every event is read, written back to the same bytes, and chained to the same head."""
    head = genesis(VIEWER)
    assert head == VECTORS["genesis"]
    for body, expected in VECTORS["chain"]:
        assert encode_event(parse_event(body.encode())).decode() == body
        head = extend(head, body.encode())
        assert head == expected


def test_state_and_counts() -> None:
    """The fold of the chain, field by field, and what it adds to the counters."""
    events = [parse_event(body.encode()) for body, _ in VECTORS["chain"]]
    videos = {
        VideoId(int(video)): CountedVideo(CreatorId(int(creator)), length_ms)
        for video, (creator, length_ms) in VECTORS["videos"].items()
    }
    counted, state = count_events(empty_state(VIEWER), events, videos=videos)
    assert {str(video): list(delta) for video, delta in counted.items()} == VECTORS["counted"]
    expected = dict(VECTORS["state"])
    watches = [[str(w.video), w.number, w.ms, w.loops, w.at_ms] for w in state.watches]
    assert watches == expected.pop("watches")
    assert [str(video) for video in state.lately] == expected.pop("lately")
    for name, value in expected.items():
        found = getattr(state, name)
        if isinstance(value, dict):
            found = {str(key): type(value[str(key)])(to) for key, to in found.items()}
        assert found == value, name


def test_what_clients_send() -> None:
    """Refusals with their codes, and what is taken with its bytes."""
    for sent, code in VECTORS["refused"]:
        with pytest.raises(EventRefused) as refusal:
            parse_client_event(sent)
        assert refusal.value.code == code
    for sent, at_ms, body in VECTORS["accepted"]:
        assert encode_event(parse_client_event(sent, at_ms=at_ms)).decode() == body
