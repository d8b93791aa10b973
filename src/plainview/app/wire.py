"""The only place that builds objects: ports to what stands behind them.

Heavy parts are imported where they are built, so that each process holds only what it uses.
"""

import logging
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from plainview.core.receipts import hour_of
from plainview.core.terms.ids import Digest
from plainview.edge.clock import SystemChance, SystemClock
from plainview.edge.data_folder import DataFolder
from plainview.edge.files import LocalEpochFiles, LocalObjects
from plainview.edge.log_files import LocalLogFiles
from plainview.edge.sqlite.comment_reads import SqliteCommentReads
from plainview.edge.sqlite.experiments import SqliteExperimentReads
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.sqlite.learning_reads import SqliteLearningReads
from plainview.edge.sqlite.lines import SqliteLineReads
from plainview.edge.sqlite.log_reads import SqliteLogReads
from plainview.edge.upload_files import LocalUploadFiles
from plainview.edge.writer.client import WriterClient
from plainview.edge.writer.loop_client import LoopWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plainview.core.learn.recipe import Recipe
    from plainview.core.terms.policy import Policy as FeedPolicy
    from plainview.core.tlog import Policy
    from plainview.edge.signers import FileSigner
    from plainview.flows.begin_log import SourceTree
    from plainview.flows.check_receipts import StoredEvidence
    from plainview.flows.freeze_epoch import EpochFreezer
    from plainview.flows.gather_cosignatures import CosignatureGatherer
    from plainview.flows.gather_lessons import LessonGatherer
    from plainview.flows.intake import Intake
    from plainview.flows.learn_lines import LineLearner
    from plainview.flows.learn_tick import Learner
    from plainview.flows.log_interval import IntervalLogger
    from plainview.flows.open_epoch import EpochShelf
    from plainview.flows.publish_checkpoint import CheckpointPublisher
    from plainview.flows.run_experiment import Experiments
    from plainview.flows.run_jobs import JobRunner
    from plainview.flows.see_shown import CoverageReader
    from plainview.flows.serve_slate import Epochs, Serving
    from plainview.ports.demo import DemoStudio

LOG = logging.getLogger(__name__)


