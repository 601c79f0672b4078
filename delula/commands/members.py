"""Sets of things that many objects have, edited together: what is not touched stays as each object has it.

The control of such a field shows of each thing how many of the chosen objects have it, and sends what is to
be given to all and what is to be taken from all, a line each: `+12`, `-7`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from delula.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from markupsafe import Markup

    from delula.commands.base import Command

T = TypeVar("T")

#: Things that are given and taken at once.
MOST_EDITED = 100
#: Things that a search for one offers.
OFFERED = 30


@dataclass(frozen=True)
class Member:
    """One thing of a set.

    Attributes:
        value: what stands for it in the input.
        name: in words.
        count: how many of the chosen objects have it.
        group: heading under which it stands.
        drawn: how it is shown; its name where there is nothing else.
    """

    value: str
    name: str
    count: int = 0
    group: str = ""
    drawn: Markup | None = None


@dataclass(frozen=True)
class Members:
    """Where the control of a set finds what it shows.

    Attributes:
        of: what the objects with these ids have, each with its count, and what else should be at hand.
        named: things by their values.
        offered: things whose name has a text in it.
        is_open: whether what is typed can be given though nothing is called so yet.
    """

    of: Callable[[Sequence[str]], Sequence[Member]]
    named: Callable[[Sequence[str]], Sequence[Member]]
    offered: Callable[[str], Sequence[Member]]
    is_open: bool = False


@dataclass(frozen=True)
class Edits:
    """What is done to a set; the rest of it stays.

    Attributes:
        give: values that it shall have.
        take: values that it shall not have.
    """

    give: tuple[str, ...] = ()
    take: tuple[str, ...] = ()

    @property
    def values(self) -> Sequence[str]:
        """All that it is about."""
        return (*self.give, *self.take)


def read_edits(name: str, text: str) -> Edits:
    """What the control of a set has sent.

    Args:
        name: of the field.
        text: a line for each thing, which begins with `+` or `-`.

    Raises:
        InvalidInput: nothing is changed, too much is, or a line is none.
    """
    signed = [line.strip() for line in text.splitlines() if line.strip()]
    if not signed:
        raise InvalidInput(name, "Choose at least one to give or to take.")
    if len(signed) > MOST_EDITED:
        raise InvalidInput(name, f"Change at most {MOST_EDITED} at once.")
    sides: dict[str, dict[str, None]] = {"+": {}, "-": {}}
    for line in signed:
        sign, value = line[0], line[1:].strip()
        if sign not in sides or not value:
            raise InvalidInput(name, f"“{line[:80]}” begins with neither + nor -.")
        sides[sign][value] = None
    if both := sides["+"].keys() & sides["-"].keys():
        raise InvalidInput(name, f"{min(both)} cannot be given and taken.")
    return Edits(tuple(sides["+"]), tuple(sides["-"]))


def with_sets(
    command: Command[Any], texts: Mapping[str, str], sent: Callable[[str], Sequence[str]]
) -> dict[str, str]:
    """The texts of a form, where a set is sent by one control for each thing of it.

    Args:
        command: whose form.
        texts: by name, the one text that each field has.
        sent: gives all texts that a field has.
    """
    sets = [one.name for one in command.fields if one.members]
    return {**texts, **{name: "\n".join(filter(None, sent(name))) for name in sets}}


def edited(values: Sequence[T] | None, give: Iterable[T], take: Iterable[T]) -> list[T]:
    """A list without what is taken, and with what is given at its end; all else stays in its order."""
    taken = set(take)
    left = [value for value in values or () if value not in taken]
    return left + [value for value in dict.fromkeys(give) if value not in left]
