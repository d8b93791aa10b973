"""What the check says of a service that keeps the rules, and of a source that lacks something."""

import json
from base64 import b64encode
from collections.abc import Callable

import msgspec
import pytest

from plainview.audit.check.catalogue import sampled
from plainview.audit.check.check import (
    BadState,
    Seen,
    Wanted,
    check,
    encode_state,
    parse_state,
)
from plainview.audit.check.findings import Report
from plainview.audit.check.source import Gone, SourceFailed
from plainview.core.catalogue import build_rows, merge_rows, topic_list
from plainview.core.history import parse_entry
from plainview.core.receipts import parse_receipt, public_key_of
from plainview.core.terms.ids import VideoId
from plainview.core.tlog import encode_bundle, parse_policy
from tests.honest_world import HOUR_MS, HonestWorld, key_of, viewer_of

WANTED = Wanted(seed=7)
DAY_MS = 24 * HOUR_MS


def checked(world: HonestWorld, *, with_receipts: bool = True, seen: Seen | None = None,
            wanted: Wanted = WANTED) -> tuple[Report, Seen | None]:  # fmt: skip
    """What the check says."""
    receipts = world.receipts_file() if with_receipts else None
    return check(world, name="here", wanted=wanted, seen=seen, receipts=receipts)


def test_an_honest_service_is_found_honest() -> None:
    """Everything is checked, every receipt is in the log and comes out the same when replayed."""
    world = HonestWorld(videos=40).live(slates=12)
    world.decide(world.pocket.slates[0].videos[0], "remove")
    world.decide(world.pocket.slates[0].videos[1], "mark_sensitive")
    world.freeze()
    world.live(slates=4).pass_time(2)
    report, seen = checked(world)
    assert report.findings == ()
    assert (report.verdict, report.exit_status) == ("ok", 0)
    assert report.counts["receipts found in the log"] == 16
    assert report.counts["slates replayed the same"] == 16
    assert report.counts["epochs checked"] == len(world.pocket.epochs)
    assert report.counts["videos checked against their rows"] == 39
    assert report.counts["videos gone"] == 1
    assert seen is not None
    again, _ = checked(world.live(slates=4).pass_time(1), seen=parse_state(encode_state(seen)))
    assert again.verdict == "ok"
    assert again.is_trust_pinned


def test_nothing_is_said_of_slates_without_receipts() -> None:
    """A check of the log alone is ok, and its report says what it does not say."""
    report, _ = checked(HonestWorld(videos=40).live(slates=4), with_receipts=False)
    assert report.verdict == "ok"
    assert "nothing is said" in next(s.words for s in report.sections if s.title == "Receipts")


def test_seeds_are_pending_until_their_hour_is_over() -> None:
    """Before the key is revealed all but the draw is replayed, and the report says until when."""
    report, _ = checked(HonestWorld(videos=40).live(slates=4))
    assert report.findings == ()
    assert report.counts["slates the same up to the draw, which is pending"] == 4
    assert report.verdict == "not enough data"
    assert "revealed after 15:00 UTC" in next(
        s.words for s in report.sections if s.title == "Replay"
    )


def test_a_sample_is_drawn_by_the_checkers_seed() -> None:
    """As many slates as asked for are replayed; another seed draws others."""
    world = HonestWorld(videos=40).live(slates=12).pass_time(1)
    report, _ = checked(world, wanted=Wanted(seed=7, sample=5))
    assert report.counts["slates replayed the same"] == 5
    draws = {tuple(sampled(range(100), 5, seed=seed, label="x")) for seed in range(20)}
    assert len(draws) == 20
    assert sampled(range(100), 5, seed=1, label="x") == sorted(
        sampled(range(100), 5, seed=1, label="x")
    )


def test_old_epochs_may_be_pruned_and_young_ones_not() -> None:
    """What is beyond the retention counts as pruned, and is no finding."""
    world = HonestWorld(videos=40).live(slates=4)
    world.pruned.add(1)
    world.now_ms += 91 * DAY_MS
    world.reveal_hours()
    world.freeze()
    report, _ = checked(world, with_receipts=False)
    assert report.findings == ()
    assert report.counts["epochs pruned"] == 1


