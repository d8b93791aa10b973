"""Whether a finished rendition is good, from the boxes of the file itself (ISO/IEC 14496-12).

Read through one narrow function, `read_at(offset_bytes, size_bytes)`, so that neither files nor
decoders come in.
"""

from collections.abc import Callable, Iterator

import msgspec

from plainview.core.media.plan import Plan, Rendition

ReadAt = Callable[[int, int], bytes]

_MOOV_BYTES_MAX = 16 * 1024 * 1024
_TOP_BOXES_MAX = 64
_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"})


class BadMp4(Exception):
    """The bytes are not an MP4 that could be played.

    The rendition is thrown away and made again.
    """


class Mp4Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a player learns from the first boxes.

    Lengths are of the longest track, as the header states.
    """

    top_boxes: tuple[str, ...]
    is_complete: bool
    length_ms: int
    video_length_ms: int
    width: int
    height: int
    video_codec: str
    audio_codec: str

    @property
    def is_faststart(self) -> bool:
        """The index comes before the pictures, so that playing starts with the first bytes."""
        names = self.top_boxes
        return "moov" in names and "mdat" in names and names.index("moov") < names.index("mdat")


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`faults` is empty when the rendition is good; each fault is a sentence for the journal."""

    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        return not self.faults


def judge_rendition(found: Mp4Facts, *, plan: Plan, rendition: Rendition) -> Verdict:
    """Compare what was made with what was planned: whole, faststart, codecs, size, length."""
    faults: list[str] = []
    if not found.is_complete:
        faults.append("the file ends before its boxes do")
    if not found.is_faststart:
        faults.append(f"moov does not come before mdat: {' '.join(found.top_boxes)}")
    if found.video_codec != "avc1":
        faults.append(f"the picture is {found.video_codec or 'missing'}, not avc1")
    if (found.audio_codec == "mp4a") != plan.facts.has_audio:
        faults.append(
            f"sound is {found.audio_codec or 'missing'}, has_audio is {plan.facts.has_audio}"
        )
    if (found.width, found.height) != (rendition.width, rendition.height):
        faults.append(
            f"{found.width}x{found.height} instead of {rendition.width}x{rendition.height}"
        )
    tolerance_ms = length_tolerance_ms(plan.length_ms)
    if abs(found.video_length_ms - plan.length_ms) > tolerance_ms:
        faults.append(f"{found.video_length_ms} ms of picture instead of {plan.length_ms} ms")
    return Verdict(faults=tuple(faults))


def length_tolerance_ms(length_ms: int) -> int:
    """A twentieth of the length, and at least 400 ms:

    containers round, and the last frame's length is a guess.
    """
    return max(400, length_ms // 20)


def read_mp4(read_at: ReadAt, *, size_bytes: int) -> Mp4Facts:
    """The facts in the boxes of an MP4.

    Raises: BadMp4: a box is impossible, there is no moov, or it is larger than 16 MiB.
    """
    names: list[str] = []
    moov = b""
    offset, is_complete = 0, True
    while offset < size_bytes:
        if len(names) >= _TOP_BOXES_MAX:
            raise BadMp4(f"more than {_TOP_BOXES_MAX} boxes at the top")
        kind, header, length = _box_header(read_at(offset, 16), rest_bytes=size_bytes - offset)
        names.append(kind.decode("latin-1"))
        is_complete = offset + length <= size_bytes
        if kind == b"moov" and is_complete:
            if length > _MOOV_BYTES_MAX:
                raise BadMp4(f"moov has {length} bytes")
            moov = read_at(offset + header, length - header)
        offset += length
    if not moov:
        raise BadMp4(f"no moov among {names}")
    timescale, duration = _times(_first(moov, b"mvhd"), at_v0=12, at_v1=20)
    tracks = [_track(body) for kind, body in _boxes(moov) if kind == b"trak"]
    video = next((track for track in tracks if track.handler == b"vide"), None)
    audio = next((track for track in tracks if track.handler == b"soun"), None)
    return Mp4Facts(
        top_boxes=tuple(names),
        is_complete=is_complete,
        length_ms=duration * 1000 // timescale,
        video_length_ms=video.length_ms if video else 0,
        width=video.width if video else 0,
        height=video.height if video else 0,
        video_codec=video.codec if video else "",
        audio_codec=audio.codec if audio else "",
    )


class _Track(msgspec.Struct, frozen=True, kw_only=True):
    handler: bytes
    codec: str
    width: int
    height: int
    length_ms: int


def _track(trak: bytes) -> _Track:
    """One track: width and height are 16.16 fixed point at the end of tkhd;

    the codec names the first stsd entry.
    """
    head, handler, stsd = _first(trak, b"tkhd"), _first(trak, b"hdlr"), _first(trak, b"stsd")
    if len(head) < 84 or len(handler) < 12 or len(stsd) < 16:
        raise BadMp4("a track's header is too short")
    timescale, duration = _times(_first(trak, b"mdhd"), at_v0=12, at_v1=20)
    return _Track(
        handler=handler[8:12],
        codec=stsd[12:16].decode("latin-1"),
        width=int.from_bytes(head[-8:-4], "big") >> 16,
        height=int.from_bytes(head[-4:], "big") >> 16,
        length_ms=duration * 1000 // timescale,
    )


def _times(body: bytes, *, at_v0: int, at_v1: int) -> tuple[int, int]:
    """(timescale, duration) of an mvhd or mdhd:

    32-bit duration in version 0, 64-bit in version 1.
    """
    is_long = body[:1] == b"\x01"
    at, size = (at_v1, 8) if is_long else (at_v0, 4)
    timescale = int.from_bytes(body[at : at + 4], "big")
    duration = body[at + 4 : at + 4 + size]
    if timescale == 0 or len(duration) < size:
        raise BadMp4("a time header is too short or has no timescale")
    return timescale, int.from_bytes(duration, "big")


def _first(data: bytes, wanted: bytes) -> bytes:
    """The body of the first box of that kind, looking inside the boxes that hold boxes."""
    for kind, body in _boxes(data):
        if kind == wanted:
            return body
        if kind in _CONTAINERS:
            try:
                return _first(body, wanted)
            except BadMp4:
                continue
    raise BadMp4(f"no {wanted.decode()} box")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The boxes laid end to end in `data`."""
    offset = 0
    while offset < len(data):
        kind, header, length = _box_header(
            data[offset : offset + 16], rest_bytes=len(data) - offset
        )
        if length > len(data) - offset:
            raise BadMp4(f"a {kind!r} box runs past its parent")
        yield kind, data[offset + header : offset + length]
        offset += length


def _box_header(head: bytes, *, rest_bytes: int) -> tuple[bytes, int, int]:
    """(kind, header bytes, whole bytes):

    size 1 means a 64-bit size follows, size 0 means up to the end.
    """
    if len(head) < 8:
        raise BadMp4("a box is shorter than its header")
    length, header = int.from_bytes(head[:4], "big"), 8
    if length == 1:
        length, header = int.from_bytes(head[8:16], "big"), 16
    elif length == 0:
        length = rest_bytes
    if length < header:
        raise BadMp4(f"a box of {length} bytes")
    return head[4:8], header, length
