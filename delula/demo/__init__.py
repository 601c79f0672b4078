"""Demo data: a believable, deterministic Delula database, loaded with COPY.

`cli` is the command, `load` writes to the database, `dataset` says which rows in which order; the other
modules make the rows of one family each.
"""
