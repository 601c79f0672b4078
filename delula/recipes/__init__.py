"""Recipes: what users run."""
