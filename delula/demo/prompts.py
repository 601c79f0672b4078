"""Prompts and form answers: a stock of filled recipes, and what people add in their own words.

Words for measuring full text search: `axolotl` stands in 0.1 % of the prompts, `quokka` in 0.002 %, `origami`
in 1 %; common ones are `cinematic` and `light` (about 31 % each) and `frame` (about 24 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from delula.demo.pieces import Column, Ints, column, encoded_json, text
from delula.demo.recipes import RECIPES, VOCABULARY, Recipe

if TYPE_CHECKING:
    from delula.demo.plan import Plan

#: Ready answers of each recipe.
VARIANTS = 96

#: A distinctive word's sentence and the share of prompts that hold it.
DISTINCTIVE: tuple[tuple[str, float], ...] = (
    (" Hide an axolotl somewhere in the picture.", 0.001),
    (" A quokka looks on.", 0.00002),
    (" Fold everything like origami.", 0.01),
)

_ADJECTIVES = (
    "brass", "porcelain", "moss-covered", "hand-painted", "floating", "forgotten", "striped", "luminous",
    "rusty",
    "velvet", "paper", "giant", "tiny", "wooden", "crystal", "faded", "knitted", "chrome", "snow-dusted",
    "tilted",
)  # fmt: skip
_NOUNS = (
    "umbrella", "gramophone", "lighthouse", "typewriter", "teapot", "bicycle", "ladder", "aquarium",
    "telescope",
    "suitcase", "piano", "lantern", "rowing boat", "carousel", "windmill", "bookshelf", "globe", "kite",
    "statue",
    "greenhouse", "clock tower", "swing", "accordion", "chandelier", "skateboard", "cactus", "radio",
    "fountain",
    "mailbox", "chess board",
)  # fmt: skip
_SPOTS = ("in the background", "at the edge of the frame", "in the foreground", "half hidden", "out of focus")
_WISHES = (
    " No text.", " Keep the background calm.", " Centre the subject in the frame.",
    " Make it feel like a memory.",
    " Please no people.", " Leave room for a title.", " Warm colours only.",
    " Slightly surreal, but believable.",
    " It is for my daughter.", " Same as last time, only brighter.", " The frame should breathe.",
    " As if found in an old box.", " Crisp, not sharp.", " Ending on a still frame.", " More contrast.",
    " Shot on 16 mm.", " Shot on a 50 mm lens.", " Vertical crop for stories.",
    " Loop without a visible cut.",
    " For a café menu.", " Rain at the end.", " Subtle grain.", " Bold shapes.", " Quiet.",
)  # fmt: skip


@dataclass(frozen=True)
class Prompts:
    """The stock; row `recipe * VARIANTS + variant` is one filled recipe.

    Attributes:
        prompt: the recipe's prompt with the answers in it.
        metadata: the beginning of `generations.metadata`, up to the seed's value, for people's own requests.
        instant: the same for what was delivered from the backlog.
        variables: the answers alone, as JSON.
        answers: which choice was made for each variable, by name.
    """

    prompt: Column
    metadata: Column
    instant: Column
    variables: Column
    answers: tuple[dict[str, str], ...]
    _objects: Column
    _wishes: Column

    @classmethod
    def of(cls, plan: Plan) -> Prompts:
        """The stock of a plan."""
        rng = plan.rng("prompts")
        answers = tuple(
            {
                name: VOCABULARY[name][2][place % len(VOCABULARY[name][2])]
                for name, place in zip(names, row, strict=True)
            }
            for names in (recipe.variables for recipe in RECIPES)
            for row in rng.integers(2**20, size=(VARIANTS, len(names))).tolist()
        )
        recipes = [recipe for recipe in RECIPES for _ in range(VARIANTS)]
        filled = list(zip(recipes, answers, strict=True))
        metadata = [_metadata(recipe, given) for recipe, given in filled]
        objects = [
            f" There is a {adjective} {noun} {spot}."
            for adjective, noun, spot in product(_ADJECTIVES, _NOUNS, _SPOTS)
        ]
        return cls(
            prompt=column(text(recipe.prompt.format(**given)) for recipe, given in filled),
            metadata=column(metadata),
            instant=column(beginning.replace(_BY_USER, _FROM_BACKLOG) for beginning in metadata),
            variables=column(encoded_json(given) for given in answers),
            answers=answers,
            _objects=column(["", *map(text, objects)]),
            _wishes=column(["", *map(text, _WISHES)]),
        )

    def written(self, filled: Ints, rng: np.random.Generator) -> Column:
        """Full prompts: the filled recipes with people's additions."""
        count = len(filled)
        objects = np.where(rng.random(count) < 0.4, 0, rng.integers(1, len(self._objects), count))
        wishes = np.where(rng.random(count) < 0.35, 0, rng.integers(1, len(self._wishes), count))
        made: Column = self.prompt[filled] + self._objects[objects] + self._wishes[wishes]
        for sentence, share in DISTINCTIVE:
            chosen = rng.random(count) < share
            made[chosen] += text(sentence)
        return made


#: What tells people's own requests from deliveries out of the backlog.
_BY_USER = '"request_origin":"user","isInstant":false'
_FROM_BACKLOG = '"request_origin":"backlog","isInstant":true'


def _metadata(recipe: Recipe, answers: dict[str, str]) -> str:
    """The metadata of a generation, left open before the value of `seed`."""
    shown = {VOCABULARY[name][0]: value.capitalize() for name, value in answers.items()}
    whole = encoded_json(
        {
            "formData": answers,
            "tagDisplayData": shown,
            "extractedVariables": {name.upper(): value for name, value in answers.items()},
            "workflowType": recipe.workflow,
            "request_origin": "user",
            "isInstant": False,
            "service": recipe.service,
            "seed": None,
        }
    )
    return whole.removesuffix("null}")


def form_steps(recipe: Recipe) -> list[dict[str, object]]:
    """`recipes.recipe_steps`: the form that asks for the recipe's variables."""
    steps: list[dict[str, object]] = []
    for name in recipe.variables:
        label, kind, choices = VOCABULARY[name]
        step: dict[str, object] = {"id": name, "label": label, "type": kind, "required": name != "sound"}
        if kind == "slider":
            step |= {"min": int(choices[0]), "max": int(choices[-1]), "step": 1}
        elif kind != "text":
            step["options"] = [{"label": choice.capitalize(), "value": choice} for choice in choices]
        steps.append(step | {"defaultValue": choices[0]})
    return steps
