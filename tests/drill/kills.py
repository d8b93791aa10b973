"""50 real SIGKILLs of writer, web and worker at random moments under load, and the full audit."""

import tempfile
from pathlib import Path

from tests.fault.test_kill import kill_and_audit


def main() -> None:
    """Kill 50 times in one life of the service."""
    with tempfile.TemporaryDirectory() as folder:
        print(kill_and_audit(Path(folder), kills=50))


if __name__ == "__main__":
    main()
