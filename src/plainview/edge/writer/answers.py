"""What the writer answered, told to who waits for it."""

import functools
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from plainview.edge.sqlite.carrying import answer_type
from plainview.edge.writer.frames import OK, REFUSED, RefusedFrame
from plainview.ports.commands import Command, Refused


class WriterFault(Exception):
    """The writer carried nothing out because of a fault of its own, logged there. HTTP: 500."""


class Waiting(Protocol):
    """A future, of a thread or of an event loop."""

    def set_result(self, result: Any, /) -> None:
        """Go on with this."""
        ...

    def set_exception(self, exception: Exception, /) -> None:
        """Raise this."""
        ...


@functools.cache
def _decoder(command: type[Command[Any]]) -> Callable[[msgspec.Raw], Any]:
    return msgspec.msgpack.Decoder(answer_type(command)).decode


def settle(
    waiting: Waiting, command: type[Command[Any]], *, status: int, value: msgspec.Raw
) -> None:
    """Tell `waiting` the answer to its command: what it returns, Refused or WriterFault."""
    if status == OK:
        waiting.set_result(_decoder(command)(value))
    elif status == REFUSED:
        refusal = msgspec.msgpack.decode(value, type=RefusedFrame)
        waiting.set_exception(Refused(refusal.code, refusal.message, refusal.detail))
    else:
        waiting.set_exception(WriterFault(msgspec.msgpack.decode(value)))
