"""A store of uploads, jobs and videos, in memory or SQLite, for suites that hold for both."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import msgspec
import pytest

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.edge.memory_intake import MemoryIntake
from plainview.edge.sqlite.commands import CARRYING
from plainview.edge.sqlite.database import open_to_write
from plainview.edge.sqlite.group_commit import DirectWriter, GroupCommit
from plainview.edge.sqlite.intake_reads import SqliteIntakeReads
from plainview.ports.catalogue import CatalogueReads, RenditionRecord
from plainview.ports.commands import Refused, Writer
from plainview.ports.intake import (
    BecomeCreator,
    BeginUpload,
    ClaimJob,
    DecideVideo,
    FinishReceiving,
    IntakeReads,
    Job,
    NewJob,
    PublishVideo,
    QueueJobs,
    Reason,
    ReturnJob,
    UploadRecord,
)
from plainview.ports.serving import ServingReads
from plainview.ports.text import Meaning
from plainview.ports.view import OpenSession

ANN, BEN = ViewerId("a" * 32), ViewerId("b" * 32)
assert CARRYING
MEANING = Meaning(numbers=bytes([2] * 64), model=Digest("e" * 64))
REASON = Reason(code="broken", message="It is damaged.", what_to_do="Send it again.")


class Reads(IntakeReads, CatalogueReads, ServingReads, Protocol):
    """All that this suite reads."""


class Store:
    """A writer and what reads after it, with Ann as creator 1 and Ben a viewer."""

    def __init__(self, writer: Writer, reads: Reads) -> None:
        self.writer = writer
        self.reads = reads
        for viewer in (ANN, BEN):
            token_hash = digest_of(viewer.encode())
            writer.submit(OpenSession(token_hash=token_hash, viewer=viewer, at_ms=1))
        self.become(ANN, "ann")

    def become(self, viewer: ViewerId, handle: str, name: str = "Name") -> CreatorId:
        return self.writer.submit(
            BecomeCreator(viewer=viewer, handle=handle, name=name, bio="", at_ms=1)
        ).id

    def begin(self, upload: str = "u1", viewer: ViewerId = ANN, at_ms: int = 10) -> UploadRecord:
        self.writer.submit(
            BeginUpload(
                upload=upload, viewer=viewer, filename="f.mp4", caption="Cap", tags=("t",),
                topics=("chance",), language="en", size_bytes=100, priority=7, at_ms=at_ms,
                expires_ms=at_ms + 50,
            )
        )  # fmt: skip
        return self.upload(upload)

    def upload(self, upload: str = "u1") -> UploadRecord:
        found = self.reads.upload(upload)
        assert found is not None
        return found

    def finish(self, upload: str = "u1", receipt: bytes = b"r") -> bytes:
        return self.writer.submit(
            FinishReceiving(
                upload=upload,
                digest=Digest("d" * 64),
                receipt=receipt,
                signature=b"s",
                publish_by_ms=99,
                at_ms=20,
            )
        ).receipt

    def publish(self, upload: str = "u1", *edges: int, meaning: Meaning | None = None) -> VideoId:
        return self.writer.submit(
            PublishVideo(
                upload=upload, length_ms=6_000, width=540, height=960, has_sound=True, loudness=0,
                looks=bytes(8), sound=bytes([1] * 64), meaning=meaning, thumbhash=b"t",
                poster=Digest("b" * 64),
                renditions=tuple(rendition(edge) for edge in edges or (360,)), at_ms=30,
            )
        ).video  # fmt: skip

    def published(self, upload: str = "u1", *, meaning: Meaning | None = None) -> VideoId:
        self.begin(upload)
        self.finish(upload)
        return self.publish(upload, meaning=meaning)

    def decide(self, action: str, ident: str, video: int = 1, **fields: object) -> None:
        decision = {
            "id": ident, "video": video, "action": action, "author": "operator",
            "reason_code": "spam", "at_ms": 40, **fields,
        }  # fmt: skip
        self.writer.submit(msgspec.convert(decision, DecideVideo))

    def claim(self, owner: str, at_ms: int = 100, priority_min: int = -9) -> Job | None:
        return self.writer.submit(
            ClaimJob(
                owner=owner, kinds=("work", "make_video"), priority_min=priority_min, at_ms=at_ms,
                lease_ms=30,
            )
        ).job  # fmt: skip

    def queue(self, *jobs: NewJob) -> None:
        self.writer.submit(QueueJobs(jobs=jobs, at_ms=5))

    def give_back(self, job: Job, owner: str, error: str, *, is_final: bool = False) -> None:
        self.writer.submit(
            ReturnJob(
                job=job.id, owner=owner, error=error, priority=job.priority - 1, at_ms=110,
                not_before_ms=200, is_final=is_final,
            )
        )  # fmt: skip


def rendition(edge: int) -> RenditionRecord:
    return RenditionRecord(
        short_edge=edge, width=edge, height=edge * 2, size_bytes=9, object=Digest(f"{edge:064x}")
    )


def open_store(kind: str, folder: Path) -> Iterator[Store]:
    """The store of that kind, empty but for Ann and Ben."""
    if kind == "memory":
        memory = MemoryIntake()
        yield Store(memory, memory)  # type: ignore[arg-type]
        return
    db = open_to_write(folder / "plainview.db")
    reads = SqliteIntakeReads(folder / "plainview.db")
    yield Store(DirectWriter(GroupCommit(db)), reads)
    reads.db.close()
    db.close()


def refusal(store: Store, command: object) -> str:
    """The code with which the store refuses the command."""
    with pytest.raises(Refused) as refused:
        store.writer.submit(command)  # type: ignore[arg-type]
    return refused.value.code
