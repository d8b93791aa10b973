"""Fold viewers: each one's state as of their newest event, from what is kept and what is new."""

import threading

from plainview.core.events import empty_state, fold, parse_event
from plainview.core.terms.ids import ViewerId
from plainview.core.terms.viewer import ViewerState
from plainview.flows.kept_states import KeptStates
from plainview.ports.view import ViewReads


class NoViewer(Exception):
    """There is no such viewer. Over HTTP: 401, the client begins a session anew."""


class ChainDiffers(Exception):
    """The stored events do not lead to the stored head: the database was altered. Serve nothing
    to this viewer; `plainview replay` names the event."""


class ViewerFolds:
    """States by viewer; a state is never older than the chain was when it was asked for.

    Safe to call from many threads. Those asked for last are kept, see `KeptStates`.
    """

    def __init__(self, reads: ViewReads, *, kept: KeptStates | None = None) -> None:
        self._reads = reads
        self._states = KeptStates() if kept is None else kept
        self._lock = threading.Lock()

    def state(self, viewer: ViewerId) -> ViewerState:
        """The fold of all the viewer's events. Raises: NoViewer, ChainDiffers."""
        with self._lock:
            known = self._states.get(viewer)
        state = self._fold_on(known or empty_state(viewer))
        if state is None and known is not None:
            # What was kept is ahead of or beside the stored chain: believe storage alone.
            state = self._fold_on(empty_state(viewer))
        if state is None:
            raise ChainDiffers(viewer)
        with self._lock:
            self._states.put(state)
        return state

    def kept(self, viewer: ViewerId) -> ViewerState:
        """The state that was last asked for, without looking for events since."""
        with self._lock:
            known = self._states.get(viewer)
        return known or self.state(viewer)

    def is_kept(self, viewer: ViewerId) -> bool:
        """Whether a state is kept, so that only what came since must be folded."""
        with self._lock:
            return self._states.get(viewer) is not None

    def _fold_on(self, state: ViewerState) -> ViewerState | None:
        """`state` after the events it lacks; None if that does not end in the stored head."""
        found = self._reads.chain_after(state.viewer, state.n)
        if found is None:
            raise NoViewer(state.viewer)
        head, bodies = found
        folded = fold(state, [parse_event(body) for body in bodies]) if bodies else state
        return folded if (folded.n, folded.head) == (head.n, head.head) else None
