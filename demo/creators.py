"""Who posts: sixteen people, two to a topic, each with a voice."""

from .spec import CreatorSpec

CREATORS: tuple[CreatorSpec, ...] = (
    CreatorSpec(
        "gravity.gran",
        "Gravity Gran",
        "81. Retired from dropping hints, now dropping marbles.",
        "marbles",
        11,
    ),
    CreatorSpec(
        "plink",
        "Plink & Sons",
        "Family business. We bounce things. There are no sons.",
        "marbles",
        12,
    ),
    CreatorSpec(
        "tidyoctopus", "Tidy Octopus", "Eight arms, zero patience for disorder.", "sorting", 21
    ),
    CreatorSpec(
        "bigolena", "Big O'Lena", "It works in theory. In theory it also ends.", "sorting", 22
    ),
    CreatorSpec(
        "swingtime",
        "Otto Pendel",
        "Clockmaker, lapsed. Everything comes back if you wait.",
        "pendulums",
        31,
    ),
    CreatorSpec(
        "lissa.jou", "Lissa Jou", "I draw with two frequencies and no plan.", "pendulums", 32
    ),
    CreatorSpec(
        "petri.diaries",
        "Petri Diaries",
        "It was alive when I got here. I only fed it.",
        "dishes",
        41,
    ),
    CreatorSpec(
        "dr.moss", "Dr. Moss", "Not that kind of doctor. Possibly that kind of moss.", "dishes", 42
    ),
    CreatorSpec(
        "zoomer_inf", "Infinite Ines", "Are we there yet? No. That's the whole point.", "zooms", 51
    ),
    CreatorSpec(
        "spiralstairs", "Spiral Stairs", "Do not look down. Down looks back, smaller.", "zooms", 52
    ),
    CreatorSpec(
        "tinyweather",
        "Tiny Weather",
        "Forecasts for places that fit on a windowsill.",
        "weather",
        61,
    ),
    CreatorSpec(
        "hush.hills", "Hush Hills", "Six seconds of nothing much. You're welcome.", "weather", 62
    ),
    CreatorSpec(
        "believe.it.knot",
        "Believe It Knot",
        "Your eyes called. They'd like to apologise.",
        "eyes",
        71,
    ),
    CreatorSpec(
        "prof.squint", "Professor Squint", "Bring a ruler. Trust the ruler. Never me.", "eyes", 72
    ),
    CreatorSpec(
        "onein.six",
        "One In Six",
        "Statistically, you will enjoy roughly half of these.",
        "chance",
        81,
    ),
    CreatorSpec(
        "luckless", "Lady Luckless", "I bet on the goat. On purpose. Every time.", "chance", 82
    ),
)

CREATOR_BY_HANDLE: dict[str, CreatorSpec] = {c.handle: c for c in CREATORS}
