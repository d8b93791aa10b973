"""The root of trust: what it may say, and who must have signed it."""

import json
from typing import Any

import pytest

from plainview.core.history import (
    BadTrust,
    TrustDocument,
    check_trust,
    encode_trust,
    origin_of,
    parse_trust,
    sign_trust,
    trust_id,
)
from plainview.core.tlog import log_key, witness_key
from tests.histories import EDITION, document, key_of, public

WITNESS = witness_key("library.example/w1", key_of("witness")).vkey()


def signed(data: bytes, *names: str) -> list[tuple[str, str]]:
    """Signatures by the root keys of these names."""
    return [sign_trust(data, private_key=key_of(name)) for name in names]


def test_a_document_reads_back() -> None:
    """Its bytes give the same document, and its id is their SHA-256."""
    data = encode_trust(document())
    assert parse_trust(data) == document()
    assert trust_id(data) == trust_id(encode_trust(parse_trust(data)))
    assert origin_of(EDITION) == "plainview/vectors"


def test_witnesses_and_quorum_are_read_from_it() -> None:
    """The policy in it is a tlog-policy with the log's keys first."""
    witness = f"witness w1 {WITNESS} https://library.example/w1"
    lines = f"log {document().log_keys[0]}\n{witness}\nquorum w1\n"
    made = parse_trust(encode_trust(document(policy=lines)))
    assert [one.name for one in made.witnesses.witnesses] == ["w1"]
    assert made.witnesses.quorum == "w1"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"threshold": 3}, "cannot give"),
        ({"root_keys": (public("b"), public("b"))}, "sorted"),
        ({"log_keys": ("other/home+00000000+AAAA",)}, "key"),
        ({"policy": "quorum none\n"}, "log lines"),
        ({"policy": document().policy + "# ask anna@example.org\n"}, "not a line"),
        ({"policy": document().policy[:-1]}, "line feed"),
        ({"policy": document().policy.replace("quorum none", "quorum w1")}, "not defined"),
        ({"policy": document().policy.replace("quorum none\n", "")}, "no quorum"),
    ],
)
def test_a_document_that_makes_no_sense_is_refused(changes: dict[str, Any], why: str) -> None:
    """Each is refused when it is made."""
    with pytest.raises(BadTrust, match=why):
        document(**changes)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("edition", "Home"), ("edition", "a b"), ("edition", ""), ("version", 0),
        ("receipt_keys", []), ("receipt_keys", ["someone"]), ("retention_days", 0),
        ("promise_ms", -1), ("spec", "trust-v2"), ("contact", "anna@example.org"),
    ],
)  # fmt: skip
def test_bytes_out_of_form_are_refused(field: str, value: Any) -> None:
    """A field out of its form, or one too many, is refused."""
    fields = json.loads(encode_trust(document()))
    fields[field] = value
    with pytest.raises(BadTrust):
        parse_trust(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode())
    with pytest.raises(BadTrust):
        parse_trust(json.dumps(fields).encode())


def check(made: TrustDocument, *names: str, before: TrustDocument | None = None) -> str:
    """The reason why it is refused, or nothing."""
    data = encode_trust(made)
    try:
        check_trust(data, signed(data, *names), before=before)
    except BadTrust as error:
        return str(error)
    return ""


def test_version_1_is_signed_by_its_own_keys() -> None:
    """By the threshold of them, and by nobody else's."""
    two = document(threshold=2)
    assert check(document(), "root 1") == ""
    assert check(two, "root 1", "root 2") == ""
    assert "1 of its own" in check(two, "root 1", "root 3")
    assert "0 of its own" in check(document(), "log")
    assert "without the one before" in check(document(version=2), "root 1")


def test_a_new_version_needs_old_and_new_keepers() -> None:
    """Neither those who hold the new keys nor those who hold the old can hand it on alone."""
    handed = document(version=2, root_keys=(public("root 3"),))
    assert check(handed, "root 1", "root 3", before=document()) == ""
    assert "the former" in check(handed, "root 3", before=document())
    assert "its own" in check(handed, "root 1", before=document())
    assert "after 1" in check(document(version=3), "root 1", before=document())


def test_an_edition_keeps_its_name() -> None:
    """No version may be of another edition, though all keys sign it."""
    key = log_key(origin_of("another"), key_of("log")).vkey()
    policy = f"log {key}\nquorum none\n"
    made = document(edition="another", version=2, log_keys=(key,), policy=policy)
    assert "edition" in check(made, "root 1", before=document())


def test_a_wrong_signature_by_a_known_key_refuses_all() -> None:
    """A key that is named must have signed these bytes, though others suffice."""
    data = encode_trust(document())
    [good] = signed(data, "root 1")
    [other] = signed(b"{}", "root 2")
    with pytest.raises(BadTrust, match="is wrong"):
        check_trust(data, [good, other], before=None)
    [stranger] = signed(b"{}", "root 9")
    assert check_trust(data, [good, stranger], before=None) == document()
