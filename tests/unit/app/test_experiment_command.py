"""`plainview experiment` on a folder whose service is stopped, and the operator's page of it."""

import json
import re
from html import unescape
from math import inf
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from plainview.app.cli import main
from plainview.app.experiment_words import line_words, state_words
from plainview.app.http.public.experiment_page import experiment_page, experiments_page
from plainview.app.recipe_file import read_recipe
from plainview.core.experiments import (
    METRICS,
    ArmReading,
    Difference,
    Outcome,
    Reading,
    parse_plan,
    read_results,
)
from plainview.core.learn.recipe import STARTING_RECIPE, encode_recipe
from plainview.core.receipts import parse_receipt
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST
from plainview.flows.run_experiment import LineShown, Loss, Shown
from plainview.ports.experiments import ExperimentRecord
from tests.edition import Edition, serve
from tests.unit.core.experiments.test_readings import PLAN
from tests.unit.core.feed.parts import FOLDER

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
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
    """With few viewers nothing is drawn and no interval is named: the page says from how many on;
    where one arm has enough, the others say that they cannot tell."""
    text = experiment_page(shown(read_results(PLAN, {}, [])), now_ms=0)
    assert plots(text) == []
    assert text.count("Nothing to show before 50 viewers") == 3
    assert text.count("cannot tell yet") == 3
    assert "-0.0 to" not in text
    reading = far_apart()
    gap = Difference(value=0.0, low=-inf, high=inf)
    third = msgspec.structs.replace(
        reading.arms[1], arm="fresh", differences=dict.fromkeys(METRICS, gap)
    )
    some = msgspec.structs.replace(reading, arms=(*reading.arms, third))
    assert experiment_page(shown(some), now_ms=0).count("cannot tell yet") == 6


def test_a_long_name_stands_above_its_bar() -> None:
    """Where a name does not fit beside the bars, each has a line of its own and all are wider."""
    arms = ("for-you", "for-you+a-bold-recipe")
    plan = msgspec.structs.replace(PLAN, arms=arms)
    reading = far_apart()
    long = msgspec.structs.replace(reading.arms[1], arm=arms[1])
    drawn = plots(
        experiment_page(
            msgspec.structs.replace(
                shown(msgspec.structs.replace(reading, arms=(reading.arms[0], long))), plan=plan
            ),
            now_ms=0,
        )
    )
    for mark in drawn[0].findall("rect"):
        (name,) = [
            one for one in drawn[0].findall("text")
            if one.text in arms and 0 < float(mark.get("y", 0)) - float(one.get("y", 0)) < 20
        ]  # fmt: skip
        assert (mark.get("x"), name.get("x")) == ("0", "0.0")
    (name,) = [one for one in drawn[1].findall("text") if one.text == arms[1]]
    assert float(drawn[1].findall("circle")[0].get("cy", 0)) - float(name.get("y", 0)) > 14


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
    """Each name leads to its page, all lead back to the operator's; without any the page says how
    to declare one."""
    listed = experiments_page([record()], now_ms=0)
    assert 'href="/operator/experiments/softer"' in listed
    for page in (listed, experiment_page(shown(far_apart()), now_ms=0)):
        assert '<a href="/operator">Operator</a>' in page
        assert '<a href="/operator/learning">What it learns</a>' in page
    nothing = experiments_page([], now_ms=NOW_MS)
    assert nothing.count("plainview experiment --help") == 1
    assert "plainview experiment declare liked.toml" in nothing
    shown_file = unescape(re.findall(r"<pre>(name.*?)</pre>", nothing, re.S)[0])
    plan = parse_plan(shown_file.encode())
    assert NOW_MS + DAY_MS < plan.from_ms < NOW_MS + 3 * DAY_MS
    assert plan.to_ms - plan.from_ms == 14 * DAY_MS


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


# ------------------------------------------------------------------------------------------ recipes


def recipe_file(folder: Path, name: str = "bold") -> Path:
    """The program's own recipe under another name, laid out for people."""
    recipe = msgspec.structs.replace(STARTING_RECIPE, name=name)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(json.loads(encode_recipe(recipe)), indent=2))
    return file


