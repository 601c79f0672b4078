"""The backlog: what was made ahead, so that users get it at once."""
