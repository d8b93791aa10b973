"""The golden corpus of filter rules: every rule decides a case that no other rule decides."""

from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.feed import build_index
from plainview.core.feed.filter import counts_by_rule, decide, flag_rules, language_code
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import RULE_CODES, RULES, Policy
from plainview.core.terms.slate import Context
from tests.unit.core.feed.parts import FOR_YOU, policy_with
from tests.worlds import epoch_of, video, viewer_state

REMOVED, WITHDRAWN, RESTRICTED, SENSITIVE, SYNTHETIC, ADVERT, UNLISTED, SILENT = (
    1, 2, 4, 8, 16, 32, 64, 128,
)  # fmt: skip
LENIENT = policy_with(FOR_YOU, {'restricted = "hide"': 'restricted = "allow"'})
ONE = VideoId(1)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One video, one viewer, one policy, and the rule that decides ("" for none)."""

    decided_by: str
    video: dict[str, Any] = {}
    state: dict[str, Any] = {}
    policy: Policy = LENIENT
    age: str = "adult"
    language: str = "en"


CORPUS = [
    Case(decided_by=""),
    Case(decided_by="", video={"flags": SILENT}),
    Case(decided_by="removed", video={"flags": REMOVED}),
    Case(decided_by="withdrawn", video={"flags": WITHDRAWN}),
    Case(decided_by="unlisted", video={"flags": UNLISTED}),
    Case(decided_by="too_young", video={"flags": SENSITIVE}, age="teen"),
    Case(decided_by="too_young", video={"flags": RESTRICTED}, age=""),
    Case(decided_by="", video={"flags": SENSITIVE | RESTRICTED}),
    Case(decided_by="", video={"flags": SYNTHETIC | ADVERT}, age="teen"),
    Case(decided_by="label_restricted", video={"flags": RESTRICTED}, policy=FOR_YOU),
    *(
        Case(
            decided_by=f"label_{name}",
            video={"flags": flag},
            policy=policy_with(LENIENT, {f'{name} = "{now}"': f'{name} = "hide"'}),
        )
        for name, flag, now in (
            ("sensitive", SENSITIVE, "demote 0.5"),
            ("synthetic", SYNTHETIC, "allow"),
            ("advert", ADVERT, "demote 0.5"),
        )
    ),
    Case(decided_by="creator_blocked", state={"blocks": {CreatorId(7): 1}}),
    Case(decided_by="", state={"blocks": {CreatorId(8): 1}}),
    Case(decided_by="creator_muted", state={"mutes": {CreatorId(7): 1}}),
    Case(decided_by="video_reported", state={"reported": {ONE: 1}}),
    Case(decided_by="video_rejected", state={"rejected": {ONE: 1}}),
    Case(
        decided_by="too_long",
        video={"length_ms": 60_001},
        policy=policy_with(LENIENT, {'longer_than_s = "off"': "longer_than_s = 60"}),
    ),
    Case(
        decided_by="",
        video={"length_ms": 60_000},
        policy=policy_with(LENIENT, {'longer_than_s = "off"': "longer_than_s = 60"}),
    ),
    *(
        Case(
            decided_by=rule,
            video={"language": spoken},
            language=mine,
            policy=policy_with(LENIENT, {'other_languages = "allow"': 'other_languages = "hide"'}),
        )
        for rule, spoken, mine in (
            ("other_language", "de", "en"),
            ("other_language", "de", ""),
            ("", "de", "DE-at"),
            ("", "", "en"),
        )
    ),
    Case(decided_by="seen", state={"seen": {ONE: 1}}),
    Case(decided_by="", state={"seen": {VideoId(2): 1}, "liked": {ONE: 1}, "shown": {ONE: 1}}),
]


def rule_of(case: Case) -> str:
    """The rule that decides the one video of a case."""
    index = build_index(epoch_of([video(1, **({"creator": 7} | case.video))]))
    (code,) = decide(
        index=index,
        policy=case.policy,
        state=viewer_state(**case.state),
        context=Context(size=8, age=case.age, language=case.language),
    )
    return RULES[code - 1] if code else ""


@pytest.mark.parametrize("case", CORPUS, ids=[f"{i}-{c.decided_by}" for i, c in enumerate(CORPUS)])
def test_the_corpus_is_decided_as_written(case: Case) -> None:
    """Each case is decided by the rule it names and by no other."""
    assert rule_of(case) == case.decided_by


def test_every_rule_decides_a_case() -> None:
    """No rule is idle: the corpus holds one that only it decides."""
    assert {case.decided_by for case in CORPUS} == {"", *RULES}


@pytest.mark.parametrize("earlier", RULES[:-1])
def test_the_first_rule_decides(earlier: str) -> None:
    """A video that was also seen is counted under the earlier rule, so that it never repeats."""
    case = next(case for case in CORPUS if case.decided_by == earlier)
    seen_too = msgspec.structs.replace(case, state=case.state | {"seen": {ONE: 1}})
    assert rule_of(seen_too) == earlier


def test_flags_together_are_decided_by_the_first_rule() -> None:
    """Removed comes before withdrawn, that before unlisted, and all before labels."""
    table = flag_rules(policy=FOR_YOU, age="teen")
    assert table[REMOVED | WITHDRAWN | RESTRICTED] == RULE_CODES["removed"]
    assert table[WITHDRAWN | UNLISTED] == RULE_CODES["withdrawn"]
    assert table[UNLISTED | SENSITIVE] == RULE_CODES["unlisted"]
    assert table[RESTRICTED] == RULE_CODES["too_young"]
    assert flag_rules(policy=FOR_YOU, age="adult")[RESTRICTED] == RULE_CODES["label_restricted"]


def test_what_was_kept_out_is_counted_by_rule() -> None:
    """Counts name only rules that kept something out."""
    decided = np.array([0, 0, RULE_CODES["seen"], RULE_CODES["removed"], RULE_CODES["seen"]])
    assert counts_by_rule(decided.astype(np.uint8)) == {"seen": 2, "removed": 1}


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("en", 0x656E),
        ("EN-gb", 0x656E),
        ("", 0),
        ("e", 0),
        ("e1", 0),
        ("éa", 0),
        ("zh-Hant", 0x7A68),
    ],
)
def test_a_language_is_its_first_two_letters(language: str, code: int) -> None:
    """Upper case and regions do not matter; what is no pair of ASCII letters is no language."""
    assert language_code(language) == code
