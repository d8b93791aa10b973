"""The machine's clock and its source of chance."""

import secrets
import time


class SystemClock:
    """`Clock` by the machine."""

    def now_ms(self) -> int:
        """See `Clock`."""
        return time.time_ns() // 1_000_000

    def sleep_ms(self, ms: int) -> None:
        """See `Clock`."""
        time.sleep(ms / 1000)


class SystemChance:
    """`Chance` by the operating system."""

    def token(self, size_bytes: int) -> bytes:
        """See `Chance`."""
        return secrets.token_bytes(size_bytes)
