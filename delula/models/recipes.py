"""Recipes, how often they are used, and the look of their options."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Ids, IntegerEnum, Json, JsonValue, ProductTable, TextEnum, UtcDateTime
from delula.models.enums import AudioType, MediaType, WorkflowType


class Recipe(ProductTable, kw_only=True):
    """What a user can have made: a form, a prompt template and the service that runs it.

    `tag_highlights` holds ids of tags, some of which may be gone. `recipe_steps` should be a JSON list of
    form fields. `video_duration` is in seconds, `revenue_share_percentage` in percent.
    """

    __tablename__ = "recipes"
    __table_args__ = (
        Index("idx_recipes_category", "category"),
        Index("idx_recipes_creator_id", "creator_id"),
        Index("idx_recipes_generation_type", "generation_type"),
        Index("idx_recipes_is_active", "is_active"),
        Index("idx_recipes_workflow_type", "workflow_type"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    name: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(String(255))
    description: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    style: Mapped[str] = mapped_column(String(100), server_default="photorealistic", default="photorealistic")
    model: Mapped[str] = mapped_column(String(100), server_default="flux-1", default="flux-1")
    credit_cost: Mapped[int] = mapped_column(Integer)
    usage_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    video_provider: Mapped[str | None] = mapped_column(String(50), default=None)
    video_duration: Mapped[int | None] = mapped_column(Integer, server_default=text("10"), default=10)
    video_quality: Mapped[str | None] = mapped_column(String(20), server_default="hd", default="hd")
    video_aspect_ratio: Mapped[str | None] = mapped_column(String(10), server_default="16:9", default="16:9")
    image_provider: Mapped[str | None] = mapped_column(String(50), default=None)
    image_quality: Mapped[str | None] = mapped_column(String(20), server_default="hd", default="hd")
    image_size: Mapped[str | None] = mapped_column(
        String(20), server_default="landscape_4_3", default="landscape_4_3"
    )
    num_images: Mapped[int | None] = mapped_column(Integer, server_default=text("1"), default=1)
    creator_id: Mapped[str | None] = mapped_column(String, default=None)
    is_public: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    has_content_restrictions: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    revenue_share_enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    revenue_share_percentage: Mapped[int] = mapped_column(Integer, server_default=text("20"), default=20)
    recipe_steps: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    generation_type: Mapped[MediaType | str] = mapped_column(
        TextEnum(MediaType, 20), server_default="image", default=MediaType.IMAGE
    )
    referral_code: Mapped[str | None] = mapped_column(String(20), unique=True, default=None)
    preview_image_url: Mapped[str | None] = mapped_column(Text, default=None)
    workflow_type: Mapped[WorkflowType | str] = mapped_column(
        TextEnum(WorkflowType, 50), server_default="image", default=WorkflowType.IMAGE
    )
    workflow_components: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    tag_highlights: Mapped[list[int | None] | None] = mapped_column(Ids, default=None)
    audio_type: Mapped[AudioType | int] = mapped_column(
        IntegerEnum(AudioType), server_default=text("0"), default=AudioType.NO_SOUND
    )


class RecipeUsage(ProductTable, kw_only=True):
    """How often and when last a recipe was used; `recipes.usage_count` may say otherwise."""

    __tablename__ = "recipe_usage"

    recipe_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    usage_count: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, server_default=func.now(), default=None
    )


class RecipeUsageOptions(ProductTable, kw_only=True):
    """Which options of a recipe were chosen how often, counted up to `last_generation_id`."""

    __tablename__ = "recipe_usage_options"
    __table_args__ = (Index("idx_recipe_usage_options_last_generation_id", "last_generation_id"),)

    recipe_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_generation_id: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    summary: Mapped[JsonValue] = mapped_column(
        Json, nullable=False, server_default=text("'{}'::jsonb"), default_factory=dict
    )


class RecipeOptionTagIcon(ProductTable, kw_only=True):
    """Words, icon and colour with which the product shows an option of a recipe."""

    __tablename__ = "recipe_option_tag_icon"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    display: Mapped[str] = mapped_column(Text)
    icon: Mapped[str | None] = mapped_column(Text, default=None)
    color: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class RecipeAudioType(ProductTable, kw_only=True):
    """The name of an audio type."""

    __tablename__ = "type_audio"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(50), unique=True)


class RecipeVersion(Base, kw_only=True, eq=False, repr=False):
    """A recipe as it was at some time; the newest is as it is now, unless the product has changed it since.

    Attributes:
        recipe_id: the recipe, which need not exist any more.
        number: from 1 for each recipe.
        row: all columns, as PostgreSQL writes a row as JSON.
        json_nulls: the columns in which JSON's own null stood; in `row` it looks like an absent value.
        digest: of all that people change; what the product counts has no part in it.
        origin: `found` when the console first looked, `console` for what staff did, `product` for what was
            changed past the console.
        action: the command that made it.
        actor: who ran it, as the person was called then.
        entry_id: its entry in the audit log.
    """

    __tablename__ = "recipe_version"
    __table_args__ = (
        UniqueConstraint("recipe_id", "number", name="recipe_version_number"),
        CheckConstraint("origin IN ('found', 'console', 'product')", name="recipe_version_origin"),
        Index("recipe_version_entry", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    recipe_id: Mapped[int] = mapped_column(Integer)
    number: Mapped[int] = mapped_column(Integer)
    row: Mapped[JsonValue] = mapped_column(Json, nullable=False)
    json_nulls: Mapped[list[str]] = mapped_column(ARRAY(Text))
    digest: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    action: Mapped[str | None] = mapped_column(Text, default=None)
    actor: Mapped[str | None] = mapped_column(Text, default=None)
    entry_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp(), init=False
    )
