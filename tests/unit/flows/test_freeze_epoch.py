"""Freezing: when, what is counted, and that it is read back as it was frozen."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from plainview.core.catalogue import Frozen, parse_header
from plainview.core.catalogue.freeze import DAY_MS
from plainview.core.learn import starting_weights
from plainview.core.learn.places import centroids_of, places_of
from plainview.core.learn.weights_file import with_places
from plainview.core.terms.epoch import COUNTERS, FLAG_REMOVED, Epoch
from plainview.core.terms.hashing import digest_of, merkle_root
from plainview.core.terms.ids import Digest, ViewerId
from plainview.flows import freeze_epoch
from plainview.flows.freeze_epoch import APART_MS, COUNTS_APART_MS
from plainview.flows.read_epoch import open_epoch, read_leaves, thaw_epoch
from plainview.ports.commands import Refused
from plainview.ports.serving import PublishWeights
from tests.edition import Edition
from tests.stock import START_MS


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=200)
    yield edition
    edition.close()


def freeze(edition: Edition) -> int:
    """The number of the epoch that is newest after asking once."""
    edition.freezer.freeze_if_due()
    newest = edition.reads.newest_epoch()
    return newest.number if newest else 0


def check_all(edition: Edition) -> None:
    """Every epoch opens, alone and on the one before, is bound by its root, and its kept leaves
    lead to it."""
    newest = edition.reads.newest_epoch()
    assert newest is not None
    frozen: Frozen | None = None
    known: tuple[int, tuple[bytes, ...]] | None = None
    for number in range(1, newest.number + 1):
        record = edition.reads.epoch(number)
        assert record is not None
        epoch = open_epoch(record, reads=edition.reads, files=edition.files)
        leaves = read_leaves(record, reads=edition.reads, files=edition.files)
        assert merkle_root(list(leaves)).hex() == epoch.root == record.root
        frozen = thaw_epoch(record, reads=edition.reads, files=edition.files, known=frozen)
        assert frozen.leaves.hashes == leaves[1:]
        known = number, read_leaves(record, reads=edition.reads, files=edition.files, known=known)
        assert known[1] == leaves


def test_the_first_epoch_holds_the_catalogue(edition: Edition) -> None:
    """Epoch 1 has a row for each video, and nothing is frozen while nothing changes."""
    assert freeze(edition) == 1
    record = edition.reads.epoch(1)
    assert record is not None
    epoch = open_epoch(record, reads=edition.reads, files=edition.files)
    assert epoch.rows["id"].tolist() == [facts.id for facts in edition.world.videos]
    edition.clock.now += 60_000
    assert freeze(edition) == 1


def test_a_removal_is_frozen_at_once(edition: Edition) -> None:
    """A takedown does not wait for the usual interval and raises the flag in the row."""
    freeze(edition)
    video = edition.world.videos[3].id
    edition.remove(video)
    assert freeze(edition) == 2
    record = edition.reads.epoch(2)
    assert record is not None
    rows = open_epoch(record, reads=edition.reads, files=edition.files).rows
    assert rows["flags"][3] & FLAG_REMOVED
    assert rows["flags"].astype(bool).sum() == (rows["flags"] & FLAG_REMOVED).astype(bool).sum()
    assert parse_header(record.header).decisions == 1


def test_counts_wait_for_their_interval(edition: Edition) -> None:
    """A like alone is frozen 10 s after the last epoch, not 2 s, and stands in the row."""
    freeze(edition)
    edition.act(edition.viewer(1), "k", "like", video=edition.world.videos[5].id)
    edition.clock.now += APART_MS + 1
    assert freeze(edition) == 1
    edition.clock.now += COUNTS_APART_MS - APART_MS
    assert freeze(edition) == 2
    record = edition.reads.epoch(2)
    assert record is not None
    rows = open_epoch(record, reads=edition.reads, files=edition.files).rows
    assert rows["counters"][:, COUNTERS.index("liked")].nonzero()[0].tolist() == [5]
    counts = edition.reads.counts([edition.world.videos[5].id])
    assert counts == {edition.world.videos[5].id: tuple(int(n == "liked") for n in COUNTERS)}


def test_when_more_waits_than_one_epoch_counts_the_next_comes_sooner(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one event an epoch, the second of two likes is counted APART_MS after the first."""
    monkeypatch.setattr(freeze_epoch, "EVENTS_MAX", 1)
    freeze(edition)
    for key, video in (("a", 5), ("b", 6)):
        edition.act(edition.viewer(1), key, "like", video=edition.world.videos[video].id)
    edition.clock.now += COUNTS_APART_MS + 1
    assert freeze(edition) == 2
    edition.clock.now += APART_MS - 1
    assert freeze(edition) == 2
    edition.clock.now += 2
    assert freeze(edition) == 3
    assert newest_epoch(edition).rows["counters"][:, COUNTERS.index("liked")].sum() == 2


