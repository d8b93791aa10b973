"""Importing this registers every command the writer carries out; a new module is named here."""

from plainview.edge.sqlite import intake, jobs, levers, serving, tlog, view

CARRYING = (intake, jobs, levers, serving, tlog, view)
