"""Stored evidence: what is kept of it is bounded."""

from pathlib import Path

import pytest

from plainview.edge.files import LocalObjects
from plainview.flows import check_receipts
from plainview.flows.check_receipts import StoredEvidence
from plainview.ports.objects import Objects


class Counting:
    """`Objects` that counts what is read."""

    def __init__(self, inner: Objects) -> None:
        self.inner, self.reads = inner, 0

    def get(self, digest: str) -> bytes:
        """See `Objects`."""
        self.reads += 1
        return self.inner.get(digest)  # type: ignore[arg-type]


def test_large_files_are_kept_by_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three files of 40 bytes two fit into 100: the third pushes the first out, the second
    stays the same object; one that is larger than all room is kept alone."""
    monkeypatch.setattr(check_receipts, "FILES_BYTES_MAX", 100)
    objects = Counting(LocalObjects(tmp_path))
    digests = [objects.inner.put(bytes([k]) * 40) for k in range(3)]
    evidence = StoredEvidence(views=None, reads=None, files=None, objects=objects)  # type: ignore[arg-type]
    first, second, _ = (evidence.weights(digest) for digest in digests)
    assert objects.reads == 3
    assert evidence.weights(digests[1]) is second
    assert objects.reads == 3
    assert evidence.weights(digests[0]) == first
    assert objects.reads == 4
    large = objects.inner.put(bytes(500))
    assert evidence.weights(large) is evidence.weights(large)
    assert objects.reads == 5
