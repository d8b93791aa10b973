"""Weights as bytes: the file, its certificate, and the starting weights."""

from plainview.core.learn.certificate import largest_sum
from plainview.core.learn.errors import BadFile, NotExact, WeightsRefused
from plainview.core.learn.starting import starting_weights
from plainview.core.learn.weights_file import encode_weights, load_weights

__all__ = [
    "BadFile", "NotExact", "WeightsRefused", "encode_weights", "largest_sum", "load_weights",
    "starting_weights",
]  # fmt: skip
