"""The list of the backlog's videos, declared."""

from __future__ import annotations

import re

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import BacklogVideo
from delula.search import Field, FieldSet, Flag, Number, Reference, Text, Time

VIDEOS = BacklogVideo.__table__.c

FIELDS = FieldSet(
    [
        Field(name="id", label="Id", kind=Number(), expression=VIDEOS.id, help="The number of the entry."),
        Field(
            name="recipe",
            label="Recipe",
            kind=Reference(noun="recipe", bits=32),
            expression=VIDEOS.recipe_id,
            help="Slug, name or id of the recipe.",
            example="recipe:lava-food-asmr",
        ),
        Field(
            name="generation",
            label="Generation",
            kind=Number(),
            expression=VIDEOS.generation_id,
            help="The number of the generation that made it.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="used",
            label="Given away",
            kind=Flag(),
            expression=VIDEOS.is_used,
            facet=True,
            help="Whether a user has it.",
        ),
        Field(
            name="given",
            label="Given at",
            kind=Time(),
            expression=VIDEOS.used_at,
            aliases=("used_at",),
            help="When it was given away.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=VIDEOS.created_at,
            help="When it was made.",
        ),
        Field(
            name="request",
            label="Request",
            kind=Number(),
            expression=VIDEOS.used_by_request_id,
            help="The number of the request that got it.",
        ),
        Field(
            name="asset",
            label="Asset id",
            kind=Text(),
            expression=VIDEOS.asset_id,
            aliases=("asset_id",),
            help="The id of its file.",
        ),
        Field(
            name="short",
            label="Short id",
            kind=Text(),
            expression=VIDEOS.short_id,
            aliases=("short_id",),
            help="The eleven characters of its public address.",
        ),
        Field(
            name="hash",
            label="Variables' hash",
            kind=Text(),
            expression=VIDEOS.recipe_variables_hash,
            help="The hash of the variables that it was made with.",
        ),
    ],
    default="asset",
)

LISTING = ListSpec(
    name="backlog_videos",
    title="Backlog videos",
    noun="video",
    empty="They appear here as soon as the product makes some ahead.",
    icon="archive",
    pages=(("Stock by recipe", "archive", "backlog.index"),),
    tabs=(("In stock", "used:no"), ("Given away", "used:yes")),
    source=Source(BacklogVideo.__table__, VIDEOS.id, frozenset({("recipe", "created"), ("used", "created")})),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", VIDEOS.created_at, SortKind.TIME),
        Sort("id", "Id", VIDEOS.id, SortKind.INTEGER, nullable=False),
        Sort("given", "Given at", VIDEOS.used_at, SortKind.TIME),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("used", "State"),
        Column("created", "Created", sort="created", width="time"),
        Column("recipe", "Recipe"),
        Column("variables", "Variables", width="wide"),
        Column("generation", "Generation", width="id"),
        Column("given", "Given at", sort="given", width="time"),
        Column("request", "Request", shown=False, numeric=True),
        Column("asset", "Asset id", shown=False, width="id"),
        Column("short", "Short id", shown=False, width="id"),
    ),
)
