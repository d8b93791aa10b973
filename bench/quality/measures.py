"""What is measured, and between which bounds it is likely to lie: areas, orders, errors, bootstrap.

Every measure is a sum over parts of the users it hangs on, or can be weighed by how often each user
was drawn; so a bootstrap over users is one weighing for each draw, the same for all that compare.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.log import Ints

Doubles = NDArray[np.float64]
Measure = Callable[[Doubles], Doubles]
"""(draws, users) weights -> (draws,) values."""

PAIRS: Final = 1_000_000
DRAWS: Final = 1000
SLATE_MIN: Final = 5


def drawn_users(users: int, *, draws: int = DRAWS, seed: int = 11) -> NDArray[np.int16]:
    """(draws + 1, users) how often each user is drawn; the first row is everybody once."""
    rng = np.random.Generator(np.random.PCG64(seed))
    out = np.ones((draws + 1, users), dtype=np.int16)
    for i in range(draws):
        out[i + 1] = np.bincount(rng.integers(0, users, users), minlength=users)
    return out


def area(scores: Doubles, is_positive: NDArray[np.bool_], weight: Doubles) -> float:
    """The area under the curve of weighed examples; ties count a half.

    >>> area(np.array([1.0, 2.0, 2.0]), np.array([False, True, False]), np.ones(3))
    0.75
    """
    _, place = np.unique(scores, return_inverse=True)
    return _area(place, is_positive, weight)


def _area(place: Ints, is_positive: NDArray[np.bool_], weight: Doubles) -> float:
    up = np.bincount(place, weights=weight * is_positive)
    down = np.bincount(place, weights=weight * ~is_positive)
    below = np.cumsum(down) - down / 2
    return float((up * below).sum() / (up.sum() * down.sum()))


def areas(
    scores: Doubles, is_positive: NDArray[np.bool_], user: Ints, drawn: NDArray[np.int16]
) -> Doubles:
    """(draws + 1,) the area of all examples under each weighing of users."""
    place = np.unique(scores, return_inverse=True)[1]
    return np.array([_area(place, is_positive, w[user].astype(np.float64)) for w in drawn])


def pairs_of_users(user: Ints, play_ms: Ints, *, seed: int = 12) -> tuple[Ints, Ints]:
    """Random pairs of impressions of different users with different times played."""
    rng = np.random.Generator(np.random.PCG64(seed))
    i, j = rng.integers(0, len(user), PAIRS), rng.integers(0, len(user), PAIRS)
    keep = (user[i] != user[j]) & (play_ms[i] != play_ms[j])
    return i[keep], j[keep]


def ordered_share(scores: Doubles, play_ms: Ints, user: Ints, drawn: NDArray[np.int16]) -> Doubles:
    """(draws + 1,) XAUC: the share of such pairs ordered as the times are; ties a half."""
    i, j = pairs_of_users(user, play_ms)
    is_right = (scores[i] > scores[j]) == (play_ms[i] > play_ms[j])
    right = np.where(scores[i] == scores[j], 0.5, is_right.astype(np.float64))
    out = []
    for w in drawn:
        weight = w[user[i]].astype(np.float64) * w[user[j]]
        out.append(float((weight * right).sum() / weight.sum()))
    return np.array(out)


def by_user(values: Doubles, weight: Doubles, user: Ints, drawn: NDArray[np.int16]) -> Doubles:
    """(draws + 1,) the weighed mean of values that each belong to one user."""
    users = drawn.shape[1]
    top = np.bincount(user, weights=values * weight, minlength=users)
    bottom = np.bincount(user, weights=weight, minlength=users)
    return np.asarray((drawn @ top) / (drawn @ bottom))


def slates_of(user: Ints, day: Ints) -> Ints:
    """(n,) a number for each user-day."""
    number: Ints = np.unique(user * 64 + day, return_inverse=True)[1].astype(np.int64)
    return number


def slate_areas(
    scores: Doubles, is_positive: NDArray[np.bool_], slate: Ints, *, least: int = 1
) -> tuple[Ints, Doubles, Doubles]:
    """For each slate with both kinds and `least` rows: its first row, area and number of rows."""
    order = np.lexsort((np.arange(len(slate)), slate))
    ends = np.cumsum(np.bincount(slate))
    firsts, values, sizes = [], [], []
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        rows = order[start:end]
        y = is_positive[rows]
        if end - start < least or y.all() or not y.any():
            continue
        firsts.append(rows[0])
        values.append(area(scores[rows], y, np.ones(len(rows))))
        sizes.append(end - start)
    return np.array(firsts), np.array(values), np.array(sizes, dtype=np.float64)


def slate_gains(
    scores: Doubles, is_positive: NDArray[np.bool_], slate: Ints, *, seed: int = 13
) -> tuple[Ints, Doubles, Doubles]:
    """NDCG@5 of slates with both kinds and SLATE_MIN rows; ties are broken by a fixed draw."""
    rng = np.random.Generator(np.random.PCG64(seed))
    chance = rng.random(len(scores))
    order = np.lexsort((np.arange(len(slate)), slate))
    ends = np.cumsum(np.bincount(slate))
    discount = 1 / np.log2(np.arange(2, 7))
    firsts, values = [], []
    for start, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
        rows = order[start:end]
        y = is_positive[rows]
        if end - start < SLATE_MIN or y.all() or not y.any():
            continue
        best = np.lexsort((chance[rows], -scores[rows]))[:5]
        ideal = discount[: min(int(y.sum()), 5)].sum()
        firsts.append(rows[0])
        values.append(float((y[best] * discount[: len(best)]).sum() / ideal))
    return np.array(firsts), np.array(values), np.ones(len(values))


def interval(draws: Doubles) -> float:
    """Half the width of the 95 % interval of bootstrap values (the first is the estimate)."""
    low, high = np.quantile(draws[1:], [0.025, 0.975])
    return float((high - low) / 2)
