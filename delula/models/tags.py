"""Tags of recipes, and what the console knows of them beyond the product."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Index,
    Integer,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Json, JsonValue, ProductTable, UtcDateTime


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


class TagNamespace(Base, kw_only=True):
    """What stands before the colon of hidden tags, with the rules for recipes; `delula/tags/namespaces.py`.

    Attributes:
        name: without the colon.
        at_least: tags of it that a recipe has to carry.
        at_most: that it may carry; null for as many as one likes.
        generation_types: recipes that make these carry its tags, others none; empty for all.
        choices: by what stands behind the colon, a list of the generation types that it is for; what is not
            named here is for all.
    """

    __tablename__ = "tag_namespace"
    __table_args__ = (
        CheckConstraint("at_least >= 0", name="tag_namespace_at_least"),
        CheckConstraint("at_most >= greatest(at_least, 1)", name="tag_namespace_at_most"),
        {"schema": CONSOLE_SCHEMA},
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    description: Mapped[str] = mapped_column(Text, server_default="", default="")
    at_least: Mapped[int] = mapped_column(Integer, server_default=text("0"), default=0)
    at_most: Mapped[int | None] = mapped_column(Integer, default=None)
    generation_types: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'"), default_factory=list
    )
    choices: Mapped[JsonValue] = mapped_column(
        Json, nullable=False, server_default=text("'{}'"), default_factory=dict
    )


class TagAlias(Base, kw_only=True):
    """A name that a tag had, or that a tag had which was merged into it; who types it finds the tag."""

    __tablename__ = "tag_alias"
    __table_args__ = (
        Index("tag_alias_folded", text("lower(name)"), unique=True),
        Index("tag_alias_tag", "tag_id"),
        {"schema": CONSOLE_SCHEMA},
    )

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    tag_id: Mapped[int] = mapped_column(Integer)


class TagRewrite(Base, kw_only=True):
    """The tags of one recipe before and after a command on a tag that many recipes carried.

    Attributes:
        entry_id: of the command, in the audit log.
        former: `recipes.tag_highlights` before.
        later: the same after.
    """

    __tablename__ = "tag_rewrite"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recipe_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    former: Mapped[list[int | None]] = mapped_column(ARRAY(Integer))
    later: Mapped[list[int | None]] = mapped_column(ARRAY(Integer))
