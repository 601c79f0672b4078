"""The product's users and the names of their account types and roles."""

from datetime import datetime

from sqlalchemy import Boolean, Index, Integer, String, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.models.columns import IntegerEnum, ProductTable, UtcDateTime
from delula.models.enums import AccessRole, AccountType


class User(ProductTable, kw_only=True):
    """A person or system account of the product.

    `session_token` and `password_hash` are secrets: reading them from an instance raises.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("IDX_users_access_role", "access_role"),
        Index("IDX_users_account_type", "account_type"),
        Index("IDX_users_email", "email"),
        Index("IDX_users_session_token", "session_token"),
        Index("idx_users_first_visit_at", "first_visit_at"),
        Index("idx_users_created_at", "created_at"),
        Index("idx_users_is_ephemeral", "is_ephemeral"),
        Index("idx_users_last_seen_at", "last_seen_at"),
    )

    id: Mapped[str] = mapped_column(String, primary_key=True)
    email: Mapped[str | None] = mapped_column(String, unique=True, default=None)
    first_name: Mapped[str | None] = mapped_column(String, default=None)
    last_name: Mapped[str | None] = mapped_column(String, default=None)
    profile_image_url: Mapped[str | None] = mapped_column(String, default=None)
    credits: Mapped[int] = mapped_column(Integer, server_default=text("10"), default=10)
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime, server_default=func.now(), default=None)
    handle: Mapped[str | None] = mapped_column(String, unique=True, default=None)
    session_token: Mapped[str | None] = mapped_column(
        String, unique=True, deferred=True, deferred_raiseload=True, default=None
    )
    last_seen_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, server_default=func.now(), default=None
    )
    password_hash: Mapped[str | None] = mapped_column(
        String, deferred=True, deferred_raiseload=True, default=None
    )
    oauth_provider: Mapped[str | None] = mapped_column(String(20), default=None)
    is_ephemeral: Mapped[bool | None] = mapped_column(Boolean, server_default=text("false"), default=False)
    can_upgrade_to_registered: Mapped[bool | None] = mapped_column(
        Boolean, server_default=text("true"), default=True
    )
    last_credit_refresh: Mapped[datetime | None] = mapped_column(
        UtcDateTime, server_default=func.now(), default=None
    )
    account_type: Mapped[AccountType | int | None] = mapped_column(IntegerEnum(AccountType), default=None)
    access_role: Mapped[AccessRole | int | None] = mapped_column(IntegerEnum(AccessRole), default=None)
    first_visit_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, server_default=func.now(), default=None
    )


class UserType(ProductTable, kw_only=True):
    """The name of an account type."""

    __tablename__ = "type_user"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)


class RoleType(ProductTable, kw_only=True):
    """The name of an access role."""

    __tablename__ = "type_role"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(Text)
