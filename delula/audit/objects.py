"""What the audit log is about, in words."""

from __future__ import annotations


def object_name(kind: str, id_: str) -> str:
    """What an entry is about, in words: `User u-ann`."""
    return f"{kind.replace('_', ' ').capitalize()} {id_}"
