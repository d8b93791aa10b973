"""What the store of comments promises, in SQLite."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plainview.core.events import extend, parse_event
from plainview.core.social import COMMENTS_A_MINUTE, MINUTE_MS
from plainview.core.terms.ids import CommentId, CreatorId, VideoId, ViewerId
from plainview.edge.sqlite.comment_reads import SqliteCommentReads
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.ports.commands import Refused
from plainview.ports.comments import (
    REPORTS_A_DAY,
    AllowComments,
    CommentWritten,
    DecideComment,
    DeleteComment,
    ReportComment,
    SettleReports,
    WriteComment,
)
from plainview.ports.intake import DecideVideo
from plainview.ports.view import TakeEvents
from tests.intake_store import ANN, BEN, Store, open_store, refusal

NOW_MS = 10 * MINUTE_MS


class Room:
    """Ann's video 1, and Ben who writes under it, each comment ten seconds after the last."""

    def __init__(self, store: Store) -> None:
        self.store = store
        assert isinstance(store.reads, SqliteIntakeReads)
        self.reads = SqliteCommentReads(store.reads)
        self.views = store.reads
        self.video = store.published()
        self.now_ms = NOW_MS

    def write(self, key: str, text: str = "Hm.", **changes: Any) -> CommentWritten:
        self.now_ms += 10_000
        command = WriteComment(viewer=BEN, video=self.video, key=key, text=text, at_ms=self.now_ms)
        return self.store.writer.submit(
            WriteComment(**{f: getattr(command, f) for f in command.__struct_fields__} | changes)
        )

    def shown(self, **changes: Any) -> list[str]:
        asked = {"before": None, "count": 9, "viewer": None, **changes}
        return [one.text for one in self.reads.comments(self.video, **asked)]

    def count(self) -> int:
        counted = self.reads.count(self.video)
        assert self.store.reads.videos([self.video])[self.video].comments in (counted, 0)
        return counted

    def decide(self, ident: str, comment: CommentId, **changes: Any) -> None:
        fields = {"action": "hide", "author": "operator", "reason_code": "spam", **changes}
        self.store.writer.submit(
            DecideComment(id=ident, comment=comment, at_ms=self.now_ms, **fields)
        )


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    for store in open_store("sqlite", tmp_path):
        yield Room(store)


def test_a_comment_and_its_event_are_one(room: Room) -> None:
    """The event names the comment, extends the chain and holds no text; the text reads back."""
    before = room.views.viewer_head(BEN)
    written = room.write("k1", "Hello there")
    event = parse_event(written.event)
    assert (event.kind, event.author, event.key) == ("comment", "viewer", "k1")
    assert (event.video, event.comment) == (room.video, written.comment)
    assert b"Hello" not in written.event
    assert before is not None
    assert (written.n, written.head) == (before.n + 1, extend(before.head, written.event))
    found = room.views.chain_after(BEN, before.n)
    assert found is not None
    assert (found[0].n, found[0].head, list(found[1])) == (
        written.n, written.head, [written.event],
    )  # fmt: skip
    assert (room.shown(), room.count()) == (["Hello there"], 1)


def test_a_comment_stays_as_it_was_said(room: Room) -> None:
    """Said without a page it stays without when its writer makes one, under an alias that none said
    under the page has; a page's new name shows on what was said under it."""
    room.write("k1", "Unnamed")
    room.store.become(BEN, "ben")
    room.write("k2", "Named")
    room.store.become(BEN, "benjamin")
    named, unnamed = room.reads.comments(room.video, before=None, count=9, viewer=None)
    assert named.creator is not None
    assert (named.creator.handle, named.alias) == ("benjamin", "")
    assert (unnamed.text, unnamed.creator, len(unnamed.alias)) == ("Unnamed", None, 4)
    assert [one.creator for one in room.reads.comments_by(BEN, before=None, count=9)] == [
        named.creator, None,
    ]  # fmt: skip


def test_a_key_writes_one_comment(room: Room) -> None:
    """A repeat is answered with the first, whatever it says; another act's key is refused."""
    first = room.write("k1", "One")
    assert room.write("k1", "Two") == first
    assert (room.shown(), room.count()) == (["One"], 1)
    like = parse_event(
        b'{"at_ms":1,"author":"viewer","key":"l1","kind":"like","n":9,"video":"1"}'
    )  # fmt: skip
    room.store.writer.submit(TakeEvents(viewer=BEN, events=(like,)))
    with pytest.raises(Refused) as refused:
        room.write("l1")
    assert refused.value.code == "key_taken"


