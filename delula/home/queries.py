"""What the first page asks of the database beside the questions of other areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from delula.backlog import queries as backlog
from delula.db import session
from delula.lists.kept import Kept
from delula.models import Recipe, RecipeSample, UserAsset
from delula.models.columns import UtcDateTime
from delula.models.enums import ModerationStatus, UserAssetOrigin
from delula.rollups import queries as rollups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.backlog.queries import Backlog
    from delula.rollups.queries import LedgerSum, Outcomes

#: What is shown, and what it is held against: the days before it.
PRESENT, BEFORE = timedelta(days=1), timedelta(days=7)
#: Rows are counted up to here; beyond, a plus sign says enough.
MOST_COUNTED = 100_000

_ASSET, _SAMPLE = UserAsset.__table__.c, RecipeSample.__table__.c


@dataclass(frozen=True)
class Window:
    """The last day and the week before it, aware, to the second."""

    start: datetime
    end: datetime

    @classmethod
    def now(cls) -> Window:
        """The one that ends now."""
        end = datetime.now(UTC).replace(microsecond=0)
        return cls(end - PRESENT, end)

    @property
    def before(self) -> datetime:
        """Where the week before begins."""
        return self.start - BEFORE


@dataclass(frozen=True)
class Failures:
    """Generations of the last day and of the week before, by recipe."""

    window: Window
    now: Mapping[int, Outcomes]
    before: Mapping[int, Outcomes]


@dataclass(frozen=True)
class Runs:
    """Executions of the last day and of the week before, by component."""

    window: Window
    now: Mapping[str, Outcomes]
    before: Mapping[str, Outcomes]


@dataclass(frozen=True)
class Ledger:
    """The ledger, by type.

    Attributes:
        window: the last day and the week before it.
        both: the sums of the one and of the other.
    """

    window: Window
    both: tuple[Mapping[str, LedgerSum], Mapping[str, LedgerSum]]


@dataclass(frozen=True)
class Uploads:
    """Files that users uploaded in the last day and in the week before, each counted up to `MOST_COUNTED`."""

    window: Window
    now: int
    before: int


def _count_failures() -> Failures:
    window = Window.now()
    return Failures(
        window,
        rollups.outcomes_by_recipe(window.start, window.end),
        rollups.outcomes_by_recipe(window.before, window.start),
    )


def _count_runs() -> Runs:
    window = Window.now()
    return Runs(
        window,
        rollups.outcomes_by_component(window.start, window.end),
        rollups.outcomes_by_component(window.before, window.start),
    )


def _count_ledger() -> Ledger:
    window = Window.now()
    return Ledger(
        window,
        (
            rollups.ledger_summary(window.start, window.end),
            rollups.ledger_summary(window.before, window.start),
        ),
    )


def _uploaded(first: str, past: str) -> ColumnElement[int]:
    """How many were uploaded between two times, as a part of a statement."""
    rows = (
        select(literal(1))
        .where(
            _ASSET.source == UserAssetOrigin.UPLOADED,
            _ASSET.created_at >= bindparam(first, type_=UtcDateTime()),
            _ASSET.created_at < bindparam(past, type_=UtcDateTime()),
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(rows).scalar_subquery()


_UPLOADS = select(_uploaded("start", "end"), _uploaded("before", "start"))


def _count_uploads() -> Uploads:
    window = Window.now()
    values = {"before": window.before, "start": window.start, "end": window.end}
    now, before = session().execute(_UPLOADS, values).one()
    return Uploads(window, now, before)


def _count_stock() -> Backlog:
    return backlog.take_stock(datetime.now(UTC), most=0)


#: Sums over a day and a week take some tens of milliseconds, which not every request has to spend.
FAILURES, RUNS, LEDGER = Kept(_count_failures), Kept(_count_runs), Kept(_count_ledger)
UPLOADS, STOCK = Kept(_count_uploads), Kept(_count_stock)

_PENDING = select(literal(1)).where(_SAMPLE.moderation_status == ModerationStatus.PENDING)
_WAITING = select(
    select(func.count()).select_from(_PENDING.limit(MOST_COUNTED).subquery()).scalar_subquery(),
    select(_SAMPLE.created_at)
    .where(_SAMPLE.moderation_status == ModerationStatus.PENDING)
    .order_by(_SAMPLE.created_at)
    .limit(1)
    .scalar_subquery(),
)


def samples_waiting() -> tuple[int, datetime | None]:
    """How many samples nobody has reviewed, up to `MOST_COUNTED`, and when the oldest was made."""
    count, oldest = session().execute(_WAITING).one()
    return count, oldest


_NAMES = select(Recipe.id, func.left(Recipe.name, 100).label("name")).where(
    Recipe.id == any_(bindparam("ids", type_=ARRAY(Integer)))
)


def recipe_names(ids: Sequence[int]) -> Mapping[int, str]:
    """What these recipes are called; those that are gone are left out."""
    return {row.id: row.name for row in session().execute(_NAMES, {"ids": list(ids)})}
