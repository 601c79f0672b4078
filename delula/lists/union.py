"""One list over several tables, in one order, found by walking the indexes of each.

The list is declared over a table that exists nowhere: `table("assets", column("created", …), …)`. Its fields
and sorts are expressions over those columns, and each branch says what stands behind a column in its own
table. A column that a branch does not have is null there, so that no condition on it ever matches.

A branch is searched like a list of its own, and the rows of all are then merged. What a filter says about a
branch as a whole (`source:user`, `tag:x` where there are no tags) is decided before anything is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    Boolean,
    Integer,
    asc,
    bindparam,
    desc,
    extract,
    false,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import replacement_traverse

from delula.db import by_key
from delula.lists.constants import UNDECIDED, constant_of
from delula.lists.explain import explain_each
from delula.lists.order import Cursor, Order, Sort, SortKind
from delula.lists.paging import ONE, Condition, Found, Key, Search, Shape, Source
from delula.models.tolerance import BEYOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select

    from delula.lists.order import RowId, SortValue
    from delula.lists.paging import AnySession

#: The ends of an integer column: beyond every id that is not itself the end.
_LOWEST, _HIGHEST = -(2**31), 2**31 - 1
#: How many rows are still to be found.
_WANTED: ColumnElement[int] = bindparam("wanted", type_=Integer())


@dataclass(frozen=True, eq=False)
class Branch:
    """One of the tables whose rows a list shows together.

    Attributes:
        name: stands before the ids of its rows: `user-123`.
        table: the table.
        id: its unique key, a whole number.
        columns: what stands behind the columns of the list, by name; the others are null here.
        ordered: as of a Source.
        where: as of a Source.
    """

    name: str
    table: FromClause
    id: ColumnElement[int]
    columns: Mapping[str, ColumnElement[Any]]
    ordered: frozenset[tuple[str, str]] = frozenset()
    where: ColumnElement[bool] | None = None


@dataclass(frozen=True, eq=False)
class _Entry:
    """A row that one branch found, or the place where its search stopped."""

    value: SortValue | None
    branch: int
    id: int
    is_stop: bool = False


@dataclass(frozen=True, eq=False)
class Union(Source):
    """Rows of several tables as one list; `table` and `id` are those of the list, which exist nowhere.

    In an order, rows of equal values stand branch by branch, and by id within each. Texts to sort by must be
    compared byte by byte (`COLLATE "C"`), as they are where the branches are merged.

    Attributes:
        branches: the tables.
    """

    branches: tuple[Branch, ...] = ()

    def find(
        self,
        session: AnySession,
        conditions: Sequence[Condition],
        order: Order,
        cursor: Cursor | None,
        limit: int,
    ) -> Found:
        """The first rows of all branches from a cursor on, merged."""
        at = self._split(cursor.id) if cursor and cursor.id is not None else None
        if cursor and cursor.id is not None and at is None:
            return Found([])  # a place in another list
        narrowed = {
            number: met
            for number, branch in enumerate(self.branches)
            if (met := self._narrowed(branch, conditions)) is not None
        }
        if not narrowed:
            return Found([])
        if not any(narrowed.values()) and (cursor is None or cursor.value not in BEYOND):
            return Found(self._all_of(session, tuple(narrowed), order, cursor, at, limit))
        anchor = self._anchor(order, cursor, at)
        searches = {
            number: Search(
                session,
                _source_of(self.branches[number]),
                Order(_sort_in(self, number, order.sort), order.descending),
                met,
                _cursor_in(number, cursor, at, descending=order.descending),
                limit,
                anchor,
            )
            for number, met in narrowed.items()
        }
        if all(len(search.leading) == len(search.conditions) for search in searches.values()):
            return Found(self._along(session, _stretches(searches, _WANTED), {}, limit))
        planned = [search for search in searches.values() if len(search.leading) < len(search.conditions)]
        for search, plan in zip(
            planned, explain_each(session, [search.matches() for search in planned]), strict=True
        ):
            search.plan = plan
        for search in searches.values():
            search.run()
        return self._merged(searches, order.sort, limit)

    def first_ids(
        self, session: AnySession, conditions: Sequence[Condition], order: Order, limit: int
    ) -> tuple[list[RowId], bool]:
        """The ids of the first rows of all branches, and whether the search gave up before it had enough."""
        found = self.find(session, conditions, order, None, limit)
        return [key.id for key in found.keys], found.stopped_at is not None

    def beside(
        self, session: AnySession, conditions: Sequence[Condition], order: Order, key: Key
    ) -> tuple[RowId | None, RowId | None]:
        """The ids of the rows just before and just after `key`, whatever their branches."""
        at = self._split(key.id)
        if not conditions and at is not None and key.value not in BEYOND:
            statement = _beside(self, order, at[0], key.value is not None)
            rows = session.execute(statement, {"place_value": key.value, "place_id": at[1]}).all()
            # The nearest row of a side is in the first of its stretches that has any.
            sides = {row[0]: f"{self.branches[row[2]].name}-{row[3]}" for row in sorted(rows, reverse=True)}
            return sides.get(True), sides.get(False)

        def nearest(*, backward: bool) -> RowId | None:
            found = self.find(session, conditions, order, Cursor(key.value, key.id, backward), 1)
            return found.keys[0].id if found.keys else None

        return nearest(backward=True), nearest(backward=False)

    def key(self, session: AnySession, order: Order, id_: RowId) -> Key | None:
        """Where the row stands in `order`; None where there is no such row."""
        at = self._split(id_)
        if at is None:
            return None
        number, id_in_branch = at
        branch = self.branches[number]
        sort = _sort_in(self, number, order.sort)
        found = _source_of(branch).key(session, Order(sort, order.descending), id_in_branch)
        return Key(found.value, id_) if found else None

    def matching(self, conditions: Sequence[Condition]) -> Select[Any] | CompoundSelect[Any]:
        """All rows of all branches that meet the conditions; for counting."""
        parts = [
            cast("Select[Any]", _source_of(branch).matching(narrowed))
            for branch in self.branches
            if (narrowed := self._narrowed(branch, conditions)) is not None
        ]
        return _together(parts) if parts else select(literal(0).label("id")).where(false())

    def values(
        self, ids: Sequence[RowId], expressions: Mapping[str, ColumnElement[Any]]
    ) -> Select[Any] | CompoundSelect[Any]:
        """Expressions over the rows with these ids, in no order, by name."""
        wanted = self.ids_by_branch(ids)
        parts = [
            cast(
                "Select[Any]",
                _source_of(branch).values(
                    wanted[branch.name],
                    {name: self.in_branch(branch, expression) for name, expression in expressions.items()},
                ),
            )
            for branch in self.branches
            if wanted[branch.name]
        ]
        if parts:
            return _together(parts)
        nothing = {name: sql_cast(null(), expression.type) for name, expression in expressions.items()}
        return select(*(value.label(name) for name, value in nothing.items())).where(false())

    def ids_by_branch(self, ids: Iterable[RowId]) -> dict[str, list[int]]:
        """The ids in their own tables, by the name of the branch; every branch is there."""
        found: dict[str, list[int]] = {branch.name: [] for branch in self.branches}
        for id_ in ids:
            at = self._split(id_)
            if at is not None:
                found[self.branches[at[0]].name].append(at[1])
        return found

    def in_branch(self, branch: Branch, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """An expression over the list's columns as one over a branch's table."""

        def put(element: Any, **_: Any) -> ColumnElement[Any] | None:
            if not isinstance(element, ColumnClause) or element.table is not self.table:
                return None
            standing = branch.columns.get(element.key)
            # With its type: a null of none is ambiguous to many functions.
            return sql_cast(null(), element.type) if standing is None else standing

        return cast("ColumnElement[Any]", replacement_traverse(expression, {}, put))

    def _narrowed(self, branch: Branch, conditions: Sequence[Condition]) -> list[Condition] | None:
        """The conditions as a branch must meet them, without those that it always does.

        Returns:
            None where it never meets them.
        """
        narrowed: list[Condition] = []
        for condition in conditions:
            clause = self.in_branch(branch, condition.clause)
            known = constant_of(clause)
            if known is UNDECIDED:
                narrowed.append(replace(condition, clause=clause))
            elif known is not True:
                return None
        return narrowed

    def _split(self, id_: RowId) -> tuple[int, int] | None:
        """The number of the branch of an id, and the id there; None where it is of no branch."""
        name, _, digits = str(id_).rpartition("-")
        number = next((n for n, branch in enumerate(self.branches) if branch.name == name), None)
        is_id = digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) <= _HIGHEST
        return (number, int(digits)) if number is not None and is_id else None

    def _all_of(
        self,
        session: AnySession,
        numbers: tuple[int, ...],
        order: Order,
        cursor: Cursor | None,
        at: tuple[int, int] | None,
        limit: int,
    ) -> list[Key]:
        """The first rows of some branches, whatever is in them."""
        if cursor is None:
            return self._along(session, _unfiltered(self, numbers, order, None, None), {}, limit)
        shape = Shape(cursor.value is not None, at is not None, cursor.backward)
        branch, id_ = at or (None, None)
        statements = _unfiltered(self, numbers, order, shape, branch)
        return self._along(session, statements, {"place_value": cursor.value, "place_id": id_}, limit)

    def _along(
        self, session: AnySession, stretches: Iterable[Select[Any]], values: Mapping[str, Any], limit: int
    ) -> list[Key]:
        """The first rows where indexes answer every branch: one statement for each stretch of the order."""
        found: list[Key] = []
        for statement in stretches:
            rows = session.execute(statement, {**values, "wanted": limit - len(found)})
            found += [self._key(_Entry(*row)) for row in rows]
            if len(found) == limit:
                break
        return found

    def _key(self, entry: _Entry) -> Key:
        return Key(entry.value, f"{self.branches[entry.branch].name}-{entry.id}")

    def _anchor(
        self, order: Order, cursor: Cursor | None, at: tuple[int, int] | None
    ) -> ColumnElement[Any] | None:
        """The cursor's value as it stands in its row, where Python cannot say it: see `Search`."""
        if cursor is None or at is None or cursor.value not in BEYOND:
            return None
        branch = self.branches[at[0]]
        value = _sort_in(self, at[0], order.sort).expression
        return select(value).where(branch.id == at[1]).scalar_subquery()

    def _merged(self, searches: Mapping[int, Search], sort: Sort, limit: int) -> Found:
        """The rows of all branches in one order, up to where the first of the searches gave up."""
        entries = [
            _Entry(key.value, number, int(key.id))
            for number, search in searches.items()
            for key in search.found
        ]
        # Behind the rows: one at the place where a search stopped is still found.
        entries += [
            _Entry(stop.value, number, int(stop.id), is_stop=True)
            for number, search in searches.items()
            if (stop := search.stopped_at) is not None
        ]
        one = next(iter(searches.values()))
        beyond = self._beyond(searches, sort, entries) if sort.kind is SortKind.TIME else {}
        entries.sort(key=lambda entry: (entry.branch, entry.id), reverse=one.descending)
        valued = [entry for entry in entries if entry.value is not None]
        valued.sort(
            key=lambda entry: (entry.value, beyond.get((entry.branch, entry.id), 0)), reverse=one.descending
        )
        without = [entry for entry in entries if entry.value is None]
        backward = one.cursor is not None and one.cursor.backward
        found: list[Key] = []
        for entry in [*without, *valued] if backward else [*valued, *without]:
            if entry.is_stop:
                return Found(found, self._key(entry))
            found.append(self._key(entry))
            if len(found) == limit:
                break
        return Found(found)

    def _beyond(
        self, searches: Mapping[int, Search], sort: Sort, entries: Sequence[_Entry]
    ) -> dict[tuple[int, int], Any]:
        """Seconds of the times that all read as the same end of Python's calendar, where that matters."""
        odd = [entry for entry in entries if entry.value in BEYOND]
        if len({entry.branch for entry in odd}) < 2:
            return {}
        found = {}
        for number, search in searches.items():
            branch = self.branches[number]
            ids = [entry.id for entry in odd if entry.branch == number]
            seconds = extract("epoch", _sort_in(self, number, sort).expression)
            statement = select(branch.id, seconds).where(branch.id.in_(ids))
            found.update({(number, id_): value for id_, value in search.session.execute(statement)})
        return found


