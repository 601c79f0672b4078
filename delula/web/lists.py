"""What every list page shows around its rows, and the fragments that come after them.

An area hands in its `ListSpec`, how its rows are loaded and its templates; everything else is here, so that
all lists of the console behave alike.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode
from zoneinfo import ZoneInfo

from flask import request, url_for
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import MultiDict

from delula.access.guard import may
from delula.access.permissions import Permission
from delula.config import current_settings
from delula.db import atomic, session
from delula.errors import InvalidInput
from delula.lists import (
    GRID,
    Cursor,
    Key,
    ListSpec,
    ListState,
    Page,
    SortKind,
    conditions_of,
    count_before,
    estimate,
    exact_count,
    facet_counts,
    find_page,
    key_of,
    neighbours,
    parse_cursor,
    read_state,
)
from delula.search import Choice, GuardedResolver, suggest
from delula.search.filter import text_of
from delula.search.lexer import written_value
from delula.search.parser import MAXIMUM_LENGTH
from delula.web.masking import is_whole
from delula.web.render import render, render_once

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from flask import Response
    from markupsafe import Markup

    from delula.lists import Condition, RowId, SortValue
    from delula.search import Field, Filter, Resolver, Resolvers
    from delula.search.suggest import Lookup

#: Up to this many of the first rows of a list are counted for its facets.
FACET_ROWS = 2_000
#: Values of one facet that are shown.
FACET_VALUES = 8
#: New rows are counted up to here; beyond, "99+" says enough.
NEW_ROWS = 99
#: An exact count is given up after this many seconds.
COUNT_SECONDS = 5

#: Terms that stand as chips; beyond the terms that can be run (`MAXIMUM_TERMS`) a few say enough.
SHOWN_TERMS = 60

#: What the address of a list goes on with for its own fragments and the pages beside it, so that no id of a
#: row can stand there.
FRAGMENTS = frozenset({"count", "facets", "live", "suggestions", "summary", "executions", "graph", "usage"})

TIME_RANGES = (
    ("Last hour", ">1h"),
    ("Last 24 hours", ">24h"),
    ("Last 7 days", ">7d"),
    ("Last 30 days", ">30d"),
    ("Last 90 days", ">90d"),
    ("Last year", ">1y"),
)


@dataclass(frozen=True)
class ListPage:
    """What a list's template reads: the state, the links that change it, and the rows.

    Attributes:
        state: what is looked at.
        filter: its filter, references resolved, with the notes and problems that this brought up.
        page: the keys found; empty where the filter has a problem.
        rows: what the area loaded for those keys, in their order.
        selects: whether rows can be selected, to do the same with all of them.
    """

    state: ListState
    filter: Filter
    page: Page
    rows: Sequence[Any]
    selects: bool = False

    @property
    def spec(self) -> ListSpec:
        """Which list."""
        return self.state.spec

    @cached_property
    def action(self) -> str:
        """The list's own address."""
        return url_for(f"{self.spec.name}.index")

    def href(self, state: ListState, *, place: bool = False, endpoint: str = "index", **more: str) -> str:
        """The address of the list in some state, or of one of its fragments."""
        return self._address([*state.params(place=place), *more.items()], endpoint)

    def _address(self, params: Sequence[tuple[str, str]], endpoint: str = "index") -> str:
        # A list's fragments lie beside its rows, each under the name of its endpoint.
        path = self.action if endpoint == "index" else f"{self.action}{endpoint}"
        return f"{path}?{urlencode(params)}" if params else path

    @cached_property
    def _params(self) -> list[tuple[str, str]]:
        """The parameters of the address but for the place in the list."""
        return self.state.params()

    def _kept(self, template: str, *more: Hashable) -> Markup:
        """A part of the page that depends on nothing but the parameters of its address, and on `more`."""
        return render_once(template, (self.action, *self._params, *more), lambda: {"listed": self})

    @cached_property
    def here(self) -> str:
        """The query string of this very page, for links that lead back to it."""
        return urlencode(self.state.params(place=True))

    def detail_href(self, id_: RowId) -> str:
        """The page of one row, which then knows the list that one came from."""
        return f"{self.action}{id_ if type(id_) is int else in_path(id_)}{self._came_from}"

    def peek_href(self, id_: RowId) -> str:
        """The fragment that shows the essence of one row beside the list."""
        return f"{self.action}{id_ if type(id_) is int else in_path(id_)}/peek"

    @cached_property
    def _came_from(self) -> str:
        return f"?{urlencode({'from': self.here})}" if self.here else ""

    def hidden(self, *but: str) -> list[tuple[str, str]]:
        """What a form on the page carries along, but for the parameters that it sets itself."""
        return [(name, value) for name, value in self._params if name not in but]

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """The filters that stand above the list, the whole list first."""
        here = self.state.filter.text
        return [
            {"label": label, "href": self._text_href([text] if text else []), "current": text == here}
            for label, text in (("All", ""), *self.spec.tabs)
            if self.spec.tabs
        ]

    @property
    def pages(self) -> list[dict[str, str]]:
        """The links to further pages about the same things."""
        return [
            {"label": label, "icon": icon, "href": url_for(endpoint)}
            for label, icon, endpoint in self.spec.pages
        ]

    @property
    def clear_href(self) -> str:
        """The list without a filter."""
        return self._text_href(())

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The filter's terms, each with the links that turn it round or take it away."""
        texts = self._term_texts
        return [
            {
                "text": term.label,
                "negated": term.negated,
                "problem": term.problem is not None,
                "negate_href": self._text_href([*texts[:index], term.toggled().text, *texts[index + 1 :]]),
                "remove_href": self._text_href([*texts[:index], *texts[index + 1 :]]),
            }
            for index, term in enumerate(self.filter.terms[:SHOWN_TERMS])
        ]

    @cached_property
    def problems(self) -> list[dict[str, Any]]:
        """The terms that cannot be run, each with a suggestion where there is one."""
        texts = self._term_texts
        return [
            {
                "term": term.text,
                "message": term.problem.message,
                "suggestion": term.suggestion,
                "href": self._text_href([*texts[:index], term.suggestion or term.text, *texts[index + 1 :]]),
            }
            for index, term in enumerate(self.filter.terms[:SHOWN_TERMS])
            if term.problem
        ]

    @cached_property
    def _term_texts(self) -> list[str]:
        return [term.text for term in self.state.filter.terms]

    def _text_href(self, terms: Sequence[str]) -> str:
        # Put together as text: to read the filter anew for each link takes longer than the rest of the page.
        query = text_of(terms)
        return self._address([*([("q", query)] if query else []), *self.hidden("q")])

    @property
    def notes(self) -> list[str]:
        """What should be known of terms that work, but may not be what was meant."""
        return [term.note for term in self.filter.terms if term.note and not term.problem]

    @property
    def head(self) -> list[dict[str, Any]]:
        """The table's headings."""
        return [self._heading(column.key) for column in self.state.columns]

    def _heading(self, key: str) -> dict[str, Any]:
        column = next(column for column in self.spec.columns if column.key == key)
        sort = self.spec.sort(column.sort) if column.sort else None
        direction = "descending" if self.state.order.descending else "ascending"
        return {
            "label": column.label,
            "name": column.key,
            "numeric": column.numeric,
            "width": column.width,
            "sort_href": self.href(self.state.sorted_by(sort)) if sort else None,
            "sort": (direction if sort == self.state.order.sort else "none") if sort else None,
        }

    @property
    def column_choices(self) -> list[dict[str, Any]]:
        """The menu of columns."""
        return [
            {"label": column.label, "name": column.key, "shown": column in self.state.columns}
            for column in self.spec.columns
        ]

    @property
    def sort_choices(self) -> list[dict[str, Any]]:
        """The menu of sorts, for screens without headings."""
        return [
            {
                "label": sort.label,
                "href": self.href(self.state.sorted_by(sort)),
                "current": sort == self.state.order.sort,
            }
            for sort in self.spec.sorts
        ]

    @property
    def view_choices(self) -> list[dict[str, Any]]:
        """The switch between table and grid."""
        names = {"table": ("Table", "rows-3"), GRID: ("Grid", "layout-grid")}
        return [
            {
                "label": names[view][0],
                "icon": names[view][1],
                "href": self.href(self.state.viewed_as(view), place=True),
                "current": view == self.state.view,
            }
            for view in self.spec.views
        ]

    @property
    def search(self) -> Markup:
        """The query box, and the menus beside it."""
        return self._kept("lists/_search.html", self.state.filter.source, bool(self.problems))

    @property
    def table_top(self) -> Markup:
        """The beginning of the table, with its headings."""
        return self._kept("lists/_table_top.html", self.selects)

    @property
    def time_ranges(self) -> dict[str, Any]:
        """The menu of time ranges, which edits the filter like everything else."""
        field = self.spec.time_field
        typed = self.state.filter
        unset = typed.replacing(field, "")
        others = self.hidden("q")
        terms = {term.text for term in typed.terms}

        def choice(label: str, term: str, *, current: bool) -> dict[str, Any]:
            # Put together as text: to read the filter anew for each takes longer than the rest of the page.
            query = f"{unset.text} {term}".strip()
            params = [("q", query), *others] if query else others
            return {"label": label, "href": self._address(params), "current": current}

        items = [
            choice(label, f"{field}:{operand}", current=f"{field}:{operand}" in terms)
            for label, operand in TIME_RANGES
        ]
        current = next((item["label"] for item in items if item["current"]), None)
        return {
            "label": current or ("Any time" if unset == typed else "Custom range"),
            "active": unset != typed,
            "items": [choice("Any time", "", current=unset == typed), *items],
            "custom": {
                "action": self.action,
                "hidden": self.hidden(),
                "name_from": "from",
                "name_to": "to",
                "value_from": "",
                "value_to": "",
            },
        }

    @property
    def previous_href(self) -> str | None:
        """The page before."""
        return self._at(self.page.previous)

    @property
    def next_href(self) -> str | None:
        """The page after."""
        return self._at(self.page.next)

    @property
    def first_href(self) -> str | None:
        """The beginning of the list, where one is not there."""
        return self._address(self._params) if self.state.cursor else None

    def _at(self, cursor: Cursor | None) -> str | None:
        return self.href(self.state.at_cursor(cursor), place=True) if cursor else None

    @property
    def jump(self) -> dict[str, Any] | None:
        """The form that jumps to a value of the sort; None where people do not know its values."""
        sort = self.state.order.sort
        if not sort.jumps:
            return None
        kinds = {
            SortKind.TIME: "date",
            SortKind.INTEGER: "number",
            SortKind.DECIMAL: "number",
            SortKind.TEXT: "text",
        }
        return {
            "action": self.action,
            "hidden": self.hidden(),
            "label": "Jump to date" if sort.kind is SortKind.TIME else f"Jump to {sort.label.lower()}",
            "name": "at",
            "type": kinds[sort.kind],
            "value": self.state.at,
        }

    @cached_property
    def live_href(self) -> str | None:
        """Where new rows are asked for; only the beginning of the default order can have any at its top."""
        if self.state.cursor or self.state.order != self.spec.default_order or not self.page.keys:
            return None
        newest = self.page.keys[0]
        since = Cursor(newest.value, newest.id).text
        return self._address([*self._params, ("since", since)], "live")

    @property
    def summary_href(self) -> str | None:
        """The fragment that sums up what the filter leaves."""
        return self._address(self._params, "summary") if self.spec.summary else None

    @property
    def facets_href(self) -> str:
        """The fragment with the facets."""
        return self._address(self._params, "facets")

    @property
    def known_count(self) -> int | None:
        """How many rows match, where the first page has them all: then nothing needs to be estimated."""
        is_all = self.state.cursor is None and self.page.next is None and self.page.unfinished is None
        return len(self.rows) if is_all and not self.problems else None

    @property
    def count_href(self) -> str:
        """The fragment with the estimated count."""
        return self._address(self._params, "count")

    @property
    def suggest_href(self) -> str:
        """The fragment with suggestions for the query box."""
        return self._address((), "suggestions")


