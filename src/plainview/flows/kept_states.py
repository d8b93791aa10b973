"""States of the viewers asked for last, bounded by what they hold and not by how many they are."""

from collections import OrderedDict
from typing import Final

from plainview.core.terms.ids import ViewerId
from plainview.core.terms.viewer import ViewerState

ENTRIES_KEPT: Final = 4_000_000
"""Of all that is kept together, some 400 MB: of viewers who have seen 2,000 videos a thousand, of
those with a few slates behind them twenty times as many."""


def entries_of(state: ViewerState) -> int:
    """How much a state holds, in entries of some 95 bytes each."""
    return 8 + len(state.seen) + len(state.shown) + len(state.watches) + len(state.liked)


class KeptStates:
    """A state for each viewer, as last put; those asked for longest ago go first.

    Not safe to share between threads.
    """

    def __init__(self, *, entries: int = ENTRIES_KEPT) -> None:
        self._most = entries
        self._states: OrderedDict[ViewerId, ViewerState] = OrderedDict()
        self._entries = 0

    def __len__(self) -> int:
        return len(self._states)

    def get(self, viewer: ViewerId) -> ViewerState | None:
        """The state that was put last, if it is still kept."""
        return self._states.get(viewer)

    def put(self, state: ViewerState) -> None:
        """Keep `state` as its viewer's, and make room for it."""
        old = self._states.pop(state.viewer, None)
        self._entries -= entries_of(old) if old else 0
        self._states[state.viewer] = state
        self._entries += entries_of(state)
        while self._entries > self._most and len(self._states) > 1:
            self._entries -= entries_of(self._states.popitem(last=False)[1])

    def clear(self) -> None:
        """Keep nothing."""
        self._states.clear()
        self._entries = 0
