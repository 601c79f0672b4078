"""Pages that belong to no area: health, preferences, the style guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, request, url_for

from delula.access.guard import local_url, requires
from delula.access.permissions import Permission
from delula.errors import InvalidInput
from delula.web.render import render
from delula.web.static import YEAR
from delula.web.styleguide import styleguide_context
from delula.web.templates import BLURS, DENSITIES, SHORTCUTS, THEMES

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("pages", __name__)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
def healthz() -> Response:
    """Answers whenever the process lives; the database is not asked."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.post("/preferences")
@requires(Permission.PUBLIC)
def preferences() -> AnyResponse:
    """Keep theme, density, shortcuts and blur in cookies, for a browser without JavaScript as well."""
    response = redirect(local_url(request.form.get("next"), default=url_for("home.index")), 303)
    for name, choices in (
        ("theme", THEMES),
        ("density", DENSITIES),
        ("shortcuts", SHORTCUTS),
        ("blur", BLURS),
    ):
        if name in request.form:
            if request.form[name] not in choices:
                raise InvalidInput(name, f"choose one of {', '.join(choices)}.")
            # Read by script, which changes the look at once; it holds nothing secret.
            response.set_cookie(
                name,
                request.form[name],
                max_age=YEAR,
                samesite="Lax",
                secure=request.is_secure,
                httponly=False,
            )
    return response


@blueprint.get("/styleguide")
@requires(Permission.SIGNED_IN)
def styleguide() -> Response:
    """Every component of the design system, in use."""
    return render("styleguide.html", **styleguide_context())
