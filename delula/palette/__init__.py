"""The palette: one box that leads to every page and object."""
