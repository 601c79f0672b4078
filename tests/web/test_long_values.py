"""Texts longer than any filter, which live databases hold: no link leads to an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests.consoles import client_of
from tests.test_crawl import Page

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session, scoped_session

#: Longer than what is searched of a tag, and not too long for a filter.
TAG = "l" * 150
ROWS = """
INSERT INTO generations (id, user_id, recipe_id, prompt, status, asset_id, failure_reason)
    VALUES (1, 'u', 1, '', repeat('L', 5000), repeat('L', 5000), repeat('L', 5000));
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source, user_tags, system_tags)
    SELECT 1, 'u', 'a', '', 'A', '', '', repeat('L', 5000), 1, 1, 1, tags, tags
    FROM (SELECT ARRAY[repeat('L', 5000), repeat('l', 150)] AS tags) it;
INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps)
    VALUES (1, 'Lava', 'lava', '', '', '', repeat('L', 5000), 1, '[]');
INSERT INTO component_registry (component_id, name, tags) VALUES ('c', 'C', ARRAY[repeat('L', 5000)])"""
PAGES = (
    "/generations/",
    "/generations/facets",
    "/generations/1",
    "/generations/1/peek",
    "/assets/?view=table&columns=name&columns=tags&columns=system_tags&columns=mime",
    "/assets/facets",
    "/assets/user-1",
    "/assets/user-1/peek",
    "/recipes/?columns=name&columns=category",
    "/recipes/facets",
    "/recipes/1",
    "/components/",
    "/components/facets",
    "/components/c",
    "/components/c/peek",
)


@pytest.fixture
def long_values(session: scoped_session[Session]) -> None:
    """Rows with a text of such a length in every column that lists are filtered by."""
    for row in ROWS.split(";"):
        session.execute(text(row))
    session.commit()


@pytest.mark.usefixtures("long_values")
def test_no_link_leads_to_a_filter_that_is_too_long(app: Flask) -> None:
    client = client_of(app)
    for path in PAGES:
        page = client.get(path)
        assert page.status_code == 200, path
        for href in {href for href in Page(page.text).links if "?q=" in href}:
            assert client.get(href).status_code == 200, (path, href[:100])


@pytest.mark.usefixtures("long_values")
def test_nothing_is_offered_that_is_too_long_to_be_typed(app: Flask) -> None:
    offered = client_of(app).get("/recipes/suggestions?q=category:LL&at=11")
    assert offered.status_code == 200
    assert "LLL" not in offered.text


@pytest.mark.usefixtures("long_values")
@pytest.mark.parametrize("field", ["tag", "system_tag"])
def test_a_tag_longer_than_what_is_searched_of_it_is_found_by_it(app: Flask, field: str) -> None:
    client = client_of(app)
    hrefs = [href for href in Page(client.get("/assets/user-1").text).links if f"?q={field}:" in href]
    assert len(hrefs) == 2
    for href in (*hrefs, f"/assets/?q={field}:{TAG}"):
        assert "/assets/user-1" in client.get(href).text, href[:100]
    assert "/assets/user-1" not in client.get(f"/assets/?q={field}:{TAG[:99]}").text
