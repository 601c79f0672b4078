"""What is measured: one request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One request.

    Attributes:
        group: heading under which it stands.
        name: what it is.
        path: with its query string.
        fragment: whether htmx asks for a part of the page.
    """

    group: str
    name: str
    path: str
    fragment: bool = False
