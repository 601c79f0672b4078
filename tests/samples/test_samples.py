"""Samples: listed, found and shown against SQL by hand, whatever rows hold; media only by presigned URL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import pytest

from delula.access.permissions import Role
from delula.samples.cells import written_dimensions
from delula.samples.listing import LISTING
from tests.consoles import FRAGMENT, console_on
from tests.generations.reading import link, words
from tests.people import sent_by
from tests.test_crawl import check
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from delula.config import S3Settings
    from tests.consoles import Console

LIST = "/samples/"
MANY = """
    INSERT INTO recipe_samples (recipe_id, generation_id, user_id, title, original_prompt, thumbnail_url,
        preview_url, high_res_url, type, file_size, like_count, download_count, is_featured,
        moderation_status, created_at, updated_at)
    SELECT 1 + i % 4, 1 + i % 12, (ARRAY['u-ann', 'u-guest', 'gone-user'])[1 + i % 3],
        CASE WHEN i % 5 <> 0 THEN 'Title ' || i END,
        CASE WHEN i % 7 = 0 THEN 'A blue whale' ELSE 'Something' END,
        'samples/' || i || '/t.jpg', 'samples/' || i || '/p.mp4', 'https://elsewhere.test/' || i || '.mp4',
        CASE WHEN i % 2 = 0 THEN 'video' ELSE 'image' END, i * 1000 - 5000, i * 37 % 11, i * 13 % 5,
        i % 6 = 0,
        (ARRAY['pending', 'approved', 'rejected', NULL, 'on hold'])[1 + i % 5],
        CASE WHEN i % 8 <> 0 THEN timestamp '2026-01-01' + i * interval '5 hours' END,
        timestamp '2026-06-01' - i * interval '1 hour'
    FROM generate_series(1, 120) i
"""
SORTED_BY = {
    "created": "created_at",
    "likes": "like_count",
    "downloads": "download_count",
    "size": "file_size",
    "updated": "updated_at",
    "id": "id",
}


@pytest.fixture(scope="module")
def sampled(
    make_database: Callable[..., str], upgraded_templates: dict[str, str], s3: S3Settings
) -> Iterator[Console]:
    """A console with a bucket on a live database of 123 samples."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute(MANY)
    with console_on(url, s3=s3) as console:
        yield console


def _ids(console: Console, **params: str) -> list[int]:
    page = console.admin.get(
        LIST, query_string={"columns": "id", "view": "table", **params}, headers=FRAGMENT
    )
    assert page.status_code == 200, page.text
    found = [int(id_) for id_ in re.findall(r'data-row="(\d+)"', page.text)]
    while (further := link(page, "next")) is not None:
        page = console.admin.get(further, headers=FRAGMENT)
        found += [int(id_) for id_ in re.findall(r'data-row="(\d+)"', page.text)]
        assert len(found) < 1000, "the list does not end"
    return found


def test_every_offered_sort_is_tried() -> None:
    assert {sort.key for sort in LISTING.sorts} == set(SORTED_BY)


@pytest.mark.parametrize("order", [f"{sign}{key}" for key in SORTED_BY for sign in ("-", "")])
def test_pages_hold_every_sample_once_in_order(sampled: Console, order: str) -> None:
    direction = "DESC" if order.startswith("-") else "ASC"
    by = f"{SORTED_BY[order.removeprefix('-')]} {direction} NULLS LAST, id {direction}"
    expected = sampled.sql(f"SELECT id FROM recipe_samples ORDER BY {by}")  # noqa: S608 - our own
    assert _ids(sampled, sort=order) == [id_ for (id_,) in expected]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("status:pending", "moderation_status = 'pending'"),
        ("status:none", "moderation_status IS NULL"),
        ('status:"on hold"', "moderation_status = 'on hold'"),
        (
            "-status:pending,approved,rejected",
            "coalesce(moderation_status, '') NOT IN ('pending', 'approved', 'rejected')",
        ),
        ("recipe:lava-food-asmr", "recipe_id = 1"),
        ("recipe:999", "recipe_id = 999"),
        ("user:ann@example.org", "user_id = 'u-ann'"),
        ("user:gone-user", "user_id = 'gone-user'"),
        ("generation:3", "generation_id = 3"),
        ("type:video featured:yes", "type = 'video' AND is_featured"),
        ("moderated:yes likes:>5", "is_moderated AND like_count > 5"),
        ("downloads:0..1", "download_count BETWEEN 0 AND 1"),
        ("size:<0", "file_size < 0"),
        ("created:none", "created_at IS NULL"),
        ("created:2026-01-05", "created_at >= '2026-01-05' AND created_at < '2026-01-06'"),
        ("whale", "original_prompt LIKE '%whale%'"),
        ("title:none", "coalesce(title, '') = ''"),
        ('title:"title 1"', "title ILIKE '%title 1%'"),
    ],
)
def test_filters_find_what_sql_finds(sampled: Console, query: str, where: str) -> None:
    expected = sampled.sql(f"SELECT id FROM recipe_samples WHERE {where} ORDER BY id")  # noqa: S608 - our own
    assert _ids(sampled, q=query, sort="id") == [id_ for (id_,) in expected]
    assert expected, "the test tells nothing"


