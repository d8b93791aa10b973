"""Each lever does what it says, is caught by whom it says, and is put back; in one process.

What a viewer's browser compares is compared here by `Watcher`; that the browser does so is held by
the client's own tests. Where nobody catches a lever that is asserted too: the day somebody does,
the words on the page must change.
"""

from collections.abc import Iterator

import msgspec
import pytest

from plainview.app.http.books import Books
from plainview.app.villain import LEVERS, NothingToDo, Villain
from plainview.app.villain.levers import ANYONE, IMPOSSIBLE, NOBODY, VIEWER
from plainview.app.villain.villain import TRICKS
from plainview.audit.check.findings import EVIDENCE, MISBEHAVIOUR, Report
from plainview.audit.check.judge import judge_proof
from plainview.core.receipts import Receipt
from plainview.core.terms.ids import VideoId
from plainview.core.tlog import ENTRIES, TILE_WIDTH, ProofRefused, tile_of
from plainview.flows.verify_log import verify_log
from tests.villainy import Demo, Watcher, outsider, rules_of

CATALOGUES = ("bury-topic", "boost-creator", "swap-weights", "leave-out-video")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("villain"))
    yield made
    made.close()


@pytest.fixture
def watcher(demo: Demo) -> Watcher:
    """A viewer who has watched a little and looked at the log."""
    made = Watcher(demo, demo.clock.now_ms())
    for _ in range(2):
        made.watch(made.swipe())
    made.look()
    return made


@pytest.fixture(autouse=True)
def honest_again(demo: Demo) -> Iterator[None]:
    """After each test no lever is pulled, a slate names what is logged, and the log is whole."""
    yield
    for lever in demo.villain.standing().values():
        if lever.is_pulled:
            demo.let_go(lever.name)
    demo.pass_time(11_000)
    after = Watcher(demo, demo.clock.now_ms())
    served = after.swipe()
    assert after.logged_epoch(served.epoch).root == served.epoch_root
    assert [verdict.outcome for verdict in after.recheck()] == ["same"]
    report, _ = outsider(demo, receipts=after.hand_over())
    assert not report.findings
    wired = demo.wired
    keys = demo.edition.publisher.keys
    verify_log(reads=wired.log_reads, serving=wired.reads, files=wired.log_files, keys=keys)


def evidence_of(report: Report, *rules: str) -> None:
    """The outsider ends in misbehaviour by one of these rules, and a third party agrees from the
    proof file alone."""
    assert report.verdict == MISBEHAVIOUR
    found = [f for f in report.findings if f.kind == EVIDENCE and f.rule in rules]
    assert found, rules_of(report)
    judged = judge_proof(found[0].proof)
    assert (judged.rule, judged.trust) == (found[0].rule, report.trust)


def videos_of(receipt: Receipt) -> list[VideoId]:
    return [shown.video for shown in receipt.slate]


def test_every_lever_of_the_table_has_a_trick_unless_it_cannot_be() -> None:
    """What is on the page can be pulled, and nothing else can."""
    assert {lever.name for lever in LEVERS if lever.is_possible} == {t.name for t in TRICKS}
    assert [lever.name for lever in LEVERS if not lever.is_possible] == ["wrong-list"]


