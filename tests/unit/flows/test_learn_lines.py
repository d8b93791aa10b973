"""Recipes side by side: each learns a line of its own from the same windows, ranks in its arms and
nowhere else, and ends with its experiment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.audit.bundle import gather_bundle
from plainview.audit.check.logged import contradicts_entry
from plainview.audit.reference import Request, reference_slate
from plainview.audit.replay import replay_many, with_previous
from plainview.audit.verdict import Verdict
from plainview.core.catalogue import parse_header
from plainview.core.history import EpochFrozen, LineWeights, fold_history, parse_entry
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.places import centroids_of
from plainview.core.learn.weights_file import with_places
from plainview.core.receipts import (
    RECEIPT_DOMAIN,
    encode_receipt,
    parse_receipt,
    seed_of,
    weights_due,
)
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.edge.memory import FixedSigner
from plainview.flows.explain_video import explain_video
from plainview.flows.open_epoch import ServedEpoch
from plainview.flows.roll_back import roll_back
from plainview.flows.run_experiment import STOP_AHEAD_MS
from plainview.flows.verify_lines import LineVerifier
from plainview.flows.verify_tick import SAME
from plainview.ports.commands import Refused
from plainview.ports.learning import TickRecord
from plainview.ports.lines import RecordLineTick
from plainview.ports.serving import PublishWeights
from tests.learning_edition import SHORT_RECIPE
from tests.lined_edition import BOLD, LINES, LinedEdition, lined


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Each line has published twice; copied, never changed."""
    edition = lined(tmp_path_factory.mktemp("lined"))
    yield edition
    edition.close()


@pytest.fixture
def edition(lived: LinedEdition, tmp_path: Path) -> Iterator[LinedEdition]:
    edition = LinedEdition(tmp_path, like=lived)
    yield edition
    edition.close()


def test_each_arm_is_ranked_by_its_own_weights(lived: LinedEdition) -> None:
    """The newest receipts of three arms name three weights, those that the epoch names for them,
    and the epoch's rows stand by the main ones."""
    header = lived.shelf.newest().epoch.header
    newest = {arm: receipts[-1] for arm, receipts in lived.by_arm().items() if arm}
    assert sorted(newest) == ["twice/for-you", "twice/for-you+bold", "twice/for-you+calm"]
    for arm, receipt in newest.items():
        assert receipt.weights == weights_due(header, arm)
        assert receipt.policy == "for-you"
    assert len({receipt.weights for receipt in newest.values()}) == 3
    assert newest["twice/for-you"].weights == header.weights
    assert load_weights(lived.objects.get(header.weights)).places is not None
    for line, digest in header.line_weights:
        assert line in LINES
        assert load_weights(lived.objects.get(digest)).places is None


def test_slates_of_all_arms_replay(lived: LinedEdition) -> None:
    """Every slate ever served, byte for byte, those of lines among them."""
    told = with_previous(lived.receipts())
    verdicts = list(
        replay_many(told, evidence=lived.evidence(), public_keys=(FixedSigner().public_key(),))
    )
    assert len(verdicts) == len(told)
    assert {(one.outcome, one.message) for one in verdicts} == {
        ("same", "Every byte was recomputed.")
    }


def test_the_reference_agrees_in_each_arm(lived: LinedEdition) -> None:
    """The newest slate of each arm, by the code that shares nothing with the feed."""
    evidence = lived.evidence()
    for receipts in lived.by_arm().values():
        receipt = receipts[-1]
        given, key = evidence.epoch(receipt.epoch), evidence.hour_key(receipt.hour)
        assert given is not None
        assert key is not None
        header = parse_header(given.header)
        context = receipt.context
        made = reference_slate(
            header=given.header, rows=bytes(given.rows),
            weights=lived.objects.get(receipt.weights),
            main_weights=lived.objects.get(header.weights),
            policy=lived.objects.get(receipt.policy_digest), viewer=receipt.viewer,
            events=evidence.events(receipt.viewer, after=0, upto=receipt.events_n),
            request=Request(
                now_ms=receipt.now_ms, seed=seed_of(receipt, key), size=context.size,
                language=context.language, tz_min=context.tz_min, age=context.age,
            ),
            arm=receipt.arm,
        )  # fmt: skip
        assert made["candidates"] == receipt.candidates
        assert made["values"] == receipt.values
        assert made["features"] == receipt.features
        assert [video for video, *_ in made["slate"]] == [one.video for one in receipt.slate]


