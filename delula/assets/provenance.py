"""Who or what has set each value of a classification: the product's rules, a model, or a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from delula.assets.corrections import COLUMNS, LABELS, corrected
from delula.web.masking import shown_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import AssetCorrection, JsonValue, UserAsset

#: Under this key of its object a classification says what made it; else this is said.
_MAKERS = {"auto": ("source", "a rule of the product"), "ai": ("model", "a model of the product")}
#: Values of one classification that are listed, and characters of each.
_MOST_VALUES, _EXCERPT = 24, 160


@dataclass(frozen=True)
class Said:
    """One value, and whose word it is.

    Attributes:
        name: of the value; empty for all of the classification.
        text: the value.
        typed: the same as a form begins with it; empty where it is too long or holds a secret.
        maker: what set it, where no person did.
        correction: what a person has said of it; None where nobody has.
        overruled: what the automatic run says instead, as text; empty where it says nothing.
        is_written_over: whether a run has written over the correction, which is about to be put back.
    """

    name: str
    text: str
    typed: str
    maker: str
    correction: AssetCorrection | None = None
    overruled: str = ""
    is_written_over: bool = False


@dataclass(frozen=True)
class Classified:
    """A classification of an asset, with the corrections in place.

    Attributes:
        word: `auto` or `ai`.
        label: in words.
        value: what it says.
        said: its values.
    """

    word: str
    label: str
    value: JsonValue
    said: Sequence[Said]


def classified(asset: UserAsset, corrections: Sequence[AssetCorrection]) -> list[Classified]:
    """Both classifications of a library entry; those of which nothing is known are left out."""
    found = []
    for word, column in COLUMNS.items():
        own = [one for one in corrections if one.classification == word]
        present: Any = getattr(asset, column)
        if present is None and not own:
            continue
        value = corrected(present, own)
        found.append(Classified(word, LABELS[word], shown_json(value), _said(word, present, value, own)))
    return found


def _said(
    word: str, present: JsonValue, value: JsonValue, corrections: Sequence[AssetCorrection]
) -> list[Said]:
    key, usual = _MAKERS[word]
    named = present.get(key) if isinstance(present, Mapping) else None
    maker = f"{usual} ({named[:80]})" if isinstance(named, str) and named else usual
    by_name = {one.name: one for one in corrections}
    values: Mapping[str, JsonValue] = (
        value if isinstance(value, Mapping) and "" not in by_name else {"": value}
    )
    shown = shown_json(dict(values))
    assert isinstance(shown, Mapping)  # noqa: S101 - of a mapping comes one
    found = []
    for name, one in list(shown.items())[:_MOST_VALUES]:
        correction = by_name.get(name)
        if correction is None:
            found.append(Said(name, _text(one), _typed(values[name], one), maker))
            continue
        now = present.get(name) if name and isinstance(present, Mapping) else None if name else present
        over = now != correction.value
        overruled = now if over else correction.overruled
        hidden: Any = shown_json({name: overruled})
        instead = "" if overruled is None else _text(hidden[name])
        found.append(Said(name, _text(one), "", maker, correction, instead, over))
    return found


def _typed(value: JsonValue, shown: JsonValue) -> str:
    text = _text(value)
    return "" if value is None or value != shown or text.endswith("…") else text


def _text(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
