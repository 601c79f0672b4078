"""The pages of uploads, and what the page that sends files asks of the server.

A file goes from the browser to the store. The browser asks here for URLs, each for one part of an upload of
its own, good for minutes and for precisely so many bytes; nobody else is given one.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, jsonify, request, url_for

from delula.access.guard import current_staff, requires, why_may_not
from delula.access.permissions import Permission
from delula.commands import run
from delula.commands.inputs import read_given
from delula.db import atomic
from delula.errors import InvalidInput, Refused
from delula.models.enums import AssetType
from delula.storage import Store, StoreUnavailable, current_store, needed_store
from delula.storage.layout import MEDIA_TYPES
from delula.storage.multipart import PartedUpload
from delula.uploads import queries
from delula.uploads.actions import BEGIN, CANCEL, FINISH, NewUpload, source_choices, why_not_cancel
from delula.uploads.cells import cells, source_of, state_tag
from delula.uploads.listing import LISTING
from delula.uploads.queries import State
from delula.uploads.recording import OneUpload, reference_of
from delula.web.list_views import ListViews, add_list
from delula.web.lists import place_of
from delula.web.references import hrefs_of
from delula.web.render import render, render_peek

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.db import AnyRow

blueprint = Blueprint("uploads", __name__, url_prefix="/assets/uploads")

#: URLs of parts that are handed out at once.
MOST_URLS = 20
KEPT = "Nothing is lost."


def _deeds() -> list[dict[str, str | None]]:
    return [
        {
            "label": "Upload files",
            "icon": "upload",
            "href": url_for("uploads.new"),
            "disabled_reason": why_may_not(Permission.UPLOADS_SEND),
        }
    ]


add_list(
    blueprint,
    ListViews(
        LISTING,
        Permission.ASSETS_READ,
        queries.list_rows,
        cells,
        resolvers={},
        bulk=("uploads.cancel",),
        deeds=_deeds,
    ),
)


@blueprint.get("/new")
@requires(Permission.UPLOADS_SEND)
def new() -> Response:
    """The form that sends files, and what of the person's own is not finished."""
    mine = queries.unfinished(current_staff.id)
    return render(
        "uploads/new.html",
        sources=source_choices(),
        types=list(AssetType),
        accept=",".join(f".{extension}" for extension in MEDIA_TYPES),
        has_store=current_store() is not None,
        unfinished=mine,
        resumable=[
            {
                "id": row.id,
                "filename": row.filename,
                "bytes": row.bytes,
                "source": row.source,
                "owners": [row.owner_id, row.owner_handle],
            }
            for row in mine
            if row.state == State.SENDING
        ],
        state_tag=state_tag,
        source_of=source_of,
    )


@blueprint.get("/<int:upload_id>")
@requires(Permission.ASSETS_READ)
def detail(upload_id: int) -> Response:
    """One upload, what became of it, and why."""
    row = _found(upload_id)
    return render(
        "uploads/detail.html",
        **_shown(row),
        asset_href=_asset_href(row),
        commands=[(CANCEL, why_not_cancel(row.state))],
        place=place_of(LISTING, {}, upload_id),
    )


@blueprint.get("/<int:upload_id>/peek")
@requires(Permission.ASSETS_READ)
def peek(upload_id: int) -> Response:
    """The essence of one upload, beside the list."""
    return render_peek("uploads/_peek.html", **_shown(_found(upload_id)))


def _shown(row: AnyRow) -> dict[str, Any]:
    """What its page and its peek show."""
    return {
        "it": row,
        "state": state_tag(row),
        "source": source_of(row),
        "type": AssetType(row.asset_type),
    }


def _told(view: Callable[..., Response]) -> Callable[..., Response]:
    """Answer in JSON, also where something is wrong."""

    @wraps(view)
    def told(**values: Any) -> Response:
        try:
            return view(**values)
        except InvalidInput as error:
            return _problem(422, error.message, field=error.field)
        except Refused as error:
            return _problem(409, str(error))
        except StoreUnavailable as error:
            return _problem(503, f"{error} {KEPT}")

    return told


def _problem(status: int, message: str, **more: str) -> Response:
    response = jsonify(message=message, **more)
    response.status_code = status
    return response


