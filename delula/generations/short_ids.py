"""Short ids of generations: what stands in the product's links."""

import secrets

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from delula.models import Generation
from delula.types import InsertGeneration

SHORT_ID_LENGTH = 11

#: There are 64^11 short ids: more than one collision in a row means that the randomness is broken.
ATTEMPTS = 5


def new_short_id() -> str:
    """11 random characters of A-Z a-z 0-9 - _, about 66 bits."""
    return secrets.token_urlsafe(SHORT_ID_LENGTH)[:SHORT_ID_LENGTH]


def insert_generation(session: Session, new: InsertGeneration) -> Generation:
    """Inserts a generation under a short id that no other has; it replaces one that `new` brings along.

    The database decides whether an id is taken, so two inserts at once cannot get the same one, and a
    collision costs another attempt but not the transaction.

    Raises:
        RuntimeError: every attempt met a taken id.
    """
    for _ in range(ATTEMPTS):
        values = {**new.values(), "short_id": new_short_id()}
        statement = (
            insert(Generation)
            .values(**values)
            .on_conflict_do_nothing(index_elements=[Generation.short_id])
            .returning(Generation)
        )
        generation = session.scalars(statement).one_or_none()
        if generation is not None:
            return generation
    raise RuntimeError(f"{ATTEMPTS} short ids in a row were taken")
