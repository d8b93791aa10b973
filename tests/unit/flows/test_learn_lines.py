"""Recipes side by side: each learns a line of its own from the same windows, ranks in its arms and
nowhere else, and ends with its experiment."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from plainview.audit.reference import Request, reference_slate
from plainview.audit.replay import replay_many, with_previous
from plainview.core.catalogue import parse_header
from plainview.core.history import LineWeights, fold_history, parse_entry
from plainview.core.learn import load_weights
from plainview.core.receipts import parse_receipt, seed_of, weights_due
from plainview.edge.memory import FixedSigner
from tests.lined_edition import LINES, LinedEdition, lined


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
            header=given.header, rows=given.rows,
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
