"""What a write is: a frozen command, its answer, and how it can be refused."""

from typing import Generic, Protocol, TypeVar

import msgspec

A_co = TypeVar("A_co", covariant=True)


class Command(msgspec.Struct, Generic[A_co], frozen=True, kw_only=True, tag=True):
    """A change asked of the one writer; `A_co` is the type of its answer (a Struct).

    A command is safe to repeat: it names what it makes (an id, a token, a nonce, a key), and doing
    it twice leaves what doing it once leaves and answers the same. It carries its own time, so
    that a repeat after a lost answer changes nothing.
    """


class Done(msgspec.Struct, frozen=True):
    """The answer of a command that has nothing to say but that it is durable."""


class Refused(Exception):
    """The command was not carried out and left nothing behind; the caller tells who asked.

    `code` is one of those listed in the command's docstring; `message` is for people; `detail`
    carries what the caller needs to go on, such as the next free number.
    """

    def __init__(self, code: str, message: str, detail: dict[str, str | int] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail or {}


class WriterGone(Exception):
    """The writer did not answer in time and may or may not have carried the command out.

    Ask again with the same command: every command is safe to repeat. Over HTTP: 503.
    """


class Writer(Protocol):
    """The one place that changes stored facts.

    `submit` returns when the change is fsynced and visible to every reader that begins after.
    Commands from one caller that wait for each other's answers are carried out in that order;
    commands under way together are carried out in an order of the writer's choosing, each whole or
    not at all, and one that is refused takes no other with it. Safe to call from any thread.
    """

    def submit(self, command: Command[A_co]) -> A_co:
        """Carry out `command`.

        Raises: Refused: and nothing changed. WriterGone: it is not known whether it was done.
        """
        ...
