"""The one question that the palette asks of the database.

It is put together from lookups by index, one or two for each kind of object, and only of those that the
clues at hand and the person's rights call for: what is not asked costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import TextClause, text

from delula.access.permissions import Permission
from delula.db import AnyRow, session
from delula.models import ReviewKind
from delula.review.blind import SECOND_LOOK, numbers_kept

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from delula.palette.clues import Clues

#: Rows that one lookup gives; several are rare.
MOST = 4

#: What a lookup takes of the clues, as the statement's parameters have it.
_WORDS, _NUMBERS, _KEYS = "CAST(:words AS text[])", "CAST(:numbers AS integer[])", "CAST(:keys AS text[])"
_START = "lower(CAST(:start AS text)) || '%'"


@dataclass(frozen=True)
class _Match:
    """A way in which clues lead to a row.

    Attributes:
        how: in words, for the person.
        takes: the clue that it needs.
        condition: of SQL, answered by an index.
        permission: what it takes beyond the right to read the kind.
    """

    how: str
    takes: str
    condition: str
    permission: Permission = Permission.SIGNED_IN


def _id(column: str = "id") -> _Match:
    return _Match("id", "numbers", f"{column} = ANY({_NUMBERS})")


def _of_source(source: str) -> _Match:
    return _Match("id", "assets", f"id = CAST(:{source} AS integer)")


def _word(how: str, column: str) -> _Match:
    return _Match(how, "words", f"{column} = ANY({_WORDS})")


def _file(how: str, *columns: str) -> tuple[_Match, ...]:
    return tuple(_Match(how, "keys", f"{column} = ANY({_KEYS})") for column in columns)


def _thumbnail() -> _Match:
    # The numbers stand for the keys: the planner reads in its statistics how many rows have them.
    condition = f"hashtext(thumbnail_url) IN ({{hashes}}) AND thumbnail_url = ANY({_KEYS})"
    return _Match("thumbnail", "keys", condition)


@dataclass(frozen=True)
class _Kind:
    """A kind of object.

    Attributes:
        name: of the kind.
        permission: who may find it.
        table: where it stands.
        key: the id in its address, as text.
        title: what it is called; may be null.
        note: a word about it; may be null.
        matches: the ways that lead to one row, the surest first.
        starts: expressions whose index knows what begins with a text in lower case.
        order: which of several rows come first; as no index is ordered, since the planner would rather walk
            through such an index until it has met enough rows.
    """

    name: str
    permission: Permission
    table: str
    key: str
    title: str
    note: str
    matches: tuple[_Match, ...]
    starts: tuple[tuple[str, Permission], ...] = ()
    order: str = "id + 0 DESC"


_OPEN = Permission.SIGNED_IN

#: The order says what comes first where a clue leads to several kinds.
_KINDS = (
    _Kind(
        "generation",
        Permission.GENERATIONS_READ,
        "generations",
        "CAST(id AS text)",
        "left(recipe_title, 200)",
        "left(status, 50)",
        (
            _id(),
            _of_source("generation"),
            _word("short id", "short_id"),
            _word("asset id", "asset_id"),
            _word("provider job", "fal_job_id"),
            *_file("file", "s3_key", "video_url", "image_url"),
            _thumbnail(),
        ),
    ),
    _Kind(
        "user",
        Permission.USERS_READ,
        "users",
        "id",
        "handle",
        "NULL",
        (
            _word("id", "id"),
            _word("handle", "handle"),
            _Match(
                "e-mail address",
                "email",
                "lower(email) = lower(CAST(:email AS text))",
                Permission.USERS_READ_EMAIL,
            ),
        ),
        starts=(("lower(handle)", _OPEN), ("lower(email)", Permission.USERS_READ_EMAIL)),
        order="id || ''",
    ),
    *(
        _Kind(
            f"{source} asset",
            Permission.ASSETS_READ,
            f"{source}_assets",
            f"'{source}-' || id",
            f"left({name}, 200)",
            "left(mime_type, 100)",
            (
                _id(),
                _of_source(source),
                _word("asset id", "asset_id"),
                *files,
            ),
        )
        for source, name, files in (
            ("user", "display_name", (*_file("file", "s3_key", "cdn_url"), _thumbnail())),
            ("system", "name", _file("file", "url")),
            ("market", "name", _file("file", "url")),
        )
    ),
    _Kind(
        "removed asset",
        Permission.ASSETS_READ,
        "dashboard.removed_asset",
        "reference",
        "left(name, 200)",
        "state",
        (_word("id", "reference"), _word("asset id", "asset_id"), *_file("file", "key")),
        order="at DESC",
    ),
    _Kind(
        "recipe",
        Permission.RECIPES_READ,
        "recipes",
        "CAST(id AS text)",
        "left(name, 200)",
        "slug",
        (
            _id(),
            _word("slug", "slug"),
            _Match("name", "words", f"left(name, 200) = ANY({_WORDS})"),
            _word("referral code", "referral_code"),
        ),
        starts=(("lower(left(name, 200))", _OPEN), ("lower(slug)", _OPEN)),
    ),
    _Kind(
        "tag",
        Permission.TAGS_READ,
        "tags",
        "CAST(id AS text)",
        "name",
        "CASE WHEN is_hidden THEN 'hidden' END",
        (_id(), _word("name", "name")),
        starts=(("lower(name)", _OPEN),),
    ),
    _Kind(
        "sample",
        Permission.SAMPLES_READ,
        "recipe_samples",
        "CAST(id AS text)",
        "left(title, 200)",
        f"CASE WHEN id = ANY(CAST(:kept AS integer[])) THEN '{SECOND_LOOK}' ELSE moderation_status END",
        (_id(), *_file("file", "high_res_url", "preview_url", "thumbnail_url")),
    ),
    _Kind(
        "component",
        Permission.COMPONENTS_READ,
        "component_registry",
        "component_id",
        "name",
        "category",
        (_word("id", "component_id"),),
        starts=(("lower(component_id)", _OPEN), ("lower(name)", _OPEN)),
        order="component_id || ''",
    ),
    _Kind(
        "execution",
        Permission.COMPONENTS_READ,
        "component_usage",
        "execution_id",
        "NULL",
        "component_id",
        (_word("id", "execution_id"),),
        order="execution_id || ''",
    ),
    _Kind(
        "provider",
        Permission.PROVIDERS_READ,
        "providers",
        "CAST(id AS text)",
        "title",
        "CASE WHEN NOT is_active THEN 'inactive' END",
        (_id(), _word("name", "title")),
        starts=(("lower(title)", _OPEN),),
    ),
    _Kind(
        "row of the ledger",
        Permission.CREDITS_READ,
        "credit_transactions",
        "CAST(id AS text)",
        "left(description, 200)",
        "left(type, 50)",
        (
            _id(),
            _Match(
                "payment",
                "words",
                # The index has no more than a beginning of it.
                f"left(payment_id, 100) = ANY(CAST({_WORDS} AS varchar(100)[]))"
                f" AND payment_id = ANY({_WORDS})",
            ),
        ),
    ),
    _Kind(
        "backlog video",
        Permission.BACKLOG_READ,
        "backlog_videos",
        "CAST(id AS text)",
        "NULL",
        "CASE WHEN is_used THEN 'given away' ELSE 'in stock' END",
        (
            _id(),
            _word("short id", "short_id"),
            _word("asset id", "asset_id"),
            *_file("file", "s3_key", "video_url"),
        ),
    ),
    _Kind(
        "option icon",
        Permission.TAGS_READ,
        "recipe_option_tag_icon",
        "id",
        "left(display, 200)",
        "NULL",
        (_word("id", "id"),),
        order="id || ''",
    ),
)

#: What each lookup needs.
NEEDED = frozenset({kind.permission for kind in _KINDS} | {Permission.USERS_READ_EMAIL})
_PLACES = {kind.name: place for place, kind in enumerate(_KINDS)}


def look_up(clues: Clues, rights: Set[Permission]) -> Sequence[AnyRow]:
    """What the clues lead to, in the order of the kinds; rows that only begin so have an empty `how`.

    Args:
        clues: what was typed.
        rights: what the person may do.
    """
    given = frozenset(
        name
        for name in ("words", "numbers", "keys", "start", "email", "assets")
        if getattr(clues, name) not in (None, (), {})
    )
    values = {
        "words": list(clues.words),
        "numbers": list(clues.numbers),
        "keys": list(clues.keys),
        **{f"key{place}": key for place, key in enumerate(clues.keys)},
        "start": _escaped(clues.start or ""),
        "kept": list(numbers_kept(ReviewKind.SAMPLE)),
        "email": clues.email,
        **{source: clues.assets.get(source) for source in ("generation", "user", "system", "market")},
    }
    asked = _statement(given, frozenset(rights & NEEDED), len(clues.keys))
    if asked is None:
        return []
    statement, names = asked
    rows = session().execute(statement, {name: values[name] for name in names})
    return sorted(rows, key=lambda row: (not row.how, _PLACES[row.kind]))


def _escaped(start: str) -> str:
    """A text that means itself in a pattern of LIKE."""
    return start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@lru_cache(maxsize=256)
def _statement(
    given: frozenset[str], rights: frozenset[Permission], keys: int
) -> tuple[TextClause, Sequence[str]] | None:
    """The statement for the clues at hand, and the names of its parameters.

    None where there is nothing to ask.

    Args:
        given: the clues that there are.
        rights: what may be found.
        keys: how many keys there are.
    """
    hashes = ", ".join(f"hashtext(CAST(:key{place} AS text))" for place in range(keys))
    may = rights | {_OPEN}
    parts: list[str] = []
    for kind in _KINDS:
        if kind.permission not in may:
            continue
        email = "email" if kind.name == "user" else "NULL"
        columns = f"""'{kind.name}' AS kind, CAST({kind.key} AS text) AS key,
            CAST({kind.title} AS text) AS title, CAST({kind.note} AS text) AS note,
            CAST({email} AS text) AS email"""
        for by_file in (False, True):
            matches = [
                one
                for one in kind.matches
                if one.takes in given and one.permission in may and (one.takes == "keys") is by_file
            ]
            if not matches:
                continue
            how = " ".join(f"WHEN {one.condition} THEN '{one.how}'" for one in matches)
            either = " OR ".join(f"({one.condition})" for one in matches)
            # A file may be that of thousands of rows, of which any will do.
            order = "" if by_file else f" ORDER BY {kind.order}"
            most = 1 if kind.name == "execution" else MOST
            parts.append(
                f"(SELECT {columns}, CASE {how} END AS how FROM {kind.table} WHERE {either}"  # noqa: S608 - ours
                f"{order} LIMIT {most})".replace("{hashes}", hashes)
            )
        if "start" in given:
            parts += [
                f"(SELECT {columns}, '' AS how FROM {kind.table} WHERE {value} LIKE {_START}"  # noqa: S608 - ours
                f" ORDER BY {value} USING ~<~ LIMIT {MOST})"
                for value, permission in kind.starts
                if permission in may
            ]
    if not parts:
        return None
    written = "\nUNION ALL\n".join(parts)
    return text(written), sorted(set(re.findall(r":([a-z]+\d*)", written)))
