"""Small catalogues and viewers for tests: plain numbers in, frozen values out."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from math import isqrt
from typing import cast

import numpy as np

from plainview.core.terms.epoch import COUNTERS, EMBED_DIM, ROW, Epoch, EpochHeader
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.core.terms.slate import Context, SlateRequest
from plainview.core.terms.viewer import ViewerState

NOW_MS = 1_790_000_000_000
NOW_MIN = NOW_MS // 60_000
TOPICS = tuple(f"topic-{letter}" for letter in "abcdefgh")
VIEWER = ViewerId("0" * 31 + "1")


def signs(token: str) -> list[int]:
    """64 signs from a token's SHA-256."""
    bits = int.from_bytes(sha256(token.encode()).digest()[:8], "big")
    return [1 if bits >> d & 1 else -1 for d in range(EMBED_DIM)]


def embedding(*, topics: Sequence[int], creator: int, words: Sequence[str] = ()) -> list[int]:
    """A content embedding: topic 6, creator 3, words 1, shortened to length 256."""
    total = [0] * EMBED_DIM
    parts = [(f"t{t}", 6) for t in topics] + [(f"c{creator}", 3)] + [(w, 1) for w in words]
    for token, weight in parts:
        for d, sign in enumerate(signs(token)):
            total[d] += weight * sign
    norm = isqrt(sum(v * v for v in total)) or 1
    return [max(-127, min(127, v * 256 // norm)) for v in total]


def count_code(n: int) -> int:
    """The u16 code of a count, as specs/epoch-v1.md has it."""
    if n < 256:
        return n
    bits = n.bit_length()
    return 256 + (bits - 9) * 32 + (n >> (bits - 6) & 31)


def video(
    video_id: int,
    *,
    creator: int = 1,
    topics: Sequence[int] = (1,),
    age_min: int = 60 * 24,
    length_ms: int = 7000,
    looks: int | None = None,
    language: str = "",
    flags: int = 0,
    counts: Mapping[str, int] | None = None,
    vector: Sequence[int] | None = None,
) -> np.void:
    """One row of an epoch; what is not given is unremarkable."""
    row = np.zeros((), dtype=ROW)
    row["id"], row["creator"] = video_id, creator
    row["published_min"], row["length_ms"] = NOW_MIN - age_min, length_ms
    looks_bytes = sha256(f"looks {video_id}".encode()).digest()[:8]
    row["looks"] = int.from_bytes(looks_bytes, "big") if looks is None else looks
    row["digest"] = list(sha256(f"video {video_id}".encode()).digest())
    row["embedding"] = (
        embedding(topics=topics, creator=creator, words=(f"w{video_id}", f"x{video_id}"))
        if vector is None
        else vector
    )
    row["counters"] = [count_code((counts or {}).get(name, 0)) for name in COUNTERS]
    row["topics"][: len(topics)] = topics
    row["labellers"][: len(topics)] = 1
    row["language"] = int.from_bytes(language.encode(), "big")
    row["flags"] = flags
    return cast("np.void", row[()])


def epoch_of(
    videos: Sequence[np.void],
    *,
    weights: Digest = NO_DIGEST,
    number: int = 1,
    topics: Sequence[str] = TOPICS,
    now_ms: int = NOW_MS,
    centroids: Digest = NO_DIGEST,
    shown_today: int = 0,
    shown_yesterday: int = 0,
) -> Epoch:
    """An epoch of `videos`. Its root is a digest of the rows, not the tree of the spec."""
    rows = np.array(list(videos), dtype=ROW) if videos else np.zeros(0, dtype=ROW)
    rows = rows[np.argsort(rows["id"], kind="stable")]
    rows.flags.writeable = False
    header = EpochHeader(
        edition="test", number=number, previous_root=NO_DIGEST, weights=weights, decisions=0,
        events_counted=0, events_root=NO_DIGEST, frozen_ms=now_ms, rows=len(rows),
        topics=tuple(topics), centroids=centroids, shown_today=shown_today,
        shown_yesterday=shown_yesterday,
    )  # fmt: skip
    return Epoch(header=header, rows=rows, root=digest_of(rows.tobytes()))


def demo_catalogue(*, topics: int = 8, per_topic: int = 20, creators: int = 12) -> list[np.void]:
    """A catalogue as the demonstration has one: topics with videos each, fresh, hardly counted."""
    return [
        video(
            1000 + t * per_topic + i,
            creator=1 + (t * 3 + i % 3) % creators,
            topics=(t + 1,),
            age_min=30 + (t * per_topic + i) % 37,
            length_ms=5000 + 4000 * (i % 5) // 4,
        )
        for t in range(topics)
        for i in range(per_topic)
    ]


def big_catalogue(n: int, *, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    """`n` rows drawn from `seed`, for properties and timings; sorted by id."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = np.zeros(n, dtype=ROW)
    rows["id"] = np.sort(rng.choice(10 * n + 10, size=n, replace=False).astype(np.uint64) + 1)
    rows["creator"] = rng.integers(1, max(2, n // 20), size=n)
    rows["published_min"] = NOW_MIN - rng.integers(0, 60 * 24 * 60, size=n)
    rows["length_ms"] = rng.integers(4000, 60_000, size=n)
    rows["looks"] = rng.integers(1, 2**63, size=n, dtype=np.uint64)
    rows["digest"] = rng.integers(0, 256, size=(n, 32))
    topic = rng.integers(1, len(TOPICS) + 1, size=n)
    centres = rng.normal(0, 50, size=(len(TOPICS) + 1, EMBED_DIM))
    drawn = centres[topic] * 0.7 + rng.normal(0, 35, size=(n, EMBED_DIM))
    rows["embedding"] = np.clip(np.round(drawn), -127, 127)
    shown = (rng.pareto(1.0, size=n) * 20).astype(np.int64).clip(0, 100_000)
    rates = {"finished": 0.45, "long": 0.6, "skipped": 0.25, "liked": 0.05, "saved": 0.02,
             "shared": 0.01, "followed": 0.005, "rejected": 0.004, "looped": 0.1}  # fmt: skip
    for i, name in enumerate(COUNTERS):
        if name == "shown":
            counts = shown
        elif name == "watch_s":
            counts = shown * rows["length_ms"].astype(np.int64) // 1700
        else:
            counts = rng.binomial(shown, rates.get(name, 0.0))
        rows["counters"][:, i] = [count_code(int(c)) for c in counts]
    rows["topics"][:, 0] = topic
    rows["labellers"][:, 0] = 1
    rows["language"] = rng.choice([0, 0x656E, 0x6465], size=n)
    rows["flags"] = np.where(rng.random(n) < 0.02, 1 << rng.integers(0, 8, size=n), 0)
    rows.flags.writeable = False
    return rows


def viewer_state(**fields: object) -> ViewerState:
    """A viewer with nothing behind them but `fields`."""
    return ViewerState(viewer=VIEWER, n=0, head=NO_DIGEST, **fields)  # type: ignore[arg-type]


def slate_request(
    *,
    number: int = 1,
    size: int = 8,
    now_ms: int = NOW_MS,
    seed: bytes | str = "seed",
    language: str = "en",
    tz_min: int = 0,
    age: str = "adult",
) -> SlateRequest:
    """A request; a text seed is hashed to 32 bytes with the number."""
    if isinstance(seed, str):
        seed = sha256(f"{seed} {number}".encode()).digest()
    context = Context(size=size, language=language, tz_min=tz_min, age=age)
    return SlateRequest(number=number, now_ms=now_ms, seed=seed, context=context)
