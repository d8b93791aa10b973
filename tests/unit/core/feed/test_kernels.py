"""Where kernels come from: numba where it can be had, numpy alone where it cannot."""

import subprocess
import sys
from collections.abc import Iterator
from math import isqrt
from typing import Any

import msgspec
import numpy as np
import pytest

from plainview.core.feed import build_index
from plainview.core.feed.index import Index
from plainview.core.feed.interests import Profile
from plainview.core.feed.kernels import BEST, NUMBA, NUMPY
from plainview.core.terms.slate import Context
from tests.unit.core.feed.parts import epoch_of_many, random_viewer
from tests.worlds import epoch_of, viewer_state

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from plainview.core.feed.kernels import BEST, NUMBA
assert NUMBA is None
print(BEST.name)
"""


def test_without_numba_the_feed_runs_on_numpy() -> None:
    """The base install has no numba: importing the feed still works, and takes numpy."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=True
    )
    assert done.stdout == "numpy\n"


def test_the_best_kernels_are_numba_where_it_is_installed() -> None:
    """With numba installed it is what serves."""
    assert BEST is (NUMBA or NUMPY)


@pytest.mark.parametrize("refusal", [RuntimeError("no locator available"), PermissionError(13)])
def test_a_cache_that_cannot_be_kept_costs_time_only(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """Where numba may write no cache, the function is compiled anew and works."""
    import numba

    from plainview.core.feed.compiling import compiled

    real = numba.njit
    asked = []

    def njit(signature: Any, **options: Any) -> Any:
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise refusal
        return real(signature, **options)

    monkeypatch.setattr(numba, "njit", njit)
    double = compiled(numba.types.int64(numba.types.int64))(lambda n: 2 * n)
    assert double(21) == 42
    assert asked == [True, False]


@pytest.fixture(scope="module")
def index() -> Index:
    """800 videos by 40 creators; some have no topic, some one in two slots."""
    return build_index(epoch_of_many())


def test_square_roots_are_rounded_down() -> None:
    """Around perfect squares up to 2**46, the most that 64 squares of 20 bits add up to."""
    from plainview.core.feed.interests_numba import _isqrt

    roots = [*range(200), *(1 << k for k in range(24)), 46_340, 8_388_607]
    numbers = {max(root * root + d, 0) for root in roots for d in (-1, 0, 1)}
    assert [_isqrt(n) for n in numbers] == [isqrt(n) for n in numbers]


def columns_of(mine: Profile, theirs: Profile) -> Iterator[tuple[str, Any, Any]]:
    """Everything in two profiles, side by side, with its name."""
    for name in mine.__struct_fields__:
        if name not in ("latest", "leanings"):
            yield name, getattr(mine, name), getattr(theirs, name)
    for part in ("latest", "leanings"):
        ours, others = getattr(mine, part), getattr(theirs, part)
        for name in ours.__struct_fields__:
            yield f"{part}.{name}", getattr(ours, name), getattr(others, name)


def test_every_kernel_knows_the_same_of_a_viewer(index: Index) -> None:
    """On random viewers the compiled profile and features are the reference's, every number."""
    assert NUMBA is not None
    chance = np.random.default_rng(0)
    seen = np.zeros(4, dtype=np.int64)
    for number in range(250):
        state = random_viewer(number, index)
        profile = NUMPY.profile(state, index=index)
        compiled = NUMBA.profile(state, index=index)
        for name, mine, theirs in columns_of(profile, compiled):
            assert np.array_equal(mine, theirs), (number, name)
            assert np.asarray(mine).dtype == np.asarray(theirs).dtype, name
        rows = chance.permutation(index.size)[: int(chance.choice([0, 1, 60]))]
        context = Context(size=8, language=str(chance.choice(["", "en", "de", "ja"])))
        sources = chance.integers(0, 9, len(rows)).astype(np.uint8)
        features = NUMPY.features(rows, sources, index=index, profile=profile, context=context)
        again = NUMBA.features(rows, sources, index=index, profile=compiled, context=context)
        assert np.array_equal(features, again), number
        assert features.dtype == again.dtype
        seen += profile.interests.any(axis=1)
    assert (seen > 50).all()


def test_every_kernel_puts_a_newcomer_nowhere(index: Index) -> None:
    """Without events the profile is that of one who is not profiled; an empty epoch is no fault."""
    assert NUMBA is not None
    empty = build_index(epoch_of([]))
    for where in (index, empty):
        mine, theirs = (k.profile(viewer_state(), index=where) for k in (NUMPY, NUMBA))
        assert all(np.array_equal(one, other) for _, one, other in columns_of(mine, theirs))
        assert not msgspec.structs.asdict(theirs)["interests"].any()
