"""Every Python process that finds this on its path has a clock DRILL_SHIFT_S seconds off."""

import os
import time

SHIFT_S = int(os.environ.get("DRILL_SHIFT_S", "0"))
_time, _time_ns = time.time, time.time_ns

if SHIFT_S:
    time.time = lambda: _time() + SHIFT_S
    time.time_ns = lambda: _time_ns() + SHIFT_S * 1_000_000_000
