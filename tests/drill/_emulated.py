"""A Python for aarch64 with our pinned packages, run by an emulator of that processor.

Debian's packages, unpacked into a folder and installed nowhere: qemu for this machine, and for
arm64 Python and what it needs; then the wheels of requirements/, by hash. apt and pip know where
they come from. All of it is kept under PLAINVIEW_DRILL_CACHE (or .cache): 350 MB.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
QEMU = ("qemu-aarch64-static", "qemu-aarch64")
WANTED = ("python3", "libstdc++6")
"""Packages of arm64, which bring the ones they need; wheels ask for the second."""
COMPILER = ("numba", "llvmlite")
OLDEST_GLIBC, NEWEST_GLIBC = 17, 41

APT_CONFIG = """
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; "{here}"; }};
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Log "{folder}/log";
Debug::NoLocking "true";
"""
"""An apt of its own: it takes the machine's sources, asks for no rights and changes nothing."""


class CannotEmulate(Exception):
    """What is missing, and what to do about it."""


class Emulated:
    """An aarch64 Python that runs here."""

    def __init__(self, qemu: Path, machine: Path, packages: Path) -> None:
        self.qemu, self.machine, self.packages = qemu, machine, packages

    def command(self, processor: str) -> list[str]:
        """What to put before Python's own arguments. -S: none of this machine's packages."""
        python = self.machine / "usr/bin/python3"
        return [str(self.qemu), "-cpu", processor, "-L", str(self.machine), str(python), "-S"]

    def told(self) -> str:
        """What emulates what, by their own words."""
        qemu = _run([str(self.qemu), "--version"]).splitlines()[0]
        program = "import platform as p; print(p.machine(), p.libc_ver()[1], p.python_version())"
        machine, glibc, python = _run([*self.command("max"), "-c", program]).split()
        return f"{qemu}; {machine}, glibc {glibc}, Python {python}"


def prepared() -> Emulated:
    """Fetch what is not here yet.

    Raises:
        CannotEmulate: Something is missing that this program must not install by itself.
    """
    cache = Path(os.environ.get("PLAINVIEW_DRILL_CACHE") or ROOT / ".cache") / "aarch64"
    with _made(cache / "machine") as folder:
        if folder:
            _say(f"fetching an emulator and an arm64 Python into {_short(folder)}, about 80 MB")
            _fetch_machine(folder)
    machine = cache / "machine/root"
    qemu = _installed() or cache / "machine/qemu"
    if not qemu.is_file():
        raise CannotEmulate(
            "no qemu for aarch64: apt-get install qemu-user-static, or remove "
            f"{_short(cache / 'machine')} to have it fetched"
        )
    pins = _pins()
    with _made(cache / f"packages-{sha256(pins.encode()).hexdigest()[:12]}") as folder:
        if folder:
            _say("fetching the pinned packages for aarch64, about 90 MB")
            _fetch_packages(folder, pins, python=(machine / "usr/bin/python3").resolve().name)
    packages = cache / f"packages-{sha256(pins.encode()).hexdigest()[:12]}"
    return Emulated(qemu, machine, packages)


def _fetch_machine(folder: Path) -> None:
    for program in ("apt-get", "dpkg", "dpkg-deb"):
        if not shutil.which(program):
            raise CannotEmulate(
                f"no {program} here. The emulated machine is made of Debian's packages: run this "
                "drill on Debian or Ubuntu, or in a container of one (debian:12 will do)"
            )
    here = _run(["dpkg", "--print-architecture"]).strip()
    for name in ("state/lists/partial", "cache/archives/partial", "log", "root", "tools"):
        (folder / name).mkdir(parents=True)
    (folder / "status").touch()
    (folder / "config").write_text(APT_CONFIG.format(here=here, folder=folder))
    _apt(folder, "update", "-q")
    arm64 = [f"{name}:arm64" for name in WANTED]
    _apt(folder, "install", "-qq", "-y", "-d", "--no-install-recommends", *arm64)
    _unpack(folder / "cache/archives", folder / "root")
    if not (folder / "root/lib").exists():  # newer releases leave this link to another package
        (folder / "root/lib").symlink_to("usr/lib")
    if not _installed():
        for name in ("qemu-user-static", "qemu-user"):
            if not (folder / "qemu").exists():
                _apt(folder, "download", "-qq", f"{name}:{here}")
                _unpack(folder, folder / "tools")
                for found in filter(Path.is_file, (folder / "tools/usr/bin" / n for n in QEMU)):
                    shutil.copy(found, folder / "qemu")
    for left in ("state", "cache", "log", "tools"):
        shutil.rmtree(folder / left)


def _apt(folder: Path, *arguments: str) -> None:
    try:
        _run(["apt-get", *arguments], cwd=folder, APT_CONFIG=str(folder / "config"))
    except subprocess.CalledProcessError as error:
        raise CannotEmulate(
            f"apt-get {' '.join(arguments)} did not work:\n{error.stderr.strip()[-1500:]}\n"
            "It needs a network, and sources that have arm64 packages too (Debian's have; "
            "Ubuntu keeps arm64 elsewhere: add that source)"
        ) from error


def _unpack(archives: Path, into: Path) -> None:
    for archive in sorted(archives.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(archive), str(into)])
        archive.unlink()


def _pins() -> str:
    """The pins, with hashes, of what a checker needs and of the compiler of kernels."""
    base, server = ((ROOT / f"requirements/{n}.txt").read_text() for n in ("base", "server"))
    entries = server.replace("\\\n", "\\\0").splitlines()
    compiler = [line for line in entries if line.startswith(tuple(f"{n}==" for n in COMPILER))]
    return base + "\n".join(compiler).replace("\0", "\n") + "\n"


def _fetch_packages(folder: Path, pins: str, *, python: str) -> None:
    requirements = folder.with_name("requirements.txt")
    requirements.write_text(pins)
    glibcs = range(OLDEST_GLIBC, NEWEST_GLIBC + 1)
    platforms = ["manylinux2014_aarch64", *(f"manylinux_2_{n}_aarch64" for n in glibcs)]
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
               "--no-input", "--no-compile", "--no-deps", "--only-binary=:all:", "--require-hashes",
               "--python-version", python.removeprefix("python"), "--target", str(folder),
               *(f"--platform={name}" for name in platforms), "-r", str(requirements)]  # fmt: skip
    try:
        _run(command)
    except subprocess.CalledProcessError as error:
        raise CannotEmulate(
            f"pip could not fetch the wheels of aarch64:\n{error.stderr.strip()[-1500:]}\n"
            "Behind a proxy or a mirror, set pip's own variables"
        ) from error


@contextmanager
def _made(folder: Path) -> Iterator[Path | None]:
    """An empty folder to fill, which then becomes `folder`; None if that is there already."""
    if folder.is_dir():
        yield None
        return
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    yield new
    new.rename(folder)


def _installed() -> Path | None:
    return next((Path(path) for name in QEMU if (path := shutil.which(name))), None)


def _run(command: Sequence[str], *, cwd: Path = ROOT, **env: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | {"LC_ALL": "C"} | env,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def _say(text: str) -> None:
    print(text, flush=True)
