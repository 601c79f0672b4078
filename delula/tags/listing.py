"""The list of tags, declared: what it shows, and what it can be filtered and sorted by.

A catalogue has some thousand tags at most, so no order of theirs needs an index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlalchemy import Text as TextType
from sqlalchemy import collate, func, literal_column

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.search import Cases, Choice, Chosen, Field, FieldSet, Flag, Number, Text, Time
from delula.tags.queries import (
    CENSUS,
    FOLDED,
    GROUP,
    NAMESPACE,
    TAGS,
    TAGS_AND_USE,
    USE,
    Problem,
    has_problem,
)
from delula.web.tags import TAG_COLORS

if TYPE_CHECKING:
    from collections.abc import Sequence


def _namespaces() -> Sequence[Choice]:
    return [Choice(namespace) for namespace in CENSUS.get().namespaces]


#: A tag that is newer than the census counts as unused.
RECIPES, USED = (func.coalesce(USE.c[name], literal_column("0")) for name in ("recipes", "usage"))
NAME = collate(FOLDED, "C")
#: What it is called and was called, a line each.
CALLED = literal_column(
    """concat_ws(E'\\n', tags.name, (SELECT string_agg(former.name, E'\\n')
        FROM dashboard.tag_alias former WHERE former.tag_id = tags.id))""",
    TextType(),
)

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=TAGS.id,
            help="The number of the tag.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="name",
            label="Name",
            kind=Text(contains=True),
            expression=TAGS.name,
            help="A part of its name.",
            example="name:video",
        ),
        Field(
            name="called",
            label="Called",
            kind=Text(contains=True),
            expression=CALLED,
            aliases=("alias", "former"),
            help="A part of its name, of one that it had, or of a tag that was merged into it.",
            example="called:video",
        ),
        Field(
            name="namespace",
            label="Namespace",
            kind=Chosen(choices=_namespaces),
            expression=NAMESPACE,
            aliases=("ns",),
            facet=True,
            help="What stands before the colon of a hidden tag.",
            example="namespace:category",
        ),
        Field(
            name="hidden",
            label="Hidden",
            kind=Flag(),
            expression=TAGS.is_hidden,
            facet=True,
            help="Whether it sorts the catalogue, rather than stand on recipe cards.",
        ),
        Field(
            name="active",
            label="Active",
            kind=Flag(),
            expression=TAGS.is_active,
            facet=True,
            help="Whether the product uses it.",
        ),
        Field(
            name="problem",
            label="Problem",
            kind=Cases(conditions={problem.value: has_problem(problem) for problem in Problem}),
            help="What is wrong with it.",
            example="problem:unused",
        ),
        Field(
            name="color",
            label="Colour",
            kind=Chosen(choices=[Choice(color) for color in sorted(TAG_COLORS)]),
            expression=TAGS.color,
            aliases=("colour",),
            facet=True,
            help="The colour of its chip.",
        ),
        Field(
            name="recipes",
            label="Recipes",
            kind=Number(),
            expression=RECIPES,
            help="How many recipes carry it.",
            example="recipes:>10",
        ),
        Field(
            name="usage",
            label="Usage",
            kind=Number(bits=64),
            expression=USED,
            help="How often its recipes were used.",
            example="usage:>1000",
        ),
        Field(
            name="used",
            label="Last used",
            kind=Time(),
            expression=USE.c.last_used_at,
            help="When one of its recipes was used last.",
            example="used:<30d",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=TAGS.created_at,
            help="When it was made.",
        ),
        Field(
            name="description",
            label="Description",
            kind=Text(contains=True),
            expression=TAGS.description,
            help="A part of its description.",
        ),
    ],
    default="called",
)

LISTING = ListSpec(
    name="tags",
    title="Tags",
    noun="tag",
    empty="They appear here as soon as the product has some.",
    icon="tags",
    source=Source(TAGS_AND_USE, TAGS.id),
    fields=FIELDS,
    sorts=(
        Sort("group", "Group", GROUP, SortKind.TEXT, nullable=False, descending_first=False, jumps=False),
        Sort("name", "Name", NAME, SortKind.TEXT, nullable=False, descending_first=False),
        Sort("recipes", "Recipes", RECIPES, SortKind.INTEGER, nullable=False),
        Sort("usage", "Usage", USED, SortKind.INTEGER, nullable=False),
        Sort("used", "Last used", USE.c.last_used_at, SortKind.TIME),
        Sort("created", "Created", TAGS.created_at, SortKind.TIME),
        Sort("id", "Id", TAGS.id, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("name", "Name", sort="name"),
        Column("problems", "Problems"),
        Column("recipes", "Recipes", sort="recipes", numeric=True),
        Column("usage", "Usage", sort="usage", numeric=True),
        Column("used", "Last used", sort="used", width="time"),
        Column("trend", "8 weeks"),
        Column("color", "Colour"),
        Column("state", "State"),
        Column("description", "Description", width="wide"),
        Column("namespace", "Namespace", sort="group", shown=False),
        Column("created", "Created", sort="created", shown=False, width="time"),
        Column("id", "Id", sort="id", shown=False, width="id"),
    ),
    summary="line",
    pages=(("Namespaces", "list-tree", "namespaces.index"),),
    tabs=(
        ("Public", "hidden:no"),
        ("Hidden", "hidden:yes"),
        ("With problems", f"problem:{','.join(Problem)}"),
    ),
)
