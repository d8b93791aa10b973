"""The database: one writer process changes it, every other process reads it.

A write is a command (a Struct in `ports`), and beside its table's module here a function marked
`@carries_out(ThatCommand)` that takes a cursor and the command and returns the answer, or raises
`Refused` and so undoes what it did. All commands that arrived together share one transaction.
"""
