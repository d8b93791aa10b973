"""What was learned can be made again, and what was altered since is found."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from plainview.core.history import WeightsPublished, fold_history, parse_entry
from plainview.core.learn import load_weights
from plainview.core.learn.lineage_file import parse_restored
from plainview.core.learn.recipe import QUANTILE
from plainview.core.receipts import parse_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.flows.learn_tick import examples_in
from plainview.flows.roll_back import CannotRestore, roll_back
from plainview.flows.see_learning import see_learning
from plainview.flows.verify_tick import DIFFERS, GONE, SAME, NoTick, TickVerifier
from plainview.ports.learning import PruneLessons
from plainview.ports.serving import PublishWeights
from tests.learning_edition import LearningEdition


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Two ticks published, and what a third can be made of; copied, never changed."""
    edition = LearningEdition(tmp_path_factory.mktemp("learned"), is_moody=True)
    edition.live()
    for _ in range(2):
        record = edition.learn()
        assert record is not None
        assert record.is_published
        assert load_weights(edition.objects.get(record.made.weights)).places is not None
    yield edition
    edition.close()


@pytest.fixture
def edition(learned: LearningEdition, tmp_path: Path) -> Any:
    edition = LearningEdition(tmp_path, like=learned)
    yield edition
    edition.close()


def verifier(edition: LearningEdition) -> TickVerifier:
    return TickVerifier(
        learning=edition.learning, log=edition.log_reads, reads=edition.reads,
        files=edition.files, objects=edition.objects,
    )  # fmt: skip


def amiss(edition: LearningEdition) -> list[tuple[str, str, str]]:
    """All that is not as it was."""
    looked = verifier(edition)
    return [
        (one.what, one.outcome, one.words)
        for one in (*looked.ticks(), *looked.published())
        if one.outcome != SAME
    ]


def alter(edition: LearningEdition, digest: Digest, *, flip: int = -1) -> None:
    """Change a byte of a stored file."""
    path = edition.objects.path_of(digest)
    data = bytearray(path.read_bytes())
    data[flip] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)


def edit_tick(edition: LearningEdition, number: int, **made: Any) -> None:
    """Change what the database says that a tick made."""
    record = edition.learning.tick(number)
    assert record is not None
    changed = msgspec.structs.replace(record, made=msgspec.structs.replace(record.made, **made))
    edition.db.execute(
        "UPDATE ticks SET tick = ? WHERE number = ?",
        (msgspec.json.encode(changed).decode(), number),
    )


def test_what_was_learned_is_made_again(edition: LearningEdition) -> None:
    """Every tick comes out the same, and everything published is whole and of known origin."""
    assert verifier(edition).tick(2).outcome == SAME
    looked = verifier(edition)
    assert [one.outcome for one in looked.ticks()] == [SAME] * 2
    assert [one.words for one in looked.published()] == ["starting", "learned", "learned"]
    with pytest.raises(NoTick):
        verifier(edition).tick(3)


def test_hand_edited_weights_in_the_store_are_found(edition: LearningEdition) -> None:
    """A published file with other bytes than its name says: by the tick that made it, by the one
    that learned on from it, and as a publication."""
    record = edition.learning.tick(1)
    assert record is not None
    alter(edition, record.made.weights)
    assert [(what.split(",")[0], outcome) for what, outcome, _ in amiss(edition)] == [
        ("tick 1", DIFFERS), ("tick 2", DIFFERS),
        (f"weights {record.made.weights[:12]}…", DIFFERS),
    ]  # fmt: skip


