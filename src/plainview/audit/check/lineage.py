"""Where weights come from, as far as files and log show it: without making a tick again.

A tick made again needs the examples, which name people: the service does that
(`plainview learn verify`), and whoever is given them.
"""

from collections.abc import Callable

from plainview.core.history import History, LineWeights, WeightsPublished
from plainview.core.learn import BadLineage, BadRecipe, BadState
from plainview.core.learn.lineage_file import (
    RestoredLineage,
    TickLineage,
    parse_restored,
    parse_tick_lineage,
)
from plainview.core.learn.network import load_state
from plainview.core.learn.recipe import parse_recipe
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST

FetchObject = Callable[[str, str], bytes | None]
"""(digest, what it is) -> the file of that hash; None: it cannot be had, which is said there."""


class Lineages:
    """Goes through what was published, in the order of the log, and holds each document against
    the entries before it."""

    def __init__(self, history: History, fetch: FetchObject) -> None:
        self._history = history
        self._fetch = fetch
        self._states: dict[str, str] = {}
        self._lineage_of: dict[str, str] = {}
        self.checked = 0

    def look(self, index: int, entry: WeightsPublished) -> str:
        """Words for what is amiss with the origin of these weights; "" for nothing."""
        words = ""
        if entry.lineage != NO_DIGEST:
            data = self._fetch(entry.lineage, "the lineage of weights")
            words = "" if data is None else self._document(index, entry, data)
        self._states.setdefault(entry.digest, digest_of(b""))
        self._lineage_of.setdefault(entry.digest, entry.lineage)
        return words

    def look_line(self, index: int, entry: LineWeights) -> str:
        """Words for what is amiss with the origin of weights of an experiment's line."""
        if entry.is_beginning:
            return ""
        data = self._fetch(entry.lineage, "the lineage of weights")
        if data is None:
            return ""
        self.checked += 1
        try:
            told = parse_tick_lineage(data)
        except BadLineage as error:
            return f"it is no such document: {error}"
        declared = self._history.experiments.get(entry.experiment)
        if declared is not None and declared[1].lines.get(entry.line) != told.recipe:
            return f"its recipe is not the one declared for line {entry.line!r}"
        return self._tick(index, entry, told) or self._files(entry, told)

    def _files(
        self, entry: WeightsPublished | LineWeights, told: TickLineage | RestoredLineage
    ) -> str:
        """Words if the document is of other weights, or begins elsewhere, than the log says."""
        if told.candidate.weights != entry.digest:
            return "it is of other weights"
        if told.parent.weights != entry.parent:
            return "it names another parent than the log"
        if told.parent.state != self._states.get(entry.parent, told.parent.state):
            return "it names another state of its parent than the parent's own lineage"
        return ""

    def _document(self, index: int, entry: WeightsPublished, data: bytes) -> str:
        if entry.origin not in ("learned", "restored"):
            return ""
        self.checked += 1
        try:
            told: TickLineage | RestoredLineage
            if entry.origin == "learned":
                told = parse_tick_lineage(data)
                words = self._tick(index, entry, told)
            else:
                told = parse_restored(data)
                words = self._restored(entry, told)
        except BadLineage as error:
            return f"it is no such document: {error}"
        return self._files(entry, told) or words

    def _restored(self, entry: WeightsPublished, told: RestoredLineage) -> str:
        if told.candidate.state != self._states.get(entry.digest, told.candidate.state):
            return "it names another state than the restored weights had"
        if told.lineage != self._lineage_of.get(entry.digest, told.lineage):
            return "it names another lineage than the restored weights had"
        return ""

    def _tick(self, index: int, entry: WeightsPublished | LineWeights, told: TickLineage) -> str:
        self._states[entry.digest] = told.candidate.state
        losses = told.metrics
        if not told.verdict.published or told.verdict.reason:
            return "by it the weights were dropped, not published"
        if losses.candidate.loss_micro > losses.parent.loss_micro:
            return "by it the weights are worse than their parent"
        logged = self._history.epoch(told.shifts.epoch)
        if logged is None or logged[0] > index or logged[1].root != told.shifts.root:
            return f"its shifts are told on an epoch {told.shifts.epoch} that was not logged so"
        offered = {digest for _, digest in self._history.policies}
        if told.shifts.policy not in offered:
            return "its shifts are told under a policy that was never offered"
        return self._recipe(entry, told) or self._state(entry, told)

    def _recipe(self, entry: WeightsPublished | LineWeights, told: TickLineage) -> str:
        data = self._fetch(told.recipe, "the recipe of weights")
        if data is None:
            return ""
        try:
            name = parse_recipe(data).name
        except BadRecipe as error:
            return f"its recipe is none: {error}"
        return "" if name == entry.recipe else f"its recipe is called {name!r}, not as logged"

    def _state(self, entry: WeightsPublished | LineWeights, told: TickLineage) -> str:
        data = self._fetch(told.candidate.state, "the state of weights")
        if data is None:
            return ""
        try:
            load_state(data, weights=told.candidate.weights)
        except BadState as error:
            return f"its state is not that of weights {entry.digest[:12]}…: {error}"
        return ""
