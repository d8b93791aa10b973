"""The arguments of `plainview learn`, apart from what runs it, so that help is quick."""

import argparse
from typing import Final

LEARN: Final = """\
Look at what the service learned, make it again, or go back.

  status      what waits, the last ticks with what the gate said, and the weights in use
  verify N    make tick N again from stored inputs and compare weights, state and lineage
  verify --all  every tick, and all weights ever published: whole, made by the tick or the return
              that the log names, logged as they are stored. Hand-edited weights show here
  roll-back   publish earlier weights again: those before the ones in use, or --to DIGEST; the
              log says that they were restored and why, and learning goes on from them

All but roll-back only read, and work while the service runs and while it does not. Exit status: 0
well, 1 something differs or cannot be made again (roll-back: nothing was published), 2 wrong usage.
"""
LEARN_EXAMPLES: Final = """\
examples:
  plainview learn status
  plainview learn verify 12
  plainview learn verify --all
  plainview learn roll-back --reason worse_for_viewers
  plainview learn roll-back --to 3bb63c50 --reason fault
"""
TICKS_SHOWN: Final = 10
REASONS: Final = ("worse_for_viewers", "fault", "manipulated", "trial")


def add_learn_arguments(command: argparse.ArgumentParser) -> None:
    """`plainview learn status | verify N | verify --all | roll-back`."""
    command.add_argument("action", choices=["status", "verify", "roll-back"], help="see above")
    command.add_argument("tick", nargs="?", type=_number, metavar="N", help="the tick to verify")
    command.add_argument("--all", action="store_true", help="verify: all ticks and publications")
    command.add_argument(
        "--last", type=_number, default=TICKS_SHOWN, metavar="N", help="status: so many ticks [10]"
    )
    command.add_argument(
        "--to", metavar="DIGEST", help="roll-back: weights that were published, or how they begin"
    )
    command.add_argument("--reason", choices=REASONS, help="roll-back: what the log says why")


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
