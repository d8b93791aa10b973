"""What every `MediaTools` must do: the fake, and ffmpeg in either jail."""

import hashlib
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plainview.core.media.facts import MediaFacts
from plainview.core.media.judge import judge_rendition
from plainview.core.media.plan import MediaLimits, Plan, make_plan
from plainview.core.media.refusals import NotAVideo
from plainview.edge.fake_media import SOURCE_MARK, FakeMediaTools
from plainview.edge.ffmpeg import FfmpegTools
from plainview.edge.jail import MECHANISMS, Jail, JailLimits, Mechanism
from plainview.ports.media import MadeFile, MediaTools
from tests.e2e import media_samples
from tests.unit.core.media.samples import some_facts

LIMITS = MediaLimits()
Bench = tuple[MediaTools, Path]


def _starts(mechanism: Mechanism) -> bool:
    """Whether this machine allows the mechanism at all; which of them hold is tested end to end."""
    try:
        run = Jail(mechanism).run(
            [str(Path("/bin/true").resolve())],
            reads=[],
            writes=None,
            limits=JailLimits(wall_s=20, memory_bytes=1024**3),
        )
    except OSError:
        return False
    return run.is_ok


WORKING = [mechanism for mechanism in MECHANISMS if _starts(mechanism)]


def _fake(folder: Path) -> Bench:
    source = folder / "source"
    source.write_bytes(SOURCE_MARK)
    return FakeMediaTools(some_facts(width=360, height=640, length_ms=1_000)), source


def _real(mechanism: Mechanism) -> Callable[[Path], Bench]:
    def make(folder: Path) -> Bench:
        source = media_samples.with_tone(folder / "source.mp4", size="360x640", s=1)
        return FfmpegTools(Jail(mechanism)), source

    return make


@pytest.fixture(params=["fake", *WORKING])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    kind = request.param
    return _fake(tmp_path) if kind == "fake" else _real(kind)(tmp_path)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def planned(bench: Bench) -> tuple[MediaFacts, Plan]:
    tools, source = bench
    facts = tools.probe(source, limits=LIMITS)
    return facts, make_plan(facts, LIMITS)


def transcoded(bench: Bench, work: Path, **more: Any) -> MadeFile:
    """The bench's clip as its plan has it; `more` is told to the tools too."""
    tools, source = bench
    facts, plan = planned(bench)
    (made,) = tools.transcode(
        source,
        plan=plan,
        renditions=plan.renditions,
        loudness=tools.measure_loudness(source, facts=facts),
        audio_from=None,
        work=work,
        **more,
    )
    return made


def test_at_least_one_jail_starts() -> None:
    """This machine allows one of the two mechanisms."""
    assert WORKING


def test_probe_says_what_is_there(bench: Bench) -> None:
    """A second of 360x640 with sound is reported as that."""
    facts, _ = planned(bench)
    assert (facts.width, facts.height, facts.has_audio) == (360, 640, True)
    assert abs(facts.length_ms - 1_000) <= 50


def test_probe_refuses_what_is_no_video(bench: Bench) -> None:
    """A letter is not a video."""
    tools, source = bench
    letter = source.with_name("letter.mp4")
    letter.write_text("Dear all,")
    with pytest.raises(NotAVideo):
        tools.probe(letter, limits=LIMITS)


def test_transcode_makes_good_durable_files_and_nothing_else(bench: Bench, work: Path) -> None:
    """The rendition is under its name, judged good, with its true size and digest, alone."""
    tools, _ = bench
    _, plan = planned(bench)
    heard: list[int] = []
    made = transcoded(bench, work, on_progress=heard.append)
    data = made.path.read_bytes()
    assert made.path == work.resolve() / "360.mp4"
    assert made.size_bytes == len(data)
    assert made.digest == hashlib.sha256(data).hexdigest()
    found = tools.inspect(made.path)
    assert found is not None
    assert judge_rendition(found, plan=plan, rendition=plan.renditions[0]).is_good
    assert heard == sorted(set(heard))
    assert heard[-1] <= 1000
    assert [path.name for path in work.iterdir()] == ["360.mp4"]


def test_transcode_replaces_what_was_there(bench: Bench, work: Path) -> None:
    """A damaged file under the same name is replaced by a good one."""
    tools, _ = bench
    (work / "360.mp4").write_bytes(b"half a file")
    assert tools.inspect(work / "360.mp4") is None
    made = transcoded(bench, work)
    assert tools.inspect(made.path) is not None
    assert tools.fingerprint(made.path) == made


def test_inspect_of_nothing_is_none(bench: Bench, work: Path) -> None:
    """A file that is not there has nothing to say."""
    assert bench[0].inspect(work / "360.mp4") is None


def test_poster(bench: Bench, work: Path) -> None:
    """The poster is a JPEG of the planned size with a fingerprint of 64 bits."""
    tools, source = bench
    _, plan = planned(bench)
    poster = tools.take_poster(source, plan=plan, work=work)
    assert poster.file.path == work.resolve() / "poster.jpg"
    assert poster.file.path.read_bytes()[:3] == b"\xff\xd8\xff"
    assert (poster.width, poster.height) == (360, 640)
    assert 0 <= poster.dhash64 < 2**64
    assert [path.name for path in work.iterdir()] == ["poster.jpg"]


def test_what_is_heard_of_a_rendition(bench: Bench, work: Path) -> None:
    """A second of sound is some 8,000 samples of 16 bits, not all 0, and leaves no file behind."""
    tools, _ = bench
    made = transcoded(bench, work)
    heard = tools.hear(made.path, work=work)
    assert len(heard) % 2 == 0
    assert 14_000 <= len(heard) <= 2 * 8_000 * 60
    assert any(heard)
    assert [path.name for path in work.iterdir()] == ["360.mp4"]


def test_source_is_not_changed(bench: Bench, work: Path) -> None:
    """After all of it the source has the bytes it had."""
    tools, source = bench
    before = source.read_bytes()
    facts, plan = planned(bench)
    tools.transcode(
        source,
        plan=plan,
        renditions=plan.renditions,
        loudness=tools.measure_loudness(source, facts=facts),
        audio_from=None,
        work=work,
        is_background=True,
    )
    tools.take_poster(source, plan=plan, work=work)
    assert source.read_bytes() == before


@pytest.mark.parametrize("mechanism", WORKING)
def test_bounds_end_a_run(mechanism: Mechanism, tmp_path: Path) -> None:
    """Too long, too busy, too much output, too much memory: each ends the run and says why."""
    jail = Jail(mechanism)
    shell = str(Path("/bin/sh").resolve())

    def run(script: str, **bounds: int) -> str:
        told = {"memory_bytes": 1024**3, "cpu_s": 60, "output_bytes": 10**6, "wall_s": 60}
        limits = JailLimits(**{**told, **bounds})
        done = jail.run([shell, "-c", script], reads=[], writes=tmp_path, limits=limits)
        return done.ended_by if done.ended_by != "exit" else f"exit {done.exit_code}"

    assert run("exit 0") == "exit 0"
    assert run("exit 7") == "exit 7"
    assert run("while :; do :; done", wall_s=1) == "wall"
    assert run("while :; do :; done", cpu_s=1) == "cpu"
    assert run("while :; do echo 0123456789012345678901234567890123456789; done > out") == "output"
    (tmp_path / "out").unlink()
    assert run("kill -9 $$") != f"exit {128 + signal.SIGKILL}"
    assert run("ls") in ("exit 2", "exit 126", "exit 127")
