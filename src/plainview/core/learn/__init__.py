"""Learning: examples to float weights to quantised weights, judging them; the weights file.

What learns (`tick`, `gate`, `lineage`) is imported by those who learn: its loops are compiled.
"""

from plainview.core.learn.certificate import largest_sum
from plainview.core.learn.errors import (
    BadFile,
    BadLineage,
    BadRecipe,
    BadState,
    BadWindow,
    LearnError,
    NoMainWeights,
    NotAlike,
    NotExact,
    TooFewViewers,
    WeightsRefused,
)
from plainview.core.learn.main_lists import centroids_under
from plainview.core.learn.starting import starting_weights
from plainview.core.learn.weights_file import encode_weights, load_weights

__all__ = [
    "BadFile", "BadLineage", "BadRecipe", "BadState", "BadWindow", "LearnError",
    "NoMainWeights", "NotAlike", "NotExact", "TooFewViewers", "WeightsRefused", "centroids_under",
    "encode_weights", "largest_sum", "load_weights", "starting_weights",
]  # fmt: skip
