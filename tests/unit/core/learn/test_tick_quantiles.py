"""Ticks that learn quantiles of watch time, from parents of either kind."""

from typing import Any

import msgspec
import numpy as np
import pytest
from safetensors.numpy import load

from plainview.core.feed.rank import watch_seconds
from plainview.core.learn import BadRecipe, load_weights, starting_weights
from plainview.core.learn.gate import Verdict, gate
from plainview.core.learn.judge import auc_ppm, judge, judged_labels, outputs, predictions
from plainview.core.learn.lineage import lineage_record
from plainview.core.learn.places import places_of
from plainview.core.learn.recipe import QUANTILE, STARTING_RECIPE, Recipe
from plainview.core.learn.tick import Parent, Tick, learn_tick, run
from plainview.core.learn.watch_labels import watch_ms
from plainview.core.learn.weights_file import with_places
from plainview.core.learn.window import LABEL_ONE, window_of
from plainview.core.terms.canonical import parse_canonical
from plainview.core.terms.weights import EXACT_BOUND, HEADS, SERVING, Weights
from tests.lessons import timed_examples

WATCH = HEADS.index("watch")
STARTING = Parent(weights=starting_weights())
WINDOW = window_of(timed_examples(1500))
NEXT = window_of(timed_examples(1500, seed=2))
HELD_OUT = timed_examples(600, seed=3)
SHARES = msgspec.structs.replace(STARTING_RECIPE, passes=1, rate_micro=20_000)
QUANTILES = msgspec.structs.replace(SHARES, watch=QUANTILE, name="quantiles-1")
OTHER_BOUNDS = msgspec.structs.replace(QUANTILES, watch_bounds_ms=(15_000, 40_000))


def on_from(tick: Tick) -> Parent:
    return Parent(weights=tick.weights, state=tick.state)


def loaded(tick: Tick) -> Weights:
    return load_weights(tick.weights)


FIRST = learn_tick(STARTING, WINDOW, QUANTILES)
SECOND = learn_tick(on_from(FIRST), NEXT, QUANTILES)
SHARED = learn_tick(STARTING, WINDOW, SHARES)


def gated(tick: Tick, parent: Parent, recipe: Recipe) -> Verdict:
    return gate(
        loaded(tick), parent=load_weights(parent.weights), held_out=HELD_OUT,
        float_logits=run(tick.network, HELD_OUT)[0], recipe=recipe,
    )  # fmt: skip


def head_of(tick: Tick) -> tuple[Any, Any]:
    """What the float network's head `watch` is made of."""
    state = load(tick.state)
    return state["layer1.weight"][:, WATCH], state["layer1.bias"][WATCH]


def test_run_again_it_gives_the_same_bytes() -> None:
    """Weights, table and all, and state; of the first tick, and of the one that learns on."""
    again = learn_tick(STARTING, WINDOW, QUANTILES)
    assert (again.weights, again.state) == (FIRST.weights, FIRST.state)
    second = learn_tick(on_from(again), NEXT, QUANTILES)
    assert (second.weights, second.state) == (SECOND.weights, SECOND.state)
    assert loaded(SECOND).bound < EXACT_BOUND


def test_quantiles_bring_a_table_and_shares_bring_none() -> None:
    """Of the recipe's buckets and steps; a tick of shares writes none, whatever its parent has."""
    times = loaded(FIRST).watch_times
    assert times is not None
    assert times.bounds.tolist() == list(QUANTILES.watch_bounds_ms)
    assert times.ms.shape == (len(QUANTILES.watch_bounds_ms) + 1, QUANTILES.watch_steps + 1)
    assert loaded(SHARED).watch_times is None
    assert loaded(learn_tick(on_from(FIRST), NEXT, SHARES)).watch_times is None


def test_what_it_says_is_the_median() -> None:
    """On examples it has not learned from, half of all watches are shorter than was said, give or
    take a tenth, of short videos and of long ones; and it knows longer from shorter."""
    weights = loaded(SECOND)
    length_ms, ms = HELD_OUT["length_ms"].astype(np.int64), watch_ms(HELD_OUT, schema=SERVING)
    predicted = predictions(weights, outputs(weights, HELD_OUT["features"]))[:, WATCH]
    said = watch_seconds(predicted, length_ms, times=weights.watch_times) * 1000 >> 24
    for is_like in (length_ms < 25_000, length_ms > 60_000):
        assert 0.4 < (ms < said)[is_like].mean() < 0.6
        assert np.corrcoef(ms[is_like], said[is_like])[0, 1] > 0.3
    by_length = judge(weights, HELD_OUT).times_off_ms
    flat = np.abs(ms - np.median(ms)).mean()
    assert by_length < flat * 3 / 4


