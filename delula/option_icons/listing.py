"""The list of option icons, declared. They are some dozens, so no order of theirs needs an index."""

from __future__ import annotations

from sqlalchemy import collate, func, literal_column

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.option_icons.queries import ICONS, ICONS_AND_USE, PROBLEMS, USE
from delula.search import Cases, Choice, Chosen, Field, FieldSet, Number, Text, Time
from delula.web.tags import TAG_COLORS

#: An icon that is newer than the census counts as unused.
RECIPES = func.coalesce(USE.c.recipes, literal_column("0"))

FIELDS = FieldSet(
    [
        Field(
            name="key",
            label="Key",
            kind=Text(contains=True),
            expression=ICONS.id,
            aliases=("id",),
            help="A part of the key by which recipes name it.",
            example="key:honey",
        ),
        Field(
            name="display",
            label="Display",
            kind=Text(contains=True),
            expression=ICONS.display,
            help="A part of the words that users read; plain words search them too.",
        ),
        Field(
            name="icon",
            label="Icon",
            kind=Text(),
            expression=ICONS.icon,
            help="The name of its picture.",
            example="icon:droplet",
        ),
        Field(
            name="color",
            label="Colour",
            kind=Chosen(choices=[Choice(color) for color in sorted(TAG_COLORS)]),
            expression=ICONS.color,
            aliases=("colour",),
            facet=True,
            help="The colour that users see.",
        ),
        Field(
            name="recipes",
            label="Recipes",
            kind=Number(),
            expression=RECIPES,
            help="How many recipes have a step or an option of its key.",
            example="recipes:>5",
        ),
        Field(
            name="problem",
            label="Problem",
            kind=Cases(conditions={problem.value: clause for problem, clause in PROBLEMS.items()}),
            help="What is wrong with it.",
            example="problem:unused",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=ICONS.created_at,
            help="When it was made.",
        ),
        Field(
            name="updated",
            label="Updated",
            kind=Time(),
            expression=ICONS.updated_at,
            help="When it last changed.",
        ),
    ],
    default="display",
)

LISTING = ListSpec(
    name="option_icons",
    title="Option icons",
    noun="option icon",
    empty="They appear here as soon as the product has a look for an option of a recipe.",
    icon="shapes",
    source=Source(ICONS_AND_USE, ICONS.id),
    fields=FIELDS,
    sorts=(
        Sort("key", "Key", collate(ICONS.id, "C"), SortKind.TEXT, nullable=False, descending_first=False),
        Sort(
            "display",
            "Display",
            collate(func.lower(ICONS.display), "C"),
            SortKind.TEXT,
            nullable=False,
            descending_first=False,
        ),
        Sort("recipes", "Recipes", RECIPES, SortKind.INTEGER, nullable=False),
        Sort("updated", "Updated", ICONS.updated_at, SortKind.TIME),
        Sort("created", "Created", ICONS.created_at, SortKind.TIME),
    ),
    columns=(
        Column("key", "Key", sort="key"),
        Column("display", "Display", sort="display"),
        Column("icon", "Icon"),
        Column("color", "Colour"),
        Column("recipes", "Recipes", sort="recipes", numeric=True),
        Column("created", "Created", sort="created", width="time"),
        Column("updated", "Updated", sort="updated", width="time"),
    ),
    tabs=(("Unused", "problem:unused"), ("Without a picture", "problem:no_icon")),
    summary="line",
)
