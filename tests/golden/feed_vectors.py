"""The vectors of feed-v1 and policy-v1. `python -m tests.golden.feed_vectors` writes them again."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from plainview.core.feed import Trace, build_index, trace_slate
from plainview.core.feed.queue import queue_of
from plainview.core.learn import load_weights, starting_weights
from plainview.core.learn.weights_file import with_watch_times
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.terms.epoch import ROW, Epoch, EpochHeader
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.core.terms.policy import LABELS, RULES, SOURCES
from plainview.core.terms.slate import Context, SlateRequest
from plainview.core.terms.viewer import ViewerState, Watch
from plainview.core.terms.watch_time import WatchTimes
from plainview.core.terms.weights import HEADS, Weights
from tests.worlds import NOW_MS, big_catalogue, epoch_of, slate_request, viewer_state

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "specs" / "vectors"
FEED, POLICY = FOLDER / "feed-v1.json", FOLDER / "policy-v1.json"
WEIGHTS = FOLDER / "starting-1.safetensors"
NAMES = ("for-you", "following", "popular", "fresh")
DAY_MS = 86_400_000
MAPPINGS = (
    "seen", "liked", "saved", "shared", "rejected", "rejected_ms", "reported", "follows", "blocks",
    "mutes",
)  # fmt: skip

REFUSED = (
    # (policy, what is replaced, by what)
    ("for-you", "finish = 1.0", "finsh = 1.0"),
    ("for-you", "finish = 1.0", ""),
    ("for-you", "finish = 1.0", "finish = true"),
    ("for-you", "finish = 1.0", "finish = 1.0005"),
    ("for-you", "finish = 1.0", "finish = = 1"),
    ("for-you", "near_recent = 200", "near_recent = 401"),
    ("for-you", "creators_apart = 4", "creators_apart = 1"),
    ("for-you", "days = 30", 'days = "off"'),
    ("for-you", "first_audience = 100", "first_audience = 256"),
    ("for-you", "points = 2.0", 'points = "off"'),
    ("for-you", "best_of = 2", 'best_of = "off"'),
    ("for-you", "doubt = 0.5", 'doubt = "off"'),
    ("popular", "uses_profile = false", "uses_profile = 0"),
    ("popular", 'following = "off"', "following = 10"),
    ("following", "[sources]", "[worth]\nfinish = 1.0\n[sources]"),
    ("following", 'advert = "allow"', 'advert = "demote 1.0"'),
)


MIXED = {
    "near_recent = 200": "near_recent = 4", "near_lasting = 120": "near_lasting = 6",
    "rising = 40": "rising = 3", "popular = 40": "popular = 3", "fresh = 40": "fresh = 12",
    'newest = "off"': "newest = 3", "owed_share = 0.015": "owed_share = 0.3",
    "\nshare = 0.05": "\nshare = 0.4", "topics_lately = 0.5": "topics_lately = 0.1",
    'longer_than_s = "off"': "longer_than_s = 50", 'other_languages = "allow"':
    'other_languages = "hide"',
}  # fmt: skip
"""for-you with sources so small that none hides another, much chance, and every filter."""

TIMES = {
    "bounds": [7_061, 36_921],
    "ms": [[0, 500, 4_000, 9_000, 61_000], [200, 900, 900, 30_000, 45_000],
           [0, 3_500_000, 3_599_000, 40_000_000, 86_400_000]],
}  # fmt: skip
"""Watch times that no learner would find: short videos are watched for longest but for the longest,
and those for more than the hour that counts. Each bound is the length of a candidate."""


def policy_text(name: str) -> str:
    """A published policy file, or "mixed"."""
    if name == "mixed":
        text = policy_text("for-you")
        for old, new in MIXED.items():
            assert old in text
            text = text.replace(old, new, 1)
        return text
    return (ROOT / "policies" / f"{name}.toml").read_text(encoding="utf-8")


def catalogue() -> Epoch:
    """Thirty videos with counters, flags, languages and repeated pictures."""
    rows = big_catalogue(30, seed=11).copy()
    rows["creator"] = 1 + np.arange(30) % 7
    rows["topics"][4::5, 1] = 8
    rows["looks"][10:14] = rows["looks"][10]
    rows["flags"][[2, 9, 17, 23]] = (1, 8, 4, 32)
    rows["published_min"] = NOW_MS // 60_000 - np.arange(30) * 700
    weights = load_weights(starting_weights()).digest
    return epoch_of(list(rows), weights=weights, shown_today=900, shown_yesterday=1_250)


def known_viewers(ids: list[int]) -> list[ViewerState]:
    """Nobody yet; someone with a past of every kind; someone who has seen all but three."""
    v = [VideoId(i) for i in ids]
    watches = (
        Watch(video=v[0], number=1, ms=60_000, loops=0, at_ms=NOW_MS - DAY_MS),
        Watch(video=v[3], number=1, ms=400, loops=0, at_ms=NOW_MS - 4_000_000),
        Watch(video=v[5], number=2, ms=1, loops=3, at_ms=NOW_MS - 2_200_000),
        Watch(video=VideoId(7), number=2, ms=9000, loops=0, at_ms=NOW_MS - 1_900_000),
        Watch(video=v[0], number=3, ms=2500, loops=0, at_ms=NOW_MS - 1_700_000),
    )
    past = viewer_state(
        watches=watches, seen={v[0]: 3, v[3]: 1, v[5]: 2, v[8]: 3, VideoId(7): 2},
        liked={v[0]: 4, v[8]: 9}, saved={v[5]: 6}, shared={v[3]: 7}, rejected={v[3]: 8, v[9]: 5},
        rejected_ms={v[3]: NOW_MS - DAY_MS, v[9]: NOW_MS - 7 * DAY_MS},
        lately=(v[5], v[3], VideoId(7), v[0], v[8]),
        reported={v[20]: 12}, follows={CreatorId(3): 10, CreatorId(99): 11},
        blocks={CreatorId(6): 13}, mutes={CreatorId(5): 14},
    )  # fmt: skip
    ends = viewer_state(
        seen={video: 40 - i for i, video in enumerate(v[:27])}, watches=watches[:3],
        lately=tuple(v[26::-1]) * 8,
    )  # fmt: skip
    return [viewer_state(), past, ends]


def state_json(state: ViewerState) -> dict[str, Any]:
    """A state as JSON: ids as decimal strings, watches as [video, number, ms, loops, at_ms]."""
    return {
        "watches": [[str(w.video), w.number, w.ms, w.loops, w.at_ms] for w in state.watches],
        "lately": [str(video) for video in state.lately],
        **{
            name: {str(key): number for key, number in sorted(getattr(state, name).items())}
            for name in MAPPINGS
        },
    }


def state_of(fields: dict[str, Any]) -> ViewerState:
    """The state that `state_json` wrote."""
    watches = tuple(
        Watch(video=VideoId(int(v)), number=number, ms=ms, loops=loops, at_ms=at_ms)
        for v, number, ms, loops, at_ms in fields["watches"]
    )
    mappings = {name: {int(k): n for k, n in fields[name].items()} for name in MAPPINGS}
    lately = tuple(VideoId(int(video)) for video in fields["lately"])
    return viewer_state(watches=watches, lately=lately, **mappings)


def request_json(request: SlateRequest) -> dict[str, Any]:
    """A request as JSON."""
    return {
        "number": request.number,
        "now_ms": request.now_ms,
        "seed": request.seed.hex(),
        "context": msgspec.to_builtins(request.context),
    }


def request_of(fields: dict[str, Any]) -> SlateRequest:
    """The request that `request_json` wrote."""
    return SlateRequest(
        number=fields["number"],
        now_ms=fields["now_ms"],
        seed=bytes.fromhex(fields["seed"]),
        context=Context(**fields["context"]),
    )


def expected(trace: Trace) -> dict[str, Any]:
    """What a second implementation must find, step by step."""
    ids = trace.index.ids
    queue = queue_of(trace.index, policy=trace.policy)
    return {
        "audience": queue.audience,
        "queue": [str(i) for i in ids[queue.rows].tolist()],
        "owed_share": queue.share,
        "decided": trace.decided.tolist(),
        "interests": trace.profile.interests.tolist(),
        "candidates": [str(i) for i in ids[trace.candidates.rows].tolist()],
        "sources": trace.candidates.sources.tolist(),
        "fresh": [str(i) for i in ids[trace.candidates.rows[trace.candidates.fresh]].tolist()],
        "viewer_features": trace.viewer_features.tolist(),
        "video_features": trace.video_features[:2].tolist(),
        "predictions": trace.predictions[:2].tolist(),
        "values": trace.values.tolist(),
        "slate": [
            {
                "video": str(item.video), "source": item.source, "slot": item.slot,
                "propensity": item.propensity, "value": item.value,
            }
            for item in trace.slate.items
        ],
        "caught_up": trace.slate.caught_up,
        "digests": {
            "candidates": trace.slate.candidates,
            "values": trace.slate.values,
            "features": trace.slate.features,
        },
    }  # fmt: skip


def timed_weights(times: dict[str, Any]) -> bytes:
    """The starting weights with watch times."""
    bounds, ms = (np.array(times[name], dtype=np.int32) for name in ("bounds", "ms"))
    return with_watch_times(starting_weights(), times=WatchTimes(bounds=bounds, ms=ms))


def feed_vectors(epoch: Epoch) -> dict[str, Any]:
    """Whole cases: one epoch, five policies, three viewers; and one of the viewers again under the
    same epoch frozen for weights with watch times."""
    weights, timed = load_weights(starting_weights()), load_weights(timed_weights(TIMES))
    timed_header = msgspec.structs.replace(epoch.header, weights=timed.digest)
    timed_epoch = msgspec.structs.replace(epoch, header=timed_header)
    return {
        "spec": "feed-v1",
        "weights": {"file": WEIGHTS.name, "digest": weights.digest},
        "header": json.loads(msgspec.json.encode(epoch.header)),
        "rows": [row.tobytes().hex() for row in epoch.rows],
        "policies": {name: policy_text(name) for name in (*NAMES, "mixed")},
        "cases": cases_of(epoch, weights, (*NAMES, "mixed"), viewers=(0, 1, 2)),
        "timed": {
            "watch_times": TIMES,
            "weights": {"digest": timed.digest},
            "header": json.loads(msgspec.json.encode(timed_header)),
            "cases": cases_of(timed_epoch, timed, ("for-you",), viewers=(1,)),
        },
    }


def cases_of(
    epoch: Epoch, weights: Weights, policies: Sequence[str], *, viewers: Sequence[int]
) -> list[dict[str, Any]]:
    """What these viewers get under each policy."""
    index = build_index(epoch)
    requests = [
        slate_request(number=1, size=8, seed="vector", language="de"),
        slate_request(number=4, size=8, seed="vector", tz_min=-330),
        slate_request(number=41, size=5, seed="vector", age="teen", language=""),
    ]
    states = known_viewers(index.ids.tolist())
    cases = []
    for name in policies:
        policy = compile_policy(policy_text(name).encode())
        for state, request in ((states[v], requests[v]) for v in viewers):
            trace = trace_slate(
                index=index, weights=weights, policy=policy, state=state, request=request
            )
            cases.append(
                {
                    "policy": name,
                    "state": state_json(state),
                    "request": request_json(request),
                    "expected": expected(trace),
                }
            )
    return cases


def epoch_of_vectors(fields: dict[str, Any], *, timed: bool = False) -> Epoch:
    """The epoch that the vectors hold, for the weights without watch times or for those with."""
    data = b"".join(bytes.fromhex(row) for row in fields["rows"])
    header = msgspec.convert((fields["timed"] if timed else fields)["header"], EpochHeader)
    return Epoch(header=header, rows=np.frombuffer(data, dtype=ROW), root=digest_of(data))


def policy_vectors() -> dict[str, Any]:
    """Each published policy with its integers, and files refused with kind and line."""
    compiled = []
    for name in NAMES:
        policy = compile_policy(policy_text(name).encode())
        fields: dict[str, Any] = msgspec.to_builtins(policy)
        fields["worth_milli"] = dict(zip(HEADS, policy.worth_milli, strict=True))
        fields["sources"] = dict(zip(SOURCES, policy.sources, strict=True))
        fields["demote_milli"] = dict(zip(LABELS, policy.demote_milli, strict=True))
        fields["uses_profile"], fields["same_language"], fields["repeats"] = (
            int(policy.uses_profile), int(policy.same_language), int(policy.repeats),
        )  # fmt: skip
        compiled.append({"toml": policy_text(name), "compiled": fields})
    refused = []
    for name, old, new in REFUSED:
        toml = policy_text(name).replace(old, new, 1)
        try:
            compile_policy(toml.encode())
        except PolicyRefused as refusal:
            kind = type(refusal).__name__
            refused.append({"toml": toml, "kind": kind, "line": refusal.line})
        else:
            raise AssertionError(f"{name} with {new!r} was not refused")
    return {"spec": "policy-v1", "rules": list(RULES), "compiled": compiled, "refused": refused}


def write() -> None:
    """Write all three files."""
    for path, value in ((FEED, feed_vectors(catalogue())), (POLICY, policy_vectors())):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        path.write_text(text + "\n", encoding="utf-8")
    WEIGHTS.write_bytes(starting_weights())


if __name__ == "__main__":
    write()
