"""Several small questions to the database as one.

The page of one thing shows little of many things around it. Each such question is answered in no time, but
what stands around it, the way there and back above all, takes ten times that. So they are asked with one
statement, in which each answer is one JSON value.
"""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, func, select
from sqlalchemy.dialects.postgresql import dialect
from sqlalchemy.types import TypeDecorator

from delula.db import by_key
from delula.models.columns import UtcDateTime
from delula.models.tolerance import decode_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Select
    from sqlalchemy.orm import Session, scoped_session
    from sqlalchemy.types import TypeEngine

_DIALECT = dialect()  # type: ignore[no-untyped-call]


class Together:
    """Questions that are asked at once; made when the module is loaded.

    Args:
        questions: a name for each; an answer keeps the order of its rows.
    """

    def __init__(self, **questions: Select[*tuple[Any, ...]]) -> None:
        answers = []
        self._readers: dict[str, Callable[[list[Any]], Any]] = {}
        for name, question in questions.items():
            rows = question.subquery()
            packed = func.json_agg(func.json_build_array(*rows.columns))
            answers.append(select(packed).select_from(rows).scalar_subquery().label(name))
            self._readers[name] = _reader(
                {column.key: column.type for column in question.selected_columns if column.key is not None}
            )
        self._statement = by_key(select(*answers))

    def ask(
        self, session: Session | scoped_session[Session], values: Mapping[str, Any]
    ) -> dict[str, list[Any]]:
        """The answers by name, their rows as named tuples.

        Args:
            session: where to ask.
            values: of the parameters of all questions.
        """
        answers = session.execute(self._statement, values).one()
        return {
            name: list(map(reader, answer or ()))
            for (name, reader), answer in zip(self._readers.items(), answers, strict=True)
        }


def _reader(types: Mapping[str, TypeEngine[Any]]) -> Callable[[list[Any]], Any]:
    """How to read one row: JSON knows neither times nor our enums."""
    record: Any = namedtuple("Record", tuple(types))  # type: ignore[misc]  # names that are known at run time
    readers = [(place, read) for place, type_ in enumerate(types.values()) if (read := _reading(type_))]

    def row(values: list[Any]) -> Any:
        for place, read in readers:
            values[place] = read(values[place])
        return record._make(values)

    return row


def _reading(type_: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    read = type_.result_processor(_DIALECT, None) if isinstance(type_, TypeDecorator) else None
    if isinstance(type_, UtcDateTime) and read:
        return lambda value: read(value and decode_time(value))
    if isinstance(type_, DateTime):
        return lambda value: value and decode_time(value)
    return read