def test_the_log_tells_each_line_parent_by_parent(lived: LinedEdition) -> None:
    """A line begins with the main weights and names its parent from then on; nothing in the log is
    out of order."""
    entries = [parse_entry(body) for body in lived.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    for line in LINES:
        told = [one for one in entries if isinstance(one, LineWeights) and one.line == line]
        assert [one.is_beginning for one in told] == [True, False, False]
        assert told[0].digest == told[0].parent == told[1].parent
        assert told[1].digest == told[2].parent
        published = lived.lines.line_published(line)
        assert [one.digest for one in told] == [one.digest for one in published]


def test_lines_rank_among_the_lists_of_the_main_weights(edition: LinedEdition) -> None:
    """Under main weights with centroids a line's weights have none of their own: its slates look in
    the main ones' lists, replay and agree with the reference, a tick of it is told on that epoch,
    and a bundle and an explanation find the main file beside the line's."""
    table = np.random.Generator(np.random.PCG64(1)).integers(-90, 91, size=(4, 64))
    main = load_weights(edition.objects.get(edition.shelf.newest().epoch.header.weights))
    data = with_places(
        starting_weights(), places=main.places,
        centroids=centroids_of(table.astype(np.int8), probes=2),
    )  # fmt: skip
    edition.writer.submit(
        PublishWeights(
            digest=edition.objects.put(data), recipe="byhand", origin="imported",
            at_ms=edition.clock.now,
        )
    )  # fmt: skip
    edition.clock.now += 3_000
    edition.settle()
    edition.swipe(1)
    assert edition.shelf.newest().index.lists is not None
    under = {
        arm: receipts[-1] for arm, receipts in edition.by_arm().items()
        if arm and receipts[-1].epoch == edition.shelf.newest().epoch.header.number
    }  # fmt: skip
    assert any(receipt.weights != digest_of(data) for receipt in under.values())
    for receipt in under.values():
        assert verdicts_of(edition, receipt.viewer)[-1].outcome == "same"
        body, signature = edition.receipts_of(receipt.viewer)[-1]
        bundle = gather_bundle(
            [(body, signature)], evidence=edition.evidence(), public_key=FixedSigner().public_key()
        )
        assert set(bundle.weights_files) == {receipt.weights, digest_of(data)}
        explained = explain_video(body, receipt.slate[0].video, evidence=edition.evidence())
        assert explained.arm == receipt.arm
    test_the_reference_agrees_in_each_arm(edition)
    edition.ripen()
    edition.is_ripe = True
    assert [tick.order.number for _, tick in edition.learn_all()] == [4, 4]
    assert amiss(edition) == []


# ------------------------------------------------------------------------------- what is recorded


def line_verifier(edition: LinedEdition) -> LineVerifier:
    return LineVerifier(
        learning=edition.learning, lines=edition.lines, log=edition.log_reads,
        reads=edition.reads, files=edition.files, objects=edition.objects,
    )  # fmt: skip


def amiss(edition: LinedEdition) -> list[str]:
    """What of the lines is not as it was."""
    looked = line_verifier(edition)
    return [one.words for one in (*looked.ticks(), *looked.published()) if one.outcome != SAME]


def test_every_tick_of_a_line_is_made_again(edition: LinedEdition) -> None:
    """Two ticks of two lines to the same bytes; a number told by its window alone; and a record, a
    file or a publication that was altered is found."""
    looked = [*line_verifier(edition).ticks(), *line_verifier(edition).published()]
    assert [one.outcome for one in looked] == [SAME] * 6, looked
    assert [one.what for one in line_verifier(edition).tick(3)] == [
        "tick 3 of twice/bold", "tick 3 of twice/calm",
    ]  # fmt: skip
    record = edition.lines.line_tick("twice/bold", 3)
    assert record is not None
    made = msgspec.structs.replace(record.made, chosen=record.made.chosen - 1)
    edition.db.execute(
        "UPDATE line_ticks SET tick = ? WHERE line = 'twice/bold' AND number = 3",
        (msgspec.json.encode(msgspec.structs.replace(record, made=made)).decode(),),
    )
    assert len(amiss(edition)) == 1
    edition.db.execute("DELETE FROM line_ticks WHERE line = 'twice/bold' AND number = 2")
    assert any("it is missing" in words for words in amiss(edition))


def test_weights_put_into_a_line_by_hand_are_found(edition: LinedEdition) -> None:
    """The line's own weights of before, named again as the newest: the log does not say so."""
    first = edition.lines.line_published("twice/bold")[0]
    edition.db.execute(
        "INSERT INTO line_weights (line, digest, lineage, ticks, published_ms)"
        " VALUES ('twice/bold', ?, ?, 3, 1)",
        (first.digest, digest_of(b"lineage")),
    )
    assert "the log names other weights than are stored as published" in amiss(edition)


def test_a_window_is_learned_once_by_each_line(edition: LinedEdition) -> None:
    """A tick recorded again as it was changes nothing; as another, or of another window, or on
    another parent, it is refused."""
    record = edition.lines.line_tick("twice/bold", 3)
    assert record is not None
    before = edition.db.execute("SELECT count(*) FROM line_ticks").fetchone()
    edition.writer.submit(RecordLineTick(line="twice/bold", tick=record))
    assert edition.db.execute("SELECT count(*) FROM line_ticks").fetchone() == before
    again = msgspec.structs.replace(record, at_ms=record.at_ms + 1)
    with pytest.raises(Refused, match="not the next tick"):
        edition.writer.submit(RecordLineTick(line="twice/bold", tick=again))
    assert edition.learn() is not None
    due = edition.line_learner()._next(edition.clock.now)
    assert due is not None
    line, order = due
    for change, words in (
        ({"upto_seq": order.upto_seq - 1}, "another window"),
        ({"parent": digest_of(b"other")}, "other weights"),
        ({"recipe": digest_of(b"other")}, "another recipe"),
    ):
        changed = msgspec.structs.replace(order, **change)
        tick = TickRecord(order=changed, made=record.made, at_ms=edition.clock.now, took_ms=1)
        with pytest.raises(Refused, match=words):
            edition.writer.submit(RecordLineTick(line=line.line, tick=tick))


# ------------------------------------------------------------------------------ beginning and end


def test_lines_end_with_their_experiment(edition: LinedEdition) -> None:
    """After its end the next epoch names no line, no receipt an arm, a line learns nothing more,
    and everybody is ranked by the main weights; the log breaks no rule."""
    assert edition.learn() is not None
    due = edition.line_learner()._next(edition.clock.now)
    last = edition.lines.line_tick("twice/bold", 3)
    assert due is not None
    assert last is not None
    flow = edition.experiment_flow()
    flow.stop("twice")
    edition.clock.now += STOP_AHEAD_MS
    edition.settle()
    assert edition.learn_lines() == []
    late = TickRecord(order=due[1], made=last.made, at_ms=edition.clock.now, took_ms=1)
    with pytest.raises(Refused, match="is over"):
        edition.writer.submit(RecordLineTick(line="twice/bold", tick=late))
    assert flow.end_due() == ["twice"]
    edition.settle()
    header = edition.shelf.newest().epoch.header
    assert header.line_weights == ()
    for viewer, _ in edition.crowd:
        receipt = parse_receipt(edition.slate(viewer, chosen_by="default").receipt)
        assert (receipt.arm, receipt.weights) == ("", header.weights)
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=9_999)]
    assert fold_history(entries)[1] == []
    assert amiss(edition) == []


