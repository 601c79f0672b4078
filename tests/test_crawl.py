"""Every page that a link leads to, as every role, on live databases new and old: nothing breaks."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from werkzeug.exceptions import HTTPException

from delula.access.guard import access_of
from delula.access.permissions import GRANTS, Permission, Role
from delula.commands import command_named
from tests.thinning import some

if TYPE_CHECKING:
    from werkzeug.routing import MapAdapter

    from tests.consoles import Console

#: Pages of one kind that are opened, without and with parameters: one more tells little new.
BRIEFLY, THOROUGHLY = (1, 2), (12, 30)
MOST_PAGES = 5_000

#: What only a mistake shows to a person.
MISTAKES = re.compile(
    r"\bNone\b|\bnan\b|\binf\b|\bundefined\b|<delula\.|<Generation|<Row|datetime\(|Decimal\(|Undefined"
    r"|object at 0x|Traceback \(most|GenerationStatus\.|AccountType\.|Markup\("
    r"|</?(?:bdi|span|time|small|svg|abbr|code)\b|&(?:amp|lt|gt|quot|#39|#34);"  # what was escaped twice
)
#: Text of the live database itself that looks like one; written out in its rows.
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "use", "wbr", "path", "track"})


class Page(HTMLParser):
    """What a browser makes of a page.

    Attributes:
        links: where its links and fragments lead.
        ids: of its elements.
        text: what a person reads.
        open: the elements that are not closed.
        faults: tags that close nothing.
        labels: ids that labels and ARIA attributes name.
        sends: where its buttons send a form to.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: list[str] = []
        self.named: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.faults: list[str] = []
        self.sends: set[str] = set()
        self._forms: dict[str, str] = {}
        self._form = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element."""
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.links += [values[name] for name in ("hx-get", "data-peek", "data-live-href") if name in values]
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("for", "aria-labelledby", "aria-describedby", "popovertarget"):
            self.named.update(values.get(name, "").split())
        if tag == "form":
            self._form = values.get("action", "") if values.get("method") == "post" else ""
            self._forms[values.get("id", "")] = self._form
        if tag == "button" and values.get("type", "submit") == "submit" and "aria-disabled" not in values:
            form = self._forms.get(values["form"], "") if "form" in values else self._form
            self.sends |= {values.get("formaction", form)} - {""}
        if len(attrs) != len({name for name, _ in attrs}):
            self.faults.append(f"<{tag}> has an attribute twice")
        if any(name.startswith("on") or name == "style" for name, _ in attrs):
            self.faults.append(f"<{tag}> has an inline script or style")
        if any(
            value.lower().lstrip().startswith(("javascript:", "data:text"))
            for name, value in values.items()
            if name in {"href", "src", "action", "poster", "hx-get"}
        ):
            self.faults.append(f"<{tag}> runs script from an address")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element that closes itself."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close an element; `</p>` and `</li>` may be left out, anything else may not."""
        if tag in VOID:
            return
        while self.open and self.open[-1] != tag and self.open[-1] in {"p", "li", "dt", "dd", "option"}:
            self.open.pop()
        if tag == "form":
            self._form = ""
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        """Take in text, but not the copies of JSON and the script's own."""
        if not {"script", "style", "textarea"} & set(self.open):
            self.text += data + "\n"


def kind_of(path: str, routes: MapAdapter) -> str:
    """The page behind an address, whichever row and filter it shows."""
    parts = urlsplit(path)
    try:
        endpoint, _ = routes.match(unquote(parts.path))
    except HTTPException:  # it will be told of when it is opened
        endpoint = parts.path
    return f"{endpoint}?" if parts.query else endpoint


def needed(address: str, console: Console) -> Permission:
    """What it takes to send a form there."""
    routes = console.app.url_map.bind("localhost")
    endpoint, values = routes.match(unquote(urlsplit(address).path), method="POST")
    command = command_named(values.get("name", ""))
    access = access_of(console.app, endpoint)
    assert access is not None
    return access.permission if command is None else command.permission


