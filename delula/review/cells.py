"""The cells of the list of items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from delula.access import clock
from delula.access.guard import may
from delula.access.permissions import Permission
from delula.assets.media import kind_of_file
from delula.models import ReviewKind, ReviewState
from delula.review import queries, scoring
from delula.review.actions import said_of
from delula.review.things import SUBJECTS
from delula.storage import current_store
from delula.web.display import MISSING, escape, lead_tag, time_tag
from delula.web.figures import percent
from delula.web.lists import in_filter
from delula.web.masking import shown_text
from delula.web.references import owner_naming
from delula.web.tables import Cell, link, text
from delula.web.templates import preferences
from delula.web.tiles import row_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from delula.web.lists import ListPage

#: What a state is called, and the class that gives it its dot and tone.
STATES: Mapping[str, tuple[str, str]] = {
    ReviewState.OPEN: ("Open", "warning waiting"),
    ReviewState.SECOND: ("Second look", "info waiting"),
    ReviewState.ESCALATED: ("Escalated", "danger waiting"),
    ReviewState.APPROVED: ("Approved", "success"),
    ReviewState.REJECTED: ("Rejected", "danger"),
    ReviewState.CLOSED: ("Closed", "neutral"),
}


def state_tag(state: str) -> Markup:
    """A state: dot and word."""
    word, classes = STATES[state]
    return Markup(f'<span class="status {classes}">{word}</span>')  # noqa: S704 - constants


def name_of(item: Any, title: str | None) -> str:
    """What an item is called: its title, else what it is."""
    return shown_text(title) or f"{SUBJECTS[ReviewKind(item.kind)].label} {item.object_id}"


def is_undecided(item: Any) -> bool:
    """Whether nobody may know yet how it was judged."""
    return item.state in queries.WAITING


def cells() -> Mapping[str, Cell]:
    """The cells as the person of this request may see them."""
    name, weights, now = owner_naming(), queries.head().settings, clock.utc_now()

    def thing(row: Any, listed: ListPage) -> str:
        gone = "" if row.thing_id is not None else ' <span class="faint">gone</span>'
        return lead_tag(name_of(row, row.title), listed.detail_href(row.id)) + Markup(gone)  # noqa: S704

    def score(row: Any, _: ListPage) -> str:
        return MISSING if row.rank is None else f"{scoring.score(row, weights, now):.1f}"

    def owner(row: Any, listed: ListPage) -> str:
        if not row.owner_id:
            return MISSING
        href = f"{listed.action}?q=user:{in_filter(row.owner_id)}"
        return link(href, name(row), title="All of this user in the queue")

    return {
        **_CELLS,
        "thing": Cell(thing, "wide"),
        "score": Cell(score, "number"),
        "user": Cell(owner, "cut"),
    }


def hiding(percent: int) -> Callable[[Any], bool]:
    """Whether the media of an item are blurred until somebody asks for them.

    Args:
        percent: of a classifier's confidence from which they are.
    """
    wish, blur_at = preferences().blur, percent / 100

    def hides(item: Any) -> bool:
        is_flagged = item.risk >= blur_at and item.state != ReviewState.APPROVED
        # What the first look found stays unseen until the second.
        is_marked = item.state == ReviewState.REJECTED or (
            item.is_blurred and item.state != ReviewState.SECOND
        )
        return wish == "all" or (wish == "flagged" and (is_flagged or is_marked))

    return hides


def tile() -> Callable[[Any, ListPage], Markup]:
    """Makes tiles; their pictures are blurred as the person of this request wants it."""
    hides = hiding(queries.head().settings.blur_at)
    shows_media = current_store() is not None and may(Permission.REVIEW_DECIDE)

    def of(row: Any, listed: ListPage) -> Markup:
        is_there = row.thing_id is not None
        picture = "blurred" if hides(row) else "thumbnail"
        return row_tile(
            row,
            listed,
            title=name_of(row, row.title),
            kind=kind_of_file(row.media, row.asset_type) if is_there else "other",
            state=state_tag(row.state),
            when=row.since,
            part=picture if is_there and shows_media else None,
        )

    return of


def _decision(row: Any) -> str:
    # Of what waits for a second look, the first stays unseen.
    if is_undecided(row) or row.verdict is None:
        return MISSING
    words = escape(said_of(row.verdict, row.policy_label or row.policy))
    return f'{words} <span class="faint">by <bdi>{escape(row.decider)}</bdi></span>'


_CELLS: Mapping[str, Cell] = {
    "state": Cell(lambda row, _: state_tag(row.state)),
    "kind": Cell(lambda row, _: SUBJECTS[ReviewKind(row.kind)].label),
    "created": Cell(lambda row, _: time_tag(row.since)),
    "risk": Cell(lambda row, _: percent(row.risk) if row.risk else MISSING, "number"),
    "holder": Cell(lambda row, _: text(row.holder), "cut"),
    "decision": Cell(lambda row, _: _decision(row)),
    "decided": Cell(lambda row, _: time_tag(row.decided_at)),
}
