"""What the tests of the feed share: policies, changed; starting weights; drawn viewers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from plainview.core.feed.index import Index
from plainview.core.learn import load_weights, starting_weights
from plainview.core.policy import compile_policy
from plainview.core.terms.epoch import Epoch
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import Policy
from plainview.core.terms.viewer import WATCHES_MAX, ViewerState, Watch
from tests.worlds import big_catalogue, epoch_of, viewer_state

FOLDER = Path(__file__).parents[4] / "policies"
POLICIES = {path.stem: compile_policy(path.read_bytes()) for path in sorted(FOLDER.glob("*.toml"))}
TEXTS = {policy.digest: (FOLDER / f"{name}.toml").read_text() for name, policy in POLICIES.items()}
FOR_YOU, FOLLOWING = POLICIES["for-you"], POLICIES["following"]
POPULAR, FRESH = POLICIES["popular"], POLICIES["fresh"]
WEIGHTS = load_weights(starting_weights())


def policy_with(policy: Policy, changes: Mapping[str, str]) -> Policy:
    """`policy` with pieces of its file replaced, compiled anew."""
    text = TEXTS[policy.digest]
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    changed = compile_policy(text.encode())
    TEXTS[changed.digest] = text
    return changed


def epoch_of_many() -> Epoch:
    """800 videos by 40 creators; some have no topic, some one in two slots."""
    rows = big_catalogue(800, seed=5).copy()
    rows["topics"][::3, 1] = rows["topics"][::3, 0]
    rows["topics"][::5, 2] = 1 + np.arange(160) % 8
    rows["topics"][::7] = 0
    return epoch_of(list(rows))


def random_viewer(number: int, index: Index) -> ViewerState:
    """From a newcomer to 200 watches, of few videos or many, some of which no epoch holds; likes
    and complaints on watched and unwatched ones; equal request numbers."""
    chance = np.random.default_rng(number)
    known = chance.choice(index.ids, int(chance.choice([1, 5, 300])))
    videos = [VideoId(int(v)) for v in (*known, 3, 2**62)]

    def some(most: int) -> dict[VideoId, int]:
        drawn = chance.integers(0, len(videos), int(chance.integers(0, most + 1)))
        return {videos[k]: int(chance.integers(1, 900)) for k in drawn}

    watches = tuple(
        Watch(
            video=videos[int(chance.integers(len(videos)))],
            number=int(chance.integers(1, 60)),
            ms=int(chance.choice([0, 900, 1999, 2000, 4000, 9_999, 10_000, 80_000])),
            loops=int(chance.choice([0, 0, 0, 1, 2, 5])),
            at_ms=1,
        )
        for _ in range(int(chance.choice([0, 1, 9, 40, WATCHES_MAX])))
    )
    creators = chance.choice(index.creators, int(chance.integers(0, 9)))
    return viewer_state(
        watches=watches, seen=some(200), liked=some(60), saved=some(9), shared=some(9),
        rejected=some(30), reported=some(9),
        follows={CreatorId(int(c)): 1 for c in creators},
    )  # fmt: skip
