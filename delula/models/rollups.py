"""The console's roll-ups: sums by hour and coarser spans, totals by user and recipe, and how far they are.

They live in the schema `dashboard` and say nothing that the product's rows do not: `flask rollups rebuild`
makes them anew. Times of start are in UTC, durations in milliseconds.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Json, JsonValue, UtcDateTime

_zero = text("0")


class Span(StrEnum):
    """How much time a row sums up; each span is made of whole ones of the span before it."""

    PART = "part"
    """Fifteen minutes, the least by which zones differ; kept of executions only, which are many."""
    HOUR = "hour"
    QUARTER = "quarter"
    """Six hours, from midnight, six, noon and 18 o'clock."""
    DAY = "day"
    MONTH = "month"


class RollUp(Base, kw_only=True, eq=False, repr=False):
    """Base of the sums; `id` only tells rows apart."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    span: Mapped[str] = mapped_column(Text)
    start: Mapped[datetime] = mapped_column(UtcDateTime)


class UsageRollUp(RollUp, kw_only=True):
    """Executions of one component, or of all where `component_id` is null.

    `time_…` tells of processing times of 0 ms and more; `users` is a roaring bitmap of `UserTotals.number`.
    """

    __tablename__ = "usage_rollup"
    __table_args__ = (
        Index("usage_rollup_component", "component_id", "span", "start"),
        Index("usage_rollup_start", "span", "start"),
        Index(
            "usage_rollup_heat",
            "component_id",
            "start",
            postgresql_include=["executions", "failed"],
            postgresql_where=text("span = 'hour'"),
        ),
        Index(
            "usage_rollup_unfinished",
            "start",
            postgresql_include=["unfinished"],
            postgresql_where=text("span = 'hour' AND component_id IS NULL AND unfinished > 0"),
        ),
        {"schema": CONSOLE_SCHEMA},
    )

    component_id: Mapped[str | None] = mapped_column(String(100))
    executions: Mapped[int] = mapped_column(Integer)
    succeeded: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    unfinished: Mapped[int] = mapped_column(Integer)
    credits: Mapped[int] = mapped_column(BigInteger)
    time_count: Mapped[int] = mapped_column(Integer)
    time_total: Mapped[int] = mapped_column(BigInteger)
    time_least: Mapped[int | None] = mapped_column(BigInteger)
    time_most: Mapped[int | None] = mapped_column(BigInteger)
    time_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    users: Mapped[bytes | None] = mapped_column(LargeBinary)


class UsageFailure(RollUp, kw_only=True):
    """Failed executions of a component by their message."""

    __tablename__ = "usage_failure"
    __table_args__ = (
        Index("usage_failure_component", "component_id", "span", "start"),
        Index("usage_failure_start", "span", "start"),
        {"schema": CONSOLE_SCHEMA},
    )

    component_id: Mapped[str] = mapped_column(String(100))
    message: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer)
    example: Mapped[str] = mapped_column(Text)


class GenerationRollUp(RollUp, kw_only=True):
    """Generations of one recipe by the time of their creation; of all where `recipe_id` is null.

    Those without a recipe stand under number 0. `run_…` goes from the start of the work to its end,
    `wait_…` from the creation to the start of the work.
    """

    __tablename__ = "generation_rollup"
    __table_args__ = (
        Index("generation_rollup_recipe", "recipe_id", "span", "start"),
        Index("generation_rollup_start", "span", "start"),
        {"schema": CONSOLE_SCHEMA},
    )

    recipe_id: Mapped[int | None] = mapped_column(Integer)
    created: Mapped[int] = mapped_column(Integer)
    pending: Mapped[int] = mapped_column(Integer)
    processing: Mapped[int] = mapped_column(Integer)
    completed: Mapped[int] = mapped_column(Integer)
    failed: Mapped[int] = mapped_column(Integer)
    other: Mapped[int] = mapped_column(Integer)
    refunded: Mapped[int] = mapped_column(Integer)
    charged: Mapped[int] = mapped_column(BigInteger)
    credits_refunded: Mapped[int] = mapped_column(BigInteger)
    from_user: Mapped[int] = mapped_column(Integer)
    from_backlog: Mapped[int] = mapped_column(Integer)
    run_count: Mapped[int] = mapped_column(Integer)
    run_total: Mapped[int] = mapped_column(BigInteger)
    run_least: Mapped[int | None] = mapped_column(BigInteger)
    run_most: Mapped[int | None] = mapped_column(BigInteger)
    run_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)
    wait_count: Mapped[int] = mapped_column(Integer)
    wait_total: Mapped[int] = mapped_column(BigInteger)
    wait_least: Mapped[int | None] = mapped_column(BigInteger)
    wait_most: Mapped[int | None] = mapped_column(BigInteger)
    wait_sketch: Mapped[bytes | None] = mapped_column(LargeBinary)


class GenerationFailure(RollUp, kw_only=True):
    """Failed generations of a recipe by their reason."""

    __tablename__ = "generation_failure"
    __table_args__ = (
        Index("generation_failure_recipe", "recipe_id", "span", "start"),
        Index("generation_failure_start", "span", "start"),
        {"schema": CONSOLE_SCHEMA},
    )

    recipe_id: Mapped[int] = mapped_column(Integer)
    message: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer)
    example: Mapped[str] = mapped_column(Text)


class LedgerRollUp(RollUp, kw_only=True):
    """Rows of the ledger by type: how many, and their sums above and below zero, in credits."""

    __tablename__ = "ledger_rollup"
    __table_args__ = (
        Index("ledger_rollup_start", "span", "start"),
        {"schema": CONSOLE_SCHEMA},
    )

    type: Mapped[str] = mapped_column(Text)
    rows: Mapped[int] = mapped_column(Integer)
    positive: Mapped[int] = mapped_column(BigInteger)
    negative: Mapped[int] = mapped_column(BigInteger)


class UserTotals(Base, kw_only=True, eq=False, repr=False):
    """What belongs to one user, who need not exist any more.

    Assets and bytes count those that are not deleted; `bytes` takes negative sizes for 0. `spent`, `refunded`
    and `purchased` are the ledger's, `spent` with the sign turned. `number` stands for the user in bitmaps.
    """

    __tablename__ = "user_totals"
    __table_args__ = (
        Index("user_totals_generations", "generations", "user_id"),
        Index("user_totals_failed", "failed", "user_id"),
        Index("user_totals_assets", "assets", "user_id"),
        Index("user_totals_bytes", "bytes", "user_id"),
        Index("user_totals_spent", "spent", "user_id"),
        Index("user_totals_last", "last_generation_at", "user_id"),
        {"schema": CONSOLE_SCHEMA},
    )

    user_id: Mapped[str] = mapped_column(String, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, Identity(always=True), unique=True, init=False)
    generations: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    pending: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    processing: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    completed: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    failed: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    other_status: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    last_generation_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    assets: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    images: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    videos: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    audios: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    documents: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    other_assets: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    deleted_assets: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    image_bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    video_bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    audio_bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    document_bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    other_bytes: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    spent: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    refunded: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    purchased: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    ledger_rows: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    ledger_sum: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)


class RecipeTotals(Base, kw_only=True, eq=False, repr=False):
    """What was made of one recipe, which need not exist any more; 0 stands for no recipe.

    `charged` and `refunded` are credits. `options` has, for each step of the form, the values chosen most
    often among the newest generations, `options_of` of them: `{"food": [["honey", 7], …], …}`.
    """

    __tablename__ = "recipe_totals"
    __table_args__ = (
        Index("recipe_totals_generations", "generations", "recipe_id"),
        Index("recipe_totals_stock", "stock", "recipe_id"),
        {"schema": CONSOLE_SCHEMA},
    )

    recipe_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    generations: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    completed: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    failed: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    charged: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    refunded: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    stock: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    options: Mapped[JsonValue] = mapped_column(
        Json, nullable=False, server_default=text("'{}'"), default=None
    )
    options_of: Mapped[int] = mapped_column(Integer, server_default=_zero, default=0)
    options_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)


class RollUpState(Base, kw_only=True, eq=False, repr=False):
    """How far one family of roll-ups is; see `delula.rollups.marks`.

    The row `layout` belongs to no family: its `settled_id` is the version of how the tables are written.
    """

    __tablename__ = "rollup_state"
    __table_args__ = {"schema": CONSOLE_SCHEMA}  # noqa: RUF012 - as SQLAlchemy wants it

    family: Mapped[str] = mapped_column(Text, primary_key=True)
    settled_id: Mapped[int] = mapped_column(BigInteger, server_default=_zero, default=0)
    pending: Mapped[JsonValue] = mapped_column(
        Json, nullable=False, server_default=text("'[]'"), default=None
    )
    filling: Mapped[str | None] = mapped_column(Text, default=None)
    checked: Mapped[str | None] = mapped_column(Text, default=None)
    as_of: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
