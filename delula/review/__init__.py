"""The Review area: one queue over what users bring and show, and what moderators decide about it."""
