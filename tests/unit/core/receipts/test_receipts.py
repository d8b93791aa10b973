"""Receipts: the bytes, their name, their signature, their seed and their chain."""

import hashlib
import hmac
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.receipts import (
    UPLOAD_DOMAIN,
    BadKey,
    BadReceipt,
    BadSeedInput,
    BadSignature,
    BrokenChain,
    Receipt,
    ShownVideo,
    check_chain,
    check_follows,
    encode_receipt,
    hour_commitment,
    hour_of,
    parse_receipt,
    public_key_of,
    receipt_id,
    sign,
    slate_seed,
    verify,
)
from plainview.core.terms.canonical import canonical_json
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context

VIEWER = ViewerId("0123456789abcdef0123456789abcdef")
KEY = bytes(range(32))


def digest(text: str) -> Digest:
    return Digest(hashlib.sha256(text.encode()).hexdigest())


def a_receipt(*, number: int = 1, previous: Digest = NO_DIGEST, videos: int = 2) -> Receipt:
    return Receipt(
        edition="test",
        release=digest("release"),
        viewer=VIEWER,
        number=number,
        nonce="f" * 32,
        policy="for-you",
        policy_digest=digest("policy"),
        chosen_by="viewer",
        weights=digest("weights"),
        epoch=4,
        epoch_root=digest("epoch"),
        now_ms=1_700_000_000_000,
        context=Context(size=8, language="en", tz_min=60),
        events_n=3,
        events_head=digest("head"),
        hour=472_222,
        hour_commitment=digest("hour"),
        candidates=digest("candidates"),
        values=digest("values"),
        features=digest("features"),
        slate=tuple(
            ShownVideo(
                video=VideoId(10 + i), slot="ranked", source="near", propensity=1 << 40, value=-i
            )
            for i in range(videos)
        ),
        caught_up=0,
        previous=previous,
    )


def test_the_bytes_are_sorted_json_that_reads_back_to_the_same_receipt() -> None:
    """A receipt's bytes are compact sorted JSON and parse to the receipt they were made from."""
    data = encode_receipt(a_receipt())
    fields = json.loads(data)
    assert data == json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    assert fields["slate"][1] == {
        "video": "11", "slot": "ranked", "source": "near", "propensity": 2**40, "value": -1,
    }  # fmt: skip
    assert fields["events"] == {"n": 3, "head": digest("head")}
    assert parse_receipt(data) == a_receipt()


@given(st.text(st.characters(max_codepoint=127), min_size=1, max_size=60))
def test_the_fast_encoder_writes_canonical_json(text: str) -> None:
    """Whatever ASCII stands in a receipt, its bytes are those of the canonical encoder."""
    data = encode_receipt(msgspec.structs.replace(a_receipt(), edition=text, arm=text))
    assert canonical_json(json.loads(data)) == data
    assert parse_receipt(data).edition == text


def test_a_key_twice_is_refused() -> None:
    """Bytes in which a field stands twice are not a receipt, even when both agree."""
    data = encode_receipt(a_receipt()).replace(b'{"arm":"",', b'{"arm":"","arm":"",')
    with pytest.raises(BadReceipt, match="canonical"):
        parse_receipt(data)


