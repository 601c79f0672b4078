"""The daily refresh of credits: whether one is due to a user, when, and why, by the product's rules.

The product raises a balance below 10 to 10 where the last refresh is 24 hours old or missing. System accounts
take no part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from delula.models.enums import AccountType
from delula.models.tolerance import LATEST
from delula.web.display import grouped, span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: The balance, in credits, that a refresh raises to; at this balance and above there is none.
FLOOR = 10
#: How long after a refresh there is no other.
PAUSE = timedelta(hours=24)


@dataclass(frozen=True)
class Refresh:
    """What the rules say of one user at one moment.

    Attributes:
        state: in a few words.
        tone: of the badge that shows it: `success` for due, `neutral` for not.
        reasons: why, in sentences.
        at: the earliest time of the next refresh; None where there is none to come or it is due already.
        gain: credits that it would bring now; 0 where it would bring none.
    """

    state: str
    tone: str
    reasons: Sequence[str]
    at: datetime | None = None
    gain: int = 0


def is_overdrawn(user: Any) -> bool:
    """Whether a user's balance is below zero though only system accounts may spend so far.

    Args:
        user: has `credits` and `account_type`.
    """
    return bool(user.credits < 0 and user.account_type != AccountType.SYSTEM)


def daily_refresh(
    balance: int, last: datetime | None, account_type: AccountType | int | None, now: datetime
) -> Refresh:
    """Whether and when a user's balance is raised next.

    Args:
        balance: in credits.
        last: time of the last refresh, aware; None where none is recorded.
        account_type: as the database has it.
        now: aware.
    """
    if account_type == AccountType.SYSTEM:
        return Refresh("Takes no part", "neutral", ["System accounts are never refreshed."])
    doubt = [] if isinstance(account_type, AccountType) else [_DOUBT]
    pause_over = last is None or now - last >= PAUSE
    waited = _waited(last, now)
    if balance >= FLOOR:
        low = f"The balance of {grouped(balance)} is not below {FLOOR}."
        then = (
            "Once it is, a refresh can come at once."
            if pause_over
            else "Even below that, the next could not come before 24 hours have passed."
        )
        reasons = [low, waited, then, *doubt]
        return Refresh("Not due", "neutral", reasons, at=None if pause_over else _after(last))
    low = f"The balance of {grouped(balance)} is below {FLOOR}."
    gain = FLOOR - balance
    raised = f"A refresh raises it to {FLOOR}, by {grouped(gain)}."
    if pause_over:
        return Refresh("Due now", "success", [low, waited, raised, *doubt], gain=gain)
    return Refresh("Not due yet", "neutral", [low, waited, raised, *doubt], at=_after(last), gain=gain)


_DOUBT = "The account type is none that the rules name; only system accounts are said to take no part."


def _waited(last: datetime | None, now: datetime) -> str:
    if last is None:
        return "No refresh is recorded, so there is no pause to wait for."
    if last > now:
        return "The last refresh is recorded for a time to come, which keeps every other away until then."
    if now - last >= PAUSE:
        return "The last refresh is more than 24 hours old."
    return f"The last refresh is {span((now - last).total_seconds())} old, and 24 hours have to pass."


def _after(last: datetime | None) -> datetime | None:
    """When the pause after a refresh is over; None where it never is, since the last one lies at infinity."""
    return None if last is None or last.year == LATEST.year else last + PAUSE
