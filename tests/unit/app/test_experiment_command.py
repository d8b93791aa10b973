"""`plainview experiment` on a folder whose service is stopped, and the operator's page of it."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from plainview.app.cli import main
from plainview.app.experiment_words import state_words
from plainview.app.http.public.experiment_page import experiment_page, experiments_page
from plainview.core.experiments import ArmReading, Difference, Outcome, Reading, read_results
from plainview.core.receipts import parse_receipt
from plainview.core.terms.hashing import digest_of
from plainview.flows.run_experiment import Shown
from plainview.ports.experiments import ExperimentRecord
from tests.edition import Edition, serve
from tests.unit.core.experiments.test_readings import PLAN
from tests.unit.core.feed.parts import FOLDER

DAY_MS = 86_400_000
OVER = "ended 1970-01-04 00:00:00 UTC, its time was over; its salt is not revealed yet"
STOPPED = "ended 1970-01-03 00:00:00 UTC, stopped by a rule of its declaration"
FILE = """\
name = "half"
question = "Which <feed>?"
arms = ["for-you", "popular"]
shares = [900, 100]
from = 2099-12-01T00:00:00Z
to = 2099-12-08T00:00:00Z
window_min = 60
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    edition = Edition(tmp_path / "data", videos=30)
    edition.close()
    (tmp_path / "half.toml").write_text(FILE)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    return main(["experiment", *arguments, "--data", str(folder / "data")])


def test_an_experiment_is_declared_listed_and_stopped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Declared from a file, it stands in the list; stopped before it began, it never divides."""
    assert run(folder, "declare", str(folder / "half.toml")) == 0
    assert "90.0 %  for-you" in capsys.readouterr().out
    assert run(folder, "status") == 0
    assert "begins 2099-12-01 00:00:00 UTC" in capsys.readouterr().out
    assert run(folder, "stop", "half") == 0
    assert "is over from 2099-12-01 00:00:00 UTC on" in capsys.readouterr().out


def test_what_it_shows_is_told_in_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without viewers it says what it cannot tell, for each metric."""
    run(folder, "declare", str(folder / "half.toml"))
    capsys.readouterr()
    assert run(folder, "status", "half") == 0
    said = capsys.readouterr().out
    assert "Which <feed>?" in said
    assert "! Cannot tell yet: for-you, popular have fewer than 50 viewers" in said
    assert said.count("cannot tell yet") == 3


def test_without_slates_a_policy_cannot_be_estimated(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was watched yet: status 1 and one line; a file that is no policy likewise."""
    assert run(folder, "estimate", str(FOLDER / "for-you.toml")) == 1
    assert "nothing to judge by yet" in capsys.readouterr().err
    assert run(folder, "estimate", str(folder / "half.toml")) == 1
    assert "line 2: nothing reads question" in capsys.readouterr().err


def test_a_policy_is_estimated_from_what_was_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two viewers who watched two places: what was served is told, the policy is not, since a
    hundred viewers are needed."""
    edition = Edition(tmp_path / "data", videos=60)
    edition.freeze()
    for k in (1, 2):
        viewer = edition.viewer(k)
        slate = parse_receipt(serve(edition, viewer, 1).receipt).slate
        for place in slate[:2]:
            edition.act(
                viewer, f"w{place.video}", "watch", video=place.video, number=1, ms=2000, loops=0
            )
    edition.close()
    assert run(tmp_path, "estimate", str(FOLDER / "for-you.toml")) == 1
    said = capsys.readouterr().out
    assert "By 2 slates, 0 of them without their inputs:\n  4 places watched by 2 viewers" in said
    assert said.count("cannot tell: 2 viewers chose, at least 100 are needed") == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("declare", "{folder}/no.toml"), "No such file"),
        (("stop", "other"), "There is no experiment 'other'"),
        (("status", "other"), "There is no experiment 'other'"),
    ],
)
def test_what_cannot_be_done_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    """A file that is not there, and names nobody declared: status 1 and one line."""
    assert run(folder, *(one.format(folder=folder) for one in arguments)) == 1
    assert said in capsys.readouterr().err


