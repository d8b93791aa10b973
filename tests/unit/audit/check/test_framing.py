"""An accuser who lies: no file made from an honest service's words convinces anybody."""

import json
from base64 import b64encode
from typing import Any

import msgspec
import pytest

from plainview.audit.bundle import encode_bundle, gather_bundle
from plainview.audit.check.accusations import (
    accuse,
    flags_proof,
    fork_proof,
    header_proof,
    prefix_of,
    receipt_proof,
    receipts_proof,
    replay_proof,
    rewrite_proof,
    unlogged_proof,
)
from plainview.audit.check.files import Files
from plainview.audit.check.judge import judge_proof
from plainview.audit.check.log_view import LogView, read_log
from plainview.audit.check.proof_files import BadProof
from plainview.audit.check.receipts import signed_text
from plainview.audit.check.replaying import LogEvidence
from plainview.core.history import RULES, contradiction
from plainview.core.receipts import public_key_of, sign
from plainview.core.terms.ids import VideoId
from tests.honest_world import HonestWorld, key_of


@pytest.fixture(scope="module")
def world() -> HonestWorld:
    """An honest service with a removal, applied, taken back and applied again."""
    world = HonestWorld(videos=40).live(slates=6)
    for action in ("remove", "restore", "remove"):
        world.decide(VideoId(min(world.facts)), action)
        world.freeze()
    return world.live(slates=2).pass_time(1)


@pytest.fixture(scope="module")
def view(world: HonestWorld) -> LogView:
    """Its log."""
    return read_log(world, progress=lambda _stage, _done, _total: None)


def refused(data: bytes, **changes: Any) -> bool:
    """Whether a third party believes nothing of a file, with some of its fields replaced."""
    fields = {**json.loads(data), **changes}
    try:
        judge_proof(json.dumps({k: v for k, v in fields.items() if v != []}).encode())
    except BadProof:
        return True
    return False


def test_heads_of_one_log_are_no_evidence(world: HonestWorld, view: LogView) -> None:
    """Neither two of one size nor an older one, whatever path is given."""
    size = view.checkpoint.size
    assert refused(fork_proof(view, view.note))
    for old in (1, 8, size - 1):
        note = world.checkpoint(old).decode()
        data = rewrite_proof(view, note, old)
        assert refused(data)
        assert refused(data, path=json.loads(data)["path"][1:])
        assert refused(data, path=[])


def test_no_entries_of_an_honest_log_are_evidence(view: LogView) -> None:
    """Under no rule: alone, in pairs, as runs with something left out, or as a prefix."""
    last = view.checkpoint.size - 1
    epochs = [index for index, _ in view.history.epochs]
    for rule in RULES:
        pair = (view.proven(epochs[0]), view.proven(epochs[2]))
        assert refused(accuse(view, "unlawful_entries", rule=rule, words="w", entries=pair))
        assert refused(accuse(view, "unlawful_run", rule=rule, words="w", entries=pair))
        assert refused(accuse(view, "unlawful_log", rule=rule, words="w", **prefix_of(view, last)))
    # The gap is there when what stands between is left out, and so the run is no run.
    run = [view.entry(epochs[0]), view.entry(epochs[2])]
    assert contradiction("epoch_order", [(0, run[0]), (1, run[1])]) == ""


def test_decisions_cannot_be_left_out(world: HonestWorld, view: LogView) -> None:
    """A row that is removed by the third decision is no evidence without it."""
    index, entry = view.history.epochs[-1]
    frozen = Files(world, view).epoch(entry.number).frozen
    assert frozen is not None
    video = VideoId(min(world.facts))
    data = flags_proof(
        view, index=index, words="w", frozen=frozen, video=video, decisions=entry.decisions
    )
    assert refused(data)
    entries = json.loads(data)["entries"]
    for left in (entries[:1], entries[:3], [entries[0], *entries[2:]], entries[::-1]):
        assert refused(data, entries=left)
    assert refused(header_proof(view, index=index, words="w", frozen=frozen))


