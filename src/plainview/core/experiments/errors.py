"""What is refused of experiments and estimates."""


class ExperimentError(ValueError):
    """Root of the step's errors.

    ExperimentError
    ├── BadLog          columns that are no log: of different lengths, without rows, not finite, a
    │                   weight below 0: a fault in who made them
    ├── NoChoices       no slate that is kept was watched: there is nothing to judge by yet
    └── BadPlan         a declaration that is not one; the message says which field and why: mend it
    """


class BadLog(ExperimentError):
    """These columns are not a log of decisions."""


class BadPlan(ExperimentError):
    """This is no declaration of an experiment."""


class NoChoices(ExperimentError):
    """There is nothing to judge a policy by yet."""
