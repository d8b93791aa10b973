"""Open a session: whoever comes without a cookie becomes a viewer, signed out and complete."""

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import ViewerId
from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Writer
from plainview.ports.view import OpenSession, Session, ViewReads

TOKEN_BYTES = 32
VIEWER_BYTES = 16


def open_session(
    token: str | None, *, views: ViewReads, writer: Writer, chance: Chance, clock: Clock
) -> tuple[str, Session]:
    """The session of `token`, or a new one with a new token when it is absent or unknown.

    The token is a secret and goes to the client's cookie alone; the viewer's id is drawn apart
    from it, since receipts carry the id. Raises: WriterGone.
    """
    if token is not None:
        known = views.session(digest_of(token.encode()))
        if known is not None:
            return token, known
    token = chance.token(TOKEN_BYTES).hex()
    session = writer.submit(
        OpenSession(
            token_hash=digest_of(token.encode()),
            viewer=ViewerId(chance.token(VIEWER_BYTES).hex()),
            at_ms=clock.now_ms(),
        )
    )
    return token, session
