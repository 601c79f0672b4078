"""Review of what users bring and show: the queue, who looks at what, what was decided, and the rules."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from delula.db import CONSOLE_SCHEMA, Base
from delula.models.columns import Json, JsonValue

_MOMENT = DateTime(timezone=True)
_NOW = func.clock_timestamp()


class ReviewKind(StrEnum):
    """`review_item.kind`: what kind of thing is reviewed."""

    USER_ASSET = "user_asset"
    MARKET_ASSET = "market_asset"
    SAMPLE = "sample"
    GENERATION = "generation"


class ReviewState(StrEnum):
    """`review_item.state`.

    `second` is decided, and waits for the second, blind look; `closed` needs no decision any more, since the
    thing is gone, is no longer shown, or was judged elsewhere.
    """

    OPEN = "open"
    SECOND = "second"
    ESCALATED = "escalated"
    APPROVED = "approved"
    REJECTED = "rejected"
    CLOSED = "closed"


class Verdict(StrEnum):
    """`review_decision.verdict`; the first three judge, the others leave the item undecided."""

    APPROVE = "approve"
    BLUR = "blur"
    REJECT = "reject"
    ESCALATE = "escalate"
    SKIP = "skip"
    TAG = "tag"


class ReviewSettings(Base, kw_only=True):
    """What admins set, in one row.

    Attributes:
        age: points for each day of waiting.
        reach: points of what everybody sees; less in proportion.
        classifier: points of what a classifier is sure of.
        history: points of an owner of whom all was rejected.
        second_share: percent of the decisions that somebody else looks at again.
        blur_at: percent of a classifier's confidence from which media are blurred.
        starts_on: what was made before this day in UTC does not enter the queue.
        edition: of the weights; grows with each change of them.
    """

    __tablename__ = "review_settings"
    __table_args__ = (CheckConstraint("id = 1", name="review_settings_one"), {"schema": CONSOLE_SCHEMA})

    id: Mapped[int] = mapped_column(Integer, primary_key=True, default=1)
    age: Mapped[int] = mapped_column(Integer)
    reach: Mapped[int] = mapped_column(Integer)
    classifier: Mapped[int] = mapped_column(Integer)
    history: Mapped[int] = mapped_column(Integer)
    second_share: Mapped[int] = mapped_column(Integer)
    blur_at: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date] = mapped_column(Date)
    edition: Mapped[int] = mapped_column(Integer)


class ReviewPolicy(Base, kw_only=True):
    """A reason of rejections, and what a rejection does to a thing of each kind.

    Attributes:
        place: its number, which is also its key.
        guidance: when it holds, for moderators.
        examples: one a line.
        message: what the owner would be told.
        active: whether it can be chosen.
    """

    __tablename__ = "review_policy"
    __table_args__ = (
        CheckConstraint("on_user_asset IN ('nothing', 'delete')", name="review_policy_user_asset"),
        CheckConstraint("on_market_asset IN ('nothing', 'unpublish')", name="review_policy_market_asset"),
        CheckConstraint("on_sample IN ('reject')", name="review_policy_sample"),
        CheckConstraint("on_generation IN ('nothing', 'unpublish', 'hide')", name="review_policy_generation"),
        {"schema": CONSOLE_SCHEMA},
    )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(Text)
    guidance: Mapped[str] = mapped_column(Text)
    examples: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    on_user_asset: Mapped[str] = mapped_column(Text)
    on_market_asset: Mapped[str] = mapped_column(Text)
    on_sample: Mapped[str] = mapped_column(Text)
    on_generation: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean)


class ReviewSource(Base, kw_only=True):
    """How far the queue has read one kind of thing.

    Attributes:
        settled_id, pending, as_of: see `delula.rollups.marks`.
        starts_on: from which day on what was there before has been asked for; null for not at all.
        filled_id: up to which id of that is in the queue.
        fill_to: up to which id it goes.
    """

    __tablename__ = "review_source"
    __table_args__ = ({"schema": CONSOLE_SCHEMA},)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    settled_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    pending: Mapped[JsonValue] = mapped_column(
        Json, nullable=False, server_default=text("'[]'"), default=None
    )
    as_of: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    starts_on: Mapped[date | None] = mapped_column(Date, default=None)
    filled_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    fill_to: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)


class ReviewItem(Base, kw_only=True):
    """One thing to be reviewed, or that was.

    Attributes:
        object_id: its id in the product's table.
        rank: its score at a fixed moment, by which the queue is ordered (see `delula.review.scoring`); null
            once it no longer waits.
        since: since when it waits.
        reach, risk, history: the parts of its score, from 0 to 1.
        edition: of the weights that its rank is made of.
        content: stands for what it shows; something else has to be reviewed again.
        is_blurred: whether a moderator found it too strong to be shown at once.
        labels: tags of a thing that has no column for them.
        decision_id: the decision that holds.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        UniqueConstraint("kind", "object_id", name="review_item_object"),
        CheckConstraint(
            "kind IN ('user_asset', 'market_asset', 'sample', 'generation')", name="review_item_kind"
        ),
        CheckConstraint(
            "state IN ('open', 'second', 'escalated', 'approved', 'rejected', 'closed')",
            name="review_item_state",
        ),
        Index("review_item_rank", "rank", "id"),
        Index("review_item_state_rank", "state", "rank", "id"),
        Index("review_item_kind_rank", "kind", "rank", "id"),
        Index(
            "review_item_queue", text("rank DESC"), "id", postgresql_where=text("state IN ('open', 'second')")
        ),
        Index(
            "review_item_edition",
            "edition",
            postgresql_where=text("state IN ('open', 'second', 'escalated')"),
        ),
        Index("review_item_owner", "owner_id", "state", "rank", "id"),
        Index("review_item_since", "since", "id"),
        Index("review_item_decided", "decided_at", "id"),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[int] = mapped_column(Integer)
    owner_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    rank: Mapped[float | None] = mapped_column(Double, default=None)
    since: Mapped[datetime] = mapped_column(_MOMENT)
    reach: Mapped[float] = mapped_column(REAL)
    risk: Mapped[float] = mapped_column(REAL)
    history: Mapped[float] = mapped_column(REAL)
    edition: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
    is_blurred: Mapped[bool] = mapped_column(Boolean, server_default=text("false"), default=False)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), default_factory=list)
    decision_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    decided_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)


