"""How well the chips of tags can be read in both themes, by the colours of the style sheet."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

#: What WCAG asks of text.
LEAST_CONTRAST = 4.5

_SHEET = Path(__file__).parents[2] / "static" / "css" / "tag.css"
_OKLCH = re.compile(r"oklch\(([\d.]+) calc\(([\d.]+) \* var\(--chroma\)\) var\(--hue\)\)")
_COLOUR = re.compile(r"((?:&\.[a-z]+,?\s*)+)\{\s*(?:--chroma: ([\d.]+);\s*)?--hue: (\d+);")


class Contrast(NamedTuple):
    """The contrast of a chip's text with its ground, in either theme."""

    light: float
    dark: float

    @property
    def is_enough(self) -> bool:
        """Whether it can be read in both."""
        return min(self) >= LEAST_CONTRAST


def contrast_of(color: str) -> Contrast | None:
    """The contrast of a chip of that colour; None for a colour that chips do not have."""
    return _contrasts().get(color)


@cache
def _contrasts() -> dict[str, Contrast]:
    """By colour; read from the style sheet, so that it and this cannot differ."""
    sheet = _SHEET.read_text()
    # The first four are the text and the ground of a chip, light and dark each.
    (text_light, text_dark, ground_light, ground_dark) = [
        (float(lightness), float(chroma)) for lightness, chroma in _OKLCH.findall(sheet)[:4]
    ]
    found = {}
    for names, factor, hue in _COLOUR.findall(sheet):
        by = (float(factor or 1), float(hue))
        contrast = Contrast(
            _ratio(_luminance(text_light, *by), _luminance(ground_light, *by)),
            _ratio(_luminance(text_dark, *by), _luminance(ground_dark, *by)),
        )
        found.update(dict.fromkeys(re.findall(r"&\.([a-z]+)", names), contrast))
    return found


def _ratio(one: float, other: float) -> float:
    dark, light = sorted((one, other))
    return (light + 0.05) / (dark + 0.05)


def _luminance(of: tuple[float, float], factor: float, hue: float) -> float:
    """The relative luminance of an OKLCH colour, cut to what screens can show."""
    lightness, chroma = of[0], of[1] * factor
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0.0), 1.0) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
