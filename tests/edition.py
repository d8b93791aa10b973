"""An edition in one process: the real database and files, the real flows, a clock that is set."""

from pathlib import Path
from typing import Any

from plainview.app.wire import policy_files
from plainview.core.learn import starting_weights
from plainview.core.policy import compile_policy
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context
from plainview.core.terms.viewer import Event
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.log_files import LocalLogFiles
from plainview.edge.memory import CountedChance, FixedSigner, SetClock
from plainview.edge.memory_log import FixedLogSigner, FixedRootSigner
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.experiments import SqliteExperimentReads
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.sqlite.lines import SqliteLineReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.flows.begin_log import SourceTree, begin_log
from plainview.flows.fold_viewer import ViewerFolds
from plainview.flows.freeze_epoch import EpochFreezer
from plainview.flows.open_epoch import EpochShelf
from plainview.flows.prepare_edition import commit_hours, name_edition, prepare_edition
from plainview.flows.publish_checkpoint import CheckpointPublisher
from plainview.flows.run_experiment import Experiments
from plainview.flows.serve_slate import Serving, SlateAsked, serve_slate
from plainview.ports.intake import DecideVideo
from plainview.ports.view import Issued, OpenSession, TakeEvents
from plainview.sim.world import World
from tests.stock import START_MS, stock

assert CARRYING


class Edition:
    """Everything that a running service has, without its processes."""

    def __init__(
        self, root: Path, *, videos: int, has_log: bool = True, world: World | None = None
    ) -> None:
        """`world`: that of a copied folder, which is stocked already."""
        self.root = root
        self.world = world or stock(root, videos=videos)
        folder = DataFolder(root)
        self.clock = SetClock(START_MS)
        self.db = open_to_write(folder.database)
        self.writer = DirectWriter(GroupCommit(self.db))
        self.reads = SqliteIntakeReads(folder.database)
        self.objects = LocalObjects(folder.objects)
        self.files = LocalEpochFiles(folder.epochs)
        self.chance = chance = CountedChance()
        self.log_reads = SqliteLogReads(self.reads)
        self.experiments = SqliteExperimentReads(self.reads)
        self.lines = SqliteLineReads(self.reads)
        self.log_files = LocalLogFiles(folder.log)
        name_edition("test", reads=self.reads, writer=self.writer)
        if has_log:
            begin_log(
                "test", SourceTree(b"a.py 0\n", {digest_of(b""): b""}), reads=self.log_reads,
                writer=self.writer, objects=self.objects, receipts=FixedSigner(),
                log=FixedLogSigner(), root=FixedRootSigner, clock=self.clock,
            )  # fmt: skip
        prepare_edition(
            edition="test", policies=policy_files(), weights=starting_weights(),
            reads=self.reads, writer=self.writer, objects=self.objects, clock=self.clock,
        )  # fmt: skip
        commit_hours(reads=self.reads, writer=self.writer, clock=self.clock, chance=chance)
        self.freezer = self.new_freezer()
        self.publisher = self.new_publisher()
        self.policies = [compile_policy(data) for data in policy_files()]
        self.shelf = self.new_shelf()

    def close(self) -> None:
        """Close the database."""
        self.reads.db.close()
        self.db.close()

    def new_publisher(self, *, is_witnessed: bool = False) -> CheckpointPublisher:
        """As after a restart."""
        return CheckpointPublisher(
            reads=self.log_reads, writer=self.writer, files=self.log_files,
            signers=[FixedLogSigner()], clock=self.clock, origin="plainview/test",
            is_witnessed=lambda: is_witnessed,
        )  # fmt: skip

    def new_shelf(self) -> EpochShelf:
        """As after a restart."""
        return EpochShelf(
            self.reads, self.log_reads, self.files, self.objects, self.clock,
            policies=self.policies,
        )  # fmt: skip

    def publish(self) -> None:
        """Bring what was logged out, and the shelf up to date."""
        while self.publisher.publish_if_due() is not None:
            pass
        self.shelf.refresh()

    def freeze(self) -> None:
        """An epoch of what there is, if one is due, brought out and on the shelf."""
        self.freezer.freeze_if_due()
        self.publish()

    def new_freezer(self) -> EpochFreezer:
        """As after a restart."""
        return EpochFreezer(
            reads=self.reads, writer=self.writer, files=self.files, objects=self.objects,
            clock=self.clock, lines=self.experiment_flow().lines,
        )  # fmt: skip

    def experiment_flow(self) -> Experiments:
        """What is done with experiments."""
        return Experiments(
            reads=self.experiments, writer=self.writer, objects=self.objects, clock=self.clock,
            chance=self.chance, lines=self.lines, learning=SqliteLearningReads(self.reads),
        )  # fmt: skip

    def serving(self) -> Serving:
        """What serves slates."""
        return Serving(
            views=self.reads, reads=self.reads, writer=self.writer, signer=FixedSigner(),
            clock=self.clock, folds=ViewerFolds(self.reads), epochs=self.shelf,
            policies={policy.name: policy for policy in self.policies}, edition="test",
            release=Digest("0" * 64), experiment_at=self.experiments.experiment_at,
        )  # fmt: skip

    def viewer(self, k: int) -> ViewerId:
        """A new viewer."""
        viewer = ViewerId(f"{k:032x}")
        self.writer.submit(
            OpenSession(token_hash=digest_of(viewer.encode()), viewer=viewer, at_ms=START_MS)
        )
        return viewer

    def act(self, viewer: ViewerId, key: str, kind: str, **fields: Any) -> None:
        """One event."""
        event = Event(n=0, kind=kind, at_ms=self.clock.now_ms(), author="viewer", key=key, **fields)
        self.writer.submit(TakeEvents(viewer=viewer, events=(event,)))

    def remove(self, video: VideoId) -> None:
        """A takedown."""
        self.writer.submit(
            DecideVideo(
                id=f"remove {video}", video=video, action="remove", author="operator",
                reason_code="spam", at_ms=self.clock.now_ms(),
            )
        )  # fmt: skip


def asked(viewer: ViewerId, number: int, nonce: str = "0" * 32, **changes: Any) -> SlateAsked:
    """A request for a slate."""
    fields: dict[str, Any] = {
        "policy": "for-you", "chosen_by": "viewer", "last_event": 0, "context": Context(size=8),
    }  # fmt: skip
    return SlateAsked(viewer=viewer, number=number, nonce=nonce, **{**fields, **changes})


def serve(edition: Edition, viewer: ViewerId, number: int, **changes: Any) -> Issued:
    """A slate, from a process that has just started."""
    return serve_slate(asked(viewer, number, **changes), by=edition.serving())
