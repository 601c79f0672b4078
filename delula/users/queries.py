"""Every question that the pages of users ask of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, String, any_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from delula.access.permissions import Permission
from delula.db import AnyRow, by_key, session
from delula.models import (
    BalanceSeen,
    Generation,
    Recipe,
    RecipeSample,
    ReviewKind,
    RollUpState,
    User,
    UserNote,
    UserTotals,
)
from delula.models.enums import AccessRole, GenerationStatus
from delula.models.together import Together
from delula.review.blind import SECOND_LOOK, state_of, sum_of_files
from delula.rollups.totals import SUMS_OF_FILES
from delula.search import GuardedResolver, Withheld
from delula.users.listing import LISTING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.lists import ListState
    from delula.search import Resolvers

_U, _T = User.__table__.c, UserTotals.__table__.c
_SEEN = BalanceSeen.__table__.c
_G, _RECIPE, _SAMPLE = Generation.__table__.c, Recipe.__table__.c, RecipeSample.__table__.c

#: Stands for no time where rows are put in order.
_NEVER = datetime.min.replace(tzinfo=UTC)

#: What no page, export or log ever holds.
SECRETS = frozenset({"session_token", "password_hash"})

#: What stands at a name that may be an e-mail address, for people who do not see those.
WITHHELD = Withheld(
    "Your role does not see e-mail addresses, so it cannot search by one; use the id or the handle."
)


def _by_any_name(names: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The ids of users by id, e-mail address (in any case) or handle; who bears a name as id has it alone."""
    lowered = [name.lower() for name in names]
    rows = session().execute(
        select(User.id, func.lower(User.email), User.handle).where(
            or_(User.id.in_(names), func.lower(User.email).in_(lowered), User.handle.in_(names))
        )
    )
    found: dict[str, list[str]] = {}
    for id_, email, handle in rows:
        for name in names:
            if name in {id_, handle} or (email is not None and name.lower() == email):
                found.setdefault(name, []).append(id_)
    return {name: [name] if name in ids else ids for name, ids in found.items()}


def _by_open_name(names: Sequence[str]) -> Mapping[str, Sequence[str] | Withheld]:
    """The ids of users by id or handle; an unknown name that looks like an address is withheld."""
    rows = session().execute(
        select(User.id, User.handle).where(or_(User.id.in_(names), User.handle.in_(names)))
    )
    found: dict[str, list[str]] = {}
    for id_, handle in rows:
        for name in names:
            if name in {id_, handle}:
                found.setdefault(name, []).append(id_)
    return {
        name: ([name] if name in found[name] else found[name]) if name in found else WITHHELD
        for name in names
        if name in found or "@" in name
    }


#: The ids of users by any of their names.
resolve_users = GuardedResolver(Permission.USERS_READ_EMAIL, full=_by_any_name, open=_by_open_name)

RESOLVERS: Resolvers = {}

#: What each column of the table is made of.
_CELLS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "type": (_U.account_type,),
    "credits": (_U.credits, _U.account_type),
    "created": (_U.created_at,),
    "seen": (_U.last_seen_at,),
    "generations": (_T.generations,),
    "failed": (_T.failed,),
    "spent": (_T.spent,),
    "assets": (sum_of_files(_T.assets, _U.id),),
    "bytes": (sum_of_files(_T.bytes, _U.id),),
    "name": (_U.first_name, _U.last_name),
    "role": (_U.access_role,),
    "provider": (_U.oauth_provider,),
    "ephemeral": (_U.is_ephemeral,),
    "upgradable": (_U.can_upgrade_to_registered,),
    "visited": (_U.first_visit_at,),
    "refreshed": (_U.last_credit_refresh,),
    "lastgen": (_T.last_generation_at,),
}


def list_rows(ids: Sequence[str], state: ListState) -> Sequence[AnyRow]:
    """What a list shows of these users, in this order."""
    if not ids:
        return []
    names = tuple(column.key for column in state.columns if column.key in _CELLS)
    rows = {row.id: row for row in session().execute(_rows_statement(names), {"ids": ids})}
    return [rows[id_] for id_ in ids if id_ in rows]


