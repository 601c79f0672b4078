"""Notes of staff about users, in the schema `dashboard`."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)


class UserNote(Base, kw_only=True):
    """What a member of staff has written about a user; removed ones are kept, and shown nowhere.

    Attributes:
        key: of the form that it was written in; names the note, and keeps it from being written twice.
        user_id: whom it is about; people may be gone, so it is no foreign key.
        staff_id: who wrote it; null for the command line.
        author: how that person was called then.
        entry_id: its entry in the audit log.
    """

    __tablename__ = "user_note"
    __table_args__ = (
        Index("user_note_newest", "user_id", text("id DESC"), postgresql_where=text("removed_at IS NULL")),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    key: Mapped[str] = mapped_column(Text, unique=True)
    user_id: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    author: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    removed_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
