"""Tags of recipes."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import ProductTable, UtcDateTime


class Tag(ProductTable, kw_only=True):
    """A tag: public ones stand on recipe cards, hidden ones (`namespace:value`) sort the catalogue."""

    __tablename__ = "tags"
    __table_args__ = (Index("idx_tags_is_hidden", "is_hidden"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    description: Mapped[str | None] = mapped_column(Text, default=None)
    color: Mapped[str | None] = mapped_column(String(20), server_default="gray", default="gray")
    is_active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"), default=True)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    is_hidden: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