def crawl(console: Console, role: Role, of_a_kind: tuple[int, int]) -> dict[str, int]:
    """Open pages that links lead to from the start, so many of a kind.

    Returns:
        The status of each.
    """
    client, routes = console.as_role(role), console.app.url_map.bind("localhost")
    pages_of_a_kind, lists_of_a_kind = of_a_kind
    queue, seen, kinds = deque([("/", "/")]), {"/"}, Counter[str]()
    found: dict[str, int] = {}
    broken: list[str] = []
    addresses = [address for (address,) in console.sql("SELECT email FROM users WHERE email LIKE '%@%'")]
    while queue and len(found) < MOST_PAGES:
        path, linked_from = queue.popleft()
        page = client.get(path)
        found[path] = page.status_code
        where = f"{role} at {path}, linked from {linked_from}"
        if page.status_code in {301, 302, 303}:
            links = [page.location]
        else:
            if page.status_code != 200:
                broken.append(f"{where}: {page.status_code}")
                continue
            if page.mimetype != "text/html":
                continue
            read = check(page.text, where)
            links = read.links
            refused = {one for one in read.sends if needed(one, console) not in GRANTS[role]}
            assert not refused, f"{where}: offers to send {refused}"
            if role is Role.VIEWER:
                told = [address for address in addresses if address in page.text]
                assert not told, f"{where}: tells {told}"
        for link in links:
            target = urljoin(f"http://localhost{path}", unescape(link).partition("#")[0])
            parts = urlsplit(target)
            if parts.netloc != "localhost" or parts.path.startswith("/static/"):
                continue
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            most = lists_of_a_kind if parts.query else pages_of_a_kind
            kind = kind_of(target, routes)
            if target not in seen and kinds[kind] < most:
                kinds[kind] += 1
                seen.add(target)
                queue.append((target, path))
    assert not broken, "\n".join(broken)
    return found


def check(html: str, where: str) -> Page:
    """Hold a page to what every page must be, and give it as it is read."""
    page = Page(html)
    twice = [name for name, count in Counter(page.ids).items() if count > 1]
    assert not twice, f"{where}: ids twice: {twice}"
    assert not page.faults, f"{where}: {page.faults[:5]}"
    mistake = MISTAKES.search(page.text)
    assert not mistake, f"{where}: shows {page.text[max(0, mistake.start() - 80) : mistake.end() + 80]!r}"
    if "<html" in html:
        assert set(page.open) <= {"p", "li"}, f"{where}: never closed: {page.open}"
        absent = page.named - set(page.ids) - {"suggestions"}
        assert not absent, f"{where}: no such ids: {absent}"
    return page


@pytest.mark.parametrize(
    "of_a_kind",
    [pytest.param(BRIEFLY, id="briefly"), pytest.param(THOROUGHLY, id="thoroughly", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize(
    ("age", "role"),
    [
        *some((("live_console", role) for role in Role), 1),
        *some((("older_console", role) for role in reversed(Role)), 1),
        *some((("worked_console", role) for role in Role), 0),
    ],
)
def test_every_page_that_a_link_leads_to_works(
    age: str, role: Role, of_a_kind: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    console: Console = request.getfixturevalue(age)
    found = crawl(console, role, of_a_kind)
    opened = {path.partition("?")[0] for path in found}
    if of_a_kind == THOROUGHLY:
        generations = [id_ for (id_,) in console.sql("SELECT id FROM generations")]
        assert {f"/generations/{id_}" for id_ in generations} <= opened
        assert {f"/generations/{id_}/peek" for id_ in generations} <= opened
    assert {"/generations/", "/generations/facets"} <= opened
    assert ("/staff/new" in opened) is (role is Role.ADMIN)
    assert any(path.startswith("/audit/runs/") for path in opened) is (age == "worked_console")


def test_the_style_guide_to_which_no_link_leads_shows_no_mistake(live_console: Console) -> None:
    # What it shows of an error is meant to be seen.
    check(live_console.admin.get("/styleguide").text.replace("Traceback (most", ""), "the style guide")


def test_a_crawl_knows_where_forms_are_sent_to() -> None:
    page = Page("""
        <form method="post" action="/a" id="f"><button aria-disabled="true"></button></form>
        <form method="post" action="/b"><button type="button"></button><button></button></form>
        <form action="/list"><button></button></form><button form="f" formaction="/c"></button>""")
    assert page.sends == {"/b", "/c"}


def test_a_crawl_notices_mistakes() -> None:
    for html, fault in {
        "<p id='a'></p><p id='a'></p>": "twice",
        "<p>Cost: None</p>": "None",
        "<p>nan s</p>": "nan",
        "<p>&lt;Generation (1,)&gt;</p>": "Generation",
        "<p>&lt;bdi&gt;Ann&lt;/bdi&gt;</p>": "<bdi>",
        "<p>Ann &amp;amp; Bob</p>": "&amp;",
        "<div></span></div>": "closes nothing",
        "<html><div></html>": "closes nothing",
        "<html><div>": "never closed",
        '<a href="javascript:alert(1)">x</a>': "script",
        '<p onclick="x">x</p>': "inline",
        '<html><label for="x">x</label></html>': "no such ids",
    }.items():
        with pytest.raises(AssertionError, match=fault):
            check(html, "here")
