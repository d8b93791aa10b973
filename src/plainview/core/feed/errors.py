"""What the feed refuses."""


class FeedRefused(ValueError):
    """Root of the step's errors.

    FeedRefused
    ├── BadRow           the epoch holds a row outside the spec: do not serve it, keep the last one
    ├── BadRequest       the request is outside the spec: refuse it
    └── WeightsMismatch  epoch and weights are not a pair: load the pair that the header names
    """


class BadRow(FeedRefused):
    """An epoch row is outside the spec."""


class BadRequest(FeedRefused):
    """A slate size, number or seed outside the spec."""


class WeightsMismatch(FeedRefused):
    """The epoch's header names other weights than those given."""
