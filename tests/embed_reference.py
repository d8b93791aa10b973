"""An embedding tick written again from specs/learn-v1.md, with no code of `core.learn`.

Sums are taken one term after another, as the spec has them; only entries that do not depend on each
other are handled as arrays.
"""

import json
from hashlib import sha256
from typing import Any

import numpy as np

from tests.learn_reference import CEPHES, F, by_draws, root_of, stream

GOOD = ("finish", "like", "save", "share")
BAD = ("skip", "reject")


def exp(x: np.float32) -> np.float32:
    x = F(min(max(x, F(-20)), F(20)))
    n = np.floor(x * F("1.44269504") + F(0.5))
    r = (x - n * F("0.693359375")) - n * F("-2.12194440e-4")
    p = F(CEPHES[0])
    for coefficient in CEPHES[1:]:
        p = p * r + F(coefficient)
    power = F(2) ** int(n) if n >= 0 else F(1) / F(1 << int(-n))
    out: np.float32 = (((p * r) * r + r) + F(1)) * power
    return out


def dot(a: Any, b: Any) -> np.float32:
    lanes = np.zeros(8, dtype=F)
    for start in range(0, 64, 8):
        lanes = lanes + a[start : start + 8] * b[start : start + 8]
    total = F(0)
    for lane in lanes:
        total = total + lane
    return total


def minus_ln(p: int) -> int:
    top, m, digits = p.bit_length() - 1, p << (31 - (p.bit_length() - 1)), 0
    for _ in range(24):
        m = m * m >> 31
        digit = m >> 32
        m, digits = m >> digit, digits << 1 | digit
    return (((24 - top) << 24) - digits) * 2977044471 >> 32


def window_root(examples: Any) -> str:
    records = [record.tobytes() for record in examples]
    if not records:
        return sha256(b"").hexdigest()
    return root_of([sha256(record[:32] + record).digest() for record in records]).hex()


class EmbedReference:
    """One tick from a parent without state, of windows small enough that all examples count."""

    def __init__(
        self, parent: bytes, known: dict[int, Any], history: Any, window: Any, recipe: bytes
    ) -> None:
        self.recipe = json.loads(recipe)
        self.how = self.recipe["embeddings"]
        watched = self._good(history, window)
        self.starts = {v: known[v] for v in sorted({v for _, v, _ in watched})}
        flat = b"".join(v.to_bytes(8, "little") for v in self.starts)
        flat += b"".join(np.array(row, dtype=np.int8).tobytes() for row in self.starts.values())
        lines = (
            "plainview embed-v1", sha256(recipe).hexdigest(), sha256(parent).hexdigest(),
            sha256(b"").hexdigest(), window_root(history), window_root(window),
            sha256(flat).hexdigest(),
        )  # fmt: skip
        self.seed = sha256("\n".join(lines).encode()).digest()
        self.targets: list[tuple[int, list[int]]] = []
        before: dict[bytes, list[int]] = {}
        for viewer, video, is_new in watched:
            past = before.setdefault(viewer, [])
            if is_new and past:
                self.targets.append((video, past[::-1][: self.how["context_max"]]))
            past.append(video)
        first = F(self.how["seen_first_micro"]) / F(1_000_000)
        self.seen = dict.fromkeys(self.starts, first)
        self.place = {v: np.array(row, dtype=F) / F(256) for v, row in self.starts.items()}
        for number in range(self.how["passes"]):
            self._pass(number)

    def _good(self, history: Any, window: Any) -> list[tuple[bytes, int, bool]]:
        heads, out = self.recipe["heads"], []
        for part, is_new in ((history, False), (window, True)):
            for example in part:
                held = {
                    h for h, label in zip(heads, example["labels"], strict=True) if label >= 2048
                }
                if held & set(GOOD) and not held & set(BAD):
                    out.append((bytes(example["viewer"]), int(example["video"]), is_new))
        return out

    def _pass(self, number: int) -> None:
        T, N = len(self.targets), self.how["negatives"]
        lots = stream(self.seed, f"against {number}", T * N)
        drawn = [video for video, _ in self.targets]
        part = F(self.how["drawn_milli"]) / F(1000)
        offset = {v: F(minus_ln(drawn.count(v))) / F(1 << 24) * part for v in set(drawn)}
        for t in by_draws(stream(self.seed, f"pass {number}", T)):
            target, context = self.targets[t]
            others = [drawn[(lot >> 32) * T >> 32] for lot in lots[t * N : (t + 1) * N]]
            self._learn([target, *(v for v in others if v != target)], context, offset)

    def _learn(self, candidates: list[int], context: list[int], offset: dict[int, Any]) -> None:
        scale, weights = F(self.how["scale"]), [F(1)]
        for _ in context[1:]:
            weights.append(weights[-1] * (F(self.how["decay_milli"]) / F(1000)))
        u = np.zeros(64, dtype=F)
        for w, video in zip(weights, context, strict=True):
            u = u + w * self.place[video]
        n = np.sqrt(dot(u, u))
        if n == 0:
            return
        u = u / n
        logits = [scale * dot(u, self.place[v]) + offset[v] for v in candidates]
        top = max(logits)
        parts = [exp(x - top) for x in logits]
        total = F(0)
        for x in parts:
            total = total + x
        slopes = [scale * (x / total - F(j == 0)) for j, x in enumerate(parts)]
        g = np.zeros(64, dtype=F)
        for slope, video in zip(slopes, candidates, strict=True):
            g = g + slope * self.place[video]
        g = (g - dot(u, g) * u) / n
        for slope, video in zip(slopes, candidates, strict=True):
            self._step(video, slope, u)
        for w, video in zip(weights, context, strict=True):
            self._step(video, w, g)

    def _step(self, video: int, slope: np.float32, g: Any) -> None:
        self.seen[video] = self.seen[video] + slope * slope * dot(g, g) / F(64)
        rate = F(self.how["rate_micro"]) / F(1_000_000)
        x = self.place[video] - rate * slope / np.sqrt(self.seen[video]) * g
        n = np.sqrt(dot(x, x))
        self.place[video] = x / n if n > 0 else x

    def table(self) -> dict[int, list[int]]:
        """The rows of the videos that move."""
        moved = {v for target, context in self.targets for v in (target, *context)}
        out, most = {}, self.how["step_max"]
        for video in sorted(moved):
            whole = np.floor(self.place[video] * F(256) + F(0.5)).astype(int)
            start = np.array(self.starts[video], dtype=int)
            near = np.clip(whole, np.maximum(start - most, -127), np.minimum(start + most, 127))
            out[video] = near.tolist()
        return out
