"""The pages of executions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, url_for

from delula.access.guard import requires
from delula.access.permissions import Permission
from delula.components.queries import suggest_components
from delula.executions import queries
from delula.executions.cells import cells
from delula.executions.listing import LISTING
from delula.executions.trace import trace_of
from delula.web.list_views import ListViews, add_list
from delula.web.lists import id_of_path, in_filter, place_of
from delula.web.masking import shown_json
from delula.web.references import hrefs_of, owner_naming
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from typing import Any

    from flask import Response

    from delula.db import AnyRow
    from delula.models import JsonValue


blueprint = Blueprint("executions", __name__, url_prefix="/components/executions")

add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.COMPONENTS_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        suggest=suggest_components,
    ),
)


@blueprint.get("/<path:reference>")  # an id may have slashes, and a server takes `%2F` for one
@requires(Permission.COMPONENTS_READ)
def detail(reference: str) -> Response:
    """One execution, by its id or by the number of one of its runs, as a trace over its components."""
    run = _found(reference)
    trace = trace_of(queries.steps(run), queries.MOST_STEPS)
    # The run that was asked for by number, rather than the execution as a whole.
    chosen = run.id if reference == str(run.id) else None
    words = _words()
    ids = [row.id for row, _ in trace.runs]
    shown = {*ids[: queries.MOST_DOCUMENTS], *([chosen] if chosen else [])}
    return render(
        "executions/detail.html",
        trace=trace,
        execution_id=run.execution_id or None,
        chosen=chosen,
        documents=_documents(sorted(shown)),
        owner_links=[
            {
                "icon": "user-x" if row.user_found is None else "user",
                "title": words["owner"](row),
                "meta": "This user no longer exists" if row.user_found is None else "User",
                "href": words["owner_href"](row),
                "missing": row.user_found is None,
            }
            for id_, row in {row.user_id: row for row, _ in trace.runs}.items()
            if id_ is not None
        ],
        place=place_of(LISTING, queries.RESOLVERS, run.id),
        **words,
    )


@blueprint.get("/<reference>/peek")
@requires(Permission.COMPONENTS_READ)
def peek(reference: str) -> Response:
    """The essence of one run, beside the list."""
    run = _found(reference)
    (row,) = queries.single(run.id)
    return render_peek("executions/_peek.html", row=row, documents=_documents([run.id]), **_words())


def _found(reference: str) -> AnyRow:
    id_ = id_of_path(reference)
    coded = queries.find_execution(id_) if id_ != reference else None
    run = coded or queries.find(reference)
    if run is None:
        abort(404)
    return run


def _words() -> dict[str, Any]:
    """What the templates name and link things with."""

    def same_href(field: str, value: object) -> str:
        return f"{url_for('executions.index')}?q={field}:{in_filter(value)}"

    user_href = hrefs_of("users")

    def owner_href(row: AnyRow) -> str:
        return same_href("user", row.user_id) if row.user_found is None else user_href(row.user_id)

    return {
        "owner_href": owner_href,
        "longest": queries.LONGEST_DOCUMENT,
        "owner": owner_naming(),
        "component_href": hrefs_of("components"),
        "same_href": same_href,
    }


def _documents(ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The input and output of runs, secrets masked."""
    return {
        id_: [
            _document("Input", row.input, row.input_length),
            _document("Output", row.output, row.output_length),
        ]
        for id_, row in queries.documents(ids).items()
    }


def _document(label: str, value: JsonValue, length: int | None) -> dict[str, Any]:
    return {"label": label, "value": shown_json(value), "length": length}
