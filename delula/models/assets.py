"""Files of users, of the product and of its market."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, desc, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import IntegerEnum, Json, JsonValue, ProductTable, UtcDateTime
from delula.models.enums import AssetType, UserAssetOrigin


class UserAsset(ProductTable, kw_only=True):
    """A file in a user's library. `file_size` is in bytes, `duration` in seconds."""

    __tablename__ = "user_assets"
    __table_args__ = (
        Index("idx_user_assets_normalized_name", "normalized_name"),
        Index("idx_user_assets_user_type_created", "user_id", "asset_type", desc("created_at")),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    user_id: Mapped[str] = mapped_column(String)
    asset_id: Mapped[str] = mapped_column(String(64), unique=True)
    original_filename: Mapped[str] = mapped_column(String)
    display_name: Mapped[str] = mapped_column(String)
    normalized_name: Mapped[str | None] = mapped_column(String, default=None)
    s3_key: Mapped[str] = mapped_column(String)
    cdn_url: Mapped[str] = mapped_column(String)
    mime_type: Mapped[str] = mapped_column(String)
    file_size: Mapped[int] = mapped_column(Integer)
    asset_type: Mapped[AssetType | int] = mapped_column(IntegerEnum(AssetType))
    source: Mapped[UserAssetOrigin | int] = mapped_column(IntegerEnum(UserAssetOrigin))
    dimensions: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    duration: Mapped[int | None] = mapped_column(Integer, default=None)
    thumbnail_url: Mapped[str | None] = mapped_column(String, default=None)
    user_tags: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), default=None)
    system_tags: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), default=None)
    auto_classification: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    ai_classification: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    usage_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    is_deleted: Mapped[bool | None] = mapped_column(Boolean, server_default=text("false"), default=False)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class SystemAsset(ProductTable, kw_only=True):
    """A file that the product brings along. `file_size` is in bytes."""

    __tablename__ = "system_assets"
    __table_args__ = (Index("idx_system_assets_system_id", "system_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    system_id: Mapped[str] = mapped_column(String)
    asset_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String)
    url: Mapped[str] = mapped_column(String)
    mime_type: Mapped[str] = mapped_column(String)
    file_size: Mapped[int] = mapped_column(Integer)
    dimensions: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    tags: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), default=None)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class MarketAsset(ProductTable, kw_only=True):
    """A file that a creator offers to all. `file_size` is in bytes."""

    __tablename__ = "market_assets"
    __table_args__ = (
        Index("idx_market_assets_creator_id", "creator_id"),
        Index("idx_market_assets_is_public", "is_public"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    creator_id: Mapped[str] = mapped_column(String)
    asset_id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String)
    url: Mapped[str] = mapped_column(String)
    mime_type: Mapped[str] = mapped_column(String)
    file_size: Mapped[int] = mapped_column(Integer)
    dimensions: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    tags: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), default=None)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)
    is_public: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
