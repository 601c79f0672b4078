"""The bucket against the tables: what does not fit, and what can be done about it."""
