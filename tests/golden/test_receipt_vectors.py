"""The receipt vectors that both implementations are held to."""

import base64
import json

import pytest

from plainview.core.receipts import (
    BadReceipt,
    BadSignature,
    check_chain,
    encode_receipt,
    parse_receipt,
    receipt_id,
    verify,
)
from tests.golden.receipt_vectors import PATH, vectors

VECTORS = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_file_is_what_the_code_makes() -> None:
    """The committed vectors are the ones this code writes, byte for byte in meaning."""
    assert vectors() == VECTORS


def test_the_chain_verifies_and_reads_back() -> None:
    """Each receipt parses, encodes to itself, has its id and a good signature, and follows."""
    key = base64.b64decode(VECTORS["public_key"])
    for entry in VECTORS["chain"]:
        data = entry["receipt"].encode()
        assert encode_receipt(parse_receipt(data)) == data
        assert receipt_id(data) == entry["id"]
        verify(data, signature=base64.b64decode(entry["signature"]), public_key=key)
    last = check_chain(entry["receipt"].encode() for entry in VECTORS["chain"])
    assert last == VECTORS["chain"][-1]["id"]


def test_a_signature_of_the_vectors_fits_no_other_receipt() -> None:
    """The first receipt's signature is refused on the second."""
    key = base64.b64decode(VECTORS["public_key"])
    first, second = VECTORS["chain"][:2]
    with pytest.raises(BadSignature):
        verify(
            second["receipt"].encode(),
            signature=base64.b64decode(first["signature"]),
            public_key=key,
        )


@pytest.mark.parametrize("entry", VECTORS["refused"], ids=lambda entry: entry["why"])
def test_what_must_be_refused_is(entry: dict[str, str]) -> None:
    """Each of the malformed byte strings is refused."""
    with pytest.raises(BadReceipt):
        parse_receipt(entry["bytes"].encode())


def test_hashes_were_computed_by_hand_once() -> None:
    """The commitment of hour 0 equals sha256sum's answer for the same bytes in a shell."""
    # printf 'plainview hour-key-v1\n0\n' | cat - <(bytes 00..1f) | sha256sum
    assert VECTORS["hours"][0]["hour"] == 0
    assert (
        VECTORS["hours"][0]["commitment"]
        == "dd74f5ac503b764fb002a7a79e22c5f0a32638eb306ef470e115b8a353641be8"
    )
