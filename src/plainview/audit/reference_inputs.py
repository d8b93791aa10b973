"""The reference's own reading of bytes: epoch, weights, policy and events, from the specs alone.

Plain Python integers and the standard library; nothing of the implementation it is held against
but hashing. It reads what is well formed and leaves refusing to the implementation.
"""

import json
import struct
import tomllib
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

ROW = struct.Struct("<QQIIQ32s64b12H4H4BHH")
COUNTERS = (
    "shown", "finished", "long", "skipped", "liked", "saved",
    "shared", "followed", "rejected", "reported", "looped", "watch_s",
)  # fmt: skip
COUNT_MAX = 1 << 30
WATCHES_MAX = 200


class Row(NamedTuple):
    """epoch-v1 §2; `topics` are the nonzero slots, `counts` the floors of the codes."""

    id: int
    creator: int
    published_min: int
    length_ms: int
    looks: int
    embedding: tuple[int, ...]
    counts: dict[str, int]
    slots: tuple[int, ...]
    language: int
    flags: int

    @property
    def topics(self) -> list[int]:
        """Topic indexes, from 1."""
        return [topic for topic in self.slots if topic]


class Watch(NamedTuple):
    """events-v1 §3."""

    video: int
    number: int
    ms: int
    loops: int
    at_ms: int = 0


class State:
    """events-v1 §3, the part that a slate depends on."""

    def __init__(self) -> None:
        self.sets: dict[str, dict[int, int]] = {
            name: {}
            for name in (
                "seen", "shown", "liked", "saved", "shared", "rejected", "reported",
                "follows", "blocks", "mutes",
            )
        }  # fmt: skip
        self.rejected_ms: dict[int, int] = {}
        self.lately: list[int] = []
        self.watches: list[Watch] = []


class Layer(NamedTuple):
    """feed-v1 §5: `columns[j]` are the weights of output j."""

    columns: list[list[int]]
    bias: list[int]
    shift: list[int]


class Network(NamedTuple):
    """feed-v1 §5; the last layer is the heads. §3: the centroids, none where there are no lists,
    their digest as the header has it, and how many lists a source looks into. The watch times, both
    empty where there are none."""

    layers: list[Layer]
    table: list[list[int]]
    centroids: list[tuple[int, ...]]
    centroids_digest: str
    probes: int
    watch_bounds: list[int]
    watch_ms: list[list[int]]


def count_floor(code: int) -> int:
    """epoch-v1 §3, at most 2**30 (feed-v1)."""
    if code < 256:
        return code
    q, r = divmod(code - 256, 32)
    return COUNT_MAX if q > 40 else min((32 + r) << (q + 3), COUNT_MAX)


def read_rows(data: bytes) -> list[Row]:
    """epoch-v1 §2."""
    rows = []
    for fields in ROW.iter_unpack(data):
        video, creator, published, length, looks, _ = fields[:6]
        codes, slots = fields[70:82], fields[82:86]
        rows.append(
            Row(
                id=video,
                creator=creator,
                published_min=published,
                length_ms=length,
                looks=looks,
                embedding=tuple(fields[6:70]),
                counts={
                    name: count_floor(code) for name, code in zip(COUNTERS, codes, strict=True)
                },
                slots=tuple(slots),
                language=fields[90],
                flags=fields[91],
            )
        )
    return rows


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1 over entries, as it is written there: recursively."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:])).digest()


def epoch_root(header: bytes, rows: bytes) -> str:
    """epoch-v1 §9."""
    size = 64 * ROW.size
    return tree_root([header, *(rows[at : at + size] for at in range(0, len(rows), size))]).hex()


def read_network(data: bytes) -> Network:
    """feed-v1 §5: a safetensors file (u64 length, JSON header, data)."""
    size = int.from_bytes(data[:8], "little")
    header: dict[str, Any] = json.loads(data[8 : 8 + size])
    body = data[8 + size :]

    def numbers(name: str) -> list[int]:
        begin, end = header[name]["data_offsets"]
        letter = {"I8": "b", "U8": "B", "I32": "i"}[header[name]["dtype"]]
        count = (end - begin) // struct.calcsize(f"<{letter}")
        return list(struct.unpack(f"<{count}{letter}", body[begin:end]))

    names = sorted(key[:-7] for key in header if key.endswith(".weight") and key != "heads.weight")
    layers = []
    for name in (*names, "heads"):
        flat, width = numbers(f"{name}.weight"), header[f"{name}.weight"]["shape"][1]
        columns = [flat[j::width] for j in range(width)]
        layers.append(Layer(columns, numbers(f"{name}.bias"), numbers(f"{name}.shift")))
    table = numbers("heads.table")
    heads = len(layers[-1].bias)
    flat = numbers("centroids") if "centroids" in header else []
    about = json.loads(header["__metadata__"]["plainview"])
    return Network(
        layers,
        [table[h * 4096 : (h + 1) * 4096] for h in range(heads)],
        [tuple(flat[at : at + 64]) for at in range(0, len(flat), 64)],
        sha256(bytes(x % 256 for x in flat)).hexdigest() if flat else "0" * 64,
        about.get("probes", 0),
        numbers("watch.bounds") if "watch.ms" in header else [],
        _rows(numbers("watch.ms"), header["watch.ms"]["shape"][1]) if "watch.ms" in header else [],
    )