def test_the_id_is_the_hash_of_the_exact_bytes() -> None:
    """A receipt's id is the SHA-256 of its bytes in lower-case hex."""
    data = encode_receipt(a_receipt())
    assert receipt_id(data) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("spec", "receipt-v2"),
        ("edition", ""),
        ("edition", "e" * 65),
        ("release", "0" * 63),
        ("release_state", "witnessed"),
        ("viewer", VIEWER.upper()),
        ("number", 0),
        ("number", "1"),
        ("nonce", "f" * 31),
        ("policy", ""),
        ("chosen_by", "operator"),
        ("epoch", -1),
        ("now_ms", -1),
        ("context", {"size": 0, "language": "en", "tz_min": 0, "age": "adult"}),
        ("context", {"size": 21, "language": "en", "tz_min": 0, "age": "adult"}),
        ("context", {"size": 8, "language": "en", "tz_min": 1441, "age": "adult"}),
        ("context", {"size": 8, "language": "en", "tz_min": 0}),
        ("context", 7),
        ("events", {"n": -1, "head": NO_DIGEST}),
        ("events", {"n": 1, "head": "x"}),
        ("hour", -1),
        ("caught_up", 2),
        ("slate", "none"),
        ("slate", [7]),
        ("slate", [{"video": "01", "slot": "ranked", "source": "near",
                    "propensity": 0, "value": 0}]),
        ("slate", [{"video": str(2**63), "slot": "ranked", "source": "near",
                    "propensity": 0, "value": 0}]),
        ("slate", [{"video": "1", "slot": "bought", "source": "near",
                    "propensity": 0, "value": 0}]),
        ("slate", [{"video": "1", "slot": "ranked", "source": "near",
                    "propensity": 2**40 + 1, "value": 0}]),
        ("previous", NO_DIGEST[:-1] + "g"),
    ],
)  # fmt: skip
def test_a_field_out_of_range_is_refused(name: str, value: object) -> None:
    """Every field has a range, and bytes that leave it are not a receipt."""
    fields = json.loads(encode_receipt(a_receipt()))
    assert name in fields
    fields[name] = value
    data = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(BadReceipt):
        parse_receipt(data)


def test_missing_and_unknown_fields_are_refused() -> None:
    """A receipt has exactly the fields of its spec."""
    fields = json.loads(encode_receipt(a_receipt()))
    for name in fields:
        fewer = {key: value for key, value in fields.items() if key != name}
        with pytest.raises(BadReceipt, match=name):
            parse_receipt(json.dumps(fewer, sort_keys=True, separators=(",", ":")).encode())
    more = json.dumps({**fields, "boost": 1}, sort_keys=True, separators=(",", ":")).encode()
    with pytest.raises(BadReceipt, match="boost"):
        parse_receipt(more)


def test_other_encodings_of_the_same_value_are_refused() -> None:
    """White space, another key order and non-JSON are not a receipt."""
    data = encode_receipt(a_receipt())
    for other in (data + b"\n", json.dumps(json.loads(data)).encode(), b"", b"[]", b"\xff"):
        with pytest.raises(BadReceipt):
            parse_receipt(other)


def test_what_cannot_be_read_back_is_never_written() -> None:
    """Encoding refuses a receipt whose bytes parse_receipt would refuse."""
    with pytest.raises(BadReceipt):
        encode_receipt(msgspec.structs.replace(a_receipt(), number=0))
    with pytest.raises(BadReceipt):
        encode_receipt(a_receipt(videos=21))
    with pytest.raises(BadReceipt):
        encode_receipt(msgspec.structs.replace(a_receipt(), edition="café"))


