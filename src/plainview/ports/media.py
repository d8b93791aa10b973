"""What making renditions needs of the world."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from plainview.core.media.facts import MediaFacts
from plainview.core.media.judge import Mp4Facts
from plainview.core.media.loudness import Loudness
from plainview.core.media.plan import MediaLimits, Plan, Rendition
from plainview.core.terms.ids import Digest

OnProgress = Callable[[int], None]
"""Called with per mille done, never less than before; may come from another thread."""


class MadeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A finished file: whole, on disk (fsynced, as is its folder), and never changed again."""

    path: Path
    size_bytes: int
    digest: Digest


class Poster(msgspec.Struct, frozen=True, kw_only=True):
    """The frame that stands for the video.

    `dhash64` is close, in bits, for pictures that look alike.
    """

    file: MadeFile
    width: int
    height: int
    thumbhash_base64: str
    dhash64: int


class MediaTools(Protocol):
    """Reads and encodes strangers' files.

    For every method:
    - The source is a regular file that nobody writes to; it is never changed. Its name may be
      anything.
    - Its bytes are read only where they can reach no network, no other file and no other process,
      within bounds on memory, time and output. A file that needs more raises TookTooMuch.
    - When this process dies, by whatever signal, nothing it started lives on.
    - Whatever is returned as a MadeFile is durable, and appeared under its name in one step: a
      file under that name is always whole.
    - Two calls may run at once if they have different work folders.
    """

    def probe(self, source: Path, *, limits: MediaLimits) -> MediaFacts:
        """The facts of a file.

        Raises: NotAVideo, Broken, NoPicture, NoFrames, TookTooMuch (the file's fault); ToolFailed
            (ours).
        """
        ...

    def measure_loudness(self, source: Path, *, facts: MediaFacts) -> Loudness | None:
        """First pass over the sound; None when there is none that can be read."""
        ...

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
        """Make `renditions` in `work`, each named `rendition.name`, replacing what was there.

        `audio_from`, a finished rendition of the same source, lends its sound. Every file has been
        judged good.

        Raises: Broken: the encoder stopped, or what came out is not what was planned, because of
            the source. TookTooMuch.
            ToolFailed: the disk is full, or the encoder could not be started.
        """
        ...

    def inspect(self, path: Path) -> Mp4Facts | None:
        """What the boxes of a finished rendition say;

        None when there is no such file or it is no MP4.
        """
        ...

    def hear(self, path: Path, *, work: Path) -> bytes:
        """The first SOUND_S_MAX seconds of a finished rendition's sound: mono, 16 bits
        little-endian, SOUND_RATE_HZ. Nothing when it has none.

        Raises: TookTooMuch, ToolFailed.
        """
        ...

    def fingerprint(self, path: Path) -> MadeFile:
        """The size and digest of a file that is there, made durable again."""
        ...

    def take_poster(self, source: Path, *, plan: Plan, work: Path) -> Poster:
        """Write `poster.jpg` in `work`: the first frame with something to see, short edge at most
        540.

        Raises: NoFrames, TookTooMuch, ToolFailed.
        """
        ...
