"""What the console keeps about assets: corrections, holds, what was removed, and objects that are to go."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, DateTime, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Json, JsonValue, TextEnum, UtcDateTime

_MOMENT = DateTime(timezone=True)
_NOW = text("clock_timestamp()")


class AssetCorrection(Base, kw_only=True):
    """What a person has said of a classification, which wins over every automatic run.

    Attributes:
        classification: `auto` or `ai`, the column that it is about.
        name: of the value within the column's object; empty for all that the column holds.
        value: what it is; the JSON word `null` for nothing.
        overruled: what the last automatic run has said instead; SQL NULL where it said nothing.
        kept_at: when it was last put back after an automatic run.
    """

    __tablename__ = "asset_correction"
    __table_args__ = (
        CheckConstraint("classification IN ('auto', 'ai')", name="asset_correction_classification"),
        {"schema": CONSOLE_SCHEMA},
    )

    user_asset_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    classification: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[JsonValue] = mapped_column(JSONB, nullable=True)
    overruled: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    kept_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class AssetHold(Base, kw_only=True):
    """Why an asset must stay, as lists write it (`user-123`); it is neither deleted nor purged meanwhile."""

    __tablename__ = "asset_hold"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)


class Removal(StrEnum):
    """How an asset was removed from the product's table."""

    #: It can come back as it was; its file is kept.
    RETIRED = "retired"
    #: Its row is gone, its file is about to.
    PURGING = "purging"
    #: All of it is gone.
    PURGED = "purged"


class RemovedAsset(Base, kw_only=True):
    """What stays of an asset whose row is no longer in the product's table.

    Attributes:
        reference: as lists wrote it: `user-123`.
        name: what it was called.
        owner_id: the user or the creator; of a system asset the set.
        bytes: of its file, as the row had it.
        key: of its file in the bucket; None where none lay there.
        kept: the whole row of one that is retired.
        actor: who removed it, as that person was called then.
        at: when.
        purged_at: when the last of its objects was gone.
    """

    __tablename__ = "removed_asset"
    __table_args__ = (
        Index("removed_asset_at", "at", "reference"),
        Index("removed_asset_asset_id", "asset_id"),
        Index("removed_asset_key", "key", postgresql_using="hash"),
        Index("removed_asset_owner", "owner_id", "at"),
        CheckConstraint("state IN ('retired', 'purging', 'purged')", name="removed_asset_state"),
        CheckConstraint("(state = 'retired') = (kept IS NOT NULL)", name="removed_asset_kept"),
        {"schema": CONSOLE_SCHEMA},
    )

    reference: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    asset_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[str | None] = mapped_column(Text, default=None)
    mime_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    state: Mapped[Removal | str] = mapped_column(TextEnum(Removal))
    kept: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    actor: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, default=None)
    at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    purged_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class ObjectRemoval(Base, kw_only=True):
    """An object of the bucket that is to go, with what was made of it.

    It is written in the transaction that gives the object up, so that it goes whatever happens afterwards.

    Attributes:
        reference: the asset whose it was.
        key: of the original.
        beside: keys of what was made of it.
        due_at: not before.
        state: `waiting`; then `deleted`, `missing` where it was gone already, or `kept` where another row
            needs it.
        bytes: of the original, as the store had it.
        sha256: of the original's bytes.
        error: why the last attempt failed.
    """

    __tablename__ = "object_removal"
    __table_args__ = (
        Index("object_removal_due", "due_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("object_removal_key", "key", postgresql_using="hash"),
        Index("object_removal_reference", "reference"),
        CheckConstraint("state IN ('waiting', 'deleted', 'missing', 'kept')", name="object_removal_state"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    reference: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    beside: Mapped[list[str]] = mapped_column(ARRAY(Text))
    due_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    state: Mapped[str] = mapped_column(Text, server_default="waiting", init=False)
    bytes: Mapped[int | None] = mapped_column(BigInteger, default=None)
    sha256: Mapped[str | None] = mapped_column(Text, default=None)
    error: Mapped[str | None] = mapped_column(Text, default=None)
    done_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class AssetRetention(Base, kw_only=True):
    """The one row that says for how many days what is deleted is kept; None for ever."""

    __tablename__ = "asset_retention"
    __table_args__ = (CheckConstraint("single", name="asset_retention_single"), {"schema": CONSOLE_SCHEMA})

    single: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"), default=True)
    days: Mapped[int | None] = mapped_column(Integer, default=None)
