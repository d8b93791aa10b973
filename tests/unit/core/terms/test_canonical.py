"""Canonical JSON, held to bytes written out by hand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.terms.canonical import INT_BOUND, NotCanonical, canonical_json, parse_canonical

ASCII = st.text(st.characters(max_codepoint=127), max_size=8)
VALUES = st.recursive(
    st.integers(-INT_BOUND + 1, INT_BOUND - 1) | ASCII,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ASCII, inner, max_size=4),
)


def test_keys_are_sorted_by_code_point_and_white_space_is_left_out() -> None:
    """Capital letters sort before small ones, digits before both."""
    assert canonical_json({"b": 1, "B": [2, ""], "1": {}}) == b'{"1":{},"B":[2,""],"b":1}'


def test_control_characters_have_one_escape() -> None:
    """Short escapes where JSON has them, lower-case hex elsewhere, DEL and slash as they are."""
    assert canonical_json({"s": '"\\\b\f\n\r\t\x01\x1f\x7f/'}) == (
        b'{"s":"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/"}'
    )


@pytest.mark.parametrize(
    "value",
    [1.0, True, None, "é", 2**53, -(2**53), {"é": 1}, {1: 2}, [[{"a": None}]], b"x", {1, 2}],
)
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    """Floats, booleans, null, text beyond ASCII, big integers and other types have no form."""
    with pytest.raises(NotCanonical):
        canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":01}', b'{"a":1.0}', b'{"a":-0}',
        b'{"a":"\\u0041"}', b'{"a":"\\u001F"}', b'{"a":"\\/"}', b"[1]", b"", b'{"a":1}\n',
        b'{"a":9007199254740992}', b'{"a":"\xc3\xa9"}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_any_other_encoding_of_a_value_is_refused(data: bytes) -> None:
    """One value has one sequence of bytes, and no other is read."""
    with pytest.raises(NotCanonical):
        parse_canonical(data)


@given(st.dictionaries(ASCII, VALUES, max_size=5))
def test_what_is_encoded_is_read_back(value: dict[str, object]) -> None:
    """Encoding and parsing are inverse, and the bytes are JSON that any reader agrees on."""
    data = canonical_json(value)
    assert parse_canonical(data) == value == json.loads(data)
    assert data.isascii()
