"""What commits to examples, and whose examples count."""

from hashlib import sha256

import msgspec
import numpy as np
import pytest

from plainview.core.learn import BadWindow, TooFewViewers
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.learn.window import (
    EXAMPLE,
    LABEL_ONE,
    Examples,
    Window,
    choose,
    commitment_of,
    draws,
    window_of,
)
from plainview.core.terms.weights import FEATURES, HEADS
from tests.lessons import drawn_examples

SEED = bytes(range(32))


def of_viewers(*counts: int) -> Window:
    """A window in which viewer v has counts[v] examples."""
    out = np.zeros(sum(counts), dtype=EXAMPLE)
    out["length_ms"] = 1000
    out["viewer"][:, 15] = np.repeat(np.arange(len(counts)), counts)
    out["video"] = np.arange(len(out))
    return Window(examples=out, root=window_of(out[:1]).root)


def recipe(**changes: int) -> Recipe:
    return msgspec.structs.replace(STARTING_RECIPE, **{"viewer_examples_max": 64, **changes})


def counts(examples: Examples) -> list[int]:
    return [int(n) for n in np.bincount(examples["viewer"][:, 15])]


def test_an_example_has_no_gaps() -> None:
    """A record is its fields and nothing between: 32 + 16 + 3 * 8 + 2 * 4 + labels + 2 + inputs."""
    assert EXAMPLE.itemsize == 32 + 16 + 24 + 8 + 2 * len(HEADS) + 2 + len(FEATURES)


def test_the_root_by_hand() -> None:
    """Two examples: each commitment is SHA256(receipt id || record), the root is RFC 6962's."""
    window = window_of(drawn_examples(2))
    leaves = []
    for example in window.examples:
        record = example.tobytes()
        commitment = sha256(record[:32] + record).digest()
        assert commitment == commitment_of(example)
        leaves.append(sha256(b"\x00" + commitment).digest())
    assert window.root == sha256(b"\x01" + leaves[0] + leaves[1]).hexdigest()


@pytest.mark.parametrize("field", EXAMPLE.names or ())
def test_the_root_binds_every_field(field: str) -> None:
    """One bit of any field, and the order of the examples, change the root."""
    examples = drawn_examples(3)
    examples["labels"] = 0
    root = window_of(examples).root
    assert window_of(examples[[1, 0, 2]]).root != root
    changed = examples.copy()
    changed[field][1:2].view(np.uint8).ravel()[0] ^= 1
    assert window_of(changed).root != root


def test_examples_outside_the_spec_are_refused() -> None:
    """Another layout, a label above 1 and a video of no length are no window."""
    with pytest.raises(BadWindow, match="layout"):
        window_of(np.zeros(1, dtype=[("x", "u1")]))
    examples = drawn_examples(2)
    examples["labels"][1, 3] = LABEL_ONE + 1
    with pytest.raises(BadWindow, match="a label is 4097"):
        window_of(examples)
    examples = drawn_examples(2)
    examples["length_ms"][0] = 0
    with pytest.raises(BadWindow, match="1 ms"):
        window_of(examples)


def test_draws_are_splitmix64() -> None:
    """The stream is the published generator, started at the first 8 bytes of SHA256(seed, name)."""
    state = int.from_bytes(sha256(SEED + b"a").digest()[:8], "little")
    mask, found = (1 << 64) - 1, draws(SEED, "a", 3).tolist()
    for value in found:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        assert value == z ^ (z >> 31)
    assert draws(SEED, "b", 3).tolist() != found


def test_everybody_counts_when_nobody_has_much() -> None:
    """Twelve viewers of three examples each are all chosen, in their order."""
    chosen = choose(of_viewers(*[3] * 12), recipe=recipe(), seed=SEED)
    assert chosen.tolist() == list(range(36))


def test_the_share_of_one_viewer_by_hand() -> None:
    """Nine viewers of 2 and one of 50 at a share of 1/4: K = 6, since 6 <= (9 * 2 + 6) / 4 and
    7 > (9 * 2 + 7) / 4."""
    window = of_viewers(*[2] * 9, 50)
    chosen = choose(window, recipe=recipe(viewer_share_milli=250), seed=SEED)
    assert counts(window.examples[chosen]) == [2] * 9 + [6]


def test_a_flood_counts_no_more_than_its_share() -> None:
    """Of 100,000 examples of one viewer beside 40 viewers of 30, 64 are learned from, whichever
    they are."""
    window = of_viewers(*[30] * 40, 100_000)
    chosen = choose(window, recipe=recipe(), seed=SEED)
    assert counts(window.examples[chosen]) == [30] * 40 + [64]
    flood = chosen[chosen >= 1200]
    assert flood.max() - flood.min() > 50_000
    assert choose(window, recipe=recipe(), seed=bytes(32)).tolist() != chosen.tolist()


def test_too_few_viewers_teach_nothing() -> None:
    """With nine viewers one is more than a tenth of any window, however it is cut."""
    with pytest.raises(TooFewViewers, match="9 viewers"):
        choose(of_viewers(*[500] * 9), recipe=recipe(), seed=SEED)
    with pytest.raises(TooFewViewers):
        choose(of_viewers(), recipe=recipe(), seed=SEED)
    assert len(choose(of_viewers(*[500] * 10), recipe=recipe(), seed=SEED)) == 640


def test_a_tick_takes_no_more_than_its_recipe_says() -> None:
    """K falls until the sum fits; where K = 1 is too many, the least draws stay."""
    window = of_viewers(*[10] * 100)
    chosen = choose(window, recipe=recipe(examples_max=450), seed=SEED)
    assert counts(window.examples[chosen]) == [4] * 100
    assert len(choose(window, recipe=recipe(examples_max=60), seed=SEED)) == 60
    with pytest.raises(BadWindow, match="1000 examples"):
        choose(window, recipe=recipe(offered_max=999), seed=SEED)
