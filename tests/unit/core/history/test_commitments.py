"""Salted commitments and the trees over them."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from plainview.core.history import (
    BadInterval,
    BadSalt,
    IntervalProof,
    batch_of,
    check_receipt_logged,
    commitment,
    interval_path,
    record_salt,
)
from plainview.core.terms.ids import Digest
from tests.histories import interval

SECRET = bytes(range(32))


def test_a_salt_by_hand() -> None:
    """The salt equals what openssl gives for the same bytes in a shell."""
    # printf 'receipt\n7' | openssl dgst -sha256 -mac hmac -macopt hexkey:0001..1f
    assert record_salt(SECRET, label="receipt", number=7).hex() == (
        "c0625b9093b335bee4caa42326774b37a9c7a06fedeb93feeea76863ef8a6e19"
    )


def test_a_commitment_by_hand() -> None:
    """It is the SHA-256 of salt and record, one after the other."""
    assert commitment(SECRET, b"record") == sha256(SECRET + b"record").hexdigest()


def test_no_two_records_of_a_person_share_a_salt() -> None:
    """Label and number are kept apart, so that receipt 1 and event 1, or 1 and 11, differ."""
    salts = {
        record_salt(SECRET, label=label, number=number)
        for label in ("receipt", "event", "upload", "reason", "subject", "request")
        for number in range(200)
    }
    assert len(salts) == 6 * 200


@pytest.mark.parametrize(
    ("secret", "label", "number"),
    [(b"", "receipt", 1), (bytes(33), "receipt", 1), (SECRET, "name", 1), (SECRET, "event", -1)],
)
def test_a_salt_of_something_else_is_refused(secret: bytes, label: str, number: int) -> None:
    """A secret of another length, an unknown label, a number below 0 are refused."""
    with pytest.raises(BadSalt):
        record_salt(secret, label=label, number=number)


def test_a_salt_has_32_bytes() -> None:
    """A shorter salt could hand its missing bytes to the record, so it is refused."""
    with pytest.raises(BadSalt):
        commitment(SECRET[:31], SECRET[31:] + b"record")


@given(st.integers(1, 40), st.data())
def test_a_receipt_is_found_where_it_was_logged_alone(n: int, data: st.DataObject) -> None:
    """Its proof holds; it fails for another record, salt, place, interval or a shorter path."""
    at = data.draw(st.integers(0, n - 1))
    records = [f"receipt {i}".encode() for i in range(n)]
    salts = [record_salt(SECRET, label="receipt", number=i) for i in range(n)]
    made = [commitment(salt, record) for salt, record in zip(salts, records, strict=True)]
    one = interval(1, at_ms=5000)
    one = replace(one, receipts=batch_of(made))
    path = interval_path(made, at)
    proof = IntervalProof(salt=salts[at], interval=1, entry=9, index=at, path=path)
    check_receipt_logged(records[at], proof=proof, interval=one)
    wrong = [
        (b"another", proof),
        (records[at], replace(proof, salt=bytes(32))),
        (records[at], replace(proof, interval=2)),
        (records[at], replace(proof, index=n)),
        (records[at], replace(proof, path=(*proof.path, bytes(32)))),
    ]
    if n > 1:
        wrong.append((records[at], replace(proof, index=(at + 1) % n)))
        wrong.append((records[at], replace(proof, path=proof.path[:-1])))
    for record, bad in wrong:
        with pytest.raises(BadInterval):
            check_receipt_logged(record, proof=bad, interval=one)


def test_a_batch_of_none_has_the_root_of_the_empty_tree() -> None:
    """Nothing is committed to by SHA-256 of nothing."""
    empty = batch_of([])
    assert (empty.count, empty.root) == (0, sha256(b"").hexdigest())
    one = batch_of([Digest("ab" * 32)])
    assert one.root == sha256(b"\x00" + b"\xab" * 32).hexdigest()