def test_pages_go_back_in_time_without_gaps_or_doubles(room: Room) -> None:
    """Newest first; `before` the last one of a page begins the next, whatever came since."""
    for n in range(5):
        room.write(f"k{n}", str(n))
    page = room.reads.comments(room.video, before=None, count=2, viewer=None)
    assert [one.text for one in page] == ["4", "3"]
    room.write("later", "5")
    assert room.shown(before=page[-1].id, count=2) == ["2", "1"]
    assert room.shown(before=CommentId(1)) == []


def test_too_many_at_once_wait(room: Room) -> None:
    """A seventh within a minute is refused with how long to wait, deleted ones counting too."""
    written = [room.write(f"k{n}", at_ms=NOW_MS + n) for n in range(COMMENTS_A_MINUTE)]
    room.store.writer.submit(DeleteComment(viewer=BEN, comment=written[0].comment))
    with pytest.raises(Refused) as refused:
        room.write("more", at_ms=NOW_MS + 50)
    assert refused.value.code == "too_many_comments"
    assert refused.value.detail["wait_ms"] == MINUTE_MS - 50
    assert room.write("more", at_ms=NOW_MS + MINUTE_MS).n == COMMENTS_A_MINUTE + 1


def test_a_deleted_comment_leaves_its_event_and_nothing_it_said(room: Room) -> None:
    """Who wrote it deletes it, twice the same; no byte of it is left in the table, its id is given
    to no other, and writing with its key again brings nothing back."""
    written = room.write("k1", "A secret word")
    ask = DeleteComment(viewer=ANN, comment=written.comment)
    assert refusal(room.store, ask) == "not_yours"
    room.store.writer.submit(
        ReportComment(viewer=ANN, comment=written.comment, reason="x", at_ms=1)
    )
    for _ in range(2):
        room.store.writer.submit(DeleteComment(viewer=BEN, comment=written.comment))
    assert (room.shown(viewer=BEN), room.count()) == ([], 0)
    assert room.reads.comment(written.comment) is None
    assert room.reads.reported_comments(count=9) == []
    rows = room.reads._reads.db.execute("SELECT text, alias FROM comments").fetchall()
    assert rows == [("", "")]
    assert room.write("k1", "Again").comment == written.comment
    assert room.write("k2").comment > written.comment
    missing = DeleteComment(viewer=BEN, comment=CommentId(99))
    assert refusal(room.store, missing) == "no_comment"


def test_what_is_hidden_its_writer_and_the_creator_still_see(room: Room) -> None:
    """A creator hides under their own video and shows again; nobody else may."""
    room.store.become(BEN, "ben")
    comment = room.write("k1", "Rude").comment
    creator = room.store.reads.creator_of(ANN)
    assert creator is not None
    other = DecideComment(
        id="d0",
        comment=comment,
        action="hide",
        author="creator",
        creator=CreatorId(creator.id + 1),
        at_ms=1,
    )
    assert refusal(room.store, other) == "not_yours"
    for _ in range(2):
        room.decide("d1", comment, author="creator", creator=creator.id, reason_code="by_creator")
    assert (room.shown(), room.count()) == ([], 0)
    assert room.shown(viewer=BEN) == room.shown(viewer=ANN) == ["Rude"]
    room.decide("d2", comment, author="creator", creator=creator.id, action="restore")
    assert (room.shown(), room.count()) == (["Rude"], 1)


def test_a_creator_cannot_undo_the_operator(room: Room) -> None:
    """What the operator hides says why, and only the operator shows it again."""
    comment = room.write("k1", "Spam").comment
    room.decide("d1", comment, public_reason="It sells watches.")
    (mine,) = room.reads.comments_by(BEN, before=None, count=9)
    assert (mine.hidden_by, mine.reason_code, mine.public_reason) == (
        "operator", "spam", "It sells watches.",
    )  # fmt: skip
    creator = room.store.reads.creator_of(ANN)
    assert creator is not None
    ask = DecideComment(
        id="d2", comment=comment, action="restore", author="creator", creator=creator.id, at_ms=1
    )
    assert refusal(room.store, ask) == "not_yours"
    room.decide("d3", comment, action="restore", reason_code="restored")
    assert room.shown() == ["Spam"]


