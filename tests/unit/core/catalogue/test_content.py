"""The content function: what a video's words say about where it stands."""

from hashlib import sha256
from math import isqrt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from plainview.core.catalogue import content_embedding, token_of, words_of
from plainview.core.media.sound import sound_of
from plainview.core.terms.ids import CreatorId
from tests.tunes import tune_bytes


def _signs(token: str) -> list[int]:
    number = int.from_bytes(sha256(token.encode()).digest()[:8], "big")
    return [1 if number >> 63 - i & 1 else -1 for i in range(64)]


def test_words_are_folded_and_counted_once() -> None:
    """Ligatures and wide letters fold, case goes, punctuation parts, marks stay, doubles vanish."""
    assert words_of("The ﬁnal Ｆrame — the FRAME_2, naïve!") == (
        "the", "final", "frame", "2", "naïve",
    )  # fmt: skip
    assert words_of("re\u0301sume\u0301 हिन्दी") == ("résumé", "हिन्दी")
    assert token_of("  Slow-Motion ") == "slow motion"
    assert words_of("…") == ()


def test_worked_example() -> None:
    """The sum is 6 topic + 3 creator + 2 tag + 1 word, scaled to 256 with floors."""
    fields = [
        (6, "marbles"), (3, "creator:9"), (2, "slow motion"), (1, "marbles"), (1, "run"),
    ]  # fmt: skip
    total = [sum(w * _signs(token)[i] for w, token in fields) for i in range(64)]
    length = isqrt(sum(v * v for v in total))
    made = content_embedding(
        caption="Marbles run, run!",
        tags=("Slow-Motion", "slow motion"),
        topics=("marbles",),
        creator=CreatorId(9),
    )
    assert list(made) == [max(-127, min(127, v * 256 // length)) for v in total]


def test_a_sound_weighs_what_a_topic_does() -> None:
    """Its sketch is added in 32nds, six times, halves up; without one nothing changes."""
    sound = (127, -127, 32, -32, 3, -3, 8, -8) * 8
    total = [
        6 * _signs("marbles")[i] + 3 * _signs("creator:9")[i] + (6 * sound[i] + 16) // 32
        for i in range(64)
    ]
    assert [(6 * x + 16) // 32 for x in sound[:8]] == [24, -24, 6, -6, 1, -1, 2, -1]
    length = isqrt(sum(v * v for v in total))
    made = content_embedding(
        caption="", tags=(), topics=("marbles",), creator=CreatorId(9), sound=sound
    )
    assert list(made) == [max(-127, min(127, v * 256 // length)) for v in total]
    silent = content_embedding(
        caption="", tags=(), topics=("marbles",), creator=CreatorId(9), sound=()
    )
    assert silent != made
    assert silent == content_embedding(
        caption="", tags=(), topics=("marbles",), creator=CreatorId(9)
    )


def test_a_meaning_weighs_what_a_sound_does_and_both_add_up() -> None:
    """Either alone places a video alike; both are two parts of the sum."""
    one, other = (9, -40, 77, 0) * 16, (-3, 21, 64, -127) * 16

    def placed(**sketches: tuple[int, ...]) -> tuple[int, ...]:
        return content_embedding(caption="a", tags=(), topics=(), creator=CreatorId(9), **sketches)

    assert placed(meaning=one) == placed(sound=one) != placed()
    assert placed(sound=one, meaning=other) == placed(sound=other, meaning=one)
    total = [
        3 * _signs("creator:9")[i] + _signs("a")[i]
        + (6 * one[i] + 16) // 32 + (6 * other[i] + 16) // 32
        for i in range(64)
    ]  # fmt: skip
    length = isqrt(sum(v * v for v in total))
    assert list(placed(sound=one, meaning=other)) == [
        max(-127, min(127, v * 256 // length)) for v in total
    ]


def test_a_shared_sound_brings_videos_together() -> None:
    """Two creators' videos on two topics are nearer with one sound than with two."""
    sounds = [sound_of(tune_bytes(seed, s=6)) for seed in (1, 2)]

    def place(topic: str, creator: int, sound: int) -> NDArray[np.int64]:
        return np.array(
            content_embedding(
                caption="", tags=(), topics=(topic,), creator=CreatorId(creator),
                sound=sounds[sound],
            )
        )  # fmt: skip

    first, same, other = place("chance", 1, 0), place("zooms", 2, 0), place("zooms", 2, 1)
    assert int(first @ same) > 2 * abs(int(first @ other))


TEXTS = st.text(max_size=12)


@given(TEXTS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3), st.integers(1, 2**62))
def test_any_words_give_64_small_integers(
    caption: str, tags: list[str], topics: list[str], creator: int
) -> None:
    """Whatever the words, in whatever order of tags, the vector is 64 integers in -127..127."""
    made = content_embedding(
        caption=caption, tags=tuple(tags), topics=tuple(topics), creator=CreatorId(creator)
    )
    assert len(made) == 64
    assert all(type(v) is int and -127 <= v <= 127 for v in made)
    assert (
        made
        == content_embedding(
            caption=caption.upper().lower(),
            tags=tuple(reversed(tags)),
            topics=tuple(reversed(topics)),
            creator=CreatorId(creator),
        )
        or caption.upper().lower() != caption.lower()
    )


def test_a_shared_topic_brings_videos_together() -> None:
    """Two creators' videos on one topic are nearer than one creator's on two topics."""

    def near(a: tuple[str, int], b: tuple[str, int]) -> int:
        one, two = (
            content_embedding(caption="", tags=(), topics=(topic,), creator=CreatorId(creator))
            for topic, creator in (a, b)
        )
        return sum(x * y for x, y in zip(one, two, strict=True))

    assert near(("chance", 1), ("chance", 2)) > 2 * near(("chance", 1), ("zooms", 1))
