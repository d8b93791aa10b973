"""Importing this registers every command the writer carries out; a new module is named here."""

from plainview.edge.sqlite import serving, view

CARRYING = (serving, view)
