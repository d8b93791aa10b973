"""The float network behind a weights file: read from it, grown, and kept as a file."""

import json

import msgspec
import numpy as np
import pytest

from plainview.core.learn import (
    BadFile,
    BadRecipe,
    BadState,
    encode_weights,
    load_weights,
    starting_weights,
)
from plainview.core.learn.judge import outputs
from plainview.core.learn.network import (
    Network,
    begin,
    encode_state,
    layer_slices,
    load_state,
    network_of,
)
from plainview.core.learn.recipe import STARTING_RECIPE
from plainview.core.learn.tables import logistic_table
from plainview.core.learn.tick import run
from plainview.core.learn.weights_file import offsets_of
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.weights import FEATURES, HEADS
from tests.lessons import drawn_examples

SEED = bytes(32)
STARTING = network_of(starting_weights())
UNITS = STARTING.widths[1]
DIGEST = digest_of(starting_weights())


def one_unit(*, table_offset: int = 0, weight: int = 64) -> bytes:
    """A file with one hidden unit, of feature 0 with weight 64 at shift 6."""
    hidden = np.zeros((len(FEATURES), 1), dtype=np.int8)
    hidden[0] = weight
    return encode_weights(
        name="one",
        hidden=[(hidden, np.array([64 * 32 + 32], np.int32), np.array([6], np.uint8))],
        heads=(
            np.full((1, len(HEADS)), 16, np.int8),
            np.full(len(HEADS), -128 + 4, np.int32),
            np.full(len(HEADS), 3, np.uint8),
        ),
        table=np.stack([logistic_table(256 + table_offset)] * len(HEADS)),
        offsets=[256] * len(HEADS),
    )


def test_a_file_as_floats_by_hand() -> None:
    """A unit of weight 64 at shift 6 is 1 per unit of input, bias 32 of 64 is 1/2; a head of 16 at
    shift 3 gives 2 steps per activation, 128 steps or half a logit per unit; its bias of -16 steps
    and its offset of 256 come to 15/16."""
    network = network_of(one_unit())
    (w0, b0), (w1, b1) = layer_slices(network.widths)
    assert network.widths == (len(FEATURES), 1, len(HEADS))
    assert network.theta[w0].tolist() == [1.0] + [0.0] * (len(FEATURES) - 1)
    assert network.theta[b0].tolist() == [0.5]
    assert network.theta[w1].tolist() == [0.5] * len(HEADS)
    assert network.theta[b1].tolist() == [0.9375] * len(HEADS)
    assert not network.seen.any()


def test_the_starting_weights_mean_what_they_say() -> None:
    """On any input the float network is within a hundredth of a logit of the integers' outputs,
    plus a head's rounding."""
    examples = drawn_examples(200)
    logits, _ = run(STARTING, examples)
    steps = outputs(load_weights(starting_weights()), examples["features"])
    served = (steps + np.array(offsets_of(starting_weights()))) / 256
    assert np.abs(served - logits).max() < 0.08
    assert np.sqrt(((served - logits) ** 2).mean()) < 0.02


def test_tables_of_another_curve_cannot_be_learned_on_from() -> None:
    """A table that is not the logistic one at its stated offset is refused, and so is a file that
    states no offsets."""
    with pytest.raises(BadFile, match="head 0"):
        network_of(one_unit(table_offset=1))
    for stated in (b'"offsets\\":[],', b'"offsets\\":[9000' + b",256" * 9 + b"],"):
        data = one_unit().replace(b'"offsets\\":[256' + b",256" * 9 + b"],", stated)
        size = len(data) - len(one_unit()) + int.from_bytes(one_unit()[:8], "little")
        with pytest.raises(BadFile, match="no offset"):
            offsets_of(size.to_bytes(8, "little") + data[8:])


