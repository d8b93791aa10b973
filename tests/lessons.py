"""Windows of examples: drawn ones, and those that a pocket edition's viewers left behind."""

from functools import cache

import numpy as np

from plainview.audit.evidence import Evidence
from plainview.audit.inputs import open_epoch
from plainview.core.events import empty_state, fold, parse_event
from plainview.core.feed import Index
from plainview.core.learn import load_weights
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples
from plainview.core.lessons import examples_of
from plainview.core.policy import compile_policy
from plainview.core.receipts import Receipt, parse_receipt
from plainview.core.terms.ids import Digest, ViewerId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import Event, ViewerState
from plainview.core.terms.weights import FEATURES, HEADS
from plainview.sim.pocket import Pocket
from tests.pocket_evidence import PocketEvidence, worked_pocket


def drawn_examples(count: int, *, viewers: int = 40, seed: int = 1) -> Examples:
    """Examples that nobody made: features in noise, labels that hang on the first few of them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    out = np.zeros(count, dtype=EXAMPLE)
    X = rng.integers(-64, 65, size=(count, len(FEATURES)))
    out["features"] = X
    out["receipt"] = rng.integers(0, 256, size=(count, 32))
    out["viewer"][:, 0] = 1 + rng.integers(0, viewers, size=count)
    out["length_ms"], out["video"] = 8000, 1 + rng.integers(0, 500, size=count)
    for h in range(len(HEADS)):
        pull = X[:, h] + X[:, 100 + h] - 160 * h // (len(HEADS) - 1)
        out["labels"][:, h] = np.where(pull + rng.integers(-60, 61, size=count) > 0, LABEL_ONE, 0)
    return out


def timed_examples(count: int, *, viewers: int = 40, seed: int = 1) -> Examples:
    """Drawn examples of videos of 4 to 90 s, watched for longer the longer they are and the more
    their features pull, some come round without all of it being counted."""
    out = drawn_examples(count, viewers=viewers, seed=seed)
    rng = np.random.Generator(np.random.PCG64(seed + 1000))
    length_ms = rng.integers(4_000, 90_000, size=count)
    pull = out["features"][:, 8].astype(np.int64) + out["features"][:, 108]
    ms = length_ms * np.clip(pull + 100 + rng.integers(-40, 41, size=count), 0, 320) // 160
    came_round = (rng.random(count) < 0.1) & (ms > length_ms // 2)
    played = np.where(came_round, np.maximum(ms, length_ms), ms)
    out["length_ms"], out["ms"] = length_ms, ms
    out["labels"][:, HEADS.index("watch")] = (
        np.minimum(played, 2 * length_ms) * LABEL_ONE // (2 * length_ms)
    )
    return out


class Taught:
    """Opens what receipts name, once, and gives each one's examples."""

    def __init__(self, evidence: Evidence, policies: dict[Digest, Policy] | None = None) -> None:
        self.evidence = evidence
        self.policies = policies or {}
        self.indexes: dict[int, Index] = {}
        self.states: dict[ViewerId, ViewerState] = {}

    def inputs(self, receipt: Receipt) -> tuple[Index, Policy, ViewerState]:
        """The epoch, rules and state that `receipt` names; a viewer's receipts come in order."""
        if receipt.epoch not in self.indexes:
            given = self.evidence.epoch(receipt.epoch)
            assert given is not None
            file = self.evidence.weights(receipt.weights)
            assert file is not None
            self.indexes[receipt.epoch] = open_epoch(given).index_for(
                load_weights(file), file_of=self.evidence.weights
            )
        if receipt.policy_digest not in self.policies:
            file = self.evidence.policy(receipt.policy_digest)
            assert file is not None
            self.policies[receipt.policy_digest] = compile_policy(file)
        state = self.states.get(receipt.viewer) or empty_state(receipt.viewer)
        state = fold(state, self.events(receipt.viewer, after=state.n, upto=receipt.events_n))
        self.states[receipt.viewer] = state
        return self.indexes[receipt.epoch], self.policies[receipt.policy_digest], state

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> list[Event]:
        """Events `after` + 1 .. `upto`, or fewer."""
        given = self.evidence.events(viewer, after=after, upto=upto)
        return [parse_event(data) for data in given]

    def examples(self, data: bytes) -> Examples:
        """What one receipt teaches."""
        receipt = parse_receipt(data)
        index, policy, state = self.inputs(receipt)
        after = self.events(receipt.viewer, after=state.n, upto=state.n + 100)
        return examples_of(
            data, index=index, policy=policy, state=state, after=after,
            label_ms=STARTING_RECIPE.label_ms,
        )  # fmt: skip


@cache
def worked(
    seed: int, *, videos: int = 250, slates: int = 400, viewers: int = 24
) -> tuple[Pocket, Examples]:
    """A pocket edition that served under all policies, and what it taught, in order of serving."""
    pocket = worked_pocket(
        seed=seed, videos=videos, slates=slates, viewers=viewers, slates_per_epoch=100
    )
    taught = Taught(PocketEvidence(pocket))
    return pocket, np.concatenate([taught.examples(slate.receipt) for slate in pocket.slates])
