"""What a receipt and the events after it teach, and what weights do to public probe viewers.

Stands above receipts, since it composes them with events, the feed and learning.
"""

from plainview.core.lessons.drawn import DRAWN_OF, FOLLOWING_MAX, is_drawn
from plainview.core.lessons.errors import FeaturesDiffer, LessonRefused, OtherInputs
from plainview.core.lessons.examples import examples_of
from plainview.core.lessons.shifts import Shifts, shifts_fields, value_shifts

__all__ = [
    "DRAWN_OF", "FOLLOWING_MAX", "FeaturesDiffer", "LessonRefused", "OtherInputs", "Shifts",
    "examples_of", "is_drawn", "shifts_fields", "value_shifts",
]  # fmt: skip
