"""Peers that stand on packages people install: iALS (implicit), LightGBM, Vowpal Wabbit.

All three are development extras: `requirements/peers-sim.txt`.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import implicit.als
import lightgbm
import numpy as np
import vowpalwabbit
from scipy.sparse import coo_matrix

from bench.closed_loop.edition import Edition
from bench.closed_loop.peers import Popularity, Shelf
from plainview.core.feed.features import with_viewer
from plainview.sim.closed_loop import SIZE, Showing
from plainview.sim.society import HOUR_MS, Floats, Society


class Ials(Popularity):
    """Implicit alternating least squares, refitted every hour; a viewer's own factors are folded in
    again at each slate. Until the first fit, and for who has no history, popularity."""

    name = "iALS, hourly"

    def __init__(
        self, society: Society, *, factors: int = 16, regularization: float = 0.1,
        alpha: float = 5.0, blend: float = 1.5, explore: float = 0.05,
    ) -> None:  # fmt: skip
        """`alpha`: how much a minute watched weighs; `blend`: how much popularity is added."""
        super().__init__(society, explore=explore)
        self.model = implicit.als.AlternatingLeastSquares(
            factors=factors, regularization=regularization, iterations=10, num_threads=1,
            random_state=1, use_gpu=False,
        )  # fmt: skip
        self.alpha, self.blend = alpha, blend
        self.watched = np.zeros((society.viewers, society.size))
        self.fitted_ms = -1

    def told(self, viewer: int, showing: Showing) -> None:
        """Seconds watched are confidence; a swipe is none."""
        super().told(viewer, showing)
        if showing.ms >= 2000:
            self.watched[viewer, showing.video] += self.alpha * showing.ms / 10_000

    def tick(self, now_ms: int) -> None:
        """Refit on the hour."""
        if now_ms // HOUR_MS > self.fitted_ms and self.watched.any():
            self.fitted_ms = now_ms // HOUR_MS
            self.model.fit(coo_matrix(self.watched).tocsr(), show_progress=False)

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """By factors, and popularity."""
        del now_ms
        open_ = self.open_to(viewer)
        mean = (self.seconds.sum() + 1) / (self.times.sum() + 0.2)
        scores = (self.seconds + self.prior * mean) / (self.times + self.prior) / mean
        mine = self.watched[viewer]
        if self.fitted_ms >= 0 and mine.any():
            factors = self.model.recalculate_user(0, coo_matrix(mine[None]).tocsr())
            scores = self.blend * scores + self.model.item_factors @ np.ravel(factors)
        return self.best(viewer, open_, scores[open_])


class Boosted:
    """LightGBM over the very features and candidates of ours, on seconds watched, refitted hourly.

    It keeps the edition's epochs and states, so its counters are as fresh as ours.
    """

    name = "LightGBM, hourly"
    swaps: Sequence[tuple[int, int]] = ()

    def __init__(
        self, society: Society, *, explore: float = 0.0, trees: int = 60, leaves: int = 15,
        rate: float = 0.1,
    ) -> None:  # fmt: skip
        self.society, self.explore = society, explore
        self.edition = Edition(society)
        self.settings: dict[str, Any] = {
            "objective": "regression", "max_bin": 63, "num_leaves": leaves, "learning_rate": rate,
            "min_data_in_leaf": 20, "feature_fraction": 0.7, "num_threads": 1, "verbose": -1,
            "seed": 1, "deterministic": True, "force_col_wise": True,
        }  # fmt: skip
        self.trees = trees
        self.model: Any = None
        self.rows: list[Floats] = []
        self.seconds: list[float] = []
        self.pending: dict[tuple[int, int], Any] = {}
        self.number = [0] * society.viewers
        self.fitted_ms = -1
        self.chance = np.random.Generator(np.random.PCG64(society.seed))

    def publish(self, videos: Sequence[int], *, now_ms: int) -> None:
        """Into the next epoch."""
        del now_ms
        self.edition.take_uploads(videos)

    def tick(self, now_ms: int) -> None:
        """Freeze when due; refit on the hour."""
        self.edition.freeze_if_due(now_ms)
        if now_ms // HOUR_MS > self.fitted_ms and len(self.rows) > 200:
            self.fitted_ms = now_ms // HOUR_MS
            data = lightgbm.Dataset(np.stack(self.rows), np.array(self.seconds))
            self.model = lightgbm.train(self.settings, data, num_boost_round=self.trees)

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """The candidates of ours by the trees; before the first fit by our starting weights."""
        edition = self.edition
        state, trace = edition.trace(viewer, now_ms=now_ms)
        full = with_viewer(trace.viewer_features, trace.video_features)
        scores = self.model.predict(full, num_threads=1) if self.model else trace.values
        ids = trace.index.ids[trace.candidates.rows]
        top = np.argsort(-scores, kind="stable")[: 2 * SIZE].tolist()
        rare = trace.candidates.fresh.tolist() or list(top)
        placed: list[int] = []
        while len(placed) < SIZE:
            is_drawn = bool(rare) and self.chance.random() < self.explore
            at = rare[int(self.chance.integers(len(rare)))] if is_drawn else top[0]
            (rare if is_drawn else top).remove(at)
            if at not in placed:
                placed.append(at)
        videos = [edition.place[int(ids[at])] for at in placed]
        self.number[viewer] = edition.issue_placed(state, videos, now_ms=now_ms)
        self.pending |= {(viewer, v): full[at] for v, at in zip(videos, placed, strict=True)}
        return videos

    def told(self, viewer: int, showing: Showing) -> None:
        """Into the chain, and an example more."""
        self.edition.tell(viewer, self.number[viewer], showing)
        self.rows.append(self.pending.pop((viewer, showing.video)))
        self.seconds.append(showing.ms / 1000)


CANDIDATES: Final = 64


class Wabbit(Shelf):
    """Vowpal Wabbit's contextual bandit with action-dependent features, learning at each showing.

    Of all that is open it looks at CANDIDATES: the most watched per showing, those of creators and
    topics this viewer stayed with, the newest and some drawn evenly. Cost is minus seconds watched.
    """

    name = "VW bandit"

    def __init__(
        self, society: Society, *, how: str = "--squarecb --gamma_scale 100", rate: float = 0.5,
    ) -> None:  # fmt: skip
        super().__init__(society)
        self.vw = vowpalwabbit.Workspace(
            f"--cb_explore_adf --cb_type mtr {how} -q vc -q vt -q vk -q vl -q at -q ac -q ak"
            f" --learning_rate {rate} --bit_precision 20 --quiet --random_seed 1"
        )
        self.seconds = np.zeros(society.size)
        self.mine: dict[int, dict[str, list[float]]] = defaultdict(dict)
        self.lately: dict[int, list[str]] = defaultdict(list)
        self.words = [self._words(i) for i in range(society.size)]
        self.odds: dict[tuple[int, int], tuple[float, str, str]] = {}

    def _words(self, i: int) -> str:
        """What the facts say of a video, in VW's namespaces."""
        one = self.society.facts[i]
        topics = " ".join(label.topic.replace(" ", "_") for label in one.topics) or "none"
        words = " ".join(dict.fromkeys(one.caption.lower().strip(".").split()))
        band = f"b{min(int(np.log2(one.length_ms / 1000) * 2), 20)}"
        return f"|c c{one.creator} |t {topics} |k {words} {' '.join(one.tags)} |l {band}"

    def _known(self, viewer: int, video: int) -> float:
        """How much longer than usual this viewer stayed with the video's creator and topics."""
        mine, one = self.mine[viewer], self.society.facts[video]
        keys = [f"c{one.creator}", *(f"t{label.topic}" for label in one.topics)]
        return sum(mine[k][0] / (mine[k][1] + 3) for k in keys if k in mine)

    def told(self, viewer: int, showing: Showing) -> None:
        """Learn from the one that was shown, with the odds it had."""
        super().told(viewer, showing)
        seconds = showing.ms / 1000
        self.seconds[showing.video] += seconds
        odds, shared, action = self.odds.pop((viewer, showing.video))
        self.vw.learn([shared, f"0:{-seconds / 10:.4f}:{odds:.6f} {action}"])
        mean = self.seconds.sum() / self.shown.sum()
        one = self.society.facts[showing.video]
        for key in (f"c{one.creator}", *(f"t{label.topic}" for label in one.topics)):
            total = self.mine[viewer].setdefault(key, [0.0, 0.0])
            total[0] += seconds - mean
            total[1] += 1
        if one.topics:
            self.lately[viewer] = [*self.lately[viewer], one.topics[0].topic][-4:]

    def slate(self, viewer: int, *, now_ms: int) -> Sequence[int]:
        """SIZE draws without putting back, by the odds VW gives."""
        open_ = self.open_to(viewer)
        rate = (self.seconds + 20) / (self.shown + 4)
        known = np.array([self._known(viewer, video) for video in open_.tolist()])
        quarter = CANDIDATES // 4
        pools = (
            open_[np.argsort(-rate[open_], kind="stable")[:quarter]],
            open_[np.argsort(-known, kind="stable")[:quarter]],
            open_[np.argsort(-known - rate[open_] / 5, kind="stable")[:quarter]],
            open_[np.argsort(-self.society.published_ms[open_], kind="stable")[: quarter // 2]],
            self.chance.choice(open_, quarter // 2, replace=False),
        )
        found = np.unique(np.concatenate(pools))
        place = {video: known[i] for i, video in enumerate(open_.tolist())}
        recent = " ".join(self.lately[viewer]) or "none"
        shared = f"shared |v v{viewer} |a {recent.replace('  ', ' ')}"
        actions = [
            f"{self.words[video]} |n known:{place[video]:.3f} rate:{rate[video] / 10:.3f}"
            f" shown:{np.log1p(self.shown[video]):.2f}"
            f" age:{np.log1p((now_ms - self.society.published_ms[video]) / HOUR_MS):.2f}"
            for video in found.tolist()
        ]
        odds = np.array(self.vw.predict([shared, *actions]))
        odds = np.maximum(odds, 1e-6)
        picked = self.chance.choice(len(found), SIZE, replace=False, p=odds / odds.sum())
        # What choice draws first is likeliest; an exploring pmf keeps its order.
        videos = found[picked].tolist()
        self.is_served[viewer, videos] = True
        for at, video in zip(picked.tolist(), videos, strict=True):
            self.odds[viewer, video] = (float(odds[at]), shared, actions[at])
        return list(videos)
