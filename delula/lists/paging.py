"""Find one page of a list, at any size and depth, without ever reading the whole table.

Pages are found by keyset: "the 50 rows after this value and id", which an index answers as fast at row
500,000 as at row 1. What a filter leaves is found in one of three ways, chosen by the planner's own estimate:

* **match first**: fetch every match through an index, then sort; right for rare matches.
* **walk**: go along the order of the list and drop what does not match; right for common ones.
* **walk a bounded way**: where matches are rare and no index finds them, look through a fixed number of rows,
  show what is there, and say how far the search came. The next page goes on from there.

PostgreSQL alone would choose between the first two, but `LIMIT` makes it too hopeful: it expects matches to
be spread evenly, and walks a million rows for a word that nobody has used since spring.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnClause,
    Integer,
    Join,
    String,
    and_,
    any_,
    asc,
    bindparam,
    column,
    desc,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.visitors import iterate

from delula.db import by_key
from delula.lists.explain import explain, recent_plan
from delula.lists.order import Cursor
from delula.models.tolerance import BEYOND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, CompoundSelect, FromClause, Select, Tuple
    from sqlalchemy.orm import Session, scoped_session

    from delula.lists.explain import Plan
    from delula.lists.order import Order, RowId, SortValue

    AnySession = Session | scoped_session[Session]

#: Up to this many estimated matches are fetched first and sorted then, which takes a few milliseconds.
FEW_MATCHES = 2_000
#: The same where the alternatives are worse: a dear condition, or a walk that has found little.
MANY_MATCHES = 30_000
#: The same where even a long walk found little: a slow page is better than one that is not whole.
MOST_MATCHES = 200_000
#: How many rows a walk looks at before it asks whether there is a better way.
SHORT_WALK = 2_000
#: From this cost on, in the planner's units, something better is looked for than to fetch a few matches: an
#: index leads to many rows, of which a second one, or a look at each of them, leaves few.
SLOW_TO_MATCH = 400
#: The same where the list is so short that to fetch all matches is no worse than a longer walk.
GLANCE = 500
#: How many rows such a list has at most.
SHORT_LIST = 20_000
#: How many rows one request looks at where there is none; about 30 ms.
LONG_WALK = 20_000
#: The same where testing one row is dear.
DEAR_WALK = 2_000
#: The same for a sample of such rows, which counts what it finds; and for one that looks into JSON.
DEAR_SAMPLE, GUESSED_SAMPLE = 600, 5_000

#: Where enough are likely to be among so many dear rows, some 15 ms, a walk is the best way.
SHORT_DEAR_WALK = 750
#: How many rows are looked at where a glance spares most of them the dear test.
GLANCED_WALK = 5_000
#: The same where enough are likely to be among them.
SHORT_GLANCED_WALK = 2_000

#: Among so many next rows matches are looked for first, by two indexes at once; they take 20,000 entries each
#: in some three milliseconds.
NEAR = 20_000
#: That is tried where enough are likely to be among so many of them.
LIKELY_NEAR = 16_000


@dataclass(frozen=True)
class Condition:
    """One condition of a filter, and what the search must know of it.

    Attributes:
        clause: the SQL; never null-blind: a row either matches or it does not.
        equals: name of the field that it holds to one value, where it does.
        within: the expression that it holds to one stretch of values, where it does.
        until: the last of these values, or the first behind them, where the stretch ends.
        glance: what each match meets too and takes little to test, so that a walk tests it first.
        dear: whether testing one row takes more than a few microseconds, as full text does.
        rechecked: whether an index leads to candidates only, each of which has to be tested, as for phrases.
        guessed: whether the planner has no statistics for it and only guesses, as for JSON.
    """

    clause: ColumnElement[bool]
    equals: str | None = None
    within: ColumnElement[Any] | None = None
    until: ColumnElement[Any] | None = None
    glance: ColumnElement[bool] | None = None
    dear: bool = False
    rechecked: bool = False
    guessed: bool = False


class Tests(NamedTuple):
    """What it takes to test a row for some conditions.

    Attributes:
        dear: more than a few microseconds.
        glanced: so much for few rows only, as a glance tells most of the others.
        rechecked: an index leads to candidates only.
        guessed: the planner does not know how many rows pass.
    """

    dear: bool
    glanced: bool
    rechecked: bool
    guessed: bool

    @classmethod
    def of(cls, conditions: Sequence[Condition]) -> Tests:
        """Those of all conditions together."""
        dear = [c for c in conditions if c.dear]
        return cls(
            bool(dear),
            glanced=bool(dear) and all(c.glance is not None for c in dear),
            rechecked=any(c.rechecked for c in conditions),
            guessed=any(c.guessed for c in conditions),
        )


@dataclass(frozen=True)
class Source:
    """What is listed.

    Attributes:
        table: the table.
        id: its unique key, a number or a text: the tiebreak of every order.
        ordered: pairs of field and sort for which an index leads with the field and goes on with the sort, so
            that holding the field to one value still leaves the rows in order.
        where: what a row must meet to be listed at all; most rows must do so, wherever one looks.
        follows: pairs of columns of which the first is the later time, as a thing changes after it was made;
            the few rows of which that is not true are found by an index of their own.
    """

    table: FromClause
    id: ColumnElement[int] | ColumnElement[str]
    ordered: frozenset[tuple[str, str]] = frozenset()
    where: ColumnElement[bool] | None = None
    follows: frozenset[tuple[ColumnElement[Any], ColumnElement[Any]]] = frozenset()

    @property
    def id_type(self) -> type[RowId]:
        """Whether the ids are numbers or texts."""
        return str if isinstance(self.id.type, String) else int

    def find(
        self,
        session: AnySession,
        conditions: Sequence[Condition],
        order: Order,
        cursor: Cursor | None,
        limit: int,
    ) -> Found:
        """The first rows from a cursor on, in the direction in which it looks."""
        search = Search(session, self, order, conditions, cursor, limit)
        search.run()
        return Found(search.found, search.stopped_at)

    def first_ids(
        self, session: AnySession, conditions: Sequence[Condition], order: Order, limit: int
    ) -> tuple[list[RowId], bool]:
        """The ids of the first rows, and whether they are only those that were easy to find."""
        search = Search(session, self, order, conditions, None, limit, as_sample=True)
        search.run()
        return [key.id for key in search.found], search.stopped_at is not None

    def beside(
        self, session: AnySession, conditions: Sequence[Condition], order: Order, key: Key
    ) -> tuple[RowId | None, RowId | None]:
        """The ids of the rows just before and just after `key`."""
        search = Search(session, self, order, conditions, Cursor(key.value, key.id), 1)
        if len(search.leading) == len(conditions) and search.can_reuse:
            statement = _beside(self, order, key.value is not None, tuple(_clauses(conditions)))
            place = {"place_value": key.value, "place_id": key.id}
            # The nearest row of a side is in the first of its stretches that has any.
            rows = sorted(session.execute(statement, place).all(), reverse=True)
            found = {is_before: id_ for is_before, _, id_ in rows}
            return found.get(True), found.get(False)
        # Both searches are for the same matches, and so is the plan.
        plan = recent_plan(session, search.matches())
        found_on = []
        for backward in (True, False):
            cursor = Cursor(key.value, key.id, backward)
            search = Search(session, self, order, conditions, cursor, 1, plan=plan)
            search.run()
            found_on.append(search.found[0].id if search.found else None)
        return found_on[0], found_on[1]

    def key(self, session: AnySession, order: Order, id_: RowId) -> Key | None:
        """Where the row `id_` stands in `order`; None where there is no such row."""
        row = session.execute(_place_of_row(self, order), {"place_id": id_}).one_or_none()
        return Key(row[0], row[1]) if row else None

    def matching(self, conditions: Sequence[Condition]) -> Select[Any] | CompoundSelect[Any]:
        """All rows that meet the conditions; for counting."""
        clauses = (*self.always, *_clauses(conditions))
        return select(self.id).select_from(self.rows(*clauses)).where(*clauses)

    def values(
        self, ids: Sequence[RowId], expressions: Mapping[str, ColumnElement[Any]]
    ) -> Select[Any] | CompoundSelect[Any]:
        """Expressions over the rows with these ids, in no order, by name."""
        columns = (expression.label(name) for name, expression in expressions.items())
        found = select(*columns).select_from(self.rows(*expressions.values()))
        return found.where(self.id == any_(literal(ids, ARRAY(self.id.type))))

    def rows(self, *asked: ColumnElement[Any]) -> FromClause:
        """The table, without what lies beside it by an outer join, where nothing of that is asked for.

        What is written as text cannot be looked into; it is about the table itself.
        """
        table = self.table
        while isinstance(table, Join) and table.isouter and not _asks_for(table.right, asked):
            table = table.left
        return table

    @property
    def always(self) -> Sequence[ColumnElement[bool]]:
        """What each of its rows meets, as clauses."""
        return () if self.where is None else (self.where,)

    def standing(self, order: Order) -> Sequence[ColumnElement[bool]]:
        """What each of its rows meets that stands in an order, as clauses."""
        return self.always if order.sort.of is None else (*self.always, order.sort.of)


def _asks_for(side: FromClause, asked: Sequence[ColumnElement[Any]]) -> bool:
    """Whether one of some expressions takes a column of one side of a join."""
    found = (part for one in asked for part in iterate(one))
    return any(isinstance(part, ColumnClause) and part.table is side for part in found)


#: As a limit: written out, so that a statement that is planned once is planned for a single row.
ONE: ColumnElement[int] = literal_column("1", Integer)


class Key(NamedTuple):
    """Where one row stands in the order of its list."""

    value: SortValue | None
    id: RowId


@dataclass(frozen=True)
class Page:
    """The keys of one page, in the order of the list.

    Attributes:
        keys: the rows' places.
        previous: cursor of the page before, if there is one.
        next: cursor of the page after, if there is one.
        unfinished: the place that the search reached, where it stopped at its bound before the page was full.
    """

    keys: tuple[Key, ...]
    previous: Cursor | None = None
    next: Cursor | None = None
    unfinished: Key | None = None

    @property
    def ids(self) -> list[RowId]:
        """The ids of the rows, in order."""
        return [key.id for key in self.keys]


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        keys: the rows' places, from the cursor on.
        stopped_at: the place that it reached, where it gave up at its bound before it had enough.
    """

    keys: list[Key]
    stopped_at: Key | None = None


