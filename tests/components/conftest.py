"""Fixtures of components and their executions."""

from tests.components.running import running, statements

__all__ = ["running", "statements"]
