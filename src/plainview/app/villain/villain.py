"""The villain of one web process: pulls levers, puts them back, and lets those pulled act."""

from collections.abc import Mapping, Sequence

from plainview.app.http.books import Books
from plainview.app.villain.catalogues import BoostCreator, BuryTopic, LeaveOutVideo, SwapWeights
from plainview.app.villain.choosing import DropVideo, ReRoll, StaleEpoch
from plainview.app.villain.frame import Asker, Detail, Exhibit, Trick
from plainview.app.villain.histories import RewriteHistory, TwoHistories
from plainview.app.villain.records import EditReceipt, ForgeEvent, InventCrowd
from plainview.app.villain.worked_out import NothingToDo
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.flows.serve_slate import Serving
from plainview.ports.levers import LeverRecord, SetLever

TRICKS: tuple[type[Trick], ...] = (
    BuryTopic, BoostCreator, SwapWeights, LeaveOutVideo, EditReceipt, ForgeEvent, StaleEpoch,
    RewriteHistory, TwoHistories, DropVideo, ReRoll, InventCrowd,
)  # fmt: skip
HISTORIES = (RewriteHistory.name, TwoHistories.name)


class Villain:
    """The levers of one web process. Safe to call from many threads."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._wired = books.wired
        self._tricks = {trick.name: trick(books) for trick in TRICKS}

    def standing(self) -> Mapping[str, LeverRecord]:
        """Where the levers stand now."""
        return self._wired.reads.levers()

    def _pulled(self) -> list[tuple[Trick, LeverRecord]]:
        found = self.standing()
        return [
            (trick, found[name])
            for name, trick in self._tricks.items()
            if name in found and found[name].is_pulled
        ]

    @property
    def is_idle(self) -> bool:
        """Whether no lever is pulled."""
        return not self._pulled()

    def serving_for(self, viewer: ViewerId, serving: Serving) -> Serving:
        """What serves this viewer, as the levers have it. Of two that both alter the catalogue the
        later on the list sees what the earlier made."""
        for trick, lever in self._pulled():
            serving = trick.serving(viewer, serving, lever)
        return serving

    def books_for(self, asker: Asker) -> Books:
        """What is shown to who asks, as the levers have it."""
        books = self._books
        for trick, lever in self._pulled():
            books = trick.books(asker, books, lever)
        return books

    def pull(self, name: str, asker: Asker, serving: Serving) -> None:
        """Pull a lever. Pulled already: nothing. Raises: NothingToDo."""
        pulled = {trick.name for trick, _ in self._pulled()}
        if name in pulled:
            return
        if name in HISTORIES and pulled & set(HISTORIES):
            raise NothingToDo("One false history at a time: put the other lever back first.")
        assert asker.viewer is not None, "a lever is pulled on somebody's behalf"
        detail = self._tricks[name].pull(asker, serving)
        self._set(name, asker.viewer, detail, is_pulled=True)

    def let_go(self, name: str) -> None:
        """Put a lever back, and what it altered. Not pulled: nothing."""
        standing = self.standing().get(name)
        if standing is None or not standing.is_pulled:
            return
        self._tricks[name].let_go(standing)
        self._set(name, standing.pulled_by, {}, is_pulled=False)

    def note(self, lever: LeverRecord) -> str:
        """What a pulled lever acts on."""
        return self._tricks[lever.name].note(lever.detail)

    def wait_ms(self, lever: LeverRecord) -> int:
        """How long until a pulled lever can be seen; -1: not known yet."""
        return self._tricks[lever.name].wait_ms(lever.detail)

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:
        """What tells a pulled lever from the truth."""
        return self._tricks[lever.name].exhibits(viewer, lever)

    def slates(
        self, viewer: ViewerId, lever: LeverRecord
    ) -> tuple[int, tuple[VideoId, ...], tuple[VideoId, ...]]:
        """Number of the viewer's last slate under the lever, its videos, and the honest ones."""
        trick = self._tricks[lever.name]
        receipt = trick.last_receipt(viewer, since_ms=lever.at_ms)
        if receipt is None or not trick.alters(lever.detail):
            return 0, (), ()
        served = tuple(shown.video for shown in receipt.slate)
        return receipt.number, served, trick.honest(receipt, lever)

    def _set(self, name: str, viewer: ViewerId, detail: Detail, *, is_pulled: bool) -> None:
        lever = LeverRecord(
            name=name,
            is_pulled=is_pulled,
            pulled_by=viewer,
            detail=detail,
            at_ms=self._wired.clock.now_ms(),
        )
        self._wired.writer.submit(SetLever(lever=lever))
