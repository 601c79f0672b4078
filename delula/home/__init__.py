"""The first page: what needs attention now."""