def test_showings_stand_in_the_header_by_day(edition: Edition) -> None:
    """Two showings of one video by two viewers are today's two; the day after, across a restart,
    they are yesterday's; one and the same showing told twice is one."""
    freeze(edition)
    video = edition.world.videos[5].id
    for k, key in ((1, "a"), (2, "b"), (2, "c")):
        if key != "c":
            edition.viewer(k)
        edition.act(ViewerId(f"{k:032x}"), key, "shown", video=video, number=0, position=0)
    edition.clock.now += COUNTS_APART_MS + 1
    assert freeze(edition) == 2
    edition.clock.now += DAY_MS
    edition.freezer = edition.new_freezer()
    edition.act(ViewerId(f"{1:032x}"), "d", "shown", video=edition.world.videos[6].id, number=0,
                position=0)  # fmt: skip
    assert freeze(edition) == 3
    records = [edition.reads.epoch(number) for number in (1, 2, 3)]
    headers = [parse_header(record.header) for record in records if record is not None]
    assert [(h.shown_today, h.shown_yesterday) for h in headers] == [(0, 0), (2, 0), (1, 2)]


def test_what_is_undone_is_taken_back(edition: Edition) -> None:
    """A like in one epoch and its undoing in the next leave the counter at 0, across a restart."""
    freeze(edition)
    viewer, video = edition.viewer(1), edition.world.videos[0].id
    for key, kind in (("a", "like"), ("b", "unlike")):
        edition.act(viewer, key, kind, video=video)
        edition.clock.now += COUNTS_APART_MS + 1
        edition.freezer = edition.new_freezer()
        freeze(edition)
    record = edition.reads.newest_epoch()
    assert record is not None
    assert record.number == 3
    rows = open_epoch(record, reads=edition.reads, files=edition.files).rows
    assert int(rows["counters"].sum()) == 0
    assert parse_header(record.header).events_counted == 2


def test_a_follow_taken_back_later_counts_where_it_was_made(edition: Edition) -> None:
    """The undoing names the creator alone; it is taken from the video of a follow that an earlier
    epoch counted, across a restart."""
    freeze(edition)
    viewer, facts = edition.viewer(1), edition.world.videos[7]
    found = []
    for key, kind, fields in (("a", "follow", {"video": facts.id}), ("b", "unfollow", {})):
        edition.act(viewer, key, kind, creator=facts.creator, **fields)
        edition.clock.now += COUNTS_APART_MS + 1
        edition.freezer = edition.new_freezer()
        freeze(edition)
        found.append(newest_epoch(edition).rows["counters"][:, COUNTERS.index("followed")].tolist())
    assert [counts[7] for counts in found] == [1, 0]
    assert [sum(counts) for counts in found] == [1, 0]


def test_a_freezer_that_died_between_file_and_record_does_no_harm(edition: Edition) -> None:
    """Rows whose record was never written are of no account: the next freezer takes the number."""
    freeze(edition)
    edition.remove(edition.world.videos[0].id)
    pending = edition.reads.pending()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edition.writer, "submit", _die)
        with pytest.raises(Died):
            edition.freezer.freeze(pending)
    edition.clock.now += 5
    edition.freezer = edition.new_freezer()
    assert freeze(edition) == 2
    check_all(edition)


