"""What earlier watches say of likeness: vectors learned from histories alone; the last watches.

Histories end before the first impression that anything is learned from, so whatever is learned
here was known then.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from bench.quality.log import Ints, Log

Floats = NDArray[np.float32]

BASE_MS = 1_650_000_000_000
"""Before every time of the log."""

FACTORS = 16
PATHS = 32
NEAR = 4
"""Videos watched at most this many places apart count as watched together."""


@njit(cache=True)
def _descend(
    user: Ints, video: Ints, label: Floats, order: Ints,
    P: Floats, Q: Floats, b: Floats, c: Floats, mean: float, rate: float, keep: float,
) -> None:  # fmt: skip
    for i in order:
        u, v = user[i], video[i]
        guess = mean + b[u] + c[v]
        for d in range(P.shape[1]):
            guess += P[u, d] * Q[v, d]
        error = np.float32(label[i] - guess)
        b[u] += rate * (error - keep * b[u])
        c[v] += rate * (error - keep * c[v])
        for d in range(P.shape[1]):
            p, q = P[u, d], Q[v, d]
            P[u, d] += rate * (error * q - keep * p)
            Q[v, d] += rate * (error * p - keep * q)


def long_factors(
    log: Log, *, videos: int, passes: int = 12, keep: float = 0.06
) -> tuple[Floats, Floats, float]:
    """(videos, FACTORS) vectors and (videos,) tendencies whose sums say which watches were long.

    Biased matrix factorisation by stochastic descent over all histories in a drawn, fixed order.
    """
    rng = np.random.Generator(np.random.PCG64(7))
    sizes = np.diff(log.starts)
    user = np.repeat(np.arange(len(sizes)), sizes)
    label = log.history_is_long.astype(np.float32)
    P = rng.normal(0, 0.1, (len(sizes), FACTORS)).astype(np.float32)
    Q = rng.normal(0, 0.1, (videos, FACTORS)).astype(np.float32)
    b, c = np.zeros(len(sizes), dtype=np.float32), np.zeros(videos, dtype=np.float32)
    mean = float(label.mean())
    for number in range(passes):
        order = rng.permutation(len(user))
        rate = 0.03 * (1 - number / passes) + 0.003
        _descend(user, log.history, label, order, P, Q, b, c, mean, rate, keep)
    return Q, c, mean


def watched_together(log: Log, *, videos: int) -> Floats:
    """(videos, PATHS) unit vectors: near where videos were watched near each other.

    Positive pointwise mutual information of pairs at most NEAR places apart, its largest singular
    directions by random projection with a few multiplications in between.
    """
    rng = np.random.Generator(np.random.PCG64(8))
    sizes = np.diff(log.starts)
    user = np.repeat(np.arange(len(sizes)), sizes)
    M = np.zeros((videos, videos), dtype=np.float32)
    for gap in range(1, NEAR + 1):
        same = user[gap:] == user[:-gap]
        pairs = log.history[:-gap][same] * videos + log.history[gap:][same]
        seen, counts = np.unique(pairs, return_counts=True)
        M.ravel()[seen] += (counts / gap).astype(np.float32)
    M += M.T
    row = M.sum(axis=1)
    smooth = row**0.75 / (row**0.75).sum()
    at = np.nonzero(M)
    M[at] = np.maximum(np.log(M[at] / (np.maximum(row[at[0]], 1e-9) * smooth[at[1]])), 0)
    basis = rng.normal(size=(videos, PATHS + 8)).astype(np.float32)
    for _ in range(3):
        basis = np.linalg.qr(M @ basis)[0].astype(np.float32)
    small = basis.T @ M
    U, s, _ = np.linalg.svd(small, full_matrices=False)
    E = (basis @ U)[:, :PATHS] * np.sqrt(s[:PATHS])
    E /= np.maximum(np.linalg.norm(E, axis=1, keepdims=True), 1e-6)
    return np.asarray(E, dtype=np.float32)


class Pasts:
    """For any row and moment, the last watches of its user that were known by then."""

    def __init__(self, log: Log, *, last: int) -> None:
        n_users = len(log.starts) - 1
        sizes = np.diff(log.starts)
        known = log.known_ms
        user = np.concatenate([np.repeat(np.arange(n_users), sizes), log.user])
        at = np.concatenate([np.repeat(log.history_ms, sizes), known])
        # A history's own order first; then by when each outcome was known.
        late = np.concatenate(
            [np.zeros(len(log.history), np.int64), np.ones(len(log.user), np.int64)]
        )
        order = np.lexsort((np.arange(len(user)), np.where(late == 1, at, 0), late, user))
        self.user = user[order]
        self.known_ms = at[order]
        self.video = np.concatenate([log.history, log.video])[order]
        self.is_long = np.concatenate([log.history_is_long, log.outcome("long_view") == 1])[order]
        self.is_history = late[order] == 0
        self.starts = np.searchsorted(self.user, np.arange(n_users + 1))
        self.last = last
        self._places = self.user * (1 << 42) + np.where(self.is_history, 0, self.known_ms - BASE_MS)
        self._history_ms = log.history_ms

    def before(self, user: Ints, at_ms: Ints) -> tuple[Ints, NDArray[np.bool_], NDArray[np.bool_]]:
        """(n, last) videos, newest first, whether each was long, and whether there is one."""
        stop = np.searchsorted(self._places, user * (1 << 42) + (at_ms - BASE_MS), side="left")
        start = self.starts[user]
        place = stop[:, None] - 1 - np.arange(self.last)[None, :]
        there = place >= start[:, None]
        place = np.maximum(place, 0)
        # Three rows come before the end of their own user's history: it is blank to them.
        late = (self._history_ms[user] >= at_ms)[:, None] & self.is_history[place]
        there &= ~late
        return self.video[place], self.is_long[place] & there, there

    def last_known_ms(self, user: Ints, at_ms: Ints) -> Ints:
        """(n,) when the newest watch known before `at_ms` was known; 0 without any."""
        place = np.searchsorted(self._places, user * (1 << 42) + (at_ms - BASE_MS), side="left") - 1
        return np.where(place >= self.starts[user], self.known_ms[np.maximum(place, 0)], 0)
