"""The life of a generation as a timeline, and the rules about it that pages show.

The rules are the product's: stuck is what has been processing for more than eight minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from delula.models.enums import GenerationStatus

if TYPE_CHECKING:
    from datetime import datetime

    from delula.db import AnyRow
    from delula.models import Generation

STUCK_AFTER = timedelta(minutes=8)


@dataclass(frozen=True)
class Event:
    """Something that happened to a generation.

    Attributes:
        title: what happened.
        time: when; None where the database does not say.
        tone: how it is drawn: neutral, info, success, warning or danger.
        detail: more about it, or None.
        spent: seconds in the state that began here, until the next event or now; None where unknown.
        current: whether it is the state at hand.
    """

    title: str
    time: datetime | None
    tone: str
    detail: str | None = None
    spent: float | None = None
    current: bool = False


def is_stuck(generation: Generation | AnyRow, now: datetime) -> bool:
    """Whether the work has gone on for longer than the product ever waits."""
    started = generation.processing_started_at
    return (
        generation.status == GenerationStatus.PROCESSING
        and started is not None
        and now - started > STUCK_AFTER
    )


def lifecycle(generation: Generation, now: datetime) -> list[Event]:
    """What happened to a generation, in order, with the time that it spent in each state."""
    created, started, updated = (
        generation.created_at,
        generation.processing_started_at,
        generation.updated_at,
    )
    status = generation.status
    finished = status in {GenerationStatus.COMPLETED, GenerationStatus.FAILED}
    waited_until = started or (updated if finished else now)
    events = [
        Event(
            "Asked for",
            created,
            "neutral",
            spent=_seconds(created, waited_until),
            current=status == GenerationStatus.PENDING,
        )
    ]
    if started is not None or status == GenerationStatus.PROCESSING:
        stuck = is_stuck(generation, now)
        events.append(
            Event(
                "Work began",
                started,
                "warning" if stuck else "info",
                detail="Stuck: longer than 8 minutes at work." if stuck else None,
                spent=_seconds(started, updated if finished else now),
                current=status == GenerationStatus.PROCESSING,
            )
        )
    if status == GenerationStatus.COMPLETED:
        events.append(Event("Completed", updated, "success", current=True))
    elif status == GenerationStatus.FAILED:
        tries = f"Retried {generation.retry_count} of {generation.max_retries} times."
        events.append(Event("Failed", updated, "danger", detail=tries, current=True))
    elif status not in set(GenerationStatus):
        events.append(Event(f"State “{status}”, which no document lists", updated, "warning", current=True))
    if generation.credits_refunded or generation.refunded_at is not None:
        detail = None if generation.refunded_at else "The time was not recorded."
        events.append(Event("Credits refunded", generation.refunded_at, "info", detail=detail))
    return events


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return (end - start).total_seconds() if start and end else None