@dataclass
class Search:
    """One search along an order of one table, from a cursor on.

    `anchor` and `anchor_id` are the cursor's value and id as SQL, where they are not simply these; `plan` is
    that of all matches, where it is known already. A search `as_sample` is content with what it finds along a
    long walk, and with ids alone: the keys that it finds have no values.
    """

    session: AnySession
    source: Source
    order: Order
    conditions: Sequence[Condition]
    cursor: Cursor | None
    limit: int
    anchor: ColumnElement[Any] | None = None
    anchor_id: ColumnElement[Any] | None = None
    as_sample: bool = False
    plan: Plan | None = None
    found: list[Key] = field(default_factory=list)
    stopped_at: Key | None = None

    @property
    def descending(self) -> bool:
        """Whether it looks for smaller values."""
        backward = self.cursor is not None and self.cursor.backward
        return self.order.descending is not backward

    @property
    def leading(self) -> list[Condition]:
        """The conditions under which the rows of an index are still in order.

        A stretch of the very values that the list is sorted by is a stretch of its index.
        """
        sort = self.order.sort
        return [
            c
            for c in self.conditions
            if (c.equals, sort.key) in self.source.ordered or c.within is sort.expression
        ]

    def run(self) -> None:
        """Fill `found`, and set `stopped_at` where the search gave up before it was full."""
        leading = self.leading
        rest = [c for c in self.conditions if c not in leading]
        if not rest:
            self._go_along()
            return

        plan, tests = self.plan or recent_plan(self.session, self.matches()), Tests.of(rest)
        walk_first = self._is_common(plan, tests)
        if tests.dear and not walk_first and self._match_near(plan, tests):
            return
        if not (tests.glanced and walk_first) and self._match_few(leading, plan, tests):
            return
        length = self._length(plan, tests)
        self._walk(leading, rest, length, self._find_beyond())
        if self.stopped_at is None or (self.as_sample and self.found):
            return
        # Where enough matches are near, as large a part of them was among the rows looked at; of phrases, the
        # plan tells only how many rows have all of the words.
        is_promising = tests.rechecked if tests.dear else len(self.found) * NEAR > self.limit * length
        if is_promising and self._match_near(plan, tests):
            return
        if plan.is_cheap and not tests.rechecked and plan.rows <= MOST_MATCHES:
            # The walk found little, and an index leads to all of them: slower, but then the page is whole.
            self.found, self.stopped_at = [], None
            self._match_first()

    def _match_few(self, leading: Sequence[Condition], plan: Plan, tests: Tests) -> bool:
        """Fetch the matches, where they are few and an index leads to them; whether they were."""
        few = MANY_MATCHES if tests.dear else FEW_MATCHES
        if not plan.is_cheap or tests.guessed or plan.rows > few:
            return False
        is_slow = plan.cost > SLOW_TO_MATCH and not tests.dear
        if is_slow and self._are_many_of(leading, plan):
            self._go_along()
        elif is_slow and self._is_short_list():
            return False
        else:
            self._match_first()
        return True

    def _length(self, plan: Plan, tests: Tests) -> int:
        """How many rows a walk looks at."""
        if tests.dear and self.as_sample:
            return DEAR_SAMPLE
        if tests.dear:
            return GLANCED_WALK if tests.glanced else DEAR_WALK
        if self.as_sample and tests.guessed:
            return GUESSED_SAMPLE
        if self.as_sample or not plan.is_cheap or plan.rows > MOST_MATCHES:
            return LONG_WALK
        return GLANCE if self._is_short_list() else SHORT_WALK

    def _may_be_near(self, plan: Plan, tests: Tests) -> bool:
        """Whether the next rows of the order are likely to hold enough matches, and indexes lead to both."""
        fits = plan.is_cheap and not tests.guessed and plan.rows <= MOST_MATCHES
        is_indexed = isinstance(self.order.sort.expression, Column)
        return fits and is_indexed and not self._is_short_list() and self._expects(plan, LIKELY_NEAR)

    def _is_short_list(self) -> bool:
        """Whether the whole list, without any condition, has few rows."""
        return self._every() <= SHORT_LIST

    def _expects(self, plan: Plan, length: int) -> bool:
        """Whether enough matches are likely to be among so many rows of the list."""
        return plan.rows * length > self._every() * self.limit

    def _every(self) -> int:
        """How many rows the list has without any condition, about."""
        return recent_plan(self.session, self._select(())).rows

    def _is_common(self, plan: Plan, tests: Tests) -> bool:
        """Whether a walk past dear rows is over before an index has yielded so many matches."""
        if not tests.dear or (tests.rechecked and not tests.glanced):
            return False
        return self._expects(plan, SHORT_GLANCED_WALK if tests.glanced else SHORT_DEAR_WALK)

    def _are_many_of(self, leading: Sequence[Condition], plan: Plan) -> bool:
        """Whether enough matches are likely to be among the first rows that leading conditions leave."""
        led = recent_plan(self.session, self._select(_clauses(leading))).rows if leading else 0
        return plan.rows * SHORT_WALK > led * self.limit > 0

    def matches(self) -> Select[tuple[Any, RowId]]:
        """All matches, wherever the cursor stands."""
        return self._select(_clauses(self.conditions))

    @property
    def can_reuse(self) -> bool:
        """Whether the statements along the order are the same at all places of its shape."""
        return self.anchor is None and (self.cursor is None or self.cursor.value not in BEYOND)

    def _go_along(self) -> None:
        """Read the rows straight from an index."""
        if not self.can_reuse:
            for place in self.stretches():
                if self.wanted:
                    self.found += self._fetch(self.along(place, self.wanted))
            return
        shape, place_values = None, {}
        if (cursor := self.cursor) is not None:
            shape = Shape(cursor.value is not None, cursor.id is not None, cursor.backward)
            place_values = {"place_value": cursor.value, "place_id": cursor.id}
        clauses = _clauses(self.conditions)
        for stretch in _stretches(self.source, self.order, shape):
            if self.wanted:
                statement = stretch.where(*clauses) if clauses else stretch
                self.found += self._fetch(statement, {**place_values, "wanted": self.wanted})

    def along(self, place: Sequence[ColumnElement[bool]], limit: Any) -> Select[tuple[Any, RowId]]:
        """The first rows of a stretch that the leading conditions leave, straight from an index."""
        return self._select([*place, *_clauses(self.leading)]).order_by(*self._by_order()).limit(limit)

    def stretches(self, *of_values: ColumnElement[bool]) -> list[list[ColumnElement[bool]]]:
        """The stretches of the order that lie ahead of the cursor; nulls are last whichever way one sorts.

        Args:
            of_values: what all rows have to meet but for the nulls.
        """
        sort = self.order.sort
        value, cursor = sort.expression, self.cursor
        if not sort.nullable:
            return [[*self._ahead(cursor), *of_values]]
        has_value: list[ColumnElement[bool]] = [value.is_not(None), *of_values]
        has_none: list[ColumnElement[bool]] = [value.is_(None)]
        if cursor is None:
            return [has_value, has_none]
        if cursor.value is None:
            ahead_of_null = [*has_none, *self._ahead_of_id(cursor)]
            return [ahead_of_null, has_value] if cursor.backward else [ahead_of_null]
        ahead = [*has_value, *self._ahead(cursor)]
        return [ahead] if cursor.backward else [ahead, has_none]

    def _ahead(self, cursor: Cursor | None) -> list[ColumnElement[bool]]:
        if cursor is None:
            return []
        value = self.order.sort.expression
        if cursor.id is None:
            start = self._value_at(cursor)
            return [value <= start if self.descending else value >= start]
        if value is self.source.id:
            return self._ahead_of_id(cursor)
        here = tuple_(self._value_at(cursor), self._id_at(cursor))
        return [self._place < here if self.descending else self._place > here]

    @property
    def _place(self) -> Tuple:
        """Where a row stands: an index can begin there only where both halves are the index's own columns."""
        sort = self.order.sort
        return tuple_(sort.expression, self.source.id if sort.id is None else sort.id)

    def _value_at(self, cursor: Cursor) -> ColumnElement[Any]:
        value = self.order.sort.expression
        if self.anchor is not None:
            return self.anchor
        if cursor.value in BEYOND and cursor.id is not None:
            # Python cannot say what stands in that row (infinity, or a year such as 44 BC); the database can.
            row = select(value).select_from(self.source.rows(value)).where(self.source.id == cursor.id)
            return row.scalar_subquery()
        return literal(cursor.value, value.type)

    def _ahead_of_id(self, cursor: Cursor) -> list[ColumnElement[bool]]:
        if cursor.id is None:
            return []
        here = self._id_at(cursor)
        return [self.source.id < here if self.descending else self.source.id > here]

    def _id_at(self, cursor: Cursor) -> ColumnElement[Any]:
        return literal(cursor.id, self.source.id.type) if self.anchor_id is None else self.anchor_id

    def _by_order(self) -> list[Any]:
        direction = desc if self.descending else asc
        value = self.order.sort.expression
        if value is self.source.id:
            return [direction(self.source.id)]
        return [direction(value), direction(self.source.id)]

    def _select(self, clauses: Sequence[ColumnElement[bool]], *besides: ColumnElement[Any]) -> Select[Any]:
        """Value and id of the rows that meet some conditions, and what else is asked of them."""
        value, id_ = self.order.sort.expression.label("value"), self.source.id.label("id")
        asked = (*self.source.standing(self.order), *clauses)
        rows = self.source.rows(value, *asked, *besides)
        return select(value, id_, *besides).select_from(rows).where(*asked)

    def _columns(self) -> tuple[ColumnClause[Any], ColumnClause[Any]]:
        """Value and id of what `_select` yields; a subquery takes longer to tell its columns."""
        return column("value", self.order.sort.expression.type), column("id", self.source.id.type)

    @property
    def wanted(self) -> int:
        """How many rows are still to be found."""
        return self.limit - len(self.found)

    def _fetch(self, statement: Select[Any], values: Mapping[str, Any] | None = None) -> list[Key]:
        if self.as_sample:
            ids = statement.with_only_columns(statement.selected_columns["id"])
            return [Key(None, id_) for id_ in self.session.execute(ids, values).scalars().all()]
        return list(starmap(Key, self.session.execute(statement, values).all()))

    def _match_first(self) -> None:
        """Fetch every match through an index, and sort."""
        self._match_where(or_(*(and_(true(), *place) for place in self.stretches())))

    def _match_near(self, plan: Plan, tests: Tests) -> bool:
        """Fetch the matches among the next rows of the order, and sort, where they are likely to be enough.

        The index of the order and that of the filter narrow each other down, so that of ten thousand matches
        only some two hundred are read. Where all that there are would be too many to test, it is content with
        what it finds, and stops behind these rows.

        Returns:
            Whether that is the answer; else all is as it was.
        """
        if not self._may_be_near(plan, tests):
            return False
        before = self.found, self.stopped_at
        likely = 2 * self.limit * self._every() // plan.rows
        for rows in (likely, NEAR) if likely < NEAR else (NEAR,):
            end = self._match_among(rows)
            if not self.wanted:
                return True
        if end is not None and tests.rechecked and plan.rows > MANY_MATCHES:
            self.stopped_at = end
            return True
        self.found, self.stopped_at = before
        return False

    def _match_among(self, rows: int) -> Key | None:
        """Fetch the matches among so many next rows of the order, and sort; the place of the last of them."""
        self.found, self.stopped_at = [], None
        place = self.stretches()[0]
        # Asked for beforehand, since the planner has to know how few rows lie before it.
        row = self.session.execute(
            self._select(place).order_by(*self._by_order()).offset(rows).limit(1)
        ).first()
        if row is None or row.value is None or row.value in BEYOND:
            return None
        end = tuple_(
            literal(row.value, self.order.sort.expression.type), literal(row.id, self.source.id.type)
        )
        self._match_where(and_(*place, self._place >= end if self.descending else self._place <= end))
        return Key(*row)

    def _match_where(self, ahead: ColumnElement[bool]) -> None:
        # The offset keeps it a question of its own, so that the LIMIT cannot tempt the planner into a walk.
        every = self._select([*_clauses(self.conditions), ahead]).offset(literal_column("0"))
        backward = self.cursor is not None and self.cursor.backward
        direction = desc if self.descending else asc
        value, id_ = self._columns()
        first = direction(value)
        matches = select(value, id_).select_from(every.subquery("matches"))
        matches = matches.order_by(first.nulls_first() if backward else first.nulls_last(), direction(id_))
        self.found = self._fetch(matches.limit(self.wanted))

    def _find_beyond(self) -> Sequence[ColumnElement[bool]]:
        """Fetch what matches ahead of where matches can be, by the rule of what follows what.

        What was made after June cannot have changed in June; the rows of which that is not true are few, and
        an index of their own finds them. So the way to June need not be gone.

        Returns:
            What the other matches that have a value in the order meet; nothing where it is not known.
        """
        made = self.order.sort.expression
        if not self.descending or (self.cursor is not None and self.cursor.value is None):
            return ()
        for condition in self.conditions:
            changed, until = condition.within, condition.until
            if until is not None and (changed, made) in self.source.follows:
                self._match_where(and_(*self.stretches()[0], made > until, made > changed))
                return (made <= until,)
        return ()

    def _walk(
        self,
        leading: Sequence[Condition],
        rest: Sequence[Condition],
        length: int,
        of_values: Sequence[ColumnElement[bool]],
    ) -> None:
        """Look at rows along the order, at most `length` in each segment, until enough are found.

        Rows that have a value in the order are looked at only where they meet `of_values`, and those found
        already come before them.

        One statement yields the matches and, where they are too few, the last row looked at, so that a row
        which is written meanwhile cannot come twice. Rows are numbered as they come, and none is read once
        the page is full.
        """
        # The first that fails ends the test of a row.
        glances = [condition.glance for condition in rest if condition.glance is not None]
        test = and_(*glances, *_clauses(rest)).label("passed")
        passed, number = column("passed", Boolean), column("number", Integer)
        columns = (*self._columns(), passed)
        for place in self.stretches(*of_values):
            along = self._select([*place, *_clauses(leading)], test).order_by(*self._by_order())
            seen = along.limit(length).subquery("seen")
            numbered = (
                select(*columns, func.row_number().over().label("number"))
                .select_from(seen)
                .subquery("numbered")
            )
            found = select(*columns, number).select_from(numbered).where(or_(passed, number == length))
            rows = self.session.execute(found.limit(self.wanted)).all()
            self.found += [Key(row.value, row.id) for row in rows if row.passed]
            if self.wanted and rows and rows[-1].number == length:
                self.stopped_at = Key(rows[-1].value, rows[-1].id)
            if not self.wanted or self.stopped_at is not None:
                return


