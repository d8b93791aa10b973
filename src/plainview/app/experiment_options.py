"""The arguments of `plainview experiment`, apart from what runs them."""

import argparse

EXPERIMENT = """\
Declare an experiment, see what experiments show, or stop one.

An experiment divides viewers who chose no feed among policies on offer, by a hash and by nothing
about them. It is declared before it begins, in the public log, with its arms, their shares, its
dates and a commitment to the salt of the hash; when it is over the salt is revealed and anyone can
work out who was in which arm. Figures may be looked at as often as you like: their intervals hold
at all times at once. The stop rules of the declaration are applied without you.
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

examples:
  plainview experiment declare softer.toml
  plainview experiment status
  plainview experiment status softer
  plainview experiment stop softer
  plainview experiment estimate softer-policy.toml     before any of it: SNIPS and DR, or why not
"""


SLATES = 2_000
ACTIONS = ("declare", "status", "stop", "estimate")


def add_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview experiment declare FILE | status [NAME] | stop NAME | estimate POLICY`."""
    command.add_argument(
        "action",
        choices=ACTIONS,
        help="declare FILE: log a declaration, it begins by itself; status [NAME]: all of them, or"
        " what one shows; stop NAME: end one early, its salt is revealed; estimate FILE: what a"
        " policy would be worth, by slates served",
    )
    command.add_argument("what", nargs="?", metavar="FILE | NAME", help="which, see above")
    command.add_argument(
        "--slates", type=int, default=SLATES, help=f"judge by so many newest slates [{SLATES}]"
    )