def test_hand_edited_weights_that_were_published_are_found(edition: LearningEdition) -> None:
    """A valid weights file with a nudge, put where a tick's was in database and log with a lineage
    to match, is not what the tick gives when it is made again."""
    record = edition.learning.tick(2)
    assert record is not None
    nudged = bytearray(edition.objects.get(record.made.weights))
    nudged[-200] ^= 1
    digest = edition.objects.put(bytes(nudged))
    load_weights(bytes(nudged))
    lineage = edition.objects.get(record.made.lineage).replace(
        record.made.weights.encode(), digest.encode()
    )
    made = edition.objects.put(lineage)
    edit_tick(edition, 2, weights=digest, lineage=made)
    edition.db.execute("UPDATE weights SET digest = ?, lineage = ? WHERE ticks = 2", (digest, made))
    found = amiss(edition)
    assert ("tick 2", DIFFERS) in [(what, outcome) for what, outcome, _ in found]
    assert any(f"its weights was {digest}" in words for _, _, words in found)
    assert any("it names other weights than are stored" in words for _, _, words in found)


def test_weights_that_no_tick_made_are_found(edition: LearningEdition) -> None:
    """Published as learned with a lineage of another: no tick published them."""
    record = edition.learning.tick(2)
    assert record is not None
    digest = edition.objects.put(edition.objects.get(record.order.parent))
    edition.writer.submit(
        PublishWeights(
            digest=digest, recipe="short-1", origin="learned", lineage=record.made.lineage,
            at_ms=edition.clock.now,
        )
    )  # fmt: skip
    ((what, outcome, words),) = amiss(edition)
    assert (what.startswith(f"weights {digest[:12]}…"), outcome) == (True, DIFFERS)
    assert words == "tick 2 made others"


def test_altered_examples_are_found(edition: LearningEdition) -> None:
    """One label changed in what is stored, and the tick that learned from it comes out another."""
    lesson = edition.learning.lessons(0, 2**60)[0]
    examples = examples_in([lesson]).copy()
    examples["labels"][0][0] ^= 4096
    edition.db.execute(
        "UPDATE lessons SET records = ? WHERE seq = ?", (examples.tobytes(), lesson.seq)
    )
    first, second = amiss(edition)
    assert first[:2] == ("tick 1", DIFFERS)
    assert "its weights was" in first[2]
    assert second[:2] == ("tick 2", DIFFERS), "it is of the second's history"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "worse"}, "its reason was worse"),
        ({"state": Digest("7" * 64)}, "its state was 7777"),
        ({"lineage": Digest("7" * 64)}, "its lineage was 7777"),
        ({"chosen": 3}, "its chosen was 3"),
    ],
)
def test_an_altered_record_of_a_tick_is_found(
    edition: LearningEdition, changes: dict[str, Any], words: str
) -> None:
    """What the database says that a tick came to is what it comes to."""
    edit_tick(edition, 2, **changes)
    assert words in verifier(edition).tick(2).words


def test_a_tick_that_is_missing_is_found(edition: LearningEdition) -> None:
    """Its examples were learned by nobody, and the next one's window does not follow."""
    edition.db.execute("DELETE FROM ticks WHERE number = 1")
    found = amiss(edition)
    assert ("tick 1", DIFFERS, "it is missing, and later ones are there") in found
    assert any("its window begins at" in words for _, _, words in found)


def test_forgotten_examples_are_said_to_be(edition: LearningEdition) -> None:
    """What was forgotten after the retention cannot be made again, which accuses nobody."""
    record = edition.learning.tick(1)
    assert record is not None
    edition.writer.submit(PruneLessons(upto_seq=record.order.upto_seq))
    assert [(what, outcome) for what, outcome, _ in amiss(edition)] == [
        ("tick 1", GONE), ("tick 2", GONE),
    ]  # fmt: skip


def test_a_roll_back_is_logged_and_learned_on_from(edition: LearningEdition) -> None:
    """The weights before are in use again, with their state; the log says so and why, in lawful
    order; the next tick's parent they are; and all of it can be verified."""
    first, second = edition.learning.tick(1), edition.learning.tick(2)
    assert first is not None
    assert second is not None
    back(edition)
    edition.clock.now += 3_000
    edition.settle()
    assert edition.shelf.newest().weights.digest == first.made.weights
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    entry = [e for e in entries if isinstance(e, WeightsPublished)][-1]
    assert (entry.origin, entry.digest, entry.parent) == (
        "restored", first.made.weights, second.made.weights,
    )  # fmt: skip
    told = parse_restored(edition.objects.get(Digest(entry.lineage)))
    assert (told.reason, told.candidate.state) == ("fault", first.made.state)
    assert told.lineage == first.made.lineage
    third = edition.learn()
    assert third is not None
    assert (third.order.parent, third.order.parent_state) == (
        first.made.weights, first.made.state,
    )  # fmt: skip
    assert third.order.since == 2
    assert amiss(edition) == []


