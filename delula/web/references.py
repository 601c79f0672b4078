"""How an object is named and linked where another one refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.access.guard import may
from delula.access.permissions import Permission
from delula.web.lists import in_path
from delula.web.masking import masked_email, shown_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.lists import RowId


#: The area that shows things of a kind; kinds that are not here have no page of their own.
AREAS: Mapping[str, str] = {
    "asset": "assets",
    "component": "components",
    "generation": "generations",
    "job": "jobs",
    "provider": "providers",
    "quarantined": "quarantine",
    "option_icon": "option_icons",
    "recipe": "recipes",
    "sample": "samples",
    "staff": "staff",
    "tag": "tags",
    "tag_namespace": "namespaces",
    "upload": "uploads",
    "user": "users",
}

#: What the page of a thing needs, where not everybody who is told of the thing may open it.
NEEDED: Mapping[str, Permission] = {"staff": Permission.STAFF_MANAGE}

#: What a user is called whose very id is empty: a link has to say something.
NAMELESS = "(empty id)"


def owner_naming() -> Callable[[Any], str]:
    """How owners are called: handle, else e-mail address (masked for those who may not see it), else id.

    Returns:
        A function of a row that has `user_id`, `user_email` and `user_handle`.
    """
    in_full = may(Permission.USERS_READ_EMAIL)

    def name(row: Any) -> str:
        email: str | None = row.user_email if in_full else masked_email(row.user_email)
        return shown_text(row.user_handle) or email or str(row.user_id) or NAMELESS

    return name


def hrefs_of(area: str) -> Callable[[RowId], str]:
    """The addresses of the objects of an area, by id; made once for a page, since it asks for many."""
    index = url_for(f"{area}.index")
    return lambda id_: f"{index}{in_path(id_)}"


def object_name(kind: str, id_: str, name: str | None = None) -> str:
    """A thing with its kind, as the audit log names that: `Recipe Lava`; by its id where it has no name."""
    return f"{kind.replace('_', ' ').capitalize()} {(name or '').strip() or id_}"


def object_href(kind: str, id_: str) -> str | None:
    """The page of a thing of a kind, as the audit log names them.

    Returns:
        Its address; None where its kind has no page, or none that the person of this request may open.
    """
    area = AREAS.get(kind)
    if area is None or (kind in NEEDED and not may(NEEDED[kind])):
        return None
    return hrefs_of(area)(id_)