def test_witnesses_are_counted_by_the_root_of_trust_or_by_the_checkers_policy() -> None:
    """Two of three are enough, one is not; a checker may ask for others."""
    world = HonestWorld(videos=40, quorum="enough").live(slates=2)
    for cosigners, verdict in ((["library", "press"], "ok"), (["court"], "not enough data")):
        world.notes[0] = world.checkpoint(cosigners=cosigners)
        report, _ = checked(world, with_receipts=False)
        assert report.verdict == verdict, report.findings
    text = world.documents[0].policy.replace("quorum enough", "quorum court").encode()
    own = Wanted(seed=1, policy=parse_policy(text))
    assert checked(world, with_receipts=False, wanted=own)[0].verdict == "ok"


def test_a_signature_of_a_witness_that_does_not_fit_refuses_the_head() -> None:
    """A known witness's wrong cosignature is no cosignature."""
    world = HonestWorld(videos=40, quorum="enough").live(slates=2)
    good = world.checkpoint(cosigners=["library"]).decode().split("\n")
    other = world.checkpoint(3, cosigners=["library"]).decode().split("\n")
    world.notes[0] = "\n".join([*good[:-2], other[-2], ""]).encode()
    report, seen = checked(world, with_receipts=False)
    assert report.verdict == "not enough data"
    assert [finding.rule for finding in report.findings] == ["policy"]
    assert seen is not None


class Lacking:
    """A source that answers otherwise under some paths."""

    def __init__(self, world: HonestWorld, path: str, answer: Callable[[], bytes | None]) -> None:
        self._world, self._path, self._answer = world, path, answer

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        if path.startswith(self._path):
            return self._answer()
        return self._world.read(path, bytes_max=bytes_max)


def failing() -> bytes:
    """A source that cannot be reached."""
    raise SourceFailed("no route to it")


def foreign() -> bytes:
    """A head signed by somebody else's key."""
    made = HonestWorld(videos=40).checkpoint().decode().split("\n")
    return "\n".join([*made[:-2], made[-2][:-8] + "AAAAAAA=", ""]).encode()


def altered() -> bytes:
    """The log's own entries but for one digit."""
    entries = HonestWorld(videos=40).entries
    return encode_bundle([entry.replace(b'"files":1,', b'"files":2,') for entry in entries])


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("tlog/checkpoint", lambda: None),
        ("tlog/checkpoint", lambda: b"hello"),
        ("tlog/checkpoint", failing),
        ("tlog/checkpoint", foreign),
        ("tlog/tile/entries", lambda: None),
        ("tlog/tile/entries", lambda: b"\x00\x05ab"),
        ("tlog/tile/entries", lambda: b"\x00\x01a" * 7),
        ("tlog/tile/entries", altered),
    ],
)
def test_a_source_that_lacks_the_log_is_not_called_a_liar(
    path: str, answer: Callable[[], bytes | None]
) -> None:
    """Whatever is missing or damaged on the way, the verdict is that there is not enough data."""
    world = HonestWorld(videos=40)
    report, seen = check(Lacking(world, path, answer), name="here", wanted=WANTED)
    assert (report.verdict, report.exit_status, seen) == ("not enough data", 3, None)
    assert all(not finding.proof for finding in report.findings)


def test_a_shorter_log_than_was_seen_is_not_remembered() -> None:
    """A mirror may lag, so it is no evidence; the longer head stays what is remembered."""
    world = HonestWorld(videos=40).live(slates=4)
    _, seen = checked(world, with_receipts=False)
    del world.entries[-1]
    report, after = checked(world, with_receipts=False, seen=seen)
    assert report.verdict == "not enough data"
    assert after is None


def test_a_told_root_of_trust_is_compared() -> None:
    """Another root than the checker was told of ends in not enough data, whatever else holds."""
    world = HonestWorld(videos=40).live(slates=2)
    report, _ = checked(world, with_receipts=False)
    assert not report.is_trust_pinned
    told, _ = checked(world, with_receipts=False, wanted=Wanted(seed=1, trust=report.trust))
    assert (told.verdict, told.is_trust_pinned) == ("ok", True)
    other, _ = checked(world, with_receipts=False, wanted=Wanted(seed=1, trust="0" * 64))
    assert other.verdict == "not enough data"


