"""Who is in which arm follows from a salt and an id, and from nothing else."""

from hashlib import sha256
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.history import EpochFrozen
from plainview.core.receipts import (
    BadArm,
    arm_index,
    arm_text,
    line_of,
    policy_of,
    recipe_of,
    salt_commitment,
    split_arm,
    weights_due,
)
from plainview.core.terms.ids import ViewerId

SALT = bytes(range(32))


def viewer(k: int) -> ViewerId:
    return ViewerId(sha256(b"viewer %d" % k).hexdigest()[:32])


def test_the_arm_is_the_one_worked_out_by_hand() -> None:
    """For this salt and viewer the hash begins with 21e0a06c054cc2d0, which is 0.1323 of 2^64:
    bucket 132, so the first arm if it has a thousandth more than that, else the second."""
    one = ViewerId("ab" * 16)
    begins = sha256(SALT + one.encode()).hexdigest()[:16]
    bucket = int(begins, 16) * 1000 >> 64
    assert (begins, bucket) == ("21e0a06c054cc2d0", 132)
    assert arm_index(SALT, one, (bucket + 1, 999 - bucket)) == 0
    assert arm_index(SALT, one, (bucket, 1000 - bucket)) == 1


def test_shares_come_out() -> None:
    """Of 10,000 viewers the arms of 500, 300 and 200 thousandths get 150 more or less."""
    counts = [0, 0, 0]
    for k in range(10_000):
        counts[arm_index(SALT, viewer(k), (500, 300, 200))] += 1
    assert counts == pytest.approx([5000, 3000, 2000], abs=150)


def test_another_salt_divides_anew() -> None:
    """Under another salt half of the viewers change between two even arms."""
    other = bytes(32)
    moved = sum(
        arm_index(SALT, viewer(k), (500, 500)) != arm_index(other, viewer(k), (500, 500))
        for k in range(2_000)
    )
    assert moved == pytest.approx(1000, abs=150)


def test_an_arm_without_a_share_gets_nobody() -> None:
    """A share of nought is passed over, wherever it stands."""
    assert {arm_index(SALT, viewer(k), (0, 600, 0, 400, 0)) for k in range(500)} == {1, 3}


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5))
def test_shares_that_are_not_all_are_refused(shares: list[int]) -> None:
    """Only thousandths that are 1000 in all divide viewers."""
    if sum(shares) == 1000:
        assert 0 <= arm_index(SALT, viewer(1), shares) < len(shares)
    else:
        with pytest.raises(BadArm):
            arm_index(SALT, viewer(1), shares)


def test_a_salt_is_32_bytes() -> None:
    """A shorter one is neither committed to nor divides."""
    with pytest.raises(BadArm):
        salt_commitment(SALT[:31])
    with pytest.raises(BadArm):
        arm_index(SALT[:31], viewer(1), (500, 500))


def test_the_commitment_is_a_hash_over_a_line_and_the_salt() -> None:
    """SHA-256 of the domain's line and the 32 bytes."""
    assert salt_commitment(SALT) == sha256(b"plainview experiment-v1\n" + SALT).hexdigest()


def test_the_text_of_an_arm_reads_back() -> None:
    """Experiment and arm are told apart by the slash; other text is no arm."""
    assert split_arm(arm_text("shorter", "for-you")) == ("shorter", "for-you")
    assert split_arm("") == ("", "")
    assert split_arm("shorter") == ("", "")


def test_an_arm_says_its_policy_and_its_recipe() -> None:
    """By hand, with a recipe and without; a line is named by experiment and recipe alone."""
    assert (policy_of("for-you-2+bold"), recipe_of("for-you-2+bold")) == ("for-you-2", "bold")
    assert (policy_of("for-you-2"), recipe_of("for-you-2")) == ("for-you-2", "")
    assert line_of("twice/for-you+bold") == line_of("twice/popular+bold") == "twice/bold"
    assert [line_of(text) for text in ("", "twice/for-you", "for-you+bold")] == ["", "", ""]


def test_the_weights_due_are_those_of_the_arms_line() -> None:
    """Of two lines each ranks in its own arms; the main weights in an arm without recipe, in none,
    in the arm of another experiment, and where the epoch does not know the line yet."""
    header = SimpleNamespace(
        weights="main", line_weights=(("twice/bold", "bold's"), ("twice/calm", "calm's"))
    )
    due = {
        "twice/for-you+bold": "bold's", "twice/popular+bold": "bold's",
        "twice/for-you+calm": "calm's", "twice/for-you": "main", "": "main",
        "other/for-you+bold": "main", "twice/for-you+new": "main",
    }  # fmt: skip
    assert {arm: weights_due(header, arm) for arm in due} == due  # type: ignore[arg-type]
    frozen = EpochFrozen(
        at_ms=1, number=1, root="0" * 64, previous_root="0" * 64, weights="1" * 64,
        line_weights=(("twice/bold", "2" * 64),), decisions=0, frozen_ms=1,
    )  # fmt: skip
    assert frozen.weights_due("twice/for-you+bold") == "2" * 64
    assert frozen.weights_due("twice/for-you") == frozen.weights_due("") == "1" * 64
