"""When the daily refresh is due, and what is said about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from delula.models.enums import AccountType
from delula.models.tolerance import EARLIEST, LATEST
from delula.users.refresh import daily_refresh, is_overdrawn

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)
REGISTERED, SYSTEM = AccountType.REGISTERED, AccountType.SYSTEM


@pytest.mark.parametrize(
    ("balance", "last", "kind", "state", "at", "gain", "says"),
    [
        (3, NOW - 2 * DAY, REGISTERED, "Due now", None, 7, "is below 10"),
        (3, None, AccountType.GUEST, "Due now", None, 7, "No refresh is recorded"),
        (9, NOW - DAY, REGISTERED, "Due now", None, 1, "more than 24 hours old"),
        (
            9,
            NOW - DAY + timedelta(seconds=1),
            REGISTERED,
            "Not due yet",
            NOW + timedelta(seconds=1),
            1,
            "24 hours",
        ),
        (0, NOW, REGISTERED, "Not due yet", NOW + DAY, 10, "24 hours have to pass"),
        (-17, NOW - 2 * DAY, REGISTERED, "Due now", None, 27, "by 27"),
        (10, NOW - 2 * DAY, REGISTERED, "Not due", None, 0, "not below 10"),
        (10, None, REGISTERED, "Not due", None, 0, "can come at once"),
        (500, NOW, REGISTERED, "Not due", NOW + DAY, 0, "could not come before"),
        (-4321, None, SYSTEM, "Takes no part", None, 0, "System accounts"),
        (3, None, None, "Due now", None, 7, "none that the rules name"),
        (3, None, 9, "Due now", None, 7, "none that the rules name"),
        (3, NOW + 3 * DAY, REGISTERED, "Not due yet", NOW + 4 * DAY, 7, "a time to come"),
        (3, LATEST.replace(tzinfo=UTC), REGISTERED, "Not due yet", None, 7, "a time to come"),
        (3, EARLIEST.replace(tzinfo=UTC), REGISTERED, "Due now", None, 7, "more than 24 hours"),
        (-(2**31), None, REGISTERED, "Due now", None, 2**31 + 10, "below 10"),
    ],
)
def test_the_rules_say_when_and_why(
    balance: int,
    last: datetime | None,
    kind: AccountType | int | None,
    state: str,
    at: datetime | None,
    gain: int,
    says: str,
) -> None:
    found = daily_refresh(balance, last, kind, NOW)
    assert (found.state, found.at, found.gain) == (state, at, gain)
    assert says in " ".join(found.reasons)


@pytest.mark.parametrize(
    ("balance", "kind", "overdrawn"),
    [(-1, REGISTERED, True), (-1, None, True), (-1, 9, True), (-1, SYSTEM, False), (0, REGISTERED, False)],
)
def test_only_system_accounts_may_be_below_zero(
    balance: int, kind: AccountType | int | None, overdrawn: bool
) -> None:
    assert is_overdrawn(SimpleNamespace(credits=balance, account_type=kind)) is overdrawn
