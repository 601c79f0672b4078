"""The registry of workflow components: what they take, give, need, and how they fare."""

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
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

from delula.models.columns import IntegerEnum, Json, JsonValue, ProductTable, TextEnum, UtcDateTime
from delula.models.enums import ChannelType, DependencyType


class ComponentRegistry(ProductTable, kw_only=True):
    """A component, known by `component_id`. `estimated_processing_time` is in seconds."""

    __tablename__ = "component_registry"
    __table_args__ = (
        Index("idx_component_registry_category", "category"),
        Index("idx_component_registry_component_id", "component_id"),
        Index("idx_component_registry_is_active", "is_active"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    component_id: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[str] = mapped_column(String(20), server_default="1.0.0", default="1.0.0")
    description: Mapped[str | None] = mapped_column(Text, default=None)
    category: Mapped[str | None] = mapped_column(String(100), default=None)
    tags: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), default=None)
    credit_cost: Mapped[int | None] = mapped_column(Integer, server_default=text("0"), default=0)
    estimated_processing_time: Mapped[int | None] = mapped_column(Integer, default=None)
    is_active: Mapped[bool | None] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class ComponentInputChannel(ProductTable, kw_only=True):
    """One input of a component. `validation_rules`: any of min, max, pattern, allowedValues."""

    __tablename__ = "component_input_channels"
    __table_args__ = (
        UniqueConstraint("component_id", "channel_id"),
        Index("idx_component_input_channels_component_id", "component_id"),
        Index("idx_component_input_channels_position", "position"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    component_id: Mapped[str] = mapped_column(
        String(100), ForeignKey("component_registry.component_id", ondelete="CASCADE")
    )
    channel_id: Mapped[str] = mapped_column(String(100))
    channel_name: Mapped[str] = mapped_column(String(200))
    type: Mapped[ChannelType | int] = mapped_column(IntegerEnum(ChannelType))
    position: Mapped[int] = mapped_column(Integer)
    is_required: Mapped[bool | None] = mapped_column(Boolean, server_default=text("false"), default=False)
    description: Mapped[str | None] = mapped_column(Text, default=None)
    validation_rules: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    default_value: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class ComponentOutputChannel(ProductTable, kw_only=True):
    """One output of a component; `metadata_` (column `metadata`) tells its format and structure."""

    __tablename__ = "component_output_channels"
    __table_args__ = (
        UniqueConstraint("component_id", "channel_id"),
        Index("idx_component_output_channels_component_id", "component_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    component_id: Mapped[str] = mapped_column(
        String(100), ForeignKey("component_registry.component_id", ondelete="CASCADE")
    )
    channel_id: Mapped[str] = mapped_column(String(100))
    channel_name: Mapped[str] = mapped_column(String(200))
    type: Mapped[ChannelType | int] = mapped_column(IntegerEnum(ChannelType))
    description: Mapped[str | None] = mapped_column(Text, default=None)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class ComponentUsage(ProductTable, kw_only=True):
    """One run of a component. `execution_time` (column `processing_time_ms`) is in milliseconds."""

    __tablename__ = "component_usage"
    __table_args__ = (
        Index("idx_component_usage_component_id", "component_id"),
        Index("idx_component_usage_created_at", "created_at"),
        Index("idx_component_usage_execution_id", "execution_id"),
        Index("idx_component_usage_success", "success"),
        Index("idx_component_usage_user_id", "user_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    component_id: Mapped[str] = mapped_column(String(100), ForeignKey("component_registry.component_id"))
    user_id: Mapped[str | None] = mapped_column(String(100), ForeignKey("users.id"), default=None)
    execution_id: Mapped[str | None] = mapped_column(String(100), default=None)
    input_data: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    output_data: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    execution_time: Mapped[int | None] = mapped_column("processing_time_ms", Integer, default=None)
    credit_cost: Mapped[int | None] = mapped_column(Integer, default=None)
    success: Mapped[bool | None] = mapped_column(Boolean, default=None)
    error_message: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class ComponentDependency(ProductTable, kw_only=True):
    """One component needs, may use, or conflicts with another."""

    __tablename__ = "component_dependencies"
    __table_args__ = (
        CheckConstraint("component_id <> depends_on_component_id"),
        Index("idx_component_dependencies_component_id", "component_id"),
        Index("idx_component_dependencies_depends_on", "depends_on_component_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    component_id: Mapped[str] = mapped_column(
        String(100), ForeignKey("component_registry.component_id", ondelete="CASCADE")
    )
    depends_on_component_id: Mapped[str] = mapped_column(
        String(100), ForeignKey("component_registry.component_id", ondelete="CASCADE")
    )
    dependency_type: Mapped[DependencyType | str | None] = mapped_column(
        TextEnum(DependencyType, 50), default=None
    )
    description: Mapped[str | None] = mapped_column(Text, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