def _rows(flat: list[int], width: int) -> list[list[int]]:
    return [flat[at : at + width] for at in range(0, len(flat), width)]


class Rules(NamedTuple):
    """policy-v1, compiled: numbers in thousandths where the spec says so."""

    uses_profile: bool
    order: str
    worth: dict[str, int]
    sources: dict[str, int]
    fresh: dict[str, int]
    length_s_max: int
    same_language: bool
    labels: dict[str, tuple[str, int]]
    spacing: dict[str, int]
    not_interested: dict[str, int]
    exploration: dict[str, int]
    repeats: bool


def read_rules(data: bytes) -> Rules:
    """policy-v1, for a file that keeps to it."""
    # Numbers are kept as they are written, so that thousandths are exact without any float.
    file = tomllib.loads(data.decode(), parse_float=str)

    def milli(value: Any) -> int:
        text = str(value)
        if text == "off":
            return 0
        sign, text = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
        whole, _, part = text.partition(".")
        return sign * (int(whole) * 1000 + int((part + "000")[:3]))

    def count(value: Any) -> int:
        return 0 if value == "off" else int(value)

    def label(value: str) -> tuple[str, int]:
        word, _, points = value.partition(" ")
        return word, milli(points) if points else 0

    worth = {name: milli(value) for name, value in file.get("worth", {}).items()}
    worth["watch"] = worth.pop("watch_second", 0)
    spacing = file["spacing"]
    return Rules(
        uses_profile=file["uses_profile"],
        order=file["order"],
        worth=worth,
        sources={name: count(value) for name, value in file["sources"].items()},
        fresh={name: count(value) for name, value in file["fresh"].items()},
        length_s_max=count(file["filters"]["longer_than_s"]),
        same_language=file["filters"]["other_languages"] == "hide",
        labels={name: label(value) for name, value in file["labels"].items()},
        spacing={
            "creators_apart": count(spacing["creators_apart"]),
            "topics_share": milli(spacing["topics_share"]),
            "topic_tires": milli(spacing["topic_tires"]),
            "topics_lately": milli(spacing["topics_lately"]),
            "lookalike_bits": count(spacing["lookalike_bits"]),
        },
        not_interested={
            "days": count(file["not_interested"]["days"]),
            "points": milli(file["not_interested"]["points"]),
        },
        exploration={
            "owed_share": milli(file["exploration"]["owed_share"]),
            "share": milli(file["exploration"]["share"]),
            "doubt": milli(file["exploration"]["doubt"]),
            "best_of": count(file["exploration"]["best_of"]),
        },
        repeats=file["repeats"]["when_caught_up"] == "longest_unseen",
    )


SETS = {
    "shown": ("shown", "video"), "like": ("liked", "video"), "save": ("saved", "video"),
    "share": ("shared", "video"), "not_interested": ("rejected", "video"),
    "report": ("reported", "video"), "follow": ("follows", "creator"),
    "block": ("blocks", "creator"), "mute": ("mutes", "creator"),
}  # fmt: skip
UNSETS = {
    "unlike": "like", "unsave": "save", "undo_not_interested": "not_interested",
    "undo_report": "report", "unfollow": "follow", "unblock": "block", "unmute": "mute",
}  # fmt: skip


def fold_events(viewer: str, events: Sequence[bytes]) -> tuple[State, str]:
    """events-v1 §2 and §3: the state after `events`, and the chain's head."""
    state = State()
    head = sha256(b"plainview events-v1 " + viewer.encode()).digest()
    for data in events:
        head = sha256(head + data).digest()
        event = json.loads(data)
        kind = event["kind"]
        if kind == "served":
            for video in event["videos"]:
                state.sets["seen"][int(video)] = event["number"]
                state.lately.append(int(video))
            del state.lately[:-200]
        elif kind == "watch":
            _add_watch(state, event)
        elif kind == "comment":
            continue
        elif kind in SETS:
            name, key = SETS[kind]
            state.sets[name].setdefault(int(event[key]), event["n"])
            if kind == "not_interested":
                state.rejected_ms.setdefault(int(event[key]), event["at_ms"])
        else:
            name, key = SETS[UNSETS[kind]]
            state.sets[name].pop(int(event[key]), None)
            if kind == "undo_not_interested":
                state.rejected_ms.pop(int(event[key]), None)
    return state, head.hex()


def _add_watch(state: State, event: dict[str, Any]) -> None:
    watch = Watch(int(event["video"]), event["number"], event["ms"], event["loops"], event["at_ms"])
    for i, known in enumerate(state.watches):
        if (known.number, known.video) == (watch.number, watch.video):
            state.watches[i] = watch
            return
    state.watches.append(watch)
    del state.watches[:-WATCHES_MAX]
