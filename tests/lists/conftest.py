"""What the tests of the list kernel stand on."""

from __future__ import annotations

import pytest

from delula.lists import explain


@pytest.fixture(autouse=True)
def every_plan_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No plan of an earlier test counts: tests change rows and settings under the same statements."""
    monkeypatch.setattr(explain, "KEPT_SECONDS", -1)
