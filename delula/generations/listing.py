"""The list of generations, declared: what it shows, and what it can be filtered and sorted by.

Every expression here stands in an index as it is written here; `migrations/` makes those that the product
does not have.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Double, String, literal_column, or_

from delula.lists import GRID, TABLE, Column, ListSpec, Sort, SortKind, Source
from delula.models import Generation, ReviewKind
from delula.models.enums import GenerationStatus, MediaType, RequestOrigin
from delula.review.blind import is_listed
from delula.rollups.families import message_of
from delula.search import (
    Choice,
    Chosen,
    Duration,
    Field,
    FieldSet,
    Flag,
    FullText,
    Json,
    Number,
    Reference,
    Text,
    Time,
    full_text,
)

GENERATIONS = Generation.__table__.c

#: Texts of any length stand in an index cut short: a longer one would make the product's insert fail.
ORIGIN = literal_column("left(generations.metadata ->> 'request_origin', 50)", String())
WORKFLOW = literal_column("left(generations.metadata ->> 'workflowType', 50)", String())
JOB_STATUS = literal_column("left(generations.fal_job_status, 50)", String())
#: Seconds from the start of the work to its end; null while it runs.
DURATION: ColumnElement[float] = literal_column(
    """CASE WHEN generations.status = ANY (ARRAY['completed', 'failed'])
    AND isfinite(generations.updated_at) AND isfinite(generations.processing_started_at)
    THEN EXTRACT(epoch FROM generations.updated_at - generations.processing_started_at)::float8 END""",
    Double(),
)

#: Seconds from the request to the start of the work; null where that has not come.
WAIT: ColumnElement[float] = literal_column(
    """CASE WHEN isfinite(generations.processing_started_at) AND isfinite(generations.created_at)
    THEN EXTRACT(epoch FROM generations.processing_started_at - generations.created_at)::float8 END""",
    Double(),
)

#: What the roll-ups count failures by.
MESSAGE = literal_column(message_of("generations.failure_reason"), String())

#: Who makes it: the provider that its recipe names for its medium.
PROVIDER = literal_column(
    """(SELECT nullif(
        CASE WHEN generations.type = 'video' THEN recipes.video_provider ELSE recipes.image_provider END, '')
    FROM recipes WHERE recipes.id = generations.recipe_id)""",
    String(),
)

#: Kinds of work, as the hidden tags `workflow:*` name them.
WORKFLOWS = ("text_to_video", "text_to_image", "image_to_video", "style_transfer")

FIELDS = FieldSet(
    [
        Field(
            name="id",
            label="Id",
            kind=Number(),
            expression=GENERATIONS.id,
            help="The number of the generation.",
            recognises=re.compile(r"\d{1,10}"),
        ),
        Field(
            name="short",
            label="Short id",
            kind=Text(),
            expression=GENERATIONS.short_id,
            aliases=("short_id",),
            help="The eleven characters of its public address.",
            recognises=re.compile(r"[A-Za-z0-9_-]{11}"),
        ),
        Field(
            name="asset",
            label="Asset id",
            kind=Text(),
            expression=GENERATIONS.asset_id,
            aliases=("asset_id",),
            help="The id of the file that was made.",
            recognises=re.compile(r"[0-9a-fA-F-]{16,64}"),
        ),
        Field(
            name="job",
            label="Provider job",
            kind=Text(),
            expression=GENERATIONS.fal_job_id,
            aliases=("fal_job_id",),
            help="The id of the job at the provider.",
            recognises=re.compile(r"[0-9a-fA-F-]{16,64}"),
        ),
        Field(
            name="user",
            label="User",
            kind=Reference(noun="user"),
            expression=GENERATIONS.user_id,
            help="Id, e-mail address or handle of the owner.",
            example="user:ada@example.com",
            recognises=re.compile(r"[^@\s]+@[^@\s]+"),
        ),
        Field(
            name="recipe",
            label="Recipe",
            kind=Reference(noun="recipe", bits=32),
            expression=GENERATIONS.recipe_id,
            help="Slug, name or id of the recipe.",
            example="recipe:lava-food-asmr",
        ),
        Field(
            name="status",
            label="Status",
            kind=Chosen(choices=[Choice(s.value) for s in GenerationStatus]),
            expression=GENERATIONS.status,
            facet=True,
            help="Where it stands.",
        ),
        Field(
            name="type",
            label="Type",
            kind=Chosen(choices=[Choice(t.value) for t in MediaType]),
            expression=GENERATIONS.type,
            facet=True,
            help="Image or video.",
        ),
        Field(
            name="origin",
            label="Origin",
            kind=Chosen(choices=[Choice(o.value) for o in RequestOrigin]),
            expression=ORIGIN,
            facet=True,
            help="Whether a user or the backlog asked for it.",
        ),
        Field(
            name="workflow",
            label="Workflow",
            kind=Chosen(choices=[Choice(w) for w in WORKFLOWS]),
            expression=WORKFLOW,
            facet=True,
            help="The kind of work that was run.",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=GENERATIONS.created_at,
            help="When it was asked for.",
        ),
        Field(
            name="updated",
            label="Updated",
            kind=Time(),
            expression=GENERATIONS.updated_at,
            help="When it last changed.",
        ),
        Field(
            name="started",
            label="Started",
            kind=Time(),
            expression=GENERATIONS.processing_started_at,
            help="When the work began.",
        ),
        Field(
            name="duration",
            label="Duration",
            kind=Duration(),
            expression=DURATION,
            help="From the start of the work to its end.",
        ),
        Field(
            name="wait",
            label="Wait",
            kind=Duration(),
            expression=WAIT,
            help="From the request to the start of the work.",
        ),
        Field(
            name="cost",
            label="Cost",
            kind=Number(),
            expression=GENERATIONS.credits_cost,
            help="Credits charged.",
        ),
        Field(
            name="refunded",
            label="Refunded",
            kind=Flag(),
            expression=GENERATIONS.credits_refunded,
            facet=True,
            help="Whether the credits went back.",
        ),
        Field(
            name="retries",
            label="Retries",
            kind=Number(),
            expression=GENERATIONS.retry_count,
            help="How often it was tried again.",
        ),
        Field(
            name="public",
            label="Public",
            kind=Flag(),
            expression=GENERATIONS.is_public,
            facet=True,
            help="Whether anybody may see it.",
        ),
        Field(
            name="published",
            label="Published",
            kind=Flag(),
            expression=GENERATIONS.is_published,
            help="Whether it stands in the gallery.",
        ),
        Field(
            name="error",
            label="Error",
            kind=Flag(null_is_no=True),
            expression=or_(GENERATIONS.failure_reason != "", GENERATIONS.error_details.is_not(None)),
            help="Whether a failure was recorded.",
        ),
        Field(
            name="reason",
            label="Failure reason",
            kind=Text(contains=True),
            expression=GENERATIONS.failure_reason,
            help="Text in the reason of the failure.",
            example="reason:timeout",
        ),
        Field(
            name="message",
            label="Failure message",
            kind=Text(null_if_empty=True),
            expression=MESSAGE,
            help="The reason without what changes from case to case, as charts count failures.",
            example='status:failed message:"Timeout after … ms"',
        ),
        Field(
            name="provider",
            label="Provider",
            kind=Text(ignore_case=True),
            expression=PROVIDER,
            help="Whom its recipe names as the maker, in any case.",
            example="status:processing provider:fal",
        ),
        Field(
            name="jobstatus",
            label="Job status",
            kind=Chosen(choices=[Choice(s) for s in ("COMPLETED", "FAILED", "IN_PROGRESS", "IN_QUEUE")]),
            expression=JOB_STATUS,
            aliases=("fal_job_status",),
            facet=True,
            help="What the provider last said.",
        ),
        Field(
            name="meta",
            label="Metadata",
            kind=Json(
                paths=[
                    ("formData",),
                    ("extractedVariables",),
                    ("tagDisplayData",),
                    ("workflowType",),
                    ("request_origin",),
                    ("isInstant",),
                ]
            ),
            expression=GENERATIONS.metadata,
            aliases=("metadata",),
            help="A value in the metadata, by its path.",
            example="meta.isInstant:true",
        ),
        Field(
            name="prompt",
            label="Prompt",
            kind=FullText(text=GENERATIONS.prompt),
            expression=full_text(GENERATIONS.prompt),
            help="Words of the prompt; plain words search it too.",
            example='prompt:"blue whale"',
        ),
    ],
    default="prompt",
)

LISTING = ListSpec(
    name="generations",
    title="Generations",
    noun="generation",
    empty="They appear here as soon as somebody runs a recipe.",
    icon="clapperboard",
    source=Source(
        Generation.__table__,
        GENERATIONS.id,
        frozenset(
            {("recipe", "cost"), ("recipe", "duration")}
            # Indexes that lead with the field and go on with the time of creation.
            | {
                (name, "created")
                for name in (
                    "user",
                    "recipe",
                    "status",
                    "type",
                    "origin",
                    "workflow",
                    "jobstatus",
                    "public",
                    "published",
                    "retries",
                )
            }
        ),
        where=is_listed(GENERATIONS.id, ReviewKind.GENERATION),
        follows=frozenset(
            (later, GENERATIONS.created_at)
            for later in (GENERATIONS.updated_at, GENERATIONS.processing_started_at)
        ),
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", GENERATIONS.created_at, SortKind.TIME),
        Sort("id", "Id", GENERATIONS.id, SortKind.INTEGER, nullable=False),
        Sort("updated", "Updated", GENERATIONS.updated_at, SortKind.TIME),
        Sort("started", "Started", GENERATIONS.processing_started_at, SortKind.TIME),
        Sort("duration", "Duration", DURATION, SortKind.DECIMAL),
        Sort("cost", "Cost", GENERATIONS.credits_cost, SortKind.INTEGER),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("status", "Status"),
        Column("created", "Created", sort="created", width="time"),
        Column("recipe", "Recipe"),
        Column("prompt", "Prompt", width="wide"),
        Column("user", "User"),
        Column("type", "Type", shown=False),
        Column("cost", "Cost", sort="cost", numeric=True),
        Column("duration", "Duration", sort="duration", numeric=True),
        Column("short", "Short id", shown=False, width="id"),
        Column("origin", "Origin", shown=False),
        Column("workflow", "Workflow", shown=False),
        Column("started", "Started", sort="started", shown=False, width="time"),
        Column("updated", "Updated", sort="updated", shown=False, width="time"),
        Column("retries", "Retries", shown=False, numeric=True),
        Column("refunded", "Refunded", shown=False),
        Column("public", "Public", shown=False),
        Column("published", "Published", shown=False),
        Column("reason", "Failure reason", shown=False, width="wide"),
        Column("asset", "Asset id", shown=False, width="id"),
        Column("job", "Provider job", shown=False, width="id"),
        Column("jobstatus", "Job status", shown=False),
    ),
    views=(TABLE, GRID),
)
