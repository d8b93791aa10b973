"""The feed: filter, retrieve, rank, arrange, and slate.py, which reads as the four in a row."""

from plainview.core.feed.errors import BadRequest, BadRow, FeedRefused, WeightsMismatch
from plainview.core.feed.features import shown_features
from plainview.core.feed.index import Index
from plainview.core.feed.indexing import build_index
from plainview.core.feed.queue import Queue, Turn, queue_of, turn_of, work_out_queues
from plainview.core.feed.slate import Trace, make_slate, trace_slate
from plainview.core.feed.why import Effect, Why, explain

__all__ = [
    "BadRequest", "BadRow", "Effect", "FeedRefused", "Index", "Queue", "Trace", "Turn",
    "WeightsMismatch", "Why", "build_index", "explain", "make_slate", "queue_of", "shown_features",
    "trace_slate", "turn_of", "work_out_queues",
]  # fmt: skip
