"""Components: the registry of workflow building blocks, and the graph of what needs what."""
