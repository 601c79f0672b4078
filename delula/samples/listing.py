"""The list of samples, declared: what it shows, and what it can be filtered and sorted by."""

from __future__ import annotations

import re

from delula.lists import GRID, TABLE, Column, ListSpec, Sort, SortKind, Source
from delula.models import RecipeSample, ReviewKind
from delula.models.enums import MediaType, ModerationStatus
from delula.review.blind import is_listed
from delula.search import (
    Bytes,
    Choice,
    Chosen,
    Field,
    FieldSet,
    Flag,
    FullText,
    Number,
    Reference,
    Text,
    Time,
    full_text,
)

SAMPLES = RecipeSample.__table__.c

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=SAMPLES.id,
            help="The number of the sample.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="status",
            label="Moderation",
            kind=Chosen(choices=[Choice(s.value) for s in ModerationStatus]),
            expression=SAMPLES.moderation_status,
            aliases=("moderation", "moderation_status"),
            facet=True,
            help="How moderation judged it.",
            example="status:pending",
        ),
        Field(
            name="recipe",
            label="Recipe",
            kind=Reference(noun="recipe", bits=32),
            expression=SAMPLES.recipe_id,
            help="Slug, name or id of its recipe.",
            example="recipe:lava-food-asmr",
        ),
        Field(
            name="user",
            label="User",
            kind=Reference(noun="user"),
            expression=SAMPLES.user_id,
            help="Id, e-mail address or handle of who made it.",
            example="user:ada@example.com",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="generation",
            label="Generation",
            kind=Number(),
            expression=SAMPLES.generation_id,
            help="The number of the generation that it shows.",
            example="generation:4711",
        ),
        Field(
            name="type",
            label="Type",
            kind=Chosen(choices=[Choice(t.value) for t in MediaType]),
            expression=SAMPLES.type,
            facet=True,
            help="Image or video.",
        ),
        Field(
            name="featured",
            label="Featured",
            kind=Flag(),
            expression=SAMPLES.is_featured,
            facet=True,
            help="Whether it is shown first.",
        ),
        Field(
            name="moderated",
            label="Moderated",
            kind=Flag(),
            expression=SAMPLES.is_moderated,
            facet=True,
            help="Whether moderation has anything to say about it.",
        ),
        Field(
            name="likes",
            label="Likes",
            kind=Number(),
            expression=SAMPLES.like_count,
            help="How many people like it.",
            example="likes:>10",
        ),
        Field(
            name="downloads",
            label="Downloads",
            kind=Number(),
            expression=SAMPLES.download_count,
            help="How often it was downloaded.",
            example="downloads:>10",
        ),
        Field(
            name="size",
            label="Size",
            kind=Bytes(),
            expression=SAMPLES.file_size,
            help="Of the file.",
            example="size:>1MB",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=SAMPLES.created_at,
            help="When it became a sample.",
        ),
        Field(
            name="updated",
            label="Updated",
            kind=Time(),
            expression=SAMPLES.updated_at,
            help="When it last changed.",
        ),
        Field(
            name="title",
            label="Title",
            kind=Text(contains=True),
            expression=SAMPLES.title,
            help="A part of its title.",
        ),
        Field(
            name="prompt",
            label="Prompt",
            kind=FullText(text=SAMPLES.original_prompt),
            expression=full_text(SAMPLES.original_prompt),
            help="Words of the prompt; plain words search it too.",
            example='prompt:"blue whale"',
        ),
    ],
    default="prompt",
)

LISTING = ListSpec(
    name="samples",
    title="Samples",
    noun="sample",
    empty="They appear here as soon as a generation becomes an example of its recipe.",
    icon="gallery-thumbnails",
    source=Source(
        RecipeSample.__table__,
        SAMPLES.id,
        # Indexes that lead with the field and go on with the time of creation.
        frozenset((name, "created") for name in ("recipe", "user", "status", "type")),
        where=is_listed(SAMPLES.id, ReviewKind.SAMPLE),
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", SAMPLES.created_at, SortKind.TIME),
        Sort("likes", "Likes", SAMPLES.like_count, SortKind.INTEGER, nullable=False),
        Sort("downloads", "Downloads", SAMPLES.download_count, SortKind.INTEGER, nullable=False),
        Sort("size", "Size", SAMPLES.file_size, SortKind.INTEGER, nullable=False),
        Sort("updated", "Updated", SAMPLES.updated_at, SortKind.TIME),
        Sort("id", "Id", SAMPLES.id, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("status", "Moderation"),
        Column("created", "Created", sort="created", width="time"),
        Column("title", "Title"),
        Column("recipe", "Recipe"),
        Column("user", "User"),
        Column("generation", "Generation", numeric=True),
        Column("type", "Type"),
        Column("featured", "Featured"),
        Column("likes", "Likes", sort="likes", numeric=True),
        Column("downloads", "Downloads", sort="downloads", numeric=True),
        Column("size", "Size", sort="size", numeric=True),
        Column("dimensions", "Dimensions", shown=False),
        Column("moderated", "Moderated", shown=False),
        Column("updated", "Updated", sort="updated", shown=False, width="time"),
        Column("prompt", "Prompt", shown=False, width="wide"),
        Column("description", "Description", shown=False, width="wide"),
    ),
    views=(GRID, TABLE),
    tabs=(
        ("Pending", "status:pending"),
        ("Approved", "status:approved"),
        ("Rejected", "status:rejected"),
        ("Anything else", "-status:pending,approved,rejected"),
    ),
)
