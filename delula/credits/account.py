"""How one user's balance came to be what it is: arithmetic over rows of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Booking:
    """A row of the ledger and the balance that it left.

    Attributes:
        row: has at least `amount`.
        balance: credits after it; None where that is not worked out.
    """

    row: Any
    balance: int | None


def running(balance: int | None, rows: Iterable[Any]) -> list[Booking]:
    """The rows of one user, the newest first, each with the balance that it left.

    Args:
        balance: credits after the first of the rows; None where that is not known.
        rows: from new to old.
    """
    found = []
    for row in rows:
        found.append(Booking(row, balance))
        balance = None if balance is None else balance - row.amount
    return found
