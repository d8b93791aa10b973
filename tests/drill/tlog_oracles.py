"""Clients that are not ours verify our logs: tlog-scales (Python) and Go's x/mod/sumdb.

    python -m tests.drill.tlog_oracles

One log of 65,538 entries, as files, at the sizes 1 to 1,000 and around 65,536. Both clients open
every checkpoint, compute every root from our tiles and compare every leaf with our bundles, and
check every inclusion and every consistency proof between the sizes 1 to 1,000 (500,500 of each);
around 65,536, those of every 97th entry and size, and of all near 256 and 65,536. Proofs with one
bit flipped have to be refused. tlog-scales builds proofs of its own from our tiles, which have to
be the same.

Go: `apt-get install golang-go golang-golang-x-mod-dev` (Debian). Where one client is missing it
says so and fails: half the proof was not made.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from plainview.core.tlog import consistency_path, inclusion_path
from tests.sample_logs import LOG_KEY, SampleLog, sample_log

SMALL = range(1, 1_001)
LARGE = range(65_534, 65_539)
EVERY = 97
GO_SOURCES = Path("/usr/share/gocode")
SCALES_OWN_EVERY = 20
"""Of so many proofs tlog-scales builds one itself."""


class Proof(NamedTuple):
    """Inclusion ('I') of entry `first`, or consistency ('C') with size `first`; in lower case one
    that has to be refused."""

    kind: str
    first: int
    size: int
    path: list[bytes]

    def record(self) -> bytes:
        numbers = self.first.to_bytes(8, "big") + self.size.to_bytes(8, "big")
        return self.kind.encode() + numbers + bytes([len(self.path)]) + b"".join(self.path)


def near(size: int) -> list[int]:
    """The places of a large log that are looked at."""
    edges = {*range(250, 263), *range(size - 5, size)}
    return sorted({*range(0, size, EVERY), *edges} & set(range(size)))


def proofs(log: SampleLog) -> Iterator[Proof]:
    """Every proof that is checked, and after some of them one with a flipped bit."""
    for size in [*SMALL, *LARGE]:
        for index in range(size) if size in SMALL else near(size):
            yield from with_forgery(
                Proof("I", index, size, inclusion_path(index, size, log.hashes))
            )
        olds = range(1, size + 1) if size in SMALL else [*SMALL[::EVERY], 255, 256, 257, *LARGE]
        for old in (n for n in olds if n <= size):
            yield from with_forgery(Proof("C", old, size, consistency_path(old, size, log.hashes)))


def with_forgery(proof: Proof) -> Iterator[Proof]:
    yield proof
    if proof.path and (proof.first + proof.size) % EVERY == 0:
        at = proof.first % len(proof.path)
        flipped = bytes([proof.path[at][0] ^ 1]) + proof.path[at][1:]
        path = [*proof.path[:at], flipped, *proof.path[at + 1 :]]
        yield proof._replace(kind=proof.kind.lower(), path=path)


def write_log(folder: Path, log: SampleLog) -> int:
    """The log as files, with the unfilled tiles of every size; how many files."""
    files = {f"checkpoint/{size}": log.checkpoint(size) for size in [*SMALL, *LARGE]}
    files["vkey"] = LOG_KEY.vkey().encode()
    for size in SMALL:
        files |= log.files(size)
    for size in LARGE:
        files |= log.files(size)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return len(files)


def ask_go(folder: Path, stream: Path) -> bool:
    """Whether Go's client accepts all of it."""
    go = shutil.which("go")
    if not go or not (GO_SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        print("Go's x/mod/sumdb is NOT HERE: apt-get install golang-go golang-golang-x-mod-dev")
        return False
    program = folder / "oracle"
    env = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOFLAGS": "",
           "GOCACHE": str(folder / "cache")}  # fmt: skip
    source = Path(__file__).with_name("oracle.go")
    subprocess.run([go, "build", "-o", program, source], env=env, check=True)
    version = subprocess.run([go, "version"], capture_output=True, text=True, check=True).stdout
    print(f"x/mod/sumdb with {version.strip()}")
    with stream.open("rb") as proofs_file:
        done = subprocess.run(
            [program, folder / "log"],
            stdin=proofs_file,
            capture_output=True,
            text=True,
            check=False,
        )
    print("".join(f"  {line}\n" for line in (done.stdout + done.stderr).splitlines()), end="")
    return done.returncode == 0


