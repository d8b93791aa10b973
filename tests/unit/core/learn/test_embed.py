"""Where videos stand is learned from what was watched well before what, and by no other way."""

import json

import msgspec
import numpy as np
import pytest

from plainview.core.learn import BadState, BadWindow, TooFewViewers, load_weights, starting_weights
from plainview.core.learn.composed import composed
from plainview.core.learn.embed import (
    EmbedTick,
    drawn_against,
    embed_tick,
    is_good,
    only,
    watched_well,
)
from plainview.core.learn.embed_gate import (
    PlaceMetrics,
    embed_fields,
    moved,
    place_gate,
    place_metrics,
)
from plainview.core.learn.gate import gate
from plainview.core.learn.lineage import lineage_record
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe, encode_recipe
from plainview.core.learn.tick import Parent, float_places, learn_tick, run
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples, choose, window_of
from plainview.core.terms.weights import HEADS, Places
from tests.embed_reference import EmbedReference, exp
from tests.embed_worlds import drawn_catalogue, drawn_histories
from tests.lessons import drawn_examples

KNOWN = drawn_catalogue(240)
SHOWN = drawn_histories(KNOWN, 9000)
STARTING = Parent(weights=starting_weights())
PAST, WINDOW, LATER = SHOWN[:600], SHOWN[600:6600], SHOWN[6600:]


def recipe(**changes: int) -> Recipe:
    return msgspec.structs.replace(
        STARTING_RECIPE,
        viewer_examples_max=1000,
        embeddings=msgspec.structs.replace(STARTING_RECIPE.embeddings, **changes),
    )


def tick(
    parent: Parent = STARTING, examples: Examples = WINDOW, *, known: Places = KNOWN, **changes: int
) -> EmbedTick:
    return embed_tick(
        parent, known=known, history=window_of(PAST), window=window_of(examples),
        recipe=recipe(**changes),
    )  # fmt: skip


TICK = tick()


def judged(places: Places) -> PlaceMetrics:
    before = np.concatenate([PAST, WINDOW])
    return place_metrics(places, before=before, held_out=LATER, recipe=recipe(), seed=b"judge")


def test_the_reference_gives_the_same_table() -> None:
    """A tick written again from the specification, in plain steps, gives every component."""
    history, window = SHOWN[:60], SHOWN[60:260]
    how = recipe(negatives=5, context_max=3, passes=2)
    made = embed_tick(
        STARTING, known=KNOWN, history=window_of(history), window=window_of(window), recipe=how
    )
    known = dict(zip(KNOWN.ids.tolist(), KNOWN.table.tolist(), strict=True))
    again = EmbedReference(STARTING.weights, known, history, window, encode_recipe(how))
    assert made.places is not None
    assert made.seed == again.seed
    assert made.targets == len(again.targets) > 60
    table = dict(zip(made.places.ids.tolist(), made.places.table.tolist(), strict=True))
    assert table == again.table()


def test_the_exponential_is_that_of_the_specification() -> None:
    """The reference's own exp is near the true one, so that agreeing with it says something."""
    for x in (-3.0, -0.1, 0.0):
        assert abs(float(exp(np.float32(x))) - float(np.exp(x))) < 1e-6


def test_learned_places_tell_the_next_good_watch_better_than_content() -> None:
    """In a world whose moods no caption names, on watches nobody learned from, one tick puts the
    next good watch before 4 % more of the videos drawn against it, a second before more yet."""
    places = TICK.places
    assert places is not None
    first, second = judged(KNOWN), judged(moved(KNOWN, places))
    assert second.order_ppm > first.order_ppm + 40_000
    assert second.hits_ppm > first.hits_ppm * 5 // 4
    parent = published(TICK)
    later = tick(parent, known=moved(KNOWN, places))
    assert judged(moved(KNOWN, later.places)).order_ppm > second.order_ppm + 20_000


