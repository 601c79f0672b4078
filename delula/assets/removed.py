"""The list of removed assets, declared: those that are retired, and the records of those that were purged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Text as TextType

from delula.assets.listing import SOURCE_LABELS
from delula.db import by_key, session
from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import Removal, RemovedAsset
from delula.models.enums import AssetSource
from delula.search import Bytes, Choice, Chosen, Field, FieldSet, Text, Time
from delula.web.display import badge_tag, copyable_tag, lead_tag, size, time_tag
from delula.web.masking import shown_text
from delula.web.tables import Cell, text, writing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.lists import ListState

REMOVED = RemovedAsset.__table__.c

STATES = {Removal.RETIRED: "Retired", Removal.PURGING: "Being purged", Removal.PURGED: "Purged"}
TONES = {Removal.RETIRED: "neutral", Removal.PURGING: "warning", Removal.PURGED: "danger"}

FIELDS = FieldSet(
    [
        Field(
            name="name",
            label="Name",
            kind=Text(contains=True),
            expression=REMOVED.name,
            help="Part of what it was called.",
        ),
        Field(
            name="state",
            label="State",
            kind=Chosen(
                choices=[Choice(one.value, label=words) for one, words in STATES.items()], open=False
            ),
            expression=REMOVED.state,
            facet=True,
            help="Retired ones can come back; of purged ones this record is left.",
        ),
        Field(
            name="source",
            label="Source",
            kind=Chosen(
                choices=[
                    Choice(str(one), label=SOURCE_LABELS[one])
                    for one in (AssetSource.USER, AssetSource.SYSTEM, AssetSource.MARKET)
                ],
                open=False,
            ),
            expression=REMOVED.source,
            facet=True,
            help="A user's library, the product's own, or the market.",
        ),
        Field(
            name="owner",
            label="Owner",
            kind=Text(),
            expression=REMOVED.owner_id,
            aliases=("user", "creator"),
            help="Id of the user or the creator; of a system asset, its set.",
        ),
        Field(
            name="asset",
            label="Asset id",
            kind=Text(),
            expression=REMOVED.asset_id,
            aliases=("asset_id",),
            help="The id that the product gave the file.",
            recognises=re.compile(r"[0-9a-fA-F-]{16,64}"),
        ),
        Field(name="by", label="Removed by", kind=Text(), expression=REMOVED.actor, help="Who removed it."),
        Field(
            name="removed",
            label="Removed",
            kind=Time(),
            expression=REMOVED["at"],
            help="When it was removed.",
        ),
        Field(name="bytes", label="Size", kind=Bytes(), expression=REMOVED.bytes, help="Of its file."),
    ],
    default="name",
)

LISTING = ListSpec(
    name="removed_assets",
    title="Removed assets",
    noun="removed asset",
    empty="They appear here once an asset is retired or purged.",
    icon="archive-x",
    time_field="removed",
    tabs=(("Retired", "state:retired"), ("Being purged", "state:purging"), ("Purged", "state:purged")),
    source=Source(RemovedAsset.__table__, REMOVED.reference),
    fields=FIELDS,
    sorts=(Sort("removed", "Removed", REMOVED["at"], SortKind.TIME, nullable=False),),
    columns=(
        Column("name", "Name", width="wide"),
        Column("state", "State"),
        Column("source", "Source"),
        Column("owner", "Owner"),
        Column("bytes", "Size", numeric=True),
        Column("removed", "Removed", sort="removed", width="time"),
        Column("by", "By"),
        Column("reason", "Reason", width="wide"),
        Column("asset", "Asset id", shown=False, width="id"),
    ),
)

_ROWS = by_key(
    select(
        REMOVED.reference.label("id"),
        *(
            REMOVED[name]
            for name in ("name", "state", "source", "owner_id", "bytes", "at", "actor", "reason")
        ),
        REMOVED.asset_id,
    ).where(REMOVED.reference == any_(bindparam("ids", type_=ARRAY(TextType))))
)


def list_rows(ids: Sequence[str], state: ListState) -> Sequence[Any]:  # noqa: ARG001 - all of it is short
    """What the list shows of these, in this order."""
    rows = {row.id: row for row in session().execute(_ROWS, {"ids": list(ids)})} if ids else {}
    return [rows[id_] for id_ in ids if id_ in rows]


def cells() -> Mapping[str, Cell]:
    """One cell for each column."""
    return _CELLS


_CELLS: Mapping[str, Cell] = {
    "name": Cell(lambda row, listed: lead_tag(shown_text(row.name), listed.detail_href(row.id)), "wide"),
    "state": Cell(lambda row, _: badge_tag(STATES[row.state], TONES[row.state])),
    "source": Cell(lambda row, _: SOURCE_LABELS[AssetSource.from_string(row.source)]),
    "owner": Cell(lambda row, _: text(row.owner_id), "cut"),
    "bytes": Cell(lambda row, _: size(row.bytes), "number"),
    "removed": Cell(lambda row, _: time_tag(row.at)),
    "by": Cell(lambda row, _: text(row.actor), "cut"),
    "reason": Cell(lambda row, _: writing(row.reason), "wide"),
    "asset": Cell(lambda row, _: copyable_tag(row.asset_id)),
}
