"""Uploads by staff, in the schema `dashboard`."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Integer, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base

_MOMENT = DateTime(timezone=True)


class Upload(Base, kw_only=True):
    """One file that a member of staff sends into the bucket.

    Attributes:
        key: made by the browser for each file, so that a begin that is sent twice begins once.
        source: system, market or user: which kind of asset it becomes.
        owner_id: the user, the creator, or the id of the system that it belongs to.
        asset_id: of the asset that it becomes.
        s3_key: where the file lies, in the product's layout.
        s3_upload_id: of the upload in parts at the store; null until it is begun there.
        bytes: as declared before anything was sent; what arrives must be as much.
        part_bytes: of each part but the last.
        width: in pixels, as the file was looked into; null before, and where it has none.
        height: as above.
        duration: in seconds, as above.
        reason: why it is done on a user's behalf.
        staff_id: who sends it; people may be gone, so it is no foreign key.
        author: how that person was called then.
        state: sending → checking → checked → stored; or refused, cancelled, expired.
        why: why it was refused, or could not be looked into yet.
        row_id: of the asset that it has become.
        cleaned_at: when nothing of a dropped one was left in the bucket.
    """

    __tablename__ = "upload"
    __table_args__ = (
        CheckConstraint("source IN ('system', 'market', 'user')", name="upload_source"),
        CheckConstraint("bytes > 0", name="upload_bytes"),
        CheckConstraint("part_bytes > 0", name="upload_part_bytes"),
        CheckConstraint(
            "state IN ('sending', 'checking', 'checked', 'stored', 'refused', 'cancelled', 'expired')",
            name="upload_state",
        ),
        CheckConstraint("(state = 'stored') = (row_id IS NOT NULL)", name="upload_stored"),
        CheckConstraint(
            "CASE state WHEN 'refused' THEN why IS NOT NULL WHEN 'checking' THEN true ELSE why IS NULL END",
            name="upload_refused",
        ),
        Index("upload_created", "created_at", "id"),
        Index("upload_state_created", "state", "created_at", "id"),
        Index("upload_size", "bytes", "id"),
        Index(
            "upload_unfinished",
            "staff_id",
            "id",
            postgresql_where=text("state IN ('sending', 'checking', 'checked')"),
        ),
        Index("upload_dropped", "id", postgresql_where=text("state IN ('refused', 'cancelled', 'expired')")),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, init=False)
    key: Mapped[str] = mapped_column(Text, unique=True)
    source: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str] = mapped_column(Text)
    asset_id: Mapped[str] = mapped_column(Text)
    s3_key: Mapped[str] = mapped_column(Text, unique=True)
    s3_upload_id: Mapped[str | None] = mapped_column(Text, default=None)
    filename: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    extension: Mapped[str] = mapped_column(Text)
    asset_type: Mapped[int] = mapped_column(Integer)
    bytes: Mapped[int] = mapped_column(BigInteger)
    part_bytes: Mapped[int] = mapped_column(Integer)
    width: Mapped[int | None] = mapped_column(Integer, default=None)
    height: Mapped[int | None] = mapped_column(Integer, default=None)
    duration: Mapped[int | None] = mapped_column(Integer, default=None)
    reason: Mapped[str] = mapped_column(Text, server_default="", default="")
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    author: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="sending", default="sending")
    why: Mapped[str | None] = mapped_column(Text, default=None)
    row_id: Mapped[int | None] = mapped_column(Integer, default=None)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    changed_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    cleaned_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
