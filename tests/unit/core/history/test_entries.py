"""Entries: one sequence of bytes each, and no room for anything about a person."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.core.history import (
    ENTRY_BYTES_MAX,
    ENTRY_TYPES,
    BadEntry,
    Batch,
    Entry,
    HistoryError,
    Hours,
    Interval,
    Offer,
    Policies,
    Source,
    WeightsPublished,
    batch_of,
    encode_entry,
    parse_entry,
)
from plainview.core.terms.canonical import canonical_json, parse_canonical
from plainview.core.terms.ids import NO_DIGEST
from tests.histories import digest, keys, lawful

ENTRIES = lawful()
FIELDS = [json.loads(encode_entry(entry)) for entry in ENTRIES]

FIRST_NAMES = ("Ada", "José", "Нина", "王芳", "Anne-Marie", "O'Brien")
personal = st.one_of(
    st.emails(),
    st.sampled_from(FIRST_NAMES).map(lambda name: f"{name} Lovelace"),
    st.binary(min_size=16, max_size=16).map(bytes.hex),  # a viewer's id
    st.binary(min_size=16, max_size=16).map(lambda raw: str(int.from_bytes(raw, "big") + 2**63)),
    st.ip_addresses().map(str),
    st.from_regex(r"\+[1-9][0-9]{7,13}", fullmatch=True),
    st.from_regex(r"@[a-z_]{3,12}", fullmatch=True),
    st.text(min_size=3, max_size=40).map(lambda text: f"a caption {text}"),
)


def paths_of(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where the strings of a JSON value are."""
    if isinstance(value, str):
        return [at]
    if not isinstance(value, dict | list):
        return []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [path for key, item in items for path in paths_of(item, (*at, key))]


def replaced(value: Any, path: tuple[Any, ...], text: Any) -> bytes:
    """The canonical-looking bytes with one value replaced."""
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = text
    return json.dumps(copy, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def refused(data: bytes) -> bool:
    """Whether these bytes are no entry."""
    try:
        parse_entry(data)
    except BadEntry:
        return True
    return False


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_an_entry_reads_back_and_is_canonical(entry: Entry) -> None:
    """Its bytes are canonical JSON of epoch-v1 §1, and give the same value back."""
    data = encode_entry(entry)
    assert parse_entry(data) == entry
    assert canonical_json(parse_canonical(data)) == data


def test_bytes_by_hand() -> None:
    """A source entry is these bytes."""
    made = encode_entry(Source(at_ms=5, digest="a" * 64, files=3))
    by_hand = '{"at_ms":5,"digest":"%s","files":3,"spec":"log-v1","type":"source"}' % ("a" * 64)
    assert made == by_hand.encode()


PERSONAL = (
    "anna@example.org", "ada lovelace", "Ada", "ada.lovelace", "josé", "@ada_l", "+4915112345678",
    "0123456789abcdef0123456789abcdef", "abcdefabcdefabcdefabcdefabcdefab", "192.0.2.7",
    "a caption of a video", "caption:hello", "ada_lovelace", "-ada", "ada--lovelace", "",
)  # fmt: skip
PLACES = [
    pytest.param(value, path, id=f"{value['type']}-{'-'.join(map(str, path))}")
    for value in FIELDS
    for path in paths_of(value)
    if path[0] != "commitments" or path[1] == 0
]


@pytest.mark.parametrize(("value", "path"), PLACES)
def test_no_text_of_any_kind_takes_personal_data(
    value: dict[str, Any], path: tuple[Any, ...]
) -> None:
    """Every text field of every kind refuses every example; in a trust document, every field."""
    assert [text for text in PERSONAL if not refused(replaced(value, path, text))] == []
    if path[-1] == "document":
        document = json.loads(value["document"])
        for inner in paths_of(document):
            changed = [(text, replaced(document, inner, text).decode()) for text in PERSONAL]
            assert [
                text for text, made in changed if not refused(replaced(value, path, made))
            ] == []


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FIELDS) - 1), st.data())
def test_personal_data_fit_into_no_field(which: int, data: st.DataObject) -> None:
    """Addresses, names, viewers' ids and captions are refused in every text of every kind."""
    value = FIELDS[which]
    path = data.draw(st.sampled_from(paths_of(value)))
    text = data.draw(personal)
    if path[-1] == "document":
        document = json.loads(value["document"])
        inner = data.draw(st.sampled_from(paths_of(document)))
        text = replaced(document, inner, text).decode()
    assert refused(replaced(value, path, text))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FIELDS) - 1), st.from_regex(r"[a-z_]{1,12}", fullmatch=True), personal)
