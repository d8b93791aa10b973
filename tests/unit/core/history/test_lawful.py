"""The lawful order of entries, rule by rule."""

import msgspec
import pytest

from plainview.core.history import RULES, Entry, Hours, contradiction, fold_history, range_broken
from plainview.core.history.lawful import PREFIX_RULES
from plainview.core.history.rules import ALONE, PAIRS, RANGES
from tests.histories import (
    BEGIN_MS,
    HOUR,
    HOUR_MS,
    OVER_MS,
    beginning,
    broken,
    digest,
    epoch,
    experiment_end,
    in_line,
    keys,
    lawful,
    learned,
    line_weights,
    promise,
    recipes,
)

BROKEN = broken()


def test_a_log_in_order_breaks_nothing() -> None:
    """The lawful log holds every kind of entry, and no rule objects to it."""
    entries = lawful()
    history, found = fold_history(entries)
    assert found == []
    assert history.size == len(entries)
    assert {type(entry) for entry in entries} == set(Entry.__args__)


def test_every_rule_has_a_log_that_breaks_it() -> None:
    """The corpus names each rule once; the overdue promise is asked for by time, not by order."""
    assert set(BROKEN) == set(RULES) - {"promise_broken"}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_decides_what_no_other_decides(rule: str) -> None:
    """Each log of the corpus is objected to by its own rule, once, and by no other."""
    _, found = fold_history(BROKEN[rule])
    assert [breach.rule for breach in found] == [rule]
    assert found[0].words


@pytest.mark.parametrize("rule", [*ALONE, *PAIRS])
def test_the_entries_a_breach_names_show_it_alone(rule: str) -> None:
    """Whoever holds just the entries named, without the log, finds the same rule broken."""
    entries = BROKEN[rule]
    _, [breach] = fold_history(entries)
    assert breach.entries
    shown = [(i, entries[i]) for i in breach.entries]
    assert [other for other in (*ALONE, *PAIRS) if contradiction(other, shown)] == [rule]


@pytest.mark.parametrize("rule", RANGES)
def test_the_run_of_entries_a_breach_names_shows_it_alone(rule: str) -> None:
    """Whoever holds the consecutive entries from `since` on finds the same rule broken."""
    entries = BROKEN[rule]
    _, [breach] = fold_history(entries)
    assert breach.entries == ()
    assert range_broken(rule, breach.since, entries[breach.since : breach.index + 1])


@pytest.mark.parametrize("rule", set(RULES) - set(RANGES) - {"promise_broken"})
def test_a_lawful_log_gives_no_evidence_of_any_rule(rule: str) -> None:
    """No entry, no two entries and no run of a lawful log break a rule by themselves."""
    entries = list(enumerate(lawful()))
    assert not any(contradiction(rule, [one]) for one in entries)
    assert not any(contradiction(rule, [a, b]) for a in entries for b in entries if a[0] < b[0])


@pytest.mark.parametrize("rule", RANGES)
def test_no_run_of_a_lawful_log_breaks_a_rule(rule: str) -> None:
    """A run that begins where its rule says, and ends anywhere, shows nothing in a lawful log."""
    entries = lawful()
    for first in range(len(entries)):
        for end in range(first + 1, len(entries) + 1):
            assert not range_broken(rule, first, entries[first:end])


def test_a_run_that_begins_elsewhere_shows_nothing() -> None:
    """Leaving out what stood before is no way to make a gap."""
    entries = lawful()
    roots = [getattr(entry, "root", "") for entry in entries]
    third = roots.index(digest("epoch 3"))
    assert range_broken("epoch_gap", third - 1, entries[third - 1 : third + 1]) == ""


@pytest.mark.parametrize("rule", [*PAIRS])
def test_two_entries_the_other_way_round_show_nothing(rule: str) -> None:
    """The order of the log counts: the later entry cannot be called the earlier one."""
    entries = BROKEN[rule]
    _, [breach] = fold_history(entries)
    a, b = breach.entries
    assert contradiction(rule, [(b, entries[b]), (a, entries[a])]) == ""


def test_one_lie_is_said_once() -> None:
    """After a gap the numbering goes on from what the entry said."""
    entries = [*BROKEN["epoch_gap"], epoch(4, at_ms=BEGIN_MS + 4000)]
    assert [breach.rule for breach in fold_history(entries)[1]] == ["epoch_gap"]


def test_a_promise_is_broken_once_its_deadline_is_over() -> None:
    """An unsettled promise is overdue after its deadline, not at it; a settled one never is."""
    history, _ = fold_history([*beginning(), promise("upload 1", at_ms=BEGIN_MS + 3000)])
    deadline = BEGIN_MS + 3000 + HOUR_MS
    assert history.overdue(deadline) == []
    assert [breach.rule for breach in history.overdue(deadline + 1)] == ["promise_broken"]
    assert fold_history(lawful())[0].overdue(deadline + HOUR_MS) == []


