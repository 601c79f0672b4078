"""The asset library, declared: four tables as one list, and what it can be filtered and sorted by.

Every expression here stands in an index as it is written here; `migrations/` makes those that the product
does not have.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Integer,
    String,
    Text,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from delula.assets.names import NAME_LENGTH, NAMES, is_part_of_a_name
from delula.lists import GRID, TABLE, Branch, Column, ListSpec, Sort, SortKind, Union, trigram_schema
from delula.models import Generation, MarketAsset, ReviewKind, SystemAsset, UserAsset
from delula.models.columns import UtcDateTime
from delula.models.enums import AssetSource, AssetType, UserAssetOrigin, label
from delula.review.blind import is_listed
from delula.search import (
    Bytes,
    Choice,
    Chosen,
    Duration,
    Field,
    FieldSet,
    Flag,
    Json,
    Members,
    Name,
    Number,
    Reference,
    Time,
)
from delula.search import Text as TextField

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

_LIBRARY = UserAsset.__table__.c
_GENERATIONS = Generation.__table__.c
_SYSTEM = SystemAsset.__table__.c
_MARKET = MarketAsset.__table__.c

#: The list's own columns; what stands behind them is said for each source below.
ASSETS = table(
    "assets",
    column("id", String()),
    column("source", String()),
    column("type", String()),
    column("user_id", String()),
    column("system_id", String()),
    column("recipe_id", Integer()),
    column("asset_id", String()),
    column("name", String()),
    column("title", String()),
    column("key", String()),
    column("mime_type", String()),
    column("bytes", Integer()),
    column("width", Integer()),
    column("height", Integer()),
    column("duration", Integer()),
    column("user_tags", ARRAY(Text)),
    column("system_tags", ARRAY(Text)),
    column("usage", Integer()),
    column("last_used_at", UtcDateTime()),
    column("created_at", UtcDateTime()),
    column("is_deleted", Boolean()),
    column("deleted_at", UtcDateTime()),
    column("origin", Integer()),
    column("is_public", Boolean()),
    column("auto", JSONB()),
    column("ai", JSONB()),
    column("metadata", JSONB()),
    column("has_picture", Boolean()),
)
A = ASSETS.c


#: Characters of a tag that are searched.
TAG_LENGTH = 100


def _tags(qualified: str) -> ColumnElement[Any]:
    """Tags, each cut short, for the same reason."""
    return literal_column(f"{qualified}::varchar({TAG_LENGTH})[]::text[]", ARRAY(Text))


def _mime(qualified: str) -> ColumnElement[str]:
    return literal_column(f"left({qualified}, 100)", String())


def _side(qualified: str, side: str) -> ColumnElement[int]:
    """A width or height in pixels; null where the JSON says anything but a whole number."""
    text = f"{qualified} ->> '{side}'"
    return literal_column(rf"(CASE WHEN {text} ~ '^\d{{1,9}}$' THEN ({text})::integer END)", Integer())


def _type_of_number(qualified: str) -> ColumnElement[str]:
    """The type as a word; one that no document lists stays a number."""
    words = " ".join(f"WHEN {kind.value} THEN '{kind.name.lower()}'" for kind in AssetType)
    return literal_column(f"(CASE {qualified} {words} ELSE {qualified}::text END)", String())


def _type_of_mime(qualified: str) -> ColumnElement[str]:
    """The type as a word, after the first part of the media type."""
    words = " ".join(
        f"WHEN {qualified} LIKE '{start}%' THEN '{kind}'"
        for start, kind in (
            ("image/", "image"),
            ("video/", "video"),
            ("audio/", "audio"),
            ("application/pdf", "document"),
        )
    )
    return literal_column(f"(CASE {words} ELSE 'other' END)", String())


def _public(assets: Any, name: str, tags: str) -> dict[str, ColumnElement[Any]]:
    """What the two public sources have alike."""
    return {
        "type": _type_of_mime(f"{name}.mime_type"),
        "asset_id": assets.asset_id,
        "name": NAMES[name],
        "title": assets.name,
        "key": assets.url,
        "mime_type": _mime(f"{name}.mime_type"),
        "bytes": assets.file_size,
        "width": _side(f"{name}.dimensions", "width"),
        "height": _side(f"{name}.dimensions", "height"),
        tags: _tags(f"{name}.tags"),
        "created_at": assets.created_at,
        "is_deleted": false(),
        "metadata": assets.metadata,
        "has_picture": assets.mime_type.like("image/%"),
    }


#: A generation is an asset once there is a file of it.
HAS_FILE: ColumnElement[bool] = func.coalesce(
    func.nullif(_GENERATIONS.s3_key, literal_column("''")),
    func.nullif(_GENERATIONS.video_url, literal_column("''")),
    func.nullif(_GENERATIONS.image_url, literal_column("''")),
    func.nullif(_GENERATIONS.asset_id, literal_column("''")),
).is_not(None)


def _ordered(*names: str) -> frozenset[tuple[str, str]]:
    """Indexes that lead with the field and go on with the time of creation."""
    return frozenset((name, "created") for name in names)


#: The four sources. Rows of equal times stand in this order.
BRANCHES = (
    Branch(
        str(AssetSource.SYSTEM),
        SystemAsset.__table__,
        _SYSTEM.id,
        {
            "source": literal(str(AssetSource.SYSTEM)),
            "system_id": _SYSTEM.system_id,
            "is_public": literal(True),
            **_public(_SYSTEM, "system_assets", "system_tags"),
        },
        _ordered("type", "mime"),
    ),
    Branch(
        str(AssetSource.MARKET),
        MarketAsset.__table__,
        _MARKET.id,
        {
            "source": literal(str(AssetSource.MARKET)),
            "user_id": _MARKET.creator_id,
            "is_public": _MARKET.is_public,
            **_public(_MARKET, "market_assets", "user_tags"),
        },
        _ordered("type", "mime", "user", "public"),
        is_listed(_MARKET.id, ReviewKind.MARKET_ASSET),
    ),
    Branch(
        str(AssetSource.GENERATION),
        Generation.__table__,
        _GENERATIONS.id,
        {
            "source": literal(str(AssetSource.GENERATION)),
            "type": _GENERATIONS.type,
            "user_id": _GENERATIONS.user_id,
            "recipe_id": _GENERATIONS.recipe_id,
            "asset_id": _GENERATIONS.asset_id,
            "title": func.left(func.coalesce(_GENERATIONS.recipe_title, _GENERATIONS.prompt), NAME_LENGTH),
            "key": _GENERATIONS.s3_key,
            "created_at": _GENERATIONS.created_at,
            "is_deleted": false(),
            "is_public": _GENERATIONS.is_public,
            "metadata": _GENERATIONS.metadata,
            "has_picture": func.coalesce(_GENERATIONS.thumbnail_url, _GENERATIONS.image_url).is_not(None),
        },
        _ordered("type", "user", "recipe", "public"),
        HAS_FILE & is_listed(_GENERATIONS.id, ReviewKind.GENERATION),
    ),
    Branch(
        str(AssetSource.USER),
        UserAsset.__table__,
        _LIBRARY.id,
        {
            "source": literal(str(AssetSource.USER)),
            "type": _type_of_number("user_assets.asset_type"),
            "user_id": _LIBRARY.user_id,
            "asset_id": _LIBRARY.asset_id,
            "name": NAMES["user_assets"],
            "title": _LIBRARY.display_name,
            "key": _LIBRARY.s3_key,
            "mime_type": _mime("user_assets.mime_type"),
            "bytes": _LIBRARY.file_size,
            "width": _side("user_assets.dimensions", "width"),
            "height": _side("user_assets.dimensions", "height"),
            "duration": _LIBRARY.duration,
            "user_tags": _tags("user_assets.user_tags"),
            "system_tags": _tags("user_assets.system_tags"),
            "usage": _LIBRARY.usage_count,
            "last_used_at": _LIBRARY.last_used_at,
            "created_at": _LIBRARY.created_at,
            "is_deleted": _LIBRARY.is_deleted,
            "deleted_at": _LIBRARY.deleted_at,
            "origin": cast(_LIBRARY.source, Integer),
            "auto": _LIBRARY.auto_classification,
            "ai": _LIBRARY.ai_classification,
            "has_picture": _LIBRARY.thumbnail_url.is_not(None)
            | ((_LIBRARY.asset_type == AssetType.IMAGE) & _LIBRARY.is_deleted.is_not(True)),
        },
        # Few are deleted: those have an index of their own, and walking over them is cheap for the others.
        _ordered("type", "mime", "user", "origin", "deleted"),
        is_listed(_LIBRARY.id, ReviewKind.USER_ASSET),
    ),
)

SOURCES = (AssetSource.USER, AssetSource.GENERATION, AssetSource.SYSTEM, AssetSource.MARKET)
SOURCE_LABELS = {
    AssetSource.USER: "Library",
    AssetSource.GENERATION: "Generation",
    AssetSource.SYSTEM: "System",
    AssetSource.MARKET: "Market",
}
TYPES = (*(kind.name.lower() for kind in AssetType), "other")

FIELDS = FieldSet(
    [
        Field(
            name="name",
            label="Name",
            kind=Name(is_part=is_part_of_a_name, trigrams=trigram_schema),
            expression=A.name,
            help="Part of the name; one that no name has finds names like it. Generations have none.",
        ),
        Field(
            name="source",
            label="Source",
            kind=Chosen(choices=[Choice(str(one), label=SOURCE_LABELS[one]) for one in SOURCES], open=False),
            expression=A.source,
            facet=True,
            help="Libraries of users, generations, the product's own, or the market.",
        ),
        Field(
            name="type",
            label="Type",
            kind=Chosen(choices=[Choice(one) for one in TYPES]),
            expression=A.type,
            facet=True,
            help="Image, video, audio or document.",
        ),
        Field(
            name="user",
            label="Owner",
            kind=Reference(noun="user"),
            expression=A.user_id,
            aliases=("owner", "creator"),
            help="Id, e-mail address or handle of the owner; in the market, of the creator.",
            example="user:ada@example.com",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="set",
            label="Set",
            kind=TextField(),
            expression=A.system_id,
            aliases=("system_id",),
            help="Which set of the product's own assets it belongs to.",
            example="set:core-1",
        ),
        Field(
            name="asset",
            label="Asset id",
            kind=TextField(),
            expression=A.asset_id,
            aliases=("asset_id",),
            help="The id that the product gave the file.",
            recognises=re.compile(r"[0-9a-fA-F-]{16,64}"),
        ),
        Field(
            name="key",
            label="Key",
            kind=TextField(),
            expression=A.key,
            aliases=("s3_key", "url"),
            help="The whole key of the file in the bucket; in the system and the market, its address.",
            example="key:library/user/…",
            recognises=re.compile(r"(?:library|generations)/\S+"),
        ),
        Field(
            name="deleted",
            label="Deleted",
            kind=Flag(null_is_no=True),
            expression=A.is_deleted,
            facet=True,
            help="Whether its owner deleted it.",
        ),
        Field(
            name="tag",
            label="Tag",
            kind=Members(items=TextField(), longest=TAG_LENGTH),
            expression=A.user_tags,
            aliases=("user_tag", "tags"),
            help="A tag that its owner gave it.",
            example="tag:favourite",
        ),
        Field(
            name="system_tag",
            label="System tag",
            kind=Members(items=TextField(), longest=TAG_LENGTH),
            expression=A.system_tags,
            aliases=("systag",),
            help="A tag that the product gave it.",
            example="system_tag:outdoor",
        ),
        Field(
            name="mime",
            label="Media type",
            kind=TextField(),
            expression=A.mime_type,
            aliases=("mime_type",),
            facet=True,
            help="As the product stored it.",
            example="mime:image/png",
        ),
        Field(
            name="bytes",
            label="Size",
            kind=Bytes(),
            expression=A.bytes,
            aliases=("size",),
            help="Of the file, as the product stored it.",
        ),
        Field(name="width", label="Width", kind=Number(), expression=A.width, help="In pixels."),
        Field(name="height", label="Height", kind=Number(), expression=A.height, help="In pixels."),
        Field(
            name="duration",
            label="Duration",
            kind=Duration(),
            expression=A.duration,
            help="Of a video or a sound.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=A.created_at,
            help="When it came into the library, or was asked for.",
        ),
        Field(
            name="used",
            label="Last used",
            kind=Time(),
            expression=A.last_used_at,
            aliases=("last_used",),
            help="When it was last used.",
        ),
        Field(
            name="usage",
            label="Usage",
            kind=Number(),
            expression=A.usage,
            help="How often it was used.",
        ),
        Field(
            name="deleted_at",
            label="Deleted at",
            kind=Time(),
            expression=A.deleted_at,
            help="When its owner deleted it.",
        ),
        Field(
            name="origin",
            label="Origin",
            kind=Chosen(
                choices=[
                    Choice(UserAssetOrigin.UPLOADED.value, "uploaded", label(UserAssetOrigin.UPLOADED)),
                    Choice(UserAssetOrigin.IMPORTED_FROM_GENERATION.value, "imported", "Imported"),
                ],
                numeric=True,
            ),
            expression=A.origin,
            facet=True,
            help="How it came into a library: uploaded, or imported from a generation.",
        ),
        Field(
            name="recipe",
            label="Recipe",
            kind=Reference(noun="recipe", bits=32),
            expression=A.recipe_id,
            help="Slug, name or id of the recipe that made it.",
            example="recipe:lava-food-asmr",
        ),
        Field(
            name="public",
            label="Public",
            kind=Flag(),
            expression=A.is_public,
            help="Whether anybody may see it; says nothing about libraries.",
        ),
        Field(
            name="auto",
            label="Automatic classification",
            kind=Json(paths=[("label",), ("confidence",), ("source",)]),
            expression=A.auto,
            aliases=("auto_classification",),
            help="A value in the automatic classification, by its path.",
            example="auto.label:landscape",
        ),
        Field(
            name="ai",
            label="AI classification",
            kind=Json(paths=[("labels",), ("nsfw",), ("model",)]),
            expression=A.ai,
            aliases=("ai_classification",),
            help="A value in the classification by a model, by its path.",
            example="ai.nsfw:>0.3",
        ),
        Field(
            name="meta",
            label="Metadata",
            kind=Json(paths=[("license",), ("price",), ("version",), ("formData",), ("workflowType",)]),
            expression=A.metadata,
            aliases=("metadata",),
            help="A value in the metadata of a generation, or of an asset of the system or the market.",
            example="meta.license:standard",
        ),
    ],
    default="name",
)

LISTING = ListSpec(
    name="assets",
    title="Assets",
    noun="asset",
    empty="They appear here as soon as somebody uploads a file or a generation makes one.",
    icon="images",
    source=Union(ASSETS, A.id, branches=BRANCHES),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", A.created_at, SortKind.TIME),
        Sort("bytes", "Size", A.bytes, SortKind.INTEGER),
        Sort("usage", "Usage", A.usage, SortKind.INTEGER),
        Sort("used", "Last used", A.last_used_at, SortKind.TIME),
        Sort("name", "Name", A.name, SortKind.TEXT, descending_first=False),
        Sort("duration", "Duration", A.duration, SortKind.INTEGER),
    ),
    columns=(
        Column("name", "Name", sort="name", width="wide"),
        Column("source", "Source"),
        Column("type", "Type"),
        Column("owner", "Owner"),
        Column("created", "Created", sort="created", width="time"),
        Column("bytes", "Size", sort="bytes", numeric=True),
        Column("dimensions", "Dimensions", numeric=True),
        Column("duration", "Duration", sort="duration", numeric=True, shown=False),
        Column("usage", "Usage", sort="usage", numeric=True),
        Column("used", "Last used", sort="used", width="time", shown=False),
        Column("deleted", "Deleted"),
        Column("tags", "Tags"),
        Column("system_tags", "System tags", shown=False),
        Column("mime", "Media type", shown=False),
        Column("origin", "Origin", shown=False),
        Column("public", "Public", shown=False),
        Column("asset", "Asset id", shown=False, width="id"),
        Column("key", "Key", shown=False, width="id"),
    ),
    views=(GRID, TABLE),
    tabs=(
        ("Live", "deleted:no"),
        ("Libraries", "source:user"),
        ("Generations", "source:generation"),
        ("System", "source:system"),
        ("Market", "source:market"),
        ("Deleted", "deleted:yes"),
    ),
    summary="rare",
    pages=(
        ("Uploads", "upload", "uploads.index"),
        ("Integrity", "shield-check", "integrity.index"),
        ("Removed", "archive-x", "removed_assets.index"),
        ("Retention", "hourglass", "assets.care_page"),
    ),
)