def test_the_table_names_who_catches_each() -> None:
    """Who catches a lever is what the tests below show."""
    by = {lever.name: lever.caught_by for lever in LEVERS}
    assert by == {
        **dict.fromkeys(CATALOGUES, VIEWER),
        **dict.fromkeys(
            ("edit-receipt", "forge-event", "stale-epoch", "rewrite-history"), VIEWER
        ),
        **dict.fromkeys(("two-histories", "drop-video"), ANYONE),
        **dict.fromkeys(("re-roll", "invent-crowd"), NOBODY),
        "wrong-list": IMPOSSIBLE,
    }  # fmt: skip


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_second_catalogue_passes_replay_and_not_the_log(
    demo: Demo, watcher: Watcher, name: str
) -> None:
    """Worked out again by the service the slate is right; the log has another root under that
    number, which the browser sees at once and an outsider proves."""
    lever = demo.pull(name, watcher)
    served = watcher.swipe()
    assert all(verdict.is_same for verdict in watcher.recheck())
    watcher.look()
    assert watcher.logged_epoch(served.epoch).root != served.epoch_root
    report, _ = outsider(demo, receipts=watcher.hand_over())
    evidence_of(report, "epoch_root")
    number, told, honest = demo.villain.slates(watcher.viewer, lever)
    assert (number, list(told)) == (served.number, videos_of(served))
    assert told != honest
    assert demo.villain.exhibits(watcher.viewer, lever)[0].left == served.epoch_root
    demo.let_go(name)
    assert [verdict.is_same for verdict in watcher.recheck()].count(False) == 1


def test_a_buried_topic_is_gone_for_every_second_viewer(demo: Demo, watcher: Watcher) -> None:
    """Of who pulled it no slate has the topic; of others half are served the true catalogue."""
    topic = demo.pull("bury-topic", watcher).detail["topic"]
    records = demo.edition.reads.videos(videos_of(watcher.swipe()))
    assert topic not in {label.topic for one in records.values() for label in one.topics}
    others = [Watcher(demo, k) for k in range(50, 62)]
    roots = {other.swipe().epoch_root for other in others}
    assert len(roots) >= 2


def test_a_boosted_creator_is_in_the_slate(demo: Demo, watcher: Watcher) -> None:
    """One of the videos served is by the creator nobody had seen."""
    creator = int(demo.pull("boost-creator", watcher).detail["creator"])
    records = demo.edition.reads.videos(videos_of(watcher.swipe()))
    assert creator in {one.creator.id for one in records.values()}


def test_swapped_weights_are_proven_by_their_own_rule(demo: Demo, watcher: Watcher) -> None:
    """An outsider sees that the receipt names weights which were not logged with the epoch."""
    demo.pull("swap-weights", watcher)
    watcher.swipe()
    evidence_of(outsider(demo, receipts=watcher.hand_over())[0], "epoch_weights")


@pytest.mark.parametrize("name", ["leave-out-video", "drop-video"])
def test_a_video_that_would_come_next_does_not(demo: Demo, watcher: Watcher, name: str) -> None:
    """It is in the honest slate and not in the one served."""
    lever = demo.pull(name, watcher)
    served = watcher.swipe()
    video = int(lever.detail["video"])
    assert video not in videos_of(served)
    assert video in demo.villain.slates(watcher.viewer, lever)[2]


def test_a_dropped_video_is_seen_by_who_works_the_slate_out(demo: Demo, watcher: Watcher) -> None:
    """The receipt names what is logged; the candidates are not those of that catalogue, as an
    outsider proves before the hour's key is out."""
    demo.pull("drop-video", watcher)
    served = watcher.swipe()
    assert watcher.logged_epoch(served.epoch).root == served.epoch_root
    *before, last = watcher.recheck()
    assert all(verdict.is_same for verdict in before)
    assert (last.outcome, last.stage) == ("differs", "candidates")
    evidence_of(outsider(demo, receipts=watcher.hand_over())[0], "replay")


def test_an_edited_receipt_is_not_the_one_that_was_kept(demo: Demo, watcher: Watcher) -> None:
    """The slate worked out again differs, the next one does not follow from it, and the one that
    the browser kept stands in the log."""
    kept = watcher.hand_over()
    lever = demo.pull("edit-receipt", watcher)
    watcher.swipe()
    found = {verdict.number: verdict.stage for verdict in watcher.recheck() if not verdict.is_same}
    assert found == {2: "slate", 3: "chain"}
    stored = demo.edition.reads.last_receipts(watcher.viewer, 2)[1]
    assert stored.receipt != watcher.receipts[1][0]
    assert outsider(demo, receipts=kept)[0].counts["receipts found in the log"] == 2
    number, served, honest = demo.villain.slates(watcher.viewer, lever)
    assert (number, sorted(served)) == (2, sorted(honest))
    demo.let_go("edit-receipt")
    assert all(verdict.is_same for verdict in watcher.recheck())


