"""The command `plainview witness`: what it needs, says and refuses, without a socket."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from plainview.app import cli
from plainview.app.witness.command import open_witness
from plainview.app.witness.options import listen_address
from plainview.app.witness.server import said_of
from plainview.core.tlog import parse_vkey
from plainview.edge.witness_folder import KEY_NAME, VKEY_NAME, make_witness_key
from plainview.flows.witness_checkpoint import witness_checkpoint
from tests.sample_logs import LOG_KEY, ORIGIN, private_key, sample_log
from tests.unit.house.tree import ROOT, settings

LOG = sample_log(9)
NOT_IN_BASE = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ImportError(name + " is not in the base install")

sys.meta_path.insert(0, Blocker())
from plainview.app.cli import main
sys.exit(main(sys.argv[1:]))
"""


def run(*arguments: str, program: str = "") -> subprocess.CompletedProcess[str]:
    command = ["-c", program] if program else ["-m", "plainview.app.cli"]
    return subprocess.run(
        [sys.executable, *command, "witness", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def server_extra() -> set[str]:
    """The names by which the packages beyond the base install are imported."""
    extras = settings()["project"]["optional-dependencies"]
    named = {
        line.partition(">")[0].replace("-", "_") for lines in extras.values() for line in lines
    }
    return (named | {"PIL", "h11", "anyio"}) - {"pillow", "plainview[fast]"}


def test_it_needs_the_base_install_alone(tmp_path: Path) -> None:
    """With every package of the server extra blocked it makes a key, opens its folder and gets as
    far as listening, which an address of nobody's stops; the blocker itself is seen to block."""
    program = NOT_IN_BASE.format(names=server_extra())
    assert {"litestar", "granian", "rich", "numba"} <= server_extra()
    made = run("--dir", str(tmp_path), "--name", "w1.example", "--init", program=program)
    assert made.returncode == 0, made.stderr
    log = LOG_KEY.vkey()
    started = run("--dir", str(tmp_path), "--log", log, "--listen", "192.0.2.1:1", program=program)
    assert started.returncode == 1
    assert "192.0.2.1:1: Cannot assign" in started.stderr
    blocked = run(
        "--help", program=program.replace("from plainview", "import rich\nfrom plainview")
    )
    assert "not in the base install" in blocked.stderr


def test_init_prints_the_key_alone(tmp_path: Path) -> None:
    """What stands on standard output is the vkey; a second time is refused."""
    made = run("--dir", str(tmp_path), "--name", "w1.example", "--init")
    assert parse_vkey(made.stdout.rstrip("\n")).name == "w1.example"
    again = run("--dir", str(tmp_path), "--name", "w1.example", "--init")
    assert (again.returncode, again.stdout) == (1, "")
    assert "a witness keeps its key" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--init"], "--init needs a --name"),
        (["--init", "--name", "a b"], "without spaces"),
        (["--init", "--name", "a", "--log", LOG_KEY.vkey()], "name the logs when you start"),
        ([], "at least one --log"),
        (["--log", "nonsense"], "'nonsense' is not of the form"),
        (["--log", LOG_KEY.vkey().replace("+", "+0", 1)], "8 lower-case hex digits"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each wrong use ends with 2 and one line that says what to do."""
    assert cli.main(["witness", "--dir", str(tmp_path), *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.startswith("plainview witness: ")
    assert told.count("\n") == 1


def test_a_witness_is_started_under_its_own_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another name for the same key is refused; without a key, --init is named; a key of a witness
    is no log's."""
    log = ["--log", LOG_KEY.vkey()]
    assert cli.main(["witness", "--dir", str(tmp_path), *log]) == 1
    assert "run with --init once" in capsys.readouterr().err
    key = make_witness_key(tmp_path, name="w1.example", key=private_key("w1.example"))
    assert cli.main(["witness", "--dir", str(tmp_path), "--name", "w2.example", *log]) == 2
    assert "is that of w1.example" in capsys.readouterr().err
    assert cli.main(["witness", "--dir", str(tmp_path), "--log", key.vkey()]) == 2
    assert "a log's is 01" in capsys.readouterr().err


def test_a_damaged_head_stops_it_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A witness that cannot read what it saw does not start."""
    make_witness_key(tmp_path, name="w1.example", key=private_key("w1.example"))
    witness = open_witness(tmp_path, logs=[LOG_KEY.vkey()])
    witness_checkpoint(LOG.submission(0, 7), witness)
    (head,) = (tmp_path / "logs").glob("*.head")
    head.write_bytes(head.read_bytes()[:-1])
    assert cli.main(["witness", "--dir", str(tmp_path), "--log", LOG_KEY.vkey()]) == 1
    assert "not as it was written" in capsys.readouterr().err
    assert "not cosigned any more" in said_of(witness).decode()


def test_it_says_who_it_is_and_what_it_has_seen(tmp_path: Path) -> None:
    """Name, key, each log and its size, in words."""
    make_witness_key(tmp_path, name="w1.example", key=private_key("w1.example"))
    witness = open_witness(tmp_path, logs=[LOG_KEY.vkey()], name="w1.example")
    assert f"{ORIGIN}: nothing cosigned yet" in said_of(witness).decode()
    witness_checkpoint(LOG.submission(0, 7), witness)
    said = said_of(witness).decode()
    assert "w1.example is a witness" in said
    assert witness.vkey() in said
    assert f"{ORIGIN}: size 7, cosigned at " in said


def test_the_guide_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Every flag of the command that docs/witness.md shows exists, and every one there is is shown;
    so are the files of its folder that it speaks of."""
    guide = (ROOT / "docs/witness.md").read_text()
    with pytest.raises(SystemExit):
        cli.main(["witness", "--help"])
    flags = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert set(re.findall(r"(?<= )--[a-z]+", guide.replace("`", " "))) == flags
    files = set(re.findall(r"witness\.[a-z0-9]+(?=`)", guide))
    assert files - {"witness.service"} == {KEY_NAME, VKEY_NAME}
    assert "/evidence/`" in guide


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8081", ("127.0.0.1", 8081)),
        ("[::1]:80", ("::1", 80)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    """An address is a host and a port, IPv6 in brackets."""
    assert listen_address(text) == address


@pytest.mark.parametrize("text", ["8081", ":8081", "localhost:", "localhost:x", "localhost:70000"])
def test_what_is_no_address(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a host or a port there is nothing to listen on; that is wrong usage."""
    with pytest.raises(SystemExit, match="2"):
        cli.main(["witness", "--dir", "x", "--listen", text])
    assert "is not HOST:PORT" in capsys.readouterr().err
