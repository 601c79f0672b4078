"""Shows how far the loading is: one moving line in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from typing import TextIO

_BAR = 28
#: Seconds between two updates: in a terminal, and elsewhere.
_PAUSES = (0.2, 10.0)


class Progress:
    """Counts towards a total.

    Args:
        total: how many are expected; an estimate is enough.
        stream: where to show it.
        unit: what is counted.
    """

    def __init__(self, total: int, stream: TextIO, unit: str = "rows") -> None:
        self._total, self._stream = max(total, 1), stream
        self._unit = unit
        self._live = stream.isatty()
        self._done = 0
        self._began = self._shown = time.monotonic()

    def add(self, part: str, number: int) -> None:
        """Some more are there; `part` says of what."""
        self._done += number
        now = time.monotonic()
        if now - self._shown < _PAUSES[0 if self._live else 1]:
            return
        self._shown = now
        spent = now - self._began
        rate = self._done / spent
        share = min(self._done / self._total, 1.0)
        left = max(self._total - self._done, 0) / rate
        line = f"{share:4.0%}  {self._done:,} {self._unit}  {rate:,.0f}/s  {left:3.0f} s left  {part}"
        if self._live:
            filled = "█" * round(share * _BAR)
            self._stream.write(f"\r{filled:░<{_BAR}} {line}\x1b[K")
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def say(self, sentence: str) -> None:
        """Replace the moving line by a sentence that stays."""
        self._stream.write(f"\r{sentence}\x1b[K\n" if self._live else sentence + "\n")
        self._stream.flush()
