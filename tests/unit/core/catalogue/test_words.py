"""What people write: cleaned, or refused with what to do."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.catalogue import (
    BadWords,
    clean_bio,
    clean_caption,
    clean_filename,
    clean_handle,
    clean_language,
    clean_name,
    clean_tags,
    clean_topics,
)


def test_captions_are_tidied() -> None:
    """White space closes up, invisible and direction-changing characters go, emoji stay."""
    assert clean_caption("  a\n\n b\u200b\u202e\x07 🙂 e\u0301 ") == "a b 🙂 é"
    assert clean_caption("") == ""


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (lambda: clean_caption("x" * 301), "caption_too_long"),
        (lambda: clean_bio("x" * 201), "bio_too_long"),
        (lambda: clean_name(" \n"), "name_empty"),
        (lambda: clean_name("x" * 51), "name_too_long"),
        (lambda: clean_tags(["x" * 33]), "tag_too_long"),
        (lambda: clean_tags([str(n) for n in range(13)]), "too_many_tags"),
        (lambda: clean_topics(["Straße"]), "bad_topic"),
        (lambda: clean_topics(["a"]), "bad_topic"),
        (lambda: clean_topics(["ab", "cd", "ef", "gh", "ij"]), "too_many_topics"),
        (lambda: clean_handle("a"), "bad_handle"),
        (lambda: clean_handle(".ab"), "bad_handle"),
        (lambda: clean_handle("a b"), "bad_handle"),
        (lambda: clean_handle("x" * 31), "bad_handle"),
    ],
)
def test_each_refusal_has_its_code_and_says_what_to_do(made: object, code: str) -> None:
    """Every bound is enforced, and every message ends in something to do."""
    with pytest.raises(BadWords) as refused:
        made()  # type: ignore[operator]
    assert refused.value.code == code
    assert refused.value.message.endswith(".")
    assert refused.value.what_to_do.endswith(".")


def test_the_examples_that_the_form_is_held_against() -> None:
    """The browser's form takes and refuses the same (client/tests/ui/upload_words.test.ts)."""
    given = json.loads((Path(__file__).parents[3] / "golden/words.json").read_bytes())

    def code(words: dict[str, list[str]]) -> str | None:
        try:
            clean_tags(words["tags"])
            clean_topics(words["topics"])
        except BadWords as refused:
            return refused.code
        return None

    assert [code(words) for words in given["taken"]] == [None] * len(given["taken"])
    assert [code(words) for words in given["refused"]] == [one["code"] for one in given["refused"]]


def test_what_is_at_the_bounds_passes() -> None:
    """The longest of each is taken as it is."""
    assert len(clean_caption("x" * 300)) == 300
    assert len(clean_tags([str(n) for n in range(12)])) == 12
    assert clean_topics([" Street-Music ", "street-music"]) == ("street-music",)
    assert clean_handle("x" * 30) == "x" * 30
    assert clean_handle("@A_b.9") == "a_b.9"


@pytest.mark.parametrize(("code", "language"), [("EN-gb", "en"), ("", ""), ("x", ""), ("Ünd", "")])
def test_languages(code: str, language: str) -> None:
    """Two ASCII letters, or undetermined."""
    assert clean_language(code) == language


@pytest.mark.parametrize(
    ("path", "name"), [("/a/b.mp4", "b.mp4"), ("C:\\x\\y z.mov", "y z.mov"), ("..", ".."), ("", "")]
)
def test_file_names_are_for_showing(path: str, name: str) -> None:
    """Only the last part is kept."""
    assert clean_filename(path) == name


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    """What was cleaned is clean."""
    once = clean_caption(text)
    assert clean_caption(once) == once
