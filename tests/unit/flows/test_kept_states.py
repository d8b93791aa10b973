"""What processes keep of viewers is bounded by what it holds."""

import msgspec
import pytest

from plainview.core.events import empty_state
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.core.terms.viewer import ViewerState
from plainview.flows.kept_states import KeptStates, entries_of


def state(k: int, *, seen: int) -> ViewerState:
    """Viewer `k`, who was served so many."""
    videos = {VideoId(1 + video): 1 for video in range(seen)}
    return msgspec.structs.replace(empty_state(ViewerId(f"{k:032x}")), seen=videos)


def test_many_light_viewers_fit_where_few_heavy_ones_do() -> None:
    """Room goes by entries, and those put longest ago make it."""
    light, heavy = KeptStates(entries=1_000), KeptStates(entries=1_000)
    for k in range(200):
        light.put(state(k, seen=2))
        heavy.put(state(k, seen=192))
    assert (len(light), len(heavy)) == (100, 5)
    assert heavy.get(ViewerId(f"{195:032x}")) is not None
    assert heavy.get(ViewerId(f"{194:032x}")) is None


def test_a_viewer_who_is_put_again_is_counted_once_and_becomes_the_newest() -> None:
    """A state that grew takes its own place, and who was put before goes first."""
    kept = KeptStates(entries=3 * entries_of(state(0, seen=10)))
    for k in (0, 1, 2):
        kept.put(state(k, seen=10))
    for _ in range(5):
        kept.put(state(0, seen=10))
    assert len(kept) == 3
    kept.put(state(3, seen=10))
    assert [kept.get(ViewerId(f"{k:032x}")) is not None for k in range(4)] == [
        True, False, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize("seen", [0, 5_000])
def test_the_last_one_is_kept_however_large(seen: int) -> None:
    """Somebody larger than all the room is served all the same, and alone."""
    kept = KeptStates(entries=100)
    kept.put(state(0, seen=1))
    kept.put(state(1, seen=seen))
    assert kept.get(ViewerId(f"{1:032x}")) is not None
    assert len(kept) == (2 if seen == 0 else 1)
    kept.clear()
    assert len(kept) == 0
    kept.put(state(0, seen=1))
    kept.put(state(1, seen=1))
    assert len(kept) == 2
