"""What may be written under a video, and how soon again."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.social import (
    COMMENT_MAX,
    COMMENTS_A_DAY,
    COMMENTS_A_MINUTE,
    DAY_MS,
    MINUTE_MS,
    BadComment,
    clean_comment,
    wait_ms,
)

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nice.", "Nice."),
        ("  a\r\n\n b\tc ", "a b c"),
        ("e\u0301", "\u00e9"),
        ("abc\u202edef\u2066g\u2069", "abcdefg"),
        ("a\x00b\x1b[31m\x7f", "ab[31m"),
        ("\ufeffa\u200bb\u2060c", "abc"),
        (FAMILY, FAMILY),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤️", "❤️"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
    ids=["plain", "white space", "NFC", "direction", "control", "invisible", "joined emoji",
         "Persian", "variation", "markup is text"],
)  # fmt: skip
def test_a_text_is_kept_as_it_reads(typed: str, kept: str) -> None:
    """Worked by hand: what is not seen goes, what shapes letters and pictures stays."""
    assert clean_comment(typed) == kept


@pytest.mark.parametrize("typed", ["", " \n ", "\u202e", "\u200d\u200d", "\ufe0f", "\u0301"])
def test_what_nobody_could_read_is_refused(typed: str) -> None:
    """White space, controls, joiners and marks alone are no comment."""
    with pytest.raises(BadComment) as refused:
        clean_comment(typed)
    assert refused.value.code == "comment_empty"


def test_the_length_is_that_of_what_is_kept() -> None:
    """500 characters are taken, 501 are not; what is dropped does not count, NFC does."""
    assert len(clean_comment("é" * COMMENT_MAX)) == COMMENT_MAX
    assert len(clean_comment("e\u0301" * COMMENT_MAX + " \u202e")) == COMMENT_MAX
    with pytest.raises(BadComment) as refused:
        clean_comment("x" * (COMMENT_MAX + 1))
    assert (refused.value.code, "501" in refused.value.message) == ("comment_too_long", True)


@given(st.text(max_size=60))
def test_cleaning_again_changes_nothing(typed: str) -> None:
    """What is kept is in its own clean form, without controls, and NFC."""
    try:
        kept = clean_comment(typed)
    except BadComment:
        return
    assert clean_comment(kept) == kept == unicodedata.normalize("NFC", kept)
    assert not any(unicodedata.category(c) == "Cc" or "\u202a" <= c <= "\u202e" for c in kept)


def test_a_minutes_comments_are_counted_by_hand() -> None:
    """Six within a minute are taken; the seventh waits until the first of them is a minute old."""
    written = [1000 * n for n in range(COMMENTS_A_MINUTE, 0, -1)]
    assert wait_ms(written[1:], now_ms=7_000) == 0
    assert wait_ms(written, now_ms=7_000) == 1_000 + MINUTE_MS - 7_000
    assert wait_ms(written, now_ms=1_000 + MINUTE_MS) == 0


def test_a_days_comments_are_bounded_too() -> None:
    """However slowly they come, the two hundred and first waits until the first is a day old."""
    step = DAY_MS // COMMENTS_A_DAY // 2
    written = [step * n for n in range(COMMENTS_A_DAY, 0, -1)]
    now_ms = step * (COMMENTS_A_DAY + 1)
    assert wait_ms(written, now_ms=now_ms) == step + DAY_MS - now_ms
