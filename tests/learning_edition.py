"""An edition whose simulated viewers are served by the real flows, and which learns from them."""

from copy import deepcopy
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec

from plainview.core.events import parse_client_event
from plainview.core.learn.recipe import STARTING_RECIPE, Recipe
from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import VideoId, ViewerId
from plainview.edge.memory import CountedChance, FixedSigner
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.flows.check_receipts import StoredEvidence
from plainview.flows.gather_lessons import SETTLE_MS, LessonGatherer
from plainview.flows.learn_tick import Learner
from plainview.flows.log_interval import IntervalLogger
from plainview.flows.serve_slate import serve_slate
from plainview.ports.learning import TickRecord
from plainview.ports.view import Issued, TakeEvents
from plainview.sim.sitting import events_of
from plainview.sim.taste import SimViewer
from tests.edition import Edition, asked
from tests.moody import MoodyViewer

SHORT_RECIPE = msgspec.structs.replace(
    STARTING_RECIPE, name="short-1", hidden=(24,), label_ms=60_000, held_out_min=60,
    positives_min=20, passes=1, rate_micro=4_000,
    embeddings=msgspec.structs.replace(STARTING_RECIPE.embeddings, held_out_min=30),
)  # fmt: skip
"""The recipe of the service with labels after a minute, and gentle and small enough for a test."""


ROUNDS = 8
"""Slates of each viewer between two ticks."""


Taste = SimViewer | MoodyViewer


class LearningEdition(Edition):
    """An edition with a crowd."""

    def __init__(
        self, root: Path, *, videos: int = 900, viewers: int = 16, seed: int = 3,
        recipe: Recipe = SHORT_RECIPE, like: "LearningEdition | None" = None,
        is_moody: bool = False,
    ) -> None:  # fmt: skip
        """`like`: another one, whose folder is copied to `root` and lived on from. `is_moody`: the
        crowd cares for what no caption says, so that ticks move videos."""
        if like is not None:
            like.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            copytree(like.root, root, dirs_exist_ok=True)
        super().__init__(root, videos=videos, world=like.world if like else None)
        self.recipe: Recipe = like.recipe if like else recipe
        self.learning = SqliteLearningReads(self.reads)
        self.facts = {facts.id: facts for facts in self.world.videos}
        self.intervals = IntervalLogger(
            reads=self.log_reads, writer=self.writer, clock=self.clock, chance=CountedChance()
        )
        if like is None:
            topics = tuple(sorted({t.topic for f in self.world.videos for t in f.topics}))
            sims: list[Taste] = [
                MoodyViewer(k) if is_moody else SimViewer(seed, k, topics=topics)
                for k in range(viewers)
            ]
            self.crowd = [(self.viewer(k), sim) for k, sim in enumerate(sims)]
            self.numbers = dict.fromkeys((viewer for viewer, _ in self.crowd), 0)
            self.freezer.freeze_if_due()
        else:
            self.clock.now = like.clock.now
            self.crowd, self.numbers = deepcopy(like.crowd), dict(like.numbers)
        self.is_ripe: bool = like is not None and like.is_ripe
        self.publish()
        self.by = self.serving()
        self.gatherer = self.new_gatherer()
        self.learner = self.new_learner()

    def evidence(self) -> StoredEvidence:
        return StoredEvidence(
            views=self.reads, reads=self.reads, files=self.files, objects=self.objects
        )

    def new_gatherer(self) -> LessonGatherer:
        """As after a restart."""
        return LessonGatherer(
            reads=self.learning, evidence=self.evidence(),
            public_keys=(FixedSigner().public_key(),), writer=self.writer, clock=self.clock,
            recipe=self.recipe,
        )  # fmt: skip

    def new_learner(self, *, every_ms: int = 60_000, examples_min: int = 300) -> Learner:
        """As after a restart."""
        return Learner(
            self.recipe, every_ms=every_ms, examples_min=examples_min, learning=self.learning,
            reads=self.reads, files=self.files, objects=self.objects, writer=self.writer,
            clock=self.clock, opened=self.gatherer.newest_index,
        )  # fmt: skip

    def slate(self, viewer: ViewerId, **changes: Any) -> Issued:
        """The viewer's next slate."""
        self.numbers[viewer] += 1
        number = self.numbers[viewer]
        return serve_slate(asked(viewer, number, nonce=f"{number:032x}", **changes), by=self.by)

    def swipe(self, rounds: int, **changes: Any) -> None:
        """Each of the crowd asks for a slate and watches it, `rounds` times; `changes` are of what
        they ask for."""
        for _ in range(rounds):
            for viewer, sim in self.crowd:
                receipt = parse_receipt(self.slate(viewer, **changes).receipt)
                events = []
                for place, shown in enumerate(receipt.slate):
                    video = VideoId(shown.video)
                    reaction = sim.take(self.facts[video], self.world.hidden[video])
                    events += events_of(
                        reaction, self.facts[video], number=receipt.number, position=place,
                        key=f"{receipt.number}-{place}",
                    )  # fmt: skip
                self.clock.now += 50
                drafts = [parse_client_event(e, at_ms=self.clock.now) for e in events]
                self.writer.submit(TakeEvents(viewer=viewer, events=tuple(drafts)))
        self.settle()

    def settle(self) -> None:
        """Freeze what is due, log what was done, publish it."""
        self.freezer.freeze_if_due()
        self.intervals.log_if_due()
        self.publish()

    def ripen(self) -> int:
        """Let the labels' time go by and gather; how many receipts."""
        self.clock.now += self.recipe.label_ms + SETTLE_MS + 1
        self.settle()
        total = 0
        while count := self.gatherer.gather():
            total += count
        return total

    def live(self, rounds: int = ROUNDS) -> None:
        """Swipe, and wait until it can be learned from."""
        self.swipe(rounds)
        self.ripen()
        self.is_ripe = True

    def learn(self) -> TickRecord | None:
        """Live on if nothing waits, learn, and freeze what was published."""
        if not self.is_ripe:
            self.live()
        self.is_ripe = False
        record = self.learner.learn_if_due()
        self.clock.now += 3_000
        self.settle()
        return record
