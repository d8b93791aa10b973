"""An experiment as it is declared before it begins: a file of TOML whose digest is logged.

An arm is a policy on offer, or that policy ranked by what another recipe learns meanwhile:
`POLICY+RECIPE`, the recipe's digest standing under `recipes`.

There is no field for who is in it: viewers are divided by a hash and by nothing else.
"""

import re
import tomllib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from plainview.core.experiments.errors import BadPlan
from plainview.core.receipts import arm_text, recipe_of
from plainview.core.terms.epoch import LINES_MAX
from plainview.core.terms.ids import NO_DIGEST, Digest

METRICS: Final = ("watch_ms", "likes", "rejects")
"""What is counted per viewer: ms watched, videos liked, videos not wanted or reported."""

ARMS_MAX: Final = 5
SHARES: Final = 1000
MINUTE_MS: Final = 60_000
WINDOW_MIN_MAX: Final = 7 * 24 * 60
DAYS_MAX: Final = 90
QUESTION_MAX: Final = 300
ARM_TEXT_MAX: Final = 64
"""Of a receipt's `arm`."""
STOPS_MAX: Final = 8
_NAME: Final = re.compile(r"[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,23}\Z")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}\Z")
_OPTIONAL: Final = {"stop", "recipes"}
_FIELDS: Final = {"name", "question", "arms", "shares", "from", "to", "window_min"} | _OPTIONAL
_STOP_FIELDS: Final = {"metric", "rises_milli", "falls_milli"}


