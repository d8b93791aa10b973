"""The vectors of the log's contents that any implementation is held to."""

import json

import pytest

from plainview.core.history import (
    RULES,
    BadEntry,
    check_trust,
    encode_entry,
    fold_history,
    parse_entry,
)
from tests.golden.log_vectors import PATH, vectors

VECTORS = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_file_is_what_the_code_makes() -> None:
    """The committed vectors are the ones this code writes."""
    assert vectors() == VECTORS


def test_every_entry_reads_back() -> None:
    """Each parses and encodes to itself."""
    for text in VECTORS["entries"]:
        assert encode_entry(parse_entry(text.encode())) == text.encode()


@pytest.mark.parametrize("name", VECTORS["histories"])
def test_a_history_is_judged_as_written(name: str) -> None:
    """Each rule's history is objected to by that rule alone, from its bytes."""
    history = VECTORS["histories"][name]
    entries = [parse_entry(VECTORS["entries"][i].encode()) for i in history["entries"]]
    found = [(breach.index, breach.rule) for breach in fold_history(entries)[1]]
    assert found == [(breach["index"], breach["rule"]) for breach in history["breaches"]]
    assert [rule for _, rule in found] == ([] if name == "lawful" else [name])


def test_the_histories_cover_every_rule() -> None:
    """All rules but the one that time alone decides."""
    assert set(VECTORS["histories"]) == set(RULES) - {"promise_broken"} | {"lawful"}


@pytest.mark.parametrize("entry", VECTORS["refused"], ids=lambda entry: entry["why"])
def test_what_must_be_refused_is(entry: dict[str, str]) -> None:
    """Each of the byte strings is no entry."""
    with pytest.raises(BadEntry):
        parse_entry(entry["bytes"].encode())


def test_the_root_of_trust_is_signed() -> None:
    """The signature in the file fits the document in it."""
    trust = VECTORS["trust"]
    made = check_trust(
        trust["document"].encode(), [(trust["key"], trust["signature"])], before=None
    )
    assert made.version == 1


def test_a_salt_was_computed_by_hand_once() -> None:
    """Salt 11 of a receipt equals openssl's answer for the same bytes in a shell."""
    # printf 'receipt\n11' | openssl dgst -sha256 -mac hmac -macopt hexkey:0001..1f
    salts = {(s["label"], s["number"]): s["salt"] for s in VECTORS["commitments"]["salts"]}
    assert (
        salts["receipt", 11] == "20e3a714db10751b606194318e2c7b0380ba199b29e47a5c55951e6b653a9b76"
    )
