"""Samples of recipes, which moderators review, and who likes them."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, desc, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import Json, JsonValue, ProductTable, TextEnum, UtcDateTime
from delula.models.enums import MediaType, ModerationStatus


class RecipeSample(ProductTable, kw_only=True):
    """A generation shown as an example of its recipe. `file_size` is in bytes."""

    __tablename__ = "recipe_samples"
    __table_args__ = (
        Index("idx_recipe_samples_featured_likes", "is_featured", desc("like_count")),
        Index("idx_recipe_samples_recipe_status", "recipe_id", "moderation_status"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    recipe_id: Mapped[int] = mapped_column(Integer)
    generation_id: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[str] = mapped_column(String)
    title: Mapped[str | None] = mapped_column(Text, default=None)
    description: Mapped[str | None] = mapped_column(Text, default=None)
    original_prompt: Mapped[str] = mapped_column(Text)
    thumbnail_url: Mapped[str] = mapped_column(Text)
    preview_url: Mapped[str] = mapped_column(Text)
    high_res_url: Mapped[str] = mapped_column(Text)
    type: Mapped[MediaType | str] = mapped_column(TextEnum(MediaType, 20))
    file_size: Mapped[int] = mapped_column(Integer)
    dimensions: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    download_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    like_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    is_featured: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    is_moderated: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    moderation_status: Mapped[ModerationStatus | str | None] = mapped_column(
        TextEnum(ModerationStatus, 20), server_default="pending", default=ModerationStatus.PENDING
    )
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class SampleLike(ProductTable, kw_only=True):
    """A user likes a sample."""

    __tablename__ = "sample_likes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    sample_id: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
