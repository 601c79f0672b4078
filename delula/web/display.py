"""How values read on a page: times, durations, numbers, sizes, long ids.

Pure functions, offered to every template as filters of the same name (`FILTERS`). The database keeps
`timestamp without time zone` in UTC, so a time without a zone is taken as UTC throughout.

The functions named `*_tag` are macros of `templates/ui/` written in Python: `{% set time = "time"|macro %}`
there gives one its name, and pages import and call it like any other. What a list shows hundreds of times is
made so, since calling a Jinja macro costs several times what its text costs.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape as escape_text
from typing import TYPE_CHECKING

from markupsafe import Markup

from delula.models.enums import wording
from delula.models.tolerance import BEYOND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any


_needs_escaping = re.compile("[&<>\"']").search


def escape(value: object) -> str:
    """A value as HTML text; markup stays as it is. Plain text comes back, which is several times faster."""
    if type(value) is not str:
        if isinstance(value, Markup):
            return str(value)
        value = str(value)
    # Most of what a list shows needs nothing; to see that takes half the time that five replacements take.
    return escape_text(value) if _needs_escaping(value) else value


def markup(html: str) -> Markup:
    """Text that is escaped already, as markup: what `Markup(html)` makes, in a third of its time."""
    return str.__new__(Markup, html)


MINUS = "\N{MINUS SIGN}"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_WEEK = timedelta(days=7)


MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MISSING = Markup('<span class="missing">—</span>')

#: What a status of a generation is called, and the classes that give it its dot and tone.
STATUSES = {
    "pending": ("Pending", "neutral waiting"),
    "processing": ("Processing", "info running"),
    "completed": ("Completed", "success"),
    "failed": ("Failed", "danger"),
}
#: Those that will change by themselves: live refresh asks how they stand.
UNFINISHED = ("pending", "processing")


def _utc(value: datetime) -> datetime:
    """A time in UTC, aware of it; `replace` takes longer than all else here."""
    if value.tzinfo is UTC:
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


#: Numbers as clocks write them.
_TWO = tuple(f"{number:02d}" for number in range(60))


def _written(moment: datetime) -> str:
    """A time in UTC as `2026-11-22 09:04:05`; `isoformat` takes three times as long, for the zone's sake."""
    return (
        f"{moment.year:04d}-{_TWO[moment.month]}-{_TWO[moment.day]}"
        f" {_TWO[moment.hour]}:{_TWO[moment.minute]}:{_TWO[moment.second]}"
    )


def iso(value: datetime) -> str:
    """The machine-readable form of a time, in UTC to the second: `2026-11-22T09:04:05Z`."""
    return f"{_written(_utc(value)).replace(' ', 'T')}Z"


def utc(value: datetime) -> str:
    """The absolute form of a time for people: `2026-11-22 09:04:05 UTC`."""
    moment = _utc(value)
    return _BEYOND[moment] if moment in _BEYOND else f"{_written(moment)} UTC"


#: What is said of times that are no date of ours: infinity, or the year 44 BC.
_BEYOND = dict(zip(BEYOND, ("before the year 1", "after the year 9999"), strict=True))


def ago(value: datetime, now: datetime | None = None) -> str:
    """A time as the distance from `now` (default: this moment): `3 min ago`, `in 2 h`, `4 Mar`, `4 Mar 2025`.

    Beyond a week the distance says less than the date, so the date stands there, with the year where it is
    not the present one. static/js/time.js keeps the same wording while a page stays open.
    """
    then = _utc(value)
    if then in _BEYOND:
        return _BEYOND[then]
    now = _utc(now) if now else datetime.now(UTC)
    if not -_WEEK < now - then < _WEEK:
        day = f"{then.day} {MONTHS[then.month]}"
        return day if then.year == now.year else f"{day} {then.year}"
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
    else:
        text = f"{int(distance / _DAY)} d"
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
    if value < 0:
        return MINUS + size(-value)
    for limit, unit in ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")):
        if value >= limit:
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


#: What `isoformat` makes of a time of this millennium.
_LIKE_A_MOMENT = re.compile(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def _moment(text: str) -> datetime | None:
    """The time that a text of JSON stands for, if it does for any."""
    if not _LIKE_A_MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # as the 31st of February
        return None


def plain_value(value: object) -> str | Markup:
    """A value of any JSON as a person reads it: yes and no, a dash for none, the JSON of anything deeper.

    A time, which stands in JSON as a text, is written like all others. A list of texts and numbers, and what
    has such a list for each of its keys, is read out: `video, image`, `text_to_video: video`.
    """
    if value is None or value == "":
        return MISSING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, int | float):
        return grouped(value)
    if isinstance(value, str):
        return utc(moment) if (moment := _moment(value)) else value
    return _read_out(value) or json.dumps(value, ensure_ascii=False)


