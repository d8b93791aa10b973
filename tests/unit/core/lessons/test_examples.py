"""What a slate teaches, label by label, told by a viewer whose every event is written here."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.events import BrokenChain, empty_state, fold, parse_event
from plainview.core.learn.window import EXAMPLE, LABEL_ONE, Examples
from plainview.core.lessons import LessonRefused, OtherInputs, examples_of
from plainview.core.receipts import parse_receipt, receipt_id
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.weights import HEADS
from plainview.sim.pocket import Pocket, PocketSlate
from tests.pocket_evidence import START_MS, make_pocket

VIEWER = ViewerId("ab" * 16)
LABEL_MS = 600_000


class Sitting:
    """A viewer before their first slate of eight, and what they then do, a second apart."""

    def __init__(self, pocket: Pocket | None = None) -> None:
        self.pocket = pocket or make_pocket(seed=3, videos=60)
        self.now_ms = START_MS + 1000
        self.served: PocketSlate = self.pocket.serve(VIEWER, policy="for-you", now_ms=self.now_ms)
        self.count = 0

    @property
    def videos(self) -> tuple[VideoId, ...]:
        return self.served.videos

    def length_ms(self, place: int) -> int:
        found = {facts.id: facts.length_ms for facts in self.pocket.world.videos}
        return found[self.videos[place]]

    def creator(self, place: int) -> int:
        return {f.id: int(f.creator) for f in self.pocket.world.videos}[self.videos[place]]

    def does(self, kind: str, place: int | None = None, **fields: Any) -> "Sitting":
        event: dict[str, Any] = {"kind": kind, "key": f"k{self.count}"}
        if place is not None:
            event["video"] = str(self.videos[place])
        if kind in ("shown", "watch"):
            event["number"] = self.served.number
        event |= {"position": place} if kind == "shown" else {}
        event |= {"ms": 0, "loops": 0} if kind == "watch" else {}
        self.count += 1
        self.now_ms += 1000
        self.pocket.take_events(VIEWER, [event | fields], now_ms=self.now_ms)
        return self

    def sees(self, place: int, ms: int, **fields: Any) -> "Sitting":
        return self.does("shown", place).does("watch", place, ms=ms, **fields)

    def teaches(self, **changes: Any) -> Examples:
        receipt = parse_receipt(self.served.receipt)
        after = [parse_event(data) for data in self.pocket.chains[VIEWER][receipt.events_n :]]
        inputs: dict[str, Any] = {
            "index": self.pocket.index, "policy": self.pocket.policies["for-you"],
            "state": empty_state(VIEWER), "after": after, "label_ms": LABEL_MS,
        }  # fmt: skip
        return examples_of(self.served.receipt, **(inputs | changes))

    def labels(self) -> Mapping[str, int]:
        """Those of the only example."""
        (example,) = self.teaches()
        return dict(zip(HEADS, example["labels"].tolist(), strict=True))


def marked(**labels: int) -> dict[str, int]:
    return dict.fromkeys(HEADS, 0) | labels


def test_only_what_was_shown_and_watched_teaches() -> None:
    """Of eight places one was shown and watched, one shown, one watched: one example."""
    sitting = Sitting().sees(2, 3000).does("shown", 4).does("watch", 5, ms=9000)
    (example,) = sitting.teaches()
    assert example["video"] == sitting.videos[2]
    assert example["place"] == 2
    assert example["ms"] == 3000
    assert example["length_ms"] == sitting.length_ms(2)
    assert len(Sitting().teaches()) == 0


def test_an_example_names_where_it_is_from() -> None:
    """Receipt, viewer, time and odds stand in it as the receipt has them, features as served."""
    sitting = Sitting().sees(0, 2500).sees(7, 2500)
    examples = sitting.teaches()
    receipt = parse_receipt(sitting.served.receipt)
    assert examples.dtype == EXAMPLE
    assert examples["place"].tolist() == [0, 7]
    for example, place in zip(examples, (0, 7), strict=True):
        assert example["receipt"].tobytes().hex() == receipt_id(sitting.served.receipt)
        assert example["viewer"].tobytes().hex() == VIEWER
        assert example["at_ms"] == receipt.now_ms
        assert example["propensity"] == receipt.slate[place].propensity
    assert (examples["features"][0] != examples["features"][1]).any()


def test_a_video_watched_to_its_end() -> None:
    """Nine tenths are a finish and long, and their share of two playings is the watch label."""
    sitting = Sitting()
    length_ms = sitting.length_ms(1)
    ms = -(-length_ms * 9 // 10)
    assert sitting.sees(1, ms).labels() == marked(
        finish=LABEL_ONE, long=LABEL_ONE, watch=ms * LABEL_ONE // (2 * length_ms)
    )


def test_a_loop_is_one_playing_and_two_are_all_that_counts() -> None:
    """Who saw it come round has watched it once at least, whatever the clock says; half of the
    second time counts as that, and nothing beyond the second."""
    wanted = marked(finish=LABEL_ONE, long=LABEL_ONE, watch=LABEL_ONE // 2)
    assert Sitting().sees(1, 100, loops=1).labels() == wanted
    length_ms = Sitting().length_ms(1)
    longer = Sitting().sees(1, length_ms + length_ms // 2, loops=1).labels()
    share = (length_ms + length_ms // 2) * LABEL_ONE // (2 * length_ms)
    assert longer == wanted | {"watch": share}
    assert LABEL_ONE * 3 // 4 - 1 <= share <= LABEL_ONE * 3 // 4
    wanted = marked(finish=LABEL_ONE, long=LABEL_ONE, watch=LABEL_ONE)
    assert Sitting().sees(1, 300_000, loops=3).labels() == wanted


def test_a_fast_skip() -> None:
    """A second of a video of more than four is a skip; two seconds are not."""
    sitting = Sitting()
    length_ms = sitting.length_ms(0)
    share = 1000 * LABEL_ONE // (2 * length_ms)
    assert sitting.sees(0, 1000).labels() == marked(skip=LABEL_ONE, watch=share)
    assert Sitting().sees(0, 2000).labels()["skip"] == 0


def test_the_last_watch_report_counts() -> None:
    """Reports of one showing grow; the last of them is the label."""
    sitting = Sitting().sees(0, 500).does("watch", 0, ms=1500).does("watch", 0, ms=2500)
    (example,) = sitting.teaches()
    assert example["ms"] == 2500


@pytest.mark.parametrize(
    ("kind", "undo", "head"),
    [
        ("like", "unlike", "like"),
        ("save", "unsave", "save"),
        ("not_interested", "undo_not_interested", "reject"),
        ("report", "undo_report", "reject"),
    ],
)
def test_acts_and_their_undoing(kind: str, undo: str, head: str) -> None:
    """Each act sets its label and no other; undone, it does not; done again, it does."""
    more: dict[str, Any] = {"reason": "spam"} if kind == "report" else {}
    sitting = Sitting().sees(3, 2500).does(kind, 3, **more)
    base = marked(watch=sitting.labels()["watch"], long=sitting.labels()["long"])
    assert sitting.labels() == base | {head: LABEL_ONE}
    assert sitting.does(undo, 3).labels() == base
    assert sitting.does(kind, 3, **more).labels() == base | {head: LABEL_ONE}


def test_a_report_is_not_undone_by_being_interested_again() -> None:
    """Two ways to reject a video stand apart: taking back one leaves the other."""
    sitting = Sitting().sees(3, 2500).does("report", 3, reason="spam").does("not_interested", 3)
    assert sitting.does("undo_not_interested", 3).labels()["reject"] == LABEL_ONE


def test_a_share_cannot_be_undone() -> None:
    """Shared is shared."""
    assert Sitting().sees(3, 2500).does("share", 3).labels()["share"] == LABEL_ONE


def test_who_commented_commented() -> None:
    """A comment on this video is a label, one on another video of the slate is none."""
    sitting = Sitting().sees(3, 2500)
    sitting.pocket.take_comment(VIEWER, sitting.videos[2], key="c1", now_ms=sitting.now_ms + 1)
    assert sitting.labels()["comment"] == 0
    sitting.pocket.take_comment(VIEWER, sitting.videos[3], key="c2", now_ms=sitting.now_ms + 2)
    assert sitting.labels()["comment"] == LABEL_ONE


def test_a_follow_counts_for_the_video_it_was_made_on() -> None:
    """Made on this video it is a label; made elsewhere, or taken back, it is none."""
    sitting = Sitting().sees(3, 2500)
    creator = str(sitting.creator(3))
    assert sitting.does("follow", 3, creator=creator).labels()["follow"] == LABEL_ONE
    assert sitting.does("unfollow", creator=creator).labels()["follow"] == 0
    assert sitting.does("follow", creator=creator).labels()["follow"] == 0
    other = Sitting().sees(3, 2500)
    assert other.does("follow", 3, creator="999").labels()["follow"] == 0


def test_what_comes_too_late_does_not_count() -> None:
    """A like at the last millisecond counts, one a millisecond later does not, whoever gathers."""
    sitting = Sitting().sees(3, 2500)
    end_ms = parse_receipt(sitting.served.receipt).now_ms + LABEL_MS
    sitting.now_ms = end_ms - 999
    assert sitting.does("like", 3).labels()["like"] == 0
    sitting = Sitting().sees(3, 2500)
    sitting.now_ms = end_ms - 1000
    assert sitting.does("like", 3).labels()["like"] == LABEL_ONE


def test_another_slates_watch_is_not_this_ones() -> None:
    """A showing reported with another number teaches nothing about this slate."""
    sitting = Sitting().does("shown", 0, number=9).does("watch", 0, ms=5000, number=9)
    assert len(sitting.teaches()) == 0


def test_what_an_operator_wrote_is_no_label() -> None:
    """An event that the viewer did not make changes nothing that is learned."""
    sitting = Sitting().sees(3, 2500).does("like", 3)
    receipt = parse_receipt(sitting.served.receipt)
    events = [parse_event(data) for data in sitting.pocket.chains[VIEWER][receipt.events_n :]]
    events[-1] = msgspec.structs.replace(events[-1], author="operator")
    (example,) = sitting.teaches(after=events)
    assert example["labels"][HEADS.index("like")] == 0


def test_a_repeat_teaches_nothing() -> None:
    """A video that came back because nothing else was left was placed by no network."""
    pocket = make_pocket(seed=3, videos=6)
    first = Sitting(pocket)
    again = Sitting(pocket)
    assert {s.slot for s in parse_receipt(again.served.receipt).slate} == {"repeat"}
    state = pocket.state(VIEWER)
    receipt = parse_receipt(again.served.receipt)
    before = [parse_event(data) for data in pocket.chains[VIEWER][: receipt.events_n]]
    again.sees(0, 5000)
    events = [parse_event(data) for data in pocket.chains[VIEWER][receipt.events_n :]]
    assert first.served.number == 1
    assert state.n == len(before) + 1
    folded = fold(empty_state(VIEWER), before)
    assert len(again.teaches(state=folded, after=events)) == 0


def test_events_that_do_not_follow_on_are_refused() -> None:
    """A gap in what came after would let whoever gathers leave out a like."""
    sitting = Sitting().sees(3, 2500).does("like", 3)
    receipt = parse_receipt(sitting.served.receipt)
    events = [parse_event(data) for data in sitting.pocket.chains[VIEWER][receipt.events_n :]]
    with pytest.raises(OtherInputs, match="event 3 after event 1"):
        sitting.teaches(after=[events[0], *events[2:]])


@pytest.mark.parametrize("what", ["epoch", "policy", "events", "viewer"])
def test_other_inputs_than_the_receipts_are_refused(what: str) -> None:
    """Each input that the receipt names by hash is compared with it, by name."""
    sitting = Sitting().sees(0, 2500)
    state = empty_state(VIEWER)
    other: dict[str, dict[str, Any]] = {
        "epoch": {"index": make_pocket(seed=4, videos=60).index},
        "policy": {"policy": sitting.pocket.policies["popular"]},
        "events": {"state": msgspec.structs.replace(state, head="0" * 64)},
        "viewer": {"state": msgspec.structs.replace(state, viewer=ViewerId("cd" * 16))},
    }
    with pytest.raises(OtherInputs, match=f"another {what}"):
        sitting.teaches(**other[what])


def test_errors_have_one_root() -> None:
    """Whoever gathers catches one class; a broken chain of events is not hidden in it."""
    assert issubclass(OtherInputs, LessonRefused)
    assert not issubclass(BrokenChain, LessonRefused)


def test_labels_are_whole_4096ths() -> None:
    """The label of a share of two playings is floored, and a whole one is exactly 4096."""
    sitting = Sitting()
    length_ms = sitting.length_ms(0)
    sitting.sees(0, 2 * length_ms - 1)
    assert sitting.labels()["watch"] == (2 * length_ms - 1) * 4096 // (2 * length_ms) < 4096
    assert Sitting().sees(0, 2 * length_ms).labels()["watch"] == 4096
    assert np.iinfo(EXAMPLE["labels"].base).max >= LABEL_ONE
