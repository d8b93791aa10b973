"""Sending checkpoints to witnesses over HTTP."""

import urllib.error
import urllib.request
from email.message import Message
from typing import IO

from plainview.ports.tlog import WitnessAnswer, WitnessGone

ANSWER_S = 4.0
BODY_BYTES_MAX = 16_384
"""A cosignature line has about 200 bytes; a witness may send several."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A witness is where the root of trust says, and nowhere else."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """None: whoever redirects has not answered."""


class HttpWitnessClient:
    """`WitnessClient` over HTTP or HTTPS. Safe to share between threads."""

    def __init__(self, *, answer_s: float = ANSWER_S) -> None:
        self._answer_s = answer_s
        self._opener = urllib.request.build_opener(_NoRedirects)

    def add_checkpoint(self, url: str, body: bytes) -> WitnessAnswer:
        """See `WitnessClient`."""
        if not url.startswith(("http://", "https://")):
            raise WitnessGone(f"{url} is no address of a witness")
        request = urllib.request.Request(  # noqa: S310 - the scheme was just looked at
            f"{url.rstrip('/')}/add-checkpoint", data=body, method="POST",
            headers={"content-type": "text/plain; charset=utf-8"},
        )  # fmt: skip
        try:
            with self._opener.open(request, timeout=self._answer_s) as answer:
                return WitnessAnswer(status=answer.status, body=answer.read(BODY_BYTES_MAX))
        except urllib.error.HTTPError as error:
            with error:
                return WitnessAnswer(status=error.code, body=error.read(BODY_BYTES_MAX))
        except (OSError, ValueError) as error:
            # URLError is an OSError; http.client's own errors are ValueErrors or OSErrors.
            raise WitnessGone(f"{url}: {error}") from error
