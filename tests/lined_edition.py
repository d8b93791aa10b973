"""A learning edition with an experiment of recipes under way: two lines beside the main one."""

from pathlib import Path
from typing import Any

import msgspec

from plainview.core.learn.recipe import Recipe, encode_recipe, recipe_digest
from plainview.core.receipts import Receipt, parse_receipt
from plainview.core.terms.ids import ViewerId
from plainview.flows.learn_lines import LineLearner, LineTick
from tests.learning_edition import SHORT_RECIPE, LearningEdition

BOLD: Recipe = msgspec.structs.replace(SHORT_RECIPE, name="bold", rate_micro=8_000)
CALM: Recipe = msgspec.structs.replace(SHORT_RECIPE, name="calm", rate_micro=2_000)
ARMS = ("for-you", "for-you+bold", "for-you+calm")
LINES = ("twice/bold", "twice/calm")
DAY_MS = 86_400_000


def plan_of(*recipes: Recipe, from_ms: int, **changes: str) -> bytes:
    """A declaration whose arms are the main feed, and the same by each recipe."""
    arms = ["for-you", *(f"for-you+{one.name}" for one in recipes)]
    share = 1000 // len(arms)
    shares = [1000 - share * (len(arms) - 1), *[share] * (len(arms) - 1)]
    fields = {
        "name": '"twice"', "question": '"Which recipe?"',
        "arms": str(arms).replace("'", '"'), "shares": str(shares), "from": str(from_ms),
        "to": str(from_ms + DAY_MS), "window_min": "1", **changes,
    }  # fmt: skip
    lines = [f"{name} = {value}" for name, value in fields.items()]
    digests = [f'{one.name} = "{recipe_digest(one)}"' for one in recipes]
    return "\n".join((*lines, "[recipes]", *digests)).encode()


class LinedEdition(LearningEdition):
    """Its crowd chooses no feed, so all of it is in the experiment once that has begun."""

    def declare(self, *recipes: Recipe, **changes: str) -> None:
        """Declare it and let it begin."""
        recipes = recipes or (BOLD, CALM)
        data = plan_of(*recipes, from_ms=self.clock.now + 1000, **changes)
        self.experiment_flow().declare(data, recipes=[encode_recipe(one) for one in recipes])
        self.clock.now += 3_000
        self.settle()

    def swipe(self, rounds: int, **changes: Any) -> None:
        """As default."""
        super().swipe(rounds, **{"chosen_by": "default", **changes})

    def line_learner(self) -> LineLearner:
        """As after a restart."""
        return LineLearner(
            learning=self.learning, lines=self.lines, reads=self.reads, files=self.files,
            objects=self.objects, writer=self.writer, clock=self.clock,
        )  # fmt: skip

    def learn_lines(self) -> list[LineTick]:
        """All the ticks that lines lack."""
        learner, made = self.line_learner(), []
        while (tick := learner.learn_if_due()) is not None:
            made.append(tick)
        self.clock.now += 3_000
        self.settle()
        return made

    def learn_all(self) -> list[LineTick]:
        """A main tick, and the lines' of its window."""
        record = self.learn()
        assert record is not None
        return self.learn_lines()

    def receipts(self) -> list[tuple[bytes, bytes]]:
        """All that were issued, each viewer's in order of number."""
        return self.db.execute(
            "SELECT body, signature FROM receipts ORDER BY viewer, number"
        ).fetchall()

    def receipts_of(self, viewer: ViewerId) -> list[tuple[bytes, bytes]]:
        """One viewer's."""
        return [pair for pair in self.receipts() if parse_receipt(pair[0]).viewer == viewer]

    def by_arm(self) -> dict[str, list[Receipt]]:
        """Receipts by their arm."""
        found: dict[str, list[Receipt]] = {}
        for body, _ in self.receipts():
            receipt = parse_receipt(body)
            found.setdefault(receipt.arm, []).append(receipt)
        return found


def lined(root: Path) -> LinedEdition:
    """One in which each line has published twice."""
    edition = LinedEdition(root, is_moody=True, videos=300)
    edition.learn()
    edition.declare()
    for _ in range(2):
        made = edition.learn_all()
        assert [line for line, _ in made] == list(LINES)
        assert all(tick.is_published for _, tick in made), made
    edition.swipe(2)
    return edition
