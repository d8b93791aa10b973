"""`MediaTools` by ffmpeg and PyAV, each run in a jail."""

import base64
import hashlib
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from plainview.core.media import arguments
from plainview.core.media.facts import MediaFacts, Probe, facts_from_probe
from plainview.core.media.judge import BadMp4, Mp4Facts, judge_rendition, read_mp4
from plainview.core.media.loudness import Loudness, parse_loudness
from plainview.core.media.plan import AUDIO_BITRATE_BPS, MediaLimits, Plan, Rendition
from plainview.core.media.poster import choose_frame, dhash64
from plainview.core.media.refusals import Broken, NoFrames, TookTooMuch, ToolFailed
from plainview.core.media.thumbhash import thumbhash
from plainview.core.terms.ids import Digest
from plainview.edge.jail import (
    AT_ONCE,
    BEHIND_ALL,
    GIVES_WAY,
    Jail,
    JailedRun,
    JailLimits,
    Niceness,
    jailed_python,
    python_reads,
)
from plainview.ports.media import MadeFile, OnProgress, Poster

_SCRATCH = "scratch-"
_PROBE = Path(__file__).parent / "_jailed_probe.py"
_GIB = 1024**3
_PROBE_LIMITS = JailLimits(memory_bytes=3 * _GIB, cpu_s=60, output_bytes=1, wall_s=120)
_LOUDNESS_LIMITS = JailLimits(memory_bytes=3 * _GIB, cpu_s=120, output_bytes=1, wall_s=300)
_HEARING_LIMITS = JailLimits(memory_bytes=3 * _GIB, cpu_s=60, output_bytes=2 * 1024**2, wall_s=120)
_POSTER_LIMITS = JailLimits(memory_bytes=6 * _GIB, cpu_s=180, output_bytes=32 * 1024**2, wall_s=300)
# A rendition may cost this much processor time per second of video, and never less than the floor.
_CPU_PER_SECOND, _CPU_FLOOR_S = 20, 60
_KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
_MEMORY_FULL_SIGNS = (
    *(b"Cannot allocate memory", b"malloc of size", b"ut of memory"),
    *(b"Resource temporarily unavailable", b"get_buffer() failed"),
)
# ffmpeg catches the signal that says its processor time is over, and leaves by itself with this.
_CPU_SPENT_CODE = 255
_DISK_FULL_SIGNS = (b"No space left on device", b"Disk quota exceeded")


def find_ffmpeg() -> Path:
    """The ffmpeg that comes with the Python package: the version this was tried with, wherever it
    is installed.

    Raises: FileNotFoundError, from the package, when the wheel holds none for this machine.
    """
    import imageio_ffmpeg

    try:
        return Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve()
    except RuntimeError as error:
        raise FileNotFoundError(f"no ffmpeg: {error}") from error