def test_without_a_file_or_name_it_asks_which(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`declare` and `stop` alone are wrong usage: status 2."""
    assert (run(folder, "declare"), run(folder, "stop")) == (2, 2)
    assert "which?" in capsys.readouterr().err


def test_a_bad_declaration_is_refused_by_its_field(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A field for an audience is refused by name, and nothing is declared."""
    (folder / "half.toml").write_text(FILE + 'audience = "women"\n')
    assert run(folder, "declare", str(folder / "half.toml")) == 1
    assert "audience" in capsys.readouterr().err
    run(folder, "status")
    assert "No experiment was declared yet" in capsys.readouterr().out


def record(**changes: object) -> ExperimentRecord:
    fields: dict[str, object] = {
        "name": "softer", "plan": digest_of(b""), "arms": PLAN.arms,
        "shares_milli": PLAN.shares_milli, "from_ms": DAY_MS, "to_ms": 3 * DAY_MS,
        "salt": bytes(32), **changes,
    }  # fmt: skip
    return ExperimentRecord(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "now_ms", "said"),
    [
        ({}, 0, "begins 1970-01-02 00:00:00 UTC"),
        ({}, DAY_MS, "under way until 1970-01-04 00:00:00 UTC"),
        ({}, 3 * DAY_MS, OVER),
        ({"stop_ms": 2 * DAY_MS, "reason_code": "guard", "is_ended": True}, 3 * DAY_MS, STOPPED),
    ],
)  # fmt: skip
def test_where_it_stands_is_said(changes: dict[str, object], now_ms: int, said: str) -> None:
    """Before, during, after its time, and after a rule stopped it."""
    assert state_words(record(**changes), now_ms=now_ms) == said


def shown(reading: Reading) -> Shown:
    return Shown(record=record(), plan=PLAN, reading=reading)


def far_apart() -> Reading:
    outcomes = [
        Outcome(arm=arm, values={"watch_ms": ms + 900 * (i % 7), "likes": i % 2, "rejects": i % 3})
        for arm, ms in (("for-you", 20_000), ("popular", 30_000))
        for i in range(90)
    ]
    return read_results(PLAN, {"for-you": 100, "popular": 95}, outcomes)


def plots(text: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.S)]


def test_the_page_shows_viewers_and_three_metrics() -> None:
    """Four plots that are well-formed, each with a name for who does not see it; all counts and
    means stand in tables too."""
    text = experiment_page(shown(far_apart()), now_ms=2 * DAY_MS)
    found = plots(text)
    assert len(found) == 4
    assert all(plot.get("role") == "img" and plot.get("aria-label") for plot in found)
    assert "90 of 100" in text
    assert "22.7" in text


def test_an_interval_is_drawn_where_it_lies() -> None:
    """Ten seconds more, known closely: dot and line right of the middle, the dot on the line."""
    plot = plots(experiment_page(shown(far_apart()), now_ms=2 * DAY_MS))[1]
    middle, line = plot.findall("line")
    (dot,) = plot.findall("circle")
    low, high, value = (float(line.get("x1", 0)), float(line.get("x2", 0)), float(dot.get("cx", 0)))
    assert float(middle.get("x1", 0)) < low < value < high
    assert value == pytest.approx((low + high) / 2, abs=0.2)


def test_what_cannot_be_told_is_not_drawn() -> None:
    """With few viewers no interval is drawn, and the page says so."""
    text = experiment_page(shown(read_results(PLAN, {}, [])), now_ms=0)
    assert not any(plot.findall("circle") for plot in plots(text)[1:])
    assert text.count("cannot tell yet") == 6


def test_what_an_operator_wrote_cannot_break_the_page() -> None:
    """Markup in a question is shown as text."""
    plan = type(PLAN)(**{**{f: getattr(PLAN, f) for f in PLAN.__struct_fields__},
                         "question": "<script>x</script>"})  # fmt: skip
    text = experiment_page(
        Shown(record=record(), plan=plan, reading=far_apart()), now_ms=2 * DAY_MS
    )
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_the_list_links_each_experiment() -> None:
    """Each name leads to its page; without any the page says how to declare one."""
    assert 'href="/operator/experiments/softer"' in experiments_page([record()], now_ms=0)
    assert "plainview experiment --help" in experiments_page([], now_ms=0)


def test_five_arms_have_five_colours() -> None:
    """The most arms there may be are drawn, each in a colour of its own."""
    names = ("for-you", "a", "b", "c", "d")
    plan = type(PLAN)(**{**{f: getattr(PLAN, f) for f in PLAN.__struct_fields__},
                         "arms": names, "shares_milli": (200,) * 5})  # fmt: skip
    gap = Difference(value=1.0, low=0.5, high=1.5)
    arms = tuple(
        ArmReading(
            arm=name, viewers=9, counted=9,
            means=dict.fromkeys(("watch_ms", "likes", "rejects"), 1.0),
            differences=dict.fromkeys(("watch_ms", "likes", "rejects"), gap),
        )
        for name in names
    )  # fmt: skip
    reading = Reading(arms=arms, cautions=(), tripped=())
    text = experiment_page(Shown(record=record(), plan=plan, reading=reading), now_ms=0)
    bars = [bar.get("fill") for bar in plots(text)[0].findall("rect")]
    assert len(set(bars)) == len(bars) == 5
