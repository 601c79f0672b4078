"""The command that these tests run, known to the console for as long as they do."""

from __future__ import annotations

import pytest

from delula.commands import registry
from tests.commands.renaming import Rename


@pytest.fixture
def rename(monkeypatch: pytest.MonkeyPatch) -> Rename:
    command = Rename()
    monkeypatch.setitem(registry._COMMANDS, command.name, command)
    return command
