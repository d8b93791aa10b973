"""Importing this registers every command the writer carries out; a new module is named here."""

from plainview.edge.sqlite import intake, jobs, learning, levers, serving, tlog, view

CARRYING = (intake, jobs, learning, levers, serving, tlog, view)