class ReviewLease(Base, kw_only=True):
    """Who looks at an item, in which tab of a browser, and for how long it is kept; one row an item."""

    __tablename__ = "review_lease"
    __table_args__ = (Index("review_lease_staff", "staff_id", "tab"), {"schema": CONSOLE_SCHEMA})

    item_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("dashboard.review_item.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[int] = mapped_column(BigInteger)
    holder: Mapped[str] = mapped_column(Text)
    tab: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    until: Mapped[datetime] = mapped_column(_MOMENT)


class ReviewDecision(Base, kw_only=True):
    """Something that was done to an item; undone where `undone_at` says so.

    Attributes:
        policy: code of the reason of a rejection.
        note: for colleagues.
        message: what the owner would be told.
        is_second: whether it is the second, blind look.
        seconds: from the lease to the decision.
        effects: values of the product's row before and after.
        earlier: values of the item before it.
        entry_id: its entry in the audit log; written in the same transaction.
    """

    __tablename__ = "review_decision"
    __table_args__ = (
        CheckConstraint(
            "verdict IN ('approve', 'blur', 'reject', 'escalate', 'skip', 'tag')",
            name="review_decision_verdict",
        ),
        Index("review_decision_item", "item_id", "id"),
        Index("review_decision_staff", "staff_id", "at"),
        Index("review_decision_at", "at"),
        Index("review_decision_undone", "undone_at", postgresql_where=text("undone_at IS NOT NULL")),
        Index("review_decision_second", "at", postgresql_where=text("is_second")),
        {"schema": CONSOLE_SCHEMA},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("dashboard.review_item.id", ondelete="CASCADE")
    )
    verdict: Mapped[str] = mapped_column(Text)
    policy: Mapped[str | None] = mapped_column(Text, default=None)
    note: Mapped[str | None] = mapped_column(Text, default=None)
    message: Mapped[str | None] = mapped_column(Text, default=None)
    is_second: Mapped[bool] = mapped_column(Boolean)
    staff_id: Mapped[int | None] = mapped_column(BigInteger, default=None)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(_MOMENT, server_default=_NOW, init=False)
    seconds: Mapped[float | None] = mapped_column(REAL, default=None)
    effects: Mapped[dict[str, Any]] = mapped_column(JSONB)
    earlier: Mapped[dict[str, Any]] = mapped_column(JSONB)
    entry_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("dashboard.audit_log.id"), default=None
    )
    undone_at: Mapped[datetime | None] = mapped_column(_MOMENT, default=None)
    undone_by: Mapped[str | None] = mapped_column(Text, default=None)