class Wired:
    """What one process of the service is made of. Parts are built when they are first asked for."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.clock = SystemClock()
        self.chance = SystemChance()
        self.reads = SqliteIntakeReads(folder.database)
        self.writer = WriterClient(folder.socket)
        self.loop_writer = LoopWriter(folder.socket)
        self.objects = LocalObjects(folder.objects)
        self.epoch_files = LocalEpochFiles(folder.epochs)
        self.log_reads = SqliteLogReads(self.reads)
        self.learning_reads = SqliteLearningReads(self.reads)
        self.experiments = SqliteExperimentReads(self.reads)
        self.comments = SqliteCommentReads(self.reads)
        self.lines = SqliteLineReads(self.reads)
        self.log_files = LocalLogFiles(folder.log)
        self._intake: Intake | None = None
        self._offered: Sequence[FeedPolicy] | None = None

    def signer(self) -> "FileSigner":
        """The edition's key."""
        from plainview.edge.signers import FileSigner

        return FileSigner(self.folder.keys)

    def freezer(self) -> "EpochFreezer":
        """The one freezer, for the worker."""
        from plainview.flows.freeze_epoch import EpochFreezer

        return EpochFreezer(
            reads=self.reads, writer=self.writer, files=self.epoch_files, objects=self.objects,
            clock=self.clock, lines=self.experiment_flow().lines,
        )  # fmt: skip

    @property
    def origin(self) -> str:
        """The name of the log. The edition has its name by then."""
        from plainview.core.history import log_name, origin_of

        edition = self.reads.edition()
        assert edition is not None, "the worker names the edition before anything is logged"
        return origin_of(log_name(edition))

    def begin_log(self) -> None:
        """See that the log has begun and states the source tree that runs, for the worker."""
        from plainview.edge.signers import FileLogSigner, FileRootSigner
        from plainview.flows.begin_log import begin_log

        edition = self.reads.edition()
        assert edition is not None, "the edition is named first"
        begin_log(
            edition,
            source_tree(),
            reads=self.log_reads,
            writer=self.writer,
            objects=self.objects,
            receipts=self.signer(),
            log=FileLogSigner(self.folder.keys),
            root=lambda: FileRootSigner(self.folder.keys),
            clock=self.clock,
        )

    def keep_source(self) -> None:
        """Store every file of the source tree that the log states."""
        from plainview.flows.begin_log import keep_source

        keep_source(source_tree(), objects=self.objects)

    def publisher(self) -> "CheckpointPublisher":
        """What publishes the log, for the worker."""
        from plainview.edge.signers import log_signers
        from plainview.flows.publish_checkpoint import CheckpointPublisher

        return CheckpointPublisher(
            reads=self.log_reads,
            writer=self.writer,
            files=self.log_files,
            signers=log_signers(self.folder.keys),
            clock=self.clock,
            origin=self.origin,
            is_witnessed=lambda: bool((policy := self.policy()) and policy.witnesses),
        )

    def receipt_keys(self) -> tuple[bytes, ...]:
        """The keys that may have signed this edition's receipts, the one in force first."""
        from plainview.flows.check_receipts import receipt_keys

        return receipt_keys(self.log_reads, in_force=self.signer().public_key())

    def policy(self) -> "Policy | None":
        """The witnesses asked for and the quorum needed, by the root of trust in force."""
        from plainview.core.history import parse_trust

        stored = self.log_reads.trust()
        return None if stored is None else parse_trust(stored.document).witnesses

    def gatherer(self) -> "CosignatureGatherer":
        """What takes heads to the witnesses, for the worker."""
        from plainview.edge.witness_client import HttpWitnessClient
        from plainview.flows.gather_cosignatures import CosignatureGatherer

        return CosignatureGatherer(
            reads=self.log_reads,
            writer=self.writer,
            files=self.log_files,
            publisher=self.publisher(),
            client=HttpWitnessClient(),
            clock=self.clock,
            policy=self.policy,
        )

    def experiment_flow(self) -> "Experiments":
        """What is done with experiments: by the worker, the command line, the operator's page."""
        from plainview.flows.run_experiment import Experiments

        return Experiments(
            reads=self.experiments,
            writer=self.writer,
            objects=self.objects,
            clock=self.clock,
            chance=self.chance,
            lines=self.lines,
            learning=self.learning_reads,
        )

    def interval_logger(self) -> "IntervalLogger":
        """What commits to receipts and events, for the worker."""
        from plainview.flows.log_interval import IntervalLogger

        return IntervalLogger(
            reads=self.log_reads, writer=self.writer, clock=self.clock, chance=self.chance
        )

    def release_logged(self, release: Digest) -> "Callable[[], bool]":
        """Asks whether the release stands in the log, until it does."""
        found: list[bool] = []

        def is_logged() -> bool:
            if not found and self.log_reads.is_source_logged(release):
                found.append(True)
            return bool(found)

        return is_logged

    def intake(self) -> "Intake":
        """What a video's way in stands on, one for the whole process."""
        from plainview.flows.begin_log import trust_in_force
        from plainview.flows.intake import PROMISE_MS, Intake

        if self._intake is None:
            trust = trust_in_force(self.log_reads)
            self._intake = Intake(
                reads=self.reads,
                writer=self.writer,
                files=LocalUploadFiles(self.folder.uploads),
                objects=self.objects,
                signer=self.signer(),
                clock=self.clock,
                chance=self.chance,
                promise_ms=trust[1].promise_ms if trust else PROMISE_MS,
            )
        return self._intake

    def job_runner(self, studio: "DemoStudio | None", *, text: str) -> "JobRunner":
        """What does the jobs, for the worker; without a jail, uploads are refused with advice.

        `text` is the setting of the text model.
        """
        from plainview.edge.ffmpeg import FfmpegTools
        from plainview.edge.jail import ADVICE, JailMissing, find_jail
        from plainview.edge.text_model import NoTextModel, find_text_model
        from plainview.flows.make_demo import DEMO_CLIP, ClipMaker
        from plainview.flows.publish_video import MAKE_VIDEO, UploadCloser, VideoMaker
        from plainview.flows.read_text import READ_TEXT, TextReader
        from plainview.flows.remove_video import FORGET_FILES, FileForgetter
        from plainview.flows.run_jobs import Doer, JobRunner

        intake = self.intake()
        try:
            model = find_text_model(text)
        except NoTextModel as error:  # seen at the start; gone since
            LOG.warning("captions are not read: %s", error)
            model = None
        maker: VideoMaker | UploadCloser
        try:
            tools = FfmpegTools(find_jail()[0])
            maker = VideoMaker(tools, intake=intake, kinds=(MAKE_VIDEO, DEMO_CLIP), text=model)
        except JailMissing as error:
            LOG.warning("%s", error)
            maker = UploadCloser(ADVICE, intake=intake)
        forgetter = FileForgetter(intake=intake)
        reader = TextReader(model, reads=intake.reads, writer=intake.writer)
        doers = {
            MAKE_VIDEO: Doer(maker.do, maker.give_up),
            FORGET_FILES: Doer(forgetter.do, forgetter.give_up),
            READ_TEXT: Doer(reader.do, reader.give_up),
        }
        if studio is not None:
            clips = ClipMaker(studio, intake=intake, folder=self.folder.uploads / ".clips")
            doers[DEMO_CLIP] = Doer(clips.do, clips.give_up)
        return JobRunner(
            doers, reads=self.reads, writer=self.writer, clock=self.clock, chance=self.chance
        )

    def evidence(self, *, epochs_kept: int | None = None) -> "StoredEvidence":
        """What receipts are checked against: stored inputs, and nothing that serves."""
        from plainview.flows.check_receipts import EPOCHS_KEPT, StoredEvidence

        return StoredEvidence(
            views=self.reads, reads=self.reads, files=self.epoch_files, objects=self.objects,
            epochs_kept=epochs_kept or EPOCHS_KEPT,
        )  # fmt: skip

    def lesson_gatherer(self, recipe: "Recipe") -> "LessonGatherer":
        """What turns receipts into examples, for the learner."""
        from plainview.flows.gather_lessons import EPOCHS_KEPT, LessonGatherer

        return LessonGatherer(
            reads=self.learning_reads,
            evidence=self.evidence(epochs_kept=EPOCHS_KEPT),
            public_keys=self.receipt_keys(),
            writer=self.writer,
            clock=self.clock,
            recipe=recipe,
        )

    def coverage_reader(self) -> "CoverageReader":
        """What tells how much of the catalogue is shown, for the operator's page."""
        from plainview.flows.see_shown import CoverageReader

        return CoverageReader(reads=self.reads, files=self.epoch_files, clock=self.clock)

    def learner(
        self,
        recipe: "Recipe",
        *,
        every_ms: int,
        examples_min: int,
        gatherer: "LessonGatherer | None" = None,
    ) -> "Learner":
        """What makes learning ticks, for the learner. `gatherer`: of the same process, whose epochs
        the ticks then need not open again."""
        from plainview.flows.learn_tick import Learner

        return Learner(
            recipe,
            every_ms=every_ms,
            examples_min=examples_min,
            learning=self.learning_reads,
            reads=self.reads,
            files=self.epoch_files,
            objects=self.objects,
            writer=self.writer,
            clock=self.clock,
            opened=gatherer.newest_index if gatherer else lambda: None,
        )

    def line_learner(self) -> "LineLearner":
        """What makes the ticks of an experiment's lines, for the learner."""
        from plainview.flows.learn_lines import LineLearner

        return LineLearner(
            learning=self.learning_reads,
            lines=self.lines,
            reads=self.reads,
            files=self.epoch_files,
            objects=self.objects,
            writer=self.writer,
            clock=self.clock,
        )

    @property
    def is_prepared(self) -> bool:
        """Whether the worker has prepared the edition: it commits to hour keys last."""
        return self.reads.hour_key(hour_of(self.clock.now_ms())) is not None

    def epochs(self) -> "EpochShelf":
        """The newest epoch, for a web process, which refreshes it."""
        from plainview.flows.open_epoch import EpochShelf

        return EpochShelf(
            self.reads, self.log_reads, self.epoch_files, self.objects, self.clock,
            policies=self.offered(),
        )  # fmt: skip

    def offered(self) -> "Sequence[FeedPolicy]":
        """The policies on offer when they were first asked for, in the order of the switch."""
        from plainview.core.policy import compile_policy

        if self._offered is None:
            records = self.reads.policies()
            self._offered = [compile_policy(self.objects.get(one.digest)) for one in records]
        return self._offered

    def serving(self, epochs: "Epochs") -> "Serving":
        """What serves slates, for a web process, once `is_prepared`."""
        from plainview.flows.fold_viewer import ViewerFolds
        from plainview.flows.serve_slate import Serving

        edition = self.reads.edition()
        assert edition is not None, "the worker names the edition before anything is served"
        release = release_digest()
        return Serving(
            views=self.reads,
            reads=self.reads,
            writer=self.writer,
            signer=self.signer(),
            clock=self.clock,
            folds=ViewerFolds(self.reads),
            epochs=epochs,
            policies={policy.name: policy for policy in self.offered()},
            edition=edition,
            release=release,
            is_release_logged=self.release_logged(release),
            experiment_at=self.experiments.experiment_at,
        )