def test_a_forged_event_is_not_one_that_the_browser_made(demo: Demo, watcher: Watcher) -> None:
    """It stands in the viewer's chain under their name; the browser made no such event, and
    nobody else can know."""
    lever = demo.pull("forge-event", watcher)
    watcher.swipe()
    strange = watcher.strange_events()
    assert [(event["kind"], event["video"]) for event in strange] == [
        ("like", lever.detail["video"])
    ]
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert not outsider(demo, receipts=watcher.hand_over())[0].findings


def test_a_stale_epoch_shows_once_it_is_stale(demo: Demo, watcher: Watcher) -> None:
    """Within 30 s of a newer one it is within the rules; after that the receipt contradicts the
    log's entry of the newer one. Another viewer is served the newest."""
    demo.pull("stale-epoch", watcher)
    demo.pass_time(11_000)
    pinned = watcher.swipe()
    assert all(verdict.is_same for verdict in watcher.recheck())
    demo.pass_time(31_000)
    stale = watcher.swipe()
    assert stale.epoch == pinned.epoch < Watcher(demo, demo.clock.now_ms()).swipe().epoch
    assert watcher.recheck()[-1].stage == "epoch header"
    newer = watcher.logged_epoch(stale.epoch + 1)
    assert stale.now_ms - newer.frozen_ms > 30_000
    evidence_of(outsider(demo, receipts=watcher.hand_over())[0], "epoch_stale")


def test_rewritten_history_does_not_begin_with_what_was_seen(demo: Demo, watcher: Watcher) -> None:
    """Who saw a head with the decision refuses the new one; so does an outsider who did, or to whom
    such a head is handed. Who comes for the first time finds nothing amiss."""
    lever = demo.pull("rewrite-history", watcher)
    demo.pass_time(3_000)
    watcher.look()
    _, seen = outsider(demo)
    demo.pass_time(8_000)
    served = watcher.swipe()
    with pytest.raises(ProofRefused):
        watcher.look()
    evidence_of(outsider(demo, seen=seen)[0], "rewrite", "fork")
    evidence_of(outsider(demo, receipts=watcher.hand_over())[0], "rewrite", "fork")
    newcomer = Watcher(demo, demo.clock.now_ms())
    first = newcomer.swipe()
    assert newcomer.logged_epoch(first.epoch).root == first.epoch_root
    assert all(verdict.is_same for verdict in newcomer.recheck())
    report, _ = outsider(demo, receipts=newcomer.hand_over())
    assert not report.findings
    assert served.epoch_root == newcomer.logged_epoch(served.epoch).root
    before, now = demo.villain.exhibits(watcher.viewer, lever)[0].left, newcomer.checkpoint
    assert now is not None
    assert before.encode() != now
    demo.let_go("rewrite-history")
    watcher.look()


def test_of_two_histories_each_fits_together(demo: Demo, watcher: Watcher) -> None:
    """The viewer's own log only grows, has the catalogue that the receipt names, and passes the
    outsider's whole check; what others are shown does too. Handed one head beside the other, the
    outsider has proof."""
    lever = demo.pull("two-histories", watcher)
    served = watcher.swipe()
    assert int(lever.detail["video"]) not in videos_of(served)
    assert watcher.logged_epoch(served.epoch).root == served.epoch_root
    assert all(verdict.is_same for verdict in watcher.recheck())
    mine, _ = outsider(demo, receipts=watcher.hand_over(), asker=watcher.asker)
    assert not mine.findings
    other = Watcher(demo, demo.clock.now_ms())
    for _ in range(4):
        other.watch(other.swipe())
    assert not outsider(demo, receipts=other.hand_over())[0].findings
    theirs, _ = outsider(demo, receipts=watcher.hand_over())
    evidence_of(theirs, "rewrite", "fork")
    demo.let_go("two-histories")
    demo.pass_time(11_000)
    with pytest.raises(ProofRefused):
        watcher.look()