def test_growing_changes_nothing_that_is_said() -> None:
    """With 64 units in place of fewer every logit has the same bits as the parent's, and only the
    new units' weights are drawn."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, hidden=(64,))
    grown = begin(STARTING, recipe=recipe, seed=SEED)
    examples = drawn_examples(50)
    assert run(grown, examples)[0].tobytes() == run(STARTING, examples)[0].tobytes()
    ws, bs = layer_slices(grown.widths)[0]
    drawn = grown.theta[ws].reshape(len(FEATURES), 64)[:, UNITS:]
    assert 0.15 < np.abs(drawn).max() <= 2 / 13
    assert len(np.unique(drawn)) > 0.99 * drawn.size
    assert (grown.theta[bs][UNITS:] == 0.5).all()
    other = begin(STARTING, recipe=recipe, seed=bytes(31) + b"\x01")
    assert (other.theta != grown.theta).any()


def test_a_deep_network_grows_too() -> None:
    """Both hidden layers of a drawn network can be widened without a change in what it says."""
    narrow = msgspec.structs.replace(STARTING_RECIPE, begin="draws", hidden=(6, 4))
    small = begin(STARTING, recipe=narrow, seed=SEED)
    theta = np.where(small.theta == 0, np.float32(0.25), small.theta)
    small = msgspec.structs.replace(small, theta=theta)
    wide = msgspec.structs.replace(STARTING_RECIPE, hidden=(9, 7))
    grown = begin(small, recipe=wide, seed=SEED)
    examples = drawn_examples(50)
    assert run(grown, examples)[0].tobytes() == run(small, examples)[0].tobytes()
    assert (run(small, examples)[0] != 0).any()


def test_draws_keep_nothing_of_the_parent() -> None:
    """Begun from draws, a network has the recipe's depth and says 0 of everything at first."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, begin="draws", hidden=(8, 8))
    drawn = begin(STARTING, recipe=recipe, seed=SEED)
    assert drawn.widths == (len(FEATURES), 8, 8, len(HEADS))
    assert not run(drawn, drawn_examples(5))[0].any()


def test_what_was_seen_is_half_forgotten() -> None:
    """A tick begins with `seen_kept_milli` of the squared gradients its parent had seen."""
    parent = msgspec.structs.replace(STARTING, seen=np.full_like(STARTING.seen, 3))
    recipe = msgspec.structs.replace(STARTING_RECIPE, hidden=(UNITS,), seen_kept_milli=500)
    assert (begin(parent, recipe=recipe, seed=SEED).seen == 1.5).all()


@pytest.mark.parametrize("hidden", [(UNITS - 1,), (UNITS, 4)])
def test_a_recipe_that_does_not_fit_its_parent_is_refused(hidden: tuple[int, ...]) -> None:
    """A parent that is wider or of another depth cannot be begun from."""
    with pytest.raises(BadRecipe, match="the parent is"):
        begin(STARTING, recipe=msgspec.structs.replace(STARTING_RECIPE, hidden=hidden), seed=SEED)


def test_a_state_is_read_back_bit_for_bit() -> None:
    """Every float comes back, and the widths with them."""
    network = msgspec.structs.replace(
        STARTING, seen=np.linspace(0, 9, len(STARTING.seen), dtype=np.float32)
    )
    back, places = load_state(encode_state(network, weights=DIGEST), weights=DIGEST)
    assert places is None
    assert back.widths == network.widths
    assert back.theta.tobytes() == network.theta.tobytes()
    assert back.seen.tobytes() == network.seen.tobytes()


def altered(**changes: float) -> Network:
    theta, seen = STARTING.theta.copy(), STARTING.seen.copy()
    theta[5], seen[5] = changes.get("theta", 0), changes.get("seen", 0)
    return msgspec.structs.replace(STARTING, theta=theta, seen=seen)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a state file"),
        (starting_weights(), "not a state file"),
        (encode_state(STARTING, weights=digest_of(b"others")), "the state of weights"),
        (encode_state(STARTING, weights=DIGEST) + b"\0", "not a state file"),
        (encode_state(altered(theta=31.5), weights=DIGEST), "not finite, or beyond"),
        (encode_state(altered(theta=float("nan")), weights=DIGEST), "not finite, or beyond"),
        (encode_state(altered(seen=-1), weights=DIGEST), "not finite, or beyond"),
        (encode_state(altered(seen=float("inf")), weights=DIGEST), "not finite, or beyond"),
    ],
)
def test_what_is_not_these_weights_state_is_refused(data: bytes, words: str) -> None:
    """Another file, another weights' state, a number that learning could not have made."""
    with pytest.raises(BadState, match=words):
        load_state(data, weights=DIGEST)


def test_a_state_has_one_form() -> None:
    """The same tensors with a word more in the header are not the state that a record names."""
    data = encode_state(STARTING, weights=DIGEST)
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"]["more"] = "words"
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with pytest.raises(BadState, match="one form"):
        load_state(len(text).to_bytes(8, "little") + text + data[8 + size :], weights=DIGEST)
