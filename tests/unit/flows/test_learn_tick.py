"""A tick is made when it is due, from what waits, once; and nobody alone decides its outcome."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.history import WeightsPublished, fold_history, parse_entry
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.lineage_file import parse_tick_lineage
from plainview.core.learn.network import load_state
from plainview.core.learn.places import centroids_of
from plainview.core.learn.recipe import recipe_digest
from plainview.core.learn.weights_file import with_places
from plainview.core.learn.window import LABEL_ONE
from plainview.core.receipts import parse_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, ViewerId
from plainview.core.terms.weights import HEADS, Places
from plainview.flows import learn_tick
from plainview.flows.learn_tick import (
    HELD_OUT_MAX,
    FilesDiffer,
    Windows,
    examples_in,
    make_tick,
    split_windows,
)
from plainview.ports.commands import Refused
from plainview.ports.learning import KeepLessons, Lesson, TickRecord, Waiting
from plainview.ports.serving import PublishWeights
from tests.learning_edition import SHORT_RECIPE, LearningEdition

ALL = 2**60


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a tick can be made of; copied, never changed."""
    edition = LearningEdition(tmp_path_factory.mktemp("lived"), is_moody=True)
    edition.live()
    yield edition
    edition.close()


@pytest.fixture
def edition(lived: LearningEdition, tmp_path: Path) -> Any:
    edition = LearningEdition(tmp_path, like=lived)
    yield edition
    edition.close()


def learned(edition: LearningEdition) -> TickRecord:
    record = edition.learn()
    assert record is not None
    return record


# ------------------------------------------------------------------------------------ windows


def places(*counts: int) -> list[Waiting]:
    return [Waiting(10 * k, ViewerId(f"{k:032x}"), n) for k, n in enumerate(counts, 1)]


SMALL = msgspec.structs.replace(SHORT_RECIPE, held_out_min=5, offered_max=40)


def test_the_newest_are_held_out_and_the_oldest_learned() -> None:
    """Of 8 places of 8 the last two hold out the fifth and the ten that are wanted; the first five
    are all that the recipe takes, and the sixth waits."""
    assert split_windows(places(*[8] * 8), recipe=SMALL) == Windows(
        upto_seq=50, held_after_seq=60, held_upto_seq=80, offered=40, is_full=True
    )


def test_what_is_not_held_out_is_learned_when_it_fits() -> None:
    """Two windows that touch, and more does not wait."""
    assert split_windows(places(*[8] * 6), recipe=SMALL) == Windows(
        upto_seq=40, held_after_seq=40, held_upto_seq=60, offered=32, is_full=False
    )


@pytest.mark.parametrize("counts", [(), (9,), (5, 4), (12,)])
def test_too_few_to_hold_out_are_left_to_wait(counts: tuple[int, ...]) -> None:
    """Without enough to judge on, or with nothing beside it, there are no windows."""
    assert split_windows(places(*counts), recipe=SMALL) is None


def test_what_is_held_out_is_bounded() -> None:
    """A fifth of a million would be two hundred thousand; no more are judged on than the bound."""
    recipe = msgspec.structs.replace(SMALL, offered_max=1_000_000)
    windows = split_windows(places(*[100] * 10_000), recipe=recipe)
    assert windows is not None
    assert windows.offered == 1_000_000 - HELD_OUT_MAX


# -------------------------------------------------------------------------------------- ticks


def test_a_tick_is_published_and_the_epoch_swaps_with_it(edition: LearningEdition) -> None:
    """New weights are stored, logged with their lineage, and the next epoch and its slates rank
    with them; the lineage names what it came from."""
    before = edition.reads.weights()
    record = learned(edition)
    assert record.is_published
    assert edition.reads.weights() == record.made.weights
    shelf = edition.shelf.newest()
    assert shelf.weights.digest == shelf.epoch.header.weights == record.made.weights
    receipt = parse_receipt(edition.slate(edition.crowd[0][0]).receipt)
    assert receipt.weights == record.made.weights
    told = parse_tick_lineage(edition.objects.get(record.made.lineage))
    assert (told.parent.weights, told.parent.state) == (before, digest_of(b""))
    assert (told.candidate.weights, told.candidate.state) == (
        record.made.weights, record.made.state,
    )  # fmt: skip
    assert told.recipe == recipe_digest(edition.recipe)
    assert told.window.examples == record.made.examples
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    assert [e.lineage for e in entries if isinstance(e, WeightsPublished)] == [
        NO_DIGEST, record.made.lineage,
    ]  # fmt: skip


