"""Runs of a command on many rows, in the schema `dashboard`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)


class BulkRun(Base, kw_only=True):
    """A command on rows that were selected in a list: looked at first, then run once.

    Attributes:
        command: its name, or that of the one which is taken back.
        staff_id: who selected them; nobody else runs it.
        actor: how that person was called then.
        ids: of the rows.
        fields: what its form begins with, as pairs of name and value; once it has started, what it was sent.
        back: the path of the list.
        takes_back: the run that it undoes.
        started_at: null while it is only looked at.
        finished_at: null while it runs, and where it was broken off.
    """

    __tablename__ = "bulk_run"
    __table_args__ = (
        Index("bulk_run_waiting", "selected_at", postgresql_where=text("started_at IS NULL")),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    command: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    fields: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    back: Mapped[str] = mapped_column(Text)
    takes_back: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.bulk_run.id"), default=None
    )
    selected_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    started_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class BulkRunItem(Base, kw_only=True):
    """What came of one row of a run.

    Attributes:
        entry_id: its entry in the audit log, written in the same transaction; null where it was left out.
        said: what was done, or why not.
    """

    __tablename__ = "bulk_run_item"
    __table_args__ = (
        Index("bulk_run_item_run", "run_id", "id"),
        Index("bulk_run_item_entry", "entry_id"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("dashboard.bulk_run.id"))
    object_id: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.audit_log.id"), default=None
    )
    said: Mapped[str] = mapped_column(Text)
