"""Rates with their interval, and changes against the period before."""

from __future__ import annotations

import math

import pytest

from delula.web.figures import Figure, change, percent, rate, rate_figure


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Independent of the code: the two roots of (p - share)² = z² p (1 - p) / n.
    [(176, 214, 0.7657, 0.8679), (1, 1, 0.2065, 1.0), (0, 10, 0.0, 0.2775), (81, 263, 0.2553, 0.3662)],
)
def test_a_rate_has_the_interval_of_wilson(successes: int, n: int, low: float, high: float) -> None:
    found = rate(successes, n)
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))
    for end in (found.low, found.high):
        if 0 < end < 1:
            distance = (end - found.share) ** 2
            assert distance == pytest.approx(1.959964**2 * end * (1 - end) / n, rel=1e-5)


def test_a_rate_says_how_sure_it_is() -> None:
    found = rate(176, 214)
    assert str(found) == "82 % (77\N{EN DASH}87 %, n = 214)"
    assert not found.few
    assert rate(3, 29).few


def test_idle_is_no_data_and_not_nothing() -> None:
    assert rate(0, 0) is None
    assert rate_figure("Success", None, None).value is None


def test_more_successes_than_tries_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        rate(3, 2)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (0.0001, "< 0.1 %"),
        (0.053, "5.3 %"),
        (0.5, "50 %"),
        (0.9951, "99.5 %"),
        (0.99999, "> 99.9 %"),
        (1, "100 %"),
        (-0.25, "\N{MINUS SIGN}25 %"),
        (3.2, "320 %"),
    ],
)
def test_a_percentage_never_rounds_to_nothing_or_to_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("now", "before", "text", "direction"),
    [
        (104, 100, "4 % more", "up"),
        (90, 100, "10 % less", "down"),
        (100, 100, "no change", "same"),
        (1_000, 20, "50 times", "up"),
        (7, 0, "7 more", "up"),
        (-20, 10, "30 less", "down"),
        (0, 12, "100 % less", "down"),
    ],
)
def test_a_change_says_its_direction_in_words(now: float, before: float, text: str, direction: str) -> None:
    found = change(now, before)
    assert found is not None
    assert (found.text, found.direction, found.tone) == (text, direction, None)


def test_a_change_is_good_or_bad_only_where_one_way_is_better() -> None:
    assert change(2, 1, better="down").tone == "danger"
    assert change(1, 2, better="down").tone == "success"
    assert change(1, 1, better="down").tone is None


def test_shares_differ_by_points() -> None:
    assert change(0.822, 0.863, points=True).text == "4.1 points less"
    assert change(0.51, 0.5, points=True).text == "1 point more"
    assert change(0.5001, 0.5, points=True).direction == "same"


def test_what_is_not_known_has_not_changed() -> None:
    assert change(None, 3) is None
    assert change(3, None) is None
    assert change(math.nan, 3) is None


def test_a_figure_of_fewer_than_thirty_is_few() -> None:
    assert [Figure("n", "1", n=n).few for n in (None, 29, 30)] == [False, True, False]