def test_the_next_tick_goes_on_from_the_state(edition: LearningEdition) -> None:
    """Its parent is what was published, by weights and by state, and its window begins where the
    last one ended: what was held out is learned now."""
    first, second = learned(edition), learned(edition)
    assert (second.order.parent, second.order.parent_state) == (
        first.made.weights, first.made.state,
    )  # fmt: skip
    assert second.order.after_seq == first.order.upto_seq
    assert second.order.upto_seq > first.order.held_upto_seq
    assert (second.order.number, second.order.since) == (2, 1)


def test_a_tick_is_made_from_weights_with_lists(edition: LearningEdition) -> None:
    """An epoch that names centroids is looked at with those of its weights; what is published then
    has centroids too, and the service serves from both."""
    table = np.random.Generator(np.random.PCG64(1)).integers(-90, 91, size=(4, 64))
    data = with_places(
        starting_weights(), places=None, centroids=centroids_of(table.astype(np.int8), probes=2)
    )
    edition.writer.submit(
        PublishWeights(
            digest=edition.objects.put(data), recipe="byhand", origin="imported",
            at_ms=edition.clock.now,
        )
    )  # fmt: skip
    edition.clock.now += 3_000
    edition.settle()
    assert edition.shelf.newest().index.lists is not None
    how = msgspec.structs.replace(edition.recipe.embeddings, lists_from=100, lists=4, probes=2)
    edition.recipe = msgspec.structs.replace(edition.recipe, embeddings=how)
    edition.learner = edition.new_learner()
    record = learned(edition)
    assert record.is_published
    assert load_weights(edition.objects.get(record.made.weights)).centroids is not None
    assert edition.shelf.newest().index.lists is not None
    assert parse_receipt(edition.slate(edition.crowd[0][0]).receipt).weights == record.made.weights


def test_no_example_is_offered_twice(edition: LearningEdition) -> None:
    """All windows together hold each lesson once, and none that a candidate was judged on before it
    was learned."""
    records = [learned(edition) for _ in range(3)]
    offered = [
        lesson.seq
        for record in records
        for lesson in edition.learning.lessons(record.order.after_seq, record.order.upto_seq)
    ]
    assert len(offered) == len(set(offered))
    assert all(record.order.upto_seq <= record.order.held_after_seq for record in records)


def test_a_tick_is_not_made_before_its_time(edition: LearningEdition) -> None:
    """Not sooner after the last than was asked for, however much waits."""
    learned(edition)
    edition.learner = edition.new_learner(every_ms=10**12)
    edition.live(2)
    assert edition.learn() is None


def test_a_tick_waits_for_enough_examples(edition: LearningEdition) -> None:
    """Not with fewer to learn from than was asked for, however long that takes."""
    edition.learner = edition.new_learner(examples_min=10**6)
    assert edition.learn() is None


def test_a_full_window_is_learned_at_once(edition: LearningEdition) -> None:
    """When more wait than one tick takes, the next is made before its time, from the oldest."""
    learned(edition)
    edition.recipe = msgspec.structs.replace(edition.recipe, offered_max=200)
    edition.learner = edition.new_learner(every_ms=10**12)
    record = learned(edition)
    assert 190 <= record.made.examples <= 200
    assert record.made.held_out <= 200
    assert edition.learning.waiting(record.order.upto_seq)


def test_a_dropped_tick_leaves_the_weights(edition: LearningEdition) -> None:
    """It is recorded with its reason, stores no weights, and the next published one names it."""
    strict = msgspec.structs.replace(edition.recipe, quantised_ppm_max=0, name="strict-1")
    edition.recipe, kept = strict, edition.recipe
    edition.learner = edition.new_learner()
    dropped = learned(edition)
    assert dropped.made.reason == "quantised"
    assert edition.reads.weights() == dropped.order.parent
    with pytest.raises(Exception, match=dropped.made.weights):
        edition.objects.get(dropped.made.weights)
    edition.recipe = kept
    edition.learner = edition.new_learner()
    record = learned(edition)
    told = parse_tick_lineage(edition.objects.get(record.made.lineage))
    assert (told.dropped.count, told.dropped.lineages) == (1, (dropped.made.lineage,))
    assert record.order.since == 0


def test_a_tick_made_twice_is_the_same(edition: LearningEdition) -> None:
    """Made again from its order and what is stored, a tick has the same files."""
    record = learned(edition)
    learned(edition)
    again = make_tick(
        record.order, learning=edition.learning, reads=edition.reads, files=edition.files,
        objects=edition.objects,
    )  # fmt: skip
    assert again.made == record.made
    assert edition.objects.get(record.made.state) == again.state


