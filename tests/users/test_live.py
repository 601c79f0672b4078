"""Every user of live databases, new and old, as every role: nothing breaks and nothing secret shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.web.lists import in_path
from tests.consoles import FRAGMENT
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from tests.consoles import Console

SEES_ADDRESSES = frozenset({Role.ADMIN, Role.MODERATOR, Role.SUPPORT})


@pytest.mark.parametrize("role", some(Role, 2))
@pytest.mark.parametrize("age", ["live_console", "older_console"])
def test_every_user_has_a_page_and_a_peek(age: str, role: Role, request: pytest.FixtureRequest) -> None:
    console: Console = request.getfixturevalue(age)
    client = console.as_role(role)
    users = console.sql("SELECT id, email, session_token, password_hash FROM users")
    assert len(users) > 6
    for id_, email, *secrets in users:
        for path, headers in ((f"/users/{in_path(id_)}", {}), (f"/users/{in_path(id_)}/peek", FRAGMENT)):
            page = client.get(path, headers=headers)
            assert page.status_code == 200, (role, path)
            check(page.text, f"{role} at {path}")
            assert not any(secret and secret in page.text for secret in secrets)
            if email and "@" in email and email.isprintable() and "<" not in email:
                assert (email in page.text) is (role in SEES_ADDRESSES)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("age", ["live_console", "older_console"])
def test_the_lists_hold_every_row_and_every_column(
    age: str, role: Role, request: pytest.FixtureRequest
) -> None:
    console: Console = request.getfixturevalue(age)
    client = console.as_role(role)
    for area, table in (("users", "users"), ("credits", "credit_transactions")):
        headings = set(re.findall(r'name="columns" value="(\w+)"', client.get(f"/{area}/").text))
        assert len(headings) >= 8
        page = client.get(f"/{area}/", query_string={"columns": sorted(headings)})
        assert page.status_code == 200
        check(page.text, f"{role} at {area}")
        ((rows,),) = console.sql(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own
        assert page.text.count("data-row=") == rows
        for secret in ("token-ann", "argon2id"):
            assert secret not in page.text
        assert ("ann@example.org" in page.text) is (area == "users" and role in SEES_ADDRESSES)
        for fragment in ("count", "facets", "suggestions?q=x"):
            assert client.get(f"/{area}/{fragment}", headers=FRAGMENT).status_code == 200


@pytest.mark.parametrize("role", some(Role, 2))
@pytest.mark.parametrize("age", ["live_console", "older_console"])
def test_every_row_of_the_ledger_has_a_page_and_a_peek(
    age: str, role: Role, request: pytest.FixtureRequest
) -> None:
    console: Console = request.getfixturevalue(age)
    client = console.as_role(role)
    for (number,) in console.sql("SELECT id FROM credit_transactions"):
        for path in (f"/credits/{number}", f"/credits/{number}?balance=all", f"/credits/{number}/peek"):
            page = client.get(path)
            assert page.status_code == 200, path
            check(page.text, f"{role} at {path}")