def test_no_entry_has_a_field_more(which: int, name: str, text: str) -> None:
    """A field that is not in the schema is refused, at the top and inside."""
    value = FIELDS[which]
    if name not in value:
        assert refused(replaced(value, (name,), text))
    for key, item in value.items():
        inner = item[0] if isinstance(item, list) and item else item
        if isinstance(inner, dict) and name not in inner:
            path = (key, 0, name) if isinstance(item, list) else (key, name)
            assert refused(replaced(value, path, text))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FIELDS) - 1), st.data())
def test_numbers_out_of_range_are_refused(which: int, data: st.DataObject) -> None:
    """No integer below 0 or from 2**53 up, no fraction, no boolean, no null in place of one."""
    value = FIELDS[which]
    numbers = [key for key, item in value.items() if isinstance(item, int)]
    path = (data.draw(st.sampled_from(numbers)),)
    worst = st.sampled_from([2**53, 2**64, 1.5, 1.0, True, None, "1"])
    assert refused(replaced(value, path, data.draw(worst)))
    if path != ("amount_milli",):
        assert refused(replaced(value, path, -1))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    """Whatever the bytes, the answer is a refusal and no other exception."""
    assert refused(data)


@pytest.mark.parametrize("value", FIELDS, ids=lambda value: value["type"])
def test_other_spellings_are_refused(value: dict[str, Any]) -> None:
    """White space, another order of keys, a missing field, another spec or type, a byte more."""
    data = replaced(value, ("spec",), "log-v1")
    assert not refused(data)
    backwards = json.dumps(dict(reversed(value.items())), separators=(",", ":")).encode()
    assert refused(backwards)
    assert refused(json.dumps(value, sort_keys=True).encode())
    assert refused(data + b"\n")
    assert refused(replaced(value, ("spec",), "log-v2"))
    assert refused(replaced(value, ("type",), "note"))
    for name in value:
        assert refused(replaced({k: v for k, v in value.items() if k != name}, ("spec",), "log-v1")
                       if name != "spec" else data.replace(b'"spec":"log-v1",', b""))  # fmt: skip


def test_values_that_contradict_themselves_are_refused() -> None:
    """What two fields of one entry say together must make sense."""
    zeros = NO_DIGEST
    for make in (
        lambda: WeightsPublished(at_ms=1, digest=digest("w"), parent=digest("v"), recipe="r",
                                 origin="starting", lineage=zeros),
        lambda: WeightsPublished(at_ms=1, digest=digest("w"), parent=digest("v"), recipe="r",
                                 origin="learned", lineage=zeros),
        lambda: Policies(at_ms=1, offered=(Offer(name="b", digest=zeros),
                                           Offer(name="a", digest=zeros))),
        lambda: Batch(count=0, root=digest("x")),
        lambda: Batch(count=1, root=batch_of([]).root),
        lambda: Interval(at_ms=9, number=1, from_ms=5, to_ms=4, receipts=batch_of([digest("r")]),
                         events=batch_of([])),
        lambda: Interval(at_ms=9, number=1, from_ms=4, to_ms=4, receipts=batch_of([]),
                         events=batch_of([])),
    ):  # fmt: skip
        with pytest.raises(HistoryError):
            make()


def test_an_entry_fits_into_a_bundle() -> None:
    """The longest list of commitments stays below the 65,535 bytes of an entry."""
    longest = Hours(at_ms=2**53 - 1, first=400_000, commitments=keys(400_000, 744))
    assert len(encode_entry(longest)) <= ENTRY_BYTES_MAX
    with pytest.raises(BadEntry):
        encode_entry(msgspec.structs.replace(longest, commitments=keys(400_000, 745)))
    with pytest.raises(BadEntry):
        parse_entry(b'"' + b"a" * ENTRY_BYTES_MAX + b'"')


def test_what_cannot_be_read_back_is_not_written() -> None:
    """A value made with a text out of its form has no bytes."""
    with pytest.raises(BadEntry):
        encode_entry(Source(at_ms=1, digest="someone@example.org", files=1))


def test_each_type_has_its_name() -> None:
    """The names on the wire are those of the specification's table."""
    assert sorted(ENTRY_TYPES) == [
        "access", "boost", "comment_decision", "decision", "epoch", "erasure", "experiment",
        "experiment_end", "hour_key", "hours",
        "interval", "line_weights", "policies", "promise", "promise_kept", "promise_refused",
        "source", "trust", "weights",
    ]  # fmt: skip