#: By name of a column whose values say little by themselves, what they are in words.
_COLUMNS: dict[str, Callable[[Sequence[object]], Sequence[str]]] = {}


def read_column(name: str, read: Callable[[Sequence[object]], Sequence[str]]) -> None:
    """Let the values of a column be read out so, wherever pages show what changes.

    Args:
        name: of the column.
        read: values, none of them null or an empty text, in words; asked once for all that a list shows.
    """
    _COLUMNS[name] = read


def column_values(values: Iterable[tuple[str, object]]) -> list[str | Markup]:
    """Values, each behind the name of its column, as a person reads them."""
    pairs = list(values)
    told: dict[int, str | Markup] = {}
    for name in {name for name, _ in pairs} & _COLUMNS.keys():
        places = [
            place
            for place, (one, value) in enumerate(pairs)
            if one == name and value is not None and value != ""
        ]
        if places:
            told.update(zip(places, _COLUMNS[name]([pairs[place][1] for place in places]), strict=True))
    return [told[place] if place in told else plain_value(value) for place, (_, value) in enumerate(pairs)]


def column_value(value: object, name: str) -> str | Markup:
    """A value of this column as a person reads it."""
    return column_values([(name, value)])[0]


def _read_out(value: object) -> str | None:
    """A list of texts and numbers in words, or an object of such; None for anything else."""
    if isinstance(value, dict):
        parts = [
            f"{key}: {said}" if (said := _read_out(part if isinstance(part, list) else [part])) else None
            for key, part in value.items()
        ]
        return None if None in parts else "; ".join(map(str, parts)) or "none"
    if not isinstance(value, list) or not all(
        isinstance(one, str | int | float) and not isinstance(one, bool) and one != "" for one in value
    ):
        return None
    return ", ".join(map(str, value)) or "none"


#: A stretch of a text that ends with a blank where it can.
_PIECE = re.compile(r".{1,2000}(?:\s|\Z)|.{1,2000}", re.DOTALL)


def in_pieces(text: str) -> Markup:
    """A text whose stretches are elements of their own, where it is long; it reads and is copied as before.

    A browser takes seconds for the lines of one text of 60,000 letters that its first font lacks, such as
    Hebrew ones, but a tenth of one for such pieces.
    """
    pieces = _PIECE.findall(text)
    if len(pieces) < 2:
        return markup(escape(text))
    return markup("".join(f"<span>{escape(piece)}</span>" for piece in pieces))


def time_tag(value: datetime | None) -> Markup:
    """A time as its distance, with the absolute time on hover; a dash for none."""
    if value is None:
        return MISSING
    moment = _utc(value)
    if moment in _BEYOND:
        return markup(f'<span class="faint">{_BEYOND[moment]}</span>')
    text = _written(moment)
    # Nothing in it needs escaping: digits, letters and signs of our own.
    return markup(
        f'<time datetime="{text[:10]}T{text[11:]}Z" title="{text} UTC" data-ago>{ago(moment)}</time>'
    )


def number_tag(value: float | None) -> Markup:
    """A number with its thousands apart; a dash for none."""
    return MISSING if value is None else markup(f'<span class="number">{grouped(value)}</span>')


def span_tag(seconds: float | None) -> Markup:
    """A length of time; a dash for none."""
    return MISSING if seconds is None else markup(f'<span class="number">{span(seconds)}</span>')


def milliseconds_tag(value: int | None) -> Markup:
    """A length of time that is kept in milliseconds; a dash for none."""
    return span_tag(None if value is None else value / 1000)


def status_tag(value: str | None, id: str | None = None, swap: bool = False) -> Markup:  # noqa: A002 - named as in HTML, called by a macro
    """The status of a generation: dot and word; one that is unknown stands as it is.

    Args:
        value: as the database has it.
        id: id of the element, so that it can change in place.
        swap: whether it is sent to take the place of the one with the same id.
    """
    word, classes = STATUSES.get(value or "", (wording(value or "No status"), "neutral"))
    identity = f' id="{escape(id)}"' if id else ""
    swapped = ' hx-swap-oob="true"' if swap else ""
    live = " data-live" if value in UNFINISHED else ""
    return markup(f'<span class="status {classes}"{identity}{swapped}{live}>{escape(word)}</span>')


def copyable_tag(text: object, short: bool = True, href: str | None = None) -> Markup:
    """An id with a button that copies it, its middle left out where `short`; a dash for none.

    Args:
        text: what is copied.
        short: whether the middle of a long one is left out.
        href: makes it a link.
    """
    if text is None or text == "":
        return MISSING
    whole, shown = escape(text), escape(middle(str(text)))
    inner = shown if short else whole
    link = f'a class="mono" href="{escape(href)}"' if href else 'span class="mono"'
    return markup(
        f'<span class="copyable"><{link} title="{whole}">{inner}</{link[: link.index(" ")]}>'
        f'<button class="copy" type="button" data-copy="{whole}" aria-label="Copy {shown}"></button></span>'
    )