def published(made: EmbedTick) -> Parent:
    """The parent that a tick of drawn examples and `made` become."""
    how = recipe()
    both = composed(
        learn_tick(STARTING, window_of(drawn_examples(800)), how), made, known=KNOWN, recipe=how
    )
    return Parent(weights=both.weights, state=both.state)


def test_no_component_moves_further_than_the_recipe_lets_it() -> None:
    """The largest step is `step_max` of int8, and what did not move stands where it stood."""
    places = TICK.places
    assert places is not None
    before = KNOWN.table[np.searchsorted(KNOWN.ids, places.ids)].astype(int)
    assert np.abs(places.table - before).max() == STARTING_RECIPE.embeddings.step_max
    assert (places.table != before).any(axis=1).all()
    free = tick(step_max=127, rate_micro=40_000)
    assert free.places is not None
    assert np.abs(free.places.table - before).max() > 2 * STARTING_RECIPE.embeddings.step_max


def test_good_watches_by_hand() -> None:
    """Finished or praised is good; skipped or rejected is not, though it was liked."""
    held = (("finish",), ("like",), ("long",), ("finish", "reject"), ("skip", "share"), ())
    examples = np.zeros(len(held), dtype=EXAMPLE)
    for i, names in enumerate(held):
        for name in names:
            examples["labels"][i, HEADS.index(name)] = LABEL_ONE
    assert is_good(examples).tolist() == [True, True, False, False, False, False]


def showing(viewer: int, video: int, *, is_liked: bool = True) -> Examples:
    one = np.zeros(1, dtype=EXAMPLE)
    one["viewer"][0, 0], one["video"], one["length_ms"] = viewer, video, 9
    one["labels"][0, HEADS.index("finish" if is_liked else "skip")] = LABEL_ONE
    return one


def test_contexts_by_hand() -> None:
    """Newest first, of the same viewer, from the history too, of good watches alone; the first good
    watch of a viewer has none and teaches nothing."""
    history = np.concatenate([showing(1, 50), showing(1, 60, is_liked=False)])
    window = np.concatenate(
        [showing(2, 70), showing(1, 80), showing(2, 50, is_liked=False), showing(1, 70)]
    )
    watched = watched_well(history, window, context_max=4)
    assert watched.ids.tolist() == [50, 70, 80]
    assert watched.ids[watched.targets].tolist() == [80, 70]
    assert watched.contexts.tolist() == [[0, -1, -1, -1], [2, 0, -1, -1]]
    assert watched.examples.tolist() == [1, 3]


def test_what_is_drawn_against_is_drawn_as_often_as_it_is_watched() -> None:
    """Of targets 3, 3, 3, 5 three in four draws are 3; one's own video stands as none."""
    drawn = drawn_against(np.array([3, 3, 3, 5]), count=4000, seed=b"x", name="y")
    assert drawn[:, 0].tolist() == [3, 3, 3, 5]
    assert set(drawn[0, 1:].tolist()) == {-1, 5}
    assert abs((drawn[3, 1:] == 3).mean() - 0.75) < 0.03


def test_everything_it_is_given_matters() -> None:
    """Another order, other history, another start of one video or another recipe: another table,
    and the same again: the same."""
    assert tick().places is not None
    tables = {TICK.places.table.tobytes()} if TICK.places else set()
    bent = KNOWN.table.copy()
    bent[7, 7] += 1
    others = (
        tick(examples=WINDOW[::-1].copy()),
        tick(known=Places(ids=KNOWN.ids, table=bent)),
        tick(rate_micro=9_999),
        embed_tick(
            STARTING, known=KNOWN, history=window_of(PAST[:300]), window=window_of(WINDOW),
            recipe=recipe(),
        ),
    )  # fmt: skip
    for other in others:
        assert other.places is not None
        tables.add(other.places.table.tobytes())
    assert len(tables) == 5
    again = tick()
    assert again.places is not None
    assert again.places.table.tobytes() in tables
    assert again.seed == TICK.seed


