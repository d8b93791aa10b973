"""The catalogue of demonstration clips: enough, distinct, signed, and in a good order."""

import io
import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from demo.avatars import draw_avatar
from demo.catalog import CLIPS, CREATORS, OPENERS, TOPICS
from demo.generators import GENERATORS

TOPIC_SLUGS = {t.slug for t in TOPICS}


def test_there_are_at_least_160_clips_with_distinct_keys_and_captions() -> None:
    """No two of at least 160 clips share a key, a caption, or a generator and seed."""
    assert len(CLIPS) >= 160
    assert len({c.key for c in CLIPS}) == len(CLIPS)
    assert len({c.caption for c in CLIPS}) == len(CLIPS)
    assert len({(c.generator, c.seed) for c in CLIPS}) == len(CLIPS)


def test_keys_are_stable_slugs() -> None:
    """A key is its generator, a dash and its seed in two digits, whatever the order."""
    for clip in CLIPS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+-\d\d", clip.key)
        assert clip.key == f"{clip.generator}-{clip.seed:02d}"


def test_eight_topics_share_the_clips_about_evenly() -> None:
    """There are 8 topics, each with at least 18 clips, and no topic has twice another's."""
    share = Counter(c.topic for c in CLIPS)
    assert set(share) == TOPIC_SLUGS
    assert len(TOPICS) == 8
    assert min(share.values()) >= 18
    assert max(share.values()) < 2 * min(share.values())


def test_each_topic_has_its_own_tempo_instrument_and_palette() -> None:
    """Instruments and palettes are unique to a topic; palettes are six-digit hex."""
    assert len({t.instrument for t in TOPICS}) == 8
    assert len({t.palette for t in TOPICS}) == 8
    assert all(re.fullmatch(r"[0-9a-f]{6}", c) for t in TOPICS for c in t.palette)
    assert all(40 <= t.bpm <= 180 for t in TOPICS)


def test_about_twenty_generators_or_more_each_with_a_known_topic() -> None:
    """Every generator belongs to a known topic and has at least 4 clips."""
    made = Counter(c.generator for c in CLIPS)
    assert len(GENERATORS) >= 20
    assert set(made) == set(GENERATORS)
    assert {topic for topic, _ in GENERATORS.values()} == TOPIC_SLUGS
    assert min(made.values()) >= 4


def test_every_clip_can_be_published() -> None:
    """Each clip has a known creator of its topic, a caption, 2 tags or more, and lasts 5 to 9 s."""
    by_handle = {c.handle: c for c in CREATORS}
    for clip in CLIPS:
        assert by_handle[clip.creator].topic == clip.topic
        assert 3 <= len(clip.caption) <= 120
        assert len(clip.tags) >= 2
        assert len(set(clip.tags)) == len(clip.tags)
        assert all(re.fullmatch(r"[a-z0-9]+", tag) for tag in clip.tags)
        assert 5 <= clip.length_s <= 9
        assert clip.language == "en"


def test_at_least_twelve_creators_post_and_none_is_silent() -> None:
    """There are at least 12 creators, with distinct names and bios, and each has posted."""
    assert len(CREATORS) >= 12
    for field in ("handle", "name", "bio", "avatar_seed"):
        assert len({getattr(c, field) for c in CREATORS}) == len(CREATORS)
    assert {c.creator for c in CLIPS} == {c.handle for c in CREATORS}


def test_the_first_eight_clips_are_of_eight_topics_and_the_first_twelve_of_twelve_creators() -> (
    None
):
    """A newcomer's first slate shows every topic; the openers are five seconds long."""
    assert {c.topic for c in CLIPS[:8]} == TOPIC_SLUGS
    assert len({c.creator for c in CLIPS[:12]}) == 12
    assert tuple(c.key for c in CLIPS[:12]) == OPENERS
    assert all(c.length_s == 5.0 for c in CLIPS[:12])


def test_neighbours_differ() -> None:
    """After the openers, no two clips in a row are of one topic for as long as all topics last."""
    assert all(a.topic != b.topic for a, b in pairwise(CLIPS[12:140]))


@pytest.mark.parametrize("handle", [c.handle for c in CREATORS])
def test_avatar_is_a_256_pixel_png_and_the_same_twice(handle: str) -> None:
    """An avatar is 256 by 256, drawn (many colours), and does not change."""
    png = draw_avatar(handle)
    draw_avatar.cache_clear()
    assert draw_avatar(handle) == png
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.size) == ("PNG", (256, 256))
    assert len(image.convert("RGB").getcolors(65536) or []) > 20


def test_avatars_are_distinct() -> None:
    """Any two avatars differ by more than 12 of 255 on average."""
    drawn = [Image.open(io.BytesIO(draw_avatar(c.handle))).convert("RGB") for c in CREATORS]
    faces = [np.asarray(image.reduce(4), dtype=np.float64) for image in drawn]
    for k, one in enumerate(faces):
        for other in faces[:k]:
            assert np.abs(one - other).mean() > 12