def test_rolling_back_is_of_the_main_line(edition: LinedEdition) -> None:
    """Earlier main weights are put back; the lines stay what they were and learn on."""
    lines = edition.shelf.newest().epoch.header.line_weights
    earlier = roll_back(
        None, reason="trial", learning=edition.learning, objects=edition.objects,
        writer=edition.writer, clock=edition.clock,
    )  # fmt: skip
    edition.clock.now += 3_000
    edition.settle()
    header = edition.shelf.newest().epoch.header
    assert (header.weights, header.line_weights) == (earlier.digest, lines)
    assert [tick.order.number for _, tick in edition.learn_all()] == [4, 4]
    assert amiss(edition) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hidden": (24, 24)}, "recipe_unfit"), ({"offered_max": 300}, "window_long"),
        ({"held_out_min": 9_999}, "held_out_small"), ({"viewer_share_milli": 1}, "too_few_viewers"),
    ],
)  # fmt: skip
def test_a_recipe_that_makes_nothing_of_a_window_passes_it_over(
    lived: LinedEdition, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    """It has a tick with the reason, so that the next window is its next; the other line and the
    main one learn as ever, and made again it comes to the same."""
    edition = LinedEdition(tmp_path, like=lived)
    flow = edition.experiment_flow()
    flow.stop("twice")
    edition.clock.now += STOP_AHEAD_MS + 1
    flow.end_due()
    unfit = msgspec.structs.replace(SHORT_RECIPE, name="unfit", **changes)
    edition.declare(unfit, BOLD, name='"again"')
    made = edition.learn_all()
    assert [(line, tick.made.reason) for line, tick in made] == [
        ("again/bold", ""), ("again/unfit", reason),
    ]  # fmt: skip
    assert amiss(edition) == []
    edition.close()


# --------------------------------------------------------------------------------------------- lies


def test_an_arm_ranked_by_the_main_weights_is_found(edition: LinedEdition) -> None:
    """A server that ranks everybody by the main weights and says so in the receipt of an arm with
    a recipe, and one that names the line's weights but used the main ones: replay finds both."""
    arm = "twice/for-you+bold"
    newest = edition.shelf.newest()
    viewer = next(one.viewer for one in edition.by_arm()[arm])
    mains = msgspec.structs.replace(newest, lines=dict.fromkeys(newest.lines, newest.weights))
    edition.by = msgspec.structs.replace(edition.by, epochs=Pinned(mains))
    edition.slate(viewer, chosen_by="default")
    (honest_says,) = verdicts_of(edition, viewer)[-1:]
    assert honest_says.outcome == "differs"
    assert honest_says.stage in ("features", "values")
    body, _ = edition.receipts_of(viewer)[-1]
    told = msgspec.structs.replace(parse_receipt(body), weights=newest.weights.digest)
    lie = encode_receipt(told)
    edition.db.execute(
        "UPDATE receipts SET body = ?, signature = ? WHERE body = ?",
        (lie, FixedSigner().sign(lie, domain=RECEIPT_DOMAIN), body),
    )
    (found,) = verdicts_of(edition, viewer)[-1:]
    assert (found.outcome, found.stage) == ("differs", "weights")
    assert "in arm 'twice/for-you+bold' other weights rank" in found.message
    entry = edition_entry(edition, told.epoch)
    words = contradicts_entry("epoch_weights", told, [entry])
    assert words.endswith(f"epoch {told.epoch} for arm 'twice/for-you+bold'.")


class Pinned:
    """`Epochs` with one answer."""

    def __init__(self, served: ServedEpoch) -> None:
        self._served = served

    def at_least(self, number: int) -> ServedEpoch:
        return self._served


def verdicts_of(edition: LinedEdition, viewer: ViewerId) -> list[Verdict]:
    told = with_previous(edition.receipts_of(viewer))
    return list(
        replay_many(told, evidence=edition.evidence(), public_keys=(FixedSigner().public_key(),))
    )


def edition_entry(edition: LinedEdition, number: int) -> EpochFrozen:
    entries = map(parse_entry, edition.log_reads.log_entries(0, count=9_999))
    return next(one for one in entries if isinstance(one, EpochFrozen) and one.number == number)
