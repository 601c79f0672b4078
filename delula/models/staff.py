"""Staff of the console: accounts, sessions, second factors. All of it lives in the schema `dashboard`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)


class Staff(Base):
    """A person who may sign in to the console; not related to the product's `users`.

    Attributes:
        email: normalised (trimmed, lower case); unique whatever the case.
        role: a value of `delula.access.permissions.Role`.
        password: argon2id hash.
        password_is_temporary: somebody else chose it, so the person must replace it first of all.
        fs_uniquifier: what Flask-Security signs into sessions; a new value ends all of them.
        totp_secret: secret of the second factor, encrypted; null while there is none.
        totp_last_counter: time step of the last accepted code, which is never accepted again.
    """

    __tablename__ = "staff"
    __table_args__ = (
        Index("staff_email_unique", func.lower(text("email")), unique=True),
        CheckConstraint("role IN ('admin', 'moderator', 'support', 'viewer')", name="staff_role_known"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(Text)
    password: Mapped[str] = mapped_column(Text, repr=False)
    fs_uniquifier: Mapped[str] = mapped_column(Text, unique=True, repr=False)
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    active: Mapped[bool] = mapped_column(default=True)
    password_is_temporary: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None] = mapped_column(Text, default=None, repr=False)
    totp_last_counter: Mapped[int | None] = mapped_column(BigInteger, default=None)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class StaffSession(Base):
    """One browser in which a person is signed in; the browser holds a token, this row its SHA-256.

    Attributes:
        seen_at: last activity, exact to the minute.
        confirmed_at: when the person last gave the password; sensitive actions ask for a recent one.
        kept_form: a form that arrived after the session had expired, kept until the person is back.
    """

    __tablename__ = "staff_session"
    __table_args__ = (
        Index("staff_session_staff", "staff_id"),
        Index("staff_session_seen", "seen_at"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id, ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(Text, unique=True, repr=False)
    created_at: Mapped[datetime] = mapped_column(_MOMENT)
    seen_at: Mapped[datetime] = mapped_column(_MOMENT)
    confirmed_at: Mapped[datetime] = mapped_column(_MOMENT)
    address: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(Text)
    kept_form: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), default=None, repr=False
    )


class RecoveryCode(Base):
    """One unused recovery code of a second factor, as its SHA-256; using it deletes the row."""

    __tablename__ = "staff_recovery_code"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    staff_id: Mapped[int] = mapped_column(ForeignKey(Staff.id, ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(Text, primary_key=True, repr=False)


class RolePolicy(Base):
    """What an admin asks of everyone with a role; no row asks nothing."""

    __tablename__ = "role_policy"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    role: Mapped[str] = mapped_column(Text, primary_key=True)
    second_factor_required: Mapped[bool] = mapped_column(default=False)


class AttemptCount(Base):
    """How often something was guessed wrongly of late: one row for each account, address or second factor.

    Attributes:
        kind: what is counted, a name from `delula.access.limits`.
        subject: SHA-256 of what it is counted for, so that the table lists neither people nor addresses.
        failures: attempts that were examined and not yet forgiven.
        blocked_until: nothing is examined before this moment.
    """

    __tablename__ = "attempt_count"
    __table_args__ = (Index("attempt_count_last", "last_at"), {"schema": CONSOLE_SCHEMA})

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column()
    blocked_until: Mapped[datetime] = mapped_column(_MOMENT)
    last_at: Mapped[datetime] = mapped_column(_MOMENT)
