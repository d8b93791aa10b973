"""Why a file is refused, in words for the person who sent it.

Refusal               the upload ends, nothing is kept, the creator reads why and what to do
|-- NotAVideo         not_a_video: send another file
|-- Broken            broken: export or copy it again
|-- NoPicture         no_picture: sound only
|-- NoFrames          no_frames: no frame decodes; save it in another format
|-- TooLong           too_long: cut it
|-- TooShort          too_short: send a longer one
|-- TooBig            too_big: export it smaller
|-- TooSmall          too_small: too few pixels
|-- TooManyPixels     too_many_pixels: export it at 4K or smaller
`-- TookTooMuch       took_too_much: more memory or time than the jail allows

MediaFault            ours, not the file's: the upload is kept and the job tried again
`-- ToolFailed        the encoder could not run, or the disk is full
"""

from typing import ClassVar


class Refusal(Exception):
    """The file cannot be taken.

    `code` is stable and on the wire, `message` and `what_to_do` are for its creator, `detail` is
    for the operator's journal.
    """

    code: ClassVar[str] = "refused"
    message: str = "This file cannot be used."
    what_to_do: str = "Send another one."

    def __init__(self, *, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class NotAVideo(Refusal):
    code = "not_a_video"
    message = "This file is not a video."
    what_to_do = "Send an MP4, MOV, MKV, WebM or AVI file."


class Broken(Refusal):
    code = "broken"
    message = "This video is damaged, or part of it is missing."
    what_to_do = "Export it again, or copy it from the camera again, and send that."


class NoPicture(Refusal):
    code = "no_picture"
    message = "This file has no picture in it, only sound."
    what_to_do = "Send one with a picture; sound is optional."


class NoFrames(Refusal):
    code = "no_frames"
    message = "Not one picture of this video could be read."
    what_to_do = "Save it as MP4 (H.264) and send that."


class TooLong(Refusal):
    code = "too_long"
    what_to_do = "Cut it and send it again."

    def __init__(self, *, length_ms: int, length_ms_max: int) -> None:
        self.message = (
            f"This video lasts {_seconds(length_ms)} s; "
            f"the longest allowed is {_seconds(length_ms_max)} s."
        )
        super().__init__(detail=f"{length_ms} ms > {length_ms_max} ms")


class TooShort(Refusal):
    code = "too_short"
    what_to_do = "Send a longer one."

    def __init__(self, *, length_ms: int, length_ms_min: int) -> None:
        self.message = (
            f"This video lasts {_seconds(length_ms)} s; "
            f"the shortest allowed is {_seconds(length_ms_min)} s."
        )
        super().__init__(detail=f"{length_ms} ms < {length_ms_min} ms")


class TooBig(Refusal):
    code = "too_big"
    what_to_do = "Export it at a lower quality or size and send that."

    def __init__(self, *, size_bytes: int, size_bytes_max: int) -> None:
        self.message = (
            f"This file has {_megabytes(size_bytes)} MB; "
            f"the largest allowed is {size_bytes_max // 1_000_000} MB."
        )
        super().__init__(detail=f"{size_bytes} bytes > {size_bytes_max} bytes")


class TooSmall(Refusal):
    code = "too_small"
    what_to_do = "Send a larger version."

    def __init__(self, *, width: int, height: int, short_edge_min: int) -> None:
        self.message = (
            f"The picture is {width} by {height} pixels; "
            f"the shorter side needs at least {short_edge_min}."
        )
        super().__init__(detail=f"{width}x{height}")


class TooManyPixels(Refusal):
    code = "too_many_pixels"
    what_to_do = "Export it at 4K (3840 by 2160) or smaller and send that."

    def __init__(self, *, width: int, height: int, pixels_max: int) -> None:
        self.message = f"The picture is {width} by {height} pixels, more than can be read here."
        super().__init__(detail=f"{width}x{height} > {pixels_max} pixels")


class TookTooMuch(Refusal):
    code = "took_too_much"
    message = "This video needs more memory or time to read than is allowed here."
    what_to_do = "Save it as MP4 (H.264) at 1080p or smaller and send that."


class MediaFault(Exception):
    """Something on our side failed."""


class ToolFailed(MediaFault):
    """The encoder could not be run, or its answer not be read, for reasons not in the file."""


def _seconds(time_ms: int) -> str:
    """Seconds to one decimal, rounded up, so that a file just over a limit never reads as at it.

    >>> _seconds(180_000), _seconds(180_001)
    ('180', '180.1')
    """
    tenths = -(-time_ms // 100)
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


def _megabytes(size_bytes: int) -> int:
    """Megabytes, rounded up for the same reason."""
    return -(-size_bytes // 1_000_000)
