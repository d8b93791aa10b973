"""Weights that an honest world learned from drawn examples, published with their lineage."""

import msgspec

from plainview.core.catalogue import parse_header
from plainview.core.history import WeightsPublished
from plainview.core.learn import load_weights
from plainview.core.learn.gate import gate
from plainview.core.learn.lineage import lineage_record
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe
from plainview.core.learn.tick import Parent, Tick, learn_tick, run
from plainview.core.learn.window import window_of
from plainview.core.lessons import shifts_fields, value_shifts
from plainview.core.terms.canonical import Canonical, canonical_json, parse_canonical
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from tests.honest_world import HonestWorld
from tests.lessons import drawn_examples

RECIPE = msgspec.structs.replace(STARTING_RECIPE, name="drawn-1", hidden=(24,), passes=1)


def made_from(world: HonestWorld, parent: Parent, *, seed: int = 1) -> tuple[Tick, bytes]:
    """A tick on `parent`, and its record as this world would publish it."""
    window = window_of(drawn_examples(600, seed=seed))
    held_out = window_of(drawn_examples(300, seed=seed + 100))
    tick = learn_tick(parent, window, RECIPE)
    old, new = load_weights(parent.weights), load_weights(tick.weights)
    logits = run(tick.network, held_out.examples)[0]
    verdict = gate(new, parent=old, held_out=held_out.examples, float_logits=logits, recipe=RECIPE)
    index, policy = world.pocket.index, world.pocket.policies["for-you"]
    record = lineage_record(
        tick, parent=parent, window=window, held_out=held_out, recipe=RECIPE,
        verdict=msgspec.structs.replace(verdict, reason="", detail=""),
        shifts=shifts_fields(
            value_shifts(old, new, index=index, policy=policy), index=index, policy=policy
        ),
    )  # fmt: skip
    assert verdict.reason in ("", "quantised"), verdict.reason
    return tick, record


def publish(world: HonestWorld, tick: Tick, record: bytes, **changes: str) -> WeightsPublished:
    """Log what a tick made, with its files; `changes` are the entry's."""
    for data in (tick.weights, tick.state, record, encode_recipe(RECIPE)):
        world.objects[digest_of(data)] = data
    fields = {
        "digest": digest_of(tick.weights), "parent": digest_of(world.pocket.weights_bytes),
        "recipe": RECIPE.name, "origin": "learned", "lineage": digest_of(record), **changes,
    }  # fmt: skip
    entry = WeightsPublished(at_ms=world.now_ms, **fields)  # type: ignore[arg-type]
    world.log(entry)
    world.pocket.publish_weights(tick.weights)
    world.freeze()
    assert (
        parse_header(world.pocket.epochs[max(world.pocket.epochs)].header).weights == entry.digest
    )
    return entry


def learned_world(*, ticks: int = 2) -> tuple[HonestWorld, list[Tick], list[Digest]]:
    """A world that published `ticks` ticks; they and the digests of their records."""
    world, made, records = HonestWorld(videos=40).live(slates=2), [], []
    parent = Parent(weights=world.pocket.weights_bytes)
    for seed in range(1, ticks + 1):
        tick, record = made_from(world, parent, seed=seed)
        publish(world, tick, record)
        made.append(tick)
        records.append(digest_of(record))
        parent = Parent(weights=tick.weights, state=tick.state)
    return world, made, records


def changed(record: bytes, **changes: Canonical) -> bytes:
    """The record with other fields; of a dict those named in it alone."""
    fields = dict(parse_canonical(record))
    for name, value in changes.items():
        before = fields[name]
        fields[name] = (
            {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
        )
    return canonical_json(fields)
