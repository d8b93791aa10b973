"""What `plainview up` keeps in memory beside its children: for as long as the service runs."""

import subprocess
import sys
from pathlib import Path

STARTS = """
import sys
from pathlib import Path
import plainview.app.cli
from plainview.app.supervisor import Supervisor, listen, make_operator_key
from plainview.edge.keys import make_keys
Path(sys.argv[1]).mkdir()
make_keys(Path(sys.argv[1]))
print(sorted({"numpy", "numba", "cryptography", "litestar"} & set(sys.modules)))
"""


def test_a_supervisor_holds_nothing_to_compute_with(tmp_path: Path) -> None:
    """It starts processes and makes keys; arrays, kernels, signatures, HTTP are its children's."""
    done = subprocess.run(
        [sys.executable, "-c", STARTS, f"{tmp_path}/keys"], check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
