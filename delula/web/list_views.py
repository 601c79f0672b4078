"""The pages and fragments that every list has, as routes: one call gives a blueprint all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import redirect

from delula.access.guard import requires, signed_in
from delula.commands import command_named
from delula.lists import GRID
from delula.web.lists import (
    count_fragment,
    custom_range,
    facets_fragment,
    list_page,
    live_fragment,
    suggestions_fragment,
)
from delula.web.render import render
from delula.web.tables import table_body
from delula.web.tiles import tiles_body

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from flask import Blueprint, Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as AnyResponse

    from delula.access.permissions import Permission
    from delula.commands import Command
    from delula.lists import ListSpec, ListState
    from delula.search import Choice, Field, Resolvers
    from delula.web.lists import ListPage
    from delula.web.tables import Cell


def no_suggestions(field: Field, prefix: str, limit: int) -> Sequence[Choice]:  # noqa: ARG001 - a lookup's shape
    """For lists whose fields have no values to be looked up."""
    return ()


@dataclass(frozen=True)
class ListViews:
    """What an area gives for its list; the rest is the same for all.

    Attributes:
        spec: the list's declaration.
        permission: who may read it.
        load: loads the rows with these ids, in this order, with what the state shows of them.
        cells: makes one cell for each column, as the person of this request may see it.
        resolvers: turn names of other rows in a filter into ids.
        states: loads the present status of rows by id, where it changes by itself.
        suggest: looks up values of a field for the query box.
        tile: makes one tile of the grid, as the person of this request may see it; for lists that have one.
        extras: what stands beside the list: `head`, beside its title.
        heading: names the group that a row belongs to, where the default order keeps groups together.
        deeds: what can be done beside the rows, as buttons at the head: label, icon, href, disabled_reason.
        bulk: names of the commands that can be run on the rows that are selected, the most wanted first;
            each has an `object_field`, which takes the id of a row.
        create: name of the command that makes a new one.
    """

    spec: ListSpec
    permission: Permission
    load: Callable[[Sequence[Any], ListState], Sequence[Any]]
    cells: Callable[[], Mapping[str, Cell]]
    resolvers: Resolvers
    states: Callable[[Sequence[Any]], Mapping[Any, str]] | None = None
    suggest: Callable[[Field, str, int], Sequence[Choice]] = no_suggestions
    tile: Callable[[], Callable[[Any, ListPage], Markup]] | None = None
    extras: Callable[[], Mapping[str, Any]] = dict
    heading: Callable[[Any], str] | None = None
    deeds: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    bulk: Sequence[str] = ()
    create: str = ""


def _commands(names: Sequence[str]) -> tuple[Command[Any], ...]:
    """The commands of these names that the person of this request may run."""
    person = signed_in()
    found = (command_named(name) for name in names)
    return tuple(command for command in found if command and person and person.may(command.permission))


def add_list(blueprint: Blueprint, views: ListViews) -> None:
    """Give a blueprint the routes of a list: `index` and its fragments.

    Where the list has a summary, the blueprint adds a route `summary` itself.
    """
    spec, resolvers = views.spec, views.resolvers

    def index() -> AnyResponse:
        if (canonical := custom_range(spec)) is not None:
            return redirect(canonical)
        listed, status = list_page(spec, resolvers, views.load)
        commands = _commands(views.bulk)
        listed = replace(listed, selects=bool(commands))
        heading = views.heading if listed.state.order.sort == spec.default_order.sort else None
        return render(
            "lists/index.html",
            "lists/_list.html",
            status=status,
            listed=listed,
            deeds=views.deeds(),
            bulk=commands,
            create=next(iter(_commands([views.create])), None),
            body=tiles_body(listed, views.tile())
            if listed.state.view == GRID and views.tile
            else table_body(listed, views.cells(), heading),
            **views.extras(),
        )

    def count() -> Response:
        return count_fragment(spec, resolvers)

    def facets() -> Response:
        return facets_fragment(spec, resolvers)

    def live() -> Response:
        return live_fragment(spec, resolvers, views.states)

    def suggestions() -> Response:
        return suggestions_fragment(spec, views.suggest)

    guarded = requires(views.permission)
    blueprint.add_url_rule("/", "index", guarded(index))
    for fragment in (count, facets, live, suggestions):
        blueprint.add_url_rule(f"/{fragment.__name__}", fragment.__name__, guarded(fragment))
