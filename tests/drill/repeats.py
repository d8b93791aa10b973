"""No repeats: 1,000 swipes over 2,400 videos, two web processes, prefetch, three restarts.

    python -m tests.drill.repeats

Real processes over real HTTP. Each slate is fetched while videos of the one before are still to be
watched, so what is served and not yet shown must be kept apart too. The restarts: the tree told to
stop; both web processes killed; the supervisor killed.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.live import LiveService
from tests.live_swiper import LiveSwiper, replay_all
from tests.stock import stock


def stop_politely(service: LiveService) -> None:
    """As Ctrl-C does."""
    service.stop()


def kill_webs(service: LiveService) -> None:
    """SIGKILL to the web processes, then an end of the rest."""
    for name, pid in service.pids().items():
        if name.startswith("web"):
            os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    service.stop()


def kill_supervisor(service: LiveService) -> None:
    """SIGKILL to the root of the tree; its children must end by themselves."""
    children = service.pids().values()
    service.process.kill()
    service.process.wait(10)
    assert service.process.stdout is not None
    service.process.stdout.close()
    until = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < until:
        time.sleep(0.05)


ENDS = (stop_politely, kill_webs, kill_supervisor)


def main() -> int:
    """Swipe, restart, count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--swipes", type=int, default=1_000)
    parser.add_argument("--videos", type=int, default=2_400)
    options = parser.parse_args()
    seen: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        world = stock(root, videos=options.videos)
        swiper: LiveSwiper | None = None
        began = time.perf_counter()
        for part in range(len(ENDS) + 1):
            with LiveService(root, web=2) as service:
                if swiper is None:
                    swiper = LiveSwiper(service, world, seed=1, name=1)
                swiper.moved(service)
                for _ in range(options.swipes // (len(ENDS) + 1)):
                    seen[swiper.swipe()] += 1
                if part < len(ENDS):
                    ENDS[part](service)
                    print(
                        f"after {sum(seen.values()):>5} swipes: {ENDS[part].__name__}", flush=True
                    )
        assert swiper is not None
        swiper.client.check_chain()
        took = time.perf_counter() - began
        repeated = {video: times for video, times in seen.items() if times > 1}
        print(
            f"{sum(seen.values()):,} swipes in {swiper.slates} slates and {took:.0f} s:"
            f" {len(repeated)} videos came twice {repeated or ''}".rstrip()
        )
        status, said = replay_all(root)
        print(said)
    is_proven = sum(seen.values()) == options.swipes and not repeated and status == 0
    return 0 if is_proven else 1


if __name__ == "__main__":
    sys.exit(main())
