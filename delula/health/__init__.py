"""The health of the catalogue: what is wrong with recipes and tags, and what mends it."""
