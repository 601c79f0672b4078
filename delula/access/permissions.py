"""The permission table: what there is to do, and which role may do it."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles of staff, from the most to the least powerful."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    SUPPORT = "support"
    VIEWER = "viewer"


class Permission(StrEnum):
    """One thing that a member of staff may do: `area.verb`."""

    PUBLIC = "public"  # no sign-in: the sign-in page itself, /healthz, static files
    SIGNED_IN = "signed_in"  # whoever is signed in: own account, style guide
    GENERATIONS_READ = "generations.read"
    STAFF_MANAGE = "staff.manage"