def test_a_second_learner_is_refused(edition: LearningEdition) -> None:
    """Whoever records a tick after another did for the same window changes nothing."""
    second = edition.new_learner()
    plan = second._plan()
    assert edition.learner.learn_if_due() is not None
    edition.clock.now += 1
    second._plan = lambda: plan  # type: ignore[method-assign]
    with pytest.raises(Refused):
        second.learn_if_due()
    assert edition.learning.gathered().ticks == 1


def test_altered_weights_are_not_learned_from(edition: LearningEdition) -> None:
    """When the parent's file has other bytes than its name says, no tick is made of it."""
    learned(edition)
    edition.live()
    parent = edition.reads.weights()
    assert parent is not None
    path = edition.objects.path_of(parent)
    path.chmod(0o644)
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(FilesDiffer):
        edition.learner.learn_if_due()
    assert edition.learning.gathered().ticks == 1


# ------------------------------------------------------------------------------------- places


def told_of_places(edition: LearningEdition, record: TickRecord) -> Any:
    """What the lineage says of where videos stand."""
    return msgspec.json.decode(edition.objects.get(record.made.lineage))["embeddings"]


def placed(edition: LearningEdition, record: TickRecord) -> Places | None:
    """Where what a tick published places videos."""
    return load_weights(edition.objects.get(record.made.weights)).places


def test_videos_move_and_the_next_epoch_has_them_there(edition: LearningEdition) -> None:
    """Of viewers who care for what no caption says the good watches move videos, by no more than
    the recipe says; those stand there in the next epoch, and the others where they stood."""
    before = edition.shelf.newest().epoch.rows
    record = learned(edition)
    told, places = told_of_places(edition, record), placed(edition, record)
    assert told["verdict"] == {"published": 1, "reason": ""}
    assert told["metrics"]["candidate"]["order_ppm"] > told["metrics"]["parent"]["order_ppm"]
    assert places is not None
    assert told["moved"] == len(places.ids) > 0
    after = edition.shelf.newest().epoch
    assert after.header.weights == record.made.weights
    is_placed = np.isin(after.rows["id"], places.ids)
    assert np.array_equal(after.rows["embedding"][is_placed], places.table)
    steps = np.abs(after.rows["embedding"].astype(int) - before["embedding"].astype(int))
    assert 0 < steps[is_placed].max() <= edition.recipe.embeddings.step_max
    assert steps[~is_placed].max() == 0


def test_videos_move_on_from_where_they_stand(edition: LearningEdition) -> None:
    """The second tick begins at the first's table and has the first's window as its history; what
    it does not move stays there, in weights and state."""
    first, second = learned(edition), learned(edition)
    told = told_of_places(edition, second)
    assert told["history"]["examples"] == first.made.examples
    old, new = placed(edition, first), placed(edition, second)
    assert old is not None
    assert new is not None
    assert set(old.ids.tolist()) <= set(new.ids.tolist())
    steps = new.table[np.isin(new.ids, old.ids)].astype(int) - old.table.astype(int)
    assert 0 < np.abs(steps).max() <= edition.recipe.embeddings.step_max
    state = edition.objects.get(second.made.state)
    floats = load_state(state, weights=second.made.weights)[1]
    assert floats is not None
    assert np.array_equal(floats.ids, new.ids)


def test_a_table_is_dropped_without_its_network(edition: LearningEdition) -> None:
    """With too few good watches to judge a table on, the network is published and the weights have
    the table of their parent: none, and then the first's."""
    kept = edition.recipe
    strict = msgspec.structs.replace(kept.embeddings, held_out_min=10**6)
    edition.recipe = msgspec.structs.replace(kept, embeddings=strict)
    edition.learner = edition.new_learner()
    record = learned(edition)
    assert record.is_published
    assert told_of_places(edition, record)["verdict"]["reason"] == "places_held_out_small"
    assert placed(edition, record) is None
    edition.recipe, strict_recipe = kept, edition.recipe
    edition.learner = edition.new_learner()
    moved = placed(edition, learned(edition))
    edition.recipe = strict_recipe
    edition.learner = edition.new_learner()
    stays = placed(edition, learned(edition))
    assert moved is not None
    assert stays is not None
    assert np.array_equal(moved.table, stays.table)


def test_without_a_good_watch_no_video_moves(edition: LearningEdition) -> None:
    """When everybody swiped all of it away there is no table, as before."""
    for lesson in edition.learning.lessons(0, ALL):
        examples = examples_in([lesson]).copy()
        for head in ("finish", "like", "save", "share"):
            examples["labels"][:, HEADS.index(head)] = 0
        edition.db.execute(
            "UPDATE lessons SET records = ? WHERE seq = ?", (examples.tobytes(), lesson.seq)
        )
    record = learned(edition)
    told = told_of_places(edition, record)
    assert (told["targets"], told["moved"]) == (0, 0)
    assert record.is_published
    assert placed(edition, record) is None


