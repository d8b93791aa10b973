"""What all levers have in common: what a trick may alter, and what it may know of who asks."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from plainview.app.http.books import Books
from plainview.app.villain.worked_out import honest_slate
from plainview.app.wire import Wired
from plainview.core.receipts import Receipt, parse_receipt
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.flows.serve_slate import Serving
from plainview.ports.levers import LeverRecord

RECEIPTS_LOOKED_AT = 6

Detail = Mapping[str, str]


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """What a server can tell of who asks.

    The log is asked without a cookie, so there `viewer` is None; `face` is a digest of the address
    and of what the program calls itself, which it always knows.
    """

    viewer: ViewerId | None
    face: str


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements that cannot both be true, or the one that tells; with who says each."""

    title: str
    left_label: str
    left: str
    right_label: str = ""
    right: str = ""


class Trick(ABC):
    """One lever's doing. Shared by all threads of a web process; what it chose is in `detail`."""

    name: ClassVar[str]
    alters_slates: ClassVar[bool] = True

    def __init__(self, books: Books) -> None:
        self._books = books
        self._wired: Wired = books.wired

    @abstractmethod
    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """Do it, or choose what is done from now on. Raises: NothingToDo."""

    def let_go(self, lever: LeverRecord) -> None:  # noqa: B027 - of most nothing is left
        """Undo what can be undone."""

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:  # noqa: ARG002
        """What serves this viewer while the lever is pulled."""
        return serving

    def books(self, asker: Asker, books: Books, lever: LeverRecord) -> Books:  # noqa: ARG002
        """What is shown to who asks while the lever is pulled."""
        return books

    @abstractmethod
    def note(self, detail: Detail) -> str:
        """What it acts on, in a sentence."""

    def wait_ms(self, detail: Detail) -> int:  # noqa: ARG002
        """How long until it can be seen; 0: at once, -1: that is not known yet."""
        return 0

    def alters(self, detail: Detail) -> bool:  # noqa: ARG002
        """Whether a slate served under it is another than without it."""
        return self.alters_slates

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:  # noqa: ARG002
        """What tells it from the truth, for the page."""
        return ()

    def honest(self, receipt: Receipt, lever: LeverRecord) -> tuple[VideoId, ...]:  # noqa: ARG002
        """What an honest service had served for this request; empty when that cannot be known."""
        return honest_slate(receipt, self._wired)

    def last_receipt(self, viewer: ViewerId, *, since_ms: int = 0) -> Receipt | None:
        """The newest slate that the viewer was served, unless it is older than `since_ms`."""
        for issued in self._wired.reads.last_receipts(viewer, 1):
            receipt = parse_receipt(issued.receipt)
            return receipt if receipt.now_ms >= since_ms else None
        return None
