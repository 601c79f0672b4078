"""The list of uploads, declared."""

from __future__ import annotations

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import Upload
from delula.models.enums import AssetType
from delula.search import Bytes, Choice, Chosen, Field, FieldSet, Number, Text, Time
from delula.uploads.actions import source_choices
from delula.uploads.queries import State, U

FIELDS = FieldSet(
    [
        Field(
            name="file",
            label="File",
            kind=Text(contains=True),
            expression=U.filename,
            aliases=("filename", "name"),
            help="A part of the file's name.",
            example="file:holiday",
        ),
        Field(
            name="state",
            label="State",
            kind=Chosen(choices=[Choice(state.value) for state in State], open=False),
            expression=U.state,
            facet=True,
            help="How far it is, and what became of it.",
            example="state:refused",
        ),
        Field(
            name="source",
            label="Becomes",
            kind=Chosen(choices=[Choice(word, label=label) for word, label in source_choices()], open=False),
            expression=U.source,
            facet=True,
            help="System asset, market asset, or a file in a user's library.",
        ),
        Field(
            name="owner",
            label="Owner",
            kind=Text(),
            expression=U.owner_id,
            aliases=("user",),
            help="Id of the set, the creator or the user.",
        ),
        Field(
            name="type",
            label="Type",
            kind=Chosen(
                choices=[Choice(kind.value, kind.name.lower(), kind.name.capitalize()) for kind in AssetType],
                numeric=True,
            ),
            expression=U.asset_type,
            facet=True,
            help="Image, video, audio or document.",
        ),
        Field(
            name="by",
            label="By",
            kind=Text(contains=True),
            expression=U.author,
            help="A part of the name of who sends it.",
            example="by:ada",
        ),
        Field(name="bytes", label="Size", kind=Bytes(), expression=U.bytes, help="Of the file, as declared."),
        Field(
            name="created",
            label="Begun",
            kind=Time(),
            expression=U.created_at,
            help="When it was begun.",
        ),
        Field(name="id", label="Id", kind=Number(bits=64), expression=U.id, help="The number of the upload."),
    ],
    default="file",
)

LISTING = ListSpec(
    name="uploads",
    title="Uploads",
    noun="upload",
    empty="Files that staff send into the bucket appear here.",
    icon="upload",
    source=Source(Upload.__table__, U.id, frozenset({("state", "created")})),
    fields=FIELDS,
    sorts=(
        Sort("created", "Begun", U.created_at, SortKind.TIME, nullable=False),
        Sort("bytes", "Size", U.bytes, SortKind.INTEGER, nullable=False),
        Sort("id", "Id", U.id, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("file", "File"),
        Column("state", "State"),
        Column("why", "Reason", width="wide"),
        Column("source", "Becomes"),
        Column("owner", "Owner"),
        Column("type", "Type"),
        Column("bytes", "Size", sort="bytes", numeric=True),
        Column("by", "By"),
        Column("created", "Begun", sort="created", width="time"),
        Column("changed", "Last change", shown=False, width="time"),
        Column("key", "Key", shown=False, width="wide"),
        Column("id", "Id", sort="id", shown=False, width="id"),
    ),
    tabs=(("Unfinished", "state:sending,checking,checked"), ("Refused", "state:refused")),
)