def _stretches(searches: Mapping[int, Search], limit: ColumnElement[int]) -> Iterator[Select[Any]]:
    """The statements along the order that lies ahead of the cursor, one for each stretch that has rows."""
    for places in zip(*(search.stretches() for search in searches.values()), strict=True):
        if (statement := _stretch(searches, places, limit)) is not None:
            yield statement


def _stretch(
    searches: Mapping[int, Search],
    places: Sequence[Sequence[ColumnElement[bool]]],
    limit: ColumnElement[int],
) -> Select[Any] | None:
    """The first rows of one stretch of the order, of all branches: value, branch and id; None for no rows."""
    direction = desc if next(iter(searches.values())).descending else asc
    parts = [
        search.along(place, limit).add_columns(literal(number, Integer).label("branch")).subquery()
        for (number, search), place in zip(searches.items(), places, strict=True)
        # A branch without the column to sort by has no rows in the stretch of those that have a value.
        if not any(constant_of(clause) is False for clause in place)
    ]
    if not parts:
        return None
    rows = _together([select(part) for part in parts]).subquery()
    merged = select(rows.c.value, rows.c.branch, rows.c.id)
    if len(parts) > 1:
        merged = merged.order_by(*map(direction, (rows.c.value, rows.c.branch, rows.c.id)))
    return merged.limit(limit)


