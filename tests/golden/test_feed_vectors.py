"""The committed vectors of feed-v1 and policy-v1, against the code and against each other."""

import json
from typing import Any

import pytest

from plainview.audit.reference import Reference, Request
from plainview.audit.reference_inputs import State, Watch
from plainview.core.catalogue import encode_header
from plainview.core.feed import build_index, trace_slate
from plainview.core.feed.kernels import NUMBA, NUMPY, NUMPY_F64, NUMPY_INT64, Kernels
from plainview.core.learn import load_weights, starting_weights
from plainview.core.policy import PolicyRefused, compile_policy
from plainview.core.terms.policy import RULES, SOURCE_CODES
from tests.golden.feed_vectors import (
    FEED,
    POLICY,
    WEIGHTS,
    epoch_of_vectors,
    expected,
    feed_vectors,
    policy_vectors,
    request_of,
    state_of,
    timed_weights,
)

VECTORS: dict[str, Any] = json.loads(FEED.read_text(encoding="utf-8"))
POLICIES: dict[str, Any] = json.loads(POLICY.read_text(encoding="utf-8"))
PLAIN = (epoch_of_vectors(VECTORS), WEIGHTS.read_bytes(), VECTORS["cases"])
TIMED = (
    epoch_of_vectors(VECTORS, timed=True), timed_weights(VECTORS["timed"]["watch_times"]),
    VECTORS["timed"]["cases"],
)  # fmt: skip
KERNELS = [k for k in (NUMPY, NUMPY_F64, NUMPY_INT64, NUMBA) if k is not None]


def test_the_files_are_what_the_code_makes() -> None:
    """From the rows they hold, the committed vectors are those this code writes."""
    assert feed_vectors(epoch_of_vectors(VECTORS)) == VECTORS
    assert policy_vectors() == POLICIES


def test_the_weights_beside_them_are_the_starting_weights() -> None:
    """A second implementation finds in the folder the very file the vectors name."""
    assert WEIGHTS.read_bytes() == starting_weights()
    assert load_weights(WEIGHTS.read_bytes()).digest == VECTORS["weights"]["digest"]
    assert load_weights(TIMED[1]).digest == VECTORS["timed"]["weights"]["digest"]


@pytest.mark.parametrize("kernels", KERNELS, ids=lambda k: k.name)
def test_each_case_comes_out_of_the_file_alone(kernels: Kernels) -> None:
    """From the bytes in the file every kernel finds each step of each case."""
    for epoch, data, cases in (PLAIN, TIMED):
        for case in cases:
            trace = trace_slate(
                index=build_index(epoch),
                weights=load_weights(data),
                policy=compile_policy(VECTORS["policies"][case["policy"]].encode()),
                state=state_of(case["state"]),
                request=request_of(case["request"]),
                kernels=kernels,
            )
            assert expected(trace) == case["expected"]


def test_watch_times_decide_the_case_that_has_them() -> None:
    """The same viewer, request and predictions, and other values: none that an hour would pass."""
    (case,) = TIMED[2]
    plain = next(one for one in PLAIN[2] if one["request"] == case["request"])
    assert case["state"] == plain["state"]
    found, before = case["expected"], plain["expected"]
    assert found["predictions"] == before["predictions"]
    assert found["candidates"] == before["candidates"]
    assert found["slate"] != before["slate"]
    seconds = compile_policy(VECTORS["policies"]["for-you"].encode()).worth_milli[-1]
    top = max(found["values"]) // (seconds << 24)
    assert 3600 <= top < 4000, "the hour is reached, and not passed by what the other heads add"


def test_the_reference_finds_each_case() -> None:
    """The second implementation comes to the same slate and digests from the same bytes."""
    for epoch, data, case in ((e, data, one) for e, data, cases in (PLAIN, TIMED) for one in cases):
        asked, found = request_of(case["request"]), case["expected"]
        context = asked.context
        reference = Reference(
            encode_header(epoch.header), epoch.rows.tobytes(), data,
            VECTORS["policies"][case["policy"]].encode(), reference_state(case["state"]),
            Request(now_ms=asked.now_ms, seed=asked.seed, size=context.size,
                    language=context.language, tz_min=context.tz_min, age=context.age),
        )  # fmt: skip
        if reference.rules.exploration["owed_share"]:
            assert reference.audience() == found["audience"]
            assert [str(row.id) for row in reference.queue()] == found["queue"]
            assert reference.owed_share() == found["owed_share"]
        made = reference.slate()
        assert made["slate"] == [
            (int(one["video"]), one["slot"], one["source"], one["propensity"], one["value"])
            for one in found["slate"]
        ]
        assert {name: made[name] for name in found["digests"]} == found["digests"]
        assert made["caught_up"] == found["caught_up"]


def reference_state(fields: dict[str, Any]) -> State:
    """The state of a case in the reference's form."""
    state = State()
    for name in state.sets:
        if name in fields:
            state.sets[name] = {int(key): number for key, number in fields[name].items()}
    state.rejected_ms = {int(key): at_ms for key, at_ms in fields["rejected_ms"].items()}
    state.lately = [int(video) for video in fields["lately"]]
    state.watches = [Watch(int(video), *rest) for video, *rest in fields["watches"]]
    return state


def test_the_cases_cover_what_the_spec_says() -> None:
    """Together the cases use rules of each sort, every source, all slots and
    both ends of the catalogue."""
    cases = [case["expected"] for case in VECTORS["cases"]]
    rules = {RULES[code - 1] for case in cases for code in case["decided"] if code}
    assert rules >= {
        "removed", "too_young", "label_restricted", "label_advert", "label_sensitive",
        "creator_blocked", "creator_muted", "video_reported", "too_long", "other_language", "seen",
    }  # fmt: skip
    sources = {code for case in cases for code in case["sources"]}
    assert sources == set(SOURCE_CODES.values())
    assert {item["slot"] for case in cases for item in case["slate"]} == {
        "ranked", "explore", "owed", "repeat",
    }  # fmt: skip
    assert {case["caught_up"] for case in cases} == {0, 1}


@pytest.mark.parametrize("case", POLICIES["refused"], ids=lambda c: f"{c['kind']}-{c['line']}")
def test_what_must_be_refused_is(case: dict[str, Any]) -> None:
    """Each refused file is refused for its kind, on its line."""
    with pytest.raises(PolicyRefused) as refused:
        compile_policy(case["toml"].encode())
    assert (type(refused.value).__name__, refused.value.line) == (case["kind"], case["line"])
