"""Ten golden slates. `python -m tests.golden.slates` writes them again, which a release says.

A bundle with its own small catalogue, weights, policies and events, served once and kept: what was
served under feed-v1 must come out the same from every later program that speaks feed-v1.
"""

import json
from pathlib import Path

from plainview.audit.bundle import encode_bundle, gather_bundle
from plainview.core.receipts import Receipt, parse_receipt
from plainview.sim.pocket import PocketSlate
from tests.pocket_evidence import PocketEvidence, worked_pocket

PATH = Path(__file__).parent / "slates-v1.json"
COUNT = 10


def _chosen(slates: list[PocketSlate]) -> list[PocketSlate]:
    """Ten that differ: every policy, early and late, explored, one at the catalogue's end."""

    def traits(receipt: Receipt) -> set[object]:
        return {
            receipt.policy, receipt.epoch, receipt.caught_up, receipt.context.age,
            receipt.context.language, ("long", receipt.number > 12),
            *((receipt.policy, shown.source) for shown in receipt.slate),
            *(shown.slot for shown in receipt.slate),
        }  # fmt: skip

    left = [(slate, traits(parse_receipt(slate.receipt))) for slate in slates]
    chosen: list[PocketSlate] = []
    known: set[object] = set()
    while len(chosen) < COUNT:
        best = max(left, key=lambda entry: (len(entry[1] - known), entry[0].receipt))
        left.remove(best)
        chosen.append(best[0])
        known |= best[1]
    return sorted(chosen, key=lambda slate: (slate.viewer, slate.number))


def write() -> None:
    """Serve and keep the ten."""
    pocket = worked_pocket(
        seed=8, videos=220, slates=180, viewers=7, slates_per_epoch=60, restarts=1
    )
    pairs = [(slate.receipt, slate.signature) for slate in _chosen(pocket.slates)]
    bundle = gather_bundle(pairs, evidence=PocketEvidence(pocket), public_key=pocket.public_key)
    fields = json.loads(encode_bundle(bundle))
    PATH.write_text(json.dumps(fields, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
