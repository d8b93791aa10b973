"""The vectors of the log. `python -m tests.golden.tlog_vectors` writes them again."""

import base64
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from plainview.core.tlog import (
    Checkpoint,
    ProofFile,
    TileReader,
    changed_tiles,
    consistency_path,
    encode_bundle,
    encode_policy,
    encode_submission,
    inclusion_path,
    partial_tiles,
    sign_checkpoint,
    sign_text,
    witness_key,
)
from plainview.core.tlog.tiles import Tile
from tests.sample_logs import (
    LOG_KEY,
    ORIGIN,
    TIME_S,
    cosigned,
    private_key,
    sample_log,
    sample_policy,
)

PATH = Path(__file__).parents[2] / "specs" / "vectors" / "tlog-v1.json"
LOG = sample_log(600)
FORK = sample_log(600, fork_at=100)
WITNESSES = ("w1.example", "w2.example", "w3.example")
SIZES = (0, 1, 2, 3, 7, 8, 255, 256, 257, 512, 600)
PROVEN = ((0, 1), (0, 2), (6, 7), (3, 8), (254, 255), (0, 257), (256, 257), (599, 600))
GROWN = ((1, 2), (3, 7), (4, 7), (6, 7), (8, 8), (255, 256), (256, 257), (256, 600), (511, 600))
POLICY = sample_policy(*WITNESSES, threshold=2)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hashes(path: list[bytes]) -> list[str]:
    return [_b64(step) for step in path]


def _checkpoints() -> list[dict[str, Any]]:
    note = LOG.checkpoint(600)
    text = note[: note.rindex(b"\n\n") + 1]
    new = sign_text(text, name=ORIGIN, private_key=private_key("new")).line()
    other = sign_checkpoint(
        Checkpoint("other.example", 600, LOG.root(600)), private_key=private_key(ORIGIN)
    )
    by_two = cosigned(note, WITNESSES[0], WITNESSES[2])
    cases = [
        ("signed by the log alone", note, []),
        ("two of three", by_two, ["w1", "w3"]),
        ("one of three, twice", cosigned(cosigned(note, WITNESSES[1]), WITNESSES[1]), ["w2"]),
        ("two and a stranger", cosigned(by_two, "eve.example"), ["w1", "w3"]),
        ("an unknown key of the log's name", by_two + new, ["w1", "w3"]),
        ("a size the log did not sign", by_two.replace(b"\n600\n", b"\n601\n"), None),
        ("a cosignature of another head", note + cosigned(
            FORK.checkpoint(600), WITNESSES[0])[len(note) :], None),
        ("signed by an unknown key alone", LOG.checkpoint(600, signer="eve"), None),
        ("another origin", other.encode(), None),
        ("no blank line", note.replace(b"\n\n", b"\n"), None),
        ("a size with a leading zero", note.replace(b"\n600\n", b"\n0600\n"), None),
    ]  # fmt: skip
    return [
        {"why": why, "note": data.decode(), "witnesses": names}
        if names is not None
        else {"why": why, "note": data.decode()}
        for why, data, names in cases
    ]


def _asked() -> list[dict[str, Any]]:
    """Requests to a witness that last cosigned size 257."""
    path = consistency_path(257, 600, LOG.hashes)
    note = LOG.checkpoint(600)
    other = sign_checkpoint(
        Checkpoint("other.example", 600, LOG.root(600)), private_key=private_key("other.example")
    )
    cases = [
        (200, "it grew", LOG.submission(257, 600)),
        (200, "the same head again", LOG.submission(257, 257)),
        (400, "old is above the size", encode_submission(601, [], note)),
        (400, "no checkpoint", b"old 257\n\n"),
        (400, "old with a leading zero", LOG.submission(257, 600).replace(b"old ", b"old 0")),
        (400, "64 hashes", encode_submission(257, [b"x" * 32] * 64, note)),
        (403, "an unknown key", encode_submission(257, path, LOG.checkpoint(600, signer="eve"))),
        (403, "a failing key", LOG.submission(257, 600).replace(b"\n600\n", b"\n601\n")),
        (404, "another log", encode_submission(0, [], other.encode())),
        (409, "from nothing", LOG.submission(0, 600)),
        (409, "from a smaller head", LOG.submission(256, 600)),
        (409, "the same size, another root", FORK.submission(257, 257)),
        (409, "a rollback", LOG.submission(255, 255)),
        (422, "a fork with its own proof", FORK.submission(257, 600)),
        (422, "no proof", encode_submission(257, [], note)),
        (422, "a hash too many", encode_submission(257, [*path, b"x" * 32], note)),
    ]
    return [{"status": s, "why": why, "body": body.decode()} for s, why, body in cases]


def vectors() -> dict[str, Any]:
    """What the file holds."""
    files = LOG.files(600)
    reader = TileReader(size=600, root=LOG.root(600), fetch=files.get)
    proof = ProofFile(
        257,
        tuple(inclusion_path(257, 600, reader)),
        cosigned(LOG.checkpoint(600), *WITNESSES[:2]),
        b"extra",
    )
    return {
        "entries": "entry N, for N from 0, in ASCII",
        "keys": {
            "log": {"vkey": LOG_KEY.vkey(), "private": _b64(private_key(ORIGIN))},
            **{
                name: {
                    "vkey": witness_key(name, private_key(name)).vkey(),
                    "private": _b64(private_key(name)),
                }
                for name in WITNESSES
            },
        },
        "time_s": TIME_S,
        "roots": [{"size": n, "root": _b64(LOG.root(n))} for n in SIZES],
        "inclusion": [
            {"index": i, "size": n, "path": _hashes(inclusion_path(i, n, reader))}
            for i, n in PROVEN
        ],
        "consistency": [
            {"old": m, "new": n, "path": _hashes(consistency_path(m, n, reader))} for m, n in GROWN
        ],
        "tiles": [
            {"path": path, "sha256": sha256(data).hexdigest()}
            for path, data in sorted(files.items())
        ],
        "changed": [
            {"old": old, "new": new, "paths": [tile.path() for tile in changed_tiles(old, new)]}
            for old, new in ((0, 1), (255, 257), (65_535, 65_537))
        ],
        "partial": [
            {"size": n, "paths": [tile.path() for tile in partial_tiles(n)]}
            for n in (1, 256, 70_000)
        ],
        "paths": [
            {"level": t.level, "index": t.index, "width": t.width, "path": t.path()}
            for t in (Tile(0, 1234067), Tile(-1, 1234067, 1), Tile(63, 999, 255))
        ],
        "bundle": {"entries": ["ab", "", "c"], "bytes": encode_bundle([b"ab", b"", b"c"]).hex()},
        "policy": encode_policy(POLICY).decode(),
        "checkpoints": _checkpoints(),
        "proof": {"entry": "entry 257", "file": proof.encode().decode()},
        "witness": {"seen": 257, "requests": _asked()},
    }


def write() -> None:
    """Write the file."""
    text = json.dumps(vectors(), indent=1, ensure_ascii=True, sort_keys=True)
    PATH.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
