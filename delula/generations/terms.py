"""Terms of the filter of generations that other areas link with."""

from __future__ import annotations

from delula.search.lexer import written_value

#: Those that wait or run.
UNFINISHED = "status:pending,processing"


def failed_with(message: str) -> tuple[str, str]:
    """What leaves the failed ones with a message as the roll-ups count it; an empty one stands for none."""
    return "status:failed", f"message:{written_value(message) if message else 'none'}"