#: Values that mean themselves in a filter as well as in an address: ids, slugs, most handles.
_PLAIN = re.compile(r"(?!(?:none|any)\Z)[a-z0-9_-]+", re.IGNORECASE | re.ASCII)


def in_filter(value: object) -> str:
    """A value as it stands behind `field:` in the address of a list; also a Jinja filter."""
    typed = str(value)
    return typed if _PLAIN.fullmatch(typed) else _quoted_in_filter(typed)


@lru_cache(maxsize=5_000)  # the same names stand in row after row
def _quoted_in_filter(typed: str) -> str:
    return quote_plus(written_value(typed))


def value_href(index: str, field: str, value: object) -> str | None:
    """The address of a list where it has the rows with one value in one field.

    Returns:
        None where the value is longer than any filter that is read.
    """
    return f"{index}?q={field}:{in_filter(value)}" if _can_be_typed(field, value) else None


def _can_be_typed(field: str, value: object) -> bool:
    """Whether a filter can be as long as a value takes."""
    return len(f"{field}:{written_value(str(value))}") <= MAXIMUM_LENGTH


#: Ids that no part of an address can carry: a server takes `%2F` for a slash and browsers resolve dots.
_NOT_A_PART = re.compile(r"|\.{1,2}|.*/.*|~.*", re.DOTALL)