@lru_cache(maxsize=100)
def flag_tag(value: bool | None, yes: str = "Yes", no: str = "No") -> Markup:
    """A truth value: a check and a word, a quiet word, or a dash for none."""
    if value is None:
        return MISSING
    return markup(f'<span class="{"flag" if value else "faint"}">{escape(yes if value else no)}</span>')


#: How a run of a component came out, by its `success`.
_OUTCOMES = {
    True: Markup('<span class="status success">Succeeded</span>'),
    False: Markup('<span class="status danger">Failed</span>'),
    None: Markup('<span class="status neutral waiting">Unfinished</span>'),
}


def outcome_tag(success: bool | None) -> Markup:
    """How a run of a component came out: dot and word; one that has not ended says so."""
    return _OUTCOMES[success]


def badge_tag(text: object, tone: str = "neutral") -> Markup:
    """A word with a tone: see `badge` in ui/badge.html."""
    return Markup(f'<span class="badge {tone}">{escape(text)}</span>')  # noqa: S704 - escaped


def row_tag(id: object, href: str | None = None, peek_href: str | None = None) -> Markup:  # noqa: A002 - as in HTML
    """The beginning of a table row that keyboard and pointer can use: see `row_open` in ui/list.html."""
    row = escape(id)
    opens = f' data-href="{escape(href)}"' if href else ""
    peeks = f' data-peek="{escape(peek_href)}"' if peek_href else ""
    return markup(f'<tr id="row-{row}" data-row="{row}"{opens}{peeks}>')


def column_words(name: str) -> str:
    """A column's name in the words of pages: `is_active` is "active", and `color` is "colour"."""
    words = name.removeprefix("is_").replace("_", " ")
    return "colour" if words == "color" else words


#: What stands for a name of which nothing is seen, where a link has to say something.
NAMELESS = "(no name)"


def named(value: object) -> str:
    """Somebody's name for a thing as the text of a link; also a Jinja filter."""
    text = "" if value is None else str(value)
    # Most begin with a letter, and a list asks for a hundred of them.
    is_seen = text[:1].isalnum() or any(one.isprintable() and not one.isspace() for one in text)
    return text if is_seen else NAMELESS


def lead_tag(text: object, href: str, mono: bool = False) -> Markup:
    """The link of a row, in its first cell."""
    look = "lead mono" if mono else "lead"
    return markup(f'<a class="{look}" href="{escape(href)}" data-lead><bdi>{escape(named(text))}</bdi></a>')


#: What selects a row; it belongs to the form that stands below the rows.
CHOICE = '<input class="choose" type="checkbox" name="id" value="%s" form="bulk" aria-label="Select %s">'


def choice_tag(id: object) -> Markup:  # noqa: A002 - as in HTML
    """What selects a tile of a grid; `table_body` gives the rows of a table the same."""
    name = escape(id)
    return markup(CHOICE % (name, name))


def facts_tag(items: Iterable[Mapping[str, Any]]) -> Markup:
    """A definition list: see `templates/ui/value.html`."""
    rows = "".join(f"<dt>{escape(item['label'])}</dt>\n<dd>{_fact(item)}</dd>\n" for item in items)
    return markup(f'<dl class="facts">\n{rows}</dl>\n')


def _fact(item: Mapping[str, Any]) -> str:
    if "html" in item:
        return escape(item["html"])
    value, href = item["value"], item.get("href")
    if value is None or value == "":
        return MISSING
    if item.get("copy"):
        return copyable_tag(value, href=href)
    text = f"<bdi>{escape(named(value) if href else value)}</bdi>"
    return f'<a class="link" href="{escape(href)}">{text}</a>' if href else text


MACROS: dict[str, Callable[..., Markup]] = {
    "time": time_tag,
    "number": number_tag,
    "duration": span_tag,
    "milliseconds": milliseconds_tag,
    "status": status_tag,
    "copyable": copyable_tag,
    "facts": facts_tag,
    "flag": flag_tag,
    "outcome": outcome_tag,
    "row_open": row_tag,
    "lead": lead_tag,
    "choice": choice_tag,
}


def macro(name: str) -> Callable[..., Markup]:
    """The macro of that name that is written here."""
    return MACROS[name]


FILTERS: dict[str, Callable[..., object]] = {
    **{
        function.__name__: function
        for function in (
            iso,
            utc,
            ago,
            span,
            grouped,
            compact,
            size,
            middle,
            initials,
            plain_value,
            in_pieces,
            macro,
            named,
            column_value,
            column_words,
        )
    },
    # The same as macros; Jinja calls a filter at half the price, which counts in the cells of a list.
    **MACROS,
}
