"""Replay: honest slates come out the same, and whatever is touched is caught and located."""

from functools import cache

import msgspec
import pytest

from plainview.audit import replay as replay_module
from plainview.audit.evidence import EpochEvidence, ReplayInputs, SignedReceipt
from plainview.audit.replay import Replayer, replay, replay_many, with_previous
from plainview.audit.verdict import DIFFERS, MISSING, SAME, STAGE_WORDS, STAGES, Verdict
from plainview.core.feed.kernels import NUMPY, NUMPY_INT64
from plainview.core.receipts import encode_receipt, parse_receipt, public_key_of, receipt_id, sign
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId
from plainview.sim.chance import Chance
from plainview.sim.pocket import Pocket
from tests.pocket_evidence import PocketEvidence, inputs_of, signed_receipts, worked_pocket


@cache
def pocket() -> Pocket:
    return worked_pocket(seed=5, videos=260, slates=60, viewers=4, slates_per_epoch=15, restarts=2)


@cache
def a_late_one() -> ReplayInputs:
    """The inputs of a for-you slate with a history behind it."""
    chosen = [
        signed
        for signed in signed_receipts(pocket())
        if (receipt := parse_receipt(signed.receipt)).policy == "for-you"
        and receipt.number > 4
        and receipt.epoch > 1
        and len(receipt.slate) >= 6
    ]
    return inputs_of(pocket(), chosen[0])


def changed(inputs: ReplayInputs, **fields: object) -> ReplayInputs:
    return msgspec.structs.replace(inputs, **fields)


def flipped(data: bytes | memoryview, *, at: int, bit: int = 0) -> bytes:
    other = bytearray(data)
    other[at] ^= 1 << bit
    return bytes(other)


def resigned(inputs: ReplayInputs, **fields: object) -> ReplayInputs:
    """The receipt altered by someone who holds the edition's key."""
    receipt = encode_receipt(msgspec.structs.replace(parse_receipt(inputs.receipt), **fields))
    signature = sign(receipt, private_key=pocket()._private_key)
    return changed(inputs, receipt=receipt, signature=signature)


def epoch_of(inputs: ReplayInputs) -> EpochEvidence:
    assert inputs.epoch is not None
    return inputs.epoch


def assert_found(verdict: Verdict, stage: str, words: str = "", outcome: str = DIFFERS) -> None:
    assert (verdict.outcome, verdict.stage) == (outcome, stage), verdict.message
    assert words in verdict.message
    assert not verdict.is_same


def test_every_slate_of_a_working_edition_replays() -> None:
    """60 slates of four policies, five epochs and two restarts all come out the same."""
    verdicts = list(
        replay_many(
            signed_receipts(pocket()),
            evidence=PocketEvidence(pocket()),
            public_keys=[pocket().public_key],
        )
    )
    assert len(verdicts) == 60
    assert {verdict.outcome for verdict in verdicts} == {SAME}
    assert all(verdict.is_same and verdict.honest == verdict.served for verdict in verdicts)
    receipts = [parse_receipt(signed.receipt) for signed in signed_receipts(pocket())]
    assert len({receipt.policy for receipt in receipts}) == 4
    assert len({receipt.epoch for receipt in receipts}) >= 4


@pytest.mark.parametrize("kernels", [NUMPY, NUMPY_INT64], ids=lambda kernels: kernels.name)
def test_other_kernels_give_the_same_verdict(kernels: object) -> None:
    """What the service computed with one set of kernels, the checker confirms with another."""
    assert isinstance(kernels, type(NUMPY))
    assert replay(a_late_one(), kernels=kernels).is_same


def test_one_slate_replays_alone() -> None:
    """A single receipt with its inputs is confirmed without any other."""
    verdict = replay(a_late_one())
    assert verdict.is_same
    assert verdict.receipt == receipt_id(a_late_one().receipt)
    assert verdict.number == parse_receipt(a_late_one().receipt).number