#: Ids that stand in an address as they are: a list shows a hundred of them.
_AS_IT_IS = re.compile(r"[A-Za-z0-9_-]+").fullmatch


def in_path(id_: RowId) -> str:
    """The id of a row as a part of an address, whatever the id is; `id_of_path` reads it back."""
    if isinstance(id_, int):
        return str(id_)
    if _AS_IT_IS(id_) and id_ not in FRAGMENTS:
        return id_
    if _NOT_A_PART.fullmatch(id_) or id_ in FRAGMENTS:
        return coded_in_path(id_)
    return quote(id_, safe="")


def coded_in_path(id_: str) -> str:
    """A text id as a part of an address that reads like no other; `id_of_path` reads it back too."""
    return "~" + urlsafe_b64encode(id_.encode()).decode().rstrip("=")


def id_of_path(part: str) -> str:
    """The text id that a part of an address stands for; the part itself where `in_path` did not make it."""
    if not part.startswith("~"):
        return part
    try:
        return urlsafe_b64decode(part[1:].encode() + b"=" * (-len(part[1:]) % 4)).decode()
    except ValueError:
        return part


def zone() -> ZoneInfo:
    """The zone in which days begin and end."""
    return ZoneInfo(current_settings().time_zone)


def state_of_request(spec: ListSpec) -> ListState:
    """The state of a list that the request's parameters describe.

    Raises:
        InvalidInput: a parameter other than the filter cannot be used.
    """
    return read_state(spec, request.args, request.args.getlist("columns"), now=datetime.now(UTC), zone=zone())


