"""The list of recipes, declared: what it shows, and what it can be filtered and sorted by.

There are thousands of recipes at most, so only what is searched in long texts or arrays, and what the list is
first sorted by, needs an index of its own; `migrations/` makes those that the product does not have. What the
product counts (usage, last use) has none on purpose: it changes with every generation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Integer, and_, cast, false, func, literal_column, select
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import ARRAY

from delula.lists import GRID, TABLE, Column, ListSpec, Sort, SortKind, Source
from delula.lists.kept import Kept
from delula.models import Recipe, RecipeTotals, RecipeUsage
from delula.models.enums import AudioType, MediaType, WorkflowType
from delula.recipes.queries import NAME
from delula.search import (
    Cases,
    Choice,
    Chosen,
    Field,
    FieldSet,
    Flag,
    FullText,
    Members,
    Number,
    Reference,
    Text,
    Time,
    full_text,
)
from delula.tags.queries import BEARS_DANGLING, TAGS, namespaces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.tags.namespaces import Namespace

RECIPES = Recipe.__table__.c
USAGE = RecipeUsage.__table__.c
TOTALS = RecipeTotals.__table__.c

#: Finished generations of each active recipe that should lie in stock for instant delivery.
LEAST_STOCK = 3

#: Providers for the one medium or the other, in lower case; most recipes have one of them.
PROVIDERS = literal_column(
    """array_remove(
        ARRAY[lower(nullif(recipes.video_provider, '')), lower(nullif(recipes.image_provider, ''))], NULL)""",
    TextType(),
)


#: A page of the list asks for them several times.
_DECLARED = Kept(namespaces)


def _missing() -> Mapping[str, ColumnElement[bool]]:
    """By name of a declared namespace: the recipes that carry none of its tags, of those that it is for."""
    return {one.name: _without_tag_of(one) for one in _DECLARED.get()}


def _without_tag_of(namespace: Namespace) -> ColumnElement[bool]:
    """Recipes without a hidden tag `namespace:…`; the tags are looked up once, not for each recipe."""
    tags = (
        select(func.coalesce(func.array_agg(TAGS.id), cast([], ARRAY(Integer))))
        .where(TAGS.is_hidden, func.starts_with(TAGS.name, f"{namespace.name}:"))
        .scalar_subquery()
    )
    lacks = ~func.coalesce(RECIPES.tag_highlights.bool_op("&&")(tags), false())
    return lacks & RECIPES.generation_type.in_(namespace.types) if namespace.types else lacks


#: What is wrong with a recipe. What is the same for all of them is found once, and not for each.
PROBLEMS: dict[str, ColumnElement[bool]] = {
    "dangling_tag": BEARS_DANGLING,
    "inactive_tag": literal_column(
        "(recipes.tag_highlights && ARRAY(SELECT tags.id FROM tags WHERE NOT tags.is_active))"
    ),
    "gone_creator": literal_column(
        """(recipes.creator_id = ANY(ARRAY(
            SELECT named.id FROM (SELECT DISTINCT r.creator_id AS id FROM recipes r) named
            WHERE NOT EXISTS (SELECT FROM users WHERE users.id = named.id))))"""
    ),
    "same_slug": literal_column(
        """(recipes.slug = ANY(ARRAY(
            SELECT r.slug FROM recipes r GROUP BY r.slug HAVING count(*) > 1)))"""
    ),
    "odd_steps": literal_column("(jsonb_typeof(recipes.recipe_steps) <> 'array')"),
    "negative_cost": literal_column("(recipes.credit_cost < 0)"),
    # Nothing is known of any stock before it was counted for the first time.
    "low_stock": and_(
        RECIPES.is_active,
        func.coalesce(TOTALS.stock, 0) < LEAST_STOCK,
        literal_column("EXISTS (SELECT FROM dashboard.recipe_totals)"),
    ),
}

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=RECIPES.id,
            help="The number of the recipe.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="slug",
            label="Slug",
            kind=Text(),
            expression=RECIPES.slug,
            help="Its name in addresses.",
            recognises=re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+"),
        ),
        Field(
            name="name",
            label="Name",
            kind=Text(contains=True),
            expression=RECIPES.name,
            help="Text in the name; plain words search it too.",
            example="name:lava",
        ),
        Field(
            name="description",
            label="Description",
            kind=Text(contains=True),
            expression=RECIPES.description,
            help="Text in the description.",
            example='description:"extreme close-up"',
        ),
        Field(
            name="prompt",
            label="Prompt",
            kind=FullText(text=RECIPES.prompt),
            expression=full_text(RECIPES.prompt),
            help="Words of the prompt.",
            example="prompt:knife",
        ),
        Field(
            name="active",
            label="Active",
            kind=Flag(),
            expression=RECIPES.is_active,
            facet=True,
            help="Whether users can run it.",
        ),
        Field(
            name="public",
            label="Public",
            kind=Flag(),
            expression=RECIPES.is_public,
            facet=True,
            help="Whether everybody can see it.",
        ),
        Field(
            name="type",
            label="Makes",
            kind=Chosen(choices=[Choice(t.value) for t in MediaType]),
            expression=RECIPES.generation_type,
            aliases=("generation_type",),
            facet=True,
            help="What it makes: image or video.",
        ),
        Field(
            name="workflow",
            label="Workflow type",
            kind=Chosen(choices=[Choice(w.value) for w in WorkflowType]),
            expression=RECIPES.workflow_type,
            aliases=("workflow_type",),
            facet=True,
            help="The kind of work: image, video or hybrid.",
        ),
        Field(
            name="category",
            label="Category",
            kind=Chosen(choices=()),
            expression=RECIPES.category,
            facet=True,
            help="The shelf on which it stands.",
            example="category:asmr",
        ),
        Field(
            name="style",
            label="Style",
            kind=Chosen(choices=()),
            expression=RECIPES.style,
            help="The style that it asks of the model.",
            example="style:photorealistic",
        ),
        Field(
            name="tag",
            label="Tag",
            kind=Members(items=Reference(noun="tag", bits=32)),
            expression=RECIPES.tag_highlights,
            help="A tag that it bears, public or hidden, by name.",
            example="tag:category:video",
        ),
        Field(
            name="missing",
            label="Without a tag of",
            kind=Cases(conditions=_missing),
            help="A declared namespace of which it bears no hidden tag, though it is one for it.",
        ),
        Field(
            name="problem",
            label="Problem",
            kind=Cases(conditions=PROBLEMS),
            help="What is wrong with it.",
        ),
        Field(
            name="provider",
            label="Provider",
            kind=Members(items=Text(ignore_case=True)),
            expression=PROVIDERS,
            help="Who runs it, for either medium.",
            example="provider:fal",
        ),
        Field(
            name="video_provider",
            label="Video provider",
            kind=Chosen(choices=()),
            expression=RECIPES.video_provider,
            facet=True,
            help="Who makes its videos.",
            example="video_provider:google",
        ),
        Field(
            name="image_provider",
            label="Image provider",
            kind=Chosen(choices=()),
            expression=RECIPES.image_provider,
            facet=True,
            help="Who makes its images.",
            example="image_provider:fal",
        ),
        Field(
            name="model",
            label="Model",
            kind=Chosen(choices=()),
            expression=RECIPES.model,
            facet=True,
            help="The model that it runs on.",
            example="model:flux-1",
        ),
        Field(
            name="audio",
            label="Audio",
            kind=Chosen(
                choices=[
                    Choice(AudioType.NO_SOUND.value, "no_sound", "No Sound"),
                    Choice(AudioType.SOUND.value, "sound", "Sound"),
                    Choice(AudioType.SPEECH.value, "speech", "Speech"),
                ],
                numeric=True,
            ),
            expression=RECIPES.audio_type,
            facet=True,
            help="Whether what it makes can be heard.",
        ),
        Field(
            name="cost",
            label="Cost",
            kind=Number(),
            expression=RECIPES.credit_cost,
            help="Credits that one run costs.",
        ),
        Field(
            name="usage",
            label="Usage",
            kind=Number(),
            expression=USAGE.usage_count,
            help="How often it was run, as the product counts.",
        ),
        Field(
            name="used",
            label="Last used",
            kind=Time(),
            expression=USAGE.last_used_at,
            aliases=("last_used",),
            help="When it was last run, as the product notes.",
        ),
        Field(
            name="generations",
            label="Generations",
            kind=Number(),
            expression=TOTALS.generations,
            help="How many generations of it exist, as this console counts.",
        ),
        Field(
            name="stock",
            label="Stock",
            kind=Number(),
            expression=TOTALS.stock,
            help="Finished generations in the backlog.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=RECIPES.created_at,
            help="When it was made.",
        ),
        Field(
            name="creator",
            label="Creator",
            kind=Reference(noun="user"),
            expression=RECIPES.creator_id,
            help="Who made it: id, handle or e-mail address.",
            example="creator:ann",
        ),
        Field(
            name="shared",
            label="Revenue share",
            kind=Flag(),
            expression=RECIPES.revenue_share_enabled,
            help="Whether its creator earns from it.",
        ),
        Field(
            name="restricted",
            label="Content restrictions",
            kind=Flag(),
            expression=RECIPES.has_content_restrictions,
            help="Whether answers are checked before it runs.",
        ),
        Field(
            name="referral",
            label="Referral code",
            kind=Text(),
            expression=RECIPES.referral_code,
            aliases=("referral_code",),
            help="The code that leads to it.",
            example="referral:any",
        ),
        Field(
            name="components",
            label="Components",
            kind=Flag(null_is_no=True),
            expression=literal_column("(jsonb_typeof(recipes.workflow_components) <> 'null')"),
            help="Whether the components of its workflow are recorded.",
        ),
    ],
    default="name",
)

LISTING = ListSpec(
    name="recipes",
    title="Recipes",
    noun="recipe",
    empty="They appear here as soon as somebody makes one.",
    icon="book-open",
    # A recipe that was never used has no row of usage. Joins that a query does not need cost nothing: each
    # finds at most one row by primary key, so the planner leaves it out.
    source=Source(
        Recipe.__table__.outerjoin(RecipeUsage.__table__, USAGE.recipe_id == RECIPES.id).outerjoin(
            RecipeTotals.__table__, TOTALS.recipe_id == RECIPES.id
        ),
        RECIPES.id,
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", RECIPES.created_at, SortKind.TIME),
        Sort("id", "Id", RECIPES.id, SortKind.INTEGER, nullable=False),
        Sort("name", "Name", NAME, SortKind.TEXT, nullable=False, descending_first=False),
        Sort("cost", "Cost", RECIPES.credit_cost, SortKind.INTEGER, nullable=False),
        Sort("usage", "Usage", USAGE.usage_count, SortKind.INTEGER),
        Sort("used", "Last used", USAGE.last_used_at, SortKind.TIME),
        Sort("generations", "Generations", TOTALS.generations, SortKind.INTEGER, id=TOTALS.recipe_id),
        Sort("stock", "Stock", TOTALS.stock, SortKind.INTEGER, id=TOTALS.recipe_id),
    ),
    columns=(
        Column("name", "Name", sort="name"),
        Column("id", "Id", sort="id", width="id"),
        Column("state", "State"),
        Column("type", "Makes"),
        Column("tags", "Tags"),
        Column("cost", "Cost", sort="cost", numeric=True),
        Column("usage", "Usage", sort="usage", numeric=True),
        Column("used", "Last used", sort="used", width="time"),
        Column("category", "Category"),
        Column("model", "Model"),
        Column("created", "Created", sort="created", width="time"),
        Column("generations", "Generations", sort="generations", shown=False, numeric=True),
        Column("failed", "Failed", shown=False, numeric=True),
        Column("stock", "Stock", sort="stock", shown=False, numeric=True),
        Column("hidden", "Hidden tags", shown=False),
        Column("slug", "Slug", shown=False, width="id"),
        Column("description", "Description", shown=False, width="wide"),
        Column("workflow", "Workflow type", shown=False),
        Column("provider", "Provider", shown=False),
        Column("audio", "Audio", shown=False),
        Column("style", "Style", shown=False),
        Column("creator", "Creator", shown=False),
        Column("restricted", "Content restrictions", shown=False),
        Column("shared", "Revenue share", shown=False, numeric=True),
        Column("referral", "Referral code", shown=False, width="id"),
    ),
    views=(TABLE, GRID),
    pages=(("Health", "heart-pulse", "health.index"),),
    tabs=(
        ("Active", "active:yes"),
        ("Inactive", "active:no"),
        ("No category", "missing:category"),
        ("No workflow", "missing:workflow"),
    ),
)
