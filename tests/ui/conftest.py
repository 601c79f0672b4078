"""A workbench: the components on pages of their own, served without database and sign-in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
)
from jinja2 import ChoiceLoader, FileSystemLoader

from delula.config import Settings
from delula.web import render as web_render
from delula.web.render import render, render_once, trigger
from delula.web.security import init_security_headers
from delula.web.static import asset, icon_tag
from delula.web.styleguide import styleguide_context
from delula.web.templates import init_templates
from tests.browsing import failing_with_scripts, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
REQUEST_ID = "0f3c9a7be21d"


@dataclass
class Workbench:
    """What the pages under test show, changed by tests, and what they were asked.

    Attributes:
        url: where it answers.
        new: rows that have come since.
        statuses: present status of rows by number; the others are as they were.
        facets_fail: whether the facets cannot be had.
        asked: paths asked for, with their query strings, in order.
    """

    url: str = ""
    new: int = 0
    statuses: dict[int, str] = field(default_factory=dict)
    facets_fail: bool = False
    asked: list[str] = field(default_factory=list)

    def count(self, start: str) -> int:
        """How often a path that begins so was asked for."""
        return sum(path.startswith(start) for path in list(self.asked))


class _Person:
    name = "Ada King"
    email = "ada.king@example.com"
    role = "admin"


def _rows(statuses: dict[int, str]) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    first = 51 if request.args.get("page") == "2" else 1
    return [
        {
            "id": number,
            "status": statuses.get(number, "processing" if number % 10 == 3 else "completed"),
            "created": now - timedelta(minutes=number),
        }
        for number in range(first, first + 50)
        if request.args.get("q") != "nothing"
    ]


workbench = Blueprint("workbench", __name__)


def _bench() -> Workbench:
    bench: Workbench = current_app.config["WORKBENCH"]
    return bench


def _part(source: str, **values: Any) -> str:
    """Render a few macros."""
    return current_app.jinja_env.from_string(source).render(**values)


@workbench.before_app_request
def note() -> None:
    _bench().asked.append(request.full_path.removesuffix("?"))


@workbench.after_app_request
def identify(response: Response) -> Response:
    response.headers["X-Request-ID"] = REQUEST_ID
    return response


@workbench.get("/styleguide")
def styleguide() -> str:
    return render_template("styleguide.html", **styleguide_context())


@workbench.get("/rows")
def rows() -> Response:
    query = request.args.get("q", "")
    chip = {"text": query, "negate_href": "/rows?q=-" + query, "remove_href": "/rows"}
    problem = {"term": query, "message": "is not understood.", "suggestion": "fine", "href": "/rows?q=fine"}
    return render(
        "index.html",
        "rows.html",
        query=query,
        rows=_rows(_bench().statuses),
        facets_href="/facets?q=" + query,
        found_chips=[chip] if query else [],
        found_problems=[problem] if query == "wrong" else [],
    )


@workbench.get("/rows/<int:number>")
def row(number: int) -> str:
    return f"<!doctype html><html lang=en><title>Row {number}</title><h1>Row {number}</h1></html>"


@workbench.get("/rows/<int:number>/peek")
def peek(number: int) -> str:
    return _part(
        '{% from "ui/list.html" import peek %}'
        '{% call peek("Row " ~ number, "/rows/" ~ number) %}<p>Peeked.</p>{% endcall %}',
        number=number,
    )


@workbench.get("/facets")
def facets() -> Response:
    if _bench().facets_fail:
        return make_response("", 503)
    item = {"label": "completed", "count": 45, "href": "/rows?q=done", "active": False, "id": "facet-status"}
    source = '{% from "ui/list.html" import facets %}{{ facets(groups) }}'
    return make_response(_part(source, groups=[{"label": "Status", "items": [item]}]))


@workbench.get("/news")
def news() -> str:
    return _part(
        '{% from "ui/badge.html" import status %}{% from "ui/list.html" import live_pill %}'
        '{{ live_pill(new, "/rows") }}'
        "{% for id, value in statuses.items() %}"
        '{{ status(value, id="status-" ~ id, swap=true) }}{% endfor %}',
        new=_bench().new,
        statuses=_bench().statuses,
    )


@workbench.get("/suggestions")
def suggestions() -> str:
    typed, caret = request.args["q"], int(request.args["at"])
    start = typed[:caret].rfind(" ") + 1
    words = ("status:", "status:failed", "started:")
    return _part(
        '{% from "ui/list.html" import suggestions %}{{ suggestions(options, start, end) }}',
        options=[{"insert": word, "label": word} for word in words if word.startswith(typed[start:caret])],
        start=start,
        end=caret,
    )


@workbench.get("/parts")
def parts() -> str:
    moment = (datetime.now(UTC) - timedelta(minutes=3, seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return render_template("parts.html", moment=moment)


@workbench.post("/send")
def send() -> Response:
    # Long enough for a second click to arrive.
    threading.Event().wait(0.3)
    flash("Sent", "success")
    return make_response(redirect("/parts", 303))


@workbench.get("/refused")
def refused() -> Response:
    toast = {
        "tone": "danger",
        "title": "A colleague acted first",
        "text": "Look again.",
        "requestId": REQUEST_ID,
    }
    response = trigger(make_response("", 409), toast=toast)
    response.headers["HX-Reswap"] = "none"
    return response


@workbench.get("/broken")
def broken() -> Response:
    return make_response("<!doctype html><title>500</title>A whole page", 500)


def _make_app(bench: Workbench) -> Flask:
    app = Flask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static",
    )
    settings = Settings(database_url="postgresql+psycopg://nowhere/none", secret_key="k" * 32)
    app.config.update(SETTINGS=settings, SECRET_KEY=settings.secret_key, TESTING=True, WORKBENCH=bench)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "templates")]
    )
    init_templates(app, settings)
    init_security_headers(app)
    # Nobody is signed in here; all is shown.
    app.jinja_env.filters["shown_text"] = lambda text: text or ""
    items = [{"label": "Rows", "icon": "clapperboard", "href": "/rows", "current": True}]
    groups = [{"label": "Operate", "items": items}]
    app.jinja_env.globals.update(
        asset=asset,
        icon_tag=icon_tag,
        navigation=lambda: render_once("layouts/_navigation.html", "workbench", lambda: {"groups": groups}),
        csrf_token=lambda: "the-token",
        current_staff=_Person(),
        signed_in=_Person,
        may=lambda _permission: True,
    )
    app.register_blueprint(workbench)
    # The endpoints that the frame links to.
    for name, rules in {
        "home": ("index",),
        "palette": ("index",),
        "pages": ("preferences",),
        "account": ("index",),
        "security": ("logout",),
    }.items():
        blueprint = Blueprint(name, __name__, url_prefix=f"/{name}")
        for rule in rules:
            blueprint.add_url_rule(f"/{rule}", rule, lambda: "", methods=["GET", "POST"])
        app.register_blueprint(blueprint)
    return app


@pytest.fixture(scope="session")
def _served() -> Iterator[Workbench]:
    bench = Workbench()
    if not (ROOT / "static" / "dist" / "manifest.json").exists():
        pytest.fail("The front-end is not built: npm ci --ignore-scripts && npm run build")
    with served(_make_app(bench)) as bench.url:
        yield bench


@pytest.fixture
def bench(_served: Workbench, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """The workbench as it is at first."""
    # Its addresses are others than the console's, which a process keeps within parts of pages.
    monkeypatch.setattr(web_render, "_PARTS", {})
    _served.new, _served.facets_fail = 0, False
    _served.statuses.clear()
    _served.asked.clear()
    return _served


@pytest.fixture
def context(chromium: Browser, bench: Workbench) -> Iterator[BrowserContext]:
    """A clean profile with a window of 1440 by 900 pixels, at home in the workbench."""
    context = chromium.new_context(
        base_url=bench.url,
        viewport={"width": 1440, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(15_000)
    with failing_with_scripts(context):
        yield context
    context.close()


@pytest.fixture
def chromium_without_script(chromium: Browser, bench: Workbench) -> Iterator[BrowserContext]:
    """A profile of somebody who has switched JavaScript off."""
    context = chromium.new_context(base_url=bench.url, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page."""
    return context.new_page()
