"""What the tests of the feed share: the published policies, changed; the starting weights."""

from collections.abc import Mapping
from pathlib import Path

from plainview.core.learn import load_weights, starting_weights
from plainview.core.policy import compile_policy
from plainview.core.terms.policy import Policy

FOLDER = Path(__file__).parents[4] / "policies"
POLICIES = {path.stem: compile_policy(path.read_bytes()) for path in sorted(FOLDER.glob("*.toml"))}
TEXTS = {policy.digest: (FOLDER / f"{name}.toml").read_text() for name, policy in POLICIES.items()}
FOR_YOU, FOLLOWING = POLICIES["for-you"], POLICIES["following"]
POPULAR, FRESH = POLICIES["popular"], POLICIES["fresh"]
WEIGHTS = load_weights(starting_weights())


def policy_with(policy: Policy, changes: Mapping[str, str]) -> Policy:
    """`policy` with pieces of its file replaced, compiled anew."""
    text = TEXTS[policy.digest]
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    changed = compile_policy(text.encode())
    TEXTS[changed.digest] = text
    return changed
