"""Generations: what users had made, found and explained."""