class Shape(NamedTuple):
    """What the statements of a search depend on of its cursor; the values themselves are parameters."""

    has_value: bool
    has_id: bool
    backward: bool

    def cursor(self) -> Cursor:
        """A cursor of this shape; its value and id are not to be looked at."""
        return Cursor(0 if self.has_value else None, 0 if self.has_id else None, self.backward)


@lru_cache(maxsize=1_000)
def _stretches(source: Source, order: Order, shape: Shape | None) -> tuple[Select[tuple[Any, RowId]], ...]:
    """The statements along an order, one for each stretch; to make one takes longer than to run it."""
    search = Search(
        session=None,  # type: ignore[arg-type]  # it only makes statements
        source=source,
        order=order,
        conditions=(),
        cursor=shape and shape.cursor(),
        limit=0,
        anchor=bindparam("place_value", type_=order.sort.expression.type),
        anchor_id=bindparam("place_id", type_=source.id.type),
    )
    wanted = bindparam("wanted", type_=Integer())
    return tuple(search.along(place, wanted) for place in search.stretches())


@lru_cache(maxsize=1_000)
def _place_of_row(source: Source, order: Order) -> Select[Any]:
    is_it = source.id == bindparam("place_id", type_=source.id.type)
    value, asked = order.sort.expression, source.standing(order)
    found = select(value, source.id).select_from(source.rows(value, *asked))
    return by_key(found.where(is_it, *asked))