def test_a_head_of_another_kind_begins_anew() -> None:
    """From a parent of shares and to one of shares `watch` forgets what it said; of the same kind,
    whatever the bounds, it goes on. The other heads always go on."""
    still = {"head_weights_milli": (0,) * len(HEADS)}  # nothing is learned: what it began with
    to_quantiles = learn_tick(on_from(SHARED), NEXT, msgspec.structs.replace(QUANTILES, **still))
    to_shares = learn_tick(on_from(FIRST), NEXT, msgspec.structs.replace(SHARES, **still))
    for tick, before in ((to_quantiles, SHARED), (to_shares, FIRST)):
        weight, bias = head_of(tick)
        assert not weight.any()
        assert bias == 0
        seen = load(tick.state)
        assert not seen["layer1.weight_seen"][:, WATCH].any()
        assert not seen["layer1.bias_seen"][WATCH]
        old, new = load(before.state)["layer1.weight"], seen["layer1.weight"]
        assert np.array_equal(new[:, :WATCH], old[:, :WATCH])
    for recipe in (QUANTILES, OTHER_BOUNDS):
        weight, bias = head_of(
            learn_tick(on_from(FIRST), NEXT, msgspec.structs.replace(recipe, **still))
        )
        assert np.array_equal(weight, head_of(FIRST)[0])
        assert bias == head_of(FIRST)[1]


def test_draws_begin_anew_in_any_case() -> None:
    """Under `draws` nothing of the parent counts, its watch times neither."""
    drawn = msgspec.structs.replace(QUANTILES, begin="draws")
    tick = learn_tick(on_from(SHARED), NEXT, drawn)
    assert loaded(tick).watch_times is not None


def test_the_gate_lets_quantiles_in_and_out() -> None:
    """A tick from shares to quantiles, one on from there, one to other bounds, and one back to
    shares each pass; told of both sides is what each answers."""
    for tick, parent, recipe in (
        (FIRST, STARTING, QUANTILES),
        (SECOND, on_from(FIRST), QUANTILES),
        (learn_tick(on_from(FIRST), NEXT, OTHER_BOUNDS), on_from(FIRST), OTHER_BOUNDS),
        (learn_tick(on_from(FIRST), NEXT, SHARES), on_from(FIRST), SHARES),
    ):
        verdict = gated(tick, parent, recipe)
        assert verdict.reason == "", verdict.detail
        is_more = judged_labels(loaded(tick), HELD_OUT)[:, WATCH] >= LABEL_ONE // 2
        logits = run(tick.network, HELD_OUT)[0][:, WATCH]
        assert verdict.float_auc_ppm[WATCH] == auc_ppm(logits, is_more)
        sides = (load_weights(parent.weights), verdict.parent), (loaded(tick), verdict.candidate)
        for weights, told in sides:
            assert (told.times_off_ms >= 0) == (weights.watch_times is not None)


def test_a_table_that_says_too_much_is_dropped() -> None:
    """The same network under a table of twice the times is dropped for it, and for nothing else."""
    weights = loaded(SECOND)
    assert weights.watch_times is not None
    twice = msgspec.structs.replace(weights.watch_times, ms=weights.watch_times.ms * 2)
    verdict = gate(
        msgspec.structs.replace(weights, watch_times=twice), parent=loaded(FIRST),
        held_out=HELD_OUT, float_logits=run(SECOND.network, HELD_OUT)[0], recipe=QUANTILES,
    )  # fmt: skip
    assert verdict.reason == "times_worse"
    assert verdict.detail.endswith(" ms")


def test_the_record_tells_how_far_off() -> None:
    """Of the side that has watch times, and nothing of the one that has none."""
    record = lineage_record(
        FIRST, parent=STARTING, window=WINDOW, held_out=window_of(HELD_OUT), recipe=QUANTILES,
        verdict=gated(FIRST, STARTING, QUANTILES), shifts={},
    )  # fmt: skip
    metrics: Any = parse_canonical(record)["metrics"]
    assert "times_off_ms" not in metrics["parent"]
    assert metrics["candidate"]["times_off_ms"] == judge(loaded(FIRST), HELD_OUT).times_off_ms


def test_moved_videos_leave_the_table() -> None:
    """A file that gets other places keeps its watch times."""
    places = places_of(np.array([7], dtype=np.uint64), np.ones((1, 64), dtype=np.int8))
    moved = load_weights(with_places(FIRST.weights, places=places, centroids=None))
    times = loaded(FIRST).watch_times
    assert moved.watch_times is not None
    assert times is not None
    assert np.array_equal(moved.watch_times.ms, times.ms)


def test_a_recipe_out_of_bounds_makes_no_tick() -> None:
    """Bounds that do not rise are refused before anything is learned."""
    with pytest.raises(BadRecipe, match="watch_bounds_ms"):
        learn_tick(STARTING, WINDOW, msgspec.structs.replace(QUANTILES, watch_bounds_ms=(2, 1)))
