"""Decisions and digests of a video."""

import itertools

import msgspec
import pytest

from plainview.core.catalogue import (
    ACTIONS,
    Decision,
    RenditionFacts,
    TopicLabel,
    VideoFacts,
    encode_facts,
    fold_decisions,
    read_sketch,
    rendition_digest,
    sketch_bytes,
)
from plainview.core.terms.epoch import FLAG_REMOVED, FLAG_SILENT, FLAG_WITHDRAWN
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, Digest, VideoId


def _rendition(digest: str, width: int, height: int, size_bytes: int) -> RenditionFacts:
    return RenditionFacts(
        digest=Digest(digest), short_edge=width, width=width, height=height, size_bytes=size_bytes
    )


FACTS = VideoFacts(
    id=VideoId(7), creator=CreatorId(1), published_ms=1, length_ms=1, caption="é", tags=("a", "b"),
    poster=Digest("0f" * 32),
    renditions=(
        _rendition("22" * 32, 540, 960, 9),
        _rendition("11" * 32, 360, 640, 4),
    ),
)  # fmt: skip


def _flags(*actions: str) -> int:
    return fold_decisions(
        Decision(n=n, video=VideoId(7), action=action, reason_code="x")
        for n, action in enumerate(actions, 1)
    )


def test_each_action_moves_its_own_flag() -> None:
    """An action raises or clears one flag, which no other pair of actions touches."""
    raised = [flag for flag, raises in ACTIONS.values() if raises]
    assert len(raised) == len(set(raised)) == 7
    for action, (flag, raises) in ACTIONS.items():
        before = [name for name, (f, up) in ACTIONS.items() if up and not (raises and f == flag)]
        assert (_flags(*before, action) ^ _flags(*before)) == flag
    assert FLAG_SILENT not in raised


def test_the_last_decision_on_a_flag_wins_and_a_withdrawal_stays() -> None:
    """Restoring clears a removal, never a withdrawal."""
    assert _flags("remove", "restore", "remove") == FLAG_REMOVED
    assert _flags("withdraw", "remove", "restore", "list") == FLAG_WITHDRAWN


def test_the_order_is_that_of_numbers() -> None:
    """However the decisions are handed in, they are applied by n."""
    decisions = [
        Decision(n=n, video=VideoId(7), action=a, reason_code="x")
        for n, a in ((3, "remove"), (10, "restore"), (20, "unlist"))
    ]
    assert {fold_decisions(p) for p in itertools.permutations(decisions)} == {64}


def test_an_unknown_action_is_a_fault() -> None:
    """Nothing guesses what an action means."""
    with pytest.raises(KeyError):
        _flags("vanish")


def test_digest_by_hand() -> None:
    """The canonical JSON written out: renditions by short edge, text as digests of UTF-8."""
    caption, tags = digest_of("é".encode()), digest_of(b"a\nb")
    one, two, poster = "11" * 32, "22" * 32, "0f" * 32
    assert rendition_digest(FACTS) == digest_of(
        f'{{"caption":"{caption}","poster":"{poster}",'
        f'"renditions":[[360,360,640,4,"{one}"],[540,540,960,9,"{two}"]],"tags":"{tags}"}}'.encode()
    )


def test_the_digest_covers_what_is_shown_and_nothing_else() -> None:
    """Caption, tags, poster and renditions change it; counts, flags and their order do not."""
    change = msgspec.structs.replace
    same = [
        change(FACTS, flags=1, counts=(9,) * 12),
        change(FACTS, renditions=FACTS.renditions[::-1]),
    ]
    other = [
        change(FACTS, caption="e"), change(FACTS, tags=("b", "a")), change(FACTS, tags=()),
        change(FACTS, poster=Digest("0e" * 32)), change(FACTS, renditions=FACTS.renditions[:1]),
    ]  # fmt: skip
    assert {rendition_digest(facts) for facts in same} == {rendition_digest(FACTS)}
    assert len({rendition_digest(facts) for facts in [FACTS, *other]}) == 6


def test_a_sketch_is_nothing_or_64_signed_bytes() -> None:
    """What was written is read again; other lengths, and -128, are refused."""
    sketch = (*range(-127, -95), *range(96, 128))
    assert sketch_bytes(sketch).hex().startswith("818283")
    assert read_sketch(sketch_bytes(sketch)) == sketch
    assert read_sketch(sketch_bytes(())) == ()
    for data in (bytes(63), bytes(65), bytes(63) + b"\x80"):
        with pytest.raises(ValueError, match="no sketch"):
            read_sketch(data)


def test_published_facts_by_hand() -> None:
    """A video's facts are canonical JSON, words in base64, renditions by short edge."""
    facts = msgspec.structs.replace(
        FACTS,
        topics=(TopicLabel("cats", 1),),
        language="de",
        looks=10,
        sound=(1, -127) * 32,
        meaning=(2, -1) * 32,
        meaning_by=Digest("ab" * 32),
    )
    assert encode_facts(facts) == (
        b'{"caption":"w6k=","creator":"1","has_sound":1,"id":"7","language":"de","length_ms":1,'
        b'"looks":"000000000000000a","meaning":"'
        + b"02ff" * 32
        + b'","meaning_by":"'
        + b"ab" * 32
        + b'","poster":"'
        + b"0f" * 32
        + b'","published_ms":1,"renditions":'
        b'[[360,360,640,4,"' + b"11" * 32 + b'"],[540,540,960,9,"' + b"22" * 32 + b'"]],'
        b'"sound":"'
        + b"0181" * 32
        + b'","spec":"video-v1","tags":["YQ==","Yg=="],"topics":[["cats",1]]}'
    )