@lru_cache(maxsize=200)
def _beside(
    source: Source, order: Order, has_value: bool, clauses: tuple[ColumnElement[bool], ...]
) -> CompoundSelect[Any]:
    """The nearest row of each stretch on either side of a place: is it before, which stretch, its id."""
    found = union_all(
        *(
            select(
                literal(is_before, Boolean),
                literal(number),
                stretch.where(*clauses).limit(ONE).subquery().c.id,
            )
            for is_before in (True, False)
            for number, stretch in enumerate(
                _stretches(source, order, Shape(has_value, has_id=True, backward=is_before))
            )
        )
    )
    # Values of a filter are as skewed as the data, so with one it is planned for those at hand.
    return found if clauses else by_key(found)


def _clauses(conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    return [condition.clause for condition in conditions]


def find_page(
    session: AnySession,
    source: Source,
    conditions: Sequence[Condition],
    order: Order,
    cursor: Cursor | None,
    size: int,
) -> Page:
    """Find the keys of one page.

    Args:
        session: where to ask.
        source: what is listed.
        conditions: what every row must meet.
        order: how the list is sorted.
        cursor: after or before which row the page lies; None for the first page.
        size: how many rows a full page has.
    """
    found = source.find(session, conditions, order, cursor, size + 1)
    more = len(found.keys) > size
    keys = tuple(found.keys[:size])
    further = keys[-1] if more else found.stopped_at
    if cursor is None or not cursor.backward:
        return Page(
            keys,
            previous=Cursor(keys[0].value, keys[0].id, backward=True) if cursor and keys else None,
            next=Cursor(further.value, further.id) if further else None,
            unfinished=found.stopped_at,
        )
    if further is None and len(keys) < size:
        # The list begins here; a first page that is not full would hide what follows.
        return find_page(session, source, conditions, order, None, size)
    keys = keys[::-1]
    return Page(
        keys,
        previous=Cursor(further.value, further.id, backward=True) if further else None,
        next=Cursor(keys[-1].value, keys[-1].id) if keys else cursor.reversed(),
        unfinished=found.stopped_at,
    )


def neighbours(
    session: AnySession, source: Source, conditions: Sequence[Condition], order: Order, key: Key
) -> tuple[RowId | None, RowId | None]:
    """The ids of the rows just before and just after `key` in a list."""
    return source.beside(session, conditions, order, key)


def key_of(session: AnySession, source: Source, order: Order, id_: RowId) -> Key | None:
    """Where the row `id_` stands in `order`; None where there is no such row."""
    return source.key(session, order, id_)


def count_before(
    session: AnySession,
    source: Source,
    conditions: Sequence[Condition],
    order: Order,
    key: Key,
    cap: int,
) -> int:
    """How many rows stand before `key`, counted up to `cap`: in a list of the newest, those come since."""
    return len(source.find(session, conditions, order, Cursor(key.value, key.id, backward=True), cap).keys)


def estimate(session: AnySession, source: Source, conditions: Sequence[Condition]) -> int:
    """How many rows match, as the planner expects; costs the same at any size."""
    return explain(session, source.matching(conditions)).rows


def exact_count(session: AnySession, source: Source, conditions: Sequence[Condition], seconds: int) -> int:
    """How many rows match, counted.

    Args:
        session: where to ask; its transaction keeps the time limit until it ends.
        source: what is listed.
        conditions: what every row must meet.
        seconds: after which the count is given up.

    Raises:
        OperationalError: the count took longer than `seconds`.
    """
    session.execute(text(f"SET LOCAL statement_timeout = '{int(seconds)}s'"))
    matching = source.matching(conditions).subquery()
    return session.execute(select(func.count()).select_from(matching)).scalar_one()


def facet_counts(
    session: AnySession,
    source: Source,
    conditions: Sequence[Condition],
    order: Order,
    facets: Mapping[str, ColumnElement[Any]],
    cap: int,
) -> tuple[dict[str, list[tuple[Any, int]]], int, bool]:
    """Count the values of some columns among the first matching rows of the list, `cap` at most.

    Returns:
        For each facet its values with their counts, most frequent first; how many rows were counted; and
        whether there may be more.
    """
    ids, is_part = source.first_ids(session, conditions, order, cap)
    rows = source.values(ids, facets).cte("rows").prefix_with("MATERIALIZED", dialect="postgresql")
    values = [rows.c[name] for name in facets]
    grouped = select(*values, *(func.grouping(value).label(f"{value.key}_absent") for value in values))
    statement = grouped.add_columns(func.count().label("n")).group_by(
        func.grouping_sets(*(tuple_(value) for value in values))
    )
    counts: dict[str, list[tuple[Any, int]]] = {name: [] for name in facets}
    for row in session.execute(statement.order_by(desc("n"))):
        # Each row counts one value of the one facet that it is grouped by.
        name = next(name for name in facets if getattr(row, f"{name}_absent") == 0)
        counts[name].append((getattr(row, name), row.n))
    return counts, len(ids), is_part or len(ids) >= cap
