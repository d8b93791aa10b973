"""`MediaTools` without ffmpeg, for tests of what stands on it: real files, no pictures."""

import hashlib
from pathlib import Path

from plainview.core.media.facts import MediaFacts
from plainview.core.media.judge import BadMp4, Mp4Facts, read_mp4
from plainview.core.media.loudness import Loudness
from plainview.core.media.plan import MediaLimits, Plan, Rendition
from plainview.core.media.refusals import NotAVideo, Refusal
from plainview.core.terms.ids import Digest
from plainview.ports.media import MadeFile, OnProgress, Poster

SOURCE_MARK = b"fake video\n"
FAKE_SOUND = b"".join((n * (n // 800 + 1) % 5_000).to_bytes(2, "little") for n in range(16_000))
"""Two seconds of a saw that rises every tenth of a second."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """One MP4 box."""
    body = b"".join(parts)
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def mp4_bytes(
    *, width: int, height: int, length_ms: int, has_audio: bool, is_faststart: bool = True
) -> bytes:
    """The boxes of an MP4 that a judge looks at, and no pictures."""
    times = bytes(12) + (1000).to_bytes(4, "big") + length_ms.to_bytes(4, "big") + bytes(4)

    def track(handler: bytes, codec: bytes, across: int, down: int) -> bytes:
        head = bytes(76) + (across << 16).to_bytes(4, "big") + (down << 16).to_bytes(4, "big")
        table = box(b"stbl", box(b"stsd", bytes(7) + b"\x01", box(codec, bytes(8))))
        media = (box(b"mdhd", times), box(b"hdlr", bytes(8) + handler), box(b"minf", table))
        return box(b"trak", box(b"tkhd", head), box(b"mdia", *media))

    tracks = [track(b"vide", b"avc1", width, height)]
    if has_audio:
        tracks.append(track(b"soun", b"mp4a", 0, 0))
    moov = box(b"moov", box(b"mvhd", times), *tracks)
    start, pictures = box(b"ftyp", b"isom"), box(b"mdat", bytes(32))
    return start + (moov + pictures if is_faststart else pictures + moov)


class FakeMediaTools:
    """Accepts files that begin with SOURCE_MARK, all with the same facts.

    `calls` names what was asked, in order. `refusal`, when set, is raised by the next transcode.
    Asserts the port's contract: folders exist, sound is lent only where there is some, nothing is
    made twice under one name in one call.
    """

    def __init__(self, facts: MediaFacts) -> None:
        self.facts = facts
        self.calls: list[str] = []
        self.refusal: Refusal | None = None

    def probe(self, source: Path, *, limits: MediaLimits) -> MediaFacts:
        assert limits.length_ms_max > 0
        self.calls.append("probe")
        if not source.read_bytes().startswith(SOURCE_MARK):
            raise NotAVideo(detail="no mark")
        return self.facts

    def measure_loudness(self, source: Path, *, facts: MediaFacts) -> Loudness | None:
        assert source.is_file()
        self.calls.append("loudness")
        if not facts.has_audio:
            return None
        return Loudness(
            integrated_lufs=-20.0, range_lu=5.0, true_peak_dbtp=-3.0, threshold_lufs=-30.0
        )

    def transcode(
        self,
        source: Path,
        *,
        plan: Plan,
        renditions: tuple[Rendition, ...],
        loudness: Loudness | None,
        audio_from: Path | None,
        work: Path,
        on_progress: OnProgress | None = None,
        is_background: bool = False,
    ) -> tuple[MadeFile, ...]:
        assert source.is_file()
        assert work.is_dir()
        assert audio_from is None or audio_from.is_file()
        assert (loudness is not None) == plan.facts.has_audio
        names = [one.name for one in renditions]
        assert names
        assert len(set(names)) == len(names)
        self.calls.append(f"transcode {' '.join(names)}{' behind' if is_background else ''}")
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        for one in renditions:
            data = mp4_bytes(
                width=one.width,
                height=one.height,
                length_ms=plan.length_ms,
                has_audio=plan.facts.has_audio,
            )
            (work / one.name).write_bytes(data)
        if on_progress is not None:
            on_progress(500)
            on_progress(1000)
        return tuple(self.fingerprint(work / name) for name in names)

    def inspect(self, path: Path) -> Mp4Facts | None:
        if not path.is_file():
            return None
        data = path.read_bytes()
        try:
            return read_mp4(lambda at, size: data[at : at + size], size_bytes=len(data))
        except BadMp4:
            return None

    def fingerprint(self, path: Path) -> MadeFile:
        data = path.read_bytes()
        digest = Digest(hashlib.sha256(data).hexdigest())
        return MadeFile(path=path, size_bytes=len(data), digest=digest)

    def hear(self, path: Path, *, work: Path) -> bytes:
        assert path.is_file()
        assert work.is_dir()
        self.calls.append("hear")
        return FAKE_SOUND

    def take_poster(self, source: Path, *, plan: Plan, work: Path) -> Poster:
        assert source.is_file()
        self.calls.append("poster")
        path = work / "poster.jpg"
        path.write_bytes(b"\xff\xd8\xff\xd9")
        return Poster(
            file=self.fingerprint(path),
            width=plan.renditions[0].width,
            height=plan.renditions[0].height,
            thumbhash_base64="1QcSHQRnh493V4dIh4eXh1h4kJUI",
            dhash64=int.from_bytes(hashlib.sha256(source.read_bytes()).digest()[:8], "big"),
        )
