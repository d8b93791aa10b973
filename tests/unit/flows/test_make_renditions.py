"""The order of the steps, what is kept, and what is made again."""

from pathlib import Path

import pytest

from plainview.core.media.plan import MediaLimits
from plainview.core.media.refusals import Broken, NotAVideo, TooBig
from plainview.edge.fake_media import SOURCE_MARK, FakeMediaTools
from plainview.flows.make_renditions import FirstPlayable, MoreMade, Planned, make_renditions
from tests.unit.core.media.samples import some_facts

LIMITS = MediaLimits()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "sent"
    path.write_bytes(SOURCE_MARK)
    return path


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def test_smallest_first(source: Path, work: Path) -> None:
    """Planned, then the smallest rendition with poster and sound, then the rest in one run."""
    tools = FakeMediaTools(some_facts())
    steps = list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    planned, first, more = steps
    assert isinstance(planned, Planned)
    assert isinstance(first, FirstPlayable)
    assert isinstance(more, MoreMade)
    assert first.made.file.path == work / "360.mp4"
    assert [made.file.path.name for made in more.made] == ["540.mp4", "720.mp4"]
    assert tools.calls == [
        "probe",
        "loudness",
        "transcode 360.mp4",
        "poster",
        "hear",
        "transcode 540.mp4 720.mp4",
    ]


def test_nothing_larger_is_begun_before_the_first_is_taken(source: Path, work: Path) -> None:
    """When the caller holds the first playable, no larger rendition has been begun."""
    tools = FakeMediaTools(some_facts())
    steps = make_renditions(source, tools=tools, limits=LIMITS, work=work)
    next(steps)
    assert isinstance(next(steps), FirstPlayable)
    assert tools.calls[-2:] == ["poster", "hear"]
    assert sorted(path.name for path in work.iterdir()) == ["360.mp4", "poster.jpg"]


def test_one_rung_ends_after_the_first(source: Path, work: Path) -> None:
    """A source that gets one rendition ends with it."""
    tools = FakeMediaTools(some_facts(width=640, height=360))
    steps = list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    assert [type(step) for step in steps] == [Planned, FirstPlayable]


def test_what_is_good_is_kept(source: Path, work: Path) -> None:
    """A second run after an interruption makes only what is missing or damaged."""
    first = FakeMediaTools(some_facts())
    list(make_renditions(source, tools=first, limits=LIMITS, work=work))
    cut = (work / "540.mp4").read_bytes()[:-1]
    (work / "540.mp4").write_bytes(cut)
    again = FakeMediaTools(some_facts())
    steps = list(make_renditions(source, tools=again, limits=LIMITS, work=work))
    assert again.calls == ["probe", "loudness", "poster", "hear", "transcode 540.mp4"]
    assert isinstance(steps[2], MoreMade)
    assert [made.rendition.short_edge for made in steps[2].made] == [540, 720]


def test_renditions_of_another_plan_are_made_again(source: Path, work: Path) -> None:
    """A file under the right name but of another length is not kept."""
    list(
        make_renditions(
            source, tools=FakeMediaTools(some_facts(length_ms=9_000)), limits=LIMITS, work=work
        )
    )
    tools = FakeMediaTools(some_facts())
    list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    assert "transcode 360.mp4" in tools.calls
    assert "transcode 540.mp4 720.mp4" in tools.calls


def test_too_big_is_refused_unread(source: Path, work: Path) -> None:
    """A file over the limit is refused before any tool has touched it."""
    tools = FakeMediaTools(some_facts())
    limits = MediaLimits(size_bytes_max=len(SOURCE_MARK) - 1)
    with pytest.raises(TooBig):
        next(make_renditions(source, tools=tools, limits=limits, work=work))
    assert tools.calls == []


def test_not_a_video_leaves_nothing(source: Path, work: Path) -> None:
    """A refusal at the probe leaves an empty folder."""
    source.write_bytes(b"Dear all,")
    tools = FakeMediaTools(some_facts())
    with pytest.raises(NotAVideo):
        list(make_renditions(source, tools=tools, limits=LIMITS, work=work))
    assert list(work.iterdir()) == []


def test_refusal_of_the_first_rendition_yields_nothing_playable(source: Path, work: Path) -> None:
    """A source that breaks the encoder is refused before anything could be published."""
    tools = FakeMediaTools(some_facts())
    tools.refusal = Broken(detail="x")
    steps = make_renditions(source, tools=tools, limits=LIMITS, work=work)
    assert isinstance(next(steps), Planned)
    with pytest.raises(Broken):
        next(steps)


def test_progress_is_shared_by_pixels_and_ends_at_the_whole(source: Path, work: Path) -> None:
    """Progress rises over both runs: 360p is 230,400 of 1,670,400 pixels, that is 137 per mille."""
    heard: list[int] = []
    tools = FakeMediaTools(some_facts())
    list(make_renditions(source, tools=tools, limits=LIMITS, work=work, on_progress=heard.append))
    assert heard == [68, 137, 568, 1000]


def test_background_is_passed_on(source: Path, work: Path) -> None:
    """Work for demonstration clips stands behind everything else."""
    tools = FakeMediaTools(some_facts())
    list(make_renditions(source, tools=tools, limits=LIMITS, work=work, is_background=True))
    assert tools.calls[2] == "transcode 360.mp4 behind"


def test_silent_source(source: Path, work: Path) -> None:
    """Without sound there are no figures of loudness and no rendition claims sound."""
    tools = FakeMediaTools(some_facts(has_audio=False, audio_index=-1))
    planned, first, _ = make_renditions(source, tools=tools, limits=LIMITS, work=work)
    assert isinstance(planned, Planned)
    assert planned.loudness is None
    assert isinstance(first, FirstPlayable)
    assert not first.made.has_audio