def test_receipts_that_hold_are_no_evidence(world: HonestWorld, view: LogView) -> None:
    """Two that follow one another, one against its own epoch, one whose inputs are all logged."""
    held = [world.held(s) for s in world.pocket.slates if s.viewer == world.pocket.slates[0].viewer]
    one = signed_text(held[0])
    assert refused(receipts_proof(view, rule="chain", words="w", pair=[one, signed_text(held[1])]))
    assert refused(receipts_proof(view, rule="two_receipts", words="w", pair=[one, one]))
    for rule in ("epoch_root", "epoch_weights", "epoch_late", "epoch_stale", "hour_commitment"):
        for index, _ in [*view.history.epochs, *view.history.hours]:
            assert refused(receipt_proof(view, rule=rule, words="w", receipt=one, entries=[index]))
    for rule in ("epoch_unlogged", "release_unlogged", "policy_unlogged", "hour_unlogged"):
        data = unlogged_proof(view, rule=rule, words="w", receipt=one)
        assert refused(data)
        cut = accuse(
            view, "receipt_unlogged", rule=rule, words="w", receipts=(one,), **prefix_of(view, 1)
        )
        assert refused(cut)


def test_receipts_signed_by_the_accuser_are_no_evidence(world: HonestWorld, view: LogView) -> None:
    """A key that no root of trust names signs for nobody."""
    made = world.resign(world.pocket.slates[0], nonce="e" * 32)
    forged = sign(made.receipt, private_key=key_of("accuser"))
    pair = [
        signed_text(world.held(world.pocket.slates[0])),
        msgspec.structs.replace(
            signed_text(world.held(made)), signature=b64encode(forged).decode()
        ),
    ]
    assert refused(receipts_proof(view, rule="two_receipts", words="w", pair=pair))


def test_a_replay_from_other_inputs_is_no_evidence(world: HonestWorld, view: LogView) -> None:
    """A bundle whose events, policy, rows, key or receipt the accuser changed proves nothing."""
    slate = world.pocket.slates[-1]
    viewers = {v: tuple(chain) for v, chain in world.pocket.chains.items()}
    evidence = LogEvidence(view, Files(world, view), viewers)
    key = world.pocket.public_key
    honest = gather_bundle([(slate.receipt, slate.signature)], evidence=evidence, public_key=key)
    number = next(iter(honest.epochs))
    at = view.history.epoch(number)
    assert at is not None
    data = replay_proof(view, words="w", bundle=honest, epoch_entry=at[0])
    assert refused(data)
    epoch = honest.epochs[number]
    rows = bytearray(epoch.rows)
    rows[72] ^= 1
    changed: list[dict[str, Any]] = [
        {"chains": {v: chain[:-1] for v, chain in honest.chains.items()}},
        {"policy_files": {d: f + b"\n" for d, f in honest.policy_files.items()}},
        {"epochs": {number: msgspec.structs.replace(epoch, rows=bytes(rows))}},
        {"hour_keys": {hour: bytes(32) for hour in honest.hour_keys}},
        {"hour_keys": {}},
    ]
    for change in changed:
        bundle = msgspec.structs.replace(honest, **change)
        assert refused(data, bundle=encode_bundle(bundle).decode())
    # Everything replaced and signed by the accuser, who then holds a real mismatch.
    fake = world.resign(slate, candidates="0" * 64)
    signature = sign(fake.receipt, private_key=key_of("accuser"))
    bundle = msgspec.structs.replace(
        honest,
        public_key=public_key_of(key_of("accuser")),
        receipts=((fake.receipt, signature),),
    )
    assert refused(data, bundle=encode_bundle(bundle).decode())


def test_a_replay_under_another_root_is_no_evidence(world: HonestWorld, view: LogView) -> None:
    """The entry must be the epoch's that the receipt names: else the accuser chooses the rows."""
    slate = world.pocket.slates[-1]
    fake = world.resign(slate, candidates="0" * 64)
    evidence = LogEvidence(
        view, Files(world, view), {v: tuple(chain) for v, chain in world.pocket.chains.items()}
    )
    key = world.pocket.public_key
    bundle = gather_bundle([(fake.receipt, fake.signature)], evidence=evidence, public_key=key)
    number = next(iter(bundle.epochs))
    right, other = view.history.epoch(number), view.history.epoch(1)
    assert right is not None
    assert other is not None
    assert not refused(replay_proof(view, words="w", bundle=bundle, epoch_entry=right[0]))
    assert refused(replay_proof(view, words="w", bundle=bundle, epoch_entry=other[0]))
