"""Importing this registers every command the writer carries out; a new module is named here."""

from plainview.edge.sqlite import (
    comments,
    experiments,
    intake,
    jobs,
    learning,
    levers,
    lines,
    serving,
    tlog,
    view,
)

CARRYING = (comments, experiments, intake, jobs, learning, levers, lines, serving, tlog, view)
