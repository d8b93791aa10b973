"""What of a video's way in gives way to the processes that answer people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from plainview.core.media.plan import MediaLimits, make_plan
from plainview.core.media.refusals import ToolFailed
from plainview.edge.ffmpeg import FfmpegTools
from plainview.edge.jail import AT_ONCE, BEHIND_ALL, GIVES_WAY, Jail, JailedRun, Niceness
from tests.unit.core.media.samples import some_facts


class _Noted(Jail):
    """Notes how nice a program is to be, and starts nothing."""

    def __init__(self) -> None:
        super().__init__("landlock")
        self.nice: list[Niceness] = []

    def run(self, argv: Sequence[str], **rest: Any) -> JailedRun:
        self.nice.append(rest["nice"])
        raise OSError


@pytest.mark.parametrize(("is_background", "nice"), [(False, GIVES_WAY), (True, BEHIND_ALL)])
def test_an_encoder_gives_way(tmp_path: Path, nice: Niceness, *, is_background: bool) -> None:
    """Encoding is nicer than what answers people, and nicer yet for clips that nobody waits for;
    what takes a moment, as a look at the loudness, is not."""
    jail, facts = _Noted(), some_facts()
    tools, plan = FfmpegTools(jail, ffmpeg=Path("/ffmpeg")), make_plan(facts, MediaLimits())
    with pytest.raises(ToolFailed):
        tools.measure_loudness(tmp_path / "source", facts=facts)
    with pytest.raises(ToolFailed):
        tools.transcode(
            tmp_path / "source", plan=plan, renditions=plan.renditions, loudness=None,
            audio_from=None, work=tmp_path, is_background=is_background,
        )  # fmt: skip
    assert jail.nice == [AT_ONCE, nice]
    assert AT_ONCE.process < GIVES_WAY.process < BEHIND_ALL.process
    assert AT_ONCE.session < GIVES_WAY.session < BEHIND_ALL.session