def state_of_text(spec: ListSpec, text: str) -> ListState:
    """The state of a list that a link carries along as a query string; the default where it is unusable.

    A page that lies inside a list works without knowing which, so a broken memory of it is no error.
    """
    params = MultiDict(parse_qsl(text))
    now, where = datetime.now(UTC), zone()
    try:
        return read_state(spec, params, params.getlist("columns"), now=now, zone=where)
    except InvalidInput:
        return read_state(spec, {}, (), now=now, zone=where)


def resolved_here(typed: Filter, resolvers: Resolvers) -> Filter:
    """A filter with the names in it turned into ids, as far as the person of this request may ask for them.

    What may not be asked for is refused whether it exists or not: else anybody could find out by asking.
    """

    def allowed(resolver: Resolver) -> Resolver:
        return (
            resolver.open if isinstance(resolver, GuardedResolver) and not _may(resolver.needs) else resolver
        )

    return typed.withholding(_may).resolved({name: allowed(one) for name, one in resolvers.items()})


def _may(needs: str) -> bool:
    return may(Permission(needs))


def list_page(
    spec: ListSpec,
    resolvers: Resolvers,
    load: Callable[[Sequence[Any], ListState], Sequence[Any]],
) -> tuple[ListPage, int]:
    """Find and load one page of a list.

    Args:
        spec: which list.
        resolvers: turn names of other rows into ids.
        load: loads the rows with these ids, in this order, with what the state shows of them.

    Returns:
        The page, and the status to answer with: 422 where the filter has a problem, and then without rows,
        since rows that do not meet the whole filter would pass for its answer.
    """
    state = state_of_request(spec)
    resolved = resolved_here(state.filter, resolvers)
    if not resolved.is_valid:
        return ListPage(state, resolved, Page(()), []), 422
    page = find_page(
        session(), spec.source, conditions_of(resolved), state.order, state.cursor, spec.page_size
    )
    return ListPage(state, resolved, page, load(page.ids, state)), 200


@dataclass(frozen=True)
class Place:
    """Where the page of one row lies in the list that one came from.

    Attributes:
        back_href: that list.
        previous_href: the page of the row before, if there is one.
        next_href: the page of the row after, if there is one.
    """

    back_href: str
    previous_href: str | None = None
    next_href: str | None = None


