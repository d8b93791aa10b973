"""The vectors of the log, held against the code and against what can be said without it."""

import base64
import json

import pytest

from plainview.core.terms.hashing import leaf_hash
from plainview.core.tlog import (
    Answer,
    Refused,
    Seen,
    TlogError,
    check_consistency,
    check_inclusion,
    check_proof_file,
    decide,
    judge_checkpoint,
    keys_by_origin,
    parse_path,
    parse_policy,
    parse_vkey,
    read_submission,
)
from tests.golden.tlog_vectors import PATH, vectors
from tests.sample_logs import recursive_root

VECTORS = json.loads(PATH.read_text(encoding="utf-8"))
LEAVES = [leaf_hash(f"entry {n}".encode()) for n in range(600)]
POLICY = parse_policy(VECTORS["policy"].encode())


def test_the_file_is_what_the_code_makes() -> None:
    """The committed vectors are the ones this code writes, byte for byte in meaning."""
    assert vectors() == VECTORS


def test_roots_are_those_of_the_definition() -> None:
    """Each root is that of RFC 6962's recursive definition over the entries the file describes."""
    for vector in VECTORS["roots"]:
        assert base64.b64decode(vector["root"]) == recursive_root(LEAVES[: vector["size"]])


def test_proofs_hold() -> None:
    """Each inclusion and consistency path leads to the roots of the definition."""
    for vector in VECTORS["inclusion"]:
        check_inclusion(
            LEAVES[vector["index"]],
            index=vector["index"],
            size=vector["size"],
            root=recursive_root(LEAVES[: vector["size"]]),
            path=[base64.b64decode(step) for step in vector["path"]],
        )
    for vector in VECTORS["consistency"]:
        old, new = vector["old"], vector["new"]
        check_consistency(
            old=old,
            old_root=recursive_root(LEAVES[:old]),
            new=new,
            new_root=recursive_root(LEAVES[:new]),
            path=[base64.b64decode(step) for step in vector["path"]],
        )


def test_paths_read_back() -> None:
    """Every path in the file is the path of the tile beside it."""
    for vector in VECTORS["paths"]:
        tile = parse_path(vector["path"])
        assert [tile.level, tile.index, tile.width] == [
            vector["level"], vector["index"], vector["width"],
        ]  # fmt: skip


@pytest.mark.parametrize("vector", VECTORS["checkpoints"], ids=lambda vector: vector["why"])
def test_checkpoints_are_judged_as_said(vector: dict[str, object]) -> None:
    """Each note is witnessed by those named, or refused where nobody is."""
    note = str(vector["note"]).encode()
    if "witnesses" not in vector:
        with pytest.raises(TlogError):
            judge_checkpoint(note, POLICY)
        return
    judged = judge_checkpoint(note, POLICY)
    assert sorted(judged.times_s) == vector["witnesses"]
    assert judged.is_quorum == (len(judged.times_s) >= 2)


def test_the_proof_file_convinces() -> None:
    """The proof file shows its entry to be in the log under two of three witnesses."""
    proof = VECTORS["proof"]
    check_proof_file(proof["file"].encode(), entry=proof["entry"].encode(), policy=POLICY)


@pytest.mark.parametrize("vector", VECTORS["witness"]["requests"], ids=lambda vector: vector["why"])
def test_a_witness_answers_as_said(vector: dict[str, object]) -> None:
    """Each request gets its status from a witness that last cosigned the size said."""
    size = VECTORS["witness"]["seen"]
    logs = keys_by_origin([parse_vkey(VECTORS["keys"]["log"]["vkey"])])
    try:
        answer = decide(
            read_submission(str(vector["body"]).encode(), logs),
            Seen(size, recursive_root(LEAVES[:size])),
        )
    except Refused as refused:
        answer = refused.answer
    assert (answer.status if isinstance(answer, Answer) else 200) == vector["status"]
