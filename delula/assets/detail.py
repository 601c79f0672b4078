"""What the page of one asset says, whichever source it is of and whatever its row and its JSON hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from delula.assets.listing import SOURCE_LABELS
from delula.assets.media import kind_of
from delula.models import Generation, MarketAsset, SystemAsset, UserAsset
from delula.models.enums import AssetSource, AssetType, UserAssetOrigin, label
from delula.web.display import named
from delula.web.masking import shown_json, shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from delula.assets.queries import AnyAsset
    from delula.models import JsonValue
    from delula.storage import ObjectFacts

#: Characters of a text out of JSON that are shown.
_EXCERPT = 120
#: Entries of a classification that stand in the list beside its JSON.
_MOST_JUDGEMENTS = 24
#: A file is written shortly before or after its row.
_TOLERANCE = timedelta(minutes=10)

#: Under these keys a classification says what it found, and how sure it is.
_LABEL_KEYS = ("label", "name", "class", "category", "tag")
_LIST_KEYS = ("labels", "classes", "categories", "tags", "predictions", "results")
_CONFIDENCE_KEYS = ("confidence", "score", "probability")


@dataclass(frozen=True)
class Shown:
    """An asset as its page shows it; None for what its source does not have.

    `dimensions` is text, `duration` in seconds, `bytes` in bytes.
    """

    source: AssetSource
    id: int
    title: str
    kind: str
    type: str
    owner_id: str | None
    asset_id: str | None
    created_at: datetime | None
    updated_at: datetime | None
    recipe_id: int | None = None
    recipe_title: str | None = None
    filename: str | None = None
    normalized: str | None = None
    system_id: str | None = None
    location: str | None = None
    mime: str | None = None
    bytes: int | None = None
    dimensions: str | None = None
    width: int | None = None
    height: int | None = None
    duration: int | None = None
    user_tags: Sequence[str] = ()
    system_tags: Sequence[str] = ()
    usage: int | None = None
    last_used_at: datetime | None = None
    is_deleted: bool = False
    deleted_at: datetime | None = None
    origin: str | None = None
    is_public: bool | None = None
    auto: JsonValue = None
    ai: JsonValue = None
    metadata: JsonValue = None

    @property
    def reference(self) -> str:
        """Its id in addresses: `user-123`."""
        return f"{self.source}-{self.id}"

    @property
    def source_label(self) -> str:
        """Its source in words."""
        return SOURCE_LABELS[self.source]

    @property
    def is_private(self) -> bool:
        """Whether only its owner sees it in the product."""
        return self.source.requires_auth


def shown(source: AssetSource, asset: AnyAsset) -> Shown:
    """An asset of any source, as one kind of thing."""
    common: dict[str, Any] = {
        "source": source,
        "id": asset.id,
        "kind": kind_of(asset),
        "asset_id": asset.asset_id,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
    }
    if isinstance(asset, Generation):
        return Shown(
            **common,
            title=asset.recipe_title or f"Generation {asset.id}",
            type=str(asset.type),
            owner_id=asset.user_id,
            recipe_id=asset.recipe_id,
            recipe_title=asset.recipe_title,
            location=asset.s3_key or asset.video_url or asset.image_url,
            is_public=asset.is_public,
            metadata=asset.metadata_,
        )
    width, height = side(asset.dimensions, "width"), side(asset.dimensions, "height")
    common |= {
        "mime": asset.mime_type,
        "bytes": asset.file_size,
        "width": width,
        "height": height,
        "dimensions": _dimensions(asset.dimensions, width, height),
    }
    if isinstance(asset, UserAsset):
        known = asset.source if isinstance(asset.source, UserAssetOrigin) else None
        return Shown(
            **common,
            title=named(shown_text(asset.display_name)),
            type=label(asset.asset_type),
            owner_id=asset.user_id,
            filename=shown_text(asset.original_filename),
            normalized=shown_text(asset.normalized_name),
            location=asset.s3_key or asset.cdn_url,
            duration=asset.duration,
            user_tags=_texts(asset.user_tags),
            system_tags=_texts(asset.system_tags),
            usage=asset.usage_count,
            last_used_at=asset.last_used_at,
            is_deleted=bool(asset.is_deleted),
            deleted_at=asset.deleted_at,
            origin=label(asset.source if known is None else known),
            auto=asset.auto_classification,
            ai=asset.ai_classification,
        )
    common |= {
        "title": named(shown_text(asset.name)),
        "type": kind_of(asset).capitalize(),
        "location": asset.url,
        "metadata": asset.metadata_,
    }
    if isinstance(asset, MarketAsset):
        tags = _texts(asset.tags)
        return Shown(**common, owner_id=asset.creator_id, user_tags=tags, is_public=asset.is_public)
    assert isinstance(asset, SystemAsset)  # noqa: S101 - there are four sources
    tags = _texts(asset.tags)
    return Shown(**common, owner_id=None, system_id=asset.system_id, system_tags=tags, is_public=True)


def side(dimensions: JsonValue, name: str) -> int | None:
    """A width or height in pixels; None where the JSON says anything but a whole number, as in the list."""
    value = dimensions.get(name) if isinstance(dimensions, Mapping) else None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def sides(width: int, height: int) -> str:
    """A width and a height in pixels as text."""
    return f"{width} \N{MULTIPLICATION SIGN} {height}"


def _dimensions(value: JsonValue, width: int | None, height: int | None) -> str | None:
    if width is not None and height is not None:
        return sides(width, height)
    return None if value is None else _excerpt(shown_json(value))


def _excerpt(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"


def _texts(tags: Sequence[str | None] | None) -> list[str]:
    return list(dict.fromkeys(tag for tag in tags or () if tag))


def faults(asset: AnyAsset) -> list[str]:
    """What a row says that breaks a rule of the product, as sentences."""
    if isinstance(asset, Generation):
        return []
    found = []
    if asset.file_size < 0:
        found.append("Its size is negative.")
    if isinstance(asset, UserAsset):
        if not isinstance(asset.asset_type, AssetType):
            found.append(f"No document lists its type, {asset.asset_type}.")
        elif asset.file_size > asset.asset_type.size_cap:
            cap = asset.asset_type.cap
            found.append(f"It is larger than the product accepts for this type, {cap}.")
        if not isinstance(asset.source, UserAssetOrigin):
            found.append(f"No document lists its origin, {asset.source}.")
        if asset.deleted_at is not None and not asset.is_deleted:
            found.append("It has a time of deletion, but is not deleted.")
        if asset.is_deleted and asset.deleted_at is None:
            found.append("It is deleted, but the time was not recorded.")
    return found


@dataclass(frozen=True)
class Judgement:
    """One thing that a classification found.

    Attributes:
        label: what.
        confidence: how sure it is, from 0 to 1; None where it does not say.
    """

    label: str
    confidence: float | None


def judgements(classification: JsonValue) -> list[Judgement]:
    """What a classification found, whatever its shape; empty where it cannot be told."""
    return list(_judgements(classification))[:_MOST_JUDGEMENTS]


def _judgements(value: JsonValue) -> Iterator[Judgement]:
    if isinstance(value, str) and value:
        yield Judgement(_excerpt(value), None)
    elif isinstance(value, list):
        for item in value[:_MOST_JUDGEMENTS]:
            if isinstance(item, str | Mapping):
                yield from _judgements(item)
    elif isinstance(value, Mapping):
        named = next((one for key in _LABEL_KEYS if isinstance(one := value.get(key), str) and one), None)
        if named is not None:
            shares = (_share(value.get(key)) for key in _CONFIDENCE_KEYS)
            yield Judgement(_excerpt(named), next((share for share in shares if share is not None), None))
        for listed in map(value.get, _LIST_KEYS):
            yield from _scores(listed) if isinstance(listed, Mapping) else _judgements(listed)
        # What is left are scores under the name of what they judge: {"nsfw": 0.01}.
        yield from _scores({key: one for key, one in value.items() if key not in _CONFIDENCE_KEYS})


def _scores(value: Mapping[str, JsonValue]) -> Iterator[Judgement]:
    for key, one in value.items():
        if (share := _share(one)) is not None:
            yield Judgement(_excerpt(key), share)


def _share(value: JsonValue) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None  # type: ignore[arg-type,operator]  # a number


@dataclass(frozen=True)
class Compared:
    """One thing that both the row and the store say of a file.

    Attributes:
        label: what.
        kind: how it is shown: bytes, text or time.
        claimed: by the row; None where it does not say.
        stored: by the store.
        differs: whether they disagree.
    """

    label: str
    kind: str
    claimed: Any
    stored: Any
    differs: bool


def compared(asset: Shown, facts: ObjectFacts) -> list[Compared]:
    """What the row claims beside what the store knows."""
    mime = facts.content_type.partition(";")[0].strip().lower()
    claimed_mime = asset.mime.partition(";")[0].strip().lower() if asset.mime else None
    if asset.source is AssetSource.GENERATION:
        # The row says no more than image or video.
        claimed_mime = asset.kind
        type_differs = mime.partition("/")[0] != asset.kind
    else:
        type_differs = claimed_mime is not None and claimed_mime != mime
    written = asset.updated_at or asset.created_at
    return [
        Compared(
            "Size", "bytes", asset.bytes, facts.size, asset.bytes is not None and asset.bytes != facts.size
        ),
        Compared("Type", "text", claimed_mime, facts.content_type, type_differs),
        Compared(
            "Written",
            "time",
            written,
            facts.changed_at,
            # The row changes with every use; only a file that was written after it is odd.
            written is not None and facts.changed_at - written > _TOLERANCE,
        ),
    ]
