"""An intake on fakes or on SQLite, for tests of what stands on it."""

from pathlib import Path
from typing import Any

from plainview.core.media.facts import MediaFacts
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.edge.fake_media import SOURCE_MARK
from plainview.edge.files import LocalObjects
from plainview.edge.memory import CountedChance, FixedSigner, SetClock
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.edge.upload_files import LocalUploadFiles
from plainview.flows.become_creator import local_creator
from plainview.flows.intake import Intake
from plainview.flows.publish_video import MAKE_VIDEO, VideoMaker
from plainview.flows.read_text import READ_TEXT, TextReader
from plainview.flows.remove_video import FORGET_FILES, FileForgetter
from plainview.flows.run_jobs import Doer, JobRunner
from plainview.flows.take_upload import take_upload
from plainview.ports.commands import Command, Writer
from plainview.ports.intake import NewVideo, UploadId, UploadRecord
from plainview.ports.media import MediaTools
from plainview.ports.serving import NameEdition
from plainview.ports.text import TextModel

assert CARRYING
NOW_MS = 1_790_000_000_000
UPLOAD: UploadId = "0f" * 16
FILE = SOURCE_MARK + bytes(range(256)) * 40


def media_facts(*, width: int = 720, height: int = 1_280, has_audio: bool = True) -> MediaFacts:
    """Of a portrait video of six seconds."""
    return MediaFacts(
        container="mp4", size_bytes=len(FILE), length_ms=6_000, video_index=0, video_codec="h264",
        width=width, height=height, rotation_deg=0, sar_num=1, sar_den=1, fps_num=24, fps_den=1,
        is_constant_rate=True, pixel_format="yuv420p", bit_depth=8, color_matrix="bt709",
        is_full_range=False, is_hdr=False, is_interlaced=False, has_audio=has_audio, audio_index=1,
        audio_codec="aac", audio_channels=2,
    )  # fmt: skip


class World:
    """A data folder on disk with one creator, and a clock that stands."""

    def __init__(self, root: Path) -> None:
        for name in ("uploads", "objects"):
            (root / name).mkdir()
        self.root = root
        self.db = open_to_write(root / "plainview.db")
        self.db.execute("PRAGMA synchronous = OFF")
        self.reads = SqliteIntakeReads(root / "plainview.db")
        self.clock = SetClock(NOW_MS)
        self.chance = CountedChance()
        self.direct: Writer = DirectWriter(GroupCommit(self.db))
        self.intake = self.over(self.direct)
        self.direct.submit(NameEdition(edition="test"))
        self.viewer: ViewerId = local_creator(
            handle="ann", name="Ann", bio="", avatar=None, intake=self.intake
        )

    def over(self, writer: Writer) -> Intake:
        """The same world through another writer, as after a restart."""
        return Intake(
            reads=self.reads,
            writer=writer,
            files=LocalUploadFiles(self.root / "uploads"),
            objects=LocalObjects(self.root / "objects"),
            signer=FixedSigner(),
            clock=self.clock,
            chance=self.chance,
        )

    def close(self) -> None:
        """Let go of the database."""
        self.reads.db.close()
        self.db.close()

    def send(
        self, data: bytes = FILE, *, upload: UploadId = UPLOAD, intake: Intake | None = None
    ) -> UploadRecord:
        """Take `data` as Ann's upload."""
        return take_upload(
            NewVideo(
                filename="a/b.mp4", caption=" Hello \n there", tags=("#A",), topics=("chance",)
            ),
            [data[:1_000], data[1_000:]],
            upload=upload,
            viewer=self.viewer,
            size_bytes=len(data),
            intake=intake or self.intake,
        )

    def runner(
        self, tools: MediaTools, *, intake: Intake | None = None, text: TextModel | None = None
    ) -> JobRunner:
        """What does the jobs; leases are never renewed, since the clock stands."""
        intake = intake or self.intake
        maker = VideoMaker(tools, intake=intake, kinds=(MAKE_VIDEO,), text=text)
        forgetter = FileForgetter(intake=intake)
        reader = TextReader(text, reads=self.reads, writer=intake.writer)
        doers = {
            MAKE_VIDEO: Doer(maker.do, maker.give_up),
            FORGET_FILES: Doer(forgetter.do, forgetter.give_up),
            READ_TEXT: Doer(reader.do, reader.give_up),
        }
        return JobRunner(
            doers,
            reads=self.reads,
            writer=intake.writer,
            clock=self.clock,
            chance=self.chance,
            renew_ms=3_600_000,
        )

    def objects(self) -> set[str]:
        """Digests of what is stored, each checked against its bytes."""
        found = set()
        for path in (self.root / "objects").rglob("*"):
            if path.is_file():
                digest = path.parent.name + path.name
                assert digest_of(path.read_bytes()) == digest, "an object is not whole"
                found.add(digest)
        return found

    def left_over(self) -> list[str]:
        """Uploads that have anything on disk."""
        return [path.name for path in (self.root / "uploads").iterdir()]


class Died(BaseException):
    """What a killed process is to a test: nothing after it runs, finally clauses apart."""


class FaultyWriter:
    """A `Writer` whose command number `at` (from 1) goes wrong, and after which nothing works.

    `kind`: "failed" (not done), "failed but persisted" (done, the answer lost), "died" (before),
    "died but persisted" (after).
    """

    def __init__(self, writer: Writer, *, at: int, kind: str) -> None:
        self._writer = writer
        self._left = at
        self._kind = kind
        self.is_hit = False

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        from plainview.ports.commands import WriterGone

        self._left -= 1
        fault: BaseException = Died() if "died" in self._kind else WriterGone("lost")
        if self._left < 0 and "died" in self._kind:
            raise fault
        if self._left == 0:
            self.is_hit = True
            if "persisted" in self._kind:
                self._writer.submit(command)
            raise fault
        return self._writer.submit(command)
