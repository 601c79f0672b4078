"""What the console does with credits: operations, the rules of adjustments, and what checks have found."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)
_NOW = func.clock_timestamp()


class OperationKind(StrEnum):
    """`credit_operation.kind`."""

    ADJUST = "adjust"
    REFUND = "refund"
    REVERSE = "reverse"
    REFRESH = "refresh"


class OperationState(StrEnum):
    """`credit_operation.state`; one that waits beyond `expires_at` counts as expired."""

    DONE = "done"
    WAITING = "waiting"
    REFUSED = "refused"


class CreditOperation(Base, kw_only=True):
    """One change of a balance by the console, done or asked for; its id is the number of the receipt.

    Attributes:
        key: makes that the same form has one effect, however often it is sent.
        fingerprint: of the parameters that came with the key.
        amount: in credits, negative where they are taken.
        balance: before it was done, or when it was asked for.
        sentence: what was done, in words.
        ledger_id: its row of the ledger, once it is done.
        code: of the reason.
        note: why, in the requester's words.
        message: to the user.
        about: the object that it is about, as `kind:id`.
        reverses: the operation that it undoes.
        decider: who approved or refused it.
        entry_id: its entry in the audit log; written in the same transaction.
        decision_entry_id: that of the decision.
    """

    __tablename__ = "credit_operation"
    __table_args__ = (
        UniqueConstraint("key", name="credit_operation_key"),
        CheckConstraint("kind IN ('adjust', 'refund', 'reverse', 'refresh')", name="credit_operation_kind"),
        CheckConstraint("state IN ('done', 'waiting', 'refused')", name="credit_operation_state"),
        CheckConstraint("(state = 'done') = (ledger_id IS NOT NULL)", name="credit_operation_booked"),
        Index("credit_operation_at", "at", "id"),
        Index("credit_operation_user", "user_id", text("at DESC")),
        Index("credit_operation_entry", "entry_id"),
        Index("credit_operation_decision", "decision_entry_id"),
        Index("credit_operation_ledger", "ledger_id"),
        Index("credit_operation_requester", "requester_id", "at", postgresql_where=text("kind = 'adjust'")),
        Index("credit_operation_waiting", "at", postgresql_where=text("state = 'waiting'")),
        Index(
            "credit_operation_reverses",
            "reverses",
            unique=True,
            postgresql_where=text("reverses IS NOT NULL"),
        ),
        Index(
            "credit_operation_refund",
            "generation_id",
            unique=True,
            postgresql_where=text("kind = 'refund'"),
        ),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    key: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(Integer)
    balance: Mapped[int] = mapped_column(Integer)
    sentence: Mapped[str] = mapped_column(Text)
    ledger_id: Mapped[int | None] = mapped_column(Integer, default=None)
    generation_id: Mapped[int | None] = mapped_column(Integer, default=None)
    code: Mapped[str | None] = mapped_column(Text, default=None)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    message: Mapped[str | None] = mapped_column(Text, default=None)
    about: Mapped[str | None] = mapped_column(Text, default=None)
    reverses: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.credit_operation.id"), default=None
    )
    requester_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    requester: Mapped[str] = mapped_column(Text)
    decider_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decider: Mapped[str | None] = mapped_column(Text, default=None)
    entry_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.audit_log.id"), default=None
    )
    decision_entry_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.audit_log.id"), default=None
    )
    at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    expires_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class CreditReason(Base, kw_only=True):
    """A reason of adjustments; one that is not active can no longer be chosen."""

    __tablename__ = "credit_reason"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    label: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean)


class CreditLimit(Base, kw_only=True):
    """Up to how many credits a person of a role adjusts alone, at once and in a UTC day.

    What goes beyond waits for a second person's approval, and expires after `expires_hours`.
    """

    __tablename__ = "credit_limit"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'support')", name="credit_limit_role"),
        {"schema": CONSOLE_SCHEMA},
    )

    role: Mapped[str] = mapped_column(Text, primary_key=True)
    per_operation: Mapped[int] = mapped_column(Integer)
    per_day: Mapped[int] = mapped_column(Integer)
    expires_hours: Mapped[int] = mapped_column(Integer)


class BalanceSeen(Base, kw_only=True):
    """A balance and the sum of its ledger at the moment when the console first saw both."""

    __tablename__ = "balance_seen"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    balance: Mapped[int] = mapped_column(Integer)
    ledger_sum: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)


class Reconciliation(Base, kw_only=True):
    """One check of all accounts; unfinished while `finished_at` is null."""

    __tablename__ = "reconciliation"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    started_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    finished_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    accounts: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)


class CreditFinding(Base, kw_only=True):
    """Something that a check has found; `amount` is by how many credits it is wrong."""

    __tablename__ = "credit_finding"
    __table_args__ = (
        Index("credit_finding_kind", "run_id", "kind", "id"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("dashboard.reconciliation.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(Text)
    user_id: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    ledger_id: Mapped[int | None] = mapped_column(Integer, default=None)
    generation_id: Mapped[int | None] = mapped_column(Integer, default=None)
