"""How values read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

import pytest

from delula.models.tolerance import BEYOND
from delula.web.display import (
    MISSING,
    ago,
    compact,
    grouped,
    in_pieces,
    initials,
    iso,
    lead_tag,
    middle,
    named,
    plain_value,
    size,
    span,
    time_tag,
    utc,
)
from delula.web.tables import link

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "just now"),
        (9, "just now"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 d ago"),
        (6.9 * 86_400, "6 d ago"),
        (7 * 86_400, "15 Nov"),
        (365 * 86_400, "22 Nov 2025"),
        (-7_200, "in 2 h"),
    ],
)
def test_a_time_reads_as_its_distance_and_after_a_week_as_its_date(seconds: float, text: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == text


def test_a_time_without_zone_is_utc_and_one_with_a_zone_is_turned_into_it() -> None:
    naive = datetime(2026, 11, 22, 9, 4, 5)  # noqa: DTZ001 - as the database has it
    eastern = datetime(2026, 11, 22, 4, 4, 5, tzinfo=timezone(timedelta(hours=-5)))
    assert iso(naive) == iso(eastern) == "2026-11-22T09:04:05Z"
    assert utc(naive) == utc(eastern) == "2026-11-22 09:04:05 UTC"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.85, "850 ms"),
        (4.2, "4.2 s"),
        (42, "42 s"),
        (59.7, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7_500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
        (-42, "\N{MINUS SIGN}42 s"),
    ],
)
def test_a_length_of_time_has_two_units_at_most(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1.0 K"),
        (12_400, "12.4 K"),
        (124_000, "124 K"),
        (999_960, "1.0 M"),
        (1_048_576, "1.0 M"),
        (2_000_000_000, "2.0 B"),
    ],
)
def test_an_estimate_has_three_digits_at_most(value: int, text: str) -> None:
    assert compact(value) == text


def test_numbers_have_their_thousands_apart_and_a_true_minus() -> None:
    assert grouped(1_048_576) == "1,048,576"
    assert grouped(-12_400) == "\N{MINUS SIGN}12,400"


def test_sizes_are_decimal() -> None:
    assert [size(value) for value in (0, -1, 999, 1_400_000, 25_000_000_000)] == [
        "0 B",
        "\N{MINUS SIGN}1 B",
        "999 B",
        "1.4 MB",
        "25.0 GB",
    ]


def test_a_long_id_keeps_both_its_ends() -> None:
    assert middle("6f1c20ab-77d1-4c1e-9b1e-0a5d7a3f9e41") == "6f1c20ab-7…f9e41"
    assert middle("kQ8x-Lm01_Z") == "kQ8x-Lm01_Z"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ada King", "AK"), ("ada@example.com", "A"), ("zoe.martin@example.org", "ZM"), ("", "?")],
)
def test_initials_stand_for_a_person(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-27T04:16:19.957584+00:00", "2026-11-27 04:16:19 UTC"),
        ("2026-11-27T04:16:19+01:00", "2026-11-27 03:16:19 UTC"),
        ("2026-02-31T04:16:19Z", "2026-02-31T04:16:19Z"),
        ("2026-11-27T04:16:19+99:99", "2026-11-27T04:16:19+99:99"),
        ("at 2026-11-27T04:16:19Z", "at 2026-11-27T04:16:19Z"),
        (True, "Yes"),
        ("", MISSING),
        (["video", "image"], "video, image"),
        ([27, 1234], "27, 1234"),
        ([], "none"),
        ({}, "none"),
        ({"clip": ["video", "image"], "all": [], "n": 1}, "clip: video, image; all: none; n: 1"),
        ([1, None], "[1, null]"),
        ({"a": {"b": [1]}}, '{"a": {"b": [1]}}'),
        ({"a": None}, '{"a": null}'),
    ],
)
def test_a_value_of_json_is_written_for_people(value: object, shown: str) -> None:
    assert plain_value(value) == shown


@pytest.mark.parametrize(
    ("name", "said"),
    [("Cat", "Cat"), (7, "7"), ("", "(no name)"), (" \u200b\n", "(no name)"), (None, "(no name)")],
)
def test_a_link_has_a_name_however_blank_that_of_its_thing_is(name: object, said: str) -> None:
    assert named(name) == said
    assert f"<bdi>{said}</bdi></a>" in lead_tag(name, "/")
    assert f"<bdi>{said}</bdi></a>" in link("/", name)


def test_a_time_beyond_every_calendar_is_never_told_as_a_date() -> None:
    for moment, told in zip(BEYOND, ("before the year 1", "after the year 9999"), strict=True):
        assert (ago(moment, NOW), utc(moment)) == (told, told)
        assert time_tag(moment) == f'<span class="faint">{told}</span>'


@pytest.mark.parametrize(
    "text", ["a <b>\n" * 1000, "x" * 5000, "שלום עולם " * 6000, "\n" * 3000, "", "short"]
)
def test_a_long_text_comes_in_pieces_and_is_the_same_text(text: str) -> None:
    html = in_pieces(text)
    assert unescape(re.sub(r"</?span>", "", html)) == text
    pieces = re.findall(r"<span>(.*?)</span>", html, re.DOTALL)
    assert bool(pieces) is (len(text) > 2000)
    assert all(len(unescape(piece)) <= 2001 for piece in pieces)
