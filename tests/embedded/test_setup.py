"""What `scripts/setup.py` decides before anything is installed."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

import pytest

from delula.embedded.service import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

NAME = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def setup() -> Any:
    """The script, which is no module of a package, as Python itself must be able to start it."""
    spec = spec_from_file_location("setup", PROJECT / "scripts" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another Python on the path."""
    other = tmp_path / NAME
    other.write_text("")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    return other


@pytest.mark.parametrize(("seconds", "is_taken"), [(0.7, True), (0.95, False), (float("inf"), False)])
def test_another_python_is_taken_where_it_is_clearly_faster(
    setup: Any, beside: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, is_taken: bool
) -> None:
    monkeypatch.setattr(setup, "seconds_of", {sys.executable: 1.0, str(beside): seconds}.__getitem__)
    assert setup.quickest_python() == (str(beside) if is_taken else sys.executable)


def test_a_python_is_timed_by_what_it_does(setup: Any, beside: Path) -> None:
    assert 0 < setup.seconds_of(sys.executable) < 60
    assert setup.seconds_of(str(beside)) == float("inf")
