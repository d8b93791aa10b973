"""Remove a video: by its creator for good, by the operator with a reason, until restored."""

from collections.abc import Callable
from typing import Final

from plainview.core.catalogue import BadWords
from plainview.core.terms.ids import CreatorId, VideoId
from plainview.flows.intake import Intake
from plainview.flows.run_jobs import Lease
from plainview.ports.commands import Writer
from plainview.ports.intake import DecideVideo, Job

REASON_CODES: Final = {
    "illegal": "It is against the law here.",
    "dangerous": "It shows or calls for violence, or endangers people.",
    "hateful": "It is hateful, or harasses somebody.",
    "sexual": "It is sexual content.",
    "minors": "It puts a minor at risk.",
    "privacy": "It shows private matters of somebody who did not agree.",
    "rights": "It uses somebody else's work without leave.",
    "spam": "It is spam or a scam.",
    "misleading": "It deceives about who made it or how.",
    "rules": "It is against the rules of this service.",
}
"""Why an operator may remove a video, in words for whoever meets the gap."""
PUBLIC_REASON_MAX = 500
FORGET_FILES = "forget_files"


def reason_in_words(
    reason_code: str, public_reason: str, *, refused: Callable[[str, str, str], Exception]
) -> str:
    """What people read of an operator's decision: `public_reason`, or what the code stands for.

    Args: refused: makes the error of (code, message, what to do).
    Raises: what `refused` makes, of code `bad_reason`.
    """
    if reason_code not in REASON_CODES:
        raise refused(
            "bad_reason", f"{reason_code!r} is no reason.", f"Use one of {', '.join(REASON_CODES)}."
        )
    if len(public_reason) > PUBLIC_REASON_MAX:
        raise refused(
            "bad_reason",
            f"The public reason has {len(public_reason)} characters.",
            f"Shorten it to {PUBLIC_REASON_MAX}.",
        )
    return public_reason or REASON_CODES[reason_code]


def withdraw_video(
    video: VideoId, *, creator: CreatorId, decision: str, at_ms: int, writer: Writer
) -> None:
    """Take a creator's own video out of every feed, at once and for good; its files follow.

    Args: decision: 32 hex digits, fresh, so that a repeat decides once.
    Raises: Refused: `no_video`, `not_yours`. WriterGone.
    """
    writer.submit(
        DecideVideo(
            id=decision,
            video=video,
            action="withdraw",
            author="creator",
            creator=creator,
            reason_code="by_creator",
            at_ms=at_ms,
        )
    )


def remove_video(
    video: VideoId,
    *,
    reason_code: str,
    public_reason: str,
    decision: str,
    at_ms: int,
    writer: Writer,
) -> None:
    """Take a video out of every feed and of the media, at once, with a reason all can read.

    Raises: BadWords: `bad_reason`. Refused: `no_video`. WriterGone.
    """
    words = reason_in_words(reason_code, public_reason, refused=BadWords)
    writer.submit(
        DecideVideo(
            id=decision,
            video=video,
            action="remove",
            author="operator",
            reason_code=reason_code,
            public_reason=words,
            at_ms=at_ms,
        )
    )


def restore_video(
    video: VideoId, *, public_reason: str, decision: str, at_ms: int, writer: Writer
) -> None:
    """Undo a removal. Raises: Refused: `no_video`. WriterGone."""
    writer.submit(
        DecideVideo(
            id=decision,
            video=video,
            action="restore",
            author="operator",
            reason_code="restored",
            public_reason=public_reason[:PUBLIC_REASON_MAX],
            at_ms=at_ms,
        )
    )


class FileForgetter:
    """Does the jobs that remove a withdrawn video's files. `job.subject` is the video's id."""

    def __init__(self, *, intake: Intake) -> None:
        self._intake = intake

    def do(self, job: Job, lease: Lease) -> None:
        """Remove each file that no other video shows."""
        for digest in self._intake.reads.files_of(VideoId(int(job.subject))):
            lease.check()
            with self._intake.publishing:
                if not self._intake.reads.is_wanted(digest):
                    self._intake.objects.forget(digest)

    def give_up(self, job: Job) -> None:
        """Nothing is shown of the video either way; the operator sees the failed job."""
