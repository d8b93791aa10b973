"""Captions of the weather clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "weather-day": (
        Line("Today's forecast: all of it, in six seconds", "timelapse hills birdsong", 6),
        Line(
            "Someone always leaves the light on. It's me. I'm in the house.",
            "timelapse dusk cosy",
            7,
        ),
        Line("Same time tomorrow? Same time tomorrow.", "timelapse hills calm", 8),
        Line("The birds have a meeting at seven. They are all late.", "birdsong dusk", 7),
        Line("A very short Tuesday", "timelapse calm", 6),
        Line("Sun goes round, nobody claps. I clapped.", "timelapse sunset", 7),
    ),
    "weather-rain": (
        Line("The heron has seen the forecast and chosen peace", "rain lake heron", 7),
        Line("Fishing is mostly sitting in a puddle above a bigger puddle", "rain boat cosy", 8),
        Line("Free ambience. Thunder is extra.", "rain storm lake", 7),
        Line("It's raining on the lake, which feels redundant", "rain storm heron", 7),
        Line("Rain, then more rain, then a small lamp", "rain boat calm", 8),
    ),
    "weather-fireflies": (
        Line(
            "They argue about the beat for five seconds, then they get it",
            "fireflies dusk crickets",
            7,
        ),
        Line("One, two, three, everybody glow", "fireflies sync meadow", 8),
        Line("Traffic lights of the meadow", "fireflies dusk", 7),
        Line("No one is conducting. I looked behind the tree.", "fireflies sync", 8),
        Line("Free concert, bring a jar, leave the jar empty", "fireflies summer calm", 7),
    ),
    "weather-snow": (
        Line("The snowman isn't waving. It's windy.", "snow cosy wind", 7),
        Line("Visibility: soup", "snow storm", 7),
        Line("Kettle on, boots off", "snow cosy calm", 8),
        Line("Somebody forgot to bring him in", "snow storm snowman", 7),
        Line("Tiny blizzard, indoor voice", "snow cosy", 7),
    ),
    "weather-aurora": (
        Line("Fox with front-row seats", "northernlights fox lake", 8),
        Line("The owl has seen better. The owl is lying.", "northernlights owl calm", 8),
        Line("The sky left its curtains open", "northernlights lake", 7),
        Line("Green noise", "northernlights calm lake", 9),
        Line("Make a wish, quickly, it's a short clip", "northernlights shootingstar", 7),
    ),
}
