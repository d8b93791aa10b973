"""Be the villain: levers that do to the running service what a crooked operator would.

In the demonstration alone. The villain holds every key and has patched the server: what it serves
is signed, fits together, and can be replayed. Where each lever stands is in the database, so that
all web processes obey; what a lever does follows from that and from what is stored, so that they
all tell the same lie. Nothing here is used by a check: checks read what they are shown.
"""

from plainview.app.villain.frame import Asker, Exhibit, Trick
from plainview.app.villain.levers import CATCHERS, LEVERS, Lever
from plainview.app.villain.villain import Villain
from plainview.app.villain.worked_out import NothingToDo

__all__ = ["CATCHERS", "LEVERS", "Asker", "Exhibit", "Lever", "NothingToDo", "Trick", "Villain"]
