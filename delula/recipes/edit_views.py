"""The pages on which recipes are written: the form, and what it would make of them while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for

from delula.access.guard import current_staff, kept_fields, local_url, requires
from delula.access.permissions import Permission
from delula.commands import Conflict, just_done, preview, run
from delula.errors import InvalidInput, Refused
from delula.models import id_in
from delula.recipes import queries
from delula.recipes.actions import DISCARD, DUPLICATE, EDIT, NEW, ORDER_TAGS, RECOUNT_ALL
from delula.recipes.edit_form import (
    SECTIONS,
    RecipeForm,
    is_stale,
    merged,
    new_form,
    opened,
    sent,
    shown_tags,
)
from delula.recipes.steps import CONTROLS
from delula.tags.queries import called
from delula.web.command_pages import job_of, show_form, show_receipts
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response as AnyResponse

    from delula.commands import Change, Command, Receipt

blueprint = Blueprint("recipe_editing", __name__, url_prefix="/recipes")

#: Tags that are offered to what was typed.
OFFERED_TAGS = 12


@blueprint.get("/new")
@requires(Permission.RECIPES_EDIT)
def new() -> Response:
    """The form of a recipe that is not there yet."""
    return _page(_as_kept(new_form(), url_for(".create"), url_for(".preview_new")))


@blueprint.post("/new")
@requires(Permission.RECIPES_EDIT, resumed_at="recipe_editing.new")
def create() -> AnyResponse:
    """Add a recipe, or show what is wrong with it."""
    return _save(sent(new_form(), request.form))


@blueprint.post("/new/preview")
@requires(Permission.RECIPES_EDIT, resumed_at="recipe_editing.new")
def preview_new() -> Response:
    """What a new recipe would look like."""
    return _look(sent(new_form(), request.form))


@blueprint.get("/<int:id_>/edit")
@requires(Permission.RECIPES_EDIT)
def edit(id_: int) -> Response:
    """The form of a recipe."""
    form, routes = _opened(id_), (".save", ".preview_edit")
    form.back = request.args.get("back", "")
    return _page(_as_kept(form, *(url_for(route, id_=id_) for route in routes)))


@blueprint.post("/<int:id_>/edit")
@requires(Permission.RECIPES_EDIT, resumed_at="recipe_editing.edit")
def save(id_: int) -> AnyResponse:
    """Write what was typed, or show what is wrong with it."""
    return _save(sent(_opened(id_), request.form))


@blueprint.post("/<int:id_>/edit/preview")
@requires(Permission.RECIPES_EDIT, resumed_at="recipe_editing.edit")
def preview_edit(id_: int) -> Response:
    """What a recipe would look like with what was typed."""
    return _look(sent(_opened(id_), request.form))


@blueprint.get("/tags")
@requires(Permission.RECIPES_EDIT)
def tags() -> Response:
    """Tags whose name has in it what was typed, to be given to a recipe."""
    sought = request.args.get("q", "").replace("\0", "").strip()[:100]
    found = called(sought, OFFERED_TAGS) if sought else []
    return render("recipes/_tags_offered.html", tags=shown_tags(found), sought=sought)


def _opened(id_: int) -> RecipeForm:
    form = opened(id_) if id_ < 2**31 else None
    if form is None:
        abort(404)
    return form


def _as_kept(form: RecipeForm, *paths: str) -> RecipeForm:
    """A form as it was when the person had to sign in; as it is where none was kept that goes to these."""
    fields = kept_fields(*paths)
    if fields is None:
        return form
    resumed = sent(form, fields)
    resumed.is_kept = True
    resumed.check()
    return resumed


def _save(form: RecipeForm) -> AnyResponse:
    command: Command[Any] = NEW if form.id is None else EDIT
    try:
        form.check()
        if form.errors:
            return _page(form, 422)
        receipt = run(command, form.given(), current_staff.actor, reason=form.reason)
    except InvalidInput as error:
        # What was sent twice finds its own slug taken, or its own values there already.
        is_like_it = error.field == "slug" if form.id is None else bool(form.touched)
        sent_before = _sent_before(form, None) if is_like_it else None
        if sent_before is not None:
            return sent_before
        if is_stale(form):  # what is wrong with it may be what somebody else has done meanwhile
            return _page(merged(form), 409)
        form.errors[error.field] = error.message
        return _page(form, 422)
    except Conflict as error:
        return _sent_before(form, error.change) or _page(merged(form), 409)
    except Refused as error:
        form.refusal = str(error)
        return _page(form, 409)
    flash(receipt.sentence, f"done:{receipt.entry_id}")
    return redirect(local_url(form.back, _page_of(receipt)), 303)


def _sent_before(form: RecipeForm, change: Change | None) -> AnyResponse | None:
    """Where the very same form has led that this session sent a moment ago; None where it has not."""
    command: Command[Any] = NEW if form.id is None else EDIT
    done = just_done(command, form.given(), current_staff.actor, change)
    if done is None:
        return None
    flash("This was saved already, once.", "info")
    return redirect(local_url(form.back, _page_of(done)), 303)


def _look(form: RecipeForm) -> Response:
    form.check()
    return _page(form, fragment="recipes/_edit_preview.html")


def _page(form: RecipeForm, status: int = 200, fragment: str | None = None) -> Response:
    if not form.errors and not form.refusal:
        _plan(form)
    if form.errors:
        form.tell_all()
    return render(
        "recipes/edit.html",
        fragment,
        status=status,
        form=form,
        sections=SECTIONS,
        offered=queries.OFFERED_VALUES.get(),
        step_types=sorted(CONTROLS),
        recipe_href=url_for("recipes.detail", reference=form.id) if form.id else None,
        back=local_url(
            form.back, url_for("recipes.detail", reference=form.id) if form.id else url_for("recipes.index")
        ),
    )


def _plan(form: RecipeForm) -> None:
    """Ask the command itself what it would do, so that preview and saving agree."""
    if form.id is not None and not form.touched:
        return
    if form.id is None and not form.texts["name"]:
        return
    command: Command[Any] = NEW if form.id is None else EDIT
    try:
        form.plan = preview(command, form.given(), current_staff.actor)
    except InvalidInput as error:
        form.errors[error.field] = error.message
    except Refused as error:
        form.refusal = str(error)


def _page_of(receipt: Receipt) -> str:
    return url_for("recipes.detail", reference=receipt.object_id)


def _form_of_copy(receipt: Receipt) -> str:
    return url_for("recipe_editing.edit", id_=receipt.object_id)


def _form_of(texts: Mapping[str, str]) -> str | None:
    id_ = id_in(texts.get("id", ""))
    return None if id_ is None else url_for("recipe_editing.edit", id_=id_)


show_form(EDIT.name, _form_of)
show_form(ORDER_TAGS.name, lambda texts: (form := _form_of(texts)) and f"{form}#part-tags")
show_form(NEW.name, lambda _: url_for("recipe_editing.new"))
show_receipts(DUPLICATE.name, _form_of_copy)
show_receipts(DISCARD.name, lambda _: url_for("recipes.index"))
show_receipts(RECOUNT_ALL.name, job_of)
