"""One recipe: found by id and slug, its page true to the database, with everything that is wrong with it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text as statement

from delula.access.permissions import Role
from delula.recipes.performance import RANGES, performance
from delula.recipes.queries import find
from delula.rollups.totals import count_options, count_recipes
from tests.consoles import FRAGMENT, client_of, console_on
from tests.following import numbers_with_links, rows_behind
from tests.generations.reading import ask, ids, matches, words
from tests.test_crawl import Page
from tests.thinning import some

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session, scoped_session

    from delula.config import S3Settings
    from tests.consoles import Console

LIST = "/recipes/"


def page(kitchen: Console, reference: object, role: Role = Role.ADMIN) -> str:
    """The page of a recipe as a browser gets it."""
    answer = kitchen.as_role(role).get(f"{LIST}{reference}")
    assert answer.status_code == 200
    return answer.text


def section_html(html: str, title: str) -> str:
    """The part of a page with that heading."""
    found = re.search(rf"<h2[^>]*>(?:<a[^>]*>)?{title}.*?</section>", html, re.DOTALL)
    assert found, title
    return found[0]


def section(html: str, title: str) -> str:
    """What a person reads in it."""
    return " ".join(words(section_html(html, title)).split())


@pytest.mark.parametrize(
    ("reference", "id_"), [("1", 1), ("lava-food-asmr", 1), ("object", 3), ("101", 101), ("recipe-twin", 119)]
)
def test_a_recipe_is_found_by_id_and_slug(kitchen: Console, reference: str, id_: int) -> None:
    html = page(kitchen, reference)
    assert f'data-copy="{id_}"' in html


@pytest.mark.parametrize("part", ["", "/peek", "/picture", "/performance"])
def test_what_there_is_not_is_not_found(kitchen: Console, part: str) -> None:
    for reference in (
        "999999",
        "nosuch",
        "2147483648",
        "9" * 40,
        "-1",
        "%00",
        "' OR 1=1 --",
        "x" * 3000,
        "a/b",
    ):
        assert kitchen.admin.get(f"{LIST}{reference}{part}").status_code == 404, reference


@pytest.mark.parametrize("role", some(reversed(Role), 2))
def test_every_recipe_is_shown_inert_to_every_role(kitchen: Console, role: Role) -> None:
    client = kitchen.as_role(role)
    for id_ in (1, 2, 3, 4, 5, 6, 101, 102, 104, 105, 106, 240):
        for path in (f"{id_}", f"{id_}/peek", f"{id_}/performance"):
            answer = client.get(LIST + path)
            assert answer.status_code == 200
            seen = words(answer.text)
            assert not re.search(r"\bNone\b|\bnan\b|\binf\b|datetime|<delula|Markup\(|Undefined", seen), path
            assert "<script>alert" not in answer.text
            assert not re.search(r'(?:href|src|poster|action)="(?:javascript|data):', answer.text)


@pytest.mark.parametrize("role", list(Role))
def test_the_creators_address_is_whole_only_for_those_who_may_see_it(kitchen: Console, role: Role) -> None:
    kitchen.sql("UPDATE users SET handle = NULL WHERE id = 'u-ann'")
    try:
        for html in (
            page(kitchen, 1, role),
            kitchen.as_role(role).get(f"{LIST}1/peek").text,
            ask(kitchen.as_role(role), LIST, q="id:1", columns="creator").text,
        ):
            assert ("ann@example.org" in html) is (role is not Role.VIEWER)
            assert ("a•••@e•••.org" in html) is (role is Role.VIEWER)
    finally:
        kitchen.sql("UPDATE users SET handle = 'ann' WHERE id = 'u-ann'")


def test_variables_of_the_prompt_lead_to_their_step(kitchen: Console) -> None:
    html = page(kitchen, 1)
    assert re.search(r'A knife cuts <a class="variable" href="#step-1" title="[^"]*Food">\[food\]</a>', html)
    assert 'id="step-1"' in html
    assert "no step asks for" not in html


def test_variables_without_a_step_are_marked(kitchen: Console) -> None:
    html = page(kitchen, 104)
    assert '<mark class="variable unfilled" title="No step asks for it">{place}</mark>' in html
    assert 'href="#step-1"' in html
    assert "The prompt has variables that no step asks for: “place”." in words(html)


def test_the_form_is_drawn_with_its_defaults(kitchen: Console) -> None:
    form = page(kitchen, 1).split('id="form"')[1].split("</section>")[0]
    assert re.search(r'<input type="radio" name="step-1" value="honey" checked>', form)
    assert "radio" in words(form)


def test_steps_that_are_no_fields_stand_as_json(kitchen: Console) -> None:
    seen = section(page(kitchen, 6), "Form")
    assert seen.count("cannot be drawn as a field") == 5
    assert '"none"' in seen
    for id_, text in ((3, '"x"'), (4, '"none"'), (5, "null")):
        assert text in section(page(kitchen, id_), "Form")


def test_tags_stand_apart_and_what_is_gone_is_marked(kitchen: Console) -> None:
    seen = section(page(kitchen, 1), "Tags")
    assert seen.startswith("Tags Public Funny")
    assert re.search(r"Hidden, category .*category: ?video", seen)
    assert re.search(r"Hidden, workflow .*workflow: ?text_to_video", seen)
    assert "Gone" not in seen
    seen = section(page(kitchen, 105), "Tags")
    assert "Gone tag 901 is gone" in seen
    assert "Gone empty entry" in section(page(kitchen, 106), "Tags")
    assert "inactive" in section(page(kitchen, 104), "Tags")


FLAWS = {
    1: [],
    3: ["Its steps are not the list", "credits", "It names 2 tags", "needs a category: tag",
        "needs a workflow: tag", "recipe 4", "creator no longer exists", "hologram"],
    5: ["Its steps are not", "needs a category: tag"],
    6: ["Steps 1, 2, 3, 4, 5 cannot be drawn", "It names 2 tags", "category:video is for recipes"],
    104: ["place", "It costs \N{MINUS SIGN}1 credits.", "not active"],
    119: ["Its slug is also that of recipe 139, 159"],
}  # fmt: skip


@pytest.mark.parametrize("id_", FLAWS)
def test_what_is_wrong_is_said_at_the_top(kitchen: Console, id_: int) -> None:
    html = page(kitchen, id_)
    flaws = [words(flaw) for flaw in re.findall(r'<ul class="flaws">(.*?)</ul>', html, re.DOTALL)]
    seen = " ".join(flaws)
    for text in FLAWS[id_]:
        assert text in seen
    for href in re.findall(r'<li><a class="link" href="([^"]+)">', "".join(html.split('class="flaws"')[1:2])):
        target = unescape(href)
        if target.startswith("#"):
            assert f'id="{target[1:]}"' in html
        else:
            (term,) = parse_qs(urlsplit(target).query)["q"]
            assert id_ in matches(kitchen.admin, term, path=LIST)


def test_usage_and_credits_are_those_of_the_rows(kitchen: Console) -> None:
    ((n, completed, failed, charged, refunded),) = kitchen.sql(
        """SELECT count(*), count(*) FILTER (WHERE status = 'completed'),
           count(*) FILTER (WHERE status = 'failed'), sum(credits_cost),
           sum(credits_cost) FILTER (WHERE credits_refunded) FROM generations WHERE recipe_id = 102"""
    )
    ((usage,),) = kitchen.sql("SELECT usage_count FROM recipe_usage WHERE recipe_id = 102")
    seen = section(page(kitchen, 102), "Usage")
    assert f"Counted by the product {usage}" in seen
    assert f"Generations now {n}" in seen
    assert f"n = {completed + failed})" in seen
    assert f"Credits charged {charged:,}" in seen
    assert f"Credits refunded {refunded:,}" in seen


def test_stock_stands_against_what_it_should_be(kitchen: Console) -> None:
    ((stock,),) = kitchen.sql(
        """SELECT count(*) FROM generations WHERE recipe_id = 102 AND user_id = 'system_backlog'
           AND status = 'completed'"""
    )
    assert f"{stock} of at least 3" in section(page(kitchen, 102), "Stock")
    html = page(kitchen, 1)
    assert "1 of at least 3" in section(html, "Stock")
    assert 'class="stock low"' in html


def test_the_last_generations_are_the_newest(kitchen: Console) -> None:
    found = re.findall(r'<li class="tile" id="row-(\d+)"', page(kitchen, 102))
    newest = kitchen.sql(
        """SELECT id FROM generations WHERE recipe_id = 102 AND created_at IS NOT NULL
           ORDER BY created_at DESC LIMIT 8"""
    )
    assert found == [str(id_) for (id_,) in newest]


def test_samples_are_counted_by_status(kitchen: Console) -> None:
    seen = section(page(kitchen, 1), "Samples")
    assert "1 approved" in seen
    assert "1 without a status" in seen
    assert "Honey" in seen


def test_answers_come_from_the_products_counts_or_else_from_the_newest_generations(kitchen: Console) -> None:
    seen = section(page(kitchen, 1), "Most chosen options")
    assert "All answers that the product has counted. Food 7 answers" in seen
    seen = section(page(kitchen, 102), "Most chosen options")
    # For the backlog nobody chose anything.
    ((all_of_them, owls),) = kitchen.sql(
        """SELECT count(*), count(*) FILTER (WHERE metadata #>> '{formData,animal}' = 'owl') FROM generations
           WHERE recipe_id = 102 AND user_id <> 'system_backlog'
                 AND metadata ->> 'request_origin' IS DISTINCT FROM 'backlog'"""
    )
    assert f"owl {owls}" in seen
    assert f"In the last {all_of_them} generations that people asked for." in seen
    href = re.search(r'href="(/generations/\?q=[^"]*animal[^"]*owl[^"]*)"', page(kitchen, 102))
    assert href
    listed = kitchen.admin.get(unescape(href[1]), headers=FRAGMENT)
    assert listed.status_code == 200
    assert "data-row" in listed.text
    assert rows_behind(kitchen.admin, unescape(href[1])) == owls


ODD_STEPS = ("a.b", "two words", 'quo"te', "x:y", "none")


def test_an_answer_to_a_step_of_any_name_leads_to_who_gave_it(
    app: Flask, session: scoped_session[Session]
) -> None:
    session.execute(
        statement(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps) VALUES (1, 'R', 'r', '', '', '', '', 1, '[]')"
        )
    )
    counted = {step: {"yes, it is": 1} for step in ODD_STEPS}
    session.execute(
        statement("INSERT INTO recipe_usage_options (recipe_id, summary) VALUES (1, :counted)"),
        {"counted": json.dumps(counted)},
    )
    for number, step in enumerate(ODD_STEPS):
        session.execute(
            statement(
                "INSERT INTO generations (id, user_id, recipe_id, prompt, metadata)"
                " VALUES (:id, 'u', 1, '', :metadata)"
            ),
            {"id": number, "metadata": json.dumps({"formData": {step: "yes, it is"}})},
        )
    session.commit()
    client = client_of(app)
    html = client.get(f"{LIST}1").text
    hrefs = [href for href in Page(html).links if "formData" in href]
    assert len(set(hrefs)) == len(ODD_STEPS)
    found = [ids(client.get(href)) for href in dict.fromkeys(hrefs)]
    assert sorted(found) == [[number] for number in range(len(ODD_STEPS))]


def test_an_answer_is_told_of_as_many_as_it_leads_to(app: Flask, session: scoped_session[Session]) -> None:
    session.execute(
        statement(
            "INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,"
            " recipe_steps) VALUES (1, 'R', 'r', '', '', '', '', 1, '[]')"
        )
    )
    for created in ("2026-11-01", "0044-03-15 BC", "infinity", None):
        session.execute(
            statement(
                "INSERT INTO generations (user_id, recipe_id, prompt, metadata, created_at)"
                " VALUES ('u', 1, '', jsonb_build_object('formData',"
                " jsonb_build_object('food', 'honey', repeat('k', 150), 'x')),"
                " CAST(:created AS timestamp))"
            ),
            {"created": created},
        )
    session.commit()
    with app.app_context():
        count_recipes()
        count_options(10)
        session.commit()
    client = client_of(app)
    counted = numbers_with_links(section_html(client.get(f"{LIST}1").text, "Most chosen options"))
    assert [number for _, number in counted] == [1]
    assert rows_behind(client, counted[0][0]) == 1


@pytest.mark.parametrize("params", ["", "sort=name", "q=active%3Ayes&sort=-usage", "q=tag%3Aviral"])
def test_previous_and_next_walk_the_list_that_one_came_from(kitchen: Console, params: str) -> None:
    query = dict(pair.split("=") for pair in params.replace("%3A", ":").split("&") if pair)
    order = matches(kitchen.admin, query.get("q", ""), sort=query.get("sort", "-created"), path=LIST)
    for position in (0, len(order) // 2, len(order) - 1):
        answer = kitchen.admin.get(
            f"{LIST}{order[position]}", query_string={"from": params} if params else {}
        )
        for rel, index in (("prev", position - 1), ("next", position + 1)):
            found = re.search(rf'<a class="icon-button" href="/recipes/(\d+)[^"]*" rel="{rel}"', answer.text)
            assert (found and int(found[1])) == (order[index] if 0 <= index < len(order) else None)


NOW = datetime.now(UTC)


def counted(kitchen: Console, start: datetime, end: datetime) -> tuple[int, int, int, int, int]:
    """Created, completed, failed, charged and refunded of recipe 102 in a range."""
    ((n, completed, failed, charged, refunded),) = kitchen.sql(
        """SELECT count(*), count(*) FILTER (WHERE status = 'completed'),
           count(*) FILTER (WHERE status = 'failed'), coalesce(sum(credits_cost), 0),
           coalesce(sum(credits_cost) FILTER (WHERE credits_refunded), 0)
           FROM generations WHERE recipe_id = 102 AND created_at >= %s AND created_at < %s""",
        start.astimezone(UTC).replace(tzinfo=None),
        end.astimezone(UTC).replace(tzinfo=None),
    )
    return n, completed, failed, charged, refunded


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
@pytest.mark.parametrize("range_", RANGES)
def test_figures_of_a_range_are_those_of_the_rows(kitchen: Console, range_: str, zone: str) -> None:
    where = ZoneInfo(zone)
    with kitchen.app.test_request_context():
        recipe = find("102")
        assert recipe is not None
        done = performance(recipe, range_, NOW, where)
    midnight = NOW.astimezone(where).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight - timedelta(days=RANGES[range_][1] - 1)
    n, completed, failed, charged, refunded = counted(kitchen, start, midnight + timedelta(days=1))
    figures = {figure.label: figure for figure in done.figures}
    assert figures["Generations"].value == f"{n:,}"
    assert figures["Success"].n == completed + failed
    assert figures["Credits charged"].value == f"{charged:,}"
    assert figures["Credits charged"].note == f"{refunded:,} refunded"
    # Every figure opens the rows behind it.
    rows = kitchen.admin.get(figures["Success"].href + "&columns=id", headers=FRAGMENT)  # type: ignore[operator]
    assert rows.status_code == 200
    count = kitchen.admin.get(figures["Success"].href.replace("/?", "/count?exact=1&"))  # type: ignore[union-attr]
    assert f"{completed + failed:,}" in words(count.text)


def test_the_creators_part_is_that_of_the_range(kitchen: Console) -> None:
    with kitchen.app.test_request_context():
        recipe = find("108")
        assert recipe is not None
        done = performance(recipe, "7d", NOW, UTC)
    ((earned,),) = kitchen.sql(
        """SELECT sum(creator_earnings) FROM revenue_shares
           WHERE recipe_id = 108 AND created_at >= now()::date - 6"""
    )
    assert f"{earned} to the creator" in str(
        next(f.note for f in done.figures if f.label == "Credits charged")
    )


def test_a_recipe_that_nobody_runs_has_no_data_rather_than_zero_percent(kitchen: Console) -> None:
    seen = words(kitchen.admin.get(f"{LIST}110/performance").text)
    assert "No data" in seen
    assert "0 %" not in seen
    assert "Nothing failed." in seen


def test_the_section_is_a_fragment_and_without_script_a_page(kitchen: Console) -> None:
    whole = kitchen.admin.get(f"{LIST}102/performance")
    part = kitchen.admin.get(f"{LIST}102/performance", headers=FRAGMENT)
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert 'id="performance"' in part.text
    assert 'href="/recipes/102?range=7d#performance"' in part.text
    assert 'href="/recipes/102/performance?range=7d#performance"' in whole.text
    link = re.search(r'id="performance"\s+hx-get="([^"]+)"', page(kitchen, "102?range=7d&from=q%3Dx"))
    assert link
    assert unescape(link[1]) == "/recipes/102/performance?from=q%3Dx&range=7d"
    assert kitchen.admin.get(f"{LIST}102?range=2d").status_code == 422
    assert kitchen.admin.get(f"{LIST}102/performance?range=").status_code == 422


def test_before_anything_is_counted_the_page_says_so(live_console: Console) -> None:
    html = live_console.admin.get(f"{LIST}1")
    assert "Not counted yet." in words(html.text)
    assert "have not been counted yet" in words(live_console.admin.get(f"{LIST}1/performance").text)
    assert "less than the 3" not in words(html.text)


def test_an_older_database_has_the_same_pages(older_console: Console) -> None:
    for path in ("", "?view=grid", "1", "1/peek", "1/performance", "facets"):
        assert older_console.admin.get(LIST + path).status_code == 200


def test_generations_lead_to_their_recipe(kitchen: Console) -> None:
    listed = ask(kitchen.admin, "/generations/", q="id:1").text
    assert 'href="/recipes/1"' in listed
    assert 'href="/recipes/1"' in kitchen.admin.get("/generations/1").text
    gone = ask(kitchen.admin, "/generations/", q="id:6").text
    assert 'href="/generations/?q=recipe:999"' in gone


def test_a_picture_is_led_to_by_a_url_minted_now(kitchen: Console, s3: S3Settings) -> None:
    with console_on(kitchen.url, s3=s3) as console:
        client = client_of(console.app)
        answer = client.get(f"{LIST}101/picture")
        assert answer.status_code == 302
        assert "X-Amz-Signature" in answer.location
        assert (
            "no-store" in answer.headers["Cache-Control"] or "max-age=60" in answer.headers["Cache-Control"]
        )
        # What lies elsewhere is never loaded.
        assert client.get(f"{LIST}103/picture").status_code == 404
        assert client.get(f"{LIST}102/picture").status_code == 404
        grid = ask(client, LIST, view="grid", q="id:101..104").text
        assert re.findall(r'<img src="([^"]+)"', grid) == [f"{LIST}101/picture"]
        assert "X-Amz" not in grid


def test_secrets_in_json_are_masked(kitchen: Console) -> None:
    kitchen.sql(
        """UPDATE recipes SET workflow_components = '[{"apiKey": "sk-1"}]',
           recipe_steps = '[{"id": "a", "type": "odd", "token": "sk-2"}]' WHERE id = 2"""
    )
    try:
        html = page(kitchen, 2)
        assert "sk-1" not in html
        assert "sk-2" not in html
    finally:
        kitchen.sql("UPDATE recipes SET workflow_components = NULL, recipe_steps = '[]' WHERE id = 2")
