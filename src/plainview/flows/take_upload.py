"""Take an upload: words checked, bytes fsynced as they come, a signed receipt at the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from plainview.core.catalogue import (
    build_upload_receipt,
    clean_caption,
    clean_filename,
    clean_language,
    clean_tags,
    clean_topics,
)
from plainview.core.media.plan import refuse_size
from plainview.core.media.refusals import Refusal
from plainview.core.receipts import UPLOAD_DOMAIN
from plainview.core.terms.ids import Digest, ViewerId
from plainview.flows.intake import PERSON_PRIORITY, Intake
from plainview.ports.commands import Refused
from plainview.ports.intake import (
    BeginUpload,
    FinishReceiving,
    ForgetUpload,
    NewVideo,
    NoteReceived,
    Part,
    UploadId,
    UploadRecord,
)

EXPIRES_MS = 24 * 3_600_000
"""An upload that gets no byte for this long is forgotten."""
SETTLE_BYTES = 8 << 20
"""At most so much of a request is received before it is made durable and noted."""


class EmptyFile(Refusal):
    """Nothing in it."""

    code = "empty_file"
    message = "This file is empty."
    what_to_do = "Choose the video itself and send that."


class OffsetDiffers(Exception):
    """The sender goes on from another byte than the first that is missing, `have_bytes`: it asks
    for the offset and goes on from there."""

    def __init__(self, have_bytes: int) -> None:
        super().__init__(f"{have_bytes} bytes are here")
        self.have_bytes = have_bytes


class TooMuchSent(Exception):
    """More came than was announced. The surplus was not kept; the sender is at fault."""


def begin_upload(
    new: NewVideo,
    *,
    upload: UploadId,
    viewer: ViewerId,
    size_bytes: int,
    intake: Intake,
    priority: int = PERSON_PRIORITY,
) -> UploadRecord:
    """Open an upload, durable on return. Beginning a known one changes nothing.

    Raises: BadWords: caption, tags or topics cannot be kept as they are. Refusal: too big, empty.
        Refused: `no_creator`, `too_many_uploads`. WriterGone.
    """
    if size_bytes == 0:
        raise EmptyFile
    refuse_size(size_bytes, intake.limits)
    now_ms = intake.clock.now_ms()
    intake.writer.submit(
        BeginUpload(
            upload=upload,
            viewer=viewer,
            filename=clean_filename(new.filename),
            caption=clean_caption(new.caption),
            tags=clean_tags(new.tags),
            topics=clean_topics(new.topics),
            language=clean_language(new.language),
            size_bytes=size_bytes,
            priority=priority,
            at_ms=now_ms,
            expires_ms=now_ms + EXPIRES_MS,
        )
    )
    record = intake.reads.upload(upload)
    if record is None:
        raise Refused("no_upload", "This upload has ended.")
    return record


class Receiving:
    """Bytes on their way into one upload."""

    def __init__(self, record: UploadRecord, part: Part, intake: Intake) -> None:
        self._record = record
        self._part = part
        self._intake = intake
        self._unsettled = 0
        self.offset = record.received_bytes

    def write(self, data: bytes | memoryview) -> None:
        """Take more. Raises: TooMuchSent: the surplus is not kept. NoRoom."""
        room = self._record.size_bytes - self.offset
        kept = memoryview(data)[:room]
        self._part.write(kept)
        self.offset += len(kept)
        self._unsettled += len(kept)
        if len(data) > room:
            raise TooMuchSent(f"{self._record.size_bytes} bytes were announced")
        if self._unsettled >= SETTLE_BYTES:
            self.settle()

    def settle(self) -> int:
        """Make durable what came; only then is it acknowledged. The offset then.

        Raises: Refused: `no_upload`: it was ended meanwhile. WriterGone.
        """
        offset = self._part.sync()
        if self._unsettled:
            self._intake.writer.submit(
                NoteReceived(
                    upload=self._record.id,
                    received_bytes=offset,
                    expires_ms=self._intake.clock.now_ms() + EXPIRES_MS,
                )
            )
            self._unsettled = 0
        return offset


@contextmanager
def receiving(upload: UploadId, *, at_bytes: int, intake: Intake) -> Iterator[Receiving]:
    """Go on receiving at `at_bytes`. What was written is settled on leaving, whatever happened.

    Raises: OffsetDiffers. Refused: `no_upload`: there is none or it has ended. PartBusy, NoRoom.
        FileNotFoundError: bytes that were kept are gone; the upload must begin again.
    """
    before = _growing(upload, intake)
    if before.received_bytes != at_bytes:
        raise OffsetDiffers(before.received_bytes)
    with intake.files.open_part(upload, at_bytes=at_bytes) as part:
        # Once more, now that no other request can be writing.
        record = _growing(upload, intake)
        if record.received_bytes != at_bytes:
            raise OffsetDiffers(record.received_bytes)
        taking = Receiving(record, part, intake)
        try:
            yield taking
        finally:
            taking.settle()


def _growing(upload: UploadId, intake: Intake) -> UploadRecord:
    record = intake.reads.upload(upload)
    if record is None or record.stage != "receiving":
        raise Refused("no_upload", "This upload has ended, or there never was one.")
    return record


def finish_if_whole(upload: UploadId, *, intake: Intake) -> UploadRecord | None:
    """When all bytes are here, sign the receipt and queue the work, once; the upload as it stands.

    Safe after any interruption: whoever asks next finishes it. Raises: WriterGone.
    """
    record = intake.reads.upload(upload)
    if record is None or record.stage != "receiving" or record.received_bytes < record.size_bytes:
        return record
    hasher = sha256()
    for piece in intake.files.read_part(upload):
        hasher.update(piece)
    digest = Digest(hasher.hexdigest())
    edition = intake.reads.edition()
    assert edition is not None, "the edition is named before anything is uploaded"
    at_ms = intake.clock.now_ms()
    publish_by_ms = at_ms + intake.promise_ms
    receipt = build_upload_receipt(
        edition=edition,
        upload=upload,
        creator=record.creator,
        digest=digest,
        size_bytes=record.size_bytes,
        publish_by_ms=publish_by_ms,
        at_ms=at_ms,
    )
    intake.writer.submit(
        FinishReceiving(
            upload=upload,
            digest=digest,
            receipt=receipt,
            signature=intake.signer.sign(receipt, domain=UPLOAD_DOMAIN),
            publish_by_ms=publish_by_ms,
            at_ms=at_ms,
        )
    )
    return intake.reads.upload(upload)


def take_upload(
    new: NewVideo,
    pieces: Iterable[bytes],
    *,
    upload: UploadId,
    viewer: ViewerId,
    size_bytes: int,
    intake: Intake,
    priority: int = PERSON_PRIORITY,
) -> UploadRecord:
    """The whole of it for a file at hand: begun, received, finished. Repeating it changes nothing.

    Raises: as `begin_upload` and `receiving`; ValueError: `pieces` are not `size_bytes` long.
    """
    record = begin_upload(
        new, upload=upload, viewer=viewer, size_bytes=size_bytes, intake=intake, priority=priority
    )
    if record.stage == "receiving":
        skip = record.received_bytes
        with receiving(upload, at_bytes=skip, intake=intake) as taking:
            for piece in pieces:
                taking.write(piece[skip:])
                skip = max(skip - len(piece), 0)
    whole = finish_if_whole(upload, intake=intake)
    if whole is None or whole.stage == "receiving":
        raise ValueError(f"{upload}: fewer than {size_bytes} bytes came")
    return whole


def cancel_upload(upload: UploadId, *, intake: Intake) -> None:
    """Forget an upload that is not whole yet, row and bytes. Raises: WriterGone."""
    intake.writer.submit(ForgetUpload(upload=upload))
    if intake.reads.upload(upload) is None:
        intake.files.forget(upload)


def sweep_uploads(*, intake: Intake) -> None:
    """Finish what is whole, forget what expired, and remove files that belong to nothing.

    Called at the worker's start and every minute. Raises: WriterGone.
    """
    now_ms = intake.clock.now_ms()
    for upload in intake.reads.uploads_in("receiving", expired_by_ms=now_ms):
        intake.writer.submit(ForgetUpload(upload=upload, expired_at_ms=now_ms))
    for upload in intake.reads.uploads_in("receiving", expired_by_ms=now_ms + 2 * EXPIRES_MS):
        finish_if_whole(upload, intake=intake)
    for upload in intake.files.kept():
        record = intake.reads.upload(upload)
        if record is None or record.stage == "refused":
            intake.files.forget(upload)