def test_a_video_edited_while_it_is_looked_at_is_looked_at_again() -> None:
    """Its new caption is in the next epoch, so nothing is amiss; and the check waited for that."""
    world = HonestWorld(videos=40).live(slates=4)
    video = VideoId(min(world.facts))
    edited = msgspec.structs.replace(world.facts[video], caption="Something else")
    world.facts[video] = edited

    def pause(_: int) -> None:
        topics = topic_list((), world.pocket.world.videos)
        honest = world.pocket._flagged
        changed = build_rows([edited], topics=topics)
        world.pocket._flagged = lambda rows: merge_rows(honest(rows), changed)  # type: ignore[method-assign]
        world.freeze()

    report, _ = check(world, name="here", wanted=WANTED, pause=pause)
    assert report.findings == ()


def test_a_receipt_signed_by_somebody_else_proves_nothing() -> None:
    """It is counted apart, and is no misbehaviour of the service."""
    world = HonestWorld(videos=40).live(slates=4).pass_time(1)
    slate = world.pocket.slates[-1]
    world.pocket.slates[-1] = msgspec.structs.replace(slate, signature=bytes(64))
    report, _ = checked(world)
    assert report.verdict == "not enough data"
    assert report.counts["receipts not signed by the service"] == 1


def test_a_retired_key_signs_no_new_receipts() -> None:
    """After a change of keys was logged, the former key counts for what it signed before."""
    world = HonestWorld(videos=40).live(slates=4)
    key = b64encode(public_key_of(key_of("new receipts"))).decode()
    world.now_ms += 1000
    world.sign_trust(2, receipt_keys=(key,))
    world.now_ms += 120_000
    world.serve(viewer_of(0))
    world.log_interval()
    world.pass_time(1)
    report, _ = checked(world)
    assert report.counts["receipts not signed by the service"] == 1
    assert report.counts["slates replayed the same"] == 4


def test_receipts_from_before_the_log_are_counted_apart() -> None:
    """An edition that is older than its log is not accused of what it served before."""
    world = HonestWorld(videos=40).live(slates=3)
    older = world.resign(world.pocket.slates[0], now_ms=world.now_ms - 40 * DAY_MS, epoch=3)
    older = world.resign(older, hour=parse_receipt(older.receipt).now_ms // HOUR_MS)
    world.pocket.slates[:] = [older]
    report, _ = checked(world)
    assert report.findings == ()
    assert report.counts["receipts from before the log"] == 1


def test_the_service_is_asked_where_a_receipt_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that lost its proofs is no evidence against a service that has them, however many
    receipts are in it: it is asked for as long as it answers."""
    monkeypatch.setattr("plainview.audit.check.receipts.UNSHOWN_MAX", 1)
    world = HonestWorld(videos=40).live(slates=4).pass_time(1)
    made = world.receipts_file()
    bare = msgspec.structs.replace(
        made,
        viewers=tuple(
            msgspec.structs.replace(
                viewer,
                receipts=tuple(msgspec.structs.replace(r, proof=None) for r in viewer.receipts),
            )
            for viewer in made.viewers
        ),
    )
    report, _ = check(world, name="here", wanted=WANTED, receipts=bare)
    assert report.findings == ()
    assert report.counts["receipts found in the log"] == 4


def test_damaged_state_is_refused() -> None:
    """A state that cannot be read is not taken for a first visit."""
    for data in (b"", b"{}", b'{"spec":"check-state-v2","origin":"a","trust":[],"checkpoint":""}'):
        with pytest.raises(BadState):
            parse_state(data)


def test_progress_is_told_and_ends_where_it_said() -> None:
    """Each stage's last word is that all of it is done."""
    said: dict[str, tuple[int, int]] = {}

    def progress(stage: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        said[stage] = (done, total)

    world = HonestWorld(videos=40).live(slates=4).pass_time(1)
    check(world, name="x", wanted=WANTED, receipts=world.receipts_file(), progress=progress)
    assert {"reading the log", "epochs", "receipts", "replaying slates"} <= set(said)
    assert all(done == total for stage, (done, total) in said.items() if stage != "videos")


def test_the_world_of_these_tests_keeps_the_rules() -> None:
    """Every entry of the honest world reads back, and each kind of its videos' facts does."""
    world = HonestWorld(videos=40).live(slates=4)
    assert [json.loads(body)["type"] for body in world.entries[:6]] == [
        "trust", "source", "policies", "weights", "hours", "epoch",
    ]  # fmt: skip
    assert all(parse_entry(body) for body in world.entries)
