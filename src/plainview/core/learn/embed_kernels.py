"""The loop that moves videos: from what a viewer watched well to what they watched well next.

A place is a vector of length 1. What a viewer watched, newest first and decayed, adds up to where
the viewer stands; the video they watched well next is told from videos drawn as often as they are
watched. All numbers are float32, one operation after another as written.
"""

import numpy as np
from numpy.typing import NDArray

from plainview.core.learn.compiled import compiled
from plainview.core.learn.float32 import ONE, ZERO, exp32

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]

DIM = 64
LANES = 8
WIDTH = np.float32(DIM)
FAR = np.float32(1e9)
NOBODY = -1
"""Stands for no video: a context that is shorter, a draw that fell on what is known."""


@compiled
def dot(a: Floats, b: Floats) -> np.float32:
    """Eight sums, of the entries d, d + 8, d + 16 ... each, added up in order."""
    lanes = np.zeros(LANES, dtype=np.float32)
    for start in range(0, DIM, LANES):
        for l in range(LANES):
            lanes[l] += a[start + l] * b[start + l]
    total = ZERO
    for l in range(LANES):
        total += lanes[l]
    return total


@compiled
def root(x: np.float32) -> np.float32:
    """The square root, which IEEE 754 rounds correctly."""
    out: np.float32 = np.sqrt(x)
    return out


@compiled
def step(
    place: Floats, seen: Floats, row: int, slope: np.float32, rate: np.float32, gradient: Floats
) -> None:
    """Move one place against `slope * gradient`, and back to length 1.

    Adagrad by row: what is seen of it grows by the mean square of its gradients.
    """
    here = place[row]
    seen[row] += slope * slope * dot(gradient, gradient) / WIDTH
    pace = rate * slope / root(seen[row])
    for d in range(DIM):
        here[d] -= pace * gradient[d]
    length = root(dot(here, here))
    if length > ZERO:
        for d in range(DIM):
            here[d] /= length


@compiled
def stand(place: Floats, context: Whole, decays: Floats, viewer: Floats) -> np.float32:
    """Fill in where a viewer stands: the decayed sum of `context`, brought to length 1. Returns the
    length it had."""
    for d in range(DIM):
        viewer[d] = ZERO
    for k in range(context.shape[0]):
        if context[k] != NOBODY:
            here = place[context[k]]
            for d in range(DIM):
                viewer[d] += decays[k] * here[d]
    length = root(dot(viewer, viewer))
    if length > ZERO:
        for d in range(DIM):
            viewer[d] /= length
    return length


@compiled
def surprise(
    place: Floats, drawn: Whole, offsets: Floats, scale: np.float32, viewer: Floats, slopes: Floats
) -> None:
    """Fill in by how much each logit should fall: the probability that softmax gives the row, less
    1 for the target, times `scale`."""
    top, total = -FAR, ZERO
    for j in range(drawn.shape[0]):
        if drawn[j] != NOBODY:
            slopes[j] = scale * dot(viewer, place[drawn[j]]) + offsets[drawn[j]]
            top = max(top, slopes[j])
    for j in range(drawn.shape[0]):
        if drawn[j] != NOBODY:
            slopes[j] = exp32(slopes[j] - top)
            total += slopes[j]
    for j in range(drawn.shape[0]):
        if drawn[j] != NOBODY:
            slopes[j] = scale * (slopes[j] / total - (ONE if j == 0 else ZERO))


@compiled
def pulled(
    place: Floats, drawn: Whole, slopes: Floats, viewer: Floats, length: np.float32, pull: Floats
) -> None:
    """Fill in the gradient of a video that was watched, but for its decay: across where the viewer
    stands, since moving along it changes nothing at length 1."""
    for d in range(DIM):
        pull[d] = ZERO
    for j in range(drawn.shape[0]):
        if drawn[j] != NOBODY:
            here = place[drawn[j]]
            for d in range(DIM):
                pull[d] += slopes[j] * here[d]
    along = dot(viewer, pull)
    for d in range(DIM):
        pull[d] = (pull[d] - along * viewer[d]) / length


@compiled
def move(
    place: Floats,
    seen: Floats,
    contexts: Whole,
    drawn: Whole,
    order: Whole,
    decays: Floats,
    offsets: Floats,
    scale: np.float32,
    rate: np.float32,
) -> None:
    """One pass over the targets that `order` names; changes `place` (N, DIM) and `seen` (N,).

    Args:
        contexts: (T, L) rows watched well before, newest first, NOBODY after the last.
        drawn: (T, 1 + n) the target's row, then those drawn against it, NOBODY where none counts.
        offsets: (N,) what is added to a row's logit for how often it is drawn.
    """
    viewer = np.zeros(DIM, dtype=np.float32)
    pull = np.zeros(DIM, dtype=np.float32)
    slopes = np.zeros(drawn.shape[1], dtype=np.float32)
    for i in range(order.shape[0]):
        t = order[i]
        length = stand(place, contexts[t], decays, viewer)
        if length == ZERO:
            continue
        surprise(place, drawn[t], offsets, scale, viewer, slopes)
        pulled(place, drawn[t], slopes, viewer, length, pull)
        for j in range(drawn.shape[1]):
            if drawn[t, j] != NOBODY:
                step(place, seen, drawn[t, j], slopes[j], rate, viewer)
        for k in range(contexts.shape[1]):
            if contexts[t, k] != NOBODY:
                step(place, seen, contexts[t, k], decays[k], rate, pull)
