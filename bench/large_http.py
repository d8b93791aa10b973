"""Slates over HTTP at 1,000,000 videos, near sources by lists: what `http_slates` measures, at the
size that DESIGN names.

    python -m bench.large_http [--videos 1000000] [--viewers 400] [--seconds 15]

Rows, embeddings and lists are those of `large_slates`, which says what the lists recall; here they
stand in a data folder, published in the month before now. Below `lists_from` videos there are none.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench._large import large_rows, learned_table
from bench.http_slates import measure
from bench.large_day import fill_database, first_epoch
from plainview.core.catalogue import as_rows
from plainview.edge.data_folder import DataFolder
from plainview.edge.keys import make_keys
from tests.live import LiveService

READY_S = 600.0


def fill(root: Path, videos: int) -> None:
    """A folder with these videos, where the learner's kernel moved them, and one epoch."""
    DataFolder(root).prepare()
    make_keys(DataFolder(root).keys)
    rows, genre = large_rows(videos, start_ms=time.time_ns() // 1_000_000)
    learned = np.array(rows)
    learned["embedding"] = learned_table(rows, genre, watches=3 * videos)
    fill_database(root, as_rows(learned), 0)
    first_epoch(root, as_rows(learned))


def main(arguments: list[str] | None = None) -> None:
    """Fill a folder, start the service, measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--videos", type=int, default=1_000_000)
    parser.add_argument("--viewers", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=15.0)
    options: Any = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        root, began = Path(folder), time.perf_counter()
        fill(root, options.videos)
        print(f"load before {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        print(
            f"{options.videos:,} videos filled in {time.perf_counter() - began:.0f} s", flush=True
        )
        with LiveService(root, web=1, ready_s=READY_S) as service:
            asyncio.run(measure(service, viewers=options.viewers, seconds=options.seconds))
        print(f"load after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
