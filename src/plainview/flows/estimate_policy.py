"""Estimate what a policy would be worth before anybody is served by it, from slates served."""

import msgspec

from plainview.audit.evidence import Evidence
from plainview.core.catalogue import verify_epoch
from plainview.core.events import empty_state, fold, parse_event
from plainview.core.experiments import Estimate, NoChoices, ips, judged, sndr, snips
from plainview.core.experiments.judging import Choice, choices_of, log_of_choices
from plainview.core.feed import Index, build_index
from plainview.core.learn import NoMainWeights, centroids_under, load_weights
from plainview.core.policy import compile_policy
from plainview.core.receipts import Receipt, parse_receipt
from plainview.core.terms.ids import Digest
from plainview.core.terms.policy import Policy
from plainview.core.terms.weights import Weights
from plainview.ports.experiments import ExperimentReads


class Estimated(msgspec.Struct, frozen=True, kw_only=True):
    """What was served was worth `served`, what is judged `estimates`, with why each is not told."""

    slates: int
    unusable: int
    served: Estimate
    estimates: tuple[tuple[Estimate, str], ...]


class PolicyEstimator:
    """Judges policies by the newest slates. Epochs, weights and policies are opened once."""

    def __init__(self, *, reads: ExperimentReads, evidence: Evidence) -> None:
        self._reads = reads
        self._evidence = evidence
        self._indexes: dict[int, Index | None] = {}
        self._weights: dict[Digest, Weights | None] = {}
        self._policies: dict[Digest, Policy | None] = {}

    def estimate(self, policy: Policy, *, slates: int) -> Estimated:
        """What `policy` would be worth, by the newest `slates` slates: how much of two playings of
        a video is watched, per place. Raises: NoChoices.
        """
        choices: list[Choice] = []
        read = unusable = 0
        for body in self._reads.recent_receipts(slates):
            read += 1
            found = self._choices(parse_receipt(body), policy)
            unusable += found is None
            choices += found or []
        if not choices:
            raise NoChoices("No slate that is kept was watched: there is nothing to judge by yet.")
        log = log_of_choices(choices)
        served = msgspec.structs.replace(log, weight=log.weight * 0 + 1)
        estimates = [estimator(log) for estimator in (snips, sndr)]
        return Estimated(
            slates=read, unusable=unusable, served=ips(served),
            estimates=tuple((one, judged(one)) for one in estimates),
        )  # fmt: skip

    def _choices(self, receipt: Receipt, policy: Policy) -> list[Choice] | None:
        """The choices of one slate; None if an input is no longer kept."""
        weights = self._weight(receipt.weights)
        index = None if weights is None else self._index(receipt, weights)
        served = self._policy(receipt.policy_digest)
        bodies = self._evidence.events(receipt.viewer, after=0, upto=receipt.events_n)
        if index is None or weights is None or served is None or len(bodies) < receipt.events_n:
            return None
        return choices_of(
            receipt, index=index, weights=weights, served=served, judged=policy,
            state=fold(empty_state(receipt.viewer), [parse_event(body) for body in bodies]),
            after=self._reads.events_since(receipt.viewer, receipt.events_n + 1),
        )  # fmt: skip

    def _index(self, receipt: Receipt, weights: Weights) -> Index | None:
        if receipt.epoch not in self._indexes:
            self._indexes[receipt.epoch] = self._opened(receipt, weights)
        return self._indexes[receipt.epoch]

    def _opened(self, receipt: Receipt, weights: Weights) -> Index | None:
        given = self._evidence.epoch(receipt.epoch)
        if given is None:
            return None
        epoch = verify_epoch(given.header, given.rows, receipt.epoch_root)
        try:
            centroids = centroids_under(epoch.header, weights, file_of=self._evidence.weights)
        except NoMainWeights:
            return None
        return build_index(epoch, centroids=centroids)

    def _weight(self, digest: Digest) -> Weights | None:
        if digest not in self._weights:
            data = self._evidence.weights(digest)
            self._weights[digest] = None if data is None else load_weights(data)
        return self._weights[digest]

    def _policy(self, digest: Digest) -> Policy | None:
        if digest not in self._policies:
            data = self._evidence.policy(digest)
            self._policies[digest] = None if data is None else compile_policy(data)
        return self._policies[digest]
