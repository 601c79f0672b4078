"""Which rows of a list somebody has chosen, to do the same with all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Rows that can be chosen at once: as many as a page may have.
MOST_SELECTED = 100
#: Characters of the id of a row.
_LONGEST_ID = 500


@dataclass(frozen=True)
class Selection:
    """Rows of a list, by id, in the order in which they stood there.

    Attributes:
        ids: as texts, each once.
    """

    ids: tuple[str, ...]


def read_selection(ids: Sequence[str]) -> Selection:
    """The rows that a form names.

    Raises:
        InvalidInput: none, too many, or something that is no id of a row.
    """
    once = tuple(dict.fromkeys(ids))
    if not once:
        raise InvalidInput("id", "Select at least one row.")
    if len(once) > MOST_SELECTED:
        raise InvalidInput("id", f"Select at most {MOST_SELECTED} rows at once.")
    if any("\0" in id_ or len(id_) > _LONGEST_ID for id_ in once):
        raise InvalidInput("id", "One of the rows has an id that cannot be.")
    return Selection(once)