@lru_cache(maxsize=256)
def _rows_statement(names: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """The statement for a choice of columns; made once, since making it costs as much as running it."""
    return by_key(
        select(
            _U.id,
            _U.id.label("user_id"),
            _U.email.label("user_email"),
            _U.handle.label("user_handle"),
            *(cell for name in names for cell in _CELLS[name]),
        )
        .select_from(LISTING.source.table)
        .where(_U.id == any_(bindparam("ids", type_=ARRAY(String))))
    )


#: What the commands need to know of a user; of secrets only whether there is one.
_DETAILS = select(
    _U.id,
    _U.email,
    _U.handle,
    _U.first_name,
    _U.last_name,
    _U.account_type,
    _U.access_role,
    _U.oauth_provider,
    _U.is_ephemeral,
    _U.can_upgrade_to_registered,
    (func.coalesce(_U.session_token, "") != "").label("has_session"),
    (func.coalesce(_U.password_hash, "") != "").label("has_password"),
).where(_U.id == bindparam("user_id"))
_LOCKED_DETAILS = _DETAILS.with_for_update()

#: A user with what belongs to them, as far as it is counted.
_PERSON = select(
    *(column for column in _U if column.name not in SECRETS),
    _U.id.label("user_id"),
    _U.email.label("user_email"),
    _U.handle.label("user_handle"),
    *(
        sum_of_files(column, _U.id) if column.name in SUMS_OF_FILES else column
        for column in _T
        if column.name not in {"user_id", "number"}
    ),
    _T.user_id.is_not(None).label("is_counted"),
    *(column for column in _DETAILS.selected_columns if column.key in {"has_session", "has_password"}),
    select(func.min(RollUpState.as_of)).scalar_subquery().label("counted_at"),
    _SEEN.balance.label("seen_balance"),
    _SEEN.ledger_sum.label("seen_ledger"),
    _SEEN.since.label("seen_at"),
).select_from(LISTING.source.table.outerjoin(BalanceSeen.__table__, _SEEN.user_id == _U.id))
_BY_ID = by_key(_PERSON.where(_U.id == bindparam("name")))
_BY_HANDLE = by_key(_PERSON.where(_U.handle == bindparam("name")))
_BY_ADDRESS = _PERSON.where(func.lower(_U.email) == func.lower(bindparam("name", type_=String())))


def find(reference: str, *, by_address: bool) -> AnyRow | None:
    """The user with this id or handle, tried in this order, and without secrets.

    Args:
        reference: what stands in the address of the page.
        by_address: whether it may be an e-mail address too; for people who may see those.
    """
    if "\0" in reference:
        return None  # PostgreSQL takes no such text at all
    statements = (_BY_ID, _BY_HANDLE, _BY_ADDRESS) if by_address else (_BY_ID, _BY_HANDLE)
    found = (session().execute(statement, {"name": reference}).first() for statement in statements)
    return next((row for row in found if row is not None), None)


def details(user_id: str, *, lock: bool) -> AnyRow | None:
    """What the commands need to know of a user.

    Args:
        user_id: whose.
        lock: whether nobody else may change the row until the transaction ends.
    """
    if "\0" in user_id:
        return None  # PostgreSQL takes no such text at all
    return session().execute(_LOCKED_DETAILS if lock else _DETAILS, {"user_id": user_id}).one_or_none()


def called(user: AnyRow) -> str:
    """A user's name in a sentence that may be kept: handle, else id, never the address."""
    return user.handle or user.id or "(empty id)"


def hold_name(field: str, value: str) -> None:
    """Let nobody else who asks this take a handle or an address, in any case, until the transaction ends."""
    key = func.hashtextextended(f"users.{field} {value.lower()}", 0)
    session().execute(select(func.pg_advisory_xact_lock(key)))


def is_taken(field: str, value: str, user_id: str) -> bool:
    """Whether a user other than this one bears a handle or an address, in any case, or a handle as id."""
    bears = func.lower(_U[field]) == func.lower(value)
    asked = or_(bears, _U.id == value) if field == "handle" else bears
    return session().scalar(select(_U.id).where(asked, _U.id != user_id).limit(1)) is not None


def has_other_admin(user_id: str) -> bool:
    """Whether somebody but this user is an admin of the product."""
    others = select(_U.id).where(_U.access_role == AccessRole.ADMIN, _U.id != user_id).limit(1)
    return session().scalar(others) is not None


_N = UserNote.__table__.c
_NOTE = select(
    _N.id, _N.key, _N.user_id, _N.body, _N.staff_id, _N.author, _N.entry_id, _N.created_at, _N.removed_at
)
_ONE_NOTE = _NOTE.where(_N.key == bindparam("key"))
_LOCKED_NOTE = _ONE_NOTE.with_for_update()

#: Notes that a page shows.
SHOWN_NOTES = 20
_NEWEST_NOTES = (
    _NOTE.where(_N.user_id == bindparam("user_id"), _N.removed_at.is_(None))
    .order_by(_N.id.desc())
    .limit(SHOWN_NOTES + 1)
)


def note(key: str, *, lock: bool) -> AnyRow | None:
    """A note by its key, removed or not."""
    if "\0" in key:
        return None
    return session().execute(_LOCKED_NOTE if lock else _ONE_NOTE, {"key": key}).one_or_none()


def notes_of(user_id: str) -> Sequence[AnyRow]:
    """The newest notes about a user, one more than are shown where there are more."""
    if "\0" in user_id:
        return []
    return session().execute(_NEWEST_NOTES, {"user_id": user_id}).all()


#: Rows of one kind that a user's page shows.
SHOWN_GENERATIONS, SHOWN_FAILURES, SHOWN_SAMPLES, SHOWN_RECIPES = 8, 5, 6, 6


def _newest(kind: str, most: int, *conditions: ColumnElement[bool]) -> list[Select[*tuple[Any, ...]]]:
    """The newest generations of a user, and then those without a time: two stretches of one index."""
    parts = []
    for dated in (True, False):
        by_time = (_G.created_at.desc(), _G.id.desc()) if dated else (_G.id.desc(),)
        parts.append(
            select(
                literal(kind).label("kind"),
                _G.id,
                _G.status,
                _G.created_at,
                _G.credits_cost,
                _G.credits_refunded,
                _G.recipe_id,
                func.left(_G.recipe_title, 200).label("recipe_title"),
                func.left(_G.failure_reason, 240).label("failure_reason"),
            )
            .where(
                _G.user_id == bindparam("user_id"),
                _G.created_at.is_not(None) if dated else _G.created_at.is_(None),
                *conditions,
            )
            .order_by(*by_time)
            .limit(most)
        )
    return parts


_GENERATIONS = union_all(
    *_newest("newest", SHOWN_GENERATIONS),
    *_newest("failed", SHOWN_FAILURES, _G.status == GenerationStatus.FAILED.value),
).subquery("generation")
_NEWEST_GENERATIONS = select(
    *_GENERATIONS.c,
    func.coalesce(_RECIPE.name, _GENERATIONS.c.recipe_title).label("recipe_name"),
).outerjoin_from(_GENERATIONS, Recipe.__table__, _RECIPE.id == _GENERATIONS.c.recipe_id)
_SAMPLES = (
    select(
        _SAMPLE.id,
        _SAMPLE.title,
        state_of(_SAMPLE.moderation_status, _SAMPLE.id, ReviewKind.SAMPLE, SECOND_LOOK),
        _SAMPLE.type,
        _SAMPLE.created_at,
    )
    .where(_SAMPLE.user_id == bindparam("user_id"))
    .order_by(_SAMPLE.id.desc())
    .limit(SHOWN_SAMPLES + 1)
)
_RECIPES = (
    select(_RECIPE.id, _RECIPE.name, _RECIPE.is_active)
    .where(_RECIPE.creator_id == bindparam("user_id"))
    .order_by(_RECIPE.id.desc())
    .limit(SHOWN_RECIPES)
)
_WORK = Together(generations=_NEWEST_GENERATIONS, samples=_SAMPLES, recipes=_RECIPES)


@dataclass(frozen=True)
class Work:
    """What a user has made, the newest first; what has no time comes last.

    Attributes:
        generations: the newest, at most `SHOWN_GENERATIONS`.
        failures: the newest that failed, at most `SHOWN_FAILURES`.
        samples: made of their generations, one more than are shown where there are more.
        recipes: that they created.
    """

    generations: Sequence[AnyRow]
    failures: Sequence[AnyRow]
    samples: Sequence[AnyRow]
    recipes: Sequence[AnyRow]


def work_of(user_id: str) -> Work:
    """What a user has made."""
    found = _WORK.ask(session(), {"user_id": user_id})
    newest = sorted(found["generations"], key=_by_time, reverse=True)
    return Work(
        generations=[row for row in newest if row.kind == "newest"][:SHOWN_GENERATIONS],
        failures=[row for row in newest if row.kind == "failed"][:SHOWN_FAILURES],
        samples=found["samples"],
        recipes=found["recipes"],
    )


def _by_time(row: AnyRow) -> tuple[bool, datetime, int]:
    return row.created_at is not None, row.created_at or _NEVER, row.id
