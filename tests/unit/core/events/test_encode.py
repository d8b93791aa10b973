"""Events as bytes: what a client may send and the one form in which it is kept."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.events import (
    CLIENT_KINDS,
    FIELDS,
    BadField,
    EventRefused,
    MissingField,
    NotAnEvent,
    UnknownField,
    UnknownKind,
    comment_draft,
    encode_event,
    extend,
    genesis,
    parse_client_event,
    parse_event,
    served_draft,
)
from plainview.core.terms.canonical import canonical_json, parse_canonical
from plainview.core.terms.ids import NO_DIGEST, CommentId, CreatorId, Digest, VideoId, ViewerId
from plainview.core.terms.viewer import Event

SAMPLE: dict[str, object] = {
    "video": "7", "creator": "3", "number": 1, "position": 2, "ms": 4_000, "loops": 1,
    "reason": "spam",
}  # fmt: skip


def _sent(kind: str, **fields: object) -> dict[str, object]:
    wanted = {name: SAMPLE[name] for name in FIELDS[kind]}
    return {"kind": kind, "key": "k-1", **wanted, **fields}


def test_a_watch_by_hand() -> None:
    """The bytes of a watch, written out."""
    event = parse_client_event(_sent("watch"), at_ms=9)
    assert encode_event(msgspec.structs.replace(event, n=4)) == (
        b'{"at_ms":9,"author":"viewer","key":"k-1","kind":"watch","loops":1,"ms":4000,"n":4,'
        b'"number":1,"video":"7"}'
    )


def test_a_served_event_by_hand() -> None:
    """The server's own event has no key and lists the videos in slate order."""
    draft = served_draft(number=2, receipt=NO_DIGEST, epoch=3, videos=(VideoId(9), VideoId(1)))
    zeros = b"0" * 64
    assert encode_event(draft) == (
        b'{"at_ms":0,"author":"server","epoch":3,"key":"","kind":"served","n":0,"number":2,'
        b'"receipt":"' + zeros + b'","videos":["9","1"]}'
    )


@pytest.mark.parametrize("kind", sorted(CLIENT_KINDS))
def test_each_kind_has_exactly_its_fields(kind: str) -> None:
    """Every kind is read with its fields; one field less or more is refused."""
    sent = _sent(kind)
    event = parse_client_event(sent, at_ms=5)
    assert parse_event(encode_event(event)) == event
    for name in FIELDS[kind]:
        if (kind, name) == ("follow", "video"):
            continue
        with pytest.raises(MissingField):
            parse_client_event({k: v for k, v in sent.items() if k != name})
    for name in {"n", "at_ms", "author", "videos", *SAMPLE} - set(FIELDS[kind]):
        with pytest.raises(UnknownField):
            parse_client_event({**sent, name: SAMPLE.get(name, 1)})


def test_a_follow_need_not_name_a_video() -> None:
    """A follow made on no video carries 0 in its bytes."""
    event = parse_client_event({"kind": "follow", "key": "k", "creator": "3"})
    assert (event.creator, event.video) == (3, 0)
    assert b'"video":"0"' in encode_event(event)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("like", {"video": 7}), ("like", {"video": "07"}), ("like", {"video": "0"}),
        ("like", {"video": "-1"}), ("like", {"video": "٣"}), ("like", {"video": str(2**63)}),
        ("like", {"video": None}), ("like", {"key": ""}), ("like", {"key": "a" * 33}),
        ("like", {"key": "a b"}), ("like", {"key": "é"}), ("like", {"key": 1}),
        ("like", {"key": "a\n"}), ("watch", {"ms": -1}), ("watch", {"ms": 1.0}),
        ("watch", {"ms": True}), ("watch", {"ms": 86_400_001}), ("watch", {"loops": 100_001}),
        ("shown", {"position": 100}), ("shown", {"number": 2**31}), ("report", {"reason": "Bad"}),
        ("report", {"reason": ""}), ("report", {"reason": "a" * 33}), ("follow", {"creator": "0"}),
    ],
)  # fmt: skip
def test_values_out_of_form_are_refused(kind: str, wrong: dict[str, object]) -> None:
    """Each bound and each form of the field table."""
    with pytest.raises(BadField):
        parse_client_event(_sent(kind, **wrong))


