"""The bytes between the writer and its clients.

A frame is a u32 big-endian length and that many bytes of msgpack. A request is `[id, command]`,
the command a map tagged with its name; an answer `[id, status, value]`.
"""

import functools
import operator
from typing import Any

import msgspec

from plainview.edge.sqlite.carrying import CARRIED_OUT_BY
from plainview.ports.commands import Command

FRAME_MAX = 16 * 1024 * 1024

OK = 0
REFUSED = 1
BROKEN = 2


class RefusedFrame(msgspec.Struct, array_like=True):
    """A `Refused` on the wire."""

    code: str
    message: str
    detail: dict[str, str | int]


ENCODER = msgspec.msgpack.Encoder()
ANSWER = msgspec.msgpack.Decoder(tuple[int, int, msgspec.Raw])


def request_decoder() -> msgspec.msgpack.Decoder[tuple[int, Command[Any]]]:
    """Decodes any command that something here carries out."""
    union = functools.reduce(operator.or_, CARRIED_OUT_BY)
    return msgspec.msgpack.Decoder(tuple[int, union])  # type: ignore[valid-type]


def frame(value: object) -> bytes:
    """`value` with its length before it."""
    body = ENCODER.encode(value)
    return len(body).to_bytes(4, "big") + body


def take_frames(buffer: bytearray) -> list[bytes]:
    """Remove the whole frames at the start of `buffer` and return their bodies.

    Raises: ValueError: a length over FRAME_MAX; the other side is not one of ours, hang up.
    """
    bodies: list[bytes] = []
    start = 0
    while len(buffer) - start >= 4:
        size = int.from_bytes(buffer[start : start + 4], "big")
        if size > FRAME_MAX:
            raise ValueError(f"a frame of {size} bytes")
        if len(buffer) - start - 4 < size:
            break
        bodies.append(bytes(buffer[start + 4 : start + 4 + size]))
        start += 4 + size
    if start:
        del buffer[:start]
    return bodies
