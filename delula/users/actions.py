"""What staff can change about a user, but for credits: names and addresses, role, account type, session.

System accounts are the product's own: nothing here changes who they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from delula.access.authentication import check_email
from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, Touched, digest, register
from delula.commands.inputs import one_line
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import User
from delula.models.enums import AccessRole, AccountType, label
from delula.users import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import AuditEntry, JsonValue

EnumT = TypeVar("EnumT", AccessRole, AccountType)

#: Characters of a first or last name, and of a handle.
LONGEST_NAME, LONGEST_HANDLE = 100, 50

GONE = "There is no such user."
SYSTEM_STAYS = "System accounts are the product's own; nobody changes them here."


@dataclass(frozen=True, kw_only=True)
class Details(Given):
    """How a user is called and reached; an empty text stands for none.

    Attributes:
        only: the fields that count, with commas between; all where empty.
    """

    user_id: str
    first_name: str = ""
    last_name: str = ""
    handle: str = ""
    email: str = ""
    only: str = ""


#: The fields of the form, which are columns too.
_DETAILS = ("first_name", "last_name", "handle", "email")


OfUserT = TypeVar("OfUserT", bound=Given)


class UserCommand(Command[OfUserT]):
    """A command on one user, whose input says which by `user_id`."""

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The user."""
        row = queries.details(texts.get("user_id", ""), lock=False)
        return Touched("user", row.id, queries.called(row)) if row else None


