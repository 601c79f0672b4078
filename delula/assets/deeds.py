"""What the person of a request can do to an asset, and why some of it cannot be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from delula.access.guard import why_may_not
from delula.assets.actions import (
    DELETE,
    DERIVE,
    EDIT,
    MARKET,
    PUBLISH,
    RENAME,
    RESTORE,
    UNPUBLISH,
    USER,
    Subject,
)
from delula.assets.corrections import CORRECT
from delula.assets.holds import HOLD, RELEASE
from delula.assets.removing import PURGE, RETIRE, UNRETIRE
from delula.assets.replacing import REPLACE
from delula.assets.tagging import SYSTEM_TAGS, USER_TAGS
from delula.models import Removal
from delula.web.masking import shown_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.commands import Command
    from delula.models import RemovedAsset

    Offer = tuple[Command[Any], str | None]

#: What can be done to the rows that are selected in the list, the most wanted first.
BULK: Sequence[Command[Any]] = (
    DELETE,
    RESTORE,
    USER_TAGS,
    SYSTEM_TAGS,
    CORRECT,
    PUBLISH,
    UNPUBLISH,
    RETIRE,
    HOLD,
    RELEASE,
    DERIVE,
    PURGE,
)


def offered(it: Subject) -> Sequence[Offer]:
    """What the page of an asset offers, the most wanted first, with why it cannot be done."""
    asset: Any = it.asset
    is_deleted = it.source is USER and asset.is_deleted
    is_public = it.source is MARKET and asset.is_public
    commands = (
        RESTORE if is_deleted else EDIT if it.source in EDIT.sources else RENAME,
        *(() if is_deleted else (DELETE,)),
        USER_TAGS,
        SYSTEM_TAGS,
        CORRECT,
        UNPUBLISH if is_public else PUBLISH,
        REPLACE,
        RETIRE,
        RELEASE if it.hold else HOLD,
        DERIVE,
        PURGE,
    )
    return [(one, why_may_not(one.permission) or shown_text(one.refusal(it)) or None) for one in commands]


def offered_of_removed(record: RemovedAsset) -> Sequence[Offer]:
    """The same for one that is removed."""
    gone = None if record.state == Removal.RETIRED else "It was purged: nothing brings it back."
    return [(one, why_may_not(one.permission) or gone) for one in (UNRETIRE, PURGE)]
