"""Changing the root of trust: versions, signatures, and what may not be."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from plainview.core.history import BadTrust, Trust, check_trust, parse_entry, parse_trust
from plainview.core.tlog import BadPolicy, log_key, witness_key
from plainview.edge.memory_log import FixedRootSigner
from plainview.flows.change_trust import change_trust
from plainview.flows.verify_log import verify_log
from plainview.ports.commands import Refused
from plainview.ports.tlog import RecordTrust, TrustRecord
from tests.edition import Edition

WITNESS = witness_key("witness.example/ann", b"w" * 32).vkey()


@pytest.fixture
def edition(tmp_path: Path) -> Iterator[Edition]:
    edition = Edition(tmp_path, videos=10)
    yield edition
    edition.close()


def change(edition: Edition, **changes: object) -> TrustRecord:
    fields: dict[str, object] = {
        "reads": edition.log_reads, "writer": edition.writer, "objects": edition.objects,
        "root": FixedRootSigner(), "at_ms": edition.clock.now_ms(), **changes,
    }  # fmt: skip
    return change_trust(**fields)  # type: ignore[arg-type]


def test_each_version_follows_from_the_one_before(edition: Edition) -> None:
    """Witnesses, then the log's key, then a receipt key: versions 2, 3, 4, each signed, logged and
    kept as an object, and each leaves the rest as it was."""
    before = edition.log_reads.trust()
    assert before is not None
    policy = f"witness ann {WITNESS} https://ann.example\nquorum ann\n".encode()
    change(edition, witnesses=policy)
    new_key = log_key("plainview/test", b"n" * 32)
    change(edition, log_keys=[new_key.vkey()])
    kept = parse_trust(before.document).receipt_keys
    change(edition, receipt_keys=[*kept, b64encode(b"r" * 32).decode()])
    entries = [parse_entry(body) for body in edition.log_reads.log_entries(0, count=99)]
    trusts = [entry for entry in entries if isinstance(entry, Trust)]
    document = None
    for trust in trusts:
        signatures = [(one.key, one.signature) for one in trust.signatures]
        document = check_trust(trust.document.encode(), signatures, before=document)
    assert document is not None
    assert document.version == 4
    assert [witness.name for witness in document.witnesses.witnesses] == ["ann"]
    assert document.log_keys == (new_key.vkey(),)
    assert set(kept) < set(document.receipt_keys)
    stored = edition.log_reads.trust()
    assert stored is not None
    assert edition.log_reads.trust_entry(4) == stored.entry == len(entries) - 1
    edition.publish()
    verify_log(
        reads=edition.log_reads, serving=edition.reads, files=edition.log_files,
        keys=edition.publisher.keys,
    )  # fmt: skip


def test_another_root_key_changes_nothing(edition: Edition) -> None:
    """A version that the root key in force did not sign is not logged."""
    count = edition.log_reads.entries_count()
    with pytest.raises(BadTrust, match="must"):
        change(edition, root=FixedRootSigner(b"x" * 32))
    assert edition.log_reads.entries_count() == count


@pytest.mark.parametrize("policy", [b"", b"witness ann nokey\nquorum ann\n", b"quorum ben\n"])
def test_a_file_that_is_no_policy_changes_nothing(edition: Edition, policy: bytes) -> None:
    """What cannot be read as a policy is refused with its line."""
    with pytest.raises(BadPolicy):
        change(edition, witnesses=policy)
    stored = edition.log_reads.trust()
    assert stored is not None
    assert stored.version == 1


def test_two_at_once_make_one_version(edition: Edition) -> None:
    """The second version 2 is refused; the first again changes nothing."""
    first = change(edition, receipt_keys=[b64encode(b"a" * 32).decode()])
    edition.writer.submit(RecordTrust(trust=first, at_ms=1))
    other = TrustRecord(version=2, document=b"{}", signatures=())
    with pytest.raises(Refused) as refused:
        edition.writer.submit(RecordTrust(trust=other, at_ms=1))
    assert refused.value.code == "trust_taken"
