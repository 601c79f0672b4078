"""The requests of components and their executions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select

from benchmarks.case import Case
from delula.components.listing import LISTING as COMPONENTS
from delula.db import session
from delula.executions.listing import LISTING as EXECUTIONS
from delula.executions.listing import RUNS
from delula.lists import Cursor
from delula.usage.window import PRESETS
from delula.web.lists import in_filter, in_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.lists import Sort

#: How deep in the list of executions a deep page lies.
DEPTH = 1_000_000
_COMPONENTS, _EXECUTIONS, _USAGE = "/components/", "/components/executions/", "/components/usage"


def component_cases() -> Iterator[Case]:
    """Lists, sorts, deep pages, filters, details and analytics; none where nothing has ever run."""
    run = (
        session()
        .execute(select(RUNS.id, RUNS.component_id, RUNS.user_id, RUNS.execution_id).limit(1))
        .first()
    )
    if run is None:
        return
    yield Case("Components", "list", _COMPONENTS)
    for sort in COMPONENTS.sorts:
        yield Case("Components", f"by {sort.key}", f"{_COMPONENTS}?sort={sort.key}")
    yield Case("Components", "rate:<95", f"{_COMPONENTS}?{urlencode({'q': 'rate:<95'})}")
    yield Case("Components", "graph of all", f"{_COMPONENTS}graph")
    yield Case("Components", "one component", f"{_COMPONENTS}{in_path(run.component_id)}")
    yield Case("Components", "peek", f"{_COMPONENTS}{in_path(run.component_id)}/peek", fragment=True)
    yield Case("Executions", "list", _EXECUTIONS)
    for sort in EXECUTIONS.sorts:
        yield Case("Executions", f"by {sort.key}", f"{_EXECUTIONS}?sort=-{sort.key}")
        if (deep := _deep(sort)) is not None:
            params = urlencode({"sort": f"-{sort.key}", "after": deep.text})
            yield Case("Executions", f"by {sort.key}, deep", f"{_EXECUTIONS}?{params}")
    component = f"component:{in_filter(run.component_id)}"
    for query, order in (
        (component, "-created"),
        (component, "-duration"),
        ("success:no", "-created"),
        (f"success:no+{component}", "-created"),
        (f"user:{in_filter(run.user_id)}", "-created"),
        ("error:timeout", "-created"),
        ("duration:%3E10m", "-created"),
        ("created:30d", "-duration"),
        ("input.prompt:zyzzyva", "-created"),
    ):
        path = f"{_EXECUTIONS}?q={query}&sort={order}"
        yield Case("Executions", f"{query.replace('+', ' ')} by {order}", path)
    for fragment in ("facets", "count"):
        yield Case("Executions", fragment, f"{_EXECUTIONS}{fragment}", fragment=True)
    if run.execution_id:
        yield Case("Executions", "one execution", f"{_EXECUTIONS}{in_path(run.execution_id)}")
    yield Case("Executions", "peek", f"{_EXECUTIONS}{run.id}/peek", fragment=True)
    yield from _usage_cases(run.component_id)


def _usage_cases(component_id: str) -> Iterator[Case]:
    """Analytics of ranges of every length, in zones that lie hours and parts of an hour from UTC."""
    for range_ in PRESETS:
        yield Case("Usage", range_, f"{_USAGE}?range={range_}")
    for range_ in ("30d", "18mo"):
        for zone in ("Europe/Berlin", "Asia/Kathmandu"):
            yield Case(
                "Usage", f"{range_} in {zone}", f"{_USAGE}?{urlencode({'range': range_, 'zone': zone})}"
            )
        params = urlencode({"range": range_, "component": component_id})
        yield Case("Usage", f"{range_} of one component", f"{_USAGE}?{params}")


def _deep(sort: Sort) -> Cursor | None:
    """The cursor after many rows, the largest first; None where there are fewer."""
    value = sort.expression
    statement = select(value, RUNS.id).where(value.is_not(None)).order_by(value.desc(), RUNS.id.desc())
    row = session().execute(statement.offset(DEPTH).limit(1)).one_or_none()
    return None if row is None else Cursor(row[0], row[1])
