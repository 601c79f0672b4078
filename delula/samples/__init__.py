"""Samples: generations that are shown as examples of their recipes, and how moderation judged them."""
