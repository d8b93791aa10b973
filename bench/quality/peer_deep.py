"""DCN-v2 with DIN's attention over the last watches, in torch on one thread."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from bench.quality.known import BUCKETS
from bench.quality.log import Ints
from bench.quality.peers import SEED, Quantiles, Scores, Task

LAST: Final = 20
BATCH: Final = 512
PASSES: Final = 1
RATE: Final = 1e-3
DIM: Final = 16


class Deep:
    """The network, which can go on learning: mode B gives it each day's rows once known."""

    def __init__(self, task: Task) -> None:
        import torch

        torch.manual_seed(SEED)
        torch.set_num_threads(1)
        self.torch, self.task = torch, task
        log, known = task.log, task.known
        videos, is_long, there = known.pasts.before(log.user, task.at_ms)
        self.past = np.where(there[:, :LAST], videos[:, :LAST] + 1, 0)
        self.past_long = is_long[:, :LAST]
        self.model = _network(torch, known.videos, int(known.author_of.max()) + 1, task)
        self.optimiser = torch.optim.AdamW(self.model.parameters(), lr=RATE, weight_decay=1e-2)
        self.quantiles: Quantiles | None = None

    def learn(self, rows: Ints, *, passes: int = PASSES) -> None:
        """So many passes over `rows` in drawn order."""
        torch, log = self.torch, self.task.log
        if self.quantiles is None:
            self.quantiles = Quantiles(log, rows)
        heads = [log.outcome(h)[rows] for h in ("long_view", "click", "like")]
        y = np.stack([*heads, self.quantiles.of(rows)], axis=1).astype(np.float32)
        rng = np.random.Generator(np.random.PCG64(SEED))
        loss_of = torch.nn.BCEWithLogitsLoss()
        self.model.train()
        for _ in range(passes):
            order = rng.permutation(len(rows))
            for start in range(0, len(rows), BATCH):
                part = order[start : start + BATCH]
                loss = loss_of(self.model(*self._inputs(rows[part])), torch.from_numpy(y[part]))
                self.optimiser.zero_grad()
                loss.backward()
                self.optimiser.step()

    def scores(self, wanted: Ints) -> Scores:
        """What it says of rows."""
        torch = self.torch
        self.model.eval()
        with torch.no_grad():
            parts = [
                self.model(*self._inputs(wanted[i : i + 8192])).numpy()
                for i in range(0, len(wanted), 8192)
            ]
        out = np.concatenate(parts).astype(np.float64)
        assert self.quantiles is not None
        quantile = 1 / (1 + np.exp(-out[:, 3]))
        named = dict(zip(("long_view", "click", "like"), out.T, strict=False))
        named["watch"] = self.quantiles.ms(quantile, wanted)
        return {h: named[h] for h in self.task.heads}

    def _inputs(self, rows: Ints) -> tuple[Any, ...]:
        torch, known, log = self.torch, self.task.known, self.task.log
        x = torch.from_numpy(self.task.X[rows].astype(np.float32) / 64)
        ids = np.stack([
            log.video[rows], known.author_of[log.video[rows]], known.tag_of[log.video[rows]],
            known.keys["bucket"][rows],
        ], axis=1)  # fmt: skip
        return (
            x, torch.from_numpy(ids), torch.from_numpy(self.past[rows]),
            torch.from_numpy(self.past_long[rows].astype(np.int64)),
        )  # fmt: skip


def _network(torch: Any, videos: int, authors: int, task: Task) -> Any:
    nn = torch.nn

    class Network(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.video = nn.Embedding(videos + 1, DIM, padding_idx=0)
            self.author, self.tag = nn.Embedding(authors, 8), nn.Embedding(512, 8)
            self.bucket, self.long = nn.Embedding(BUCKETS, 4), nn.Embedding(2, DIM)
            for table in (self.video, self.author, self.tag, self.bucket, self.long):
                nn.init.normal_(table.weight, std=0.02)
            self.attention = nn.Sequential(nn.Linear(3 * DIM, 16), nn.ReLU(), nn.Linear(16, 1))
            width = task.X.shape[1] + 2 * DIM + 20
            self.down = nn.ModuleList([nn.Linear(width, 48, bias=False) for _ in range(2)])
            self.up = nn.ModuleList([nn.Linear(48, width) for _ in range(2)])
            self.deep = nn.Sequential(
                nn.Linear(width, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 64), nn.ReLU()
            )
            self.heads = nn.Linear(width + 64, 4)

        def forward(self, x: Any, ids: Any, past: Any, past_long: Any) -> Any:
            video = self.video(ids[:, 0] + 1)  # (B, D)
            keys = self.video(past) + self.long(past_long)  # (B, L, D)
            query = video[:, None].expand_as(keys)
            pull = self.attention(torch.cat([keys, query, keys * query], dim=2))[..., 0]
            pull = pull.masked_fill(past == 0, -1e9).softmax(dim=1) * (past != 0)
            taste = (pull[..., None] * keys).sum(dim=1)
            parts = [x, video, taste, self.author(ids[:, 1]), self.tag(ids[:, 2])]
            x0 = torch.cat([*parts, self.bucket(ids[:, 3])], dim=1)
            crossed = x0
            for down, up in zip(self.down, self.up, strict=True):
                crossed = x0 * up(down(crossed)) + crossed
            return self.heads(torch.cat([crossed, self.deep(x0)], dim=1))

    return Network()


def deep(task: Task, rows: Ints) -> Callable[[Ints], Scores]:
    """Learned from `rows` in PASSES passes."""
    made = Deep(task)
    made.learn(rows)
    return made.scores
