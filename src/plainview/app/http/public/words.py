"""Times, numbers and digests as one says them, and as they stand on a page."""

from datetime import UTC, datetime
from typing import Final

from plainview.app.http.public.html import Html, el
from plainview.core.terms.ids import NO_DIGEST

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
SECOND_MS: Final = 1000
MINUTE_MS: Final = 60 * SECOND_MS
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999, after which a clock's words end."""


def day_words(at_ms: int) -> str:
    """The day in UTC.

    >>> day_words(0)
    '1 January 1970'
    """
    when = _moment(at_ms)
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def moment_words(at_ms: int) -> str:
    """The second in UTC.

    >>> moment_words(86_399_999)
    '1 January 1970, 23:59:59 UTC'
    """
    return f"{day_words(at_ms)}, {_moment(at_ms):%H:%M:%S} UTC"


def hour_words(hour: int) -> str:
    """The hour that begins `hour` hours after 1970 began, in UTC.

    >>> hour_words(25)
    '2 January 1970, 01:00 UTC'
    """
    at_ms = hour * HOUR_MS
    return f"{day_words(at_ms)}, {_moment(at_ms):%H}:00 UTC"


def span_words(span_ms: int) -> str:
    """A length of time, roughly.

    >>> [span_words(ms) for ms in (40, 1500, 61_000, 7_300_000, 172_800_000)]
    ['40 ms', '1 s', '1 minute', '2 hours', '2 days']
    """
    if span_ms < SECOND_MS:
        return f"{span_ms} ms"
    if span_ms < MINUTE_MS:
        return f"{span_ms // SECOND_MS} s"
    for unit_ms, word in ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute")):
        if span_ms >= unit_ms:
            return plural(span_ms // unit_ms, word)
    return f"{span_ms} ms"


def ago_words(then_ms: int, now_ms: int) -> str:
    """How long ago that was.

    >>> ago_words(0, 5_000), ago_words(0, 999), ago_words(5, 0)
    ('5 s ago', 'just now', 'just now')
    """
    is_past = now_ms - then_ms >= SECOND_MS
    return f"{span_words(now_ms - then_ms)} ago" if is_past else "just now"


def plural(n: int, one: str, many: str = "") -> str:
    """A count with its word.

    >>> plural(1, "entry", "entries"), plural(1206, "video")
    ('1 entry', '1,206 videos')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def milli_words(milli: int) -> str:
    """Thousandths as a decimal.

    >>> milli_words(-1500), milli_words(2000), milli_words(5)
    ('-1.5', '2', '0.005')
    """
    whole, rest = divmod(abs(milli), 1000)
    text = f"{whole}.{rest:03}".rstrip("0").rstrip(".")
    return f"-{text}" if milli < 0 else text


def moment(at_ms: int) -> Html:
    """A moment, with its exact form for machines."""
    machine = f"{_moment(at_ms):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}Z"
    return el("time", moment_words(at_ms), datetime=machine, title=machine)


def code(text: str, **attributes: str) -> Html:
    """Bytes or a key, set so that they wrap anywhere instead of widening the page."""
    return el("code", text, **attributes)


def brief(digest: str) -> Html:
    """The ends of a digest, and the whole of it for who asks or listens."""
    return el("code", f"{digest[:8]}…{digest[-4:]}", title=digest)


def digest(text: str, *, at: str = "") -> Html:
    """A digest in full, as a link to its bytes when `at` says where they are."""
    if text == NO_DIGEST:
        return el("span", "none (64 zeros)", class_="dim")
    return el("a", code(text), href=f"{at}{text}") if at else code(text)


def listed(words: list[str], *, last: str = "and") -> str:
    """Words in a row.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(min(at_ms, LAST_MS) // 1000, UTC)