class FfmpegTools:
    """`MediaTools`, with every untrusted byte read inside `jail`."""

    def __init__(self, jail: Jail, *, ffmpeg: Path | None = None) -> None:
        self.jail = jail
        self._ffmpeg = ffmpeg or find_ffmpeg()

    def probe(self, source: Path, *, limits: MediaLimits) -> MediaFacts:
        import av

        source = source.resolve()
        own = Path(av.__file__).resolve().parent
        python = jailed_python()
        run = self.jail.run(
            (
                *(python, "-I", "-S", str(_PROBE), str(own), str(source)),
                *(arguments.FORMATS, str(limits.length_ms_max)),
            ),
            reads=[*python_reads(), own, own.with_name("av.libs"), _PROBE, source],
            writes=None,
            limits=_PROBE_LIMITS,
        )
        _refuse_excess(run)
        if not run.is_ok:
            raise ToolFailed(_last_words(run))
        try:
            found = msgspec.json.decode(run.stdout, type=Probe)
        except msgspec.MsgspecError as error:
            raise ToolFailed(f"the probe printed what cannot be read: {error}") from error
        return facts_from_probe(found)

    def measure_loudness(self, source: Path, *, facts: MediaFacts) -> Loudness | None:
        if not facts.has_audio:
            return None
        source = source.resolve()
        run = self._run_ffmpeg(
            arguments.loudness_args(facts, source=str(source)),
            reads=[source],
            writes=None,
            limits=_LOUDNESS_LIMITS,
        )
        _refuse_excess(run)
        if not run.is_ok:
            return None
        return parse_loudness(run.stderr.decode(errors="replace"))

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
        source, work = source.resolve(), work.resolve()
        audio = audio_from.resolve() if audio_from else None
        with _scratch(work) as scratch:
            made = [scratch / rendition.name for rendition in renditions]
            args = arguments.transcode_args(
                plan,
                renditions,
                source=str(source),
                outputs=tuple(map(str, made)),
                loudness=loudness,
                audio_from=str(audio) if audio else None,
            )
            run = self._run_ffmpeg(
                args,
                reads=[source, *([audio] if audio else [])],
                writes=scratch,
                limits=_transcode_limits(plan, renditions),
                on_line=_progress_reader(plan.length_ms, on_progress),
                nice=BEHIND_ALL if is_background else GIVES_WAY,
            )
            _refuse_excess(run)
            if not run.is_ok:
                raise Broken(detail=_last_words(run))
            for path, rendition in zip(made, renditions, strict=True):
                self._require_good(path, plan=plan, rendition=rendition)
            return tuple(_settle(path, work / path.name) for path in made)

    def inspect(self, path: Path) -> Mp4Facts | None:
        try:
            with path.open("rb") as file:

                def read_at(offset_bytes: int, size_bytes: int) -> bytes:
                    file.seek(offset_bytes)
                    return file.read(size_bytes)

                return read_mp4(read_at, size_bytes=path.stat().st_size)
        except (FileNotFoundError, BadMp4):
            return None

    def hear(self, path: Path, *, work: Path) -> bytes:
        found = self.inspect(path)
        if found is None or not found.audio_codec:
            return b""
        path, work = path.resolve(), work.resolve()
        with _scratch(work) as scratch:
            samples = scratch / "sound.s16"
            run = self._run_ffmpeg(
                arguments.hearing_args(rendition=str(path), output=str(samples)),
                reads=[path],
                writes=scratch,
                limits=_HEARING_LIMITS,
            )
            _refuse_excess(run)
            if not run.is_ok:
                raise ToolFailed(_last_words(run))
            return samples.read_bytes()

    def fingerprint(self, path: Path) -> MadeFile:
        return _fingerprint(path)

    def take_poster(self, source: Path, *, plan: Plan, work: Path) -> Poster:
        source, work = source.resolve(), work.resolve()
        with _scratch(work) as scratch:
            thumbs, hashes = scratch / "thumbs.rgb", scratch / "hashes.gray"
            pattern = str(scratch).replace("%", "%%") + "/%03d.jpg"
            args = arguments.poster_args(
                plan, source=str(source), jpegs=pattern, thumbs=str(thumbs), hashes=str(hashes)
            )
            run = self._run_ffmpeg(args, reads=[source], writes=scratch, limits=_POSTER_LIMITS)
            _refuse_excess(run)
            jpegs = sorted(scratch.glob("*.jpg"))
            if not run.is_ok or not jpegs:
                raise NoFrames(detail=_last_words(run))
            width, height = arguments.poster_size(plan)
            thumb_width, thumb_height = arguments.thumb_size(width, height)
            pictures = _cut(thumbs.read_bytes(), 3 * thumb_width * thumb_height)
            grays = _cut(hashes.read_bytes(), arguments.DHASH_WIDTH * arguments.DHASH_HEIGHT)
            chosen = choose_frame(pictures[: min(len(jpegs), len(grays))])
            return Poster(
                file=_settle(jpegs[chosen], work / "poster.jpg"),
                width=width,
                height=height,
                thumbhash_base64=base64.b64encode(
                    thumbhash(pictures[chosen], width=thumb_width, height=thumb_height)
                ).decode(),
                dhash64=dhash64(grays[chosen]),
            )

    def _require_good(self, path: Path, *, plan: Plan, rendition: Rendition) -> None:
        found = self.inspect(path)
        if found is None:
            raise Broken(detail=f"{rendition.name} is not an MP4")
        verdict = judge_rendition(found, plan=plan, rendition=rendition)
        if not verdict.is_good:
            raise Broken(detail=f"{rendition.name}: {'; '.join(verdict.faults)}")

    def _run_ffmpeg(
        self,
        args: Sequence[str],
        *,
        reads: Sequence[Path],
        writes: Path | None,
        limits: JailLimits,
        on_line: Callable[[str], None] | None = None,
        nice: Niceness = AT_ONCE,
    ) -> JailedRun:
        try:
            return self.jail.run(
                (str(self._ffmpeg), *args),
                reads=reads,
                writes=writes,
                limits=limits,
                on_line=on_line,
                nice=nice,
            )
        except OSError as error:
            raise ToolFailed(f"ffmpeg could not be started: {error}") from error


