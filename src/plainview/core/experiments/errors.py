"""What is refused of experiments and estimates."""


class ExperimentError(ValueError):
    """Root of the step's errors.

    ExperimentError
    └── BadLog          columns that are no log: of different lengths, without rows, not finite, a
                        weight below 0: a fault in who made them
    """


class BadLog(ExperimentError):
    """These columns are not a log of decisions."""