def test_a_flood_counts_as_one_viewer() -> None:
    """20,000 good watches of one viewer are as many targets as any other viewer may have."""
    flood = np.repeat(showing(7, int(KNOWN.ids[3])), 20_000)
    flood["video"][::2] = KNOWN.ids[5]
    flood["receipt"][:, :4] = np.arange(20_000, dtype=np.uint32).view(np.uint8).reshape(-1, 4)
    how = msgspec.structs.replace(recipe(), viewer_examples_max=64)
    window = window_of(np.concatenate([WINDOW, flood]))
    made = embed_tick(STARTING, known=KNOWN, history=window_of(PAST), window=window, recipe=how)
    counted = only(
        watched_well(PAST, window.examples, context_max=12),
        choose(window, recipe=how, seed=made.seed),
    )
    assert len(counted.targets) == made.targets
    assert (window.examples["viewer"][counted.examples, 0] == 7).sum() == 64
    with pytest.raises(TooFewViewers):
        embed_tick(
            STARTING, known=KNOWN, history=window_of(PAST), window=window_of(flood), recipe=how
        )


def test_a_video_that_stands_nowhere_is_a_fault_of_whoever_gathered() -> None:
    """A window with a video of which no place is given is refused."""
    with pytest.raises(BadWindow, match="not among those"):
        tick(known=Places(ids=KNOWN.ids[:50], table=KNOWN.table[:50]))


def test_nothing_watched_well_moves_nothing() -> None:
    """Without targets the table is the parent's, and so is its state."""
    skipped = WINDOW.copy()
    skipped["labels"] = 0
    made = tick(published(TICK), skipped)
    assert (made.targets, made.moved) == (0, 0)
    assert made.places is not None
    assert TICK.places is not None
    assert made.places.table.tobytes() == TICK.places.table.tobytes()


def test_both_ticks_become_one_file() -> None:
    """The published file has the network of the one and the table of the other, its state belongs
    to it, and a tick of the network alone hands the table on."""
    parent = published(TICK)
    weights = load_weights(parent.weights)
    assert weights.places is not None
    assert TICK.places is not None
    assert weights.places.table.tobytes() == TICK.places.table.tobytes()
    assert weights.centroids is None
    held = float_places(parent)
    assert held is not None
    assert held.ids.tolist() == weights.places.ids.tolist()
    assert np.abs(np.floor(held.place * 256 + np.float32(0.5)) - weights.places.table).max() == 0
    after = learn_tick(parent, window_of(drawn_examples(800, seed=2)), recipe())
    handed_on = load_weights(after.weights).places
    assert handed_on is not None
    assert handed_on.table.tobytes() == weights.places.table.tobytes()
    kept = float_places(Parent(weights=after.weights, state=after.state))
    assert kept is not None
    assert kept.place.tobytes() == held.place.tobytes()
    with pytest.raises(BadState):
        float_places(Parent(weights=after.weights, state=parent.state))


def test_a_large_catalogue_gets_lists() -> None:
    """From `lists_from` rows on the file has centroids, the same ones again, and how many are
    looked into; below it has none."""
    how = recipe(lists_from=240, lists=10, probes=3)
    network = learn_tick(STARTING, window_of(drawn_examples(800)), how)
    files = [composed(network, TICK, known=KNOWN, recipe=how).weights for _ in range(2)]
    assert files[0] == files[1]
    centroids = load_weights(files[0]).centroids
    assert centroids is not None
    assert (centroids.table.shape, centroids.probes) == ((10, 64), 3)
    fewer = msgspec.structs.replace(how, embeddings=msgspec.structs.replace(
        how.embeddings, lists_from=241))  # fmt: skip
    assert (
        load_weights(composed(network, TICK, known=KNOWN, recipe=fewer).weights).centroids is None
    )


def gated(made: EmbedTick, held_out: Examples = LATER, **changes: int) -> str:
    before = np.concatenate([PAST, WINDOW])
    return place_gate(
        made, known=KNOWN, before=before, held_out=held_out, recipe=recipe(**changes)
    ).reason


def test_the_gate_lets_a_better_table_through() -> None:
    """What learned from honest watches is published."""
    assert gated(TICK) == ""


