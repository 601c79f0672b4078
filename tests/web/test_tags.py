"""Tags as chips."""

from __future__ import annotations

from pathlib import Path

import pytest

from delula.web.tags import TAG_COLORS, color_class, dangling_chip, tag_chip

STYLES = (Path(__file__).parents[2] / "static/css/tag.css").read_text()


@pytest.mark.parametrize("color", sorted(TAG_COLORS))
def test_every_known_colour_has_a_look(color: str) -> None:
    assert f"&.{color}" in STYLES
    assert f'class="tag {color}"' in tag_chip("food", color)


@pytest.mark.parametrize("color", [None, "", "not-a-colour", 'red;}</style>"', "inactive"])
def test_an_odd_colour_is_the_quiet_one(color: str | None) -> None:
    assert color_class(color) == "gray"


def test_colours_are_read_in_any_case() -> None:
    assert color_class(" Amber ") == "amber"


def test_a_chip_escapes_what_it_shows() -> None:
    chip = tag_chip("<b>:<i>", href='/tags/1"><script>', hidden=True)
    assert "<b>" not in chip
    assert "<script>" not in chip
    assert "&lt;b&gt;:" in chip


def test_hidden_inactive_nameless_and_missing_tags_say_so() -> None:
    assert 'class="tag hidden"' in tag_chip("category:video", "pink", hidden=True)
    assert "inactive" in tag_chip("logo", active=False)
    assert "(no name)" in tag_chip("")
    assert "tag 901 is gone" in dangling_chip(901)
    assert "empty entry" in dangling_chip(None)
