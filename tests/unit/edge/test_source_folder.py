"""A mirror of a service's public files, read as its address would be."""

from pathlib import Path

import pytest

from plainview.audit.check.source import Gone, SourceFailed
from plainview.edge.source_folder import FolderSource


def test_a_mirror_answers_like_an_address(tmp_path: Path) -> None:
    """Bytes, nothing, taken away with its reason, and more than was asked for."""
    (tmp_path / "tlog" / "videos").mkdir(parents=True)
    (tmp_path / "tlog" / "checkpoint").write_bytes(b"12345")
    (tmp_path / "tlog" / "videos" / "7.gone").write_text("spam\n")
    source = FolderSource(tmp_path)
    assert source.read("tlog/checkpoint", bytes_max=5) == b"12345"
    assert source.read("tlog/videos/8", bytes_max=5) is None
    assert source.read("tlog/videos/7", bytes_max=5) == Gone("spam")
    with pytest.raises(SourceFailed):
        source.read("tlog/checkpoint", bytes_max=4)
    with pytest.raises(SourceFailed):
        source.read("tlog", bytes_max=4)
