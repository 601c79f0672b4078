"""The bucket as the last scan saw it, what did not fit, and what was set aside; in the schema `dashboard`."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Json, JsonValue

_MOMENT = DateTime(timezone=True)


class StoredObject(Base, kw_only=True):
    """An object in the bucket.

    Attributes:
        kind: folder of its type in the layout, or where else it lies: generations, quarantine …
        role: originals, thumbnails, previews, webp or blurred; null outside of the layout.
        owner_id: whose folder it lies in.
        folder: of an object in the layout, what comes before its role.
        stem: of such an object, its name without the extension, which its derivatives share.
        of_key: of a blurred picture, the original.
        content_type: as the store serves it; null until it was asked.
        seen: the last scan that saw it.
    """

    __tablename__ = "stored_object"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    etag: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(_MOMENT)
    kind: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text, default=None)
    owner_id: Mapped[str | None] = mapped_column(Text, default=None)
    folder: Mapped[str | None] = mapped_column(Text, default=None)
    stem: Mapped[str | None] = mapped_column(Text, default=None)
    of_key: Mapped[str | None] = mapped_column(Text, default=None)
    content_type: Mapped[str | None] = mapped_column(Text, default=None)
    seen: Mapped[int] = mapped_column(BigInteger)


class StoredReference(Base, kw_only=True):
    """A key that a row of some table holds, as itself or within an address; the first such row.

    Attributes:
        source: which table, by the word for what it holds.
        is_file: whether it is the file itself, rather than a picture of it.
        is_drawn: whether it is a file that pictures are made of.
        mime: as the row has it.
        named_mime: as the key's extension has it, where that is another.
        since: when the row was made.
    """

    __tablename__ = "stored_reference"
    __table_args__ = (
        Index("stored_reference_stem", "folder", "stem", postgresql_where=text("folder IS NOT NULL")),
        {"schema": CONSOLE_SCHEMA},
    )

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    row_id: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str | None] = mapped_column(Text, default=None)
    is_file: Mapped[bool] = mapped_column(Boolean)
    is_drawn: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    bytes: Mapped[int | None] = mapped_column(BigInteger, default=None)
    mime: Mapped[str | None] = mapped_column(Text, default=None)
    named_mime: Mapped[str | None] = mapped_column(Text, default=None)
    folder: Mapped[str | None] = mapped_column(Text, default=None)
    stem: Mapped[str | None] = mapped_column(Text, default=None)
    since: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class StorageScan(Base, kw_only=True):
    """One comparison of bucket and tables; at most one is at work.

    Attributes:
        rate: objects a second that it lists at most; null for as many as the store gives.
        types_open: objects whose type nobody has asked the store for yet.
        counts: findings by kind, once it is finished.
        why: it is paused or was stopped.
    """

    __tablename__ = "storage_scan"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'paused', 'finished', 'stopped')", name="storage_scan_state"),
        Index(
            "storage_scan_alone",
            text("(true)"),
            unique=True,
            postgresql_where=text("state IN ('running', 'paused')"),
        ),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    state: Mapped[str] = mapped_column(Text, server_default="running", default="running")
    phase: Mapped[str] = mapped_column(Text, server_default="list", default="list")
    asked_by: Mapped[str] = mapped_column(Text)
    rate: Mapped[int | None] = mapped_column(Integer, default=None)
    job_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    objects: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    bytes: Mapped[Decimal] = mapped_column(Numeric, server_default=text("0"), default=0)
    referenced: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    types_open: Mapped[int | None] = mapped_column(BigInteger, default=None)
    counts: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    why: Mapped[str | None] = mapped_column(Text, default=None)
    started_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    changed_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    finished_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class StorageFinding(Base, kw_only=True):
    """Something that does not fit between bucket and tables.

    Attributes:
        source: kind of the row that refers to the key; null where none does.
        bytes: of the object, or of what is missing as its row has it.
        detail: what precisely does not fit.
        since: when a scan first found it.
        seen: the last scan that found it.
    """

    __tablename__ = "storage_finding"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('missing', 'orphan', 'size', 'type', 'derivatives', 'outside')",
            name="storage_finding_kind",
        ),
        UniqueConstraint("kind", "key", name="storage_finding_key"),
        Index("storage_finding_since", "since", "id"),
        Index("storage_finding_kind_since", "kind", "since", "id"),
        Index("storage_finding_source_since", "source", "since", "id"),
        Index("storage_finding_owner_since", "owner_id", "since", "id"),
        Index("storage_finding_bytes", "bytes", "id"),
        Index("storage_finding_path", "key", "id"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text, default=None)
    row_id: Mapped[str | None] = mapped_column(Text, default=None)
    owner_id: Mapped[str | None] = mapped_column(Text, default=None)
    bytes: Mapped[int | None] = mapped_column(BigInteger, default=None)
    detail: Mapped[str | None] = mapped_column(Text, default=None)
    since: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    seen: Mapped[int] = mapped_column(BigInteger)


class StorageTotal(Base, kw_only=True):
    """Bytes by owner and kind, as the last finished scan found them; an empty text stands for all of them."""

    __tablename__ = "storage_total"
    __table_args__ = (
        Index("storage_total_most", "bytes", postgresql_where=text("kind = ''")),
        {"schema": CONSOLE_SCHEMA},
    )

    owner_id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    objects: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[Decimal] = mapped_column(Numeric)


class Quarantined(Base, kw_only=True):
    """An object that was set aside under the console's prefix.

    Attributes:
        key: where it lay.
        quarantine_key: where it lies now.
        etag: its checksum when that was decided; another object is left alone.
        state: moving → held → restoring → restored, or deleting → deleted; kept where it was not to be moved.
        why: it was kept.
    """

    __tablename__ = "quarantined"
    __table_args__ = (
        CheckConstraint(
            "state IN ('moving', 'held', 'kept', 'restoring', 'restored', 'deleting', 'deleted')",
            name="quarantined_state",
        ),
        Index(
            "quarantined_once",
            "key",
            unique=True,
            postgresql_where=text("state IN ('moving', 'held', 'restoring', 'deleting')"),
        ),
        Index("quarantined_created", "created_at", "id"),
        Index("quarantined_state_created", "state", "created_at", "id"),
        Index("quarantined_bytes", "bytes", "id"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, init=False)
    key: Mapped[str] = mapped_column(Text)
    quarantine_key: Mapped[str] = mapped_column(Text, unique=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    etag: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str | None] = mapped_column(Text, default=None)
    state: Mapped[str] = mapped_column(Text, server_default="moving", default="moving")
    why: Mapped[str | None] = mapped_column(Text, default=None)
    author: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
    changed_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=func.now(), init=False)
