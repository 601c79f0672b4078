"""Why a decision was not made: who was faster, or what has changed, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request, url_for

from delula.access import clock
from delula.access.guard import current_staff
from delula.audit.queries import of_object
from delula.commands import Conflict, action_title
from delula.models import ReviewKind
from delula.models.tolerance import parse_json
from delula.review import things
from delula.review.actions import AlreadyDecided, JudgedElsewhere, said
from delula.review.blind import item_kept_from
from delula.review.cells import name_of
from delula.review.things import SUBJECTS
from delula.web.display import ago, column_words

if TYPE_CHECKING:
    from delula.db import AnyRow
    from delula.errors import Refused

#: Says that a colleague was faster, and nothing of what that first look has found.
SEEN_ONCE = "A colleague has looked at it meanwhile, so yours is the second look. Open it again to take that."
#: Who has changed something of which the audit log does not know.
PRODUCT = "the product"


def conflict(item: AnyRow, error: Refused) -> dict[str, Any]:
    """Why a decision was not made: who did what, and when."""
    thing = things.find(ReviewKind(item.kind), item.object_id)
    told: dict[str, Any] = {
        "item": item.id,
        "name": name_of(item, thing.title if thing else None),
        "href": url_for("review.detail", item_id=item.id),
        "text": str(error),
        "note": None,
        "reverse": None,
    }
    if isinstance(error, AlreadyDecided):
        decision = error.decision
        told |= {"who": decision.actor, "what": said(decision), "when": decision.at.isoformat()}
        told |= {"note": decision.note, "reverse": decision.id}
    elif isinstance(error, JudgedElsewhere) and error.entry is not None:
        told |= {"who": error.entry.actor, "what": error.what, "when": error.entry.at.isoformat()}
        told["note"] = error.entry.reason
    elif isinstance(error, Conflict):
        is_kept = item_kept_from(current_staff.actor, ReviewKind(item.kind), item.object_id) is not None
        told |= {"text": SEEN_ONCE} if is_kept else _changed(item, error)
    return told


def _changed(item: AnyRow, error: Conflict) -> dict[str, Any]:
    """What has changed of a thing since it was shown, by whom as far as the audit log knows, and when."""
    kind = ReviewKind(item.kind)
    subject, row = SUBJECTS[kind], things.find(kind, item.object_id)
    seen, now = _seen(), subject.values_of(row) if row is not None else {}
    names = [name for name in now if name != "updated_at" and name in seen and seen[name] != now[name]]
    names = names or [name for name in error.change.before if name.endswith("tags")]
    what = ", ".join(map(column_words, names)) or "what it shows, or its state"
    who, when = PRODUCT, getattr(row, "updated_at", None)
    entries = of_object(error.change.kind, error.change.id)
    if entries and (when is None or entries[0].at >= when):
        who, when = entries[0].actor, entries[0].at
        what = f"{action_title(entries[0].action)}: {what}"
    since = f" {ago(when, clock.utc_now())}" if when is not None else ""
    return {
        "who": who,
        "what": what,
        "when": when.isoformat() if when is not None else None,
        "text": f"It was changed{since} by {who}, after it was shown to you ({what}).",
    }


def _seen() -> dict[str, Any]:
    """The values that the page had shown; whatever else the browser sends counts as nothing."""
    try:
        values = parse_json(request.form.get("seen", "{}"))
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
