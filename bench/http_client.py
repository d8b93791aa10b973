"""A client that costs little, so that the server is what is timed: HTTP/1.1, kept connections."""

import asyncio
import json
import secrets
from typing import Any


class Connection:
    """One kept connection with one viewer's session."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._cookie = self.viewer = ""
        self.number = 1
        self.n = 0

    async def open(self) -> "Connection":
        """Connect and begin a session."""
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        session = await self.post("/api/v1/session", {})
        self.viewer = session["viewer"]
        self.number, self.n = session["next_number"], session["events"]["n"]
        return self

    async def move(self, host: str, port: int) -> None:
        """Go on with the same session where the service is now."""
        self.close()
        self._address = (host, port)
        await self.open()

    async def post(self, path: str, body: Any) -> Any:
        """The answer to one request; a connection that idled too long is opened again."""
        try:
            return await self._post(path, body)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._writer.close()
            self._reader, self._writer = await asyncio.open_connection(*self._address)
            return await self._post(path, body)

    async def _post(self, path: str, body: Any) -> Any:
        data = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: bench\r\nx-plainview: 1\r\ncookie: {self._cookie}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        )
        self._writer.write(head.encode() + data)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in answer.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif name.lower() == b"set-cookie":
                self._cookie = value.split(b";")[0].decode().strip()
        found = json.loads(await self._reader.readexactly(length))
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{path}: {found}")
        return found

    async def slate(self, policy: str = "for-you") -> Any:
        """The next slate."""
        found = await self.post(
            "/api/v1/slate",
            {
                "policy": policy,
                "number": self.number,
                "nonce": secrets.token_hex(16),
                "last_event": self.n,
                "size": 8,
                "context": {"language": "en", "tz_min": 0, "age": "adult"},
            },
        )
        self.number += 1
        self.n = json.loads(found["served"])["n"]
        return found

    async def send(self, events: list[dict[str, Any]]) -> Any:
        """Report events."""
        found = await self.post("/api/v1/events", {"events": events})
        self.n = found["n"]
        return found

    def close(self) -> None:
        """Hang up."""
        self._writer.close()
