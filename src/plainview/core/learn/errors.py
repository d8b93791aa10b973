"""What is refused of weights and of learning."""


class LearnError(ValueError):
    """Root of the step's errors.

    LearnError
    ├── WeightsRefused     do not serve with these weights, keep those in use
    │   ├── BadFile        not a weights file, or of another spec, shape, type or range
    │   └── NotExact       some input could make a sum reach 2**24, where float32 is not exact
    ├── NoMainWeights      the weights whose centroids an epoch names are not at hand: get them
    ├── BadRecipe          not a recipe, or one that does not fit its parent: refuse the release
    ├── BadState           not the float state of these weights: learn on from the weights alone,
    │                      or fetch the state that the lineage names
    ├── BadLineage         not a document of learn-v1 that says where weights come from
    ├── BadWindow          examples outside the spec, or more than the recipe takes: a fault in
    │                      whoever gathered them
    ├── NotAlike           networks that cannot stand side by side: give some of one hidden layer
    │                      each, of the same inputs and heads
    └── TooFewViewers      one viewer would be more of the window than the recipe allows: wait
    """


class WeightsRefused(LearnError):
    """Do not serve with these weights, keep those in use."""


class BadFile(WeightsRefused):
    """The bytes are not weights of this spec."""


class NotExact(WeightsRefused):
    """The certificate does not hold."""


class NoMainWeights(LearnError):
    """The weights that divide an epoch's rows among lists are not at hand."""


class BadRecipe(LearnError):
    """The bytes are no recipe, or the recipe does not fit the parent."""


class BadState(LearnError):
    """The bytes are not the float state that belongs to these weights."""


class BadLineage(LearnError):
    """The bytes do not say where weights come from."""


class BadWindow(LearnError):
    """The examples are outside the spec, or more than the recipe takes."""


class TooFewViewers(LearnError):
    """Somebody would be more of the window than the recipe allows."""


class NotAlike(LearnError):
    """The networks cannot stand side by side in one."""