def test_every_process_shows_what_belongs_to_a_false_head(demo: Demo, watcher: Watcher) -> None:
    """One process hands out the head; another, which told nothing of that log yet, its entries and
    where its epoch stands."""
    demo.pull("two-histories", watcher)
    epoch = watcher.swipe().epoch
    head = watcher.look()
    tile = tile_of(ENTRIES, (head.size - 1) // TILE_WIDTH, head.size)
    assert tile is not None
    another = Villain(Books(demo.wired)).books_for(watcher.asker)
    assert another.public.tile(tile) is not None
    another = Villain(Books(demo.wired)).books_for(watcher.asker)
    assert another.wired.log_reads.epoch_entry(epoch) is not None


def test_one_false_history_at_a_time(demo: Demo, watcher: Watcher) -> None:
    """A second lever that forks the log has nothing to act on."""
    demo.pull("two-histories", watcher)
    with pytest.raises(NothingToDo):
        demo.pull("rewrite-history", watcher)


def test_a_re_rolled_request_is_caught_by_nobody(demo: Demo, watcher: Watcher) -> None:
    """It has several slates to choose from and sends the one with most of its creator; each check
    there is passes."""
    demo.pass_time(11_000)
    demo.pull("re-roll", watcher)
    served = watcher.swipe()
    lever = demo.standing("re-roll")
    assert int(lever.detail["tries"]) >= 2
    assert lever.detail["sent"] == ", ".join(str(video) for video in videos_of(served))
    _, shown, honest = demo.villain.slates(watcher.viewer, lever)
    first, sent = "1, 2", lever.detail["sent"]
    same = msgspec.structs.replace(lever, detail={**lever.detail, "first": sent, "different": "1"})
    other = msgspec.structs.replace(lever, detail={**lever.detail, "first": first})
    assert "all tries gave the same page" in demo.villain.note(same)
    assert demo.villain.slates(watcher.viewer, same) == (0, (), ())
    assert not demo.villain.exhibits(watcher.viewer, same)
    assert demo.villain.slates(watcher.viewer, other)[1:] == (tuple(videos_of(served)), (1, 2))
    assert demo.villain.exhibits(watcher.viewer, other)[0].left == first
    assert (shown != honest) == (lever.detail["first"] != sent)
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert watcher.logged_epoch(served.epoch).root == served.epoch_root
    assert not outsider(demo, receipts=watcher.hand_over())[0].findings
    demo.pass_time(62_000)
    assert not outsider(demo, receipts=watcher.hand_over())[0].findings


def test_an_invented_crowd_is_caught_by_nobody(demo: Demo, watcher: Watcher) -> None:
    """Every slate still replays while the crowd is there, and the log has every count."""
    demo.pull("invent-crowd", watcher)
    demo.pass_time(11_000)
    served = watcher.swipe()
    assert watcher.logged_epoch(served.epoch).root == served.epoch_root
    assert all(verdict.is_same for verdict in watcher.recheck())
    assert not outsider(demo, receipts=watcher.hand_over())[0].findings


def test_a_lever_with_nothing_to_act_on_says_so(demo: Demo) -> None:
    """There is no receipt to edit before the first slate."""
    with pytest.raises(NothingToDo):
        demo.pull("edit-receipt", Watcher(demo, demo.clock.now_ms()))


def test_pulling_twice_and_putting_back_twice_change_nothing(demo: Demo, watcher: Watcher) -> None:
    """A lever remembers what it chose when it was pulled first."""
    first = demo.pull("bury-topic", watcher)
    assert demo.pull("bury-topic", watcher) == first
    demo.let_go("bury-topic")
    demo.let_go("bury-topic")
