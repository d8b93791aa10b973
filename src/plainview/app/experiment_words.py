"""Experiments in words, for the command line and the operator's page."""

from datetime import UTC, datetime
from typing import Final

from plainview.flows.run_experiment import LineShown
from plainview.ports.experiments import ExperimentRecord

METRIC_WORDS: Final = {
    "watch_ms": "Seconds watched",
    "likes": "Videos liked",
    "rejects": "Videos rejected",
}
REASON_WORDS: Final = {
    "over": "its time was over",
    "operator": "stopped by the operator",
    "guard": "stopped by a rule of its declaration",
}


def metric_words(metric: str) -> str:
    """What is counted."""
    return METRIC_WORDS[metric]


def number_words(metric: str, value: float) -> str:
    """A figure of that metric: seconds of what is counted in ms.

    >>> number_words("watch_ms", 12_340.0), number_words("likes", 0.5)
    ('12.3', '0.50')
    """
    return f"{value / 1000:.1f}" if metric == "watch_ms" else f"{value:.2f}"


def moment_text(ms: int) -> str:
    """A moment in UTC.

    >>> moment_text(0)
    '1970-01-01 00:00:00 UTC'
    """
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def state_words(one: ExperimentRecord, *, now_ms: int) -> str:
    """Where it stands."""
    if now_ms >= one.over_ms:
        revealed = "" if one.is_ended else "; its salt is not revealed yet"
        return f"ended {moment_text(one.over_ms)}, {REASON_WORDS[one.reason_code]}{revealed}"
    if now_ms < one.from_ms:
        return f"begins {moment_text(one.from_ms)}"
    return f"under way until {moment_text(one.over_ms)}"


def line_words(one: LineShown) -> str:
    """What a line came to."""
    told = f"{one.line or 'main line'}: {one.published} of {one.ticks} windows published"
    if not one.losses:
        return told
    last = one.losses[-1]
    return f"{told}; loss at tick {last.tick} {last.before:.4f} -> {last.after:.4f}"
