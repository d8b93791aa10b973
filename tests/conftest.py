"""What all tests share.

Outside e2e no test reaches a network, not even loopback. Hypothesis sets no deadline:
how long an example takes says more about who else uses the machine.
"""

from pathlib import Path

import hypothesis
import pytest

E2E = Path(__file__).parent / "e2e"

hypothesis.settings.register_profile("house", deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Turn sockets on for the tests that start the real service, and for those alone."""
    for item in items:
        if E2E in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)
