"""The record of a tick: canonical, complete, and bound to everything it names."""

import msgspec

from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.gate import Verdict, gate
from plainview.core.learn.lineage import DROPPED_MAX, Dropped, lineage_record
from plainview.core.learn.recipe import STARTING_RECIPE, recipe_digest
from plainview.core.learn.tick import Parent, learn_tick, run
from plainview.core.learn.window import window_of
from plainview.core.terms.canonical import canonical_json, parse_canonical
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import HEADS
from tests.lessons import drawn_examples

PARENT = Parent(weights=starting_weights())
WINDOW = window_of(drawn_examples(500))
HELD_OUT = window_of(drawn_examples(300, seed=2))
TICK = learn_tick(PARENT, WINDOW, STARTING_RECIPE)
VERDICT = gate(
    load_weights(TICK.weights),
    parent=load_weights(PARENT.weights),
    held_out=HELD_OUT.examples,
    float_logits=run(TICK.network, HELD_OUT.examples)[0],
    recipe=STARTING_RECIPE,
)


def record(verdict: Verdict = VERDICT, dropped: tuple[Dropped, ...] = ()) -> bytes:
    return lineage_record(
        TICK, parent=PARENT, window=WINDOW, held_out=HELD_OUT, recipe=STARTING_RECIPE,
        verdict=verdict, shifts={"mean": 3}, dropped=dropped,
    )  # fmt: skip


def test_a_record_names_all_that_it_takes_to_run_the_tick_again() -> None:
    """Parent, its state, recipe, window and what came out stand in it by digest."""
    fields = parse_canonical(record())
    assert fields["spec"] == "learn-v1"
    assert fields["parent"] == {"weights": digest_of(PARENT.weights), "state": digest_of(b"")}
    assert fields["recipe"] == recipe_digest(STARTING_RECIPE)
    assert fields["window"] == {
        "root": WINDOW.root, "examples": 500, "chosen": TICK.chosen, "viewers": 40,
    }  # fmt: skip
    assert fields["held_out"] == {"root": HELD_OUT.root, "examples": 300}
    assert fields["candidate"] == {
        "weights": digest_of(TICK.weights), "state": digest_of(TICK.state),
    }  # fmt: skip
    assert fields["shifts"] == {"mean": 3}


def test_a_record_holds_the_metrics_of_both() -> None:
    """Every head's figures for parent and candidate, and the float network's areas."""
    metrics = parse_canonical(record())["metrics"]
    assert isinstance(metrics, dict)
    for name, told in (("parent", VERDICT.parent), ("candidate", VERDICT.candidate)):
        side = metrics[name]
        assert isinstance(side, dict)
        heads = side["heads"]
        assert isinstance(heads, dict)
        assert set(heads) == set(HEADS)
        assert heads["finish"] == msgspec.to_builtins(told.heads[0])
        assert side["loss_micro"] == told.loss_q24 * 1_000_000 // (300 << 24)
    assert metrics["float_auc_ppm"] == dict(zip(HEADS, VERDICT.float_auc_ppm, strict=True))


def test_a_dropped_tick_says_why() -> None:
    """Its verdict is 0 with the reason and where; a published one's is 1 with neither."""
    assert parse_canonical(record(msgspec.structs.replace(VERDICT, reason="", detail="")))[
        "verdict"
    ] == {"published": 1, "reason": "", "detail": ""}
    dropped = msgspec.structs.replace(VERDICT, reason="clips", detail="like: 20000 ppm")
    assert parse_canonical(record(dropped))["verdict"] == {
        "published": 0, "reason": "clips", "detail": "like: 20000 ppm",
    }  # fmt: skip


def test_earlier_drops_are_named_and_counted() -> None:
    """Of more than DROPPED_MAX the newest stand in it, and the count says how many there were."""
    drops = tuple(
        Dropped(lineage=digest_of(b"%d" % i), reason="worse") for i in range(DROPPED_MAX + 3)
    )
    told = parse_canonical(record(dropped=drops))["dropped"]
    assert isinstance(told, dict)
    newest = told["newest"]
    assert isinstance(newest, list)
    assert (told["count"], len(newest)) == (DROPPED_MAX + 3, DROPPED_MAX)
    assert newest[-1] == {"lineage": drops[-1].lineage, "reason": "worse"}


def test_a_record_is_canonical_and_made_the_same_again() -> None:
    """Its bytes are the one encoding of its fields."""
    assert canonical_json(parse_canonical(record())) == record()
