"""What the Makefile calls says what is wrong with a machine, and what to do about it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.house.tree import ROOT

BASICS = ("sh", "dirname", "uname", "getconf", "env", "id", "cat", "chmod", "touch")


class Machine:
    """A PATH folder with the shell's basics and whatever a test puts beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in BASICS:
            found = shutil.which(name)
            assert found
            (folder / name).symlink_to(found)

    def put(self, name: str, *lines: str) -> None:
        program = self.folder / name
        program.unlink(missing_ok=True)
        program.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
        program.chmod(0o755)

    def run(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", *command],
            cwd=ROOT,
            env={"PATH": str(self.folder), **env},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    folder = tmp_path / "programs"
    folder.mkdir()
    return Machine(folder)


BOOTSTRAP = "scripts/bootstrap.sh"


def test_this_machine_will_do(machine: Machine) -> None:
    """The check is silent and content where these tests run."""
    done = machine.run(BOOTSTRAP, "check")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_system_is_refused_at_once(machine: Machine) -> None:
    """A machine that is not Linux is told so before anything is made."""
    machine.put("uname", "echo Darwin")
    done = machine.run(BOOTSTRAP, "venv")
    assert done.returncode == 1
    assert "runs on Linux, and this machine says Darwin" in done.stderr


def test_another_processor_is_refused(machine: Machine) -> None:
    """A 32-bit processor is named and refused."""
    machine.put("uname", '[ "$1" = -s ] && echo Linux || echo armv7l')
    assert "this processor says armv7l" in machine.run(BOOTSTRAP, "check").stderr


def test_another_c_library_is_refused(machine: Machine) -> None:
    """A Linux without glibc is told that no packages are made for it."""
    machine.put("getconf", "exit 1")
    done = machine.run(BOOTSTRAP, "check")
    assert done.returncode == 1
    assert "this needs glibc" in done.stderr


def test_an_old_python_is_named(machine: Machine, tmp_path: Path) -> None:
    """Where python3 is too old, the message says which it is and how to name another."""
    machine.put("python3", '[ "$1" = --version ] && echo Python 3.9.2 && exit', "exit 1")
    done = machine.run(BOOTSTRAP, "venv", VENV=str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed, and PATH has Python 3.9.2" in done.stderr
    assert "PYTHON_BIN=" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_said(machine: Machine, tmp_path: Path) -> None:
    """Where there is no python3, the message says that."""
    done = machine.run(BOOTSTRAP, "venv", VENV=str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "PATH has no python3" in done.stderr


def test_a_python_without_venv_says_what_to_install(machine: Machine, tmp_path: Path) -> None:
    """Debian's Python without python3-venv leads to the name of that package."""
    machine.put("python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    done = machine.run(BOOTSTRAP, "venv", VENV=str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_an_unknown_task_is_refused(machine: Machine) -> None:
    """A misspelt task fails with the usage."""
    done = machine.run(BOOTSTRAP, "instal")
    assert done.returncode == 1
    assert "usage:" in done.stderr


CHROMIUM = "scripts/chromium.sh"


def test_a_chromium_on_path_is_found(machine: Machine) -> None:
    """The path of a Chromium that starts is printed, and nothing else."""
    machine.put("google-chrome", "exit 0")
    done = machine.run(CHROMIUM)
    assert (done.returncode, done.stdout) == (0, f"{machine.folder}/google-chrome\n")


def test_a_chromium_that_does_not_start_is_passed_over(machine: Machine) -> None:
    """A stub that only asks for a snap is not taken for a browser."""
    machine.put("chromium-browser", "exit 1")
    machine.put("google-chrome", "exit 0")
    assert machine.run(CHROMIUM).stdout == f"{machine.folder}/google-chrome\n"


def test_the_named_chromium_wins(machine: Machine, tmp_path: Path) -> None:
    """CHROMIUM names the browser, whatever PATH has."""
    machine.put("chromium", "exit 0")
    machine.put("mine", "exit 0")
    named = str(machine.folder / "mine")
    assert machine.run(CHROMIUM, CHROMIUM=named).stdout == f"{named}\n"


def test_a_named_chromium_that_does_not_start_is_not_replaced(machine: Machine) -> None:
    """A wrong CHROMIUM fails although PATH has another browser."""
    machine.put("chromium", "exit 0")
    done = machine.run(CHROMIUM, CHROMIUM="nowhere")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CHROMIUM=nowhere does not start" in done.stderr


def test_root_installs_a_chromium_and_says_so(machine: Machine) -> None:
    """As root, where there is none, the package manager is asked, aloud."""
    machine.put("id", "echo 0")
    made = machine.folder / "chromium"
    install = f'[ "$1" = install ] && touch {made} && chmod 755 {made}; exit 0'
    machine.put("apt-get", install)
    done = machine.run(CHROMIUM)
    assert (done.returncode, done.stdout) == (0, f"{made}\n")
    assert "installing the package 'chromium'" in done.stderr


def test_without_leave_to_install_it_says_what_to_do(machine: Machine) -> None:
    """An ordinary user without sudo is told the command, and the step fails."""
    machine.put("id", "echo 1000")
    machine.put("apt-get", "exit 100")
    done = machine.run(CHROMIUM)
    assert (done.returncode, done.stdout) == (1, "")
    assert "sudo apt-get install chromium" in done.stderr
    assert "make quick" in done.stderr


def test_a_package_manager_that_fails_is_not_believed(machine: Machine) -> None:
    """When the installation brings no browser, the step still fails with what to do."""
    machine.put("id", "echo 0")
    machine.put("apt-get", "exit 100")
    done = machine.run(CHROMIUM)
    assert done.returncode == 1
    assert "the browser tests need Chromium" in done.stderr


def test_nothing_else_of_the_environment_reaches_a_fresh_start() -> None:
    """Only what tells pip and npm where packages come from is passed on by `make fresh`."""
    from scripts.fresh import passed_on

    seen = passed_on(
        dict.fromkeys(["PIP_CONFIG_FILE", "NPM_CONFIG_CAFILE", "PATH", "HTTPS_PROXY"], "x")
        | os.environ
    )
    assert {"PIP_CONFIG_FILE", "NPM_CONFIG_CAFILE", "HTTPS_PROXY"} <= seen.keys()
    assert {"PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "PORT"} & seen.keys() == set()


def test_a_hidden_program_is_out_of_sight(tmp_path: Path) -> None:
    """The PATH of `make fresh` holds make and python3, and none of the hidden programs."""
    from scripts.fresh import HIDDEN, lay_out_programs

    lay_out_programs(tmp_path / "bin", Path("/usr/bin/python3"))
    path = str(tmp_path / "bin")
    assert shutil.which("make", path=path)
    assert shutil.which("python3", path=path)
    assert [name for name in HIDDEN if shutil.which(name, path=path)] == []