def ask_scales(folder: Path, log: SampleLog) -> bool:
    """Whether tlog-scales accepts all of it."""
    try:
        from tlog_scales.backend import LocalBackend
        from tlog_scales.reader import TilesReader
        from tlog_scales.signing import Vkey
        from tlog_scales.tlog import (
            Checkpoint,
            ConsistencyProof,
            ConsistencyProofInvalid,
            InclusionProof,
            InclusionProofInvalid,
        )
    except ImportError as error:
        print(f"tlog-scales is NOT HERE ({error}): it is in requirements/dev.txt")
        return False
    from importlib.metadata import version

    print(f"tlog-scales {version('tlog-scales')}")
    key = Vkey.from_string((folder / "vkey").read_text())
    roots, leaves, entries = {}, [], 0
    reader = TilesReader(LocalBackend(folder))
    for size in [*SMALL, *LARGE]:
        head = Checkpoint.from_text((folder / f"checkpoint/{size}").read_text())
        head.verify(key)
        reader.set_size(size)
        reader.tile_cache.tiles.clear()
        if reader.calculate_root_hash() != head.root_hash or head.size != size:
            print(f"  REFUSED the tiles of size {size}")
            return False
        roots[size] = head.root_hash
        for index in range(size) if size in (1, 255, 256, 257, 1_000) else near(size)[-9:]:
            entries += 1
            if reader.get_entry(index) != log.entries[index]:
                print(f"  REFUSED entry {index} of size {size}")
                return False
    leaves = [reader.mth(n, n + 1) for n in range(LARGE[-1])]
    print(f"  {len(roots)} checkpoints opened, their roots from our tiles; {entries} entries read")
    count = dict.fromkeys("IiCc", 0)
    own = 0
    for n, proof in enumerate(proofs(log)):
        first, size, path = proof.first, proof.size, proof.path
        try:
            if proof.kind in "Ii":
                InclusionProof(first, size, path).check(leaves[first], roots[size])
            else:
                ConsistencyProof(first, size, path).check(roots[first], roots[size])
            is_accepted = True
        except (InclusionProofInvalid, ConsistencyProofInvalid):
            is_accepted = False
        if is_accepted != proof.kind.isupper():
            print(f"  REFUSED {proof.kind} {first} {size}")
            return False
        count[proof.kind] += 1
        if proof.kind.isupper() and n % SCALES_OWN_EVERY == 0:
            own += 1
            built = (
                reader.get_inclusion_proof(first, size)
                if proof.kind == "I"
                else reader.get_consistency_proof(first, size)
            )
            if built.node_hashes != path:
                print(f"  REFUSED {proof.kind} {first} {size}: it builds another")
                return False
    print(
        f"  inclusion {count['I']} accepted, {count['i']} refused; consistency {count['C']} "
        f"accepted, {count['c']} refused; {own} it built itself, the same"
    )
    return True


def main() -> int:
    """Ask both; 1 when one refuses, accepts a forgery, or is not here."""
    began = time.monotonic()
    log = sample_log(LARGE[-1])
    with tempfile.TemporaryDirectory(prefix="tlog-oracles-") as name:
        folder = Path(name)
        count = write_log(folder / "log", log)
        print(f"a log of {LARGE[-1]} entries in {count} files")
        stream = folder / "proofs"
        with stream.open("wb") as file:
            file.writelines(proof.record() for proof in proofs(log))
        is_held = [ask_go(folder, stream), ask_scales(folder / "log", log)]
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if all(is_held) else 1


if __name__ == "__main__":
    sys.exit(main())
