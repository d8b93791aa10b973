"""Signed notes and their keys: whom to believe, whom to pass over, whom to refuse."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.tlog import (
    COSIGNATURE,
    ED25519,
    BadKey,
    BadNote,
    NotSigned,
    Signature,
    SignatureFails,
    VerifierKey,
    cosign_text,
    is_key_name,
    log_key,
    open_note,
    parse_note,
    parse_signature_line,
    parse_vkey,
    sign_text,
    verify_signature,
    witness_key,
)
from plainview.core.tlog.notes import NOTE_BYTES_MAX, SIGNATURES_MAX
from tests.sample_logs import TIME_S, private_key

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
"""The worked example of C2SP signed-note."""

TEXT = b"some text\n\nwith an empty line\n"
ANN, BOB = private_key("ann"), private_key("bob")
ANN_KEY, BOB_KEY = log_key("ann.example", ANN), log_key("bob.example", BOB)
ANN_SIGNED = sign_text(TEXT, name="ann.example", private_key=ANN)
BOB_SIGNED = sign_text(TEXT, name="bob.example", private_key=BOB)


def note_of(*signatures: Signature, text: bytes = TEXT) -> bytes:
    return text + b"\n" + b"".join(signature.line() for signature in signatures)


def test_the_worked_example_verifies() -> None:
    """The specification's note opens with the specification's key, and the text is as signed."""
    key = parse_vkey(VKEY)
    assert (key.name, key.kind, key.key_id.hex()) == ("example.com/foo", ED25519, "530d903a")
    text, signed = open_note(NOTE, [key])
    assert text == b"This is an example message.\n"
    assert [(s.key, s.time_s) for s in signed] == [(key, 0)]
    with pytest.raises(SignatureFails):
        open_note(NOTE.replace(b"example m", b"exemplary m"), [key])


def test_a_key_id_by_hand() -> None:
    """The id is the first four bytes of SHA256 over name, line feed, type and key."""
    key = VerifierKey("a", COSIGNATURE, bytes(32))
    assert key.key_id == sha256(b"a\n\x04" + bytes(32)).digest()[:4]
    encoded = base64.b64encode(b"\x04" + bytes(32)).decode()
    assert key.vkey() == f"a+{key.key_id.hex()}+{encoded}"
    assert parse_vkey(key.vkey()) == key
    assert parse_vkey(VKEY).vkey() == VKEY


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a+b", VKEY.replace("530d903a", "530d903b"), VKEY.replace("530d903a", "530D903A"),
        VKEY[:-1], VKEY + "=", VKEY.replace("foo", "fo"), "+" + VKEY, VKEY.replace("foo", "f o"),
        VKEY.replace("+530d903a", "+530d903a "), VKEY + "\n", "example.com/foo+530d903a+",
    ],
)  # fmt: skip
def test_what_is_no_vkey(text: str) -> None:
    """A wrong id, an id in capitals, a cut or padded key and a name that cannot be are refused."""
    with pytest.raises(BadKey):
        parse_vkey(text)


@pytest.mark.parametrize("kind", [0, 2, 3, 5, 6, 255])
def test_types_that_are_not_verified_are_refused(kind: int) -> None:
    """A key of a type other than 01 and 04 is no key for us, however well formed."""
    data = bytes([kind]) + bytes(32)
    key_id = sha256(b"a\n" + data).digest()[:4].hex()
    with pytest.raises(BadKey, match=f"type {kind:02x}"):
        parse_vkey(f"a+{key_id}+{base64.b64encode(data).decode()}")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("example.com/a", True), ("quasimodo.example/è", True), ("a", True), ("—", True),
        ("", False),
        ("a b", False), ("a+b", False), ("a\u00a0b", False), ("a\u2003b", False), ("a\nb", False),
        ("a\x1f", False), ("a\ud800", False), ("x" * 255, True), ("x" * 256, False),
    ],
)  # fmt: skip
def test_names_of_keys(name: str, is_one: bool) -> None:
    """A name is not empty, has no Unicode space, plus or control character, and has an end."""
    assert is_key_name(name) == is_one


def test_the_text_ends_at_the_last_empty_line() -> None:
    """A text may hold empty lines; what is behind the last one are signatures."""
    note = parse_note(note_of(ANN_SIGNED, BOB_SIGNED))
    assert note.text == TEXT
    assert note.signatures == (ANN_SIGNED, BOB_SIGNED)
    assert note.encode() == note_of(ANN_SIGNED, BOB_SIGNED)


def test_unknown_keys_are_passed_over() -> None:
    """Who is not known does not count and does not harm, even with a known name or a known id."""
    stranger = Signature("ann.example", BOB_SIGNED.key_id, b"x" * 64)
    namesake = Signature("eve.example", ANN_SIGNED.key_id, b"x")
    data = note_of(stranger, ANN_SIGNED, namesake, BOB_SIGNED)
    assert [s.key for s in open_note(data, [ANN_KEY])[1]] == [ANN_KEY]
    with pytest.raises(NotSigned):
        open_note(note_of(stranger, namesake), [ANN_KEY])
    with pytest.raises(NotSigned):
        open_note(data, [])


def test_one_failing_known_key_refuses_the_note() -> None:
    """A good signature does not save a note on which another known key fails, before or after."""
    forged = Signature("bob.example", BOB_SIGNED.key_id, ANN_SIGNED.signature)
    for data in (note_of(ANN_SIGNED, forged), note_of(forged, ANN_SIGNED)):
        with pytest.raises(SignatureFails, match=r"bob\.example"):
            open_note(data, [ANN_KEY, BOB_KEY])
        assert open_note(data, [ANN_KEY])[0] == TEXT
    twice = note_of(ANN_SIGNED, Signature("ann.example", ANN_SIGNED.key_id, b"x" * 64))
    with pytest.raises(SignatureFails):
        open_note(twice, [ANN_KEY])


GOOD = note_of(ANN_SIGNED)
LINE = ANN_SIGNED.line()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", TEXT, TEXT + b"\n", TEXT + LINE, GOOD[:-1], GOOD + b"\n", GOOD + b"x\n",
        GOOD.replace(b"some", b"so\tme"), GOOD.replace(b"some", b"so\x00me"),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"some", b"so\xffme"), GOOD.replace(LINE, LINE[3:]),
        GOOD.replace(LINE, b" " + LINE),
        GOOD.replace("— ".encode(), b"- "), GOOD.replace("— ".encode(), "—  ".encode()),
        GOOD.replace(b"ann.", b"a+nn."), GOOD.replace(b"=\n", b"\n"), GOOD.replace(b"=\n", b"= \n"),
        TEXT + b"\n" + "— ann.example AAAAAA==\n".encode(),
        TEXT + b"\n" + LINE * (SIGNATURES_MAX + 1),
        b"x" * NOTE_BYTES_MAX + GOOD,
    ],
)  # fmt: skip
def test_what_is_no_note(data: bytes) -> None:
    """Without signatures, with another line among them, with a control character, not UTF-8,
    with bad base64, or over the limits, it is no note."""
    with pytest.raises(BadNote):
        parse_note(data)


def test_base64_has_one_form() -> None:
    """A signature whose last base64 digit carries stray bits is not read."""
    encoded = LINE.rstrip(b"\n")
    assert encoded.endswith(b"=")
    digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = digits.index(encoded.rstrip(b"=")[-1:])
    pads = len(encoded) - len(encoded.rstrip(b"="))
    stray = encoded[: -pads - 1] + digits[last ^ 1 : (last ^ 1) + 1] + b"=" * pads
    with pytest.raises(BadNote):
        parse_signature_line(stray.decode())
    assert parse_signature_line(encoded.decode()) == ANN_SIGNED


def test_a_hundred_signatures_are_read() -> None:
    """As many as the limit allows, more than the sixteen that must be, are all read."""
    data = note_of(*[Signature(f"w{n}", b"abcd", b"x" * 2500) for n in range(30)], ANN_SIGNED)
    assert len(parse_note(data).signatures) == 31
    assert open_note(data, [ANN_KEY])[0] == TEXT
    assert len(parse_note(note_of(*[ANN_SIGNED] * SIGNATURES_MAX)).signatures) == SIGNATURES_MAX


def test_a_cosignature_by_hand() -> None:
    """A witness signs `cosignature/v1`, the time and the text; the time stands before it."""
    key = witness_key("ann.example", ANN)
    made = cosign_text(TEXT, name="ann.example", private_key=ANN, time_s=TIME_S)
    said = f"cosignature/v1\ntime {TIME_S}\n".encode() + TEXT
    plain = sign_text(said, name="ann.example", private_key=ANN).signature
    assert made.signature == TIME_S.to_bytes(8, "big") + plain
    assert made.key_id == key.key_id != ANN_KEY.key_id
    assert verify_signature(TEXT, made, key).time_s == TIME_S


@pytest.mark.parametrize("time_s", [0, 2**63, TIME_S + 1])
def test_a_cosignature_at_another_time_is_refused(time_s: int) -> None:
    """Moving the time of a cosignature makes it fail; one truly signed at no time fails as well."""
    key = witness_key("ann.example", ANN)
    made = cosign_text(TEXT, name="ann.example", private_key=ANN, time_s=TIME_S)
    time = time_s.to_bytes(8, "big")
    moved = Signature(made.name, made.key_id, time + made.signature[8:])
    with pytest.raises(SignatureFails):
        verify_signature(TEXT, moved, key)
    said = f"cosignature/v1\ntime {time_s}\n".encode() + TEXT
    plain = sign_text(said, name="ann.example", private_key=ANN).signature
    signed = Signature(made.name, made.key_id, time + plain)
    if time_s == TIME_S + 1:
        assert verify_signature(TEXT, signed, key).time_s == time_s
        return
    with pytest.raises(SignatureFails, match="a time that is none"):
        verify_signature(TEXT, signed, key)
    with pytest.raises(ValueError, match="no time"):
        cosign_text(TEXT, name="ann.example", private_key=ANN, time_s=time_s)


def test_a_log_is_no_witness() -> None:
    """A log's signature does not pass as a cosignature of the same key, nor the other way."""
    cosigned = cosign_text(TEXT, name="ann.example", private_key=ANN, time_s=TIME_S)
    for signature, key in [(ANN_SIGNED, witness_key("ann.example", ANN)), (cosigned, ANN_KEY)]:
        with pytest.raises(SignatureFails):
            verify_signature(TEXT, signature, key)


def test_keys_that_are_none() -> None:
    """A private key that is not 32 bytes, or a public one, is refused as a key."""
    with pytest.raises(BadKey):
        sign_text(TEXT, name="ann.example", private_key=b"x" * 31)
    with pytest.raises(BadKey):
        VerifierKey("a", ED25519, b"x" * 31)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(data: bytes) -> None:
    """Whatever the bytes, a note is read or refused as one, and what is read encodes to itself."""
    for sample in (data, TEXT + b"\n" + data, GOOD + data, GOOD[:-20] + data + GOOD[-20:]):
        try:
            note = parse_note(sample)
        except BadNote:
            continue
        assert note.encode() == sample
