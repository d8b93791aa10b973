"""What the check says of where weights come from."""

from collections.abc import Callable

import msgspec
import pytest

from plainview.audit.check.check import Wanted, check
from plainview.audit.check.findings import Report
from plainview.core.history import WeightsPublished
from plainview.core.learn.lineage_file import Files, RestoredLineage, encode_restored
from plainview.core.learn.recipe import encode_recipe
from plainview.core.learn.tick import Parent
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from tests.honest_world import HonestWorld
from tests.learned_world import RECIPE, changed, learned_world, made_from, publish

NOBODY = "7" * 64


def checked(world: HonestWorld) -> Report:
    report, _ = check(world, name="here", wanted=Wanted(seed=7))
    return report


def rules(world: HonestWorld) -> list[tuple[str, str]]:
    """(rule, words) of what is found."""
    return [(found.rule, found.words) for found in checked(world).findings]


class Learned(msgspec.Struct, frozen=True):
    """Digests of one publication."""

    weights: str
    state: str
    lineage: str


def two() -> tuple[HonestWorld, list[Learned]]:
    """A world that learned twice, and what it published."""
    world, ticks, records = learned_world(ticks=2)
    pairs = zip(ticks, records, strict=True)
    return world, [Learned(digest_of(t.weights), digest_of(t.state), r) for t, r in pairs]


def restored(world: HonestWorld, made: list[Learned], **changes: object) -> None:
    """The first of two put back, with a document; `changes` are its fields."""
    first, second = made
    told = {
        "parent": files(second), "candidate": files(first), "lineage": first.lineage,
        "reason": "fault", **changes,
    }  # fmt: skip
    document = encode_restored(RestoredLineage(**told))  # type: ignore[arg-type]
    world.objects[digest_of(document)] = document
    world.log(
        WeightsPublished(
            at_ms=world.now_ms, digest=first.weights, parent=second.weights, recipe=RECIPE.name,
            origin="restored", lineage=digest_of(document),
        )
    )  # fmt: skip


def files(made: Learned, *, state: str = "") -> Files:
    return Files(weights=Digest(made.weights), state=Digest(state or made.state))


def test_lawful_lineages_hold() -> None:
    """Two ticks and a return to the first: three documents, each as it must be."""
    world, made = two()
    restored(world, made)
    report = checked(world)
    assert report.findings == ()
    assert report.counts["lineages of weights checked"] == 3
    assert any("3 lineages of weights were held" in one.words for one in report.sections)


LIES: dict[str, tuple[dict[str, object], str]] = {
    "other weights": ({"candidate": {"weights": NOBODY}}, "it is of other weights"),
    "another parent": ({"parent": {"weights": NOBODY}}, "another parent than the log"),
    "another state": ({"parent": {"state": NOBODY}}, "another state of its parent"),
    "dropped": ({"verdict": {"published": 0, "reason": "worse"}}, "dropped, not published"),
    "worse": ({"metrics": {"parent": {"loss_micro": 1}}}, "worse than their parent"),
    "no such epoch": ({"shifts": {"epoch": 99}}, "not logged so"),
    "another epoch": ({"shifts": {"root": NOBODY}}, "not logged so"),
    "another policy": ({"shifts": {"policy": NOBODY}}, "policy that was never offered"),
    "of another type": ({"type": "story"}, "no such document"),
    "without a window": ({"window": []}, "no such document"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lineage_that_says_otherwise_is_found(name: str) -> None:
    """Each field that the log speaks of is held against it, and the words say which differs."""
    world = HonestWorld(videos=40).live(slates=2)
    tick, record = made_from(world, Parent(weights=world.pocket.weights_bytes))
    changes, words = LIES[name]
    publish(world, tick, changed(record, **changes))  # type: ignore[arg-type]
    (found,) = rules(world)
    assert found[0] == "lineage_differs"
    assert words in found[1]


def test_a_recipe_of_another_name_is_found() -> None:
    """The log's name for the recipe must be the recipe's own."""
    world = HonestWorld(videos=40).live(slates=2)
    tick, record = made_from(world, Parent(weights=world.pocket.weights_bytes))
    publish(world, tick, record, recipe="another")
    assert "is called 'drawn-1'" in rules(world)[0][1]


def test_a_state_of_other_weights_is_found() -> None:
    """The state that a lineage names must be that of its weights."""
    world = HonestWorld(videos=40).live(slates=2)
    tick, record = made_from(world, Parent(weights=world.pocket.weights_bytes))
    other, _ = made_from(world, Parent(weights=world.pocket.weights_bytes), seed=5)
    world.objects[digest_of(other.state)] = other.state
    publish(world, tick, changed(record, candidate={"state": digest_of(other.state)}))
    assert "its state is not that of weights" in rules(world)[0][1]


@pytest.mark.parametrize("which", ["recipe", "state", "record"])
def test_a_file_that_a_lineage_names_must_be_had(which: str) -> None:
    """Recipe, state and record are asked for by their hashes; one that is not shown is withheld."""
    world, (tick,), (record,) = learned_world(ticks=1)
    files = {
        "recipe": digest_of(encode_recipe(RECIPE)), "state": digest_of(tick.state),
        "record": record,
    }  # fmt: skip
    del world.objects[files[which]]
    assert [rule for rule, _ in rules(world)] == ["object_withheld"]


RETURNS: dict[str, tuple[Callable[[list[Learned]], dict[str, object]], str]] = {
    "of other weights": (lambda made: {"candidate": files(made[1])}, "it is of other weights"),
    "with another state": (
        lambda made: {"candidate": files(made[0], state=NOBODY)},
        "another state than the restored",
    ),
    "with another lineage": (
        lambda made: {"lineage": made[1].lineage},
        "another lineage than the restored",
    ),
    "from another parent": (
        lambda made: {"parent": files(made[0])},
        "another parent than the log",
    ),
}


@pytest.mark.parametrize("name", RETURNS)
def test_a_return_that_says_otherwise_is_found(name: str) -> None:
    """The document of a return names what was put back and in whose place."""
    world, made = two()
    changes, words = RETURNS[name]
    restored(world, made, **changes(made))
    (found,) = rules(world)
    assert words in found[1]
