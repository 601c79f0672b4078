"""What the console knows of assets beside the product's rows, and those rows to the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, bindparam, cast, exists, func, literal_column, select, text
from sqlalchemy.exc import IntegrityError

from delula.assets.queries import MODELS
from delula.db import session
from delula.errors import Refused
from delula.models import (
    AssetCorrection,
    AssetHold,
    AssetRetention,
    AuditEntry,
    Generation,
    MarketAsset,
    ObjectRemoval,
    Removal,
    RemovedAsset,
    SystemAsset,
    UserAsset,
)
from delula.models.enums import AssetSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from delula.db import AnyRow
    from delula.models import JsonValue

NOT_WRITABLE = "Its row holds a number that the console cannot write as it is."
_REMOVAL = ObjectRemoval.__table__.c


def row_as_json(source: AssetSource, number: int) -> dict[str, JsonValue]:
    """The row of an asset with every column as PostgreSQL writes it in JSON: no time is clamped.

    Raises:
        Refused: it holds a number that Python has none for.
    """
    statement = text(f"SELECT to_jsonb(one) FROM public.{source.table_name} one WHERE id = :id")  # noqa: S608
    found = session().execute(statement, {"id": number}).scalar_one()
    if not isinstance(found, dict):
        raise Refused(NOT_WRITABLE)
    return found


def row_in_sql(source: AssetSource, number: int) -> Any:
    """The same as an expression, so that nothing of it passes through Python."""
    one = text(f"public.{source.table_name} one")
    row = select(func.to_jsonb(literal_column("one"))).select_from(one).where(text("one.id = :row_id"))
    return row.params(row_id=number).scalar_subquery()


def set_columns(source: AssetSource, number: int, values: Mapping[str, JsonValue]) -> None:
    """Write columns of the row of an asset from values as `row_as_json` gives them."""
    known: Any = MODELS[source].__table__
    names = [known.c[name].name for name in values]
    table = f"public.{source.table_name}"
    statement = text(
        f"UPDATE {table} SET ({', '.join(names)}) = (SELECT {', '.join(names)}"  # noqa: S608 - known columns
        f" FROM jsonb_populate_record(NULL::{table}, CAST(:values AS jsonb))) WHERE id = :id"
    )
    session().execute(statement, {"id": number, "values": json.dumps(dict(values))})


def exact_time(moment: datetime) -> str:
    """A moment in UTC as PostgreSQL writes a `timestamp` in JSON."""
    written = moment.replace(tzinfo=None).isoformat()
    return written.rstrip("0").rstrip(".") if "." in written else written


def hold_of(reference: str) -> AssetHold | None:
    """The hold on an asset, where there is one."""
    return session().get(AssetHold, reference, populate_existing=True)


def removed(reference: str, *, lock: bool = False) -> RemovedAsset | None:
    """What stays of an asset that was removed."""
    return session().get(RemovedAsset, reference, with_for_update=lock or None, populate_existing=True)


def bring_back(record: RemovedAsset) -> None:
    """Put the row of a retired asset back to the letter, within the transaction at hand.

    Raises:
        Refused: the product has another one in its place.
    """
    table = AssetSource.from_string(record.source).table_name
    statement = text(
        f"INSERT INTO public.{table} SELECT one.* FROM dashboard.removed_asset removed,"  # noqa: S608 - one of two
        f" jsonb_populate_record(NULL::public.{table}, removed.kept) one"
        " WHERE removed.reference = :reference"
    )
    try:
        session().execute(statement, {"reference": record.reference})
    except IntegrityError:
        raise Refused("The product has given its number or its asset id to another one since.") from None
    session().delete(record)


def removals_of(reference: str) -> Sequence[ObjectRemoval]:
    """The objects of an asset that are to go or have gone."""
    statement = select(ObjectRemoval).where(ObjectRemoval.reference == reference).order_by(ObjectRemoval.id)
    return session().scalars(statement).all()


def corrections_of(user_asset_id: int) -> Sequence[AssetCorrection]:
    """What persons have said of an asset's classifications."""
    statement = select(AssetCorrection).where(AssetCorrection.user_asset_id == user_asset_id)
    return session().scalars(statement.order_by(AssetCorrection.classification, AssetCorrection.name)).all()


def deletion_of(reference: str, deleted_at: JsonValue) -> AuditEntry | None:
    """The entry of the audit log that deleted an asset at this very moment; None where somebody else did."""
    statement = (
        select(AuditEntry)
        .where(
            AuditEntry.object_kind == "asset",
            AuditEntry.object_id == reference,
            AuditEntry.action == "assets.delete",
            AuditEntry.after["deleted_at"].astext == cast(deleted_at, Text),
        )
        .order_by(AuditEntry.at.desc())
        .limit(1)
    )
    return session().scalars(statement).first() if isinstance(deleted_at, str) else None


def retention_days(*, lock: bool = False) -> int | None:
    """For how many days what is deleted is kept; None for ever."""
    statement = select(AssetRetention.days)
    return session().scalar(statement.with_for_update() if lock else statement)


#: Assets that were deleted before a moment, oldest first, but those that are held.
_DUE = (
    select(UserAsset.id)
    .where(
        UserAsset.is_deleted.is_(True),
        UserAsset.deleted_at
        < func.timezone("UTC", func.now()) - func.make_interval(0, 0, 0, bindparam("days")),
        ~exists().where(AssetHold.reference == func.concat("user-", UserAsset.id)),
    )
    .order_by(UserAsset.deleted_at, UserAsset.id)
    .limit(bindparam("most"))
)


def due_for_purge(days: int, most: int) -> Sequence[int]:
    """Ids of library entries that were deleted more than so many days ago, and are not held."""
    return session().scalars(_DUE, {"days": days, "most": most}).all()


def needed_by(key: str, spellings: Iterable[str], *, besides: str = "") -> str | None:
    """An asset that still needs an object, as lists write it, a retired one too; None where none does.

    Args:
        key: of the object.
        spellings: all ways in which rows may write it.
        besides: an asset that does not count.
    """
    written = list(spellings)
    for source, column in (
        (AssetSource.USER, UserAsset.s3_key),
        (AssetSource.GENERATION, Generation.s3_key),
        (AssetSource.SYSTEM, SystemAsset.url),
        (AssetSource.MARKET, MarketAsset.url),
    ):
        model: Any = MODELS[source]
        found = session().scalars(select(model.id).where(column.in_(written)).limit(2))
        if other := next((one for one in (f"{source}-{id_}" for id_ in found) if one != besides), None):
            return other
    retired = select(RemovedAsset.reference).where(
        RemovedAsset.key == key,
        RemovedAsset.state == Removal.RETIRED,
        RemovedAsset.reference != besides,
    )
    return session().scalar(retired.limit(1))


def holds(most: int) -> Sequence[AssetHold]:
    """The newest holds."""
    return session().scalars(select(AssetHold).order_by(AssetHold.at.desc()).limit(most)).all()


def unfinished_removals(most: int) -> Sequence[AnyRow]:
    """Objects that are due to go and still there, the longest waiting first."""
    statement = (
        select(_REMOVAL.reference, _REMOVAL.key, _REMOVAL.due_at, _REMOVAL.error)
        .where(_REMOVAL.state == "waiting", _REMOVAL.due_at <= func.now())
        .order_by(_REMOVAL.due_at, _REMOVAL.id)
        .limit(most)
    )
    return session().execute(statement).all()
