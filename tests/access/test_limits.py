from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from delula.access import authentication, passwords
from delula.access.authentication import Wrong
from delula.access.limits import ACCOUNT, ADDRESS, LONGEST_WAIT, MEMORY, TooManyAttempts, address_group
from delula.db import session
from delula.models.staff import AttemptCount
from tests.access.steps import PASSWORD, MovableClock, sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from delula.models.staff import Staff


def guess(email: str, address: str = "192.0.2.1", password: str = "a wrong password") -> str:  # noqa: S107
    """One attempt, as the word for how it ended."""
    try:
        authentication.check_password(email, password, address)
    except Wrong:
        return "examined"
    except TooManyAttempts:
        return "refused"
    return "recognised"


@pytest.mark.parametrize("attempts", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_of_any_number_of_attempts_from_many_addresses_five_are_examined(
    app: Flask,
    staff_member: Callable[..., Staff],
    moving_clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    attempts: int,
) -> None:
    staff = staff_member()
    logged: list[str] = []
    monkeypatch.setattr(authentication.log, "warning", lambda text, **_extra: logged.append(text))
    hashes = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: hashes.append(1) or real(*given))
    with app.app_context():
        for number in range(attempts):
            # As fast as a botnet is: all of it within the same second.
            guess(staff.email, f"198.51.{number // 250}.{number % 250}")
        rows = session().scalar(select(func.count()).select_from(AttemptCount))
        assert guess(staff.email, "203.0.113.9", PASSWORD) == "refused", "not even the right one"
    assert len(hashes) == ACCOUNT.free
    assert rows == 1 + ACCOUNT.free, "refused attempts leave nothing behind in the database"
    assert logged.count("sign-in refused: too many attempts") == attempts - ACCOUNT.free + 1
    moving_clock.move(seconds=ACCOUNT.first_wait.total_seconds() + 1)
    with app.app_context():
        assert guess(staff.email, "203.0.113.9", PASSWORD) == "recognised", "the wait is over"


@pytest.mark.usefixtures("moving_clock")
def test_a_locked_account_is_refused_with_the_right_password(
    client: FlaskClient, staff_member: Callable[..., Staff]
) -> None:
    staff = staff_member()
    for _ in range(ACCOUNT.free):
        assert sign_in(client, staff.email, "a wrong password").status_code == 422
    response = sign_in(client, staff.email)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "30"
    assert "Wait 30 seconds, then try again." in response.text
    assert f'value="{staff.email}"' in response.text


@pytest.mark.usefixtures("moving_clock")
def test_an_unknown_account_is_locked_like_a_known_one(app: Flask) -> None:
    with app.app_context():
        ends = [guess("nobody@example.com", f"192.0.2.{number}") for number in range(7)]
    assert ends == ["examined"] * ACCOUNT.free + ["refused"] * 2


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(
    app: Flask, staff_member: Callable[..., Staff], moving_clock: MovableClock
) -> None:
    email = staff_member().email
    waits = []
    with app.app_context():
        for _ in range(ACCOUNT.free - 1):
            guess(email)
        for number in range(8):
            assert guess(email, f"192.0.2.{number}") == "examined"
            with pytest.raises(TooManyAttempts) as refused:
                authentication.check_password(email, "x", "192.0.2.200")
            waits.append(refused.value.seconds)
            moving_clock.move(seconds=waits[-1])
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
    assert waits[-1] == LONGEST_WAIT.total_seconds()


@pytest.mark.usefixtures("moving_clock")
def test_one_address_cannot_try_many_accounts(app: Flask) -> None:
    with app.app_context():
        ends = [guess(f"person{number}@example.com", "192.0.2.7") for number in range(ADDRESS.free + 5)]
        assert ends == ["examined"] * ADDRESS.free + ["refused"] * 5
        assert guess("person@example.com", "192.0.2.8") == "examined", "the neighbour is free"


def test_success_forgives_the_account_but_not_the_address(
    app: Flask, staff_member: Callable[..., Staff], moving_clock: MovableClock
) -> None:
    email = staff_member().email
    with app.app_context():
        for _ in range(ADDRESS.free - 1):
            guess("somebody@example.com")
            moving_clock.move(minutes=16)
        assert guess(email, password=PASSWORD) == "recognised"
        assert guess("another@example.com") == "examined"
        assert guess("another@example.com") == "refused", "signing in to one's own account buys no guesses"


def test_failures_are_forgotten_after_a_day_and_swept(
    app: Flask, staff_member: Callable[..., Staff], moving_clock: MovableClock
) -> None:
    email = staff_member().email
    with app.app_context():
        for number in range(40):
            guess(f"person{number}@example.com", f"192.0.2.{number}")
        for _ in range(ACCOUNT.free - 1):
            guess(email)
        moving_clock.move(seconds=MEMORY.total_seconds() + 1)
        assert [guess(email) for _ in range(ACCOUNT.free + 1)] == ["examined"] * ACCOUNT.free + ["refused"]
        assert session().scalar(select(func.count()).select_from(AttemptCount)) == 2


def test_neighbours_in_one_ipv6_network_count_as_one() -> None:
    assert address_group("2001:db8:1:2:3::4") == address_group("2001:db8:1:2:ffff::1")
    assert address_group("2001:db8:1:2::1") != address_group("2001:db8:1:3::1")
    assert address_group("192.0.2.1") != address_group("192.0.2.2")
    assert address_group(None) == address_group("not an address") == "unknown"


def test_attempts_at_the_same_moment_do_not_slip_past_the_count(committing_app: Flask) -> None:
    def attempt(number: int) -> str:
        with committing_app.app_context():
            return guess("race@example.com", f"192.0.2.{number}")

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(attempt, range(40)))
    assert ends.count("examined") == ACCOUNT.free


def test_a_flood_does_not_hash_on_every_core(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_LONGEST_WAIT_SECONDS", 0.01)
    taken = [passwords._AT_ONCE.acquire(blocking=False) for _ in range(2)]
    try:
        assert taken == [True, True]
        with app.app_context(), pytest.raises(passwords.Busy):
            authentication.check_password("a@example.com", "x", None)
    finally:
        for _ in taken:
            passwords._AT_ONCE.release()
