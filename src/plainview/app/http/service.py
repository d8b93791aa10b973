"""What handlers stand on: the wired parts, a pool for synchronous flows, and the newest epoch."""

import asyncio
import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import msgspec
import numpy as np
from litestar import Request

from plainview.app.http.books import Books
from plainview.app.http.errors import ApiError
from plainview.app.recipe_file import read_recipe
from plainview.app.villain import Asker, Villain
from plainview.app.wire import Wired
from plainview.core.catalogue import ACTIONS
from plainview.core.history import TrustDocument
from plainview.core.learn import BadRecipe
from plainview.core.receipts import hour_of
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.core.tlog import Policy, parse_policy
from plainview.flows.begin_log import trust_in_force
from plainview.flows.make_demo import clips_to_come
from plainview.flows.open_epoch import EpochShelf
from plainview.flows.serve_slate import Serving
from plainview.ports.tlog import StoredTrust
from plainview.ports.view import Invented, Session

P = ParamSpec("P")
T = TypeVar("T")

COOKIE = "plainview_session"
SLATE_SIZE = 8
STALL_MS = 5_000
"""An entry that waits longer for a published head means that the log stands still."""
POOL_THREADS = 8
VIEWERS_KEPT = 20_000
EPOCH_POLL_S = 0.025
BEGIN_S = 20.0
NOT_SHOWN = ACTIONS["remove"][0] | ACTIONS["withdraw"][0] | ACTIONS["unlist"][0]


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a full slate can be served, and why not.

    `making` is how many demonstration clips are still to come, besides those `playable`.
    `lesson_faults`: receipts of which the learner found that what they say cannot be made again;
    each is in its log, and more than none wants looking at.
    """

    ready: bool
    reason: str
    playable: int
    wanted: int
    making: int
    is_log_stalled: bool
    lesson_faults: int


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """How often this start was told to learn, at most, and from how many examples, at least.

    By its recipe: how long after a slate what was done with it becomes examples, and how many are
    held out at least. 0: its file cannot be read any more.
    """

    every_s: int
    examples_min: int
    label_ms: int = 0
    held_out_min: int = 0


def rhythm_in(arguments: Sequence[str]) -> Rhythm | None:
    """What a web process is told among `arguments`; None: nothing is learned.

    >>> rhythm_in(["demo", "learns=5,50,on"])
    Rhythm(every_s=5, examples_min=50, label_ms=600000, held_out_min=400)
    """
    for one in arguments:
        if one.startswith("learns="):
            every_s, examples_min, name = one.removeprefix("learns=").split(",", 2)
            rhythm = Rhythm(every_s=int(every_s), examples_min=int(examples_min))
            try:
                recipe = read_recipe(name)
            except (OSError, BadRecipe):
                return rhythm
            return msgspec.structs.replace(
                rhythm, label_ms=recipe.label_ms, held_out_min=2 * recipe.held_out_min
            )
    return None


class Service:
    """One web process's state. Handlers get it from `request.app.state.service`."""

    def __init__(
        self, wired: Wired, *, is_demo: bool, address: str = "", rhythm: Rhythm | None = None
    ) -> None:
        self.wired = wired
        self.address = address
        self.rhythm = rhythm
        self.is_demo = is_demo
        self.books = Books(wired)
        self.coverage = wired.coverage_reader()
        self.villain = Villain(self.books) if is_demo else None
        self.log = logging.getLogger("plainview.web")
        self._viewers: dict[str, ViewerId] = {}
        self._may_have_invented = True
        self._pool = ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="flow")
        self._serving: Serving | None = None
        self._serving_at_once: Serving | None = None
        self._epochs: EpochShelf | None = None
        self._playable: tuple[int, int, int] = (0, 0, 0)
        self._has_begun = threading.Event()
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="epochs", daemon=True)

    def invented(self, *, since_ms: int) -> Invented | None:
        """The demonstration's invented viewers; None without any, which is looked for once only
        where no demonstration runs."""
        if not self._may_have_invented:
            return None
        found = self.wired.reads.invented(since_ms=since_ms)
        self._may_have_invented = self.is_demo or found.viewers > 0
        return found if found.viewers else None

    def start(self) -> None:
        """Begin to watch for epochs."""
        self._watcher.start()

    def stop(self) -> None:
        """Stop watching; flows under way finish on their own."""
        self._stop.set()
        self._hurry.set()
        self._has_begun.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def begun(self) -> None:
        """Come back once slates can be served from here, or after `BEGIN_S` without that.

        Who is not listening yet leaves its connections to the other web processes.
        """
        await self.in_pool(self._has_begun.wait, BEGIN_S)

    async def in_pool(self, flow: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a synchronous flow off the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: flow(*args, **kwargs))

    @property
    def is_serving(self) -> bool:
        """Whether there is something to serve from by now."""
        return self._serving is not None

    @property
    def serving(self) -> Serving:
        """What serves slates. Raises: ApiError: not_ready: the first start is still under way."""
        if self._serving is None:
            raise ApiError("not_ready", "The service is still starting.")
        return self._serving

    def serving_at_once(self, viewer: ViewerId) -> Serving | None:
        """What serves this viewer and waits for nothing: it refuses where it would have to. None
        where more is to do than a slate: a whole chain to be folded, or what a villain does."""
        serving = self._serving_at_once
        if serving is None or not serving.folds.is_kept(viewer):
            return None
        return serving if self.villain is None or self.villain.is_idle else None

    def serving_for(self, viewer: ViewerId) -> Serving:
        """What serves this viewer: what serves everybody, unless a villain is at work."""
        return self.villain.serving_for(viewer, self.serving) if self.villain else self.serving

    def books_for(self, asker: Asker) -> Books:
        """What is shown to who asks: what everybody is shown, unless a villain is at work."""
        return self.villain.books_for(asker) if self.villain else self.books

    def viewer_with(self, token: str | None) -> ViewerId | None:
        """Whose cookie this is. It never becomes another's, so storage is asked once."""
        if token is None:
            return None
        viewer = self._viewers.get(token)
        if viewer is None:
            session = self.wired.reads.session(digest_of(token.encode()))
            if session is None:
                return None
            if len(self._viewers) >= VIEWERS_KEPT:
                self._viewers.clear()
            viewer = self._viewers[token] = session.viewer
        return viewer

    def health(self) -> Health:
        """Whether a full slate can be served now."""
        reason, playable, newest, stalled_ms = "", 0, 0, 0
        epochs = self._epochs
        if epochs is None:
            reason = "the service is still starting"
        elif (stalled_ms := self.stall_ms()) and epochs.is_stale:
            reason = f"the public log has stood still for {stalled_ms // 1000} s"
        elif not epochs.is_ready:
            reason = "no epoch has been frozen and logged yet"
        elif epochs.is_stale:
            reason = "the newest epoch cannot be opened, or does not get into the public log"
        else:
            playable, newest = self._count_playable(epochs)
            if playable < SLATE_SIZE:
                reason = f"{playable} of {SLATE_SIZE} videos are ready to play"
            elif not self.wired.writer.is_connected:
                reason = "the writer is starting again"
            elif self.wired.reads.hour_key(hour_of(self.wired.clock.now_ms())) is None:
                reason = "no key was committed for this hour yet"
            elif stalled_ms:
                reason = f"the public log has stood still for {stalled_ms // 1000} s"
        return Health(
            ready=not reason,
            reason=reason,
            playable=playable,
            wanted=SLATE_SIZE,
            making=clips_to_come(self.wired.reads, after=newest) if self.is_demo else 0,
            is_log_stalled=stalled_ms > 0,
            lesson_faults=self.wired.learning_reads.gathered().faults,
        )

    def stall_ms(self) -> int:
        """For how long something has waited for the public log, if that is too long; else 0."""
        since = self.wired.log_reads.unlogged_since_ms()
        waited = self.wired.clock.now_ms() - since if since is not None else 0
        return waited if waited > STALL_MS else 0

    def trust(self) -> tuple[StoredTrust, TrustDocument, Policy] | None:
        """The root of trust in force, with its policy read; None before the log has begun."""
        found = trust_in_force(self.wired.log_reads)
        return None if found is None else (*found, parse_policy(found[1].policy.encode()))

    def _count_playable(self, epochs: EpochShelf) -> tuple[int, int]:
        """How many videos of the newest epoch can be shown, and the largest number in it."""
        epoch = epochs.newest().epoch
        if self._playable[0] != epoch.header.number:
            shown = int(np.count_nonzero((epoch.rows["flags"] & NOT_SHOWN) == 0))
            self._playable = (epoch.header.number, shown, int(max(epoch.rows["id"], default=0)))
        return self._playable[1:]

    def _watch(self) -> None:
        """Build what serves as soon as the worker has prepared it, then follow the epochs."""
        while not self._stop.is_set():
            try:
                if self._epochs is None and self.wired.is_prepared:
                    epochs = self.wired.epochs()
                    epochs.hurry = self._hurry.set
                    _spare_what_stays()
                    self._serving = self.wired.serving(epochs)
                    self._serving_at_once = msgspec.structs.replace(
                        self._serving, epochs=epochs.held(), events_wait_ms=0
                    )
                    self._epochs = epochs
                if self._epochs is not None:
                    self._epochs.refresh()
                    self._has_begun.set()
            except Exception:
                self.log.exception("the newest epoch could not be opened")
                time.sleep(EPOCH_POLL_S * 20)
            self._hurry.wait(EPOCH_POLL_S)
            self._hurry.clear()


