"""What is refused of lessons."""


class LessonRefused(ValueError):
    """Root of the step's errors.

    LessonRefused
    ├── OtherInputs     epoch, policy, events or order are not those the receipt names: fetch those
    └── FeaturesDiffer  they are, and give other features than served: learn nothing from it, keep
                        it as evidence: what served was not this program or not these inputs
    """


class OtherInputs(LessonRefused):
    """The inputs are not those that the receipt names."""


class FeaturesDiffer(LessonRefused):
    """The features recomputed are not those whose digest the receipt holds."""
