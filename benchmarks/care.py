"""The requests of operations and of the care of assets: queue, review, uploads, integrity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from benchmarks.case import Case
from delula.db import session
from delula.models import BacklogVideo, Provider, ReviewItem, ReviewState, Upload
from delula.models.integrity import StorageFinding
from delula.review.listing import LISTING as REVIEW

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Pages of their own, by group.
_PAGES = {
    "Operations": (
        "/queue/",
        "/queue/past",
        "/backlog/",
        "/backlog/videos/",
        "/providers/",
        "/jobs/",
        "/audit/",
    ),
    "Review": ("/review/policies", "/review/figures"),
    "Care": (
        "/assets/uploads/",
        "/assets/uploads/new",
        "/assets/integrity/",
        "/assets/integrity/scans",
        "/assets/quarantine/",
        "/assets/removed/",
        "/assets/retention",
    ),
    "Staff": ("/staff/", "/staff/permissions", "/account/"),
}


def care_cases() -> Iterator[Case]:
    """Lists and pages, and the page of one of each; what is not there is left out."""
    for group, paths in _PAGES.items():
        for path in paths:
            yield Case(group, path, path)
    waiting = session().execute(select(func.min(ReviewItem.id)).where(ReviewItem.state == ReviewState.OPEN))
    item = waiting.scalar()
    for group, name, path, id_ in (
        ("Operations", "one video", "/backlog/videos/{}", _first(BacklogVideo)),
        ("Operations", "one provider", "/providers/{}", _first(Provider)),
        ("Operations", "recipes of one provider", "/providers/{}/recipes", _first(Provider)),
        ("Review", "one item", "/review/{}", item),
        ("Care", "one upload", "/assets/uploads/{}", _first(Upload)),
        ("Care", "one finding", "/assets/integrity/{}", _first(StorageFinding)),
    ):
        if id_ is not None:
            yield Case(group, name, path.format(id_))
    yield Case("Review", "list", "/review/")
    if item is None:
        return
    yield Case("Review", "peek", f"/review/{item}/peek", fragment=True)
    yield Case("Review", "the next one", "/review/next")
    for view in REVIEW.views:
        yield Case("Review", view, f"/review/?{urlencode({'view': view})}")
    for sort in REVIEW.sorts:
        yield Case("Review", f"by {sort.key}", f"/review/?{urlencode({'sort': sort.key})}")
    for query in ("kind:user_asset", "state:open", "state:open kind:sample"):
        yield Case("Review", query, f"/review/?{urlencode({'q': query})}")
    for fragment in ("facets", "count"):
        yield Case("Review", fragment, f"/review/{fragment}", fragment=True)


def _first(model: Any) -> int | None:
    """The first id of a table; None where it is empty."""
    return session().scalar(select(func.min(model.id)))