def test_quantiles_are_learned_made_again_and_gone_back_from(edition: LearningEdition) -> None:
    """Under a recipe of quantiles the next tick's weights say what theirs stand for and slates are
    ranked by it; back at shares the tick after begins from those, to quantiles again; and every
    tick, of either kind, is made again to the same bytes."""
    edition.recipe = msgspec.structs.replace(edition.recipe, watch=QUANTILE, name="quantiles-1")
    edition.learner = edition.new_learner()
    third = edition.learn()
    assert third is not None
    assert third.is_published
    weights = edition.shelf.newest().weights
    assert weights.digest == third.made.weights
    assert weights.watch_times is not None
    assert weights.places is not None
    assert verifier(edition).tick(3).outcome == SAME
    receipt = parse_receipt(edition.slate(edition.crowd[0][0]).receipt)
    assert receipt.weights == third.made.weights
    back(edition)
    edition.clock.now += 3_000
    edition.settle()
    assert edition.shelf.newest().weights.watch_times is None
    edition.live()
    fourth = edition.learn()
    assert fourth is not None
    assert fourth.order.parent == third.order.parent
    told = msgspec.json.decode(edition.objects.get(fourth.made.lineage))["metrics"]
    assert told["candidate"]["times_off_ms"] > 0
    assert "times_off_ms" not in told["parent"]
    assert amiss(edition) == []


def back(edition: LearningEdition, to: str | None = None) -> Digest:
    return roll_back(
        None if to is None else Digest(to), reason="fault", learning=edition.learning,
        objects=edition.objects, writer=edition.writer, clock=edition.clock,
    ).digest  # fmt: skip


def test_going_back_again_goes_further_back(edition: LearningEdition) -> None:
    """Twice back from the third is the first; from there is no further."""
    published = [one.digest for one in edition.learning.published()]
    assert [back(edition), back(edition)] == [published[1], published[0]]
    with pytest.raises(CannotRestore, match="before those in use"):
        back(edition)
    assert back(edition, published[2][:10]) == published[2]


@pytest.mark.parametrize("to", ["7777", ""])
def test_only_what_was_published_can_be_gone_back_to(edition: LearningEdition, to: str) -> None:
    """A beginning that no weights have, or several, is refused."""
    with pytest.raises(CannotRestore, match="weights that were published are called"):
        back(edition, to)


def test_altered_weights_are_not_gone_back_to(edition: LearningEdition) -> None:
    """A file that was altered, or those in use already, are refused in words."""
    published = edition.learning.published()
    alter(edition, published[1].digest)
    with pytest.raises(CannotRestore, match="cannot be used"):
        back(edition)
    with pytest.raises(CannotRestore, match="are in use"):
        back(edition, published[2].digest)


def test_how_it_stands_is_told(edition: LearningEdition) -> None:
    """The last ticks with their losses, what waits, and how old the newest example learned is."""
    seen = see_learning(
        learning=edition.learning, objects=edition.objects, clock=edition.clock, last=1
    )
    record = edition.learning.tick(2)
    assert record is not None
    assert (seen.weights, seen.origin, seen.published) == (record.made.weights, "learned", 3)
    assert seen.waiting == sum(one.count for one in edition.learning.waiting(record.order.upto_seq))
    assert seen.lag_ms == edition.clock.now - record.made.newest_ms
    (tick,) = seen.ticks
    assert (tick.number, tick.reason) == (2, "")
    assert 0 < tick.loss_after < tick.loss_before
    assert seen.per_minute == edition.learning.examples_learned(since_ms=0) // 60
    assert digest_of(edition.objects.get(tick.lineage)) == tick.lineage
