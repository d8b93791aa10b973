"""Captions of the sorting clips, by generator; the place in the list is the seed."""

from .line import Line

LINES: dict[str, tuple[Line, ...]] = {
    "sort-bars": (
        Line(
            "Put things in order in six seconds. My desk: eleven years and counting.",
            "algorithms heapsort tidy",
            6,
        ),
        Line(
            "Comb sort: like brushing hair, but the hair is a rainbow", "algorithms comb colour", 7
        ),
        Line("Bubble sort is just gossip travelling upwards", "algorithms bubble mirror", 6),
        Line("Shell sort. No shells were harmed.", "algorithms shellsort spiral", 8),
        Line("Cocktail sort opens its fan and faints", "algorithms cocktail", 6),
        Line("Quicksort points at one of you and everybody runs", "algorithms quicksort", 6),
        Line(
            "Someone shuffled the rainbow. Someone else has to fix it.",
            "algorithms insertion colour",
            8,
        ),
    ),
    "sort-race": (
        Line(
            "Bubble sort brought snacks. Bubble sort will need them.", "algorithms race bubble", 7
        ),
        Line("Three lanes, same mess. Place your bets.", "algorithms race heapsort", 7),
        Line("Comb, cocktail, heap: also a decent night out", "algorithms race", 8),
        Line("Photo finish at the divide-and-conquer derby", "algorithms race quicksort", 6),
        Line("The tortoise, the other tortoise, and shell sort", "algorithms race", 8),
    ),
    "sort-faces": (
        Line("School photo day, tall ones at the back, no pushing", "creatures height tidy", 7),
        Line("He hops because he cares", "creatures insertion hop", 6),
        Line("Selection sort: a very picky queue", "creatures queue", 8),
        Line("Only five of them and still it's chaos", "creatures queue", 6),
        Line("Nine monsters, one queue, zero staff", "creatures height", 9),
        Line("Bubble sort, but the bubbles have feelings", "creatures height concert", 7),
    ),
    "sort-grid": (
        Line("Sea, unshuffled", "algorithms picture mosaic", 7),
        Line("Ripples, filed alphabetically", "algorithms picture", 6),
        Line("Guess what it is before it does", "algorithms picture guess", 7),
        Line("Sunset: some assembly required", "algorithms picture sunset", 8),
        Line("Two hundred tiles walk into a bar chart", "algorithms picture", 6),
        Line("The tide, sorted from wet to dry", "algorithms mosaic", 7),
    ),
}