def _transcode_limits(plan: Plan, renditions: Sequence[Rendition]) -> JailLimits:
    """Three times what the bitrate caps allow for in bytes; ample, but bounded, processor time."""
    length_s = plan.length_ms // 1000 + 1
    bits_per_s = sum(one.bitrate_bps_max + AUDIO_BITRATE_BPS for one in renditions)
    cpu_s = _CPU_FLOOR_S + _CPU_PER_SECOND * length_s
    return JailLimits(
        memory_bytes=6 * _GIB,
        cpu_s=cpu_s,
        output_bytes=16 * 1024**2 + 3 * length_s * bits_per_s // 8,
        wall_s=2 * cpu_s,
    )


def _progress_reader(
    length_ms: int, on_progress: OnProgress | None
) -> Callable[[str], None] | None:
    """Turns ffmpeg's `out_time_us=...` lines into per mille that never go back."""
    if on_progress is None:
        return None
    furthest = 0

    def read(line: str) -> None:
        nonlocal furthest
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.strip().isdigit():
            done = min(1000, int(value) // max(1, length_ms))
            if done > furthest:
                furthest = done
                on_progress(done)

    return read


@contextmanager
def _scratch(work: Path) -> Iterator[Path]:
    """A folder of one run's own inside `work`, gone afterwards, whatever happened.

    What a killed run left there goes first: a work folder is used by one run at a time.
    """
    for stale in work.glob(f"{_SCRATCH}*"):
        shutil.rmtree(stale, ignore_errors=True)
    folder = Path(mkdtemp(prefix=_SCRATCH, dir=work))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(made: Path, final: Path) -> MadeFile:
    """Make a file durable, then give it its name, then make the name durable."""
    _sync(made)
    made.replace(final)
    _sync(final.parent)
    return _fingerprint(final)


def _fingerprint(path: Path) -> MadeFile:
    _sync(path)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return MadeFile(path=path, size_bytes=path.stat().st_size, digest=Digest(digest))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data) - size + 1, size)]


def _refuse_excess(run: JailedRun) -> None:
    """Raise for a run that hit a bound: that is the file's doing; a full disk is ours."""
    if any(sign in run.stderr for sign in _DISK_FULL_SIGNS):
        raise ToolFailed("the disk is full")
    if run.ended_by in ("wall", "cpu", "output"):
        raise TookTooMuch(detail=run.ended_by)
    if run.ended_by == "exit" and run.exit_code == _CPU_SPENT_CODE:
        raise TookTooMuch(detail="cpu")
    if run.ended_by == "signal" and run.exit_code in _KILLED:
        raise ToolFailed("killed from outside, or by a machine short of memory")
    if not run.is_ok and any(sign in run.stderr for sign in _MEMORY_FULL_SIGNS):
        raise TookTooMuch(detail="memory")


def _last_words(run: JailedRun) -> str:
    words = run.stderr.decode(errors="replace").strip().splitlines()[-3:]
    return f"{run.ended_by} {run.exit_code}: {' | '.join(words)}"[:400]