def test_a_flipped_bit_in_the_weights_is_located() -> None:
    """Any bit of the weights file."""
    weights = a_late_one().weights
    assert weights is not None
    for at in (0, len(weights) // 2, len(weights) - 1):
        verdict = replay(changed(a_late_one(), weights=flipped(weights, at=at, bit=at % 8)))
        assert_found(verdict, "weights")
        assert verdict.honest is None


def test_a_flipped_bit_in_an_epoch_row_is_located_to_its_64_rows() -> None:
    """Bits all over the rows lead to the leaf of 64 rows that holds them, by their video ids."""
    epoch = epoch_of(a_late_one())
    chance = Chance(1, "rows")
    for _ in range(20):
        row, offset = chance.below(260), chance.between(8, 167)
        rows = flipped(epoch.rows, at=row * 168 + offset, bit=chance.below(8))
        verdict = replay(changed(a_late_one(), epoch=msgspec.structs.replace(epoch, rows=rows)))
        first = row // 64 * 64
        assert_found(verdict, "epoch rows", f"rows {first} to {min(first + 63, 259)} (videos ")


def test_a_flipped_bit_in_a_row_id_is_located() -> None:
    """An id that leaves the order is refused as rows; one that keeps it is found by the leaf."""
    epoch = epoch_of(a_late_one())
    for at in (0, 7, 100 * 168, 259 * 168 + 7):
        rows = flipped(epoch.rows, at=at, bit=6)
        verdict = replay(changed(a_late_one(), epoch=msgspec.structs.replace(epoch, rows=rows)))
        assert_found(verdict, "epoch rows")


def test_a_flipped_bit_anywhere_in_the_epoch_header_is_located() -> None:
    """One bit of each fifth byte of the header."""
    epoch = epoch_of(a_late_one())
    for at in range(0, len(epoch.header), 5):
        header = flipped(epoch.header, at=at, bit=at % 8)
        verdict = replay(changed(a_late_one(), epoch=msgspec.structs.replace(epoch, header=header)))
        assert_found(verdict, "epoch header")


def test_without_leaves_an_altered_epoch_is_still_caught() -> None:
    """The root alone tells that the epoch is another, not where."""
    epoch = epoch_of(a_late_one())
    rows = flipped(epoch.rows, at=70, bit=1)
    bare = EpochEvidence(header=epoch.header, rows=rows)
    assert_found(replay(changed(a_late_one(), epoch=bare)), "epoch rows", "not at hand")


def test_rows_cut_short_or_missing_are_located() -> None:
    """A row too few, half a row, no row at all."""
    epoch = epoch_of(a_late_one())
    for rows in (epoch.rows[:-168], epoch.rows[:-1], b""):
        verdict = replay(changed(a_late_one(), epoch=msgspec.structs.replace(epoch, rows=rows)))
        assert_found(verdict, "epoch rows")


def test_a_flipped_bit_anywhere_in_the_policy_is_located() -> None:
    """One bit of each 37th byte of the policy file."""
    policy = a_late_one().policy
    assert policy is not None
    for at in range(0, len(policy), 37):
        verdict = replay(changed(a_late_one(), policy=flipped(policy, at=at, bit=at % 8)))
        assert_found(verdict, "policy")


def test_a_flipped_bit_in_any_event_is_located() -> None:
    """One bit of each event: by its number where it no longer parses, else by the chain."""
    events = list(a_late_one().events)
    assert len(events) > 20
    for i, event in enumerate(events):
        at = Chance(2, i).below(len(event))
        altered = [*events[:i], flipped(event, at=at, bit=i % 8), *events[i + 1 :]]
        assert_found(replay(changed(a_late_one(), events=altered)), "events", "event")


def test_a_dropped_a_swapped_and_an_added_event_are_located() -> None:
    """The chain holds every event in its place."""
    events = list(a_late_one().events)
    swapped = [*events[:3], events[4], events[3], *events[5:]]
    dropped = [*events[:3], *events[4:]]
    assert_found(replay(changed(a_late_one(), events=swapped)), "events")
    assert_found(replay(changed(a_late_one(), events=[*dropped, dropped[-1]])), "events")
    assert_found(replay(changed(a_late_one(), events=dropped)), "events", "not at hand", MISSING)
    assert replay(changed(a_late_one(), events=[*events, b"what comes later"])).is_same


def test_a_flipped_bit_anywhere_in_the_receipt_is_caught() -> None:
    """One bit of each fifth byte: it is no receipt any more, or its signature does not fit."""
    receipt, signature = a_late_one().receipt, a_late_one().signature
    replayer = Replayer(PocketEvidence(pocket()), public_keys=[pocket().public_key])
    stages = set()
    for at in range(0, len(receipt), 5):
        other = flipped(receipt, at=at, bit=at * 3 % 8)
        verdict = replayer.check(SignedReceipt(receipt=other, signature=signature))
        assert verdict.outcome == DIFFERS
        stages.add(verdict.stage)
    assert stages == {"encoding", "signature"}


def test_an_edited_receipt_is_shown_beside_the_honest_slate() -> None:
    """Swapping a video in a stored receipt breaks the signature; both slates are told apart."""
    receipt = parse_receipt(a_late_one().receipt)
    bought = msgspec.structs.replace(receipt.slate[0], video=VideoId(999))
    edited = encode_receipt(msgspec.structs.replace(receipt, slate=(bought, *receipt.slate[1:])))
    verdict = replay(changed(a_late_one(), receipt=edited))
    assert_found(verdict, "signature")
    assert verdict.served[0] == 999
    assert verdict.honest == tuple(shown.video for shown in receipt.slate)


def test_another_key_or_signature_is_located() -> None:
    """A wrong public key, a key that is none, and a cut signature fail at the signature."""
    for fields in (
        {"public_keys": [bytes(32)]},
        {"public_keys": [b"short"]},
        {"signature": a_late_one().signature[:-1]},
    ):
        assert_found(replay(changed(a_late_one(), **fields)), "signature")


def test_a_signature_holds_under_any_of_the_keys() -> None:
    """Whichever place the right key has, the slate is the same; with others alone, or none, the
    signature is named."""
    mine, other, third = pocket().public_key, public_key_of(b"o" * 32), b"short"
    for keys in ([mine, other], [other, mine], [third, mine]):
        assert replay(changed(a_late_one(), public_keys=keys)).is_same
    assert_found(replay(changed(a_late_one(), public_keys=[other, third])), "signature", "2 keys")
    assert_found(replay(changed(a_late_one(), public_keys=[])), "signature", "no key")


def test_a_receipt_that_follows_another_is_located() -> None:
    """The checker's own receipt before it is not the one it names."""
    assert_found(replay(changed(a_late_one(), previous=digest_of(b"other"))), "chain")
    assert replay(changed(a_late_one(), previous=None)).is_same
    assert_found(replay(resigned(a_late_one(), previous=NO_DIGEST)), "chain")


@pytest.mark.parametrize(
    ("stage", "fields"),
    [
        ("epoch header", {"edition": "another"}),
        ("epoch rows", {"epoch_root": digest_of(b"x")}),
        ("weights", {"weights": digest_of(b"x")}),
        ("policy", {"policy": "popular"}),
        ("policy", {"policy_digest": digest_of(b"x")}),
        ("events", {"events_head": digest_of(b"x")}),
        ("events", {"number": 99}),
        ("seed", {"hour": 7}),
        ("seed", {"hour_commitment": digest_of(b"x")}),
        ("candidates", {"candidates": digest_of(b"x")}),
        ("features", {"features": digest_of(b"x")}),
        ("values", {"values": digest_of(b"x")}),
        ("slate", {"caught_up": 1}),
        ("slate", {"slate": ()}),
    ],
)
def test_a_crooked_operator_who_signs_anew_is_located(
    stage: str, fields: dict[str, object]
) -> None:
    """With the edition's own key on it, each false statement in a receipt is still found."""
    inputs = resigned(a_late_one(), **fields)
    assert_found(replay(inputs), stage)


def test_each_part_of_a_place_in_the_slate_is_compared() -> None:
    """A bought video, another order, source, slot, propensity or value is found and named."""
    slate = parse_receipt(a_late_one().receipt).slate
    first, *rest = slate
    for altered in (
        msgspec.structs.replace(first, video=VideoId(999)),
        msgspec.structs.replace(first, source="paid"),
        msgspec.structs.replace(first, slot="repeat"),
        msgspec.structs.replace(first, propensity=first.propensity - 1),
        msgspec.structs.replace(first, value=first.value + 1),
    ):
        verdict = replay(resigned(a_late_one(), slate=(altered, *rest)))
        assert_found(verdict, "slate", "place 1")
        assert verdict.honest == tuple(shown.video for shown in slate)
    verdict = replay(resigned(a_late_one(), slate=(slate[1], slate[0], *slate[2:])))
    assert_found(verdict, "slate", "place 1")


def test_another_nonce_or_time_changes_what_must_come_out() -> None:
    """The inputs that the operator could aim with cannot be altered without the result."""
    assert_found(replay(resigned(a_late_one(), now_ms=5)), "seed")
    receipt = parse_receipt(a_late_one().receipt)
    later = msgspec.structs.replace(receipt.context, tz_min=receipt.context.tz_min + 600)
    verdict = replay(resigned(a_late_one(), context=later))
    assert verdict.outcome == DIFFERS
    assert verdict.stage in ("candidates", "features", "values", "slate")


def test_what_no_stage_compares_the_bytes_still_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """If a comparison were forgotten, encoding the honest receipt again would show it."""
    monkeypatch.setattr(replay_module, "_slates_differ", lambda *_: "")
    assert_found(replay(resigned(a_late_one(), caught_up=1)), "bytes")


def test_an_epoch_cited_too_late_is_located() -> None:
    """30 s after it was replaced an epoch may be cited, a millisecond later it may not."""
    epoch, now_ms = epoch_of(a_late_one()), parse_receipt(a_late_one().receipt).now_ms
    for replaced_ms, outcome in ((now_ms - 30_000, SAME), (now_ms - 30_001, DIFFERS)):
        late = msgspec.structs.replace(epoch, replaced_ms=replaced_ms)
        verdict = replay(changed(a_late_one(), epoch=late))
        assert verdict.outcome == outcome
        assert verdict.honest == verdict.served
        if outcome == DIFFERS:
            assert_found(verdict, "epoch header", "replaced for 30001 ms")


def test_an_older_epoch_than_the_slate_before_is_located() -> None:
    """A viewer is never taken back to an older catalogue."""
    old = PocketEvidence(pocket()).epoch(1)
    assert old is not None
    root = Digest(pocket().epochs[1].root)
    inputs = resigned(changed(a_late_one(), epoch=old), epoch=1, epoch_root=root)
    assert_found(replay(inputs), "events", "epoch 1 is older")


@pytest.mark.parametrize(
    ("field", "stage"),
    [
        ("epoch", "epoch header"),
        ("weights", "weights"),
        ("policy", "policy"),
        ("hour_key", "seed"),
    ],
)
def test_what_is_not_at_hand_is_missing_and_not_a_pass(field: str, stage: str) -> None:
    """An input withheld is told apart from one altered, and neither passes."""
    verdict = replay(changed(a_late_one(), **{field: None}))
    assert_found(verdict, stage, "not at hand", MISSING)
    assert verdict.honest is None


def test_the_first_stage_is_named_when_several_differ() -> None:
    """With policy and events both altered, the policy is named, which comes first."""
    inputs = changed(a_late_one(), policy=b"", events=[b"x"] * len(a_late_one().events))
    assert_found(replay(inputs), "policy")
    assert tuple(STAGE_WORDS) == STAGES


def test_a_replayer_notices_evidence_that_changes_under_it() -> None:
    """Parsed forms are kept by identity: other bytes under the same name are parsed anew."""
    evidence = PocketEvidence(pocket())
    signed = signed_receipts(pocket())[5]
    receipt = parse_receipt(signed.receipt)
    replayer = Replayer(evidence, public_keys=[pocket().public_key])
    assert replayer.check(signed).is_same
    epoch = evidence.epochs[receipt.epoch]
    rows = flipped(epoch.rows, at=128)
    evidence.epochs[receipt.epoch] = msgspec.structs.replace(epoch, rows=rows)
    assert_found(replayer.check(signed), "epoch rows")
    evidence.epochs[receipt.epoch] = epoch
    evidence.policy_files[receipt.policy_digest] += b"\n"
    assert_found(replayer.check(signed), "policy")
    evidence.weights_files[receipt.weights] += b"\n"
    assert_found(replayer.check(signed), "weights")


def test_bytes_that_are_no_receipt_do_not_stop_the_others() -> None:
    """Replaying many reports the damaged one first and confirms the rest."""
    signed = signed_receipts(pocket())[:3]
    damaged = SignedReceipt(receipt=b"not a receipt", signature=b"")
    verdicts = list(
        replay_many(
            [*signed, damaged],
            evidence=PocketEvidence(pocket()),
            public_keys=[pocket().public_key],
        )
    )
    assert [verdict.stage for verdict in verdicts] == ["encoding", "", "", ""]
    assert verdicts[0].number == 0


def test_receipts_are_told_the_one_before_of_the_same_viewer() -> None:
    """Number 1 is told there is none; where the one before is not at hand, nothing is told."""
    pairs = [(s.receipt, s.signature) for s in signed_receipts(pocket())]
    first, second = pairs[:2]
    stranger = next(
        pair for pair in pairs if parse_receipt(pair[0]).viewer != parse_receipt(first[0]).viewer
    )
    told = with_previous([first, stranger, (b"damaged", b""), second])
    assert [signed.previous for signed in told] == [
        NO_DIGEST, NO_DIGEST, None, receipt_id(first[0]),
    ]  # fmt: skip
    assert with_previous(pairs[1:2])[0].previous is None
    assert with_previous([pairs[0], pairs[2]])[1].previous is None
