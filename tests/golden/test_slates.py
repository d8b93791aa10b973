"""Golden slates: kept bytes, recomputed by the feed with every kernel, and by the reference."""

import ast
from pathlib import Path

import pytest

from plainview.audit import reference, reference_inputs, reference_profile
from plainview.audit.bundle import Bundle, parse_bundle
from plainview.audit.reference import Request, reference_slate
from plainview.audit.replay import replay_many, with_previous
from plainview.core.feed.kernels import NUMBA, NUMPY, NUMPY_F64, NUMPY_INT64, Kernels
from plainview.core.receipts import parse_receipt, seed_of
from tests.golden.slates import COUNT, PATH

BUNDLE: Bundle = parse_bundle(PATH.read_bytes())
KERNELS = [kernels for kernels in (NUMPY, NUMPY_F64, NUMPY_INT64, NUMBA) if kernels is not None]


def recomputed(data: bytes, bundle: Bundle) -> dict[str, object]:
    """What the reference says of a receipt's slate, from the bundle's bytes."""
    receipt = parse_receipt(data)
    epoch = bundle.epochs[receipt.epoch]
    seed = seed_of(receipt, bundle.hour_keys[receipt.hour])
    context = receipt.context
    return reference_slate(
        header=epoch.header,
        rows=bytes(epoch.rows),
        weights=bundle.weights_files[receipt.weights],
        policy=bundle.policy_files[receipt.policy_digest],
        viewer=receipt.viewer,
        events=bundle.events(receipt.viewer, after=0, upto=receipt.events_n),
        request=Request(
            now_ms=receipt.now_ms,
            seed=seed,
            size=context.size,
            language=context.language,
            tz_min=context.tz_min,
            age=context.age,
        ),
    )


def stated(data: bytes) -> dict[str, object]:
    """What the receipt says, in the reference's form."""
    receipt = parse_receipt(data)
    return {
        "slate": [
            (shown.video, shown.slot, shown.source, shown.propensity, shown.value)
            for shown in receipt.slate
        ],
        "caught_up": receipt.caught_up,
        "candidates": receipt.candidates,
        "values": receipt.values,
        "features": receipt.features,
        "epoch_root": receipt.epoch_root,
        "events_head": receipt.events_head,
    }


def test_the_ten_cover_the_rules() -> None:
    """Among them are all four policies, places that chance gave of either kind, repeats and the
    catalogue's end."""
    receipts = [parse_receipt(data) for data, _ in BUNDLE.receipts]
    assert len(receipts) == COUNT
    assert len({receipt.policy for receipt in receipts}) == 4
    slots = {shown.slot for receipt in receipts for shown in receipt.slate}
    assert slots == {"ranked", "explore", "owed", "repeat"}
    assert {receipt.caught_up for receipt in receipts} == {0, 1}
    sources = {shown.source for receipt in receipts for shown in receipt.slate}
    assert {"following", "near_recent", "popular", "rising", "fresh", "newest"} <= sources


@pytest.mark.parametrize("kernels", KERNELS, ids=lambda kernels: kernels.name)
def test_golden_slates_come_out_the_same(kernels: Kernels) -> None:
    """Kept receipts are recomputed byte for byte with each set of kernels."""
    verdicts = list(
        replay_many(
            with_previous(BUNDLE.receipts),
            evidence=BUNDLE,
            public_keys=BUNDLE.public_keys,
            kernels=kernels,
        )
    )
    assert [verdict.message for verdict in verdicts if not verdict.is_same] == []
    assert len(verdicts) == COUNT


@pytest.mark.parametrize("i", range(COUNT))
def test_the_reference_gives_the_golden_slates(i: int) -> None:
    """The pure-Python slate written from the specs agrees in every digest, video and odds."""
    data, _ = BUNDLE.receipts[i]
    assert recomputed(data, BUNDLE) == stated(data)


def test_the_reference_shares_no_code_with_the_feed() -> None:
    """It imports the standard library, itself, and of the core canonical JSON and draws alone."""
    found: set[str] = set()
    for module in (reference, reference_inputs, reference_profile):
        assert module.__file__ is not None
        for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
    assert {name for name in found if name.startswith("plainview")} == {
        "plainview.audit.reference_inputs",
        "plainview.audit.reference_profile",
        "plainview.core.terms.canonical",
        "plainview.core.terms.draws",
    }
    assert "numpy" not in found
