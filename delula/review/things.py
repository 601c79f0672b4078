"""What is reviewed: things of four kinds, read from the product's tables as one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Table,
    Text,
    case,
    cast,
    func,
    select,
    update,
)

from delula.assets.derivatives import derive_later
from delula.assets.detail import side
from delula.db import AnyRow, session
from delula.models import Generation, MarketAsset, RecipeSample, ReviewKind, UserAsset
from delula.models.enums import GenerationStatus, ModerationStatus, UserAssetOrigin
from delula.review import media
from delula.review.scoring import reach, risk
from delula.samples.blurring import blur_later as blur_sample_later
from delula.storage import current_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Select

_U, _M = UserAsset.__table__.c, MarketAsset.__table__.c
_S, _G = RecipeSample.__table__.c, Generation.__table__.c
#: Characters of a text that are read.
EXCERPT = 2_000


@dataclass(frozen=True)
class Subject:
    """One kind of things, and how it is read.

    Attributes:
        kind: which.
        label: what one is called.
        table: the product's table.
        owner: the column of who brought it.
        columns: what is read of a row, besides id and owner.
        content: the columns of what it shows.
        decided: the columns that decisions change.
        is_wanted: whether a row is to be reviewed.
        reach: how far it reaches, from 0 to 1.
        risk: how sure classifiers are, from 0 to 1.
        tags: the column that its tags stand in; None where it has none.
        area: whose pages show it.
        audit_kind: what the audit log calls it.
        prefix: stands before its id there and in addresses.
    """

    kind: ReviewKind
    label: str
    table: Table
    owner: ColumnElement[Any]
    columns: tuple[ColumnElement[Any], ...]
    content: tuple[str, ...]
    decided: tuple[str, ...]
    is_wanted: Callable[[AnyRow], bool]
    reach: Callable[[AnyRow], float]
    risk: Callable[[AnyRow], float]
    area: str
    audit_kind: str
    prefix: str = ""
    tags: str | None = None

    @property
    def statement(self) -> Select[*tuple[Any, ...]]:
        """Its rows."""
        columns = (self.table.c.id, self.owner.label("owner_id"), self.table.c.created_at, *self.columns)
        return select(*columns)

    def content_of(self, row: AnyRow) -> str:
        """Stands for what a row shows."""
        shown = json.dumps([getattr(row, name) for name in self.content])
        return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16]

    def values_of(self, row: AnyRow) -> dict[str, Any]:
        """What decisions change, as it is, in plain JSON."""
        return {name: plain(getattr(row, name)) for name in self.decided}

    def reference(self, object_id: int) -> str:
        """Which of them, as addresses and the audit log write it."""
        return f"{self.prefix}{object_id}"


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _user_asset_risk(row: AnyRow) -> float:
    return risk([row.auto_classification, row.ai_classification], row.system_tags)


SUBJECTS: Mapping[ReviewKind, Subject] = {
    ReviewKind.USER_ASSET: Subject(
        ReviewKind.USER_ASSET,
        "Upload",
        UserAsset.__table__,  # type: ignore[arg-type]  # a table
        _U.user_id,
        (
            func.left(_U.display_name, EXCERPT).label("title"),
            _U.s3_key, _U.cdn_url, _U.asset_id, _U.mime_type, _U.asset_type, _U.file_size, _U.dimensions,
            _U.duration, _U.source, _U.usage_count, _U.system_tags,
            _U.auto_classification, _U.ai_classification,
            _U.is_deleted, _U.deleted_at, _U.updated_at,
        ),
        ("s3_key", "asset_id"),
        ("is_deleted", "deleted_at", "updated_at"),
        # What came out of a generation is no upload.
        lambda row: not row.is_deleted and row.source != UserAssetOrigin.IMPORTED_FROM_GENERATION,
        lambda row: reach(row.usage_count, is_public=False),
        _user_asset_risk,
        "assets",
        "asset",
        "user-",
        "system_tags",
    ),
    ReviewKind.MARKET_ASSET: Subject(
        ReviewKind.MARKET_ASSET,
        "Market asset",
        MarketAsset.__table__,  # type: ignore[arg-type]  # a table
        _M.creator_id,
        (
            func.left(_M.name, EXCERPT).label("title"),
            _M.url, _M.asset_id, _M.mime_type, _M.file_size, _M.dimensions, _M.tags, _M.metadata,
            _M.is_public, _M.updated_at,
        ),
        ("url", "asset_id", "title"),
        ("is_public", "updated_at"),
        lambda row: row.is_public,
        lambda _: reach(0, is_public=True),
        lambda row: risk([row.metadata], row.tags),
        "assets",
        "asset",
        "market-",
        "tags",
    ),
    ReviewKind.SAMPLE: Subject(
        ReviewKind.SAMPLE,
        "Sample",
        RecipeSample.__table__,  # type: ignore[arg-type]  # a table
        _S.user_id,
        (
            func.left(_S.title, EXCERPT).label("title"),
            func.left(_S.original_prompt, EXCERPT).label("prompt"),
            _S.recipe_id, _S.generation_id, _S.thumbnail_url, _S.preview_url, _S.high_res_url, _S.type,
            _S.file_size, _S.dimensions, _S.download_count, _S.like_count, _S.is_featured,
            _S.moderation_status, _S.updated_at,
        ),
        ("high_res_url", "preview_url", "thumbnail_url", "title"),
        ("moderation_status", "is_featured", "updated_at"),
        lambda row: row.moderation_status in {None, ModerationStatus.PENDING},
        lambda row: reach(row.download_count + row.like_count, is_public=True),
        lambda _: 0.0,
        "samples",
        "sample",
    ),
    ReviewKind.GENERATION: Subject(
        ReviewKind.GENERATION,
        "Generation",
        Generation.__table__,  # type: ignore[arg-type]  # a table
        _G.user_id,
        (
            func.left(_G.recipe_title, EXCERPT).label("title"),
            func.left(_G.prompt, EXCERPT).label("prompt"),
            _G.recipe_id, _G.s3_key, _G.image_url, _G.video_url, _G.type, _G.status, _G.download_count,
            _G.like_count, _G.is_public, _G.is_published,
        ),
        ("s3_key", "image_url", "video_url"),
        ("is_public", "is_published"),
        lambda row: row.is_public and row.status == GenerationStatus.COMPLETED,
        lambda row: reach(row.download_count + row.like_count, is_public=True),
        lambda _: 0.0,
        "generations",
        "generation",
    ),
}  # fmt: skip

#: What a rejection can do to a thing of each kind, with what that is called.
EFFECTS: Mapping[ReviewKind, Mapping[str, str]] = {
    ReviewKind.USER_ASSET: {"nothing": "Leave it", "delete": "Delete it"},
    ReviewKind.MARKET_ASSET: {"nothing": "Leave it", "unpublish": "Take it out of the market"},
    ReviewKind.SAMPLE: {"reject": "Reject it"},
    ReviewKind.GENERATION: {
        "nothing": "Leave it",
        "unpublish": "Take it out of the gallery",
        "hide": "Let only its owner see it",
    },
}


def rejecting(kind: ReviewKind, effect: str, now: datetime) -> dict[str, Any]:
    """The values that a rejection gives a row.

    Args:
        kind: of the thing.
        effect: what its policy does to such a thing.
        now: the present time.
    """
    match kind, effect:
        case ReviewKind.USER_ASSET, "delete":
            return {"is_deleted": True, "deleted_at": now, "updated_at": now}
        case ReviewKind.MARKET_ASSET, "unpublish":
            return {"is_public": False, "updated_at": now}
        case ReviewKind.SAMPLE, "reject":
            return {
                "moderation_status": ModerationStatus.REJECTED.value,
                "is_featured": False,
                "updated_at": now,
            }
        # When a generation last changed says how long it took, so it stays as it is.
        case ReviewKind.GENERATION, "unpublish":
            return {"is_published": False}
        case ReviewKind.GENERATION, "hide":
            return {"is_public": False, "is_published": False}
    return {}


def approving(kind: ReviewKind, now: datetime) -> dict[str, Any]:
    """The values that an approval gives a row: samples wait for one, anything else is there already."""
    if kind is ReviewKind.SAMPLE:
        return {"moderation_status": ModerationStatus.APPROVED.value, "updated_at": now}
    return {}


def with_names(
    items: Select[*tuple[Any, ...]], kind: ColumnElement[str], id_: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """Items with `thing_id`, None where the thing is gone, its `title`, and how its `media` type begins.

    Of a user's upload also its `asset_type`.

    Args:
        items: a selection of items.
        kind: their column of it.
        id_: that of the thing's number.
    """
    is_video = (_G.type == "video") | (_G.video_url.is_not(None) & _G.image_url.is_(None))
    media: dict[ReviewKind, ColumnElement[Any]] = {
        ReviewKind.USER_ASSET: _U.mime_type,
        ReviewKind.MARKET_ASSET: _M.mime_type,
        ReviewKind.SAMPLE: cast(_S.type, Text) + "/",
        ReviewKind.GENERATION: case((is_video, "video/"), else_="image/"),
    }
    for one, subject in SUBJECTS.items():
        # Of any other kind the number is null, and the index is not even asked.
        items = items.outerjoin(subject.table, subject.table.c.id == case((kind == one.value, id_)))
    titles = [next(column for column in one.columns if column.key == "title") for one in SUBJECTS.values()]
    beginning = case(*((kind == one.value, func.left(column, 20)) for one, column in media.items()))
    return items.add_columns(
        func.coalesce(*(one.table.c.id for one in SUBJECTS.values())).label("thing_id"),
        func.coalesce(*titles).label("title"),
        beginning.label("media"),
        _U.asset_type,
    )


def tags_of(subject: Subject, row: AnyRow, labels: Sequence[str]) -> list[str]:
    """The tags of a thing: of the product where it has a column for them, else the item's own labels."""
    tags: Sequence[str | None] | None = labels if subject.tags is None else getattr(row, subject.tags)
    return [tag for tag in tags or () if tag]


