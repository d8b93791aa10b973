"""Checkpoints: three lines, one encoding, signed by the log they name."""

import base64

import pytest

from plainview.core.terms.hashing import leaf_hash, merkle_root
from plainview.core.tlog import (
    BadCheckpoint,
    Checkpoint,
    NotSigned,
    Signature,
    SignatureFails,
    log_key,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    sign_text,
    witness_key,
)
from tests.sample_logs import LOG_KEY, ORIGIN, TIME_S, cosigned, private_key, sample_log

ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
TEXT = b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
"""The worked example of C2SP tlog-checkpoint."""


def test_the_worked_example() -> None:
    """The specification's text is read, and written again byte for byte."""
    head = parse_checkpoint(TEXT)
    assert head == Checkpoint("example.com/behind-the-sofa", 20852163, ROOT)
    assert head.text() == TEXT
    more = parse_checkpoint(TEXT + b"one more line\nand another\n")
    assert more.extensions == ("one more line", "and another")
    assert more.text() == TEXT + b"one more line\nand another\n"


def test_a_log_of_others() -> None:
    """The root of fifteen words that another implementation publishes for its test log."""
    words = [
        "one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven",
        "twelf", "threeten", "fourten", "fivten",
    ]  # fmt: skip
    root = merkle_root([leaf_hash(word.encode()) for word in words])
    assert base64.b64encode(root) == b"rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs="


@pytest.mark.parametrize(
    "text",
    [
        b"", b"a\n1\n", TEXT[:-1], TEXT + b"\n", TEXT + b"x\n\n", b"\n" + TEXT,
        b"\n20852163\n" + TEXT[37:],
        TEXT.replace(b"\n2", b"\n02"), TEXT.replace(b"\n2", b"\n+2"), TEXT.replace(b"\n2", b"\n 2"),
        TEXT.replace(b"20852163", b""), TEXT.replace(b"20852163", b"-1"),
        TEXT.replace(b"20852163", str(2**63).encode()), TEXT.replace(b"20852163", b"1" * 30),
        TEXT.replace(b"20852163", "٢".encode()), TEXT.replace(b"2I=", b"2J="),
        TEXT.replace(b"=\n", b"\n"), TEXT.replace(b"CsUY", b""), TEXT.replace(b"CsUY", b"CsUYCsUY"),
        TEXT.replace(b"sofa", b"so\xff"),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint(text: bytes) -> None:
    """A line too few, an empty one, a size with a zero before it or too large, a root that is not
    32 bytes or has another encoding, are refused."""
    with pytest.raises(BadCheckpoint):
        parse_checkpoint(text)


def test_a_checkpoint_that_cannot_be_said() -> None:
    """A line feed in a name or extension is not written into a text that would say another."""
    for head in (Checkpoint("a\nb", 1, ROOT), Checkpoint("a", 1, ROOT, ("x\ny",))):
        with pytest.raises(BadCheckpoint):
            head.text()


LOG = sample_log(20)
SIGNED = LOG.checkpoint(20)


def test_a_checkpoint_opens_with_its_logs_key() -> None:
    """It says origin, size and root, who signed, and keeps the note as it was sent."""
    opened = open_checkpoint(SIGNED, [LOG_KEY])
    assert opened.checkpoint == Checkpoint(ORIGIN, 20, LOG.root(20))
    assert [signed.key for signed in opened.signed_by] == [LOG_KEY]
    assert opened.note.encode() == SIGNED


def test_witnesses_are_told_apart_from_the_log() -> None:
    """Known witnesses are listed with their times; they do not stand in for the log."""
    w1 = witness_key("w1.example", private_key("w1.example"))
    data = cosigned(SIGNED, "w1.example", "w2.example")
    opened = open_checkpoint(data, [LOG_KEY], [w1])
    assert [(s.key, s.time_s) for s in opened.signed_by] == [(LOG_KEY, 0), (w1, TIME_S)]
    other = log_key(ORIGIN, private_key("another"))
    with pytest.raises(NotSigned):
        open_checkpoint(data, [other], [w1])


def test_a_log_signs_for_its_own_origin() -> None:
    """A trusted log's key under another log's origin is not that log's signature."""
    text = Checkpoint("other.example", 20, LOG.root(20)).text()
    line = sign_text(text, name=ORIGIN, private_key=private_key(ORIGIN)).line()
    with pytest.raises(NotSigned, match=r"other\.example"):
        open_checkpoint(text + b"\n" + line, [LOG_KEY])


def test_two_keys_of_one_log() -> None:
    """While a key is changed both sign, and either alone is enough for who knows only that one."""
    new = log_key(ORIGIN, private_key("new"))
    signature = sign_text(
        LOG.checkpoint(20)[: SIGNED.rindex(b"\n\n") + 1],
        name=ORIGIN,
        private_key=private_key("new"),
    )
    data = SIGNED + signature.line()
    for keys in ([LOG_KEY], [new], [LOG_KEY, new]):
        opened = open_checkpoint(data, keys)
        assert [signed.key for signed in opened.signed_by] == keys


def test_a_forged_line_refuses_the_checkpoint() -> None:
    """A known key with a signature over something else spoils the whole note."""
    with pytest.raises(SignatureFails):
        open_checkpoint(SIGNED.replace(b"\n20\n", b"\n21\n"), [LOG_KEY])
    forged = Signature(ORIGIN, LOG_KEY.key_id, b"x" * 64).line()
    with pytest.raises(SignatureFails):
        open_checkpoint(SIGNED + forged, [LOG_KEY])


def test_a_signed_text_that_is_none() -> None:
    """A note the log signed that is no checkpoint is refused as such."""
    signature = sign_text(b"hello\n", name=ORIGIN, private_key=private_key(ORIGIN))
    with pytest.raises(BadCheckpoint):
        open_checkpoint(b"hello\n\n" + signature.line(), [LOG_KEY])


def test_signing_names_the_origin() -> None:
    """The log's key bears the origin's name, so that a witness finds it by the first line."""
    note = sign_checkpoint(Checkpoint(ORIGIN, 20, LOG.root(20)), private_key=private_key(ORIGIN))
    assert [s.name for s in note.signatures] == [ORIGIN]
    assert parse_note(note.encode()) == note