def test_of_two_freezers_one_is_refused_and_starts_again(edition: Edition) -> None:
    """Two freezers at once make one epoch 2; the one that came late makes epoch 3 from it."""
    freeze(edition)
    late = edition.new_freezer()
    late.freeze_if_due()
    edition.remove(edition.world.videos[0].id)
    pending = edition.reads.pending()
    edition.freezer.freeze(pending)
    edition.clock.now += 1
    with pytest.raises(Refused, match="next epoch is 3"):
        late.freeze(pending)
    edition.remove(edition.world.videos[1].id)
    late.freeze_if_due()
    check_all(edition)
    newest = edition.reads.newest_epoch()
    assert newest is not None
    assert newest.number == 3


def test_deltas_are_cut_short_by_whole_files(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over many epochs files are small, a whole one comes at least every DELTAS_MAX, all open."""
    monkeypatch.setattr(freeze_epoch, "DELTAS_MAX", 20)
    for facts in edition.world.videos[:60]:
        edition.remove(facts.id)
        edition.clock.now += APART_MS + 1
        freeze(edition)
    records = [edition.reads.epoch(number) for number in range(1, 61)]
    whole = [r.number for r in records if r is not None and r.starts_from == r.number]
    assert whole[0] == 1
    gaps = [b - a for a, b in zip(whole, [*whole[1:], 61], strict=True)]
    assert 1 < max(gaps) <= 21
    check_all(edition)


class Died(Exception):
    """The process was killed."""


def _die(_: object) -> None:
    raise Died


def placing(edition: Edition, *rows: int, lists: int = 0) -> Digest:
    """Weights that place the videos of these rows, published."""
    ids = np.array([edition.world.videos[row].id for row in rows], dtype=np.uint64)
    table = np.arange(len(rows) * 64, dtype=np.int8).reshape(len(rows), 64)
    centroids = centroids_of(table[:lists], probes=1) if lists else None
    data = with_places(starting_weights(), places=places_of(ids, table), centroids=centroids)
    digest = edition.objects.put(data)
    edition.writer.submit(
        PublishWeights(digest=digest, recipe="byhand", origin="imported", at_ms=START_MS)
    )
    edition.clock.now += APART_MS
    return digest


def newest_epoch(edition: Edition) -> Epoch:
    record = edition.reads.newest_epoch()
    assert record is not None
    return open_epoch(record, reads=edition.reads, files=edition.files)


def test_weights_put_videos_where_they_place_them(edition: Edition) -> None:
    """From the next epoch on, those alone that they place; those they no longer place go back to
    their content; a freezer that was started anew between does the same."""
    freeze(edition)
    content = newest_epoch(edition).rows["embedding"].copy()
    first = placing(edition, 3, 8, lists=2)
    assert freeze(edition) == 2
    epoch = newest_epoch(edition)
    assert epoch.header.weights == first
    assert epoch.header.centroids == digest_of(bytes(range(128)))
    assert epoch.rows["embedding"][3].tolist() == list(range(64))
    assert epoch.rows["embedding"][8].tolist() == list(range(64, 128))
    others = np.setdiff1d(np.arange(200), [3, 8])
    assert (epoch.rows["embedding"][others] == content[others]).all()
    edition.freezer = edition.new_freezer()
    placing(edition, 8)
    assert freeze(edition) == 3
    epoch = newest_epoch(edition)
    assert epoch.header.centroids == "0" * 64
    assert (epoch.rows["embedding"][3] == content[3]).all()
    assert epoch.rows["embedding"][8].tolist() == list(range(64))
    check_all(edition)


def test_an_edit_leaves_a_video_where_the_weights_place_it(edition: Edition) -> None:
    """A row that is made anew for another reason takes its place from the weights too."""
    placing(edition, 3)
    freeze(edition)
    edition.remove(edition.world.videos[3].id)
    edition.remove(edition.world.videos[4].id)
    freeze(edition)
    epoch = newest_epoch(edition)
    assert epoch.rows["flags"][3] & FLAG_REMOVED
    assert epoch.rows["embedding"][3].tolist() == list(range(64))
