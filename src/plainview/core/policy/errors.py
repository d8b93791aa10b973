"""Why a policy file is refused, and where in it."""


class PolicyRefused(ValueError):
    """Root of the step's errors: do not serve by this file; its author corrects the line named.

    PolicyRefused      .line (from 1), .reason
    ├── NotToml        the file cannot be read as TOML, or not as text
    ├── UnknownKey     a section or key that no rule reads: mistyped, or of another spec
    ├── MissingKey     nothing has a default: what a feed does is written in its file
    ├── WrongType      text where a number belongs, a number where yes or no belongs, ...
    ├── OutOfRange     a number outside its bounds, or finer than thousandths
    └── NeverFires     a rule that can never change a slate, so its reader would be misled
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


class NotToml(PolicyRefused):
    """The file cannot be read."""


class UnknownKey(PolicyRefused):
    """No rule reads this section or key."""


class MissingKey(PolicyRefused):
    """A section or key is not there."""


class WrongType(PolicyRefused):
    """The value is of another kind."""


class OutOfRange(PolicyRefused):
    """The number is out of bounds."""


class NeverFires(PolicyRefused):
    """The rule can never change a slate."""