def test_a_tick_waits_for_an_epoch_of_its_parent(edition: LearningEdition) -> None:
    """After a publication nothing is learned before an epoch has the videos where it puts them; an
    order that names an epoch of other weights is not carried out."""
    first = edition.learner.learn_if_due()
    assert first is not None
    learner = edition.new_learner(every_ms=0, examples_min=1)
    assert learner._plan()[0] is None
    edition.clock.now += 3_000
    edition.settle()
    order = learner._plan()[0]
    assert order is not None
    assert order.parent == first.made.weights
    wrong = msgspec.structs.replace(order, epoch=first.order.epoch)
    with pytest.raises(FilesDiffer, match=f"epoch {first.order.epoch} was frozen for weights"):
        make_tick(
            wrong, learning=edition.learning, reads=edition.reads, files=edition.files,
            objects=edition.objects,
        )  # fmt: skip


def test_what_is_looked_back_at_is_bounded(
    edition: LearningEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more windows than the bound, and of those the newest whole receipts."""
    first, second, third = (learned(edition) for _ in range(3))
    assert third.order.history_after_seq == first.order.after_seq == 0
    at = edition.learning.gathered()
    monkeypatch.setattr(learn_tick, "HISTORY_TICKS", 2)
    assert learn_tick.history_after(at, learning=edition.learning) == second.order.after_seq
    monkeypatch.setattr(learn_tick, "HISTORY_MAX", 50)
    after = learn_tick.history_after(at, learning=edition.learning)
    found = edition.learning.lessons(after, third.order.upto_seq)
    assert 40 < sum(one.count for one in found) <= 50


# ----------------------------------------------------------------------------------- influence


def taught(edition: LearningEdition, viewer: ViewerId, *, count: int) -> None:
    """`count` examples of one viewer who finishes and likes whatever there is."""
    source = examples_in(edition.learning.lessons(0, ALL))
    examples = np.resize(source, count).copy()
    examples["viewer"] = np.frombuffer(bytes.fromhex(viewer), dtype=np.uint8)
    examples["labels"][:, HEADS.index("like")] = LABEL_ONE
    at = edition.learning.gathered()
    lessons = tuple(
        Lesson(at.upto_seq + 1 + i, viewer, 1_000, edition.clock.now, part.tobytes())
        for i, part in enumerate(np.split(examples, count // 1_000))
    )
    edition.writer.submit(
        KeepLessons(
            after_seq=at.upto_seq, upto_seq=at.upto_seq + len(lessons), receipts=len(lessons),
            passed_over=0, lessons=lessons, faults=(),
        )
    )  # fmt: skip


def test_a_flood_of_one_viewer_teaches_no_more_than_its_share(edition: LearningEdition) -> None:
    """With 100,000 examples of one viewer beside those of fifteen, at most as many of theirs as the
    recipe says of one viewer are learned, and are what the candidate is judged on."""
    taught(edition, edition.crowd[0][0], count=100_000)
    edition.gatherer = edition.new_gatherer()
    edition.live()
    record = edition.learner.learn_if_due()
    assert record is not None
    assert record.made.examples > 80_000
    most = 15 * 128 + SHORT_RECIPE.viewer_examples_max
    assert record.made.chosen <= most
    told = parse_tick_lineage(edition.objects.get(record.made.lineage))
    assert told.held_out.examples <= most


def test_too_few_viewers_teach_nothing(tmp_path: Path) -> None:
    """With five viewers a tick must not be made; it is not tried again for each example more."""
    edition = LearningEdition(tmp_path, viewers=5)
    edition.live(20)
    assert edition.learner.learn_if_due() is None
    assert edition.learner._not_before > 0
    assert edition.learning.gathered().ticks == 0
    edition.close()


def test_a_full_window_of_too_few_viewers_is_passed_over(tmp_path: Path) -> None:
    """So that five viewers who fill the window do not keep others from being learned from."""
    recipe = msgspec.structs.replace(SHORT_RECIPE, offered_max=300)
    edition = LearningEdition(tmp_path, viewers=5, recipe=recipe)
    edition.live(20)
    record = edition.learner.learn_if_due()
    assert record is not None
    assert (record.made.reason, record.made.lineage) == ("too_few_viewers", NO_DIGEST)
    assert edition.learning.gathered().learned_seq == record.order.upto_seq
    edition.close()


def test_what_is_published_loads(edition: LearningEdition) -> None:
    """The stored file has a certificate, and the state that belongs to it is stored beside it."""
    record = learned(edition)
    assert load_weights(edition.objects.get(record.made.weights)).bound < 2**24
    assert digest_of(edition.objects.get(record.made.state)) == record.made.state
