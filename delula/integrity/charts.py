"""The charts of what lies in the bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.web.charts import Chart, Part, proportion, ranking
from delula.web.lists import in_filter
from delula.web.scales import BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.db import AnyRow

_KINDS = {
    "images": "Images of libraries",
    "videos": "Videos of libraries",
    "audio": "Sounds of libraries",
    "documents": "Documents of libraries",
    "generations": "Generations",
    "quarantine": "Set aside",
    "console": "The console's own",
    "other": "Elsewhere",
}


def kinds_chart(totals: Sequence[AnyRow]) -> Chart:
    """Bytes of each kind."""
    return proportion(
        "Bytes by kind",
        "Where the keys of all objects say they belong.",
        [Part(_KINDS.get(row.kind, row.kind), float(row.bytes)) for row in totals],
        y=BYTES,
        name="Kind",
        empty="No scan has come to its end yet.",
    )


def owners_chart(owners: Sequence[AnyRow], index: str) -> Chart:
    """The owners with the most bytes; each leads to what does not fit in that folder."""
    return ranking(
        "Largest libraries",
        "Bytes under each owner's folder, derivatives included.",
        [
            Part(row.owner_id, float(row.bytes), f"{index}?q=owner:{in_filter(row.owner_id)}")
            for row in owners
        ],
        y=BYTES,
        name="Owner",
        empty="No library has objects, or no scan has come to its end yet.",
    )
