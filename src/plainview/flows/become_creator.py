"""Become a creator: any session that gives a name and a handle may publish."""

from plainview.core.catalogue import clean_bio, clean_handle, clean_name
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, ViewerId
from plainview.flows.intake import Intake
from plainview.ports.catalogue import CreatorRecord
from plainview.ports.commands import Writer
from plainview.ports.intake import BecomeCreator
from plainview.ports.view import OpenSession


def become_creator(
    viewer: ViewerId,
    *,
    handle: str,
    name: str,
    bio: str,
    at_ms: int,
    writer: Writer,
    avatar: Digest | None = None,
) -> CreatorRecord:
    """Make the viewer a creator, or change what their page says. Repeating it changes nothing.

    Raises: BadWords: handle, name or bio cannot be kept as they are. Refused: `handle_taken`,
        `no_viewer`. WriterGone.
    """
    return writer.submit(
        BecomeCreator(
            viewer=viewer,
            handle=clean_handle(handle),
            name=clean_name(name),
            bio=clean_bio(bio),
            avatar=avatar,
            at_ms=at_ms,
        )
    )


def local_creator(
    *, handle: str, name: str, bio: str, avatar: bytes | None, intake: Intake
) -> ViewerId:
    """The viewer behind the creator of that handle, made if there is none: a demo's, an import's.

    Nobody can sign in as one that is made here: the session's secret is drawn and forgotten.
    Raises: BadWords, Refused, WriterGone: as `become_creator`.
    """
    known = intake.reads.creator(handle)
    if known is not None:
        viewer = intake.reads.viewer_of(known.id)
        if viewer is not None:
            return viewer
    viewer = ViewerId(intake.chance.token(16).hex())
    at_ms = intake.clock.now_ms()
    intake.writer.submit(
        OpenSession(token_hash=digest_of(intake.chance.token(32)), viewer=viewer, at_ms=at_ms)
    )
    become_creator(
        viewer,
        handle=handle,
        name=name,
        bio=bio,
        avatar=intake.objects.put(avatar) if avatar else None,
        at_ms=at_ms,
        writer=intake.writer,
    )
    return viewer
