"""Entry bundles: up to 256 consecutive entries, each behind its length."""

from collections.abc import Iterable

from plainview.core.tlog.errors import BadBundle

ENTRY_BYTES_MAX = 65_535


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """`u16be length || entry` for each entry. Raises: BadBundle: an entry is too long."""
    parts = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES_MAX:
            raise BadBundle(f"an entry of {len(entry)} bytes; at most {ENTRY_BYTES_MAX} fit")
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """The `width` entries of `data`. Raises: BadBundle: not exactly that many, whole."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise BadBundle(f"entry {len(entries)} is cut off")
        entries.append(data[start:at])
    if len(entries) != width:
        raise BadBundle(f"{len(entries)} entries where {width} are due")
    return entries
