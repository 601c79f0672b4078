"""Rows of the catalogue tables: recipes, tags, icons, providers, services, components, type tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from delula.demo.catalogue import (
    COMPONENTS,
    HIDDEN_TAGS,
    PROVIDER_OF,
    PROVIDERS,
    PUBLIC_TAGS,
    SERVICES,
)
from delula.demo.media import OBJECTS
from delula.demo.people import REGISTERED, People
from delula.demo.pieces import Block, Ints, Json, rows_block
from delula.demo.plan import HISTORY_DAYS, Plan
from delula.demo.prompts import form_steps
from delula.demo.recipes import RECIPES, VOCABULARY, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG_NUMBER = {
    name: number for number, name in enumerate([name for name, *_ in PUBLIC_TAGS] + list(HIDDEN_TAGS), 1)
}
#: Ids in `tag_highlights` that no tag has.
_TAGS_GONE = (901, 917)
_ICONS = {
    "radio": "circle-dot",
    "dropdown": "list",
    "slider": "sliders-horizontal",
    "text": "type",
    "emoji_button": "smile",
}
_COLORS = ("violet", "amber", "teal", "rose", "sky", "lime")
_CREATORS = 9


def creators(people: People) -> Ints:
    """Row number of the creator of each recipe: the testers and a few early users."""
    able = np.flatnonzero((people.kind == REGISTERED) & ~people.deleted)[:_CREATORS]
    return able[np.arange(len(RECIPES)) * 5 % len(able)]


def catalogue(plan: Plan) -> Iterator[Block]:
    """The tables that do not depend on what people did."""
    begin = plan.until - timedelta(days=HISTORY_DAYS + 30)
    public = [(name, description, color, False) for name, description, color in PUBLIC_TAGS]
    hidden: list[tuple[str, str | None, str | None, bool]] = [
        (name, None, None if number % 4 == 0 else "gray", True) for number, name in enumerate(HIDDEN_TAGS)
    ]
    yield rows_block(
        "tags",
        "id, name, description, color, is_active, created_at, is_hidden",
        [
            (number, name, description, color, name != "logo", begin + timedelta(days=number), is_hidden)
            for number, (name, description, color, is_hidden) in enumerate([*public, *hidden], 1)
        ],
    )
    yield rows_block(
        "providers",
        "id, title, description, num_slots, is_active, config, created_at, updated_at",
        [
            (number, provider.title, provider.description, provider.slots, provider.active,
             Json({"baseUrl": f"https://{provider.title.lower()}.example", "apiKey": "demo-not-a-key",
             "retries": 2}),
             begin, begin + timedelta(days=40 * number))
            for number, provider in enumerate(PROVIDERS, 1)
        ],
    )  # fmt: skip
    number_of = {provider.title: number for number, provider in enumerate(PROVIDERS, 1)}
    services = [
        (number, number_of[provider], provider, kind, title, f"{title} at {provider}", endpoint,
         Json({"timeoutSeconds": 300, "safetyTolerance": 2}), provider != "Replicate", begin, begin, cost)
        for number, (title, provider, kind, endpoint, cost) in enumerate(SERVICES, 1)
    ]  # fmt: skip
    # One service whose provider is gone, of a type that no table lists.
    gone = (len(services) + 1, 77, "Banana", 9, "Banana Diffusion", "Its provider has closed", "v0/run",
    None, False,
            begin, None, "0.0000000000000000")  # fmt: skip
    yield rows_block(
        "services",
        "id, provider_id, provider_title, type_id, title, description, endpoint, config, is_active, "
        "created_at, "
        "updated_at, base_cost",
        [*services, gone],
    )
    yield rows_block(
        "recipe_option_tag_icon",
        "id, display, icon, color, created_at, updated_at",
        [
            (
                name,
                label,
                None if name == "decade" else _ICONS[kind],
                _COLORS[number % len(_COLORS)],
                begin,
                begin,
            )
            for number, (name, (label, kind, _)) in enumerate(VOCABULARY.items())
        ],
    )
    yield from _components(begin)


def _components(begin: object) -> Iterator[Block]:
    yield rows_block(
        "component_registry",
        "id, component_id, name, version, description, category, tags, credit_cost, "
        "estimated_processing_time, "
        "is_active, created_at, updated_at",
        [
            (number, c.id, c.name, c.version, c.description, c.category, [c.category,
             "core"] if number % 5 else None,
             c.cost, c.seconds, c.active, begin, begin)
            for number, c in enumerate(COMPONENTS, 1)
        ],
    )  # fmt: skip
    inputs: list[tuple[object, ...]] = [
        (c.id, channel, channel.replace("_", " ").capitalize(), kind, place, place == 0, None, _rules(kind),
         "4" if kind == 18 else None, begin)
        for c in COMPONENTS
        for place, (channel, kind) in enumerate(c.inputs)
    ]  # fmt: skip
    # A channel of a type that no document lists.
    inputs.append(
        ("describe-image", "mood", "Mood", 99, 2, False, "Type to be decided", Json("any"), None, begin)
    )
    yield rows_block(
        "component_input_channels",
        "id, component_id, channel_id, channel_name, type, position, is_required, description, "
        "validation_rules, "
        "default_value, created_at",
        [(number, *row) for number, row in enumerate(inputs, 1)],
    )
    outputs = [
        (c.id, channel, channel.replace("_", " ").capitalize(), kind, f"Result of {c.name.lower()}",
         Json({"format": "jpg"}) if kind <= 4 else None, begin)
        for c in COMPONENTS
        for channel, kind in c.outputs
    ]  # fmt: skip
    yield rows_block(
        "component_output_channels",
        "id, component_id, channel_id, channel_name, type, description, metadata, created_at",
        [(number, *row) for number, row in enumerate(outputs, 1)],
    )
    needs: list[tuple[object, ...]] = [
        (c.id, other, kind, None, begin) for c in COMPONENTS for other, kind in c.needs
    ]
    needs.append(("record-waveform", "add-soundtrack", "sometimes", "A kind that no document lists", begin))
    yield rows_block(
        "component_dependencies",
        "id, component_id, depends_on_component_id, dependency_type, description, created_at",
        [(number, *row) for number, row in enumerate(needs, 1)],
    )


def _rules(kind: int) -> Json | None:
    match kind:
        case 17 | 18:
            return Json({"min": 1, "max": 60})
        case 19 | 20:
            return Json({"min": 0, "max": 1})
        case 9 | 11:
            return Json({"pattern": "^[^<>]+$", "max": 2000})
        case 2 | 6:
            return Json({"pattern": "^https://"})
        case 25:
            return Json({"allowedValues": ["fast", "balanced", "best"]})
        case _:
            return None


_RECIPE_COLUMNS = (
    "id, name, slug, description, prompt, instructions, category, style, model, credit_cost, usage_count, "
    "is_active, "
    "created_at, video_provider, video_duration, video_quality, video_aspect_ratio, image_provider, "
    "image_quality, "
    "image_size, num_images, creator_id, is_public, has_content_restrictions, revenue_share_enabled, "
    "revenue_share_percentage, recipe_steps, generation_type, referral_code, preview_image_url, "
    "workflow_type, "
    "workflow_components, tag_highlights, audio_type"
)


def recipes(plan: Plan, people: People, used: Ints) -> Block:
    """The recipes that still exist.

    Args:
        plan: what is made.
        people: who created them.
        used: number of generations of each entry of `RECIPES`.
    """
    owners = creators(people)
    rows = []
    for index, recipe in enumerate(RECIPES):
        if recipe.deleted:
            continue
        provider = PROVIDER_OF[recipe.service].lower()
        launched = plan.until - timedelta(days=HISTORY_DAYS * (1 - recipe.launched) + 5)
        preview = next(o for o in OBJECTS if o.kind == "image" and o.palette == recipe.palette)
        rows.append(
            (index + 1, recipe.name, recipe.slug, recipe.description, recipe.prompt, _instructions(recipe),
             recipe.category, "photorealistic", recipe.service.lower().replace(" ", "-"), recipe.cost,
             int(used[index]), recipe.active, launched, provider if recipe.video else None,
             8 if recipe.video else None, "hd", ("16:9", "9:16", "1:1")[index % 3],
             None if recipe.video else provider,
             "hd", ("landscape_4_3", "square_hd", "portrait_4_3")[index % 3], 1,
             None if index % 6 == 5 else people.ids[owners[index]], index % 7 != 6, index % 4 != 3,
             recipe.shared, 20,
             _steps(recipe, index), "video" if recipe.video else "image",
             f"{recipe.slug[:12].upper()}-{index:02}" if recipe.shared else None, preview.thumbnail,
             "video" if recipe.video else "image", _workflow(recipe, index), _highlights(recipe, index),
             recipe.audio)
        )  # fmt: skip
    return rows_block("recipes", _RECIPE_COLUMNS, rows)


def _instructions(recipe: Recipe) -> str:
    asked = ", ".join(VOCABULARY[name][0].lower() for name in recipe.variables)
    return f"Choose {asked}; the result takes about {max(1, round(recipe.seconds))} seconds."


def _steps(recipe: Recipe, index: int) -> Json:
    """The form; of one recipe in twenty it is not the list that it should be."""
    return Json({"steps": "see wiki"} if index % 20 == 19 else form_steps(recipe))


def _workflow(recipe: Recipe, index: int) -> Json | None:
    if index % 9 == 8:
        return None
    kind = {"text_to_image": 1, "text_to_video": 2}.get(recipe.workflow, 3)
    return Json([{"order": 1, "type": recipe.workflow, "serviceType": kind, "service": recipe.service}])


def _highlights(recipe: Recipe, index: int) -> list[int] | None:
    """Ids of tags: public ones, then the hidden ones that sort the recipe; a few that no tag has."""
    if index % 16 == 15:
        return None if index % 32 == 15 else []
    category = "tool" if "tool" in recipe.tags else "video" if recipe.video else "image"
    rating = "teen_plus" if recipe.workflow == "image_to_video" else "family_friendly"
    names = [*recipe.tags, f"category:{category}", f"workflow:{recipe.workflow}", f"rating:{rating}"]
    gone = [_TAGS_GONE[index % 2]] if index % 14 == 13 else []
    return [_TAG_NUMBER[name] for name in names] + gone
