"""Captions of the chance clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "chance-galton": (
        Line(
            "150 balls flip 1,500 coins and produce the same hill as always",
            "probability galton bell",
            7,
        ),
        Line("Every ball thinks it has free will", "probability galton", 7),
        Line(
            "This board leans. Can you see which way before the balls tell you?",
            "probability galton bias",
            7,
        ),
        Line("There's always one on the far left. Be that one.", "probability galton outlier", 8),
        Line("Crooked table, honest maths", "probability galton bias", 7),
    ),
    "chance-monty": (
        Line(
            "The goat is behind a door. Personally I'd keep the goat.",
            "probability montyhall goat",
            7,
        ),
        Line("Switch. I know how it feels. Switch.", "probability montyhall", 7),
        Line("Two thirds of the time you should have listened", "probability montyhall quiz", 8),
        Line("Cake, goat, goat: the full Saturday", "probability montyhall cake", 7),
    ),
    "chance-darts": (
        Line("I can't throw darts, so here's pi", "probability pi montecarlo", 7),
        Line("Bad aim, good maths", "probability pi darts", 8),
        Line("314 throws. Yes, on purpose.", "probability pi montecarlo", 7),
        Line("Closing in on pi like I close in on a parking spot", "probability pi", 8),
        Line("Missed the board, hit the third decimal", "probability pi montecarlo", 7),
    ),
    "chance-walk": (
        Line("Six lost ladybirds leave a garden party", "probability randomwalk ladybirds", 7),
        Line("Average distance: the square root of a long evening", "probability randomwalk", 7),
        Line("Three friends, no sense of direction", "probability randomwalk friends", 8),
        Line("Rush hour for beetles", "probability randomwalk", 7),
    ),
    "chance-tumble": (
        Line("Seven keeps winning and never says thank you", "probability dice", 7),
        Line("How many guests until two share a cake?", "probability birthday party", 7),
        Line("64 coins enter, one gets a personality", "probability coins tournament", 7),
        Line("Three dice: the hill gets rounder", "probability dice bell", 8),
        Line("Twenty-three is usually enough. It feels rude.", "probability birthday", 7),
        Line("Somebody always wins. It's rarely skill.", "probability coins luck", 7),
        Line("Double six is a rumour (one in thirty-six)", "probability dice", 7),
        Line("They met because of February", "probability birthday party", 8),
    ),
}