def test_reports_bring_a_comment_before_the_operator(room: Room) -> None:
    """Once per viewer, by reasons; what the operator hides goes to the end of the list."""
    room.store.become(BEN, "ben")
    first, second = room.write("k1", "Meh").comment, room.write("k2", "Ugh").comment
    for viewer, comment in ((ANN, first), (ANN, first), (ANN, second), (BEN, second)):
        room.store.writer.submit(
            ReportComment(viewer=viewer, comment=comment, reason="spam", at_ms=room.now_ms)
        )
    found = room.reads.reported_comments(count=9)
    assert [(one.comment.text, dict(one.reasons)) for one in found] == [
        ("Ugh", {"spam": 2}), ("Meh", {"spam": 1}),
    ]  # fmt: skip
    room.decide("d1", second)
    assert [one.comment.text for one in room.reads.reported_comments(count=9)] == ["Meh", "Ugh"]


def test_settled_reports_are_kept_and_a_later_one_shows(room: Room) -> None:
    """What the operator saw is settled, by whom and when on record; what came since, or comes
    later, is open; the count of open ones goes with it, and hidden comments are not in it."""
    room.store.become(BEN, "ben")
    comment = room.write("k1", "Meh").comment
    counted = []

    def report(viewer: ViewerId, at_ms: int) -> None:
        room.store.writer.submit(
            ReportComment(viewer=viewer, comment=comment, reason="spam", at_ms=at_ms)
        )

    def open_ones() -> list[tuple[int, int]]:
        counted.append(room.views.tally(since_ms=0)["reports_open"])
        found = room.reads.reported_comments(count=9)
        return [(one.reasons["spam"], one.newest_ms) for one in found]

    report(ANN, 50)
    assert open_ones() == [(1, 50)]
    leave = SettleReports(operator=ANN, comment=comment, until_ms=50, at_ms=70)
    for _ in range(2):
        room.store.writer.submit(leave)
        assert open_ones() == []
    report(ANN, 80)
    assert open_ones() == []
    report(BEN, 90)
    assert open_ones() == [(1, 90)]
    room.store.writer.submit(leave)
    assert open_ones() == [(1, 90)]
    room.decide("d1", comment)
    assert open_ones() == [(1, 90)]
    assert counted == [1, 0, 0, 0, 1, 1, 0]
    kept = room.reads._reads.db.execute(
        "SELECT at_ms, settled_ms, id FROM comment_reports LEFT JOIN viewers ON no = settled_by"
        " ORDER BY at_ms"
    ).fetchall()
    assert kept == [(50, 70, ANN), (90, None, None)]
    nowhere = SettleReports(operator=ANN, comment=CommentId(99), until_ms=1, at_ms=1)
    assert refusal(room.store, nowhere) == "no_comment"


def test_reports_of_a_day_are_bounded(room: Room) -> None:
    """Nobody reports all there is."""
    for n in range(REPORTS_A_DAY + 1):
        room.write(f"k{n}", at_ms=NOW_MS + n * MINUTE_MS)
    asks = [
        ReportComment(viewer=ANN, comment=CommentId(n + 1), reason="spam", at_ms=NOW_MS + n)
        for n in range(REPORTS_A_DAY + 1)
    ]
    for ask in asks[:-1]:
        room.store.writer.submit(ask)
    assert refusal(room.store, asks[-1]) == "too_many_reports"
    room.store.writer.submit(asks[0])


def test_where_nothing_may_be_written(room: Room) -> None:
    """Under no video, one that was removed or withdrawn, or one whose creator takes none; what
    stands there stays."""
    room.write("k1")
    ask = WriteComment(viewer=BEN, video=VideoId(99), key="k2", text="x", at_ms=room.now_ms)
    assert refusal(room.store, ask) == "no_video"
    creator = room.store.reads.creator_of(ANN)
    assert creator is not None
    ask = WriteComment(viewer=BEN, video=room.video, key="k3", text="x", at_ms=room.now_ms)
    allow = AllowComments(video=room.video, creator=creator.id, is_allowed=False)
    room.store.writer.submit(allow)
    assert refusal(room.store, ask) == "comments_off"
    assert not room.store.reads.videos([room.video])[room.video].takes_comments
    assert room.shown() == ["Hm."]
    room.store.writer.submit(AllowComments(video=room.video, creator=creator.id, is_allowed=True))
    decisions = (("remove", "removed"), ("restore", None), ("withdraw", "removed"),
                 ("restore", "removed"))  # fmt: skip
    for n, (action, code) in enumerate(decisions):
        room.store.writer.submit(
            DecideVideo(
                id=f"v{n}", video=room.video, action=action, author="operator",
                reason_code="rules", at_ms=n,
            )
        )  # fmt: skip
        if code is None:
            room.write(f"r{n}")
        else:
            assert refusal(room.store, ask) == code
