"""What a browser does, step by step."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

PASSWORD = "correct horse battery staple"


def form_token(page: TestResponse) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)


def submit(client: FlaskClient, path: str, *, form_at: str | None = None, **fields: str) -> TestResponse:
    """Open the page of a form, then send the form with its token."""
    token = form_token(client.get(form_at or path))
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD, path: str = "/login") -> TestResponse:
    """Sign in by the form."""
    return submit(client, path, email=email, password=password)


class MovableClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def move(self, **length: float) -> None:
        """Let time pass; the length is given as for `timedelta`."""
        self.now += timedelta(**length)