class EditUser(UserCommand[Details]):
    """Changes names, handle and e-mail address; both of the latter are unique in any case."""

    name = "users.edit"
    title = "Edit user"
    permission = Permission.USERS_EDIT
    given = Details
    fields = (
        InputField("first_name", "First name", optional=True),
        InputField("last_name", "Last name", optional=True),
        InputField("handle", "Handle", optional=True, help="Letters, digits, and . _ - between them."),
        InputField("email", "E-mail", optional=True, help="Kept in lower case."),
    )
    is_fresh = True
    is_edit = True

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        row = queries.details(texts.get("user_id", ""), lock=False)
        if row is None:
            return {}
        found = {name: getattr(row, name) or "" for name in _DETAILS}
        return {**found, "version": digest(found)}

    def plan(self, given: Details, *, lock: bool) -> Plan:
        """Check what differs from what is stored, and nothing else: that may be older than our rules."""
        row = _known(given.user_id, lock=lock)
        names = _counting(given.only)
        stored = {name: getattr(row, name) for name in names}
        texts = {name: getattr(given, name) for name in names}
        wanted = {
            name: _CHECKS[name](texts[name].strip()) for name in names if texts[name] != (stored[name] or "")
        }
        before = {name: stored[name] for name, value in wanted.items() if value != stored[name]}
        if not before:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        after = {name: wanted[name] for name in before}
        _refuse_taken(given.user_id, after, lock=lock)
        version = digest({name: value or "" for name, value in stored.items()})
        changed = ", ".join(_WORDS[name] for name in before)
        return Plan(
            f"Change the {changed} of {queries.called(row)}.",
            Change("user", given.user_id, before, after),
            version=version,
            warnings=_edit_warnings(row, after),
        )

    def write(self, given: Details, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the columns that change; the product may have taken a name in this very moment."""
        try:
            _set(given.user_id, **plan.change.after)
        except IntegrityError as error:
            constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
            field = "handle" if "handle" in constraint else "email"
            raise InvalidInput(field, _TAKEN) from None
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Details]:
        """The same columns as they were, if they are still as the entry left them."""
        changed = {name: entry.before[name] or "" for name in _DETAILS if name in entry.before}
        left = {name: entry.after[name] or "" for name in changed}
        given = Details(user_id=entry.object_id, only=",".join(changed), version=digest(left), **changed)
        return Invocation(self, given)


_WORDS = {"first_name": "first name", "last_name": "last name", "handle": "handle", "email": "e-mail address"}
_TAKEN = "Another user has it already."


def _counting(only: str) -> Sequence[str]:
    """The fields that an input is about, in the order of the form.

    Raises:
        InvalidInput: it names another.
    """
    if not only:
        return _DETAILS
    asked = set(only.split(","))
    if odd := sorted(asked.difference(_DETAILS)):
        raise InvalidInput("only", f"{odd[0]} is no field of this form.")
    return [name for name in _DETAILS if name in asked]


def _handle(text: str) -> str | None:
    if len(text) > LONGEST_HANDLE:
        raise InvalidInput("handle", f"Keep it to {LONGEST_HANDLE} characters.")
    if text and not (all(one.isalnum() or one in "._-" for one in text) and _ends_well(text)):
        raise InvalidInput("handle", "It takes letters, digits, and . _ - between them.")
    return text or None


def _ends_well(text: str) -> bool:
    return text[0].isalnum() and text[-1].isalnum()


#: An address that any mail server takes; what a live database holds may be looser and stays as it is.
_EMAIL = re.compile(r"[^@\s\"<>()\[\]\\,:;]+@[^\W_](?:[\w-]*\.)+[^\W_][\w-]*")


def _email(text: str) -> str | None:
    if not text:
        return None
    if not text.isprintable():
        raise InvalidInput("email", "It holds a character that nobody sees.")
    address = check_email(text)
    if not _EMAIL.fullmatch(address):
        raise InvalidInput("email", "That is not an e-mail address.")
    return address


_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "first_name": lambda text: one_line("first_name", text, LONGEST_NAME) or None,
    "last_name": lambda text: one_line("last_name", text, LONGEST_NAME) or None,
    "handle": _handle,
    "email": _email,
}


def _refuse_taken(user_id: str, after: Mapping[str, str | None], *, lock: bool) -> None:
    """Refuse a handle or an address that somebody else has in any case.

    Only one that is written the same breaks the product's own rule, so others are kept apart by a lock.

    Raises:
        InvalidInput: names the field.
    """
    for field in ("handle", "email"):
        if value := after.get(field):
            if lock:
                queries.hold_name(field, value)
            if queries.is_taken(field, value, user_id):
                raise InvalidInput(field, _TAKEN)


def _edit_warnings(row: AnyRow, after: Mapping[str, str | None]) -> tuple[str, ...]:
    if "email" not in after:
        return ()
    if after["email"] is None and row.account_type == AccountType.REGISTERED:
        return ("A registered user without an e-mail address may not be able to sign in.",)
    if row.oauth_provider:
        return (f"The user signs in with {row.oauth_provider}, which may know another address.",)
    return ("Who reads the new address can have a new password sent there.",)


@dataclass(frozen=True, kw_only=True)
class NewRole(Given):
    """The access role that a user shall have, by its name in lower case."""

    user_id: str
    access_role: str


class SetRole(UserCommand[NewRole]):
    """Gives a user another access role in the product."""

    name = "users.set_role"
    title = "Change access role"
    permission = Permission.USERS_SET_ROLE
    given = NewRole
    fields = (
        InputField(
            "access_role",
            "Access role",
            kind="choice",
            choices=lambda: [(role.name.lower(), label(role)) for role in AccessRole],
            help="What the user may do in the product; this console has roles of its own.",
        ),
    )
    is_dangerous = True
    is_fresh = True
    needs_reason = True

    def plan(self, given: NewRole, *, lock: bool) -> Plan:
        """Refuse what is so already."""
        row = _known(given.user_id, lock=lock)
        role = _member(AccessRole, "access_role", given.access_role)
        if row.access_role == role:
            raise InvalidInput("access_role", f"{label(role)} is the role already.")
        warnings = []
        if role is AccessRole.ADMIN:
            warnings.append("An admin may do everything in the product.")
        if row.access_role == AccessRole.ADMIN and not queries.has_other_admin(given.user_id):
            warnings.append("Nobody else is an admin of the product.")
        before, after = label(row.access_role), label(role)
        return Plan(
            f"Make {queries.called(row)} {after} instead of {before}.",
            Change("user", given.user_id, {"access_role": before}, {"access_role": after}),
            version=before,
            warnings=tuple(warnings),
            data=role,
        )

    def write(self, given: NewRole, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the role."""
        _set(given.user_id, access_role=plan.data)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[NewRole] | None:
        """The role from before, unless it was none that the product names."""
        former = _by_label(AccessRole, entry.before["access_role"])
        if former is None:
            return None
        given = NewRole(
            user_id=entry.object_id, access_role=former.name.lower(), version=entry.after["access_role"]
        )
        return Invocation(self, given)


@dataclass(frozen=True, kw_only=True)
class NewType(Given):
    """The account type that a user shall have: `guest` or `registered`."""

    user_id: str
    account_type: str


class SetType(UserCommand[NewType]):
    """Makes a guest a registered user where the product would too, and takes that back.

    The product registers guests who have an address and may be upgraded. It never makes guests of people who
    can sign in, so the way back is open only while the account has neither a password nor a provider.
    """

    name = "users.set_type"
    title = "Change account type"
    permission = Permission.USERS_EDIT
    given = NewType
    choosable: ClassVar = (AccountType.GUEST, AccountType.REGISTERED)
    fields = (
        InputField(
            "account_type",
            "Account type",
            kind="choice",
            choices=lambda: [(one.name.lower(), label(one)) for one in SetType.choosable],
            help="A guest becomes registered with an e-mail address; system accounts are never made here.",
        ),
    )
    needs_reason = True

    def plan(self, given: NewType, *, lock: bool) -> Plan:
        """Check what the product asks of either type."""
        row = _known(given.user_id, lock=lock)
        wanted = _member(AccountType, "account_type", given.account_type)
        if wanted is AccountType.SYSTEM:
            raise InvalidInput("account_type", "System accounts are made by the product alone.")
        if row.account_type == wanted:
            raise InvalidInput("account_type", f"{label(wanted)} is the type already.")
        if reason := no_registration(row) if wanted is AccountType.REGISTERED else no_way_back(row):
            raise Refused(reason)
        before, after = label(row.account_type), label(wanted)
        return Plan(
            f"Make {queries.called(row)} {after} instead of {before}.",
            Change("user", given.user_id, {"account_type": before}, {"account_type": after}),
            version=before,
            warnings=_type_warnings(row, wanted),
            data=wanted,
        )

    def write(self, given: NewType, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the type."""
        _set(given.user_id, account_type=plan.data)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[NewType] | None:
        """The type from before, unless it was none that can be chosen."""
        former = _by_label(AccountType, entry.before["account_type"])
        if former not in self.choosable:
            return None
        given = NewType(
            user_id=entry.object_id, account_type=former.name.lower(), version=entry.after["account_type"]
        )
        return Invocation(self, given)


def no_registration(user: AnyRow) -> str | None:
    """Why a user cannot become a registered one; None where it is possible.

    Args:
        user: has `email`, `can_upgrade_to_registered` and `account_type`.
    """
    if not user.email:
        return "A registered user needs an e-mail address, and this account has none."
    if user.can_upgrade_to_registered is False:
        return "The product says that this account cannot become a registered one."
    return None


def no_way_back(user: AnyRow) -> str | None:
    """Why a user cannot become a guest; None where it is possible.

    Args:
        user: has `has_password` and `oauth_provider`.
    """
    if user.has_password or user.oauth_provider:
        return "This user signs in with a password or a provider, and the product makes no guests of those."
    return None


def _type_warnings(row: AnyRow, wanted: AccountType) -> tuple[str, ...]:
    if wanted is not AccountType.REGISTERED:
        return ()
    found = []
    if not row.has_password and not row.oauth_provider:
        found.append("There is no password and no provider, so the present session is the only way in.")
    if row.is_ephemeral:
        found.append("The account is marked as ephemeral, and stays so.")
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class OneUser(Given):
    """A user."""

    user_id: str


class RevokeSession(UserCommand[OneUser]):
    """Signs a user out of the product by clearing the token of the session, which is never read."""

    name = "users.revoke_session"
    title = "Sign out of the product"
    permission = Permission.USERS_REVOKE
    given = OneUser
    is_dangerous = True

    def plan(self, given: OneUser, *, lock: bool) -> Plan:
        """Refuse where there is no session."""
        row = queries.details(given.user_id, lock=lock)
        if row is None:
            raise Refused(GONE)
        if not row.has_session:
            raise Refused(NO_SESSION)
        warnings = []
        if not row.has_password and not row.oauth_provider:
            warnings.append("There is no password and no provider: who loses the session does not come back.")
        return Plan(
            f"Sign {queries.called(row)} out of the product.",
            Change("user", given.user_id, {"has_session": True}, {"has_session": False}),
            warnings=tuple(warnings),
        )

    def write(self, given: OneUser, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Clear the token."""
        _set(given.user_id, session_token=None)
        return {}


NO_SESSION = "This user has no session in the product."


def _known(user_id: str, *, lock: bool) -> AnyRow:
    """A user whom the console may change.

    Raises:
        Refused: there is none, or it is a system account.
    """
    row = queries.details(user_id, lock=lock)
    if row is None:
        raise Refused(GONE)
    if row.account_type == AccountType.SYSTEM:
        raise Refused(SYSTEM_STAYS)
    return row


def _member(enum: type[EnumT], field: str, word: str) -> EnumT:
    try:
        return enum[word.strip().upper()]
    except KeyError:
        known = ", ".join(one.name.lower() for one in enum)
        raise InvalidInput(field, f"It takes one of {known}.") from None


def _by_label(enum: type[EnumT], words: object) -> EnumT | None:
    return next((one for one in enum if label(one) == words), None)


def _set(user_id: str, **values: object) -> None:
    session().execute(update(User).where(User.id == user_id).values(**values))


edit = register(EditUser())
set_role = register(SetRole())
set_type = register(SetType())
revoke_session = register(RevokeSession())
