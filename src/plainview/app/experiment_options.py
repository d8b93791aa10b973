"""The arguments of `plainview experiment`, apart from what runs them."""

import argparse

EXPERIMENT = """\
Declare an experiment, see what experiments show, or stop one.

An experiment divides viewers who chose no feed among policies on offer, by a hash and by nothing
about them. An arm is a policy, or a policy ranked by what another recipe learns meanwhile. It is
declared before it begins, in the public log, with its arms, their shares, its dates and a
commitment to the salt of the hash; when it is over the salt is revealed and anyone can work out who
was in which arm. Figures may be looked at as often as you like: their intervals hold at all times
at once. The stop rules of the declaration are applied without you.
"""
EXAMPLES = """\
a declaration (FILE):
  name = "softer"
  question = "Does the softer feed keep people longer?"
  arms = ["for-you", "for-you-2"]     # policies on offer; the first is what others are held against
  shares = [900, 100]                 # thousandths
  from = 2026-12-01T08:00:00Z
  to = 2026-12-15T08:00:00Z
  window_min = 1440                   # how long from their start a viewer's acts count
  [[stop]]
  metric = "rejects"                  # or watch_ms, likes; rises_milli or falls_milli
  rises_milli = 200                   # stop once it is certain that it rises by more than a fifth

an arm with a recipe: FEED+RECIPE learns on from the weights in use, from what everybody does, by
its own recipe; at most four. Where videos stand, all arms take from the main weights. A service
that was started with --learn off learns by none.
  arms = ["for-you", "for-you+bold"]
  shares = [500, 500]
  [recipes]
  bold = "…"                          # put the line that `plainview experiment recipe bold.json`
                                      # prints in place of this one; bold is the file's "name"

examples:
  plainview experiment declare softer.toml
  plainview experiment recipe on > bold.json           the recipe in use, to edit; give it a name
  plainview experiment recipe bold.json                its line for the declaration
  plainview experiment declare twice.toml --recipe bold.json
  plainview experiment adopt twice/bold --to bold.json the recipe declared; how to learn by it
  plainview experiment status
  plainview experiment status softer
  plainview experiment stop softer
  plainview experiment estimate softer-policy.toml     before any of it: SNIPS and DR, or why not
"""


SLATES = 2_000
ACTIONS = ("declare", "status", "stop", "estimate", "recipe", "adopt")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview experiment declare FILE | status [NAME] | stop NAME | estimate POLICY | recipe
    FILE | adopt NAME/RECIPE`."""
    command.add_argument(
        "action",
        choices=ACTIONS,
        help="declare FILE: log a declaration, it begins by itself; status [NAME]: all of them, or"
        " what one shows; stop NAME: end one early, its salt is revealed; estimate FILE: what a"
        " policy would be worth, by slates served; recipe FILE or on: its line for a"
        " declaration, or the one that comes with the program to edit; adopt NAME/RECIPE: make a"
        " declared recipe the main one",
    )
    command.add_argument("what", nargs="?", metavar="FILE | NAME", help="which, see above")
    command.add_argument(
        "--recipe", action="append", default=[], metavar="FILE",
        help="declare: the file of a recipe that an arm names; once for each",
    )  # fmt: skip
    command.add_argument("--to", metavar="FILE", help="adopt: where to write the recipe")
    command.add_argument(
        "--slates", type=int, default=SLATES, help=f"judge by so many newest slates [{SLATES}]"
    )
