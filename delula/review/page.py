"""What the page of an item shows: to decide about it, or to see what was decided."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.access import clock
from delula.access.guard import current_staff, may, why_may_not
from delula.access.permissions import Permission
from delula.models import ReviewKind, ReviewState
from delula.review import media, queries, scoring, things
from delula.review.actions import TAG, said, version_of, why_not
from delula.review.cells import hiding, is_undecided, name_of, state_tag
from delula.review.things import EFFECTS, SUBJECTS
from delula.storage import current_store
from delula.web.display import size
from delula.web.lists import in_filter
from delula.web.references import hrefs_of, owner_naming

if TYPE_CHECKING:
    from delula.db import AnyRow

#: What a moderator may say with one more key, where a reason is needed.
REASONS = {
    "escalate": ("It may be illegal", "No policy covers it", "I am not sure"),
    "skip": ("I know the owner", "I do not understand the language", "I cannot judge it now"),
}
_FACTS = {
    "mime_type": "Type",
    "file_size": "Size",
    "duration": "Seconds",
    "usage_count": "Uses",
    "like_count": "Likes",
    "download_count": "Downloads",
}


def shown_item(item: AnyRow, queue: str, tab: str | None = None) -> dict[str, Any]:
    """What the page of an item, its peek and the item that is loaded ahead show alike.

    Args:
        item: a row of `queries.shown_item`.
        queue: the part of the queue that is worked on.
        tab: what names the tab of the browser; a new name where it has none yet.
    """
    kind, actor, now = ReviewKind(item.kind), current_staff.actor, clock.utc_now()
    subject, row, around = SUBJECTS[kind], things.find(kind, item.object_id), queries.around(item)
    is_open = is_undecided(item)
    reason = why_may_not(Permission.REVIEW_DECIDE)
    if reason is None and is_open:
        reason = why_not(item, actor.staff_id, actor.may)
    is_blind = item.state == ReviewState.SECOND
    return {
        "item": item,
        "row": row,
        "kind_label": subject.label,
        "name": name_of(item, row.title if row else None),
        "href": hrefs_of(subject.area)(subject.reference(item.object_id)),
        "owner": owner_naming()(item) if item.owner_id or item.known_user_id is not None else None,
        "owner_href": hrefs_of("users")(item.owner_id) if item.known_user_id is not None else None,
        "owner_items_href": f"{url_for('review.index')}?q=user:{in_filter(item.owner_id)}+state:open",
        "of_owner": around.of_owner,
        "works": is_open and reason is None and row is not None,
        "why_not": reason,
        "version": version_of(item, row, subject) if row is not None else "",
        # Of what waits for a second look, nothing tells of the first.
        "seen": json.dumps(subject.values_of(row)) if row is not None and not is_blind else "{}",
        "tab": tab or secrets.token_urlsafe(12),
        "queue": queue,
        "media": _media(item, row, kind, around.settings.blur_at),
        "facts": _facts(row),
        "tags": things.tags_of(subject, row, item.labels) if row is not None else [],
        "tags_version": TAG.version(item, row, subject) if row is not None else "",
        "score": scoring.score(item, around.settings, now) if item.rank is not None else None,
        "parts": scoring.parts(item, around.settings, now) if is_open else [],
        "policies": around.policies if is_open and reason is None else [],
        "effects": EFFECTS[kind],
        "effect_of": lambda policy: getattr(policy, f"on_{kind.value}"),
        "reasons": REASONS,
        "decisions": [] if is_blind else around.decisions,
        "is_blind": is_blind,
        "said": said,
        "state_tag": state_tag,
        "audit": (subject.audit_kind, subject.reference(item.object_id)),
    }


def _media(item: AnyRow, row: AnyRow | None, kind: ReviewKind, blur_at: int) -> dict[str, Any]:
    """How the file of an item is shown: where, and whether it is blurred first."""
    store = current_store()
    shown: dict[str, Any] = {
        "kind": media.kind_of(kind, row) if row is not None else "other",
        "has_store": store is not None,
        "may": may(Permission.REVIEW_DECIDE),
        "file": None,
        "blurred": None,
        "hides": hiding(blur_at)(item),
        "size": things.dimensions(row) if row is not None else None,
    }
    if store is None or row is None or not shown["may"]:
        return shown
    keys = media.keys_of(kind, item.object_id, (media.FILE, media.BLURRED), store)
    for part in keys:
        shown[part] = url_for("review.medium", item_id=item.id, part=part)
    return shown


def _facts(row: AnyRow | None) -> list[tuple[str, Any]]:
    """What there is to know of a thing, besides what decisions change: that would tell of the first look."""
    if row is None:
        return []
    found = ((words, name, getattr(row, name, None)) for name, words in _FACTS.items())
    return [
        (words, size(value) if name == "file_size" and value >= 0 else value)
        for words, name, value in found
        if value is not None
    ]