@given(st.data())
def test_a_flipped_bit_never_leaves_the_same_receipt(data: st.DataObject) -> None:
    """Whichever bit is flipped, the id changes and the signature no longer fits."""
    original = encode_receipt(a_receipt())
    bit = data.draw(st.integers(0, len(original) * 8 - 1))
    flipped = bytearray(original)
    flipped[bit // 8] ^= 1 << bit % 8
    assert receipt_id(bytes(flipped)) != receipt_id(original)
    with pytest.raises(BadSignature):
        verify(
            bytes(flipped),
            signature=sign(original, private_key=KEY),
            public_key=public_key_of(KEY),
        )


def test_the_signature_is_ed25519_over_the_domain_line_and_the_bytes() -> None:
    """RFC 8032's second test vector verifies once the domain line is made empty."""
    private = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert public_key_of(private) == public
    assert sign(b"\x72", private_key=private, domain=b"") == signature
    verify(b"\x72", signature=signature, public_key=public, domain=b"")
    assert sign(b"x", private_key=private) == sign(
        b"plainview receipt-v1\nx", private_key=private, domain=b""
    )


def test_a_signature_of_one_kind_does_not_pass_for_another() -> None:
    """An upload receipt's signature is refused on a slate receipt of the same bytes."""
    signature = sign(b"x", private_key=KEY, domain=UPLOAD_DOMAIN)
    verify(b"x", signature=signature, public_key=public_key_of(KEY), domain=UPLOAD_DOMAIN)
    with pytest.raises(BadSignature):
        verify(b"x", signature=signature, public_key=public_key_of(KEY))


def test_keys_of_the_wrong_length_are_refused() -> None:
    """A key that is not 32 bytes is a BadKey, not a crash."""
    with pytest.raises(BadKey):
        sign(b"", private_key=b"short")
    with pytest.raises(BadKey):
        verify(b"", signature=bytes(64), public_key=b"short")


def test_the_seed_is_an_hmac_of_four_things_in_a_list() -> None:
    """The seed equals HMAC-SHA256 of the list's canonical JSON written out by hand."""
    message = f'["{VIEWER}",2,"{"a" * 32}","{NO_DIGEST}"]'.encode()
    wanted = hmac.new(KEY, message, "sha256").digest()
    assert slate_seed(KEY, viewer=VIEWER, number=2, nonce="a" * 32, previous=NO_DIGEST) == wanted


@pytest.mark.parametrize(
    ("key", "number", "nonce"),
    [(KEY[:-1], 1, "a" * 32), (KEY, 0, "a" * 32), (KEY, 1, "A" * 32), (KEY, 1, "a" * 33)],
)
def test_a_seed_needs_a_whole_key_a_number_and_a_nonce(key: bytes, number: int, nonce: str) -> None:
    """A seed is not made from a short key, a number below 1 or a nonce of another form."""
    with pytest.raises(BadSeedInput):
        slate_seed(key, viewer=VIEWER, number=number, nonce=nonce, previous=NO_DIGEST)


def test_an_hour_key_is_committed_with_its_hour() -> None:
    """The commitment is the hash of domain, hour and key, and names both."""
    wanted = hashlib.sha256(b"plainview hour-key-v1\n472222\n" + KEY).hexdigest()
    assert hour_commitment(472_222, KEY) == wanted
    assert hour_commitment(472_223, KEY) != wanted
    assert hour_of(472_222 * 3_600_000 + 3_599_999) == 472_222
    with pytest.raises(BadSeedInput):
        hour_commitment(0, b"short")


def test_a_chain_of_three_is_followed_to_its_last_id() -> None:
    """Receipts 1, 2, 3 that each name the one before them form a chain."""
    chain: list[bytes] = []
    for number in (1, 2, 3):
        previous = receipt_id(chain[-1]) if chain else NO_DIGEST
        chain.append(encode_receipt(a_receipt(number=number, previous=previous)))
    assert check_chain(chain) == receipt_id(chain[2])


def test_a_gap_a_swap_and_another_viewer_break_the_chain() -> None:
    """A dropped, an edited and a stranger's receipt are each refused."""
    first = encode_receipt(a_receipt())
    second = encode_receipt(a_receipt(number=2, previous=receipt_id(first)))
    third = encode_receipt(a_receipt(number=3, previous=receipt_id(second)))
    with pytest.raises(BrokenChain, match="after 1"):
        check_chain([first, third])
    edited = encode_receipt(a_receipt(videos=1))
    with pytest.raises(BrokenChain, match="one before it"):
        check_chain([edited, second])
    stranger = msgspec.structs.replace(
        a_receipt(number=2, previous=receipt_id(first)), viewer=ViewerId("0" * 32)
    )
    with pytest.raises(BrokenChain, match="another viewer"):
        check_chain([first, encode_receipt(stranger)])
    with pytest.raises(BrokenChain):
        check_follows(a_receipt(number=2), previous_number=1, previous=receipt_id(first))
