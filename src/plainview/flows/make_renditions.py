"""From a whole file on disk to renditions, poster and facts, one step at a time."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from plainview.core.media.facts import MediaFacts
from plainview.core.media.judge import judge_rendition
from plainview.core.media.loudness import Loudness
from plainview.core.media.plan import MediaLimits, Plan, Rendition, make_plan, refuse_size
from plainview.core.media.sound import sound_of
from plainview.ports.media import MadeFile, MediaTools, OnProgress, Poster


class MadeRendition(msgspec.Struct, frozen=True, kw_only=True):
    """A rendition that can be published. `has_audio` is of the file itself."""

    rendition: Rendition
    file: MadeFile
    has_audio: bool


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """The source was accepted; nothing can be played yet."""

    plan: Plan
    loudness: Loudness | None


class FirstPlayable(msgspec.Struct, frozen=True, kw_only=True):
    """All that publishing needs: the smallest rendition, the poster, and what its sound is known
    by, () when there is nothing to hear."""

    made: MadeRendition
    poster: Poster
    sound: tuple[int, ...]


class MoreMade(msgspec.Struct, frozen=True, kw_only=True):
    """The rest of the ladder, smallest first."""

    made: tuple[MadeRendition, ...]


MediaStep = Planned | FirstPlayable | MoreMade


def make_renditions(
    source: Path,
    *,
    tools: MediaTools,
    limits: MediaLimits,
    work: Path,
    on_progress: OnProgress | None = None,
    is_background: bool = False,
) -> Iterator[MediaStep]:
    """Make everything a video needs, yielding as soon as something can be used.

    Yields `Planned`, then `FirstPlayable`, then, unless the ladder has one rung, `MoreMade`. The
    smallest rendition goes first, because it makes the video playable in the least time; the rest
    share one decoding of the source.

    Safe to run again after any interruption, with the same `work`: renditions that are there and
    judged good are kept, all else is made anew. Leaving the generator early leaves finished files
    only.

    Args:
        source: a whole file, as sent. Not modified.
        work: this video's own folder; must exist. Files in it are named `360.mp4`, ...,
            `poster.jpg`.
        on_progress: per mille of all the encoding, for the creator.
        is_background: give way to other work on the machine.
    Raises: Refusal: the file cannot be taken; the caller removes `work` and tells the creator why.
        After `FirstPlayable` it means that the larger renditions cannot be made: the video stays
        as it is. MediaFault: ours; the caller tries again later.
    """
    facts = probe_source(source, tools=tools, limits=limits)
    plan = make_plan(facts, limits)
    loudness = tools.measure_loudness(source, facts=facts)
    yield Planned(plan=plan, loudness=loudness)

    smallest, rest = plan.renditions[:1], plan.renditions[1:]
    shares = _Shares(plan, on_progress)
    (first,) = _make_missing(
        source,
        tools=tools,
        plan=plan,
        renditions=smallest,
        loudness=loudness,
        audio_from=None,
        work=work,
        on_progress=shares.part_of(smallest),
        is_background=is_background,
    )
    yield FirstPlayable(
        made=first,
        poster=tools.take_poster(source, plan=plan, work=work),
        sound=_sound_of(first, tools=tools, loudness=loudness, work=work),
    )
    if not rest:
        return
    yield MoreMade(
        made=_make_missing(
            source,
            tools=tools,
            plan=plan,
            renditions=rest,
            loudness=loudness,
            audio_from=first.file.path,
            work=work,
            on_progress=shares.part_of(rest),
            is_background=is_background,
        )
    )


def _sound_of(
    first: MadeRendition, *, tools: MediaTools, loudness: Loudness | None, work: Path
) -> tuple[int, ...]:
    """Of the rendition, not of the source: whoever has what was published can make it again."""
    if loudness is None or loudness.is_silence:
        return ()
    return sound_of(tools.hear(first.file.path, work=work))


def probe_source(source: Path, *, tools: MediaTools, limits: MediaLimits) -> MediaFacts:
    """The facts of a source whose size has been checked first.

    Raises: as `MediaTools.probe`; TooBig.
    """
    refuse_size(source.stat().st_size, limits)
    return tools.probe(source, limits=limits)


def _make_missing(
    source: Path,
    *,
    tools: MediaTools,
    plan: Plan,
    renditions: tuple[Rendition, ...],
    loudness: Loudness | None,
    audio_from: Path | None,
    work: Path,
    on_progress: OnProgress | None,
    is_background: bool,
) -> tuple[MadeRendition, ...]:
    """Each of `renditions`: as it lies in `work` if it is good, else made."""
    missing = tuple(
        one for one in renditions if not _is_there(one, tools=tools, plan=plan, work=work)
    )
    if missing:
        tools.transcode(
            source,
            plan=plan,
            renditions=missing,
            loudness=loudness,
            audio_from=audio_from,
            work=work,
            on_progress=on_progress,
            is_background=is_background,
        )
    return tuple(
        MadeRendition(
            rendition=one,
            file=tools.fingerprint(work / one.name),
            has_audio=plan.facts.has_audio,
        )
        for one in renditions
    )


def _is_there(rendition: Rendition, *, tools: MediaTools, plan: Plan, work: Path) -> bool:
    found = tools.inspect(work / rendition.name)
    return found is not None and judge_rendition(found, plan=plan, rendition=rendition).is_good


class _Shares:
    """Splits progress over the runs by the pixels each has to encode."""

    def __init__(self, plan: Plan, on_progress: OnProgress | None) -> None:
        self._whole = sum(one.width * one.height for one in plan.renditions)
        self._before = 0
        self._on_progress = on_progress

    def part_of(self, renditions: tuple[Rendition, ...]) -> OnProgress | None:
        on_progress = self._on_progress
        if on_progress is None:
            return None
        before, whole = self._before, self._whole
        pixels = sum(one.width * one.height for one in renditions)
        self._before += pixels
        return lambda done: on_progress((1000 * before + done * pixels) // whole)
