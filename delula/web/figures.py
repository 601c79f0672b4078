"""Figures that say how sure they are: rates with an interval, and changes against the period before.

Pure arithmetic and words; `stat` in `templates/ui/stat.html` shows them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from delula.web.display import MINUS, grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Number = int | float | Decimal

#: Below so many a figure is greyed: too few to judge.
FEW = 30
#: Standard deviations of a 95 % interval.
_Z = 1.959963984540054

Direction = Literal["up", "down", "same"]


def percent(share: float) -> str:
    """A share as text: `82 %`, `99.7 %`; almost nothing never reads as nothing, nor almost all as all."""
    value = share * 100
    if value < 0:
        return MINUS + percent(-share)
    if 0 < value < 0.05:
        return "< 0.1 %"
    if 99.95 <= value < 100:
        return "> 99.9 %"
    return f"{value:.1f}".removesuffix(".0") + " %" if value < 10 or value > 90 else f"{value:.0f} %"


@dataclass(frozen=True)
class Rate:
    """A share of `n` with its 95 % interval (Wilson).

    Attributes:
        share: from 0 to 1.
        low: lower end of the interval, from 0 to 1.
        high: upper end of the interval, from 0 to 1.
        n: how many it rests on; at least 1.
    """

    share: float
    low: float
    high: float
    n: int

    @property
    def few(self) -> bool:
        """Whether it rests on too few to judge."""
        return self.n < FEW

    @property
    def text(self) -> str:
        """The share: `82 %`."""
        return percent(self.share)

    @property
    def interval(self) -> str:
        """The interval: `76-87 %`, with an en dash."""
        low, high = round(self.low * 100), round(self.high * 100)
        return f"{low} %" if low == high else f"{low}\N{EN DASH}{high} %"

    def __str__(self) -> str:
        return f"{self.text} ({self.interval}, n = {grouped(self.n)})"


def rate(successes: int, n: int) -> Rate | None:
    """The share that succeeded of `n` that have finished; None where none has: idle is no data, not 0 %.

    Raises:
        ValueError: there are not that many.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}")
    if n == 0:
        return None
    share = successes / n
    square = _Z * _Z / n
    middle = (share + square / 2) / (1 + square)
    reach = _Z / (1 + square) * math.sqrt(share * (1 - share) / n + square / (4 * n))
    # The ends touch 0 and 1 only where none or all succeeded, whatever rounding does.
    low = 0.0 if successes == 0 else max(0.0, middle - reach)
    high = 1.0 if successes == n else min(1.0, middle + reach)
    return Rate(share, low, high, n)


@dataclass(frozen=True)
class Change:
    """How a figure stands against the period before.

    Attributes:
        direction: which way it went.
        text: how far, in words that need no colour: `4 % more`, `2.1 points less`, `no change`.
        tone: `success` or `danger` where one way is better, None where it is neither.
        before: the figure of the period before, as text.
    """

    direction: Direction
    text: str
    tone: str | None
    before: str


def change(
    now: float | None,
    before: float | None,
    *,
    write: Callable[[float], str] = grouped,
    better: Literal["up", "down"] | None = None,
    points: bool = False,
) -> Change | None:
    """How `now` stands against `before`; None where one of them is not known.

    Args:
        now: the figure of the period shown.
        before: that of the period before.
        write: how such a figure reads.
        better: which direction is good news; None where neither is.
        points: whether both are shares (0 to 1) whose difference is told in percentage points.
    """
    if now is None or before is None or not (math.isfinite(now) and math.isfinite(before)):
        return None
    difference = now - before
    if points:
        amount = f"{abs(difference) * 100:.1f}".removesuffix(".0")
        far = "" if amount == "0" else f"{amount} {'point' if amount == '1' else 'points'}"
    elif before > 0 and now >= 0:
        ratio = abs(difference) / before
        # Beyond tenfold a percentage says less than a factor.
        far = (
            f"{grouped(round(now / before))} times"
            if now / before >= 10
            else percent(ratio)
            if ratio >= 0.0005
            else ""
        )
    else:
        far = write(abs(difference)) if difference else ""
    if not far:
        return Change("same", "no change", None, write(before))
    direction: Direction = "up" if difference > 0 else "down"
    tone = None if better is None else "success" if better == direction else "danger"
    word = "" if far.endswith("times") else " more" if difference > 0 else " less"
    return Change(direction, f"{far}{word}", tone, write(before))


@dataclass(frozen=True)
class Figure:
    """One figure of a row of them, shown with `figure` of `ui/stat.html`.

    Attributes:
        label: what it is.
        value: as text; None is "No data", which is not 0.
        href: opens precisely the rows behind it.
        change: how it stands against the period before.
        against: what that period is called: `the 7 days before`.
        n: how many it rests on; below 30 it is greyed.
        note: a word more, such as the interval of a rate.
        trend: its values over the period at equal distances, oldest first, for a sparkline.
        tone: `success`, `warning` or `danger` where the figure itself asks for attention.
    """

    label: str
    value: str | None
    href: str | None = None
    change: Change | None = None
    against: str = "the period before"
    n: int | None = None
    note: str | None = None
    trend: Sequence[Number | None] = ()
    tone: str | None = None

    @property
    def few(self) -> bool:
        """Whether it rests on too few to judge."""
        return self.n is not None and self.n < FEW


def rate_figure(
    label: str,
    now: Rate | None,
    before: Rate | None = None,
    *,
    href: str | None = None,
    against: str = "the period before",
    trend: Sequence[Number | None] = (),
    better: Literal["up", "down"] = "up",
) -> Figure:
    """The figure of a rate, with its interval and n."""
    far = change(
        now.share if now else None,
        before.share if before else None,
        write=percent,
        better=better,
        points=True,
    )
    return Figure(
        label,
        now.text if now else None,
        href,
        far,
        against,
        now.n if now else None,
        now.interval if now else None,
        trend,
    )