def policy_files() -> list[bytes]:
    """The policies' bytes in the order of the switch: from the package, else the checkout."""
    packaged = files("plainview") / "policies"
    folder = packaged if packaged.is_dir() else Path(__file__).parents[3] / "policies"
    named = {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".toml")}
    first = [f"{name}.toml" for name in ("for-you", "following", "popular", "fresh")]
    order = [name for name in first if name in named]
    return [named[name] for name in (*order, *sorted(set(named) - set(order)))]


def source_tree() -> "SourceTree":
    """This program's own source, as the log states it and anyone can have it.

    The listing is the lines `path SP sha256 LF` of every Python file of the package and of every
    policy (as `policy`), sorted.
    """
    from plainview.flows.begin_log import SourceTree

    package = Path(__file__).parents[1]
    named = [
        (path.relative_to(package).as_posix(), path.read_bytes()) for path in package.rglob("*.py")
    ]
    named += [("policy", data) for data in policy_files()]
    hashed = [(name, Digest(sha256(data).hexdigest()), data) for name, data in named]
    listing = "".join(sorted(f"{name} {digest}\n" for name, digest, _ in hashed)).encode()
    return SourceTree(listing, {digest: data for _, digest, data in hashed})


def release_digest() -> Digest:
    """The release that receipts name: the SHA-256 of the source tree's listing."""
    return Digest(sha256(source_tree().listing).hexdigest())
