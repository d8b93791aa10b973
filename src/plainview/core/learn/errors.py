"""What is refused of weights."""


class WeightsRefused(ValueError):
    """Root of the step's errors: do not serve with these weights, keep those in use.

    WeightsRefused
    ├── BadFile   not a weights file, or of another spec, shape, type or range
    └── NotExact  some input could make a sum reach 2**24, where float32 stops being exact
    """


class BadFile(WeightsRefused):
    """The bytes are not weights of this spec."""


class NotExact(WeightsRefused):
    """The certificate does not hold."""
