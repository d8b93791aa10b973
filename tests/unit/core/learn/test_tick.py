"""A tick is a function of its arguments' bytes, bounded, and says when it cannot be."""

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from plainview.core.learn import (
    BadFile,
    BadState,
    TooFewViewers,
    load_weights,
    starting_weights,
)
from plainview.core.learn.judge import judge
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.learn.tick import Parent, Tick, learn_tick, run, tick_seed
from plainview.core.learn.window import Examples, Window, choose, window_of
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import EXACT_BOUND, HEADS
from tests.lessons import drawn_examples

STARTING = Parent(weights=starting_weights())
WINDOW = window_of(drawn_examples(800))


def after(parent: Parent = STARTING, examples: Examples | None = None) -> Tick:
    window = WINDOW if examples is None else window_of(examples)
    return learn_tick(parent, window, STARTING_RECIPE)


FIRST = after()
SECOND = after(Parent(weights=FIRST.weights, state=FIRST.state))


def test_run_again_it_gives_the_same_bytes() -> None:
    """Weights and state of the first tick, and of one that learns on from its state."""
    again = after()
    assert (again.weights, again.state) == (FIRST.weights, FIRST.state)
    second = after(Parent(weights=again.weights, state=again.state))
    assert (second.weights, second.state) == (SECOND.weights, SECOND.state)


def test_it_learns() -> None:
    """On examples drawn by the same rule but not learned from, one tick lowers the loss by a
    quarter and two lower it further; the certificate holds."""
    held_out = drawn_examples(600, seed=2)
    losses = [
        judge(load_weights(data), held_out).loss_q24
        for data in (starting_weights(), FIRST.weights, SECOND.weights)
    ]
    assert losses[1] < losses[0] * 3 // 4
    assert losses[2] < losses[1]
    assert load_weights(SECOND.weights).bound < EXACT_BOUND


def test_weights_edited_by_hand_are_not_what_the_tick_gives() -> None:
    """One bit changed anywhere in a published file: run again, the tick gives another digest."""
    weights = bytearray(FIRST.weights)
    weights[-1000] ^= 1
    assert digest_of(bytes(weights)) != digest_of(after().weights)
    edited = Parent(weights=bytes(weights), state=FIRST.state)
    with pytest.raises((BadState, BadFile)):
        after(edited)


def test_everything_it_is_given_matters() -> None:
    """Another order, one label, the parent's state left out or another recipe: other weights."""
    found = {FIRST.weights, after(examples=WINDOW.examples[::-1].copy()).weights}
    changed = WINDOW.examples.copy()
    changed["labels"][7, 0] ^= 4096
    found.add(after(examples=changed).weights)
    slower = msgspec.structs.replace(STARTING_RECIPE, rate_micro=19_999)
    found.add(learn_tick(STARTING, WINDOW, slower).weights)
    assert len(found) == 4
    assert after(Parent(weights=FIRST.weights)).weights != SECOND.weights


def test_the_seed_hangs_on_the_window() -> None:
    """Nobody knows before the window is closed which examples will count, or in which order."""
    other = window_of(WINDOW.examples[1:])
    seeds = [
        tick_seed(parent=STARTING, window=window, recipe=STARTING_RECIPE)
        for window in (WINDOW, other)
    ]
    assert seeds[0] != seeds[1]
    assert seeds[0] == FIRST.seed


def test_what_counts_is_drawn_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The choice of examples is made with the tick's own seed and with no other."""
    seeds = []

    def chosen(*given: Window, recipe: Recipe, seed: bytes) -> NDArray[np.int64]:
        seeds.append(seed)
        return choose(*given, recipe=recipe, seed=seed)

    monkeypatch.setattr("plainview.core.learn.tick.choose", chosen)
    assert [after().seed] == seeds


def test_the_state_is_that_of_the_weights() -> None:
    """A state belongs to one weights file: with another it is refused."""
    with pytest.raises(BadState, match="the state of weights"):
        after(Parent(weights=SECOND.weights, state=FIRST.state))


def test_a_parent_that_is_no_weights_file_is_refused() -> None:
    """So is a state beside it, whatever that says."""
    with pytest.raises(BadFile):
        after(Parent(weights=b"no weights"))
    with pytest.raises(BadFile):
        after(Parent(weights=b"no weights", state=FIRST.state))


def flooded(count: int) -> Examples:
    """The window, and `count` examples of one more viewer who rejects whatever has feature 0."""
    flood = np.repeat(drawn_examples(1, seed=3), count)
    flood["viewer"] = 200
    flood["features"] = 0
    flood["features"][:, 0] = 127
    flood["labels"] = 0
    flood["labels"][:, HEADS.index("reject")] = 4096
    flood["receipt"][:, :4] = np.arange(count, dtype=np.uint32).view(np.uint8).reshape(count, 4)
    return np.concatenate([WINDOW.examples, flood])


def flooded_by(recipe: Recipe, *counts: int) -> tuple[int, list[Tick], list[int]]:
    """(the loss of everybody else without a flood, ticks with floods of `counts`, their losses)."""
    held_out = drawn_examples(300, seed=2)
    made = [learn_tick(STARTING, window_of(flooded(count)), recipe) for count in counts]
    quiet = learn_tick(STARTING, WINDOW, recipe)
    losses = [judge(load_weights(tick.weights), held_out).loss_q24 for tick in (quiet, *made)]
    return losses[0], made, losses[1:]


def test_a_flood_moves_no_more_than_its_share() -> None:
    """100,000 events of one viewer teach as many examples, and as much, as 32 do where the recipe
    takes so many: what the network says of everybody else is worse by 3 % at most."""
    capped = msgspec.structs.replace(STARTING_RECIPE, viewer_examples_max=32)
    quiet, (some, many), (by_some, by_many) = flooded_by(capped, 64, 100_000)
    assert some.chosen == many.chosen == len(WINDOW.examples) + 32
    assert by_many < quiet * 103 // 100
    assert abs(by_many - by_some) < quiet // 50


def test_a_flood_stays_within_the_share_of_the_starting_recipe() -> None:
    """There a viewer may be a tenth of a tick: 100,000 events make everybody else's loss worse by a
    tenth at most, and by less than a quarter of what 5,000 do where nothing caps them."""
    quiet, (many,), (by_many,) = flooded_by(STARTING_RECIPE, 100_000)
    assert (many.chosen - len(WINDOW.examples)) * 10 <= many.chosen
    assert by_many - quiet < quiet // 10
    open_to_all = msgspec.structs.replace(
        STARTING_RECIPE, viewer_examples_max=10_000, viewer_share_milli=1000
    )
    unflooded, (drowned,), (by_all,) = flooded_by(open_to_all, 5_000)
    assert drowned.chosen == len(WINDOW.examples) + 5_000
    assert 4 * (by_many - quiet) < by_all - unflooded


def test_too_few_viewers_make_no_tick() -> None:
    """A window of one viewer, however long, teaches nothing."""
    with pytest.raises(TooFewViewers):
        after(examples=flooded(5000)[800:])


def test_the_float_network_is_what_was_quantised() -> None:
    """The network a tick hands on for judging is the one in its state file."""
    again = after(Parent(weights=FIRST.weights, state=FIRST.state))
    logits, _ = run(SECOND.network, WINDOW.examples)
    assert logits.tobytes() == run(again.network, WINDOW.examples)[0].tobytes()
    assert np.isfinite(logits).all()
