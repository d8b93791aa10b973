"""What a feed would be worth that was not served, and what feeds served side by side were worth.

Nothing here decides a slate, so numbers may be floats. Nothing is drawn: the same log gives the
same figures.
"""

from plainview.core.experiments.errors import BadLog, BadPlan, ExperimentError, NoChoices
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
from plainview.core.experiments.plan import METRICS, Plan, StopRule, parse_plan
from plainview.core.experiments.readings import (
    ArmReading,
    Outcome,
    Reading,
    outcome_of,
    read_results,
)
from plainview.core.experiments.sequences import (
    VIEWERS_MIN,
    Difference,
    Sample,
    difference,
    is_mismatch,
    sample_of,
    shares_doubt,
)
from plainview.core.experiments.student import normal_quantile, t_quantile

__all__ = [
    "Logged", "Estimate", "Trust", "ESTIMATORS", "ips", "snips", "dr", "sndr", "effective",
    "judged", "t_quantile", "normal_quantile", "Plan", "StopRule", "METRICS", "parse_plan",
    "Outcome", "ArmReading", "Reading", "outcome_of", "read_results",
    "Sample", "Difference", "VIEWERS_MIN", "sample_of", "difference", "shares_doubt", "is_mismatch",
    "ExperimentError", "BadLog", "BadPlan", "NoChoices",
]  # fmt: skip
