"""Every entry is told in words, and every field of it is explained."""

import pytest

from plainview.app.http.public.fields import EVERYWHERE, MEANINGS, entry_fields
from plainview.app.http.public.sentences import (
    ACCESS_WORDS,
    ACTION_WORDS,
    AUTHOR_WORDS,
    BOOST_WORDS,
    REASON_WORDS,
    REFUSAL_WORDS,
    ROLE_WORDS,
    SENTENCES,
    TYPE_WORDS,
    Line,
    sentence,
)
from plainview.core.history import ENTRY_TYPES, encode_entry
from plainview.core.history import entries as schema
from tests.unit.app.public.examples import NOW, Reader, every_entry, line, offers

TYPES = sorted(ENTRY_TYPES)

SAID = {
    "trust": "The root of trust was laid down: whose keys sign here, and which witnesses look on.",
    "source": "From here on the service runs program code aaaaaaaa…, 214 files.",
    "policies": "2 feeds went on offer: “for-you” and “fresh”.",
    "weights": "New weights were published, learned by the recipe “tick-1” from those before.",
    "hours": "The keys of chance for the 2 hours from 18 November 2026, 11:00 UTC on were fixed,"
    " each hidden until its hour is over.",
    "hour_key": "The key of chance for the hour of 18 November 2026, 11:00 UTC was revealed.",
    "decision": "A video was removed: spam or a scam.",
    "comment_decision": "A comment was hidden by an operator: hateful, or harassing somebody.",
    "epoch": "Epoch 81 of the catalogue was frozen: after 12 decisions.",
    "interval": "2 pages of videos were signed and 1 action of viewers was taken.",
    "promise": "An upload was taken whole: by 18 November 2026, 11:07:40 UTC it is published, or"
    " refused with a signed reason.",
    "promise_kept": "An upload was published as promised: it is in the catalogue from epoch 82 on.",
    "promise_refused": "An upload was refused: it has no picture.",
    "boost": "A video was given 1.5 points under “for-you” until 19 November 2026, 11:06:40 UTC:"
    " an emergency.",
    "experiment": "The experiment “shorter” divides viewers among “for-you” (90 %) and “for-you-2”"
    " (10 %) until 19 November 2026, 11:06:40 UTC.",
    "experiment_end": "The experiment “shorter” ended at 18 November 2026, 11:06:40 UTC: a stop"
    " rule of its declaration applied. What divided its viewers is revealed.",
    "line_weights": "In the experiment “shorter” the recipe “bold” learned: its viewers are ranked"
    " by new weights.",
    "access": "An operator read one person's data, to replay what that person was served.",
    "erasure": "One person's data were erased at their own request, 12 receipts among them.",
}


def test_no_type_of_entry_is_forgotten() -> None:
    """Sentence, heading, explanations and example exist for exactly the types that the log has."""
    for table in (SENTENCES, TYPE_WORDS, MEANINGS, SAID, every_entry()):
        assert sorted(table) == TYPES


@pytest.mark.parametrize("kind", TYPES)
def test_an_entry_is_told_in_a_sentence(kind: str) -> None:
    """Each type of entry is told in the sentence written here by hand."""
    assert sentence(line(every_entry()[kind])) == SAID[kind]


def test_an_epoch_is_told_with_its_videos() -> None:
    """Where the epoch is kept, its sentence has the number of videos."""
    told = sentence(line(every_entry()["epoch"], videos=206))
    assert told == "Epoch 81 of the catalogue was frozen: 206 videos, after 12 decisions."


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": "1" * 64}, {"a": "2" * 64}, "The rules of “a” changed."),
        ({"a": "1" * 64}, {"a": "1" * 64, "b": "2" * 64}, "“b” went on offer."),
        ({"a": "1" * 64, "b": "2" * 64}, {"a": "1" * 64}, "“b” is no longer on offer."),
        (
            {"a": "1" * 64, "b": "2" * 64},
            {"a": "2" * 64, "c": "3" * 64},
            "The rules of “a” changed; “c” went on offer; “b” is no longer on offer.",
        ),
    ],
)
def test_a_list_of_feeds_is_told_by_what_changed(
    before: dict[str, str], after: dict[str, str], told: str
) -> None:
    """A list after another is told as the difference between the two."""
    assert sentence(line(offers(**after), before=offers(**before))) == told


def test_bytes_that_are_no_entry_are_said_to_be() -> None:
    """What does not follow the schema is neither hidden nor explained away."""
    assert "not an entry" in sentence(Line(index=0, body=b'{"type":"gift"}'))


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_is_explained(kind: str) -> None:
    """Each field of each type has its meaning written, and no field that is not there has."""
    fields = set(ENTRY_TYPES[kind].__struct_fields__) | {"type"}
    assert set(MEANINGS[kind]) | set(EVERYWHERE) == fields
    assert set(MEANINGS[kind]) & set(EVERYWHERE) == set()


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_is_shown(kind: str) -> None:
    """Each field's name stands on the page with its explanation beside it."""
    shown = Reader(entry_fields(every_entry()[kind]))
    for name, meaning in {**MEANINGS[kind], **EVERYWHERE}.items():
        assert name in shown.texts
        assert meaning in shown.text


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (ACTION_WORDS, schema.Action), (REASON_WORDS, schema.DecisionCode),
        (REFUSAL_WORDS, schema.RefusalCode), (BOOST_WORDS, schema.BoostCode),
        (ACCESS_WORDS, schema.AccessCode), (ROLE_WORDS, schema.Role),
        (AUTHOR_WORDS, schema.Author),
    ],
    ids=["action", "reason", "refusal", "boost", "access", "role", "author"],
)  # fmt: skip
def test_every_code_has_words(table: dict[str, str], codes: object) -> None:
    """Each word of each closed list of the schema is put in plain words."""
    assert sorted(table) == sorted(codes.__args__)  # type: ignore[attr-defined]


def test_the_examples_are_as_the_log_writes_them() -> None:
    """Each example passes the schema that the log refuses by."""
    for entry in every_entry().values():
        assert encode_entry(entry)
        assert entry.at_ms == NOW