def _spare_what_stays() -> None:
    """Tell the collector not to look again at what is loaded by now, which stays: modules, routes,
    kernels. It stops all threads to look: for 80 ms where it looks at everything."""
    gc.collect()
    gc.freeze()


def service_of(request: Request[Any, Any, Any]) -> Service:
    """The service that answers `request`."""
    service: Service = request.app.state.service
    return service


def token_of(request: Request[Any, Any, Any]) -> str | None:
    """The session's secret from the cookie."""
    return request.cookies.get(COOKIE)


def session_of(request: Request[Any, Any, Any]) -> Session:
    """Who asks. Raises: ApiError: no_session."""
    token = token_of(request)
    session = service_of(request).wired.reads.session(digest_of(token.encode())) if token else None
    if session is None:
        raise ApiError("no_session", "There is no session yet.")
    return session


def viewer_of(request: Request[Any, Any, Any]) -> ViewerId:
    """Which viewer asks. Raises: ApiError: no_session."""
    viewer = service_of(request).viewer_with(token_of(request))
    if viewer is None:
        raise ApiError("no_session", "There is no session yet.")
    return viewer


def asker_of(request: Request[Any, Any, Any]) -> Asker:
    """What a server can tell of who asks: address and program, and the viewer if they say so."""
    host = request.client.host if request.client else ""
    program = request.headers.get("user-agent", "")
    viewer = service_of(request).viewer_with(token_of(request))
    return Asker(viewer=viewer, face=digest_of(f"{host} {program}".encode()))


def books_of(request: Request[Any, Any, Any]) -> Books:
    """What is shown to who asks."""
    return service_of(request).books_for(asker_of(request))


def operator_of(request: Request[Any, Any, Any]) -> Session:
    """Who asks, who is an operator. Raises: ApiError: no_session, not_operator."""
    session = session_of(request)
    if not session.is_operator:
        raise ApiError("not_operator", "This page is for the operator.")
    return session