def place_of(spec: ListSpec, resolvers: Resolvers, id_: RowId, value: SortValue | None = None) -> Place:
    """Where the page of a row, which is being asked for, lies in the list that one came from.

    Args:
        spec: the list.
        resolvers: find what its filter names.
        id_: of the row.
        value: that the row has in the list's default order, where the page has read it already; only from
            pages of rows that the list has.
    """
    listed_from = request.args.get("from", "")
    index = url_for(f"{spec.name}.index")
    back = f"{index}?{listed_from}" if listed_from else index
    state = state_of_text(spec, listed_from)
    resolved = resolved_here(state.filter, resolvers)
    if value is not None and state.order.sort is spec.default_order.sort:
        key: Key | None = Key(value, id_)
    else:
        key = key_of(session(), spec.source, state.order, id_)
    if not resolved.is_valid or key is None:
        return Place(back)

    def href(id_: RowId | None) -> str | None:
        if id_ is None:
            return None
        came_from = f"?{urlencode({'from': listed_from})}" if listed_from else ""
        return f"{index}{in_path(id_)}{came_from}"

    before, after = neighbours(session(), spec.source, conditions_of(resolved), state.order, key)
    return Place(back, href(before), href(after))


def custom_range(spec: ListSpec) -> str | None:
    """Where the form for a custom time range leads: the same list, with the range in its filter.

    Returns:
        None where the request does not come from that form.

    Raises:
        InvalidInput: an end of the range is no date.
    """
    if "from" not in request.args and "to" not in request.args:
        return None
    ends = {name: request.args.get(name, "").strip() for name in ("from", "to")}
    for name, text in ends.items():
        if text:
            try:
                datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a day; the filter knows the zone
            except ValueError:
                raise InvalidInput(name, "takes a date such as 2026-03-01.") from None
    state = state_of_request(spec)
    operand = f"{ends['from']}..{ends['to']}" if any(ends.values()) else ""
    changed = state.filtered(state.filter.replacing(spec.time_field, operand))
    return f"{url_for(f'{spec.name}.index')}?{urlencode(changed.params())}"


def count_fragment(spec: ListSpec, resolvers: Resolvers) -> Response:
    """How many rows match: estimated, or counted exactly with `exact=1`."""
    state, conditions = valid_request(spec, resolvers)
    exact = request.args.get("exact") == "1"
    path = url_for(f"{spec.name}.count")
    failed = None
    number: int | None
    try:
        if exact:
            with atomic() as transaction:  # which the limit of time is set for
                number = exact_count(transaction, spec.source, conditions, COUNT_SECONDS)
        else:
            number = estimate(session(), spec.source, conditions)
    except DBAPIError as error:
        if not isinstance(error.orig, QueryCanceled):
            raise
        number, exact = estimate(session(), spec.source, conditions), False
        failed = f"Counting took longer than {COUNT_SECONDS} seconds and was stopped; narrow the filter."
    return render(
        "lists/_count.html",
        count=number,
        exact=exact,
        failed=failed,
        exact_href=f"{path}?{urlencode([*state.params(), ('exact', '1')])}",
    )


def facets_fragment(spec: ListSpec, resolvers: Resolvers) -> Response:
    """The values of the list's facets with their counts among its first rows; without script a page."""
    state, conditions = valid_request(spec, resolvers)
    fields = {field.name: field for field in spec.fields.facets}
    expressions = {name: field.kind.counted(field.expression) for name, field in fields.items()}
    counts, counted, is_part = facet_counts(
        session(), spec.source, conditions, state.order, expressions, FACET_ROWS
    )
    path, others = url_for(f"{spec.name}.index"), [param for param in state.params() if param[0] != "q"]

    def href(text: str) -> str:
        params = [("q", text), *others] if text else others
        return f"{path}?{urlencode(params)}" if params else path

    groups = [_facet(state.filter, fields[name], values, href) for name, values in counts.items() if values]
    return render(
        "lists/facets.html",
        "lists/_facets_loaded.html",
        title=spec.title,
        back=href(state.filter.text),
        groups=groups,
        counted=counted,
        is_part=is_part,
    )


