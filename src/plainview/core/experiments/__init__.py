"""What a feed would be worth that was not served, and what feeds served side by side were worth.

Nothing here decides a slate, so numbers may be floats. Nothing is drawn: the same log gives the
same figures.
"""

from plainview.core.experiments.errors import BadLog, ExperimentError
from plainview.core.experiments.offpolicy import (
    ESTIMATORS,
    Estimate,
    Logged,
    Trust,
    dr,
    effective,
    ips,
    judged,
    sndr,
    snips,
)
from plainview.core.experiments.student import normal_quantile, t_quantile

__all__ = [
    "Logged", "Estimate", "Trust", "ESTIMATORS", "ips", "snips", "dr", "sndr", "effective",
    "judged", "t_quantile", "normal_quantile", "ExperimentError", "BadLog",
]  # fmt: skip
