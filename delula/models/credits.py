"""The ledger of credits, exports that were bought, and what creators earned."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, desc, func
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import Json, JsonValue, ProductTable, TextEnum, UtcDateTime
from delula.models.enums import CreditTransactionType


class CreditTransaction(ProductTable, kw_only=True):
    """One change of a user's balance: `amount` in credits, negative when spent."""

    __tablename__ = "credit_transactions"
    __table_args__ = (Index("idx_credit_transactions_user_created", "user_id", desc("created_at")),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    user_id: Mapped[str] = mapped_column(String)
    amount: Mapped[int] = mapped_column(Integer)
    type: Mapped[CreditTransactionType | str] = mapped_column(TextEnum(CreditTransactionType))
    description: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    payment_id: Mapped[str | None] = mapped_column(String, default=None)
    metadata_: Mapped[JsonValue] = mapped_column("metadata", Json, nullable=True, default=None)


class ExportTransaction(ProductTable, kw_only=True):
    """A sample that someone bought in high quality; price and earnings in credits."""

    __tablename__ = "export_transactions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    sample_id: Mapped[int] = mapped_column(Integer)
    buyer_id: Mapped[str] = mapped_column(String)
    creator_id: Mapped[str] = mapped_column(String)
    export_format: Mapped[str] = mapped_column(String(20))
    export_quality: Mapped[str] = mapped_column(String(20))
    price_credits: Mapped[int] = mapped_column(Integer)
    creator_earnings: Mapped[int] = mapped_column(Integer)
    download_url: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    downloaded_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)


class RevenueShare(ProductTable, kw_only=True):
    """What the creator of a recipe earned by one generation of another user, in credits."""

    __tablename__ = "revenue_shares"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=None)
    recipe_id: Mapped[int] = mapped_column(Integer)
    creator_id: Mapped[str] = mapped_column(String)
    user_id: Mapped[str] = mapped_column(String)
    generation_id: Mapped[int] = mapped_column(Integer)
    credits_used: Mapped[int] = mapped_column(Integer)
    revenue_amount: Mapped[int] = mapped_column(Integer)
    share_percentage: Mapped[int] = mapped_column(Integer)
    creator_earnings: Mapped[int] = mapped_column(Integer)
    is_paid_credits: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
