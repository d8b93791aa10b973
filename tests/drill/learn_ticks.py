"""Ticks in simulated worlds the recipe was not tuned on, the same bytes everywhere, and how fast.

    python -m tests.drill.learn_ticks

For each of 8 seeds a world of 600 videos whose 60 viewers are served 2,400 slates under the four
published policies and the starting weights; what they did in six windows of equal size. Five ticks,
each from the last that the gate published, judged on the window after it; the last window, which
none learned from, judges the starting weights and the last published. Then two ticks of drawn
examples under every setting of the processor that can be had here, and the processor time of one
tick of 50,000.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.judge import Metrics, judge
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.tick import Parent, learn_tick, run
from plainview.core.learn.window import window_of
from plainview.core.terms.weights import HEADS
from tests.drill._learned import learned_digest
from tests.lessons import drawn_examples, worked

SEEDS = range(41, 49)
TICKS = 5
FINISH, LIKE, SKIP = (HEADS.index(head) for head in ("finish", "like", "skip"))
SETTINGS: list[dict[str, str]] = [
    {},
    {"NUMBA_CPU_NAME": "generic"},
    {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": ""},
    {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL"},
    {"OPENBLAS_CORETYPE": "Nehalem"},
    {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_NUM_THREADS": "2"},
]


def told(metrics: Metrics) -> str:
    """Loss in nats, and areas under the curve in per mille."""
    heads = metrics.heads
    loss = metrics.loss_q24 / metrics.examples / (1 << 24)
    areas = "  ".join(
        f"{HEADS[h]} {heads[h].auc_ppm / 1000:3.0f}/{heads[h].gauc_ppm / 1000:3.0f}"
        for h in (FINISH, LIKE, SKIP)
    )
    error = max(head.ece_ppm for head in heads) / 10_000
    return f"loss {loss:.3f}  {areas}  ECE {error:4.1f} %"


def in_world(seed: int) -> tuple[Metrics, Metrics, list[int], list[str]]:
    """(starting, last published, areas lost to integers in ppm, the gate's decisions)."""
    _, examples = worked(seed, videos=600, slates=2400, viewers=60)
    parts = np.array_split(examples, TICKS + 1)
    parent, decisions, lost = Parent(weights=starting_weights()), [], []
    for learned, held_out in pairwise(parts):
        tick = learn_tick(parent, window_of(learned), STARTING_RECIPE)
        verdict = gate(
            load_weights(tick.weights), parent=load_weights(parent.weights), held_out=held_out,
            float_logits=run(tick.network, held_out)[0], recipe=STARTING_RECIPE,
        )  # fmt: skip
        decisions.append(verdict.reason or "published")
        heads = zip(verdict.float_auc_ppm, verdict.candidate.heads, strict=True)
        lost += [area - head.auc_ppm for area, head in heads if head.positives >= 200]
        if not verdict.reason:
            parent = Parent(weights=tick.weights, state=tick.state)
    starting = judge(load_weights(starting_weights()), parts[-1])
    return starting, judge(load_weights(parent.weights), parts[-1]), lost, decisions


def digests(count: int) -> set[str]:
    """The digests of two ticks under all SETTINGS, each in a process of its own."""
    found = set()
    for settings in SETTINGS:
        env = {k: v for k, v in os.environ.items()
               if not k.startswith(("OPENBLAS_", "NUMBA_", "NPY_"))}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "tests.drill._learned", str(count)],
            capture_output=True, text=True, check=True, env=env | settings,
        )  # fmt: skip
        found.add(done.stdout.strip())
        print(f"{done.stdout.strip()[:16]}  {settings}", flush=True)
    return found


def speed() -> tuple[float, int]:
    """(processor seconds of a tick of 50,000 examples of 200 viewers, examples learned from)."""
    window = window_of(drawn_examples(50_000, viewers=200))
    recipe = msgspec.structs.replace(STARTING_RECIPE, viewer_examples_max=1000)
    parent = Parent(weights=starting_weights())
    learn_tick(parent, window_of(window.examples[:500]), recipe)
    began = time.process_time()
    tick = learn_tick(parent, window_of(window.examples), recipe)
    return time.process_time() - began, tick.chosen


def mean(values: Sequence[float]) -> float:
    """Their mean."""
    return sum(values) / len(values)


def gained(before: Metrics, after: Metrics) -> list[float]:
    """By how much the areas rose: of finish, like, skip, then the same within viewers."""
    pairs = [(before.heads[h], after.heads[h]) for h in (FINISH, LIKE, SKIP)]
    return [(new.auc_ppm - old.auc_ppm) / 1e6 for old, new in pairs] + [
        (new.gauc_ppm - old.gauc_ppm) / 1e6 for old, new in pairs
    ]


def main() -> int:
    """Learn, compare, time."""
    better, lost, gains = 0, [], []
    for seed in SEEDS:
        before, after, seed_lost, decisions = in_world(seed)
        print(f"seed {seed}  start  {told(before)}")
        print(f"         last   {told(after)}")
        print(f"         {after.examples} held out; gate: {', '.join(decisions)}", flush=True)
        better += after.loss_q24 < before.loss_q24
        lost += seed_lost
        gains.append(gained(before, after))
    means = " ".join(f"{mean(column):+.3f}" for column in zip(*gains, strict=True))
    print(f"mean gain      AUC of finish, like, skip, then GAUC: {means}")
    print(
        f"integers cost  {mean(lost) / 1e6:+.5f} AUC on average over {len(lost)} heads of 200 "
        f"positives, at most {max(lost) / 1e6:+.5f}"
    )
    seen = digests(2000)
    print(f"one digest     {len(seen) == 1} over {len(SETTINGS)} settings")
    seconds, chosen = speed()
    print(
        f"speed          {chosen} examples in {seconds:.2f} s of processor: {chosen / seconds:,.0f}"
        f" a second, commitment, {STARTING_RECIPE.passes} passes and quantiser included;"
        f" load {os.getloadavg()[0]:.1f}"
    )
    is_held = better == len(SEEDS) and max(lost) <= 1000
    return 0 if is_held and seen == {learned_digest(2000)} else 1


if __name__ == "__main__":
    sys.exit(main())
