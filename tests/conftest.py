"""What all tests share: outside e2e and drills no test reaches a network, not even loopback."""

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"
DRILL = Path(__file__).parent / "drill"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn sockets on for the tests that start the real service, and for those alone."""
    for item in items:
        if E2E in item.path.parents or DRILL in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)
