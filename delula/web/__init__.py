"""Everything between HTTP and the areas: rendering, errors, logs, headers, static files."""
