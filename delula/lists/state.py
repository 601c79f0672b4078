"""What a list is made of, and the state of one that somebody looks at: everything that stands in its URL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from delula.errors import InvalidInput
from delula.lists.order import Column, Cursor, Order, Sort, SortKind, parse_cursor
from delula.search import parse
from delula.search.times import Clock, read_period

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from delula.lists.order import SortValue
    from delula.lists.paging import Source
    from delula.search import FieldSet, Filter

TABLE, GRID = "table", "grid"


@dataclass(frozen=True)
class ListSpec:
    """One list, declared once: with this, a query for its rows and a template, an area has a whole list.

    Attributes:
        name: the list's one word: of its blueprint, its URL and its templates.
        title: what the page is called; the plural of what is listed.
        noun: what one row is, within a sentence.
        source: where its rows are.
        fields: what it can be filtered by.
        sorts: what it can be sorted by, the default first.
        columns: what its table can show.
        views: `table`, and `grid` where there are pictures.
        time_field: the field that the menu of time ranges sets.
        page_size: rows on a page.
        tabs: filters that people want so often that they stand above the list, as pairs of label and filter.
        empty: what will stand in the list once something is there, as a sentence.
        icon: the Lucide icon of the empty list.
        summary: the kind of the fragment above the rows that sums up what the filter leaves: line, figures,
            chart, or rare, there for some filters only; its room is kept free. None where there is none.
        pages: further pages about the same things: label, Lucide icon and endpoint of each.
    """

    name: str
    title: str
    noun: str
    source: Source
    fields: FieldSet
    sorts: Sequence[Sort]
    columns: Sequence[Column]
    views: Sequence[str] = (TABLE,)
    time_field: str = "created"
    page_size: int = 50
    tabs: Sequence[tuple[str, str]] = ()
    empty: str = ""
    icon: str = "inbox"
    summary: Literal["line", "figures", "chart", "rare"] | None = None
    pages: Sequence[tuple[str, str, str]] = ()

    @property
    def default_order(self) -> Order:
        """The order before anybody chooses one."""
        return Order(self.sorts[0], self.sorts[0].descending_first)

    def sort(self, key: str) -> Sort | None:
        """The sort of that name."""
        return next((sort for sort in self.sorts if sort.key == key), None)


@dataclass(frozen=True)
class ListState:
    """A list as one person looks at it.

    Attributes:
        spec: which list.
        filter: what its rows must meet.
        order: how they are sorted.
        columns: which columns stand in the table, in the list's order.
        view: `table` or `grid`.
        cursor: where the page lies; None for the first.
        at: the value that was jumped to, as typed.
    """

    spec: ListSpec
    filter: Filter
    order: Order
    columns: tuple[Column, ...]
    view: str
    cursor: Cursor | None = None
    at: str = ""

    @cached_property
    def is_default_columns(self) -> bool:
        """Whether nobody has chosen columns."""
        return self.columns == tuple(column for column in self.spec.columns if column.shown)

    def params(self, *, place: bool = False) -> list[tuple[str, str]]:
        """The parameters of the URL, without those that are at their default.

        Args:
            place: whether to keep the place in the list as well; a changed filter or order has no such place.
        """
        found: list[tuple[str, str]] = []
        if not self.filter.is_empty:
            found.append(("q", self.filter.text))
        if self.order != self.spec.default_order:
            found.append(("sort", self.order.text))
        if self.view != self.spec.views[0]:
            found.append(("view", self.view))
        if not self.is_default_columns:
            found += [("columns", column.key) for column in self.columns]
        if place and self.at:
            found.append(("at", self.at))
        elif place and self.cursor:
            found.append(("before" if self.cursor.backward else "after", self.cursor.text))
        return found

    def at_cursor(self, cursor: Cursor | None) -> ListState:
        """The same list at another place."""
        return replace(self, cursor=cursor, at="")

    def filtered(self, changed: Filter) -> ListState:
        """The same list, from its beginning, with another filter."""
        return replace(self.at_cursor(None), filter=changed)

    def cleared(self) -> ListState:
        """The same list without a filter."""
        clock = self.filter.clock
        return self.filtered(parse("", self.spec.fields, now=clock.now, zone=clock.zone))

    def viewed_as(self, view: str) -> ListState:
        """The same place in the same list, as table or grid."""
        return replace(self, view=view)

    def sorted_by(self, sort: Sort) -> ListState:
        """The same list by another sort, or by the same one the other way round."""
        if sort == self.order.sort:
            return replace(self.at_cursor(None), order=Order(sort, not self.order.descending))
        return replace(self.at_cursor(None), order=Order(sort, sort.descending_first))


def read_state(
    spec: ListSpec, args: Mapping[str, str], columns: Sequence[str], *, now: datetime, zone: tzinfo
) -> ListState:
    """Read the state of a list from the parameters of its URL.

    Args:
        spec: which list.
        args: the parameters.
        columns: the values of the parameter `columns`, which may stand there several times.
        now: the present time, aware.
        zone: in which days begin and end.

    Raises:
        InvalidInput: a parameter other than the filter cannot be used; a filter carries its own problems.
    """
    order = _read_order(spec, args.get("sort", ""))
    view = args.get("view") or spec.views[0]
    if view not in spec.views:
        raise InvalidInput("view", f"choose one of {', '.join(spec.views)}.")
    at = args.get("at", "").strip()
    return ListState(
        spec,
        parse(args.get("q", ""), spec.fields, now=now, zone=zone),
        order,
        _read_columns(spec, columns),
        view,
        _read_cursor(spec, order.sort, args) if not at else _jump(order, at, Clock(now, zone)),
        at,
    )


def _read_order(spec: ListSpec, text: str) -> Order:
    if not text:
        return spec.default_order
    sort = spec.sort(text.removeprefix("-"))
    if sort is None:
        raise InvalidInput("sort", f"choose one of {', '.join(sort.key for sort in spec.sorts)}.")
    return Order(sort, text.startswith("-"))


def _read_columns(spec: ListSpec, names: Sequence[str]) -> tuple[Column, ...]:
    known = {column.key for column in spec.columns}
    for name in names:
        if name not in known:
            raise InvalidInput("columns", f"choose from {', '.join(column.key for column in spec.columns)}.")
    chosen = [column for column in spec.columns if column.key in names]
    return tuple(chosen or (column for column in spec.columns if column.shown))


def _read_cursor(spec: ListSpec, sort: Sort, args: Mapping[str, str]) -> Cursor | None:
    if args.get("before"):
        return parse_cursor(args["before"], sort, spec.source.id_type, backward=True)
    if args.get("after"):
        return parse_cursor(args["after"], sort, spec.source.id_type, backward=False)
    return None


def _jump(order: Order, text: str, clock: Clock) -> Cursor:
    """The cursor that begins at a value, as somebody types it."""
    return Cursor(_jump_value(order, text, clock), None)


def _jump_value(order: Order, text: str, clock: Clock) -> SortValue:
    match order.sort.kind:
        case SortKind.TIME:
            try:
                period = read_period(text, clock)
            except ValueError as error:
                raise InvalidInput("at", str(error)) from None
            if period is None:
                raise InvalidInput("at", "takes a date such as 2026-03-01 or 2026-03-01T14:30.")
            return period.end if order.descending else period.start
        case SortKind.INTEGER | SortKind.DECIMAL:
            try:
                number = float(text) if order.sort.kind is SortKind.DECIMAL else int(text)
            except ValueError:
                raise InvalidInput("at", "takes a number.") from None
            if not abs(number) < 2**63:
                raise InvalidInput("at", "takes a smaller number.")
            return number
        case SortKind.TEXT:
            if "\0" in text:
                raise InvalidInput("at", "takes plain text.")
            return text
