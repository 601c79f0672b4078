"""The columns of a recipe that people write, and how each stands in a form.

A stored value is a text, or None for NULL: numbers, flags and JSON as PostgreSQL writes them. So nothing is
rounded, reordered or made up on its way through a form, and what a form gives back as it was is left alone.

What the product counts (`usage_count`) and the id are not here: no form shows them and no command sets them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from delula.models.enums import AudioType, MediaType, WorkflowType, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The stored values of a recipe by column.
Stored: TypeAlias = "Mapping[str, str | None]"

#: Characters of a text without a limit of its own.
LONGEST_TEXT = 200_000
#: Characters of JSON as the form lays it out, most of them space: 200 steps of eight options have 240,000.
LONGEST_JSON = 500_000


class Kind(StrEnum):
    """What a column holds, and so which control edits it."""

    LINE = "line"
    TEXT = "text"
    WHOLE = "whole"
    FLAG = "flag"
    CHOICE = "choice"
    JSON = "json"
    TAGS = "tags"
    TIME = "time"


@dataclass(frozen=True)
class Column:
    """A column that people write.

    Attributes:
        name: of the column.
        label: what the form calls it.
        kind: what it holds.
        help: what a person should know to fill it.
        nullable: whether it may hold nothing.
        longest: characters that it takes.
        least: of a whole number.
        most: of a whole number.
        choices: of a choice, as pairs of stored value and words.
        initial: what a new recipe has there.
        suggests: whether the values of other recipes are offered.
    """

    name: str
    label: str
    kind: Kind = Kind.LINE
    help: str = ""
    nullable: bool = False
    longest: int = LONGEST_TEXT
    least: int = 0
    most: int = 2**31 - 1
    choices: Sequence[tuple[str, str]] = ()
    initial: str | None = ""
    suggests: bool = False

    def shown(self, stored: str | None) -> str:
        """What stands in the form for a stored value."""
        if stored is None:
            return ""
        if self.kind is Kind.TAGS:
            return ", ".join(re.findall(r"-?\d+|null", stored))
        return stored


_MEDIA = [(one.value, label(one)) for one in MediaType]
_WORKFLOWS = [(one.value, label(one)) for one in WorkflowType]
_AUDIO = [(str(one.value), label(one)) for one in AudioType]

COLUMNS: Sequence[Column] = (
    Column("name", "Name", longest=200),
    Column(
        "slug",
        "Slug",
        help="Its name in addresses: small letters, digits and single hyphens. No other recipe may have it.",
        longest=255,
    ),
    Column("description", "Description", Kind.TEXT, help="What users read on its card."),
    Column("category", "Category", help="The shelf on which it stands.", longest=100, suggests=True),
    Column(
        "preview_image_url",
        "Picture",
        help="Address of the picture on its card, or its key in the bucket.",
        nullable=True,
        longest=2_000,
        initial=None,
    ),
    Column(
        "tag_highlights",
        "Tags",
        Kind.TAGS,
        help="Numbers of tags in the order in which users see them, with commas between.",
        nullable=True,
        initial="[]",
    ),
    Column("prompt", "Prompt", Kind.TEXT, help="Variables stand in braces: {food}."),
    Column("instructions", "Instructions", Kind.TEXT, help="What the model is told beside the prompt."),
    Column(
        "recipe_steps",
        "Steps",
        Kind.JSON,
        help="The fields that users fill in.",
        longest=LONGEST_JSON,
        initial="[]",
    ),
    Column("generation_type", "Makes", Kind.CHOICE, choices=_MEDIA, longest=20, initial="image"),
    Column("workflow_type", "Workflow type", Kind.CHOICE, choices=_WORKFLOWS, longest=50, initial="image"),
    Column("style", "Style", longest=100, initial="photorealistic", suggests=True),
    Column("model", "Model", longest=100, initial="flux-1", suggests=True),
    Column("audio_type", "Audio", Kind.CHOICE, choices=_AUDIO, initial="0"),
    Column("video_provider", "Video provider", nullable=True, longest=50, initial=None, suggests=True),
    Column(
        "video_duration",
        "Video length",
        Kind.WHOLE,
        help="Seconds.",
        nullable=True,
        least=1,
        most=3_600,
        initial="10",
    ),
    Column("video_quality", "Video quality", nullable=True, longest=20, initial="hd"),
    Column("video_aspect_ratio", "Video aspect ratio", nullable=True, longest=10, initial="16:9"),
    Column("image_provider", "Image provider", nullable=True, longest=50, initial=None, suggests=True),
    Column("image_quality", "Image quality", nullable=True, longest=20, initial="hd"),
    Column("image_size", "Image size", nullable=True, longest=20, initial="landscape_4_3"),
    Column("num_images", "Images of one run", Kind.WHOLE, nullable=True, least=1, most=100, initial="1"),
    Column("credit_cost", "Cost", Kind.WHOLE, help="Credits that one run costs.", most=100_000, initial="1"),
    Column("is_active", "Active: users can run it", Kind.FLAG, initial="no"),
    Column("is_public", "Public: everybody can see it", Kind.FLAG, initial="no"),
    Column(
        "has_content_restrictions", "Answers of users are checked before it runs", Kind.FLAG, initial="yes"
    ),
    Column(
        "creator_id",
        "Creator",
        help="Id of a user; empty for none.",
        nullable=True,
        longest=255,
        initial=None,
    ),
    Column("revenue_share_enabled", "The creator earns from it", Kind.FLAG, initial="no"),
    Column("revenue_share_percentage", "Creator's part", Kind.WHOLE, help="Percent.", most=100, initial="20"),
    Column(
        "referral_code",
        "Referral code",
        help="Letters, digits, - and _. No other recipe may have it.",
        nullable=True,
        longest=20,
        initial=None,
    ),
    Column(
        "workflow_components",
        "Workflow components",
        Kind.JSON,
        nullable=True,
        longest=LONGEST_JSON,
        initial=None,
    ),
    Column("created_at", "Created", Kind.TIME, help="In UTC; the product sorts by it.", nullable=True),
)

BY_NAME: Mapping[str, Column] = {column.name: column for column in COLUMNS}


def newlines(text: str) -> str:
    """A text with the line ends that a form gives it, so that it can be compared with one from a form."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def differs(column: Column, text: str, stored: str | None) -> bool:
    """Whether a form holds something else than what is stored; line ends of a browser are no difference."""
    typed, shown = newlines(text), newlines(column.shown(stored))
    if column.kind in {Kind.TEXT, Kind.JSON}:
        return typed != shown
    # Browsers take line ends out of what stands on one line.
    return typed.replace("\n", "") != shown.replace("\n", "")
