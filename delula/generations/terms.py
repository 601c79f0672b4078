"""Terms of the filter of generations that other areas link with."""

from __future__ import annotations

from delula.rollups.sums import LONGEST_DAYS
from delula.search.lexer import written_value

#: Those that wait or run.
UNFINISHED = "status:pending,processing"
#: Those whose work, and whose wait, took a time that the roll-ups count: no negative one, and none of years.
RAN, WAITED = (f"{name}:0s..{LONGEST_DAYS}d" for name in ("duration", "wait"))


def failed_with(message: str) -> tuple[str, str]:
    """What leaves the failed ones with a message as the roll-ups count it; an empty one stands for none."""
    return "status:failed", f"message:{written_value(message) if message else 'none'}"
