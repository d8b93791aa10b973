"""2,000 slates served here are replayed from a file by another process; a touched one is named."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from plainview.audit.bundle import encode_bundle, gather_bundle
from tests.drill.many_slates import SEED, replay_elsewhere
from tests.pocket_evidence import PocketEvidence, worked_pocket

TIMEOUT_S = 300
"""Far above the half minute it takes on an idle machine."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pocket = worked_pocket(
        seed=SEED, videos=2_000, slates=2_000, viewers=40, slates_per_epoch=100, restarts=2
    )
    path = tmp_path_factory.mktemp("replay") / "bundle.json"
    pairs = [(slate.receipt, slate.signature) for slate in pocket.slates]
    made = gather_bundle(pairs, evidence=PocketEvidence(pocket), public_key=pocket.public_key)
    path.write_bytes(encode_bundle(made))
    return path


def test_two_thousand_slates_replay_in_another_process(bundle: Path) -> None:
    """Every byte of 2,000 receipts, 20 epochs and four policies is recomputed; exit is 0."""
    status, said = replay_elsewhere(bundle, timeout_s=TIMEOUT_S)
    assert "2,000 the same byte for byte, 0 differ, 0 cannot be checked" in said
    assert status == 0
    fields = json.loads(bundle.read_bytes())
    receipts = [json.loads(entry["receipt"]) for entry in fields["receipts"]]
    assert len({receipt["epoch"] for receipt in receipts}) >= 20
    assert len({receipt["policy"] for receipt in receipts}) == 4
    distinct = {sha256(entry["receipt"].encode()).digest() for entry in fields["receipts"]}
    assert len(distinct) == 2_000


def test_one_altered_event_is_named_and_exit_is_1(bundle: Path, tmp_path: Path) -> None:
    """A watch made a millisecond longer fails at the events of the slates after it."""
    fields = json.loads(bundle.read_bytes())
    viewer = json.loads(fields["receipts"][0]["receipt"])["viewer"]
    fields["receipts"] = [
        entry for entry in fields["receipts"] if json.loads(entry["receipt"])["viewer"] == viewer
    ]
    chain = fields["events"][viewer]
    at = next(i for i, event in enumerate(chain) if '"kind":"watch"' in event)
    event = json.loads(chain[at])
    event["ms"] += 1
    chain[at] = json.dumps(event, sort_keys=True, separators=(",", ":"))
    path = tmp_path / "altered.json"
    path.write_text(json.dumps(fields), encoding="utf-8")
    status, said = replay_elsewhere(path, timeout_s=TIMEOUT_S)
    assert status == 1
    assert "First stage that differs: events" in said
