"""The pages of tags."""

from __future__ import annotations

from flask import Blueprint

from delula.access.permissions import Permission
from delula.tags import queries
from delula.tags.cells import cells
from delula.tags.listing import LISTING
from delula.web.list_views import ListViews, add_list

blueprint = Blueprint("tags", __name__, url_prefix="/tags")

add_list(blueprint, ListViews(LISTING, Permission.TAGS_READ, queries.list_rows, cells, {}))
