"""A pocket edition seen as evidence, and ways to tamper with it."""

from collections.abc import Sequence
from pathlib import Path

from plainview.audit.evidence import EpochEvidence, ReplayInputs, SignedReceipt
from plainview.audit.replay import with_previous
from plainview.core.learn import starting_weights
from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import Digest, ViewerId
from plainview.sim.errand import put_to_work
from plainview.sim.pocket import Pocket
from plainview.sim.world import make_world

START_MS = 1_790_000_000_000
POLICIES = sorted((Path(__file__).parents[1] / "policies").glob("*.toml"))


def make_pocket(*, seed: int, videos: int) -> Pocket:
    """An edition with the published policies and the starting weights."""
    return Pocket(
        make_world(seed, videos=videos, start_ms=START_MS),
        weights=starting_weights(),
        policies=[path.read_bytes() for path in POLICIES],
        now_ms=START_MS,
    )


def worked_pocket(
    *, seed: int, videos: int, slates: int, viewers: int, slates_per_epoch: int, restarts: int = 0
) -> Pocket:
    """One that has served `slates` slates under all four policies."""
    pocket = make_pocket(seed=seed, videos=videos)
    put_to_work(
        pocket, seed=seed, slates=slates, viewers=viewers, start_ms=START_MS,
        policies=sorted(pocket.policies), slates_per_epoch=slates_per_epoch, restarts=restarts,
    )  # fmt: skip
    return pocket


class PocketEvidence:
    """Everything the pocket keeps, as an auditor with access to it sees it."""

    def __init__(self, pocket: Pocket) -> None:
        self.epochs: dict[int, EpochEvidence] = {
            number: EpochEvidence(header=epoch.header, rows=epoch.rows, leaves=epoch.leaves)
            for number, epoch in pocket.epochs.items()
        }
        self.weights_files = dict(pocket.weights_files)
        self.policy_files = dict(pocket.policies_bytes)
        self.hour_key = pocket.hour_key
        self.chains = {viewer: list(chain) for viewer, chain in pocket.chains.items()}

    def epoch(self, number: int) -> EpochEvidence | None:
        return self.epochs.get(number)

    def weights(self, digest: Digest) -> bytes | None:
        return self.weights_files.get(digest)

    def policy(self, digest: Digest) -> bytes | None:
        return self.policy_files.get(digest)

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        return self.chains.get(viewer, [])[after:upto]


def signed_receipts(pocket: Pocket) -> list[SignedReceipt]:
    """Every receipt of the pocket, each told the one before it."""
    by_viewer: dict[ViewerId, list[tuple[bytes, bytes]]] = {}
    for slate in pocket.slates:
        by_viewer.setdefault(slate.viewer, []).append((slate.receipt, slate.signature))
    return [signed for pairs in by_viewer.values() for signed in with_previous(pairs)]


def inputs_of(pocket: Pocket, signed: SignedReceipt) -> ReplayInputs:
    """What one receipt is checked from."""
    receipt = parse_receipt(signed.receipt)
    evidence = PocketEvidence(pocket)
    return ReplayInputs(
        receipt=signed.receipt,
        signature=signed.signature,
        public_keys=(pocket.public_key,),
        epoch=evidence.epoch(receipt.epoch),
        weights=evidence.weights(receipt.weights),
        policy=evidence.policy(receipt.policy_digest),
        events=evidence.events(receipt.viewer, after=0, upto=receipt.events_n),
        hour_key=evidence.hour_key(receipt.hour),
        previous=signed.previous,
    )