@blueprint.post("/begin")
@requires(Permission.UPLOADS_SEND)
@_told
def begin() -> Response:
    """Begin an upload; says how it is to be sent."""
    needed_store()
    given = read_given(NewUpload, request.form)
    receipt = run(BEGIN, given, current_staff.actor, reason=request.form.get("reason", ""))
    row = _own(receipt.details["upload"])
    return jsonify(id=row.id, part_bytes=row.part_bytes, page=url_for("uploads.detail", upload_id=row.id))


@blueprint.post("/<int:upload_id>/urls")
@requires(Permission.UPLOADS_SEND)
@_told
def urls(upload_id: int) -> Response:
    """URLs for parts of an upload of one's own, by their numbers."""
    row, store = _own(upload_id), needed_store()
    numbers = _numbers(request.form.getlist("part"), row)
    sending = _opened(store, row)
    return jsonify(urls={str(number): sending.url(number, _part_bytes(row, number)) for number in numbers})


@blueprint.get("/<int:upload_id>/state")
@requires(Permission.UPLOADS_SEND)
@_told
def state(upload_id: int) -> Response:
    """How far an upload of one's own is: what has arrived, or what became of it."""
    row = _own(upload_id)
    arrived: Sequence[int] = ()
    if row.state == State.SENDING and row.s3_upload_id:
        parts = PartedUpload(needed_store(), row.s3_key, row.s3_upload_id).parts() or ()
        arrived = [part.number for part in parts if part.size == _part_bytes(row, part.number)]
    return jsonify(
        state=row.state,
        why=row.why,
        arrived=arrived,
        part_bytes=row.part_bytes,
        page=url_for("uploads.detail", upload_id=row.id),
        asset=_asset_href(row),
    )


@blueprint.post("/<int:upload_id>/finish")
@requires(Permission.UPLOADS_SEND)
@_told
def finish(upload_id: int) -> Response:
    """Have an upload looked into, if all of it has arrived."""
    row = _own(upload_id)
    if row.state == State.SENDING:
        store = needed_store()
        parts = PartedUpload(store, row.s3_key, row.s3_upload_id).parts() if row.s3_upload_id else None
        arrived = {part.number for part in parts or ()}
        if missing := [number for number in range(1, _parts(row) + 1) if number not in arrived]:
            return _problem(409, f"Part {missing[0]} of {_parts(row)} has not arrived.")
    receipt = run(FINISH, OneUpload(upload=upload_id), current_staff.actor)
    return jsonify(state=receipt.details["state"])


@blueprint.post("/<int:upload_id>/cancel")
@requires(Permission.UPLOADS_SEND)
@_told
def cancel(upload_id: int) -> Response:
    """Drop an upload."""
    if _own(upload_id).state != State.CANCELLED:
        run(CANCEL, OneUpload(upload=upload_id), current_staff.actor)
    return jsonify(state=State.CANCELLED.value)


def _found(upload_id: int) -> AnyRow:
    row = queries.find(upload_id)
    if row is None:
        abort(404)
    return row


def _own(upload_id: Any) -> AnyRow:
    row = _found(upload_id)
    if row.staff_id != current_staff.id:
        abort(403)
    return row


def _opened(store: Store, row: AnyRow) -> PartedUpload:
    """The upload as the store knows it; begun there now, where it is not yet."""
    if not row.s3_upload_id:
        with atomic():
            row = queries.existing(row.id, lock=True)
            if row.state == State.SENDING and not row.s3_upload_id:
                begun = PartedUpload.begin(store, row.s3_key, MEDIA_TYPES[row.extension])
                queries.note_store_id(row.id, begun.id)
                return begun
    if row.state != State.SENDING:
        raise Refused("This upload takes no parts any more.")
    return PartedUpload(store, row.s3_key, row.s3_upload_id)


def _parts(row: AnyRow) -> int:
    return int(-(-row.bytes // row.part_bytes))


def _part_bytes(row: AnyRow, number: int) -> int:
    return int(min(row.part_bytes, row.bytes - (number - 1) * row.part_bytes))


def _numbers(texts: Sequence[str], row: AnyRow) -> Sequence[int]:
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 6]
    if not 0 < len(texts) <= MOST_URLS or len(numbers) != len(texts):
        raise InvalidInput("part", f"It takes 1 to {MOST_URLS} numbers.")
    if not all(1 <= number <= _parts(row) for number in numbers):
        raise InvalidInput("part", f"This file has {_parts(row)} parts.")
    return numbers


def _asset_href(row: AnyRow) -> str | None:
    return hrefs_of("assets")(reference_of(row)) if row.row_id is not None else None
