"""The audit log tells whether staff have changed something of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.lists.changes import Changes

if TYPE_CHECKING:
    from tests.consoles import Console

_ENTRY = (
    "INSERT INTO dashboard.audit_log (actor, action, object_kind, object_id, before, after, input)"
    " VALUES ('somebody', 'it.edit', '{}', '1', '{{}}', '{{}}', '{{}}')"
)


def test_entries_on_its_kinds_are_counted_and_no_others(worked_console: Console) -> None:
    changes = Changes("tag", "recipe")

    def asked() -> int:
        with worked_console.app.app_context():
            return changes()

    before = asked()
    assert asked() == before
    worked_console.sql(_ENTRY.format("user"))
    assert asked() == before
    worked_console.sql(_ENTRY.format("tag"))
    worked_console.sql(_ENTRY.format("recipe"))
    assert asked() == before + 2
    assert asked() == before + 2
