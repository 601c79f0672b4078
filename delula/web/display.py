"""How values read on a page: times, durations, numbers, sizes, long ids.

Pure functions, offered to every template as filters of the same name (`FILTERS`). The database keeps
`timestamp without time zone` in UTC, so a time without a zone is taken as UTC throughout.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MINUS = "\N{MINUS SIGN}"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def iso(value: datetime) -> str:
    """The machine-readable form of a time, in UTC to the second: `2026-11-22T09:04:05Z`."""
    return _aware(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(value: datetime) -> str:
    """The absolute form of a time for people: `2026-11-22 09:04:05 UTC`."""
    return _aware(value).strftime("%Y-%m-%d %H:%M:%S UTC")


def ago(value: datetime, now: datetime | None = None) -> str:
    """A time as the distance from `now` (default: this moment): `3 min ago`, `in 2 h`, `4 Mar`, `4 Mar 2025`.

    Beyond a week the distance says less than the date, so the date stands there, with the year where it is
    not the present one. static/js/time.js keeps the same wording while a page stays open.
    """
    then = _aware(value)
    now = datetime.now(UTC) if now is None else _aware(now)
    seconds = (now - then).total_seconds()
    distance = abs(seconds)
    if distance < 10:
        return "just now"
    if distance < _MINUTE:
        text = f"{int(distance)} s"
    elif distance < _HOUR:
        text = f"{int(distance / _MINUTE)} min"
    elif distance < _DAY:
        text = f"{int(distance / _HOUR)} h"
    elif distance < 7 * _DAY:
        text = f"{int(distance / _DAY)} d"
    elif then.year == now.year:
        return f"{then.day} {then:%b}"
    else:
        return f"{then.day} {then:%b %Y}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


def span(seconds: float) -> str:
    """A length of time, two units at most: `850 ms`, `42 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`."""
    if seconds < 0:
        return MINUS + span(-seconds)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms" if seconds else "0 s"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def grouped(value: float) -> str:
    """A number with its thousands apart and a true minus sign: `12,400`."""
    text = f"{value:,}"
    return MINUS + text[1:] if text.startswith("-") else text


def compact(value: float) -> str:
    """A number for where an estimate is enough, three digits at most: `980`, `12.4 K`, `1.0 M`."""
    for limit, unit in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        # 999,500 would round up to "1000 K": it belongs to the next unit.
        if abs(value) >= limit * 0.9995:
            scaled = value / limit
            return f"{scaled:.1f} {unit}" if abs(scaled) < 100 else f"{scaled:.0f} {unit}"
    return grouped(value)


def size(value: float) -> str:
    """A number of bytes in decimal units, as storage providers bill them: `1.4 MB`."""
    for limit, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if abs(value) >= limit:
            return f"{value / limit:.1f} {unit}"
    return f"{value:.0f} B"


def middle(text: str, longest: int = 16) -> str:
    """A long id with its middle left out, so that both telling ends stay: `6f1c20ab…9e41`."""
    if len(text) <= longest:
        return text
    tail = longest // 3
    return f"{text[: longest - tail - 1]}…{text[-tail:]}"


def initials(name: str) -> str:
    """One or two capitals that stand for a person: `AK` for `Ada King`, `A` for `ada@example.com`."""
    words = [word for word in name.partition("@")[0].replace(".", " ").replace("_", " ").split() if word]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [words[0][0]] if words else ["?"]
    return "".join(letters).upper()


FILTERS: dict[str, Callable[..., str]] = {
    function.__name__: function
    for function in (iso, utc, ago, span, grouped, compact, size, middle, initials)
}
