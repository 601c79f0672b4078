"""What the product made: one row per generation, from the request to the finished media."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, desc, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import Json, JsonValue, ProductTable, TextEnum, UtcDateTime
from delula.models.enums import GenerationStatus, MediaType


class Generation(ProductTable, kw_only=True):
    """One image or video that a user asked for, or that was made for the backlog.

    `metadata_` is the column `metadata`, a name that SQLAlchemy keeps for itself. `credits_cost` is in
    credits; what the JSON columns hold is not promised.
    """

    __tablename__ = "generations"
    __table_args__ = (
        Index("idx_generations_user_pagination_new", "user_id", desc("created_at")),
        Index("idx_generations_user_stats_new", "user_id", "status", desc("created_at")),
        Index("idx_generations_asset_id", "asset_id"),
        Index("idx_generations_created_at", "created_at"),
        Index("idx_generations_credits_refunded", "credits_refunded"),
        Index("idx_generations_fal_job_id", "fal_job_id"),
        Index("idx_generations_processing_started_at", "processing_started_at"),
        Index("idx_generations_recipe", "recipe_id", desc("created_at")),
        Index("idx_generations_status", "status", desc("created_at")),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    user_id: Mapped[str] = mapped_column(String)
    recipe_id: Mapped[int | None] = mapped_column(Integer, default=None)
    recipe_title: Mapped[str | None] = mapped_column(Text, default=None)
    prompt: Mapped[str] = mapped_column(Text)
    image_url: Mapped[str | None] = mapped_column(Text, default=None)
    status: Mapped[GenerationStatus | str] = mapped_column(
        TextEnum(GenerationStatus), server_default="pending", default=GenerationStatus.PENDING
    )
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    video_url: Mapped[str | None] = mapped_column(Text, default=None)
    thumbnail_url: Mapped[str | None] = mapped_column(Text, default=None)
    s3_key: Mapped[str | None] = mapped_column(Text, default=None)
    asset_id: Mapped[str | None] = mapped_column(Text, default=None)
    queue_position: Mapped[int | None] = mapped_column(Integer, default=None)
    processing_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    type: Mapped[MediaType | str] = mapped_column(
        TextEnum(MediaType, 20), server_default="image", default=MediaType.IMAGE
    )
    is_public: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    is_published: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    download_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    like_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    failure_reason: Mapped[str | None] = mapped_column(Text, default=None)
    error_details: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    credits_cost: Mapped[int | None] = mapped_column(Integer, default=None)
    credits_refunded: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    refunded_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    retry_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    max_retries: Mapped[int] = mapped_column(Integer, server_default=text("2"), default=2)
    short_id: Mapped[str | None] = mapped_column(String(11), unique=True, default=None)
    secure_url: Mapped[str | None] = mapped_column(Text, default=None)
    fal_job_id: Mapped[str | None] = mapped_column(Text, default=None)
    fal_job_status: Mapped[str | None] = mapped_column(Text, default=None)
    recovery_checked: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
