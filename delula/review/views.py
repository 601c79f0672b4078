"""The pages of the review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from markupsafe import Markup

from delula.access.guard import current_staff, may, requires
from delula.access.permissions import Permission
from delula.commands import run
from delula.commands.inputs import read_given
from delula.errors import InvalidInput, Refused
from delula.models import LARGEST_OWN_ID, ReviewKind
from delula.review import (
    actions,
    intake,  # noqa: F401 - makes its task known
    leases,
    media,
    queries,
    rules,  # noqa: F401 - registers its commands
)
from delula.review.actions import AlreadyDecided, why_not
from delula.review.blind_pages import keep_entries
from delula.review.cells import cells, is_undecided, state_tag, tile
from delula.review.conflicts import conflict
from delula.review.listing import LISTING
from delula.review.page import shown_item
from delula.review.things import EFFECTS, SUBJECTS
from delula.storage import current_store
from delula.web.command_pages import command_href
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.render import render, render_part, render_peek

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from delula.db import AnyRow

blueprint = Blueprint("review", __name__, url_prefix="/review")
blueprint.before_app_request(keep_entries)

#: Days that the figures look back.
DAYS = 30


def _head() -> dict[str, Any]:
    """What the list shows beside its rows."""
    present = queries.head().present
    return {"head": Markup(render_template("review/_start.html", present=present))}  # noqa: S704 - a template


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.REVIEW_READ,
        queries.list_rows,
        cells,
        queries.RESOLVERS,
        tile=tile,
        extras=_head,
        bulk=[one.name for one in (actions.APPROVE, actions.REJECT, actions.BLUR, actions.ESCALATE)],
    ),
)


@blueprint.get("/next")
@requires(Permission.REVIEW_DECIDE)
def next_item() -> AnyResponse:
    """Lead to the item that comes next; it is taken once its page is there."""
    which = _which()
    found = leases.look_for(current_staff.actor, which=which)
    if found is None:
        return render("review/empty.html", which=which, waiting=queries.waiting(most=1_000))
    return redirect(url_for("review.detail", item_id=found, queue=which))


@blueprint.get("/<int:item_id>")
@requires(Permission.REVIEW_READ)
def detail(item_id: int) -> Response:
    """One item: to decide about it, or to see what was decided."""
    item = _found(item_id)
    return render(
        "review/detail.html",
        place=place_of(LISTING, queries.RESOLVERS, item_id, item.rank),
        **shown_item(item, _which()),
    )


@blueprint.get("/<int:item_id>/peek")
@requires(Permission.REVIEW_READ)
def peek(item_id: int) -> Response:
    """The essence of one item, beside the list."""
    return render_peek("review/_peek.html", **shown_item(_found(item_id), _which()))


@blueprint.get("/<int:item_id>/media/<part>")
@requires(Permission.REVIEW_DECIDE)
def medium(item_id: int, part: str) -> AnyResponse:
    """Lead to a file of an item by a URL that works for minutes, minted now and stored nowhere."""
    store = current_store()
    item = queries.item(item_id) if part in media.PARTS and item_id <= LARGEST_OWN_ID else None
    keys = media.keys_of(ReviewKind(item.kind), item.object_id, [part], store) if item and store else {}
    if store is None or part not in keys:
        abort(404)
    response = redirect(store.presigned(keys[part]))
    # A page with the same picture twice asks once; the URL outlives the cache entry.
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@blueprint.post("/ahead")
@requires(Permission.REVIEW_DECIDE)
def ahead() -> Response:
    """Take the item that comes after the one at hand, and show it; nothing where none is left."""
    besides = [number for number in request.form.getlist("besides", type=int) if 0 < number <= LARGEST_OWN_ID]
    found = leases.next_item(current_staff.actor, _tab(), which=_which(), besides=besides)
    item = queries.shown_item(found) if found is not None else None
    if item is None:
        return Response(status=204)
    return make_response(render_template("review/_item.html", **shown_item(item, _which(), _tab())))


@blueprint.post("/<int:item_id>/lease")
@requires(Permission.REVIEW_DECIDE)
def lease(item_id: int) -> Response:
    """Keep an item for another five minutes where its page is in use, and say who else is here."""
    item, actor, tab = _found(item_id), current_staff.actor, _tab()
    is_theirs = is_undecided(item) and why_not(item, actor.staff_id, actor.may) is None
    if is_theirs and request.form.get("active") == "yes":
        held = leases.hold(item_id, actor, tab, opens=request.form.get("opens") == "yes")
    else:
        held = leases.look(item_id, actor, tab)
    standing = queries.decision(item.decision_id) if item.decision_id and not is_undecided(item) else None
    return jsonify(
        mine=held.is_mine,
        holder=held.holder,
        elsewhere=held.elsewhere,
        decided=str(AlreadyDecided(standing)) if standing is not None else None,
        others=[one.holder for one in queries.present() if one.staff_id != actor.staff_id],
    )


@blueprint.post("/leave")
@requires(Permission.REVIEW_DECIDE)
def leave() -> Response:
    """Set free what a page that is left had taken."""
    leases.release(current_staff.actor, _tab())
    return Response(status=204)


@blueprint.post("/<int:item_id>/decide")
@requires(Permission.REVIEW_DECIDE)
def decide(item_id: int) -> AnyResponse:
    """Decide about an item; script is answered in JSON, a form is led to the next item."""
    item = _found(item_id)
    command = actions.BY_VERDICT.get(request.values.get("verdict", ""))
    if command is None:
        raise InvalidInput("verdict", "Choose what to decide.")
    texts = {**request.form.to_dict(), "item_id": str(item_id)}
    try:
        given = read_given(command.given, texts)
        receipt = run(command, given, current_staff.actor, reason=texts.get("reason", ""))
    except InvalidInput as error:
        if _wants_json():
            return make_response(jsonify(field=error.field, text=error.message), 422)
        if texts.get(error.field):
            raise
        # What the page of an item asks by script, the command's own form asks without.
        back = url_for("review.next_item", queue=_which())
        return redirect(command_href(command.name, back, item_id=item_id), 303)
    except Refused as error:
        told = conflict(item, error)
        if _wants_json():
            return make_response(jsonify(told), 409)
        return make_response(render_template("review/conflict.html", **told, item_id=item_id), 409)
    if _wants_json():
        return jsonify(
            text=receipt.sentence,
            undo=url_for("commands.undo", entry_id=receipt.entry_id),
            back=url_for("review.detail", item_id=item_id),
            stored=command.stored(texts),
        )
    flash(receipt.sentence, f"done:{receipt.entry_id}")
    return redirect(url_for("review.next_item", queue=_which()), 303)


@blueprint.get("/of/<kind>/<int:object_id>")
@requires(Permission.REVIEW_READ)
def of_thing(kind: str, object_id: int) -> Response:
    """How it stands with a thing in the review, for its own page."""
    if kind not in set(ReviewKind) or object_id >= 2**31:
        abort(404)
    item = queries.item_of(ReviewKind(kind), object_id)
    return render_part(
        "review/_of_thing.html",
        "In the review",
        back=url_for("review.index"),
        item=item,
        state_tag=state_tag,
        said=actions.said_of,
    )


@blueprint.get("/figures")
@requires(Permission.REVIEW_READ)
def statistics() -> Response:
    """What moderators have done in the last weeks: one's own figures; those of all for admins."""
    whose = None if may(Permission.REVIEW_MANAGE) else current_staff.id
    return render(
        "review/statistics.html",
        days=DAYS,
        is_all=whose is None,
        people=queries.statistics(DAYS, whose),
        agreement=queries.agreement(DAYS, whose),
        waiting=queries.waiting(most=100_000),
    )


@blueprint.get("/policies")
@requires(Permission.REVIEW_READ)
def policies_page() -> Response:
    """The policies, and the numbers that the queue goes by."""
    return render(
        "review/policies.html",
        policies=queries.policies(all_=True),
        settings=queries.settings(),
        effects={kind.value: words for kind, words in EFFECTS.items()},
        kinds=[(kind.value, SUBJECTS[kind].label) for kind in ReviewKind],
    )


def _found(item_id: int) -> AnyRow:
    item = queries.shown_item(item_id) if item_id <= LARGEST_OWN_ID else None
    if item is None:
        abort(404)
    return item


def _tab() -> str:
    """What names the tab of the browser that asks."""
    tab = request.form.get("tab", "")
    if not tab or len(tab) > leases.LONGEST_TAB or "\0" in tab:
        raise InvalidInput("tab", "It names no tab.")
    return tab


def _which() -> str:
    """Which part of the queue is worked on: all of it, or what was escalated."""
    which = request.values.get("queue", "")
    return "escalated" if which == "escalated" and may(Permission.REVIEW_MANAGE) else "queue"


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
