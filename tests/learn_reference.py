"""A tick written again from specs/learn-v1.md alone, with no code of `core.learn` but data layouts.

Rows of float32 are handled as arrays where their elements do not depend on each other; every sum is
taken one term after another, as the spec has it.
"""

import json
from hashlib import sha256
from math import isqrt
from typing import Any

import numpy as np
from safetensors.numpy import load

F = np.float32
MASK = (1 << 64) - 1
CEPHES = (
    "1.9875691500e-4", "1.3981999507e-3", "8.3334519073e-3", "4.1665795894e-2", "1.6666665459e-1",
    "5.0000001201e-1",
)  # fmt: skip
TOP = F(255) / F(64)


def stream(seed: bytes, name: str, count: int) -> list[int]:
    state = int.from_bytes(sha256(seed + name.encode()).digest()[:8], "little")
    out = []
    for i in range(count):
        z = (state + (i + 1) * 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        out.append(z ^ z >> 31)
    return out


def by_draws(draws: list[int]) -> list[int]:
    return sorted(range(len(draws)), key=lambda i: (draws[i], i))


def root_of(entries: list[bytes]) -> bytes:
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = 1 << ((len(entries) - 1).bit_length() - 1)
    return sha256(b"\1" + root_of(entries[:k]) + root_of(entries[k:])).digest()


def logistic(x: np.float32) -> np.float32:
    x = F(min(max(-x, F(-20)), F(20)))
    n = np.floor(x * F("1.44269504") + F(0.5))
    r = (x - n * F("0.693359375")) - n * F("-2.12194440e-4")
    p = F(CEPHES[0])
    for coefficient in CEPHES[1:]:
        p = p * r + F(coefficient)
    power = F(2) ** int(n) if n >= 0 else F(1) / F(1 << int(-n))
    out: np.float32 = F(1) / (F(1) + (((p * r) * r + r) + F(1)) * power)
    return out


class Reference:
    """One tick, step by step, from the starting weights' file."""

    def __init__(self, parent: bytes, examples: Any, recipe: bytes) -> None:
        self.recipe = json.loads(recipe)
        records = [record.tobytes() for record in examples]
        entries = [sha256(record[:32] + record).digest() for record in records]
        lines = (
            "plainview learn-v1", sha256(recipe).hexdigest(), sha256(parent).hexdigest(),
            sha256(b"").hexdigest(), root_of(entries).hex(),
        )  # fmt: skip
        self.seed = sha256("\n".join(lines).encode()).digest()
        self.chosen = self._chosen(examples)
        size = int.from_bytes(parent[:8], "little")
        about = json.loads(json.loads(parent[8 : 8 + size])["__metadata__"]["plainview"])
        self.layers, self.seen = self._begun(load(parent), about["offsets"])
        self._learn()

    def _chosen(self, examples: Any) -> Any:
        r = self.recipe
        viewers = [bytes(v) for v in examples["viewer"]]
        counts = {v: viewers.count(v) for v in viewers}
        for most in range(r["viewer_examples_max"], 0, -1):
            total = sum(min(n, most) for n in counts.values())
            is_asked = total <= r["examples_max"] or most == 1
            if is_asked and 1000 * most <= r["viewer_share_milli"] * min(total, r["examples_max"]):
                break
        draws = stream(self.seed, "choose", len(viewers))
        kept = []
        for v in counts:
            mine = sorted((draws[i], i) for i in range(len(viewers)) if viewers[i] == v)
            kept += mine[:most]
        return examples[sorted(i for _, i in sorted(kept)[: r["examples_max"]])]

    def _watched(self) -> list[int]:
        """The milliseconds that the chosen were watched for."""
        return [
            max(int(e["ms"]), int(e["length_ms"])) if e["labels"][-1] >= 2048 else int(e["ms"])
            for e in self.chosen
        ]

    def _bucket(self, length_ms: int) -> int:
        return sum(bound <= length_ms for bound in self.recipe["watch_bounds_ms"])

    def _quantiles(self) -> Any:
        """The labels; `watch` is the last."""
        labels = self.chosen["labels"].astype(int)
        if self.recipe["watch"] == "quantile":
            watched, lengths = self._watched(), [int(n) for n in self.chosen["length_ms"]]
            for i, (ms, length) in enumerate(zip(watched, lengths, strict=True)):
                like = [
                    other for other, n in zip(watched, lengths, strict=True)
                    if self._bucket(n) == self._bucket(length)
                ]  # fmt: skip
                twice = 2 * sum(x < ms for x in like) + like.count(ms)
                labels[i, -1] = twice * 4096 // (2 * len(like))
        return labels

    def watch_times(self, table: list[int]) -> list[list[int]]:
        """`watch.ms`, with `table` the last row of `heads.table`."""
        layers = self.integers()
        a = self.chosen["features"].astype(int)
        for name in ("hidden0", "heads"):
            W, b, s = (layers[f"{name}.{part}"] for part in ("weight", "bias", "shift"))
            a = (a @ W + b) >> s
            a = np.clip(a, 0, 255) if name == "hidden0" else a
        predicted = [table[min(max(x, -2048), 2047) + 2048] for x in a[:, -1].tolist()]
        watched, R = self._watched(), self.recipe["watch_steps"]
        rows: list[list[int]] = []
        for b in range(len(self.recipe["watch_bounds_ms"]) + 1):
            mine = [i for i, e in enumerate(self.chosen) if self._bucket(int(e["length_ms"])) == b]
            mine.sort(key=lambda i: (predicted[i], i))
            n = len(mine)
            near = min(max(60, n // 12), n)
            row = []
            for r in range(R + 1):
                f = sum(predicted[i] < (r << 24) // R for i in mine)
                start = max(0, min(f - near // 2, n - near))
                like = sorted(watched[i] for i in mine[start : start + near])
                row.append(min(like[(near - 1) // 2], 86_400_000) if like else -1)
            rows.append([max(row[: r + 1]) for r in range(R + 1)] if mine else [])
        known = [row for row in rows if row]
        for b, row in enumerate(rows):
            below = [one for one in rows[:b] if one]
            rows[b] = row or (below[-1] if below else known[0])
        return rows

    def _begun(self, file: dict[str, Any], offsets: list[int]) -> tuple[list[Any], list[Any]]:
        out: list[Any] = []
        for name in ("hidden0", "heads"):
            whole = 2.0 ** file[f"{name}.shift"].astype(float)
            W = file[f"{name}.weight"] / whole / (4 if name == "heads" else 1)
            b = (file[f"{name}.bias"] - np.floor(whole / 2)) / whole
            out.append([W.astype(F), (b / (256 if name == "heads" else 64)).astype(F)])
        out[1][1] = out[1][1] + np.array(offsets, dtype=F) / F(256)
        if ("watch.ms" in file) != (self.recipe["watch"] == "quantile"):
            out[1][0][:, -1], out[1][1][-1] = 0, 0
        (W, b), (V, c) = out
        K, J = W.shape[0], self.recipe["hidden"][0]
        drawn = [F(z >> 40) / F(1 << 23) - F(1) for z in stream(self.seed, "layer 0", K * J)]
        wide = (np.array(drawn, dtype=F) * (F(2) / F(isqrt(K)))).reshape(K, J)
        wide[:, : W.shape[1]] = W
        bias = np.full(J, F(0.5))
        bias[: len(b)] = b
        deep = np.zeros((J, V.shape[1]), dtype=F)
        deep[: len(V)] = V
        layers = [[wide, bias], [deep, c]]
        return layers, [[np.zeros_like(W), np.zeros_like(b)] for W, b in layers]

    def forward(self, features: Any) -> list[Any]:
        acts = [features.astype(F) / F(64)]
        for l, (W, b) in enumerate(self.layers):
            z = b.copy()
            for k, x in enumerate(acts[-1]):
                if x != 0:
                    z = z + x * W[k]
            acts.append(np.minimum(np.maximum(z, F(0)), TOP) if l == 0 else z)
        return acts

    def _learn(self) -> None:
        r = self.recipe
        rate = F(r["rate_micro"]) / F(1_000_000)
        weights = [F(w) / F(1000) for w in r["head_weights_milli"]]
        self.labels = self._quantiles()
        for number in range(r["passes"]):
            order = by_draws(stream(self.seed, f"pass {number}", len(self.chosen)))
            for start in range(0, len(order), r["batch"]):
                batch = order[start : start + r["batch"]]
                self._step(batch, rate, weights)

    def _step(self, batch: list[int], rate: np.float32, weights: list[np.float32]) -> None:
        grads = [[np.zeros_like(W), np.zeros_like(b)] for W, b in self.layers]
        for i in batch:
            acts = self.forward(self.chosen[i]["features"])
            delta = np.array([
                (logistic(acts[2][h]) - F(self.labels[i][h]) / F(4096)) * weights[h]
                for h in range(len(weights))
            ], dtype=F)  # fmt: skip
            below = np.zeros(len(acts[1]), dtype=F)
            for j in range(len(delta)):
                below = below + self.layers[1][0][:, j] * delta[j]
            below[(acts[1] <= 0) | (acts[1] >= TOP)] = 0
            for l, d in ((1, delta), (0, below)):
                grads[l][1] = grads[l][1] + d
                for k, x in enumerate(acts[l]):
                    if x != 0:
                        grads[l][0][k] = grads[l][0][k] + x * d
        share = F(1) / F(len(batch))
        for l in (0, 1):
            for part in (0, 1):
                g = grads[l][part] * share
                self.seen[l][part] = self.seen[l][part] + g * g
                old = self.layers[l][part]
                new = old - (rate * g) / (np.sqrt(self.seen[l][part]) + F(1e-6))
                new = np.minimum(np.maximum(new, F(-31)), F(31))
                if l == 0 and part == 0:
                    new[old == 0] = 0
                self.layers[l][part] = new

    def integers(self) -> dict[str, Any]:
        """The tensors of the quantised file, and `offsets`."""
        draws = stream(self.seed, "fit", len(self.chosen))
        fitted = [self.chosen[i]["features"] for i in by_draws(draws)[:8192]]
        acts = [self.forward(features) for features in fitted]
        peaks = np.max([a[1] for a in acts], axis=0)
        steps = [[int(np.floor(256 * float(x) + 0.5)) for x in a[2]] for a in acts]
        offsets = [
            max(-4096, min(4096, sum(column) // len(steps))) for column in zip(*steps, strict=True)
        ]
        (W, b), (V, c) = [(w.astype(float), x.astype(float)) for w, x in self.layers]
        heavy = np.abs(W / 64).max(axis=0)
        scale = [
            max([6] + [e for e in range(7, 13) if p * 2.0**e <= 192 and h * 2.0**e <= 127])
            for p, h in zip(peaks.astype(float), heavy, strict=True)
        ]
        up = np.array([2.0**e for e in scale])
        first = self._rounded(W * up / 64, b * up, np.array(fitted, dtype=int), 128)
        z = np.array(fitted, dtype=int) @ first[0] + first[1]
        inner = np.clip(z >> first[2], 0, 255)
        heads = self._rounded(
            V * (256 / up)[:, None], (c - np.array(offsets) / 256) * 256, inner, 255
        )
        out: dict[str, Any] = {"offsets": offsets}
        for name, layer in (("hidden0", first), ("heads", heads)):
            out |= {
                f"{name}.{part}": layer[i] for i, part in enumerate(("weight", "bias", "shift"))
            }
        return out

    def _rounded(self, W: Any, b: Any, inputs: Any, m: int) -> tuple[Any, Any, Any]:
        A = np.hstack([inputs, np.ones((len(inputs), 1), dtype=int)])
        P = (A.T @ A).astype(float)
        columns = [self._output(np.append(W[:, j], b[j]), P, m) for j in range(W.shape[1])]
        v = np.array([column for column, _ in columns], dtype=int)
        shift = np.array([s for _, s in columns])
        return v[:, :-1].T, v[:, -1] + ((1 << shift) >> 1), shift

    def _output(self, exact: Any, P: Any, m: int) -> tuple[Any, int]:
        def holds(v: Any, s: int) -> bool:
            reach = np.abs(v[:-1]).sum() * m + abs(v[-1] + ((1 << s) >> 1))
            return bool(np.abs(v[:-1]).max() <= 127 and reach < 1 << 24)

        s = next(s for s in range(23, -1, -1) if holds(np.floor(exact * 2.0**s + 0.5), s))
        x = exact * 2.0**s
        v = near = np.floor(x + 0.5)
        v = v.copy()
        pull = np.zeros(len(v))
        for i in range(len(v)):
            pull = pull + P[i] * (v[i] - x[i])
        for _ in range(8):
            moved = False
            for k in range(len(v)):
                if P[k, k] > 0:
                    step = np.floor(0.5 - pull[k] / P[k, k])
                    if k < len(v) - 1:
                        step = min(max(step, -127 - v[k]), 127 - v[k])
                    if step:
                        v[k] += step
                        pull, moved = pull + P[k] * step, True
            if not moved:
                break
        return (v if holds(v, s) else near), s