def test_the_gate_drops_a_worse_table() -> None:
    """Under a parent that learned, a table with every video in another's place tells less."""
    known = moved(KNOWN, TICK.places)
    mixed = Places(ids=KNOWN.ids, table=np.roll(known.table, 1, axis=0))
    before = np.concatenate([PAST, WINDOW])
    found = place_gate(
        msgspec.structs.replace(TICK, places=mixed), known=known, before=before, held_out=LATER,
        recipe=recipe(),
    )  # fmt: skip
    assert found.reason == "places_worse"
    assert found.candidate.order_ppm < found.parent.order_ppm


def test_the_gate_drops_a_table_that_int8_cuts_off() -> None:
    """Places that crowd into few coordinates do not fit the scale, and are not published."""
    spiked = np.zeros_like(KNOWN.table)
    spiked[np.arange(240), np.arange(240) % 64] = 127
    made = tick(known=Places(ids=KNOWN.ids, table=spiked))
    assert made.saturated_ppm > STARTING_RECIPE.embeddings.saturated_ppm_max
    assert gated(made) == "saturates"


def test_the_gate_does_not_guess() -> None:
    """With fewer good watches held out than the recipe asks for nothing is published."""
    before = np.concatenate([PAST, WINDOW])
    targets = len(watched_well(before, LATER[:100], context_max=12).targets)
    assert gated(TICK, LATER[:100], held_out_min=targets) == ""
    assert gated(TICK, LATER[:100], held_out_min=targets + 1) == "places_held_out_small"


def test_metrics_by_hand() -> None:
    """Two videos in the direction of the context and one across: a target that lies in it comes
    before all that lie across, and ties with its own kind."""
    table = np.zeros((3, 64), dtype=np.int8)
    table[:2, 0], table[2, 1] = 100, 100
    known = Places(ids=np.array([1, 2, 3], dtype=np.uint64), table=table)
    held_out = np.concatenate([showing(1, 1), showing(1, 2), showing(2, 1), showing(2, 3)])
    found = place_metrics(
        known, before=held_out[:0], held_out=held_out, recipe=recipe(), seed=b"hand"
    )
    # Video 2 is before all draws of 3; video 3, told from draws of 2, comes behind all of them.
    drawn = drawn_against(np.array([1, 2]), count=99, seed=b"hand", name="held out")
    mine, theirs = ((drawn[i, 1:] >= 0).sum() for i in (0, 1))
    assert found.targets == 2
    assert found.order_ppm == int(mine) * 1_000_000 // int(mine + theirs)
    assert found.hits_ppm == 500_000


def test_the_record_says_what_moved_and_why() -> None:
    """A lineage record holds what an embedding tick came from and how it was judged, and is what it
    was before where none was made."""
    how, window = recipe(), window_of(drawn_examples(800))
    made = learn_tick(STARTING, window, how)
    judged_by = gate(
        load_weights(made.weights), parent=load_weights(STARTING.weights),
        held_out=drawn_examples(300, seed=2),
        float_logits=run(made.network, drawn_examples(300, seed=2))[0], recipe=how,
    )  # fmt: skip
    before = np.concatenate([PAST, WINDOW])
    verdict = place_gate(TICK, known=KNOWN, before=before, held_out=LATER, recipe=how)
    said = embed_fields(TICK, history=window_of(PAST), verdict=verdict)
    records = [
        json.loads(
            lineage_record(
                made, parent=STARTING, window=window, held_out=window, recipe=how,
                verdict=judged_by, shifts={}, embeddings=fields,
            )
        )
        for fields in (None, said)
    ]  # fmt: skip
    told = records[1].pop("embeddings")
    assert records[0] == records[1]
    assert told["history"] == {"root": window_of(PAST).root, "examples": 600}
    assert told["verdict"] == {"published": 1, "reason": ""}
    assert told["moved"] == 240
    assert told["metrics"]["candidate"]["order_ppm"] > told["metrics"]["parent"]["order_ppm"]
