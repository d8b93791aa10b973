"""How fast the log's proofs are made and verified, how fast `plainview check` goes, and what others
have published: other logs, and zero-knowledge proofs of a network.

    python -m bench.proofs [--sizes 1000,100000,1000000] [--receipts 2000]

Rates are of processor time, one process and thread, everything in memory. *Made* is RFC 6962's path
from known subtree hashes; *verified* is what a client does with it. An interval's path is made from
all of its commitments each time, as the service does when it is asked. The check is the whole one
of `plainview check`, over a simulated week of a small honest edition: its log, catalogue and
receipts with no replay, then with replays; what the replays cost is the difference. The figures of
others stand as they published them, measured on their machines: they give a scale, not a race.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from itertools import cycle
from typing import Final

import numpy as np

from bench._published import say_published_logs
from bench._world import START_MS
from plainview.audit.check.check import Wanted, check
from plainview.audit.check.receipts_file import ReceiptsFile
from plainview.core.feed.kernels import NUMBA, NUMPY, Kernels
from plainview.core.history import (
    Interval,
    IntervalProof,
    batch_of,
    check_receipt_logged,
    commitment,
    interval_path,
)
from plainview.core.learn import load_weights, starting_weights
from plainview.core.terms.hashing import leaf_hash, node_hash
from plainview.core.terms.weights import VIDEO_FEATURES, VIEWER_FEATURES
from plainview.core.tlog import (
    Checkpoint,
    Place,
    Policy,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    check_consistency,
    check_inclusion,
    consistency_path,
    cosign_text,
    inclusion_path,
    log_key,
    open_checkpoint,
    require_quorum,
    sign_checkpoint,
    tree_root,
    witness_key,
)
from tests.drill.check_week import live_a_week
from tests.honest_world import HonestWorld

PROOFS, AT_LEAST_S, CANDIDATES = 512, 0.5, 400
KERNELS: Final = (NUMPY, *([NUMBA] if NUMBA is not None else []))
WITNESSES = ("library", "court", "press")
PROVERS = (
    ("ezkl, 10,497 parameters", 10_497, 1.484),
    ("ezkl, 1,041,225 parameters", 1_041_225, 147.472),
    ("ezkl, dense, about 4,000,000", 4_000_000, 126.831),
    ("DeepProve, dense, about 4,000,000", 4_000_000, 2.335),
)
PROVER_SOURCES = """\
  sources: docs.spectral.finance "zkML Proof Generation" (rows 1 and 2: a laptop, networks of a
  shape not stated); github.com/Lagrange-Labs/deep-prove README.md at 2bbc4d95 (rows 3 and 4, the
  machine not stated). For a slate: scaled by parameters, which is our assumption. A proof covers
  the network alone and nothing else of a slate; in return it hides the weights, and whoever
  checks it does not need them."""


def rate(work: Callable[[], object]) -> float:
    """How often a second of processor time `work` can be done."""
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < AT_LEAST_S:
        for _ in range(8):
            work()
        done += 8
    return done / spent


def per_second(made: float, verified: float) -> str:
    """Two rates as they stand in a line."""
    return f"{made:>9,.0f}/s made {verified:>9,.0f}/s verified"


class Levels:
    """A tree in memory, one string of hashes a level: a million leaves in 64 MB."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        row, self._levels = list(leaves), list[bytes]()
        while row:
            self._levels.append(b"".join(row))
            row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]

    def read_hashes(self, places: Sequence[Place]) -> list[bytes]:
        """See `HashReader`."""
        return [self._levels[level][32 * n : 32 * n + 32] for level, n in places]


def tree_proofs(size: int) -> None:
    """Inclusion and consistency in a log of `size` entries."""
    leaves = [leaf_hash(b"%d" % n) for n in range(size)]
    began = time.process_time()
    tree = Levels(leaves)
    root, built_s = tree_root(size, tree), time.process_time() - began
    # Strides that meet every part of the tree, the ragged right edge too.
    indexes = [size - 1, *(n * 7919 % size for n in range(1, PROOFS))]
    paths = [inclusion_path(index, size, tree) for index in indexes]
    at, held = cycle(indexes), cycle(list(zip(indexes, paths, strict=True)))

    def include() -> None:
        index, path = next(held)
        check_inclusion(leaves[index], index=index, size=size, root=root, path=path)

    made, verified = rate(lambda: inclusion_path(next(at), size, tree)), rate(include)
    print(
        f"log of {size:>9,}   inclusion    {per_second(made, verified)}   path"
        f" {max(map(len, paths))} hashes; all its subtrees hashed in {built_s:.2f} s"
    )
    olds = [max(1, index) for index in indexes[1:]]
    steps = [(old, tree_root(old, tree), consistency_path(old, size, tree)) for old in olds]
    sizes, grown = cycle(olds), cycle(steps)

    def follow() -> None:
        old, old_root, path = next(grown)
        check_consistency(old=old, old_root=old_root, new=size, new_root=root, path=path)

    made, verified = rate(lambda: consistency_path(next(sizes), size, tree)), rate(follow)
    print(f"{'':18} consistency  {per_second(made, verified)}", flush=True)


