"""The planner is asked once a minute for what a filter costs, and again for each other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.lists import explain
from tests.people import sent_by

if TYPE_CHECKING:
    import pytest

    from tests.consoles import Console


def plans_asked(console: Console, query: str) -> int:
    """How often a list asks the planner for the way to its rows."""
    with sent_by(console) as sent:
        assert console.admin.get(f"/generations/?q={query}").status_code == 200
    return sum(statement.startswith("EXPLAIN") for statement in sent)


def test_a_filter_is_planned_once_a_minute(live_console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explain, "KEPT_SECONDS", 60)
    assert [plans_asked(live_console, "retries:1..77") for _ in range(2)] == [1, 0]
    assert plans_asked(live_console, "retries:1..78") == 1
    monkeypatch.setattr(explain, "KEPT_SECONDS", -1)
    assert plans_asked(live_console, "retries:1..77") == 1