def test_keys_for_the_next_hours_may_be_committed_after_a_rest() -> None:
    """A service that stood still for a day may begin again without waiting for another."""
    first = beginning()
    first[4] = Hours(at_ms=BEGIN_MS, first=HOUR, commitments=keys(HOUR, 2))
    rested = BEGIN_MS + 2000 + 24 * HOUR_MS
    for at_ms, expected in ((rested, []), (rested - 1, ["hours_ahead"])):
        more = Hours(at_ms=at_ms, first=HOUR + 25, commitments=keys(HOUR + 25, 1))
        assert [breach.rule for breach in fold_history([*first, more])[1]] == expected


def test_what_was_established_can_be_asked() -> None:
    """By hand: of the lawful log, where each thing was first logged."""
    history, _ = fold_history(lawful())
    assert history.sources == {digest("source"): 1}
    assert set(history.policies.values()) == {2}
    assert {name: at[0] for name, at in history.weights.items()} == {
        digest("weights 1"): 3, digest("weights 2"): 18,
    }  # fmt: skip
    assert history.hour_commitment(HOUR) is not None
    assert history.hour_commitment(HOUR - 1) is None
    assert history.hour_commitment(HOUR + 71) is not None
    assert history.hour_commitment(HOUR + 72) is None
    assert history.hour_keys[HOUR][1].at_ms == OVER_MS
    found = history.epoch(3)
    assert found is not None
    assert found[0] == 19
    assert history.epoch(6) is None
    assert [at[0] for at in history.line_weights] == [22, 24]
    assert history.trust is not None
    assert (history.trust.version, history.trust.retention_days) == (2, 120)
    assert history.erased_receipts == 1


def test_what_needs_the_whole_log_is_shown_from_its_beginning() -> None:
    """A thing that is nowhere before is shown by all entries up to the one in question."""
    for rule in set(PREFIX_RULES) - {"promise_broken"}:
        _, [breach] = fold_history(BROKEN[rule])
        assert (breach.entries, breach.since) == ((), 0)


def test_an_edition_older_than_its_log_begins_with_its_newest_epoch() -> None:
    """The first epoch logged may have any number; from there on none is left out."""
    first = beginning()
    first[5] = epoch(41, at_ms=BEGIN_MS + 10)
    assert fold_history([*first, epoch(42, at_ms=BEGIN_MS + 3000)])[1] == []
    _, found = fold_history([*first, epoch(43, at_ms=BEGIN_MS + 3000)])
    assert [(breach.rule, breach.since) for breach in found] == [("epoch_gap", 5)]


def lined(*more: Entry) -> list[Entry]:
    """A log with a line begun, and what comes after it."""
    at = BEGIN_MS + 3000
    begun = line_weights("weights 1", "weights 1", at_ms=at + 10)
    twice = msgspec.structs.replace(recipes("twice", at_ms=at), to_ms=at + 60_000)
    return [*beginning(), twice, begun, *more]


def rules_broken(log: list[Entry]) -> list[str]:
    return [breach.rule for breach in fold_history(log)[1]]


def test_a_line_goes_on_parent_by_parent() -> None:
    """It may be the main weights once, at its beginning; then each names the last of the line, and
    main weights published meanwhile do not matter to it."""
    at = BEGIN_MS + 3100
    first = line_weights("bold 1", "weights 1", at_ms=at)
    main = learned("weights 2", "weights 1", at_ms=at + 1)
    second = line_weights("bold 2", "bold 1", at_ms=at + 2)
    assert rules_broken(lined(first, main, second)) == []
    assert rules_broken(lined(first, line_weights("bold 2", "weights 1", at_ms=at + 2))) == [
        "line_parent"
    ]
    again = line_weights("bold 1", "bold 1", at_ms=at + 2)
    assert rules_broken(lined(first, again)) == ["line_parent"]
    other = [
        *beginning(),
        recipes("twice", at_ms=at),
        line_weights("x", "weights 1", at_ms=at + 10),
    ]
    assert rules_broken(other) == ["line_parent"]


def test_a_line_ends_with_its_experiment() -> None:
    """After the end was logged it publishes nothing."""
    at = BEGIN_MS + 4000
    end = experiment_end("twice", at_ms=at)
    late = line_weights("bold 1", "weights 1", at_ms=at + 1)
    assert rules_broken(lined(end, late)) == ["line_undeclared"]


def test_an_epoch_of_its_time_that_names_no_line_is_found_at_its_end() -> None:
    """Till then nobody outside knows when it was over; ten seconds about both ends are allowed."""
    at = BEGIN_MS + 3000
    bare = epoch(2, at_ms=at + 20_000)
    assert rules_broken(lined(bare)) == []
    assert rules_broken(lined(bare, experiment_end("twice", at_ms=at + 40_000))) == ["epoch_lines"]
    assert rules_broken(lined(bare, experiment_end("twice", at_ms=at + 25_000))) == []
    early = epoch(2, at_ms=at + 5_000)
    assert rules_broken(lined(early, experiment_end("twice", at_ms=at + 40_000))) == []
    named = in_line(epoch(2, at_ms=at + 20_000), "weights 1")
    assert rules_broken(lined(named, experiment_end("twice", at_ms=at + 40_000))) == []