def test_a_recipe_is_printed_to_edit_and_told_by_its_digest(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program's own as JSON that reads back; of a file the line that a declaration needs,
    whatever its white space; what is none is refused."""
    assert main(["experiment", "recipe", "on"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(encode_recipe(STARTING_RECIPE))
    file = recipe_file(folder)
    assert main(["experiment", "recipe", str(file)]) == 0
    told = capsys.readouterr().out
    digest = digest_of(encode_recipe(msgspec.structs.replace(STARTING_RECIPE, name="bold")))
    assert told == f'bold = "{digest}"\n'
    for text in ('{"name": 1.5}', "no JSON", '{"name": "x"}'):
        file.write_text(text)
        assert main(["experiment", "recipe", str(file)]) == 1
    assert main(["experiment", "recipe", str(folder / "none")]) == 1


def test_a_recipe_is_declared_with_its_file_and_adopted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the file, or with another's, it is refused; with it the recipe can be had
    back, byte for byte, with the word on how to learn by it; while nothing learns it says so."""
    file, other = recipe_file(folder), recipe_file(folder, "calm")
    main(["experiment", "recipe", str(file)])
    line = capsys.readouterr().out
    plan = folder / "half.toml"
    plan.write_text(FILE.replace('"popular"', '"for-you+bold"') + f"[recipes]\n{line}")
    assert run(folder, "declare", str(plan)) == 1
    assert run(folder, "declare", str(plan), "--recipe", str(other)) == 1
    assert "is not given" in capsys.readouterr().err
    assert run(folder, "declare", str(plan), "--recipe", str(file)) == 0
    told = capsys.readouterr().out
    assert "10.0 %  for-you+bold" in told
    assert "! Its recipes learn only while the service runs without --learn off" in told
    to = folder / "main.json"
    assert run(folder, "adopt", "half/bold", "--to", str(to)) == 0
    assert f"plainview up --learn {to}" in capsys.readouterr().out
    assert digest_of(to.read_bytes()) in line
    assert read_recipe(str(to)).name == "bold"
    assert run(folder, "adopt", "half/calm", "--to", str(to)) == 1
    assert run(folder, "adopt", "half/bold") == 2


def test_the_page_shows_what_each_recipe_learned() -> None:
    """A plot with a line for the main weights and each recipe, a ring where one was dropped, the
    same in a table; before anything was learned there is the table alone."""
    plan = msgspec.structs.replace(
        PLAN, arms=("for-you", "for-you+bold"), recipes=(NO_DIGEST, digest_of(b"bold"))
    )
    main_line = LineShown(
        line="", recipe=NO_DIGEST, ticks=2,
        losses=(Loss(4, 0.5, 0.45, True), Loss(5, 0.45, 0.44, True)),
    )  # fmt: skip
    bold = LineShown(
        line="half/bold", recipe=digest_of(b"bold"), ticks=2,
        losses=(Loss(4, 0.5, 0.4, True), Loss(5, 0.4, 0.41, False)),
    )  # fmt: skip
    whole = msgspec.structs.replace(shown(far_apart()), plan=plan, lines=(main_line, bold))
    text = experiment_page(whole, now_ms=2 * DAY_MS)
    (plot,) = [one for one in plots(text) if "Loss" in one.get("aria-label", "")]
    assert len(plot.findall("polyline")) == 2
    assert [dot.get("fill") for dot in plot.findall("circle")].count("var(--raised)") == 1
    for words in ("half/bold", "main line", "1 of 2", "2 of 2", "0.4100", digest_of(b"bold")[:12]):
        assert words in text
    none = msgspec.structs.replace(bold, losses=())
    text = experiment_page(msgspec.structs.replace(whole, lines=(none,)), now_ms=2 * DAY_MS)
    assert "0 of 2" in text
    assert not [one for one in plots(text) if "Loss" in one.get("aria-label", "")]
    assert (
        line_words(bold) == "half/bold: 1 of 2 windows published; loss at tick 5 0.4000 -> 0.4100"
    )
