"""Every inclusion and consistency vector of transparency-dev/merkle, and C2SP's worked examples.

    PLAINVIEW_DATA=FOLDER python -m tests.drill.tlog_vectors

FOLDER holds `vectors/rfc6962-proofs` (github.com/transparency-dev/merkle, testdata) and
`vectors/spec_examples.json`; they are not part of this repository. Says so where they are missing,
and fails: nothing was proved.
"""

import base64
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from plainview.core.terms.hashing import EMPTY_ROOT, leaf_hash
from plainview.core.tlog import (
    Frontier,
    ProofRefused,
    Tile,
    check_consistency,
    check_inclusion,
    open_note,
    parse_vkey,
    partial_tiles,
)
from plainview.core.tlog.tiles import number_path

EXPECTED = {"inclusion": 98, "consistency": 98}
"""How many files there are of each; fewer would prove less than is said."""

Vector = dict[str, Any]


def bytes_of(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def consistency(vector: Vector) -> None:
    check_consistency(
        old=vector["size1"],
        old_root=bytes_of(vector["root1"]),
        new=vector["size2"],
        new_root=bytes_of(vector["root2"]),
        path=[bytes_of(step) for step in vector["proof"] or []],
    )


def inclusion(vector: Vector) -> None:
    check_inclusion(
        bytes_of(vector["leafHash"]),
        index=vector["leafIdx"],
        size=vector["treeSize"],
        root=bytes_of(vector["root"]),
        path=[bytes_of(step) for step in vector["proof"] or []],
    )


def is_accepted(check: Callable[[Vector], None], vector: Vector) -> bool:
    try:
        check(vector)
    except ProofRefused:
        return False
    return True


def run_proofs(folder: Path) -> list[str]:
    """The vectors that were not decided as they say."""
    wrong = []
    for kind, check in (("inclusion", inclusion), ("consistency", consistency)):
        said: Counter[bool] = Counter()
        files = sorted((folder / kind).rglob("*.json"))
        for path in files:
            vector = json.loads(path.read_text(encoding="utf-8"))
            said[not vector["wantErr"]] += 1
            if is_accepted(check, vector) == vector["wantErr"]:
                wrong.append(f"{kind}: {path.relative_to(folder)}")
        print(f"{kind:12} {said[True]:3} to accept, {said[False]:3} to refuse")
        if len(files) != EXPECTED[kind]:
            wrong.append(f"{kind}: {len(files)} files where {EXPECTED[kind]} are due")
    return wrong


def run_examples(path: Path) -> list[str]:
    """The worked examples that do not hold."""
    said = json.loads(path.read_text(encoding="utf-8"))
    note, log = said["signed_note"], said["tessera_log"]
    text, signed = open_note(note["note"].encode(), [parse_vkey(note["vkey"])])
    frontier, _ = Frontier().extend(leaf_hash(word.encode()) for word in log["leaves"])
    large, small = said["tiles_for_size_70000"], said["tiles_for_size_256"]
    widths = {tile.level: tile.width for tile in partial_tiles(70_000)}
    held = {
        "signed note": text == b"This is an example message.\n" and len(signed) == 1,
        "tile path": number_path(said["tile_path"]["index"]) == said["tile_path"]["path"],
        "tiles of 70,000": widths == {n: large[f"L{n}_" + "partial_width"] for n in (0, 1, 2)},
        "tiles of 256": partial_tiles(256) == [Tile(1, 0, small["L1_partial_width"])],
        "empty root": said["empty_root_hex"] == EMPTY_ROOT.hex(),
        "root of fifteen words": frontier.root() == bytes_of(log["root_15_b64"]),
    }
    for name, is_held in held.items():
        print(f"{name:24} {'held' if is_held else 'NOT HELD'}")
    return [name for name, is_held in held.items() if not is_held]


def main() -> int:
    """Decide every vector; 1 where one is decided otherwise than it says, or none are there."""
    data = os.environ.get("PLAINVIEW_DATA")
    folder = Path(data or "../shared/data") / "vectors"
    if not (folder / "rfc6962-proofs").is_dir():
        print("The vectors are not here. Set PLAINVIEW_DATA to the folder that holds `vectors`.")
        print("They are testdata of github.com/transparency-dev/merkle. Nothing was proved.")
        return 1
    wrong = run_proofs(folder / "rfc6962-proofs") + run_examples(folder / "spec_examples.json")
    for line in wrong:
        print(f"WRONG  {line}")
    print(f"{len(wrong)} decided otherwise than they say")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
