"""The pages of the Staff area: who the staff are, and for admins everything about their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, flash, redirect, url_for

from delula.access.browser import leave
from delula.access.guard import current_staff, requires
from delula.access.permissions import GRANTS, MEANINGS, ROLE_MEANINGS, Permission, Role
from delula.errors import InvalidInput
from delula.models import LARGEST_OWN_ID
from delula.staff import actions, queries
from delula.staff.forms import NewMemberForm, RoleForm, SecondFactorForm
from delula.web.render import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask_wtf import FlaskForm
    from werkzeug.wrappers import Response as AnyResponse

    from delula.access.actor import Actor
    from delula.staff.actions import NewPassword
    from delula.staff.queries import Member

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("/")
@requires(Permission.STAFF_READ)
def index() -> Response:
    """All staff with their roles."""
    return render("staff/index.html", members=queries.members(), required_roles=queries.required_roles())


@blueprint.get("/permissions")
@requires(Permission.STAFF_READ)
def permissions() -> Response:
    """Which role may do what."""
    return render(
        "staff/permissions.html",
        roles=ROLE_MEANINGS,
        meanings=MEANINGS,
        grants=GRANTS,
        public=Permission.PUBLIC,
    )


@blueprint.get("/second-factor")
@requires(Permission.STAFF_MANAGE)
def second_factor() -> Response:
    """Of which roles a second factor is required."""
    return render("staff/second_factor.html", form=SecondFactorForm(roles=sorted(queries.required_roles())))


@blueprint.post("/second-factor")
@requires(Permission.STAFF_MANAGE, fresh=True)
def require_second_factor() -> AnyResponse:
    """Require a second factor of the chosen roles."""
    form = SecondFactorForm()
    if not form.validate_on_submit():
        return render("staff/second_factor.html", status=422, form=form)
    actions.require_second_factor(current_staff.actor, {Role(role) for role in form.roles.data or []})
    flash("Saved. It counts from each person's next click.", "success")
    return redirect(url_for("staff.index"), 303)


@blueprint.get("/new")
@requires(Permission.STAFF_MANAGE, fresh=True)
def new() -> Response:
    """The form for a new account."""
    return render("staff/new.html", form=NewMemberForm())


@blueprint.post("/new")
@requires(Permission.STAFF_MANAGE, fresh=True)
def create() -> AnyResponse:
    """Create an account and show its temporary password, once."""
    form = NewMemberForm()
    if form.validate_on_submit():
        try:
            created = actions.create(
                current_staff.actor, form.email.data, Role(form.role.data), name=form.name.data or ""
            )
        except InvalidInput as error:
            form[error.field].errors = [error.message]
        else:
            return _password_page(created, title="The account is ready")
    return render("staff/new.html", status=422, form=form)


@blueprint.get("/<int:staff_id>")
@requires(Permission.STAFF_MANAGE)
def detail(staff_id: int) -> Response:
    """One account: role, access, second factor, sessions."""
    member = _member(staff_id)
    return _detail(member, RoleForm(role=member.role.value))


@blueprint.post("/<int:staff_id>/role")
@requires(Permission.STAFF_MANAGE, fresh=True)
def set_role(staff_id: int) -> AnyResponse:
    """Give the member another role."""
    member, form = _member(staff_id), RoleForm()
    if not form.validate_on_submit():
        return _detail(member, form, status=422)
    actions.set_role(current_staff.actor, member.id, Role(form.role.data))
    return _back(member, f"{member.email} is {form.role.data} now.")


@blueprint.post("/<int:staff_id>/disable")
@requires(Permission.STAFF_MANAGE, fresh=True)
def disable(staff_id: int) -> AnyResponse:
    """Shut the member out."""
    member = _member(staff_id)
    actions.disable(current_staff.actor, member.id)
    if member.id == current_staff.id:
        return leave("Your account is disabled.")
    return _back(member, f"{member.email} is disabled and signed out.")


@blueprint.post("/<int:staff_id>/enable")
@requires(Permission.STAFF_MANAGE, fresh=True)
def enable(staff_id: int) -> AnyResponse:
    """Let the member in again."""
    return _changed(staff_id, actions.enable, "can sign in again.")


@blueprint.post("/<int:staff_id>/password")
@requires(Permission.STAFF_MANAGE, fresh=True)
def new_password(staff_id: int) -> AnyResponse:
    """Make a temporary password and show it, once."""
    member = _member(staff_id)
    return _password_page(
        actions.new_password(current_staff.actor, member.id), title="There is a new password"
    )


@blueprint.post("/<int:staff_id>/second-factor/reset")
@requires(Permission.STAFF_MANAGE, fresh=True)
def reset_second_factor(staff_id: int) -> AnyResponse:
    """Take a lost second factor away."""
    return _changed(staff_id, actions.reset_second_factor, "has no second factor now, and is signed out.")


@blueprint.post("/<int:staff_id>/sessions/end")
@requires(Permission.STAFF_MANAGE, fresh=True)
def end_sessions(staff_id: int) -> AnyResponse:
    """Sign the member out everywhere."""
    return _changed(staff_id, actions.end_sessions, "is signed out everywhere.")


@blueprint.post("/<int:staff_id>/sessions/<int:session_id>/end")
@requires(Permission.STAFF_MANAGE, fresh=True)
def end_session(staff_id: int, session_id: int) -> AnyResponse:
    """Sign one of the member's browsers out."""
    member = _member(staff_id)
    actions.end_session(current_staff.actor, member.id, session_id)
    return _back(member, "That session has ended.")


def _member(staff_id: int) -> Member:
    # Whoever types a number beyond PostgreSQL's bigint asks for nobody either.
    member = queries.member(staff_id) if staff_id <= LARGEST_OWN_ID else None
    return member or abort(404)


def _detail(member: Member, form: FlaskForm, *, status: int = 200) -> Response:
    return render(
        "staff/detail.html", status=status, member=member, form=form, sessions=queries.sessions_of(member.id)
    )


def _changed(staff_id: int, change: Callable[[Actor, int], None], outcome: str) -> AnyResponse:
    """Change an account by an action, and say what has become of the person."""
    member = _member(staff_id)
    change(current_staff.actor, member.id)
    return _back(member, f"{member.email} {outcome}")


def _back(member: Member, message: str) -> AnyResponse:
    flash(message, "success")
    return redirect(url_for("staff.detail", staff_id=member.id), 303)


def _password_page(account: NewPassword, *, title: str) -> Response:
    response = render("staff/password.html", account=account, title=title)
    # It is shown once, so the browser does not keep it, not even for its Back button.
    response.headers["Cache-Control"] = "no-store"
    return response
