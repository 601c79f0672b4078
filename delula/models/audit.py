"""The audit log of the console: who did what, on what, before and after, and why. Append-only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)


class AuditDay(Base, kw_only=True):
    """How many entries a day in UTC has, and the hash of the last; a trigger keeps it."""

    __tablename__ = "audit_day"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    entries: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(Text)


class AuditEntry(Base, kw_only=True):
    """One write, or one reading of something sensitive.

    A trigger sets the columns without a constructor argument, and refuses every change afterwards.

    Attributes:
        place: the entry's number within its day, in the order of commits.
        staff_id: who did it; null for the command line and the console itself. People may be gone, so it is
            no foreign key.
        actor: how the person was called then.
        action: the command, such as `credits.adjust`.
        object_kind: what kind of thing it was done to, such as `user`.
        object_id: which of them, as text.
        before: the values that changed, as they were.
        after: the same values, as they are since.
        input: what the command was given.
        takes_back: the entry that this one undoes; each can be undone once.
        previous: hash of the entry before.
        hash: SHA-256 of all the other columns.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        UniqueConstraint("day", "place", name="audit_log_place"),
        Index("audit_log_at", "at", "id"),
        Index("audit_log_staff", "staff_id", text("at DESC")),
        Index("audit_log_action", "action", text("at DESC")),
        Index("audit_log_object", "object_kind", "object_id", text("at DESC")),
        Index(
            "audit_log_takes_back", "takes_back", unique=True, postgresql_where=text("takes_back IS NOT NULL")
        ),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    day: Mapped[date] = mapped_column(Date, init=False)
    place: Mapped[int] = mapped_column(Integer, init=False)
    at: Mapped[datetime] = mapped_column(_MOMENT, init=False)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    actor: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text, default=None)
    session_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    address: Mapped[str | None] = mapped_column(Text, default=None)
    request_id: Mapped[str | None] = mapped_column(Text, default=None)
    action: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    input: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    takes_back: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.audit_log.id"), default=None
    )
    previous: Mapped[str] = mapped_column(Text, init=False)
    hash: Mapped[str] = mapped_column(Text, init=False)