@pytest.mark.parametrize("role", some(reversed(Role), 2))
def test_every_sample_can_be_opened_by_every_role(sampled: Console, role: Role) -> None:
    client = sampled.as_role(role)
    every = "&".join(f"columns={column.key}" for column in LISTING.columns)
    paths = [LIST, f"{LIST}?view=table&{every}&sort=id", f"{LIST}facets", f"{LIST}count", f"{LIST}?sort=id"]
    paths += [f"{LIST}{id_}{part}" for id_ in range(1, 12) for part in ("", "/peek")]
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200, path
        check(page.text, f"{role} at {path}")
        assert not re.search(r'(?:href|src|poster)="(?:javascript|data):', page.text)


def test_what_a_sample_refers_to_is_linked_or_said_to_be_gone(sampled: Console) -> None:
    page = sampled.admin.get(f"{LIST}1").text
    assert 'href="/recipes/1"' in page
    assert 'href="/generations/1"' in page
    seen = words(sampled.admin.get(f"{LIST}2").text)
    for noun in ("recipe", "generation", "user"):
        assert f"This {noun} no longer exists" in seen


def test_files_are_opened_by_presigned_urls_and_only_from_the_bucket(sampled: Console) -> None:
    thumbnail = sampled.admin.get(f"{LIST}10/media/thumbnail")
    assert thumbnail.status_code == 302
    assert "X-Amz-Signature" in thumbnail.location
    assert "samples/7/t.jpg" in thumbnail.location
    assert "attachment" in sampled.admin.get(f"{LIST}10/media/preview?download").location
    for path in (
        "10/media/full",
        "10/media/nothing",
        "1/media/thumbnail",
        "3/media/thumbnail",
        "9999/media/full",
    ):
        assert sampled.admin.get(f"{LIST}{path}").status_code == 404, path
    page = sampled.admin.get(f"{LIST}10").text
    assert "X-Amz" not in page
    assert not re.search(r'(?:src|href|poster)="https://elsewhere', page)
    assert "outside the bucket" in words(page)


@pytest.mark.parametrize("reference", ["999999", "2147483648", "9" * 30, "x", "-1"])
@pytest.mark.parametrize("part", ["", "/peek", "/media/full"])
def test_a_sample_that_does_not_exist_is_not_found(sampled: Console, reference: str, part: str) -> None:
    assert sampled.admin.get(f"{LIST}{reference}{part}").status_code == 404


def test_addresses_are_masked_for_those_who_may_not_see_them(sampled: Console) -> None:
    sampled.sql("UPDATE users SET handle = NULL WHERE id = 'u-ann'")
    assert "ann@example.org" in sampled.admin.get(f"{LIST}1").text
    for path in ("1", "1/peek", "?view=table", ""):
        assert "ann@example.org" not in sampled.viewer.get(f"{LIST}{path}").text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"width": 640, "height": 480}, "640 \N{MULTIPLICATION SIGN} 480"),
        ({"width": 640.0, "height": 480}, "640 \N{MULTIPLICATION SIGN} 480"),
        ({"width": True, "height": 480}, None),
        ({"width": 10**400, "height": 480}, None),
        ({"width": -1, "height": 480}, None),
        ({"width": "640", "height": 480}, None),
        ({"width": 640}, None),
        ([640, 480], None),
        ("640x480", None),
        (None, None),
    ],
)
def test_dimensions_are_two_numbers_of_pixels_or_nothing(value: Any, expected: str | None) -> None:
    assert written_dimensions(value) == expected


@pytest.mark.parametrize(
    ("path", "most"),
    [
        (LIST, 3),
        (f"{LIST}?view=table&q=status:pending", 4),
        (f"{LIST}?q=whale", 4),
        (f"{LIST}facets", 4),
        (f"{LIST}1", 6),
        (f"{LIST}1/peek", 2),
    ],
)
def test_a_page_asks_few_questions(sampled: Console, path: str, most: int) -> None:
    sampled.admin.get(path)
    with sent_by(sampled) as asked:
        assert sampled.admin.get(path).status_code == 200
    assert len(asked) <= most, "\n".join(asked)