@lru_cache(maxsize=200)
def _beside(union: Union, order: Order, branch: int, has_value: bool) -> CompoundSelect[Any]:
    """The nearest row of each stretch on either side of a row: is it before, which stretch, branch and id.

    Made and planned once for the rows of a branch, as both take longer than to run it.
    """
    found = []
    for is_before in (True, False):
        shape = Shape(has_value, has_id=True, backward=is_before)
        searches = _at_parameters(union, range(len(union.branches)), order, shape, branch)
        for number, nearest in enumerate(_stretches(searches, ONE)):
            row = nearest.subquery().c
            found.append(select(literal(is_before, Boolean), literal(number), row.branch, row.id))
    return by_key(union_all(*found))


@lru_cache(maxsize=1_000)
def _unfiltered(
    union: Union, numbers: tuple[int, ...], order: Order, shape: Shape | None, branch: int | None
) -> tuple[Select[Any], ...]:
    """The statements along an order of whole branches; to make one takes longer than to run it."""
    return tuple(_stretches(_at_parameters(union, numbers, order, shape, branch), _WANTED))


def _at_parameters(
    union: Union, numbers: Iterable[int], order: Order, shape: Shape | None, branch: int | None
) -> dict[int, Search]:
    """Searches that only make statements: value and id of the cursor, in `branch`, are their parameters."""
    cursor = shape and shape.cursor()
    at = None if branch is None else (branch, 0)
    searches = {}
    for number in numbers:
        sort, id_ = _sort_in(union, number, order.sort), union.branches[number].id
        searches[number] = Search(
            session=None,  # type: ignore[arg-type]  # it only makes statements
            source=_source_of(union.branches[number]),
            order=Order(sort, order.descending),
            conditions=(),
            cursor=_cursor_in(number, cursor, at, descending=order.descending),
            limit=0,
            anchor=bindparam("place_value", type_=sort.expression.type),
            anchor_id=bindparam("place_id", type_=id_.type) if number == branch else None,
        )
    return searches


def _together(parts: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return parts[0] if len(parts) == 1 else union_all(*parts)


@lru_cache(maxsize=64)
def _source_of(branch: Branch) -> Source:
    """A branch as a list of its own."""
    return Source(branch.table, branch.id, branch.ordered, branch.where)


@lru_cache(maxsize=256)
def _sort_in(union: Union, number: int, sort: Sort) -> Sort:
    """A sort of the list as one of a branch; made once, so that statements are found again."""
    branch = union.branches[number]
    return replace(sort, expression=union.in_branch(branch, sort.expression))


def _cursor_in(
    number: int, cursor: Cursor | None, at: tuple[int, int] | None, *, descending: bool
) -> Cursor | None:
    """Where a branch goes on, given the cursor's branch and id: rows of its value stand branch by branch."""
    if cursor is None or at is None:
        return cursor
    if number == at[0]:
        return replace(cursor, id=at[1])
    downwards = descending is not cursor.backward
    is_ahead = number < at[0] if downwards else number > at[0]
    if is_ahead:
        return replace(cursor, id=None)  # from the value on, all of its rows
    return replace(cursor, id=_LOWEST if downwards else _HIGHEST)  # none of its rows
