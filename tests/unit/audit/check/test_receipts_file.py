"""Files of receipts: written and read line by line."""

import pytest

from plainview.audit.check.receipts_file import (
    BadReceiptsFile,
    parse_receipts_file,
    receipts_lines,
)
from tests.honest_world import HonestWorld


def lines_of(world: HonestWorld) -> list[bytes]:
    """A world's receipts as lines."""
    made = world.receipts_file(checkpoints=[world.checkpoint().decode()])
    return list(
        receipts_lines(
            made.viewers, edition=made.edition, count=made.count, checkpoints=made.checkpoints
        )
    )


def test_a_file_reads_back() -> None:
    """What was written is what is read, proofs and events with it."""
    world = HonestWorld(videos=40).live(slates=4)
    world.serve(next(iter(world.pocket.chains)))
    lines = lines_of(world)
    made = parse_receipts_file(lines)
    assert made == world.receipts_file(checkpoints=[world.checkpoint().decode()])
    assert made.count == 5
    assert sum(held.proof is None for viewer in made.viewers for held in viewer.receipts) == 1


def test_what_is_no_file_of_receipts_is_refused() -> None:
    """Another form, another number than it says, damaged hex or base64."""
    lines = lines_of(HonestWorld(videos=40).live(slates=2))
    for bad in (
        [],
        [b"{}"],
        lines[:-1],
        [lines[0].replace(b"receipts-v1", b"receipts-v2"), *lines[1:]],
        [lines[0], lines[1].replace(b'"salt":"', b'"salt":"zz'), *lines[2:]],
        [lines[0], lines[1].replace(b'"signature":"', b'"signature":"*'), *lines[2:]],
        [lines[0], lines[1][:-9], *lines[2:]],
    ):
        with pytest.raises(BadReceiptsFile):
            parse_receipts_file(bad)
