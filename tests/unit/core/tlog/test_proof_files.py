"""tlog-proof files: one file, an entry and a policy decide."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.tlog import (
    BadNote,
    BadProofFile,
    ProofFile,
    ProofRefused,
    QuorumMissing,
    SignatureFails,
    check_proof_file,
    inclusion_path,
    parse_proof_file,
)
from tests.sample_logs import cosigned, sample_log, sample_policy

LOG = sample_log(300)
POLICY = sample_policy("a.example", "b.example", "c.example", threshold=2)
NOTE = cosigned(LOG.checkpoint(300), "a.example", "c.example")
PROOF = ProofFile(17, tuple(inclusion_path(17, 300, LOG.hashes)), NOTE)
FILE = PROOF.encode()
ENTRY = LOG.entries[17]


def test_the_lines_of_a_file() -> None:
    """Header, extra if any, index, path from the leaf up, an empty line, the checkpoint."""
    small = sample_log(2)
    proof = ProofFile(0, (small.hashes.read_hashes([(0, 1)])[0],), b"NOTE\n", b"abc")  # type: ignore[list-item]
    lines = proof.encode().split(b"\n")
    assert lines[:3] == [b"c2sp.org/tlog-proof@v1", b"extra YWJj", b"index 0"]
    assert len(lines[3]) == 44
    assert lines[4:] == [b"", b"NOTE", b""]
    assert parse_proof_file(proof.encode()) == proof


@given(st.integers(1, 300), st.data())
def test_every_entry_has_its_proof(size: int, data: st.DataObject) -> None:
    """For any entry of any tree the file convinces, of that entry and of no other."""
    index = data.draw(st.integers(0, size - 1))
    note = cosigned(LOG.checkpoint(size), "a.example", "b.example")
    file = ProofFile(index, tuple(inclusion_path(index, size, LOG.hashes)), note).encode()
    judged = check_proof_file(file, entry=LOG.entries[index], policy=POLICY)
    assert judged.opened.checkpoint.size == size
    with pytest.raises(ProofRefused):
        check_proof_file(file, entry=b"another", policy=POLICY)


def test_a_file_reads_back() -> None:
    """What was written is read, with extra data and without, and an empty extra is not none."""
    assert parse_proof_file(FILE) == PROOF
    empty = ProofFile(17, PROOF.path, NOTE, b"")
    assert parse_proof_file(empty.encode()) == empty != PROOF


def test_what_a_file_cannot_prove() -> None:
    """Too few witnesses, a touched checkpoint or path, another index: each is told apart."""
    lonely = ProofFile(17, PROOF.path, cosigned(LOG.checkpoint(300), "b.example")).encode()
    for file, error in [
        (lonely, QuorumMissing),
        (FILE.replace(b"\n300\n", b"\n301\n"), SignatureFails),
        (FILE.replace(b"index 17", b"index 16"), ProofRefused),
        (ProofFile(17, PROOF.path[1:], NOTE).encode(), ProofRefused),
        (ProofFile(300, PROOF.path, NOTE).encode(), ProofRefused),
        (FILE[: FILE.index(b"\n\n") + 2], BadNote),
    ]:
        with pytest.raises(error):
            check_proof_file(file, entry=ENTRY, policy=POLICY)


@pytest.mark.parametrize(
    "data",
    [
        b"", FILE[1:], FILE.replace(b"@v1", b"@v2"), FILE.replace(b"index 17\n", b""),
        FILE.replace(b"index 17", b"index 017"), FILE.replace(b"index 17", b"index -1"),
        FILE.replace(b"index 17", b"index  17"), FILE.replace(b"index 17", b"extra A\nindex 17"),
        FILE.replace(b"index 17", b"extra \xc3\xa9\nindex 17"),
        FILE.replace(b"index 17", b"index 17\nextra YWJj"),
        FILE.replace(b"index 17", b"index 17\nAAAA"),
        FILE.replace(b"\n", b"\r\n"), FILE.partition(b"\n\n")[0], b"x" * 1_000_000,
        ProofFile(17, (b"x" * 32,) * 64, NOTE).encode(),
    ],
)  # fmt: skip
def test_what_is_no_proof_file(data: bytes) -> None:
    """Another version, a missing or odd index, extra data in another place, a step that is no hash
    and more than 63 of them are refused."""
    with pytest.raises(BadProofFile):
        parse_proof_file(data)