class StopRule(msgspec.Struct, frozen=True, kw_only=True):
    """Stop as soon as it is certain that an arm's `metric` is off the first arm's by more than
    `milli` thousandths of it: above it if `is_rise`, else below."""

    metric: str
    is_rise: bool
    milli: int


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is declared. The first arm is what the others are held against.

    A viewer counts once `window_ms` have gone by since their first slate in the experiment, with
    what they did in that time, whatever feed they chose meanwhile.
    """

    name: str
    question: str
    arms: tuple[str, ...]
    shares_milli: tuple[int, ...]
    from_ms: int
    to_ms: int
    window_ms: int
    stops: tuple[StopRule, ...] = ()
    recipes: tuple[Digest, ...] = ()
    """Beside `arms`: the recipe whose line an arm is ranked by, zeros for none; empty if no arm
    names one."""

    @property
    def recipes_by_name(self) -> dict[str, Digest]:
        """The recipes that arms name."""
        named = zip(self.arms, self.recipes, strict=False)
        return {recipe_of(arm): digest for arm, digest in named if recipe_of(arm)}


def parse_plan(data: bytes) -> Plan:
    """Read a declaration. Raises: BadPlan.

    >>> parse_plan(b'''
    ... name = "shorter"
    ... question = "Do shorter slates tire less?"
    ... arms = ["for-you", "popular"]
    ... shares = [900, 100]
    ... from = 2026-12-01T00:00:00Z
    ... to = 2026-12-15T00:00:00Z
    ... window_min = 1440
    ... ''').window_ms
    86400000
    """
    try:
        fields = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPlan(f"not TOML: {error}") from error
    unknown, missing = sorted(fields.keys() - _FIELDS), sorted(_FIELDS - _OPTIONAL - fields.keys())
    if unknown or missing:
        raise BadPlan(f"unknown fields {unknown}, missing {missing}; who is in it is not a field")
    arms, shares = fields["arms"], fields["shares"]
    _must(_is_list(arms, str) and 2 <= len(arms) <= ARMS_MAX, f"arms: 2 to {ARMS_MAX} policies")
    _must(len(set(arms)) == len(arms), "arms: each once")
    _must(
        all(_NAME.match(part) for arm in arms for part in arm.split("+", 1)),
        "arms: names of policies, or POLICY+RECIPE",
    )
    _must(_is_list(shares, int) and len(shares) == len(arms), "shares: one number for each arm")
    _must(min(shares) >= 1 and sum(shares) == SHARES, f"shares: thousandths, {SHARES} in all")
    _must(
        isinstance(fields["name"], str) and bool(_NAME.match(fields["name"])), "name: a-z, 0-9, -"
    )
    longest = max(len(arm_text(fields["name"], arm)) for arm in arms)
    _must(longest <= ARM_TEXT_MAX, f"name and arms: with a slash at most {ARM_TEXT_MAX} characters")
    question, window = fields["question"], fields["window_min"]
    _must(isinstance(question, str) and 0 < len(question) <= QUESTION_MAX, "question: text")
    _must(
        type(window) is int and 1 <= window <= WINDOW_MIN_MAX, "window_min: minutes, up to 7 days"
    )
    from_ms, to_ms = _moment(fields, "from"), _moment(fields, "to")
    _must(0 < to_ms - from_ms <= DAYS_MAX * 86_400_000, f"to: after from, at most {DAYS_MAX} days")
    return Plan(
        name=fields["name"], question=question, arms=tuple(arms), shares_milli=tuple(shares),
        from_ms=from_ms, to_ms=to_ms, window_ms=window * MINUTE_MS,
        stops=_stops(fields.get("stop", [])), recipes=_recipes(fields.get("recipes", {}), arms),
    )  # fmt: skip


def _recipes(declared: Any, arms: Sequence[str]) -> tuple[Digest, ...]:
    named = [recipe_of(arm) for arm in arms]
    are_digests = isinstance(declared, dict) and all(
        isinstance(one, str) and _DIGEST.match(one) for one in declared.values()
    )
    _must(are_digests, "recipes: names and digests (plainview experiment recipe FILE)")
    unnamed = sorted(set(declared) - set(named))
    _must(not unnamed, f"recipes: no arm names {', '.join(unnamed)}; {_names(named)}")
    for arm, name in zip(arms, named, strict=True):
        _must(
            not name or name in declared,
            f"recipes: the arm {arm} names {name}, which has no line there"
            " (plainview experiment recipe FILE prints it)",
        )
    _must(len(declared) <= LINES_MAX, f"recipes: at most {LINES_MAX}")
    return tuple(Digest(declared.get(name, NO_DIGEST)) for name in named) if declared else ()


def _names(named: Sequence[str]) -> str:
    found = ", ".join(sorted(set(named) - {""}))
    return f"arms name {found}" if found else "an arm would as POLICY+RECIPE"


def _stops(rules: Any) -> tuple[StopRule, ...]:
    _must(_is_list(rules, dict) and len(rules) <= STOPS_MAX, "stop: a list of tables")
    found = []
    for rule in rules:
        sides = [side for side in ("rises_milli", "falls_milli") if side in rule]
        is_whole = rule.keys() <= _STOP_FIELDS and len(sides) == 1
        _must(is_whole, "stop: a metric and one of rises_milli, falls_milli")
        milli = rule[sides[0]]
        _must(rule.get("metric") in METRICS, f"stop: metric is one of {', '.join(METRICS)}")
        _must(type(milli) is int and 0 <= milli <= 10_000, f"stop: {sides[0]} is 0 .. 10000")
        found.append(
            StopRule(metric=rule["metric"], is_rise=sides[0] == "rises_milli", milli=milli)
        )
    return tuple(found)


def _moment(fields: dict[str, Any], name: str) -> int:
    """A moment with its zone, or ms since 1970, as ms."""
    value = fields[name]
    if type(value) is int and value >= 0:
        return value
    zone = getattr(value, "utcoffset", None)
    _must(zone is not None and zone() is not None, f"{name}: a date and time with its zone, or ms")
    return int(value.timestamp() * 1000)


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(type(one) is kind for one in value)


def _must(holds: bool, words: str) -> None:  # noqa: FBT001 - reads as the sentence it is
    if not holds:
        raise BadPlan(words)
