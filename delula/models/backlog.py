"""Stock that was made ahead, and the requests that may be served from it."""

from datetime import datetime

from sqlalchemy import Boolean, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import Json, JsonValue, ProductTable, UtcDateTime


class BacklogVideo(ProductTable, kw_only=True):
    """A finished video of a recipe that waits to be handed out, or was."""

    __tablename__ = "backlog_videos"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    recipe_id: Mapped[int] = mapped_column(Integer)
    recipe_variables: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    recipe_variables_hash: Mapped[str] = mapped_column(String(64))
    generation_id: Mapped[int] = mapped_column(Integer)
    video_url: Mapped[str] = mapped_column(Text)
    thumbnail_url: Mapped[str | None] = mapped_column(Text, default=None)
    s3_key: Mapped[str | None] = mapped_column(Text, default=None)
    asset_id: Mapped[str | None] = mapped_column(Text, default=None)
    short_id: Mapped[str | None] = mapped_column(String(11), default=None)
    secure_url: Mapped[str | None] = mapped_column(Text, default=None)
    is_used: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    used_by_request_id: Mapped[int | None] = mapped_column(Integer, default=None)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class SmartGenerationRequest(ProductTable, kw_only=True):
    """A request that the product serves from the backlog where it can."""

    __tablename__ = "smart_generation_requests"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    creator_id: Mapped[str] = mapped_column(String)
    recipe_id: Mapped[int] = mapped_column(Integer)
    recipe_variables: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    recipe_variables_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(20), server_default="pending", default="pending")
    generation_id: Mapped[int | None] = mapped_column(Integer, default=None)
    backlog_video_id: Mapped[int | None] = mapped_column(Integer, default=None)
    credits_cost: Mapped[int | None] = mapped_column(Integer, default=None)
    failure_reason: Mapped[str | None] = mapped_column(Text, default=None)
    error_details: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