def test_a_comments_event_names_it_and_holds_no_text() -> None:
    """Its bytes, written out; it reads back, and not under the number 0."""
    draft = comment_draft(key="c1", video=VideoId(7), comment=CommentId(12), at_ms=9)
    body = encode_event(draft)
    assert body == (
        b'{"at_ms":9,"author":"viewer","comment":"12","key":"c1","kind":"comment","n":0,'
        b'"video":"7"}'
    )
    assert parse_event(body) == draft
    with pytest.raises(NotAnEvent):
        parse_event(body.replace(b'"comment":"12"', b'"comment":"0"'))


@pytest.mark.parametrize("kind", ["served", "comment", "dance", "", None, 3])
def test_kinds_that_are_not_the_clients(kind: object) -> None:
    """The server's own kind, the one that comes with a text, an unknown one, and none at all."""
    with pytest.raises(UnknownKind):
        parse_client_event({"kind": kind, "key": "k"})


def test_a_missing_key_is_refused_and_every_refusal_has_its_code() -> None:
    """Codes are distinct, so that a client can tell them apart."""
    with pytest.raises(BadField):
        parse_client_event({"kind": "like", "video": "7"})
    leaves = EventRefused.__subclasses__()
    assert len({leaf.code for leaf in leaves}) == len(leaves) == 5


GOOD = b'{"at_ms":9,"author":"viewer","key":"k-1","kind":"like","n":4,"video":"7"}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"n":4', b'"n": 4'), (b'"n":4', b'"n":4,"ms":1'), (b'"n":4,', b""), (b'"n":4', b'"n":-4'),
        (b'"viewer"', b'"nobody"'), (b'"viewer"', b"1"), (b'"like"', b'"dance"'), (b'"7"', b"7"),
        (b'"k-1"', b'"k 1"'), (b'"k-1"', b"1"), (b"}", b""), (GOOD, b"[]"), (GOOD, b""),
        (b'"like"', b"[]"), (b'"at_ms":9,"author":"viewer"', b'"author":"viewer","at_ms":9'),
        (b'"7"', b'"7","video":"7"'), (b'"k-1"', b'"k\\u002d1"'), (b'"k-1"', b"null"),
        (b'"7"', b'"0"'),
    ],
)  # fmt: skip
def test_stored_bytes_in_any_other_form_are_refused(old: bytes, new: bytes) -> None:
    """One event has one sequence of bytes."""
    assert parse_event(GOOD).n == 4
    assert GOOD.replace(old, new, 1) != GOOD
    with pytest.raises(NotAnEvent):
        parse_event(GOOD.replace(old, new, 1))


def test_an_unknown_kind_has_no_bytes() -> None:
    """Encoding guesses nothing."""
    with pytest.raises(UnknownKind):
        encode_event(Event(n=1, kind="dance", at_ms=1, author="viewer"))


def _value(name: str) -> st.SearchStrategy[object]:
    if name in ("video", "creator"):
        return st.integers(1, 2**63 - 1).map(str)
    if name == "reason":
        return st.from_regex(r"[a-z][a-z_]{0,31}", fullmatch=True)
    return st.integers(0, 99)


SENT = st.sampled_from(sorted(CLIENT_KINDS)).flatmap(
    lambda kind: st.fixed_dictionaries(
        {
            "kind": st.just(kind),
            "key": st.from_regex(r"[0-9A-Za-z_-]{1,32}", fullmatch=True),
            **{name: _value(name) for name in FIELDS[kind]},
        }
    )
)


@given(SENT, st.integers(0, 2**53 - 1), st.integers(0, 2**53 - 1))
def test_the_bytes_are_canonical_json(sent: Mapping[str, object], n: int, at_ms: int) -> None:
    """The fast encoder gives the bytes that canonical JSON demands, and they are read back."""
    event = msgspec.structs.replace(parse_client_event(sent, at_ms=at_ms), n=n)
    data = encode_event(event)
    assert canonical_json(parse_canonical(data)) == data
    assert parse_event(data) == event


def test_the_chain_by_hand() -> None:
    """Genesis hashes the spec's name and the viewer; each link hashes head and event."""
    viewer = ViewerId("ab" * 16)
    zero = sha256(b"plainview events-v1 " + b"ab" * 16)
    assert genesis(viewer) == zero.hexdigest()
    assert extend(genesis(viewer), GOOD) == sha256(zero.digest() + GOOD).hexdigest()
    assert extend(Digest("00" * 32), b"") == sha256(bytes(32)).hexdigest()
    assert parse_event(GOOD).creator == CreatorId(0)
