"""The product's refund of a failed generation, as a part of whatever fails it.

The balance, the row of the ledger and the mark on the generation change in the transaction at hand, with both
rows locked, so that it happens exactly once, also against the product at the same moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from delula.commands import Credits
from delula.db import session
from delula.errors import Refused
from delula.models import CreditTransaction, Generation, User
from delula.models.enums import CreditTransactionType

if TYPE_CHECKING:
    from datetime import datetime

    from delula.db import AnyRow

#: The largest balance that the column holds.
_LARGEST_BALANCE = 2**31 - 1


def planned_refund(generation: AnyRow, *, lock: bool) -> Credits:
    """What the refund of a generation does to the balance of its owner.

    Args:
        generation: its row, locked where `lock` is set.
        lock: whether to lock the balance, since it is about to be changed.

    Raises:
        Refused: there is nothing to give back, or nobody to give it to.
    """
    if generation.credits_refunded:
        raise Refused(f"The credits of generation {generation.id} went back already.")
    if not generation.credits_cost or generation.credits_cost < 0:
        raise Refused(f"Generation {generation.id} has cost nothing, so nothing can go back.")
    statement = select(User.credits).where(User.id == generation.user_id)
    before = session().execute(statement.with_for_update() if lock else statement).scalar_one_or_none()
    if before is None:
        raise Refused(f"The owner of generation {generation.id} no longer exists, so no credits can go back.")
    after = before + generation.credits_cost
    if after > _LARGEST_BALANCE:
        raise Refused("The balance cannot hold that many credits.")
    return Credits(generation.user_id, before, after)


def write_refund(generation_id: int, credits_: Credits, now: datetime) -> None:
    """Give the credits of a generation back, as planned with the rows locked."""
    current = session()
    current.execute(update(User).where(User.id == credits_.user_id).values(credits=credits_.after))
    current.execute(
        insert(CreditTransaction).values(
            user_id=credits_.user_id,
            amount=credits_.moved,
            type=CreditTransactionType.REFUND,
            description=f"Refund for failed generation {generation_id}",
            created_at=now,
            metadata_={"generationId": generation_id},
        )
    )
    current.execute(
        update(Generation)
        .where(Generation.id == generation_id)
        .values(credits_refunded=True, refunded_at=now)
    )
