"""Sessions of staff: rows in the database, so that signing out, ending and disabling act at once.

The browser holds a random token in the signed session cookie; the row holds its SHA-256. One query a request
reads the row together with its person, so a changed role or a disabled account counts from the next request.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from delula.access import clock
from delula.access.actor import Actor
from delula.access.permissions import GRANTS, Permission, Role
from delula.config import current_settings
from delula.db import atomic, by_key, session
from delula.models import LARGEST_OWN_ID
from delula.models.staff import RolePolicy, Staff, StaffSession

if TYPE_CHECKING:
    from sqlalchemy.engine import Row

#: Activity is written down at most this often: a request in between costs no write.
EXACTNESS = timedelta(minutes=1)
#: An expired session is kept this long, for the form that may still arrive from it.
AFTERLIFE = timedelta(days=1)
LONGEST_BROWSER_NAME = 200
#: Characters of names and values together; a larger form is not kept. That of a recipe has its texts twice.
LARGEST_KEPT_FORM = 1_000_000
#: Fields whose names contain one of these are never kept: the person types them again.
NEVER_KEPT = ("password", "token", "secret")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of this request, with the session that the request came in.

    A plain value: nothing of it is loaded later, and nothing that happens to the database session changes it.

    Attributes:
        fs_uniquifier: what Flask-Security puts into the session cookie.
        session_id: row of `dashboard.staff_session`.
        seen_at: last activity that was written down.
        confirmed_at: when the password was last given.
        address: where the request came from.
        request_id: which request it is.
    """

    id: int
    email: str
    name: str
    role: Role
    fs_uniquifier: str
    password_is_temporary: bool
    has_second_factor: bool
    second_factor_required: bool
    session_id: int
    created_at: datetime
    seen_at: datetime
    confirmed_at: datetime
    address: str | None = None
    request_id: str | None = None

    # What Flask-Login asks of a person; the loader answers with active people only.
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the session cookie names the person by."""
        return self.fs_uniquifier

    def may(self, permission: Permission) -> bool:
        """Whether the person's role includes `permission`."""
        return permission in GRANTS[self.role]

    @property
    def initials(self) -> str:
        """One or two capitals that stand for the person, such as `AK`."""
        words = (self.name or self.email.partition("@")[0]).replace(".", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"

    @property
    def actor(self) -> Actor:
        """The person as the actor of an action."""
        return Actor(self.id, self.email, self.role, self.session_id, self.address, self.request_id)


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that could not be accepted and waits for its person.

    Attributes:
        path: where it is sent to.
        back: page that it was on.
        fields: names and values as typed, without passwords and tokens.
        left_out: names of fields that were not kept.
    """

    path: str
    back: str
    fields: list[tuple[str, str]]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One browser in which somebody is signed in, for a list of them."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str

    @property
    def browser_name(self) -> str:
        """The browser in two or three words, such as `Firefox on Linux`; what it calls itself if unknown."""
        name = next((name for mark, name in _BROWSERS if mark in self.browser), None)
        system = next((name for mark, name in _SYSTEMS if mark in self.browser), None)
        if name is None:
            return self.browser[:40] or "Unknown browser"
        return f"{name} on {system}" if system else name


#: What tells browsers and systems from one another, the more particular first: most claim to be others too.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _oldest(now: datetime) -> tuple[datetime, datetime]:
    """The earliest last activity and the earliest sign-in that a session may have at `now`."""
    settings = current_settings()
    return now - timedelta(minutes=settings.session_idle_minutes), now - timedelta(
        hours=settings.session_hours
    )


#: The person of a session; made once, and of tables rather than classes, as every request asks it.
_STAFF, _SESSION = Staff.__table__.c, StaffSession.__table__.c
_PERSON = by_key(
    select(
        _STAFF.id,
        _STAFF.email,
        _STAFF.name,
        _STAFF.role,
        _STAFF.fs_uniquifier,
        _STAFF.password_is_temporary,
        _STAFF.totp_secret.is_not(None).label("has_second_factor"),
        exists()
        .where(RolePolicy.role == _STAFF.role, RolePolicy.second_factor_required)
        .label("second_factor_required"),
        _SESSION.id.label("session_id"),
        _SESSION.created_at,
        _SESSION.seen_at,
        _SESSION.confirmed_at,
    )
    .join_from(Staff.__table__, StaffSession.__table__, _SESSION.staff_id == _STAFF.id)
    .where(
        _SESSION.token_hash == bindparam("token_hash"),
        _SESSION.seen_at >= bindparam("seen"),
        _SESSION.created_at >= bindparam("created"),
        _STAFF.active,
        _STAFF.fs_uniquifier == bindparam("uniquifier"),
    )
)


def load(token: str, fs_uniquifier: str) -> SignedIn | None:
    """The person to whom the token belongs: one query; None if expired, ended, disabled or unknown."""
    seen, created = _oldest(clock.utc_now())
    parameters = {"token_hash": _hash(token), "uniquifier": fs_uniquifier, "seen": seen, "created": created}
    found = session().execute(_PERSON, parameters).one_or_none()
    return None if found is None else _person(found)


def _person(row: Row[*tuple[Any, ...]]) -> SignedIn:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to names
    return SignedIn(**{**values, "role": Role(values["role"])})


def start(staff_id: int, *, address: str, browser: str, earlier_token: str | None) -> tuple[str, bool]:
    """Open a session, as part of the caller's transaction.

    Args:
        staff_id: whose it is.
        address: where the browser is.
        browser: what it calls itself.
        earlier_token: what the browser held before. An expired session of the same person hands over its
            kept form; whatever it was, it ends.

    Returns:
        The token for the browser, and whether the earlier session was this person's.
    """
    current, now = session(), clock.utc_now()
    _sweep(now)
    earlier = None
    if earlier_token:
        earlier = current.scalar(select(StaffSession).where(StaffSession.token_hash == _hash(earlier_token)))
    same_person = earlier is not None and earlier.staff_id == staff_id
    kept_form = earlier.kept_form if earlier is not None and same_person else None
    if earlier is not None:
        current.delete(earlier)
    token = secrets.token_urlsafe(32)
    current.add(
        StaffSession(
            staff_id=staff_id,
            token_hash=_hash(token),
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            address=address,
            browser=browser[:LONGEST_BROWSER_NAME],
            kept_form=kept_form,
        )
    )
    return token, same_person


def _sweep(now: datetime) -> None:
    seen, created = _oldest(now)
    session().execute(
        delete(StaffSession).where(
            or_(StaffSession.seen_at < seen - AFTERLIFE, StaffSession.created_at < created - AFTERLIFE)
        )
    )


def touch(person: SignedIn) -> None:
    """Write down that the person is active, unless that was done within the last minute."""
    now = clock.utc_now()
    if now - person.seen_at >= EXACTNESS:
        with atomic() as current:
            current.execute(
                update(StaffSession).where(StaffSession.id == person.session_id).values(seen_at=now)
            )


def confirm(person: SignedIn) -> None:
    """Write down that the person has just given the password again."""
    with atomic() as current:
        current.execute(
            update(StaffSession)
            .where(StaffSession.id == person.session_id)
            .values(confirmed_at=clock.utc_now())
        )


def is_fresh(person: SignedIn, within: timedelta) -> bool:
    """Whether the person gave the password within that time."""
    return clock.utc_now() - person.confirmed_at <= within


def open_sessions(staff_id: int) -> list[OpenSession]:
    """The sessions that still work, the one last used first."""
    seen, created = _oldest(clock.utc_now())
    rows = session().scalars(
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.seen_at >= seen,
            StaffSession.created_at >= created,
        )
        .order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())
    )
    return [OpenSession(row.id, row.created_at, row.seen_at, row.address, row.browser) for row in rows]


def end(staff_id: int, session_id: int) -> bool:
    """End one session of the person, as part of the caller's transaction; False if it has ended already."""
    if session_id > LARGEST_OWN_ID:  # whoever types such a number means no session
        return False
    ended = session().execute(
        delete(StaffSession)
        .where(StaffSession.id == session_id, StaffSession.staff_id == staff_id)
        .returning(StaffSession.id)
    )
    return ended.scalar_one_or_none() is not None


def end_all(staff_id: int, *, but: int | None = None) -> None:
    """End the sessions of the person, all of them or all but one; part of the caller's transaction."""
    session().execute(
        delete(StaffSession).where(
            StaffSession.staff_id == staff_id, StaffSession.id != but if but is not None else and_(True)
        )
    )


def keep_form(token: str, form: KeptForm) -> bool:
    """Keep a form with the session that sent it, be it expired; False if the session has been ended."""
    if sum(len(name) + len(value) for name, value in form.fields) > LARGEST_KEPT_FORM:
        return False
    with atomic() as current:
        kept = current.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == _hash(token))
            .values(kept_form=asdict(form))
            .returning(StaffSession.id)
        ).scalar_one_or_none()
    return kept is not None


def kept_form(person: SignedIn) -> KeptForm | None:
    """The form that waits for the person, if any."""
    stored = session().scalar(select(StaffSession.kept_form).where(StaffSession.id == person.session_id))
    if stored is None:
        return None
    return KeptForm(stored["path"], stored["back"], [(n, v) for n, v in stored["fields"]], stored["left_out"])


def forget_form(person: SignedIn) -> None:
    """The person has dealt with the form that waited."""
    with atomic() as current:
        current.execute(
            update(StaffSession).where(StaffSession.id == person.session_id).values(kept_form=None)
        )