def interval_proofs(receipts: int) -> None:
    """A receipt's place in an interval of so many."""
    record, salt = b"r" * 2_000, bytes(32)
    commitments = [commitment(sha256(b"%d" % n).digest(), b"x") for n in range(receipts)]
    index = receipts * 2 // 3
    commitments[index] = commitment(salt, record)
    path = interval_path(commitments, index)
    proof = IntervalProof(salt=salt, interval=1, entry=1, index=index, path=path)
    interval = Interval(
        at_ms=START_MS, number=1, from_ms=START_MS - 1_000, to_ms=START_MS,
        receipts=batch_of(commitments), events=batch_of([]),
    )  # fmt: skip
    made = rate(lambda: interval_path(commitments, index))
    verified = rate(lambda: check_receipt_logged(record, proof=proof, interval=interval))
    print(f"interval of {receipts:>6,}   receipt     {per_second(made, verified)}", flush=True)


def checkpoints() -> None:
    """A signed head: signed and opened, and held against two of three witnesses."""
    keys = {name: sha256(name.encode()).digest() for name in ("log", *WITNESSES)}
    head = Checkpoint("plainview/bench", 1_000_000, sha256(b"root").digest())
    note = sign_checkpoint(head, private_key=keys["log"])
    key = log_key(head.origin, keys["log"])
    signed = rate(lambda: sign_checkpoint(head, private_key=keys["log"]))
    opened = rate(lambda: open_checkpoint(note.encode(), [key]))
    print(f"checkpoint {'':20} {signed:>9,.0f}/s signed {opened:>7,.0f}/s verified")
    cosigned = note
    for name in WITNESSES:
        made = cosign_text(note.text, name=f"{name}.example", private_key=keys[name], time_s=1)
        cosigned = type(note)(note.text, (*cosigned.signatures, made))
    policy = Policy(
        logs=(PolicyLog(key),),
        witnesses=tuple(
            PolicyWitness(name, witness_key(f"{name}.example", keys[name])) for name in WITNESSES
        ),
        groups=(PolicyGroup("two", 2, WITNESSES),),
        quorum="two",
    )
    judged = rate(lambda: require_quorum(cosigned.encode(), policy))
    print(f"  with its quorum, 2 of 3 witnesses {'':14} {judged:>9,.0f}/s verified", flush=True)


def one_check(
    world: HonestWorld, file: ReceiptsFile, *, sample: int, kernels: Kernels
) -> tuple[float, int]:
    """Processor seconds of a whole check, which must find nothing amiss; how many were replayed."""
    began = time.process_time()
    report, _ = check(
        world, name="bench", wanted=Wanted(seed=1, sample=sample), receipts=file, kernels=kernels
    )
    spent = time.process_time() - began
    assert not report.findings, report.findings[0].words
    assert report.counts["receipts found in the log"] == file.count
    return spent, report.counts.get("slates replayed the same", 0)


def checks(receipts: int) -> float:
    """The check of a simulated week: inclusion and lawful order, then replays. Returns the seconds
    that one slate's replay takes with the best kernels there are."""
    world, slate_s = HonestWorld(videos=2_400), 0.0
    live_a_week(world, receipts=receipts, viewers=max(1, receipts // 50), epochs=12, files=3)
    file = world.receipts_file()
    bare_s = min(one_check(world, file, sample=0, kernels=NUMPY)[0] for _ in range(2))
    print(
        f"check    {file.count:,} receipts, {len(world.entries):,} entries,"
        f" {len(world.pocket.epochs)} epochs, 2,400 videos: inclusion and lawful order"
        f" {bare_s:.2f} s, {file.count / bare_s:,.0f} receipts/s", flush=True,
    )  # fmt: skip
    for kernels in KERNELS:
        one_check(world, file, sample=8, kernels=kernels)  # what is compiled is compiled now
        whole_s, replayed = one_check(world, file, sample=receipts // 2, kernels=kernels)
        slate_s = (whole_s - bare_s) / replayed
        print(
            f"  with {replayed:,} replays, {kernels.name:<6} {whole_s:.2f} s:"
            f" {1 / slate_s:,.0f} replays/s", flush=True,
        )  # fmt: skip
    return slate_s


def beside_zero_knowledge(slate_s: float) -> None:
    """A slate replayed, and the network's part of it, beside published proofs of a network."""
    weights = load_weights(starting_weights())
    layers = (*weights.hidden, weights.heads)
    size = sum(layer.weight.size + layer.bias.size for layer in layers)
    draw, network_s = np.random.default_rng(1), 0.0
    viewer = draw.integers(-127, 128, len(VIEWER_FEATURES)).astype(np.int8)
    videos = draw.integers(-127, 128, (CANDIDATES, len(VIDEO_FEATURES))).astype(np.int8)
    print(f"network  {size:,} parameters x {CANDIDATES} candidates of a slate")
    for kernels in KERNELS:
        network_s = 1 / rate(partial(kernels.forward, weights, viewer, videos))
        print(f"  recomputed, {kernels.name:<6} {network_s * 1e6:8.0f} us a slate")
    print(f"  whole slate replayed {slate_s * 1e6:7,.0f} us")
    for name, parameters, proof_s in PROVERS:
        scaled_s = proof_s * size * CANDIDATES / parameters
        print(
            f"  published: {name:<34} {proof_s:8.3f} s a proof; for a slate {scaled_s:6.1f} s:"
            f" {scaled_s / network_s:.0e} x our network, {scaled_s / slate_s:.0e} x our replay"
        )
    print(PROVER_SOURCES, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--receipts", type=int, default=2_000)
    options = parser.parse_args(arguments)
    print("rates of processor time, one thread")
    for size in options.sizes.split(","):
        tree_proofs(int(size))
    for receipts in (100, 1_000, 10_000):
        interval_proofs(receipts)
    checkpoints()
    beside_zero_knowledge(checks(options.receipts))
    say_published_logs()


if __name__ == "__main__":
    main()