def dimensions(row: AnyRow) -> tuple[int, int] | None:
    """Width and height in pixels, where a row says both."""
    said = getattr(row, "dimensions", None)
    width, height = side(said, "width"), side(said, "height")
    return (width, height) if width and height else None


def find(kind: ReviewKind, object_id: int, *, lock: bool = False) -> AnyRow | None:
    """The row of a thing; None where it is gone."""
    subject = SUBJECTS[kind]
    statement = subject.statement.where(subject.table.c.id == object_id)
    return session().execute(statement.with_for_update() if lock else statement).one_or_none()


def find_many(kind: ReviewKind, ids: Sequence[int]) -> dict[int, AnyRow]:
    """The rows of things, by id."""
    subject = SUBJECTS[kind]
    rows = session().execute(subject.statement.where(subject.table.c.id.in_(ids)))
    return {row.id: row for row in rows}


def blur_later(subject: Subject, row: AnyRow) -> None:
    """Have the blurred picture of a thing made, within the transaction at hand, where one can be."""
    store = current_store()
    if store is None or not media.blurred_of(subject.kind, [row.id], store):
        return
    if subject.kind is ReviewKind.SAMPLE:
        blur_sample_later(row.id)
    else:
        source = "generation-" if subject.kind is ReviewKind.GENERATION else subject.prefix
        derive_later(f"{source}{row.id}")


def write(kind: ReviewKind, object_id: int, values: Mapping[str, Any]) -> None:
    """Set values of a row: as `rejecting` and `approving` give them, or as JSON has kept them."""
    if values:
        table = SUBJECTS[kind].table
        session().execute(
            update(table)
            .where(table.c.id == object_id)
            .values({name: typed(name, one) for name, one in values.items()})
        )


def typed(name: str, value: Any) -> Any:
    """A value of a row that JSON has kept, as its column takes it."""
    return datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) else value
