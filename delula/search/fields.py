"""The fields that an area's lists can be filtered by, declared once per area."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field as attribute
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, null

from delula.search.kinds import Flag, Json, Kind, Operator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_NAME = re.compile(r"[^\W\d][\w-]*")


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """One thing to filter by.

    Args:
        name: as typed; lower case, with `-` or `_` inside.
        label: as shown on chips and facets.
        kind: what it can hold.
        expression: the SQL expression, as its index has it. A kind that brings its own conditions needs none.
        help: one sentence for the person: what it is.
        aliases: other names to type.
        example: a whole term; made from the kind's first example where it is absent.
        facet: whether the list offers its values with counts.
        operators: what may stand before a value, where that is less than the kind allows.
        recognises: a pattern of values that are plainly this field's (a short id, an e-mail address), so that
            autocomplete offers it for a plain word that fully matches.
        needs: the permission without which nobody may filter by it, since what is found tells what it holds;
            empty for everybody. The language knows nothing of people: the pages ask (`Filter.withholding`).
        of: the rows that it may be asked of, where these are not all; the others are found neither by a term
            nor by its contrary.
    """

    name: str
    label: str
    kind: Kind
    expression: ColumnElement[Any] = attribute(default_factory=null)
    help: str = ""
    aliases: tuple[str, ...] = ()
    example: str = ""
    facet: bool = False
    operators: frozenset[Operator] | None = None
    recognises: re.Pattern[str] | None = None
    needs: str = ""
    of: ColumnElement[bool] | None = None

    @property
    def allowed(self) -> frozenset[Operator]:
        """What may stand before a value."""
        return self.kind.allowed() if self.operators is None else self.operators

    @property
    def example_term(self) -> str:
        """A whole term that this field can read."""
        return self.example or f"{self.name}:{next(iter(self.kind.shown_examples()), 'value')}"


@dataclass(frozen=True)
class HelpRow:
    """One line of the help table.

    Attributes:
        name: as typed.
        aliases: other names to type.
        label: as shown.
        takes: what it is, and what may stand behind the colon.
        example: a whole term.
        values: the known values as typed; empty where there is no such list.
    """

    name: str
    aliases: tuple[str, ...]
    label: str
    takes: str
    example: str
    values: tuple[str, ...]


class FieldSet:
    """The fields of one area, in the order in which help and autocomplete show them.

    Args:
        fields: the fields; their names and aliases are unique, in any case.
        default: the name of the field that plain words and phrases search, or None where there is none.

    Raises:
        ValueError: a name cannot be typed or is taken, or there is no field of the default's name.
    """

    def __init__(self, fields: Sequence[Field], *, default: str | None = None) -> None:
        self._fields = tuple(fields)
        self._by_name: dict[str, Field] = {}
        for one in self._fields:
            for name in (one.name, *one.aliases):
                if not _NAME.fullmatch(name) or name.lower() in {"is", "has"}:
                    raise ValueError(f"no field can be called {name}")
                if name.lower() in self._by_name:
                    raise ValueError(f"two fields are called {name}")
                self._by_name[name.lower()] = one
        if default is not None and default.lower() not in self._by_name:
            raise ValueError(f"no field is called {default}")
        self.default = None if default is None else self._by_name[default.lower()]

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __getitem__(self, name: str) -> Field:
        return self._by_name[name.lower()]

    def find(self, name: str) -> Field | None:
        """The field of that name or alias, in any case."""
        return self._by_name.get(name.lower())

    def nearest(self, name: str) -> Field | None:
        """The field that was probably meant."""
        near = get_close_matches(name.lower(), self._by_name, n=1, cutoff=0.6)
        return self._by_name[near[0]] if near else None

    @property
    def names(self) -> tuple[str, ...]:
        """All names, without aliases."""
        return tuple(one.name for one in self._fields)

    @property
    def flags(self) -> tuple[Field, ...]:
        """The fields that `is:` and `has:` take."""
        return tuple(one for one in self._fields if isinstance(one.kind, Flag))

    @property
    def facets(self) -> tuple[Field, ...]:
        """The fields that the list offers with counts."""
        return tuple(one for one in self._fields if one.facet)

    def help_rows(self) -> list[HelpRow]:
        """The help table: name, what it takes, example."""
        return [
            HelpRow(
                name=f"{one.name}.…" if isinstance(one.kind, Json) else one.name,
                aliases=one.aliases,
                label=one.label,
                takes=" ".join(part for part in (one.help, f"{one.kind.takes.capitalize()}.") if part),
                example=one.example_term,
                values=tuple(choice.typed for choice in one.kind.known()[:20]),
            )
            for one in self._fields
        ]