def _facet(
    typed: Filter, field: Field, values: Sequence[tuple[Any, int]], href: Callable[[str], str]
) -> dict[str, Any]:
    """One facet: its values, each with the address of the list where it is toggled.

    One that makes the filter longer than what is read has no address.

    Args:
        typed: the filter as it is.
        field: what the facet is of.
        values: and how often each occurs.
        href: gives the address of the list with a filter of some text.
    """
    active = typed.values(field.name)

    def item(value: Any, count: int) -> dict[str, Any]:
        if value is None:
            alone = typed.replacing(field.name, "none").text
            is_active = alone == typed.text
            return {
                "id": f"facet-{field.name}",
                "label": "none",
                "count": count,
                "active": is_active,
                "href": href(typed.replacing(field.name, "").text if is_active else alone),
            }
        choice = _choice(field, value)
        toggled = typed.text_with_value_toggled(field.name, choice.typed)
        return {
            # By it the focus finds its value again among others.
            "id": f"facet-{field.name}-{quote(choice.typed)}",
            # A link has to say something, however blank the value is.
            "label": choice.shown if choice.shown.strip() else written_value(choice.typed),
            "count": count,
            "active": choice.typed in active,
            "href": href(toggled) if len(toggled) <= MAXIMUM_LENGTH else None,
        }

    # What may not be read is not offered either: masked, it would find nothing.
    offered = [pair for pair in values if not isinstance(pair[0], str) or is_whole(pair[0])]
    return {"label": field.label, "items": [item(*pair) for pair in offered[:FACET_VALUES]]}


def _choice(field: Field, value: Any) -> Choice:
    """How a value that the database holds is typed and shown."""
    if isinstance(value, bool):
        return Choice("yes" if value else "no")
    return next((choice for choice in field.kind.known() if choice.value == value), Choice(value))


def live_fragment(
    spec: ListSpec, resolvers: Resolvers, states: Callable[[Sequence[Any]], Mapping[Any, str]] | None
) -> Response:
    """How many rows have come since the page was painted, and the present state of those still changing.

    Args:
        spec: which list.
        resolvers: turn names of other rows into ids.
        states: loads the present state of rows by id; None where rows have none that changes by itself.
    """
    state, conditions = valid_request(spec, resolvers)
    since = parse_cursor(request.args.get("since", ""), state.order.sort, spec.source.id_type, backward=True)
    new = 0
    if since.id is not None:
        key = Key(since.value, since.id)
        new = count_before(session(), spec.source, conditions, state.order, key, NEW_ROWS + 1)
    path = url_for(f"{spec.name}.index")
    return render(
        "lists/_live.html",
        new=new,
        cap=NEW_ROWS,
        href=f"{path}?{urlencode(state.params())}",
        states=states(_ids(spec, request.args.get("rows", ""))) if states else {},
    )


def suggestions_fragment(spec: ListSpec, lookup: Lookup) -> Response:
    """What could be typed next at the caret of the query box.

    Args:
        spec: which list.
        lookup: gives values out of the database.
    """
    typed = request.args.get("q", "")
    caret = request.args.get("at", "")

    def seen(field: Field, prefix: str, limit: int) -> list[Choice]:
        found = lookup(field, prefix, limit)
        return [one for one in found if is_whole(one.typed) and _can_be_typed(field.name, one.typed)]

    offered = suggest(typed, int(caret) if _is_small_number(caret) else len(typed), spec.fields, seen)
    # All of them leave the same text standing behind the caret's term; only what is before it changes.
    behind = max((len(one.text) - one.caret for one in offered), default=0)
    options = [
        {"insert": one.text[: len(one.text) - behind], "label": one.label, "hint": one.detail}
        for one in offered
    ]
    return render("lists/_suggestions.html", options=options, start=0, end=len(typed) - behind)


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _ids(spec: ListSpec, text: str) -> list[RowId]:
    """The row ids that the page asks about; at most as many as a page has."""
    parts = text.split(",")[:200]
    if spec.source.id_type is str:
        return [part for part in parts if "\0" not in part]
    return [int(part) for part in parts if _is_small_number(part)]


def valid_request(spec: ListSpec, resolvers: Resolvers) -> tuple[ListState, list[Condition]]:
    """The state that a fragment is asked for, and the conditions of its filter.

    Raises:
        InvalidInput: a parameter or a term of the filter cannot be used.
    """
    state = state_of_request(spec)
    return state, conditions_of(resolved_here(state.filter, resolvers))
