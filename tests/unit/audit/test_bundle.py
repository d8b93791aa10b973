"""Bundles: what one viewer takes elsewhere is enough, and damage is told from tampering."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.audit.bundle import BadBundle, encode_bundle, gather_bundle, parse_bundle
from plainview.audit.replay import replay_many, with_previous
from plainview.audit.verdict import MISSING
from plainview.core.receipts import BadReceipt, public_key_of
from tests.pocket_evidence import PocketEvidence
from tests.unit.audit.test_replay import pocket


def one_viewers_pairs() -> list[tuple[bytes, bytes]]:
    viewer = pocket().slates[0].viewer
    return [(s.receipt, s.signature) for s in pocket().slates if s.viewer == viewer]


def test_a_bundle_carries_all_that_its_slates_are_checked_from() -> None:
    """Written, read and replayed, every slate of the viewer is the same; nobody else's is in it."""
    pairs = one_viewers_pairs()
    made = gather_bundle(pairs, evidence=PocketEvidence(pocket()), public_key=pocket().public_key)
    bundle = parse_bundle(encode_bundle(made))
    assert bundle == made
    verdicts = list(
        replay_many(with_previous(bundle.receipts), evidence=bundle, public_keys=bundle.public_keys)
    )
    assert len(verdicts) == len(pairs) > 5
    assert all(verdict.is_same for verdict in verdicts)
    assert list(bundle.chains) == [pocket().slates[0].viewer]


def test_a_bundle_carries_the_former_keys() -> None:
    """Slates of before a rotation replay from the file; a file without former keys has no such
    field, and is read as one that has none."""
    pairs, evidence = one_viewers_pairs(), PocketEvidence(pocket())
    now, former = public_key_of(b"n" * 32), [public_key_of(b"f" * 32), pocket().public_key]
    made = gather_bundle(pairs, evidence=evidence, public_key=now, former_keys=former)
    bundle = parse_bundle(encode_bundle(made))
    assert bundle == made
    assert bundle.public_keys == (now, *former)
    for keys, is_same in ((bundle.public_keys, True), ([bundle.public_key], False)):
        verdicts = replay_many(with_previous(pairs), evidence=bundle, public_keys=keys)
        assert {verdict.is_same for verdict in verdicts} == {is_same}
    alone = encode_bundle(gather_bundle(pairs, evidence=evidence, public_key=now))
    assert "former_keys" not in json.loads(alone)
    assert parse_bundle(alone).former_keys == ()


def test_what_the_evidence_lacks_is_missing_in_the_bundle() -> None:
    """An epoch that is no longer kept leaves its slates unchecked, and says so."""
    evidence = PocketEvidence(pocket())
    del evidence.epochs[1]
    bundle = gather_bundle(one_viewers_pairs(), evidence=evidence, public_key=pocket().public_key)
    verdicts = replay_many(
        with_previous(bundle.receipts), evidence=bundle, public_keys=bundle.public_keys
    )
    outcomes = [verdict.outcome for verdict in verdicts if verdict.stage == "epoch header"]
    assert outcomes
    assert set(outcomes) == {MISSING}


def test_a_damaged_receipt_is_not_bundled() -> None:
    """Gathering refuses bytes that are no receipt."""
    with pytest.raises(BadReceipt):
        gather_bundle([(b"x", b"")], evidence=PocketEvidence(pocket()), public_key=b"")


def test_a_file_of_another_form_is_refused() -> None:
    """Another spec, a missing part, damaged base64, cut or endless rows."""
    good = json.loads(
        encode_bundle(
            gather_bundle(
                one_viewers_pairs()[:1],
                evidence=PocketEvidence(pocket()),
                public_key=pocket().public_key,
            )
        )
    )
    epoch = next(iter(good["epochs"].values()))
    broken = [
        {**good, "spec": "bundle-v2"},
        {key: value for key, value in good.items() if key != "events"},
        {**good, "public_key": "%"},
        {**good, "former_keys": ["%"]},
        {**good, "former_keys": 7},
        {**good, "epochs": {"one": epoch}},
        {**good, "epochs": {"1": {**epoch, "rows": epoch["rows"][:40]}}},
        {**good, "epochs": {"1": {**epoch, "leaves": ["zz"]}}},
        {**good, "receipts": [7]},
        [],
    ]
    for fields in broken:
        with pytest.raises(BadBundle):
            parse_bundle(json.dumps(fields).encode())


@given(st.binary(max_size=60))
def test_bytes_that_are_no_bundle_are_refused(data: bytes) -> None:
    """Whatever the bytes, reading them either works or says BadBundle."""
    with pytest.raises(BadBundle):
        parse_bundle(data)
