"""Providers of artificial intelligence and their services."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Boolean, Index, Integer, Numeric, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import IntegerEnum, Json, JsonValue, ProductTable, UtcDateTime
from delula.models.enums import ServiceType


class Provider(ProductTable, kw_only=True):
    """A company that runs models; it takes at most `num_slots` generations at once."""

    __tablename__ = "providers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str | None] = mapped_column(Text, default=None)
    num_slots: Mapped[int] = mapped_column(Integer, server_default=text("1"), default=1)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    config: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class Service(ProductTable, kw_only=True):
    """One model of a provider, at one endpoint; `base_cost` per run, in the provider's currency."""

    __tablename__ = "services"
    __table_args__ = (
        Index("IDX_services_active", "is_active"),
        Index("IDX_services_provider_id", "provider_id"),
        Index("IDX_services_provider_title", "provider_title"),
        Index("IDX_services_type_id", "type_id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    provider_id: Mapped[int | None] = mapped_column(Integer, default=None)
    provider_title: Mapped[str | None] = mapped_column(String(100), default=None)
    type_id: Mapped[ServiceType | int] = mapped_column(IntegerEnum(ServiceType))
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    endpoint: Mapped[str] = mapped_column(Text)
    config: Mapped[JsonValue] = mapped_column(Json, nullable=True, default=None)
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    base_cost: Mapped[Decimal] = mapped_column(
        Numeric(20, 16), server_default=text("0.0000000000000000"), default=Decimal(0)
    )


class ServiceTypeName(ProductTable, kw_only=True):
    """The name of a service type."""

    __tablename__ = "type_services"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
