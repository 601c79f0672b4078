"""Errors that are an answer to a person, not a fault of the console."""

from __future__ import annotations


class Refused(Exception):
    """A business "no": the sentence says why, and the web layer answers 409 with it."""


class Unchanged(Refused):
    """What stands in the form is what is stored: no news to somebody who has just opened it."""


class Forbidden(Exception):
    """The person's role does not include it; the web layer answers 403.

    Args:
        permission: what is missing, as the table of permissions names it.
    """

    def __init__(self, permission: str) -> None:
        super().__init__(f"This needs the permission {permission}.")
        self.permission = permission


class InvalidInput(Exception):
    """Input that cannot be used; names the field, and the web layer answers 422.

    Args:
        field: the name of the form field, query parameter or filter term at fault.
        message: one sentence for the person who typed it.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
