"""The sentence of *Why this video?* says nothing that the numbers below it deny."""

import msgspec
import pytest

from plainview.app.http.words import FOUND_AS, LIKENESS, SOURCE_WORDS, why_shape
from plainview.core.feed import build_index, explain, trace_slate
from plainview.core.feed.why import EFFECT_GROUPS, Effect, Why
from plainview.core.terms.policy import SOURCE_CODES
from plainview.core.terms.weights import HEADS
from plainview.flows.explain_video import Explained
from tests.unit.core.feed.parts import FOR_YOU, WEIGHTS
from tests.worlds import demo_catalogue, epoch_of, slate_request, viewer_state

AGAINST = "Yet being so close counted against it."


def a_ranked_why() -> Why:
    """The why of some ranked video of a demonstration slate."""
    trace = trace_slate(
        index=build_index(epoch_of(demo_catalogue(), weights=WEIGHTS.digest)), weights=WEIGHTS,
        policy=FOR_YOU, state=viewer_state(), request=slate_request(seed="words"),
    )  # fmt: skip
    return explain(trace, next(i.video for i in trace.slate.items if i.slot == "ranked"))


def explained(why: Why) -> Explained:
    """`why` as the service hands it on."""
    return Explained(why=why, policy="for-you", epoch=1)


@pytest.mark.parametrize("source", sorted(LIKENESS))
def test_a_likeness_that_took_points_off_is_admitted(source: str) -> None:
    """Found for being close, marked down for it: the sentence says both, and only then."""
    assert LIKENESS[source] in EFFECT_GROUPS
    why = a_ranked_why()
    item = msgspec.structs.replace(why.item, source=source)
    for effect, is_said in ((-5, True), (5, False)):
        effects = (Effect(label=LIKENESS[source], effect=effect),)
        one = msgspec.structs.replace(why, item=item, effects=effects)
        assert (AGAINST in why_shape(explained(one), title="For you").sentence) is is_said


@pytest.mark.parametrize(
    ("chosen_by", "arm", "said"),
    [
        ("viewer", "", "You did."),
        ("default", "", "You chose none yet; everybody begins with these."),
        ("default", "half/popular", "part “popular” of the experiment “half”"),
    ],
)
def test_who_chose_the_rules_is_said(chosen_by: str, arm: str, said: str) -> None:
    """The viewer, nobody, or an experiment, which is named with its part and the way out."""
    one = msgspec.structs.replace(explained(a_ranked_why()), chosen_by=chosen_by, arm=arm)
    words = why_shape(one, title="For you").chosen_words
    assert said in words
    assert ("Choose a feed yourself" in words) == bool(arm)


def test_one_video_is_one_video_and_a_repeat_is_said_in_words() -> None:
    """No rank of one, no plural of one; each source is said as people say it."""
    why = msgspec.structs.replace(a_ranked_why(), candidates=1, rank=1)
    assert why_shape(explained(why), title="").sentence.startswith("It was the only video to consi")
    repeat = msgspec.structs.replace(why.item, source="repeat", slot="repeat")
    shape = why_shape(explained(msgspec.structs.replace(why, item=repeat, rank=0)), title="")
    assert shape.found_as == "a repeat: sent to you before, longest ago"
    assert "sent to you before" in shape.sentence
    assert set(FOUND_AS) == set(SOURCE_WORDS) == {*SOURCE_CODES, "repeat"}


@pytest.mark.parametrize(
    ("asks_follows", "follows", "said"),
    [
        (True, 3, "Nothing by those you follow is left that was not sent to you; of the rest"),
        (True, 0, "You follow nobody yet; of the rest, this is among what is most popular"),
        (False, 0, "Nothing else that this feed looks for was left; of the rest, this is among"),
    ],
)
def test_a_feed_by_time_says_what_fills_it_up(
    *, asks_follows: bool, follows: int, said: str
) -> None:
    """What stands there is the most popular of the rest; no rank by value is told of it."""
    why = a_ranked_why()
    rest = msgspec.structs.replace(why, item=msgspec.structs.replace(why.item, source="rest"))
    one = msgspec.structs.replace(
        explained(rest), order="newest", asks_follows=asks_follows, follows=follows
    )
    sentence = why_shape(one, title="Following").sentence
    assert sentence.startswith(said)
    assert "ranked" not in sentence
    by_value = why_shape(explained(rest), title="For you").sentence
    assert "Nothing closer to you was left." in by_value


def test_what_the_predictions_add_makes_the_value() -> None:
    """The rows shown, with what labels take off, sum to the value shown."""
    shape = why_shape(explained(a_ranked_why()), title="For you")
    labels = shape.numbers["label_points_milli"] << 24
    assert len(shape.predictions) == len(HEADS)
    assert sum(one.adds for one in shape.predictions) + labels == shape.numbers["value"]
