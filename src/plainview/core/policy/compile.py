"""From a policy file to integers, refusing whatever would mislead its reader."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from plainview.core.policy.errors import (
    MissingKey,
    NeverFires,
    OutOfRange,
    UnknownKey,
    WrongType,
)
from plainview.core.policy.source import TOP, Source, read_source
from plainview.core.terms.epoch import (
    FLAG_ADVERT,
    FLAG_RESTRICTED,
    FLAG_SENSITIVE,
    FLAG_SYNTHETIC,
)
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.core.terms.policy import (
    AUDIENCE_MAX,
    BEST_OF_MAX,
    CANDIDATES_MAX,
    LABELS,
    MILLI,
    POLICY_SPEC,
    PROFILE_SOURCES,
    SIZE_MAX,
    SOURCES,
    Policy,
)
from plainview.core.terms.weights import HEADS

LABEL_FLAGS = dict(
    zip(
        LABELS,
        (FLAG_RESTRICTED, FLAG_SENSITIVE, FLAG_SYNTHETIC, FLAG_ADVERT),
        strict=True,
    )
)
OFF = "off"
ORDERS = ("value", "newest")


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a label does: hide its videos, or take points off them, or nothing."""

    is_hidden: bool = False
    demote_milli: int = 0


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One value being read, and where it stands, so that a refusal can say so."""

    section: str
    key: str
    value: Any
    line: int

    @property
    def name(self) -> str:
        """The key as a person would say it."""
        return f"{self.section}.{self.key}" if self.section else self.key


Reader = Callable[[Reading], Any]


def text(*, longest: int) -> Reader:
    """Text on one line, not empty."""

    def read(at: Reading) -> str:
        if not isinstance(at.value, str):
            raise WrongType(at.line, f"{at.name} must be text in quotes")
        if not 1 <= len(at.value) <= longest or "\n" in at.value:
            raise OutOfRange(at.line, f"{at.name} must be one line of 1 to {longest} characters")
        return at.value

    return read


def word(*allowed: str) -> Reader:
    """One of a few words."""

    def read(at: Reading) -> str:
        if not isinstance(at.value, str):
            raise WrongType(at.line, f"{at.name} must be one of {_listed(allowed)}")
        if at.value not in allowed:
            raise OutOfRange(
                at.line, f'{at.name} is "{at.value}"; it must be one of {_listed(allowed)}'
            )
        return at.value

    return read


def yes_or_no(at: Reading) -> bool:
    """true or false."""
    if not isinstance(at.value, bool):
        raise WrongType(at.line, f"{at.name} must be true or false")
    return at.value


def whole(low: int, high: int, *, may_be_off: bool = False) -> Reader:
    """A whole number within bounds; 0 stands for "off" where that is allowed."""

    def read(at: Reading) -> int:
        if may_be_off and at.value == OFF:
            return 0
        if isinstance(at.value, bool) or not isinstance(at.value, int):
            or_off = ' or "off"' if may_be_off else ""
            raise WrongType(at.line, f"{at.name} must be a whole number{or_off}")
        if may_be_off and at.value == 0:
            raise NeverFires(at.line, f'{at.name} = 0 does nothing; write "off" so that it shows')
        return _bounded(at, Decimal(at.value), Decimal(low), Decimal(high), unit=1)

    return read


def decimal(low: str, high: str, *, may_be_off: bool = False) -> Reader:
    """A number of at most three decimals within bounds, in thousandths."""

    def read(at: Reading) -> int:
        if may_be_off and at.value == OFF:
            return 0
        if isinstance(at.value, bool) or not isinstance(at.value, int | Decimal):
            or_off = ' or "off"' if may_be_off else ""
            raise WrongType(at.line, f"{at.name} must be a number{or_off}")
        if may_be_off and at.value == 0:
            raise NeverFires(at.line, f'{at.name} = 0 does nothing; write "off" so that it shows')
        return _bounded(at, Decimal(at.value), Decimal(low), Decimal(high), unit=MILLI)

    return read


def label(at: Reading) -> Label:
    """ "allow", "hide" or "demote POINTS"."""
    if not isinstance(at.value, str):
        raise WrongType(at.line, f'{at.name} must be "allow", "hide" or "demote POINTS"')
    verb, _, points = at.value.partition(" ")
    if verb == "demote" and _is_decimal(points):
        value = Decimal(points)
        if value == 0:
            raise NeverFires(at.line, f'{at.name} takes off nothing; write "allow"')
        milli = _bounded(at, value, Decimal(0), Decimal(100), unit=MILLI)
        return Label(demote_milli=milli)
    if at.value not in {"allow", "hide"}:
        raise OutOfRange(
            at.line,
            f'{at.name} is "{at.value}"; it must be "allow", "hide" or "demote" and points, '
            'like "demote 0.5"',
        )
    return Label(is_hidden=at.value == "hide")


def _bounded(at: Reading, value: Decimal, low: Decimal, high: Decimal, *, unit: int) -> int:
    # A number such as nan or 1e999 is finite in no useful sense; comparing it first is safe.
    if not value.is_finite() or not low <= value <= high:
        raise OutOfRange(at.line, f"{at.name} is {value}; it must be from {low} to {high}")
    scaled = value * unit
    if scaled != int(scaled):
        raise OutOfRange(at.line, f"{at.name} is {value}; at most three decimals are kept")
    return int(scaled)


def _is_decimal(points: str) -> bool:
    whole_part, _, fraction = points.partition(".")
    return (
        whole_part.isdigit()
        and whole_part.isascii()
        and ("." not in points or (fraction.isdigit() and fraction.isascii()))
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{w}"' for w in words)


SECTIONS: dict[str, dict[str, Reader]] = {
    TOP: {
        "spec": word(POLICY_SPEC),
        "name": text(longest=32),
        "title": text(longest=32),
        "blurb": text(longest=200),
        "uses_profile": yes_or_no,
        "order": word(*ORDERS),
    },
    "worth": {
        **{head: decimal("-100", "100") for head in HEADS if head != "watch"},
        "watch_second": decimal("-1", "1"),
    },
    "sources": {name: whole(1, 400, may_be_off=True) for name in SOURCES},
    "fresh": {
        "first_audience": whole(1, AUDIENCE_MAX, may_be_off=True),
        "days": whole(1, 3650, may_be_off=True),
    },
    "filters": {
        "longer_than_s": whole(1, 3599, may_be_off=True),
        "other_languages": word("allow", "hide"),
    },
    "labels": dict.fromkeys(LABELS, label),
    "spacing": {
        "creators_apart": whole(1, SIZE_MAX, may_be_off=True),
        "topics_share": decimal("0.05", "1", may_be_off=True),
        "topic_tires": decimal("0.001", "10", may_be_off=True),
        "topics_lately": decimal("0.1", "1", may_be_off=True),
        "lookalike_bits": whole(1, 32, may_be_off=True),
    },
    "not_interested": {
        "days": whole(1, 365, may_be_off=True),
        "points": decimal("0.001", "100", may_be_off=True),
    },
    "exploration": {
        "owed_share": decimal("0.001", "0.5", may_be_off=True),
        "share": decimal("0.001", "0.5", may_be_off=True),
        "doubt": decimal("0.001", "10", may_be_off=True),
        "best_of": whole(1, BEST_OF_MAX, may_be_off=True),
    },
    "repeats": {"when_caught_up": word("longest_unseen", "stop")},
}
"""Every key of a policy file. Nothing has a default."""


def compile_policy(data: bytes) -> Policy:
    """Compile the TOML `data` of one policy; `digest` is the SHA-256 of the bytes.

    Raises: PolicyRefused: with .line and .reason; its leaves say of what kind.
    """
    source = read_source(data)
    order = source.values.get("order")
    expected = [s for s in SECTIONS if not (s == "worth" and order == "newest")]
    _refuse_unknown(source, expected=expected)
    read: dict[str, dict[str, Any]] = {}
    for section in expected:
        table = source.values if section == TOP else source.values.get(section)
        if table is None:
            raise MissingKey(1, f"the section [{section}] is missing")
        if not isinstance(table, dict):
            raise WrongType(source.line(TOP, section), f"{section} must be a section: [{section}]")
        read[section] = _read_section(source, section, table)
    policy = _policy(read, digest_of(data))
    _refuse_idle(policy, source)
    return policy


def _refuse_unknown(source: Source, *, expected: list[str]) -> None:
    for key in source.values:
        if key in expected or key in SECTIONS[TOP]:
            continue
        line = source.lines.get((TOP, key)) or source.line(key)
        if key == "worth":
            raise NeverFires(line, 'under order = "newest" nothing reads [worth]; leave it out')
        raise UnknownKey(line, f"nothing reads {key}")


def _read_section(source: Source, section: str, table: dict[str, Any]) -> dict[str, Any]:
    readers = SECTIONS[section]
    for key in table:
        if key not in readers and not (section == TOP and key in SECTIONS):
            raise UnknownKey(source.line(section, key), f"nothing reads {section}.{key}")
    out: dict[str, Any] = {}
    for key, reader in readers.items():
        if key not in table:
            where = f"[{section}]" if section else "the top of the file"
            raise MissingKey(source.line(section), f"{key} is missing from {where}")
        out[key] = reader(
            Reading(section=section, key=key, value=table[key], line=source.line(section, key))
        )
    return out


def _policy(read: dict[str, dict[str, Any]], digest: Digest) -> Policy:
    top, worth, spacing = read[TOP], read.get("worth", {}), read["spacing"]
    labels, exploration = read["labels"], read["exploration"]
    return Policy(
        name=top["name"],
        title=top["title"],
        blurb=top["blurb"],
        digest=digest,
        uses_profile=top["uses_profile"],
        order=top["order"],
        worth_milli=tuple(
            worth.get("watch_second" if head == "watch" else head, 0) for head in HEADS
        ),
        sources=tuple(read["sources"][name] for name in SOURCES),
        first_audience=read["fresh"]["first_audience"],
        fresh_days=read["fresh"]["days"],
        length_s_max=read["filters"]["longer_than_s"],
        same_language=read["filters"]["other_languages"] == "hide",
        hidden_labels=sum(LABEL_FLAGS[name] for name in LABELS if labels[name].is_hidden),
        demote_milli=tuple(labels[name].demote_milli for name in LABELS),
        creators_apart=spacing["creators_apart"],
        topics_share_milli=spacing["topics_share"],
        topic_tires_milli=spacing["topic_tires"],
        topics_lately_milli=spacing["topics_lately"],
        lookalike_bits=spacing["lookalike_bits"],
        rejected_days=read["not_interested"]["days"],
        rejected_milli=read["not_interested"]["points"],
        owed_share_milli=exploration["owed_share"],
        explore_share_milli=exploration["share"],
        doubt_milli=exploration["doubt"],
        best_of=exploration["best_of"],
        repeats=read["repeats"]["when_caught_up"] == "longest_unseen",
    )


Idle = tuple[bool, str, str, str]
"""Whether a rule can never fire, its section and key, and why."""


def _idle_chances(policy: Policy, *, has_fresh: bool, by_time: bool) -> list[Idle]:
    """What of chance, and of what a "not interested" says, can never change a slate."""
    share, doubt = policy.explore_share_milli, policy.doubt_milli
    days, points = policy.rejected_days, policy.rejected_milli
    draws = bool(policy.owed_share_milli or share)
    unread = 'points do not count under order = "newest"'
    return [
        (
            bool(policy.owed_share_milli) and not has_fresh,
            "exploration", "owed_share", "goes to fresh videos, and that source is off",
        ),
        (by_time and bool(share), "exploration", "share", unread),
        (by_time and bool(doubt), "exploration", "doubt", unread),
        (bool(doubt) and not share, "exploration", "doubt", "is read by no share of chance"),
        (
            bool(share) and not doubt,
            "exploration", "share", "finds nothing in doubt: exploration.doubt is off",
        ),
        (
            bool(policy.best_of) and not draws,
            "exploration", "best_of", 'nothing is drawn; write "off"',
        ),
        (
            draws and not policy.best_of,
            "exploration", "best_of", "says of how many draws the best is kept: at least 1",
        ),
        (by_time and bool(points), "not_interested", "points", unread),
        (
            bool(points) and not policy.uses_profile,
            "not_interested", "points", "takes off nothing when uses_profile = false",
        ),
        (
            bool(points) and not days,
            "not_interested", "points", "are taken off for no time: not_interested.days is off",
        ),
        (bool(days) and not points, "not_interested", "days", 'takes off nothing; write "off"'),
    ]  # fmt: skip


def _refuse_idle(policy: Policy, source: Source) -> None:
    """Refuse rules that can never change a slate, and totals out of bounds."""
    asked = dict(zip(SOURCES, policy.sources, strict=True))
    total = sum(policy.sources)
    if not 1 <= total <= CANDIDATES_MAX:
        raise OutOfRange(
            source.line("sources"),
            f"the sources ask for {total} candidates; 1 to {CANDIDATES_MAX} in all",
        )
    fresh = asked["fresh"]
    by_time = policy.order == "newest"
    tests: list[Idle] = [
        (
            bool(asked[name]) and not policy.uses_profile,
            "sources", name, "finds nothing when uses_profile = false",
        )
        for name in PROFILE_SOURCES
    ]  # fmt: skip
    for key, number in (("first_audience", policy.first_audience), ("days", policy.fresh_days)):
        tests.append((
            bool(number) and not fresh, "fresh", key, 'nothing asks the fresh source; write "off"',
        ))  # fmt: skip
        tests.append((
            bool(fresh) and not number, "sources", "fresh", f"finds nothing: fresh.{key} is off",
        ))  # fmt: skip
    tests += _idle_chances(policy, has_fresh=bool(fresh), by_time=by_time)
    tests += [
        (
            policy.creators_apart == 1,
            "spacing", "creators_apart", "neighbours are always 1 apart; 2 is the least",
        ),
        *(
            (number == MILLI, "spacing", key, 'no topic can hold more than all; write "off"')
            for key, number in (
                ("topics_share", policy.topics_share_milli),
                ("topics_lately", policy.topics_lately_milli),
            )
        ),
        (
            by_time and policy.topic_tires_milli > 0,
            "spacing", "topic_tires", 'points do not count under order = "newest"',
        ),
    ]  # fmt: skip
    tests += [
        (
            by_time and demote_milli > 0,
            "labels", name, 'points do not count under order = "newest"',
        )
        for name, demote_milli in zip(LABELS, policy.demote_milli, strict=True)
    ]  # fmt: skip
    for is_idle, section, key, reason in tests:
        if is_idle:
            raise NeverFires(source.line(section, key), f"{section}.{key} {reason}")
