"""The assets: what users uploaded, what comes with the product, what creators share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from delula.demo.catalogue import SYSTEM_ASSETS
from delula.demo.media import ABSENT, ASSET_TYPE, OBJECTS, Media, MediaObject
from delula.demo.people import GUEST, People
from delula.demo.pieces import (
    DAY_MS,
    NULL,
    Block,
    Column,
    Json,
    column,
    columns_block,
    encoded_array,
    encoded_json,
    field,
    filled,
    flags,
    mixed,
    numbers,
    rows_block,
    stamps,
    uuids,
)
from delula.demo.ugly import spoil_assets

if TYPE_CHECKING:
    from delula.demo.plan import Plan

#: Share of the uploads that each kind has.
_KINDS = {"image": 0.68, "video": 0.17, "audio": 0.1, "document": 0.05}
_SUBJECTS = (
    "holiday", "garden", "portrait", "logo", "storyboard", "interview", "kitchen", "sunset", "puppy",
    "wedding",
    "concert", "sketch", "product shot", "screenshot", "birthday", "first frame", "reference", "street",
    "voice memo",
    "mood board", "contract", "invoice", "studio", "harbour", "winter", "team", "old photograph", "texture",
)  # fmt: skip
_ENDINGS = ("", " final", " v2", " (1)", " copy", " edited", " raw", " small", " 2024", " draft")
_USER_TAGS = (
    NULL, NULL, NULL, "{}", encoded_array(["favourite"]), encoded_array(["client", "draft"]),
    encoded_array(["work"]),
    encoded_array(["family", "print"]), encoded_array(["reference"]), encoded_array(["reuse", "square",
    "bright"]),
)  # fmt: skip
_SYSTEM_TAGS = (
    NULL, "{}", encoded_array(["bright"]), encoded_array(["dark"]), encoded_array(["face"]),
    encoded_array(["landscape", "outdoor"]), encoded_array(["text"]), encoded_array(["indoor", "warm"]),
)  # fmt: skip
#: The columns that follow from the object that a row points at.
_OBJECT_COLUMNS = "s3_key, cdn_url, mime_type, file_size, asset_type, dimensions, duration, thumbnail_url"
_LABELS = ("person", "landscape", "food", "animal", "document", "abstract", "vehicle", "interior")


class UserAssets:
    """Makes `user_assets`, chunk by chunk, oldest first."""

    def __init__(self, plan: Plan, people: People, files: Media) -> None:
        self._plan, self._people = plan, people
        kinds = list(_KINDS)
        library = [item for item in (*OBJECTS, *ABSENT) if not item.generated]
        pools = [[item for item in library if item.kind == kind] for kind in kinds]
        # A row in 150 points at an object that is gone, so the present ones are listed more often.
        pools = [sorted(pool, key=lambda item: not item.present) for pool in pools]
        self._present = np.array([sum(item.present for item in pool) for pool in pools])
        self._size = np.array([len(pool) for pool in pools])
        self._first = np.cumsum([0, *self._size[:-1]])
        self._pieces = column(_piece(item, files) for pool in pools for item in pool)
        self._endings = column(item.key.rpartition(".")[2] for pool in pools for item in pool)
        names = [f"{subject}{ending}" for subject in _SUBJECTS for ending in _ENDINGS]
        self._names = column(names)
        self._files = column(name.replace(" ", "_") for name in names)
        self._automatic = column(
            encoded_json({"label": label, "confidence": share / 100, "source": "rules"})
            for label in _LABELS
            for share in (55, 71, 88, 97)
        )
        self._judged = column(
            encoded_json({"labels": [label, other], "nsfw": score / 1000, "model": "clip-vit-b32"})
            for label in _LABELS
            for other in _LABELS
            for score in (1, 2, 3, 4, 6, 9, 12, 17, 24, 41, 66, 108, 187, 310, 462, 738)
        )

    def block(self, chunk: int, first: int, count: int) -> Block:
        """Rows `first` … `first + count`, counted from 0."""
        plan = self._plan
        rng = plan.rng("assets", chunk)
        index = first + np.arange(count)
        created = plan.moments(first, count, plan.assets, rng)
        person = self._people.pick(created, rng)
        # Guests upload less; a second draw finds registered people for most of theirs.
        again = (self._people.kind[person] == GUEST) & (rng.random(count) < 0.6)
        person[again] = self._people.pick(created[again], rng)
        kind = np.searchsorted(np.cumsum(list(_KINDS.values())), rng.random(count), side="right").clip(0, 3)
        gone = (rng.random(count) < 0.007) & (self._size[kind] > self._present[kind])
        place = (rng.random(count) * self._present[kind]).astype(np.int64)
        piece = self._first[kind] + np.where(gone, self._present[kind], place)
        name = rng.integers(len(self._names), size=count)
        number = numbers(rng.integers(1000, 9999, count))
        file_names: Column = self._files[name] + "_" + number + "." + self._endings[piece]
        shown: Column = self._names[name].copy()
        used = np.minimum(rng.pareto(1.1, count), 5000).astype(np.int64)
        last_used = np.minimum(created + rng.integers(0, 90 * DAY_MS, count), plan.until_ms)
        deleted = rng.random(count) < 0.06
        deleted_at = stamps(np.minimum(created + rng.integers(0, 60 * DAY_MS, count), plan.until_ms))
        deleted_at[~deleted] = NULL
        imported = np.where((kind <= 1) & (rng.random(count) < 0.22), 2, 1)
        columns = {
            "id": numbers(index + 1),
            "user_id": self._people.ids[person],
            "asset_id": uuids(
                mixed(index, plan.salt("user assets")), mixed(index, plan.salt("user assets, low"))
            ),
            "original_filename": file_names,
            "display_name": shown,
            "normalized_name": filled(rng.random(count) < 0.95, shown),
            _OBJECT_COLUMNS: self._pieces[piece],
            "source": numbers(imported),
            "user_tags": column(_USER_TAGS)[rng.integers(len(_USER_TAGS), size=count)],
            "system_tags": column(_SYSTEM_TAGS)[rng.integers(len(_SYSTEM_TAGS), size=count)],
            "auto_classification": filled(
                rng.random(count) < 0.7, self._automatic[rng.integers(len(self._automatic), size=count)]
            ),
            "ai_classification": filled(
                (kind <= 1) & (rng.random(count) < 0.5),
                self._judged[rng.integers(len(self._judged), size=count)],
            ),
            "usage_count": numbers(used),
            "last_used_at": filled(used > 0, stamps(last_used)),
            "created_at": stamps(created),
            "updated_at": stamps(np.where(used > 0, last_used, created)),
            "is_deleted, deleted_at": flags(deleted) + "\t" + deleted_at,
        }
        newest = first + count == plan.assets
        spoil_assets(columns, plan.rng("ugly assets", chunk), newest=newest)
        return columns_block("user_assets", columns)


def _dimensions(item: MediaObject) -> dict[str, int] | None:
    return {"width": item.size[0], "height": item.size[1]} if item.size else None


def _piece(item: MediaObject, files: Media) -> str:
    """The columns that follow from the object."""
    dimensions = _dimensions(item)
    values: tuple[object, ...] = (
        item.key,
        files.url(item.key),
        item.mime_type,
        files.file_size(item),
        ASSET_TYPE[item.kind],
        Json(dimensions) if dimensions else None,
        item.seconds,
        item.thumbnail,
    )
    return "\t".join(map(field, values))


def system_assets(plan: Plan, files: Media) -> Block:
    """Public assets that come with the product."""
    rows = []
    for number, (name, kind, tags) in enumerate(SYSTEM_ASSETS, 1):
        item = _public(kind, number)
        moment = plan.until - timedelta(days=500 - number * 9)
        rows.append(
            (number, f"core-{number % 3 + 1}", _asset_id(plan, "system", number), name, files.url(item.key),
             item.mime_type, files.file_size(item), _json(_dimensions(item)), list(tags),
             Json({"license": "product", "version": 1 + number % 2}), moment, moment)
        )  # fmt: skip
    return rows_block(
        "system_assets",
        "id, system_id, asset_id, name, url, mime_type, file_size, dimensions, tags, metadata, "
        "created_at, updated_at",
        rows,
    )


def market_assets(plan: Plan, people: People, files: Media) -> Block:
    """Public assets that creators share: one for 2,000 generations, and at least 24."""
    rng = plan.rng("market")
    rows = []
    kinds, count = list(_KINDS), max(24, min(1500, plan.generations // 2000))
    creators = people.pick(np.full(count, plan.until_ms - DAY_MS), rng)
    for number in range(1, count + 1):
        item = _public(kinds[int(rng.integers(len(kinds)))], number)
        subject = _SUBJECTS[int(rng.integers(len(_SUBJECTS)))].capitalize()
        name = "<b>Free</b> \u202epack" if number % 97 == 5 else f"{subject} pack {number}"
        moment = plan.until - timedelta(minutes=int(rng.integers(400 * 1440)))
        tags = None if number % 11 == 0 else [] if number % 13 == 0 else ["shared", subject.lower()]
        rows.append(
            (number, people.ids[creators[number - 1]], _asset_id(plan, "market", number), name,
             files.url(item.key),
             item.mime_type, files.file_size(item), _json(_dimensions(item)), tags,
             Json({"price": int(rng.integers(0, 40)),
             "license": "standard"}) if number % 17 else Json("free"),
             bool(number % 9), moment, moment)
        )  # fmt: skip
    return rows_block(
        "market_assets",
        "id, creator_id, asset_id, name, url, mime_type, file_size, dimensions, tags, metadata, is_public, "
        "created_at, updated_at",
        rows,
    )


def _json(value: object) -> Json | None:
    return None if value is None else Json(value)


def _public(kind: str, number: int) -> MediaObject:
    fitting = [item for item in OBJECTS if item.kind == kind and not item.generated]
    return fitting[number % len(fitting)]


def _asset_id(plan: Plan, kind: str, number: int) -> str:
    index = np.array([number])
    return str(uuids(mixed(index, plan.salt(kind)), mixed(index, plan.salt(kind + ", low")))[0])
