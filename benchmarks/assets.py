"""The requests of the asset library."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import text

from benchmarks.case import Case
from delula.assets.listing import LISTING
from delula.db import session
from delula.lists import Cursor, Order
from delula.web.lists import in_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLE = text(
    """SELECT (SELECT max(id) / 2 FROM user_assets) AS library,
              (SELECT max(id) / 2 FROM generations) AS generation,
              (SELECT min(id) FROM market_assets) AS market, (SELECT min(id) FROM system_assets) AS system,
              (SELECT asset_id FROM user_assets ORDER BY id OFFSET 1000 LIMIT 1) AS asset_id,
              (SELECT user_id FROM dashboard.user_totals ORDER BY assets DESC, user_id LIMIT 1) AS busiest"""
)

#: Filters, from those that one index answers in order to those that are looked for along the way.
_FILTERS = (
    "deleted:no",
    "deleted:yes",
    "source:user",
    "source:generation",
    "source:market",
    "type:audio",
    "-type:image",
    "sunset",
    "sunste",
    "zzzzqqq",
    "name:sun*",
    "tag:favourite",
    "tag:none",
    "system_tag:outdoor",
    "mime:application/pdf",
    "bytes:>100kB",
    "width:896",
    "usage:>1000",
    "origin:imported",
    "auto.label:person",
    "auto.label:nothing",
    "ai.nsfw:>0.3",
    "meta.license:standard",
)


def asset_cases() -> Iterator[Case]:
    """The library at its beginning and in its middle, filtered, and one asset of each source."""
    sample = session().execute(_SAMPLE).one()
    if sample.library is None:
        return
    middle = text("SELECT created_at FROM user_assets WHERE id = :id")
    created = session().scalar(middle, {"id": sample.library})
    deep = Cursor(created, f"user-{sample.library}").text
    yield Case("Assets", "first page", "/assets/")
    yield Case("Assets", "first page, as table", "/assets/?view=table")
    if created is not None:
        yield Case("Assets", "in the middle", f"/assets/?after={deep}")
        yield Case("Assets", "in the middle, backwards", f"/assets/?before={deep}")
    for sort in LISTING.sorts:
        for descending in (True, False):
            order = Order(sort, descending)
            yield Case("Assets", f"sorted by {order.text}", f"/assets/?{urlencode({'sort': order.text})}")
    of_busiest = f"user:{in_filter(sample.busiest)}" if sample.busiest is not None else "user:any"
    for query in (*_FILTERS, f"asset:{sample.asset_id}", of_busiest):
        named = "the busiest owner" if query == of_busiest else query
        yield Case("Assets", named, f"/assets/?{urlencode({'q': query})}")
    for source in ("library", "generation", "market", "system"):
        id_ = getattr(sample, source)
        if id_ is not None:
            reference = f"{'user' if source == 'library' else source}-{id_}"
            yield Case("Assets", f"one of the {source}", f"/assets/{reference}")
            yield Case("Assets", f"peek at one of the {source}", f"/assets/{reference}/peek", fragment=True)
            yield Case("Assets", f"uses of one of the {source}", f"/assets/{reference}/uses", fragment=True)
    for fragment in ("count", "facets", f"summary?{urlencode({'q': of_busiest})}"):
        named = fragment.partition("?")[0]
        yield Case("Assets", named, f"/assets/{fragment}", fragment=True)
    for typed in ("name:sun", "name:sunste"):
        path = f"/assets/suggestions?{urlencode({'q': typed})}"
        yield Case("Assets", f"suggestions for {typed}", path, fragment=True)
