"""The words a creator reads."""

import pytest

from plainview.core.media.refusals import (
    Refusal,
    TooBig,
    TooLong,
    TooManyPixels,
    TooShort,
    TooSmall,
)


def one_of(kind: type[Refusal]) -> Refusal:
    if kind is TooLong:
        return TooLong(length_ms=180_040, length_ms_max=180_000)
    if kind is TooShort:
        return TooShort(length_ms=120, length_ms_min=500)
    if kind is TooBig:
        return TooBig(size_bytes=1_000_000_001, size_bytes_max=1_000_000_000)
    if kind is TooSmall:
        return TooSmall(width=1, height=1, short_edge_min=64)
    if kind is TooManyPixels:
        return TooManyPixels(width=9_000, height=9_000, pixels_max=1)
    return kind(detail="x")


@pytest.mark.parametrize("kind", Refusal.__subclasses__())
def test_each_says_what_happened_and_what_to_do(kind: type[Refusal]) -> None:
    """Every refusal has a code of its own and two whole sentences."""
    refusal = one_of(kind)
    assert refusal.code != Refusal.code
    assert refusal.code in str(refusal)
    for sentence in (refusal.message, refusal.what_to_do):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_codes_are_unique() -> None:
    """No two refusals share a code."""
    kinds = Refusal.__subclasses__()
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert sum(kind.__module__.startswith("plainview.core.media") for kind in kinds) == 10


def test_figures_are_rounded_up() -> None:
    """A file just over a limit never reads as being at it."""
    assert "lasts 180.1 s; the longest allowed is 180 s" in one_of(TooLong).message
    assert "has 1001 MB; the largest allowed is 1000 MB" in one_of(TooBig).message
    assert "lasts 0.2 s; the shortest allowed is 0.5 s" in one_of(TooShort).message
