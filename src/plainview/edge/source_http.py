"""A service read over HTTP by somebody who believes none of it: bounded in size, time and tries."""

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Final

from plainview.audit.check.source import Gone, SourceFailed

TIMEOUT_S: Final = 20.0
TRIES_MAX: Final = 4
WAIT_S: Final = 0.5
TOTAL_S_MAX: Final = 600.0
"""For one answer, however slowly it drips."""
PIECE_BYTES: Final = 1 << 20


class HttpSource:
    """`Source` under an address such as `https://video.example`."""

    def __init__(self, address: str) -> None:
        """`address` begins with http:// or https://."""
        self._address = address.rstrip("/")
        # Redirects are followed by urllib, to http and https alone; files and ftp are not opened.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPRedirectHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        failed = ""
        for attempt in range(TRIES_MAX):
            if attempt:
                time.sleep(WAIT_S * 2**attempt)
            try:
                return self._read(path, bytes_max)
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == 404:
                        return None
                    if error.code == 410:
                        return Gone(_reason(error.read(PIECE_BYTES)))
                    if error.code not in {408, 429, 500, 502, 503, 504}:
                        raise SourceFailed(f"{path}: HTTP {error.code}.") from error
                    failed = f"HTTP {error.code}"
            except (OSError, http.client.HTTPException) as error:
                failed = str(error) or type(error).__name__
        raise SourceFailed(f"{path}: {failed}, {TRIES_MAX} times.")

    def _read(self, path: str, bytes_max: int) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the opener knows http and https alone
            f"{self._address}/{path}", headers={"user-agent": "plainview-check"}
        )
        until = time.monotonic() + TOTAL_S_MAX
        pieces, size = [], 0
        with self._opener.open(request, timeout=TIMEOUT_S) as answer:
            while piece := answer.read(PIECE_BYTES):
                pieces.append(piece)
                size += len(piece)
                if size > bytes_max:
                    raise SourceFailed(f"{path}: more than {bytes_max} bytes.")
                if time.monotonic() > until:
                    raise SourceFailed(f"{path}: not whole after {TOTAL_S_MAX:.0f} s.")
            length = answer.headers.get("content-length")
            if length is not None and int(length) != size:
                raise http.client.IncompleteRead(b"", int(length) - size)
        return b"".join(pieces)


def _reason(body: bytes) -> str:
    """The reason code in an error's body; empty where there is none."""
    try:
        error = json.loads(body)["error"]
        return str(error.get("reason_code", ""))[:32]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
