"""What the product's integers and status words mean.

A live database holds values that no document lists, so a column of these kinds yields the member where
there is one and the raw value where there is none (see `columns.IntegerEnum` and `columns.TextEnum`);
`label` names both for a person.
"""

from __future__ import annotations

from enum import Enum, IntEnum, StrEnum

MEBIBYTE = 1024 * 1024


def label(value: int | str | None) -> str:
    """The words for an enum member or for a raw value that no member bears.

    Returns:
        "Registered" for `AccountType.REGISTERED`, "Unknown (7)" for a bare 7, "Not set" for None.
    """
    if value is None:
        return "Not set"
    if not isinstance(value, Enum):
        return f"Unknown ({value})"
    return _LABELS.get((type(value), value.value)) or value.name.replace("_", " ").capitalize()


def wording(value: str) -> str:
    """The words for a word of the database: "Daily refresh".

    A text that no member bears stays as it is; in quotes where it reads like the words of one, so that
    `Usage` and `usage` are told apart.
    """
    if isinstance(value, Enum):
        return label(value)
    return f"“{value}”" if value in _WORDS else value


class AccountType(IntEnum):
    """`users.account_type`; also rows of `type_user`."""

    SYSTEM = 1
    GUEST = 2
    REGISTERED = 3


class AccessRole(IntEnum):
    """`users.access_role`; also rows of `type_role`. A role in the product, not in the console."""

    USER = 1
    TEST = 2
    ADMIN = 3


class ServiceType(IntEnum):
    """`services.type_id`; also rows of `type_services`."""

    TEXT_TO_IMAGE = 1
    TEXT_TO_VIDEO = 2
    IMAGE_TO_VIDEO = 3


class AudioType(IntEnum):
    """`recipes.audio_type`; also rows of `type_audio`."""

    NO_SOUND = 0
    SOUND = 1
    SPEECH = 2


class UserAssetOrigin(IntEnum):
    """`user_assets.source`: how a file came into a user's library."""

    UPLOADED = 1
    IMPORTED_FROM_GENERATION = 2


class AssetType(IntEnum):
    """`user_assets.asset_type`, with what the product accepts of each kind."""

    IMAGE = 1
    VIDEO = 2
    AUDIO = 3
    DOCUMENT = 4

    @property
    def extensions(self) -> tuple[str, ...]:
        """File name extensions that are accepted, lower case, without the dot."""
        return _ASSET_RULES[self][0]

    @property
    def size_cap(self) -> int:
        """The largest accepted file, in bytes."""
        return _ASSET_RULES[self][1]

    @property
    def cap(self) -> str:
        """The same in the unit of the product's rule, which counts in powers of two: `25 MiB`."""
        return f"{self.size_cap // MEBIBYTE} MiB"

    @property
    def folder(self) -> str:
        """The folder of this kind inside `library/user/{user_id}/` of the bucket."""
        return _ASSET_RULES[self][2]


_ASSET_RULES: dict[AssetType, tuple[tuple[str, ...], int, str]] = {
    AssetType.IMAGE: (("jpg", "jpeg", "png", "webp"), 25 * MEBIBYTE, "images"),
    AssetType.VIDEO: (("mp4", "webm", "mov"), 500 * MEBIBYTE, "videos"),
    AssetType.AUDIO: (("mp3", "wav"), 50 * MEBIBYTE, "audio"),
    AssetType.DOCUMENT: (("pdf",), 25 * MEBIBYTE, "documents"),
}


class ChannelType(IntEnum):
    """`component_input_channels.type` and `component_output_channels.type`: what flows through."""

    IMAGE = 1
    IMAGE_URL = 2
    IMAGE_BASE64 = 3
    IMAGE_BLOB = 4
    VIDEO = 5
    VIDEO_URL = 6
    VIDEO_BLOB = 7
    VIDEO_FRAMES = 8
    TEXT = 9
    TEXT_PROMPT = 10
    TEXT_INSTRUCTION = 11
    TEXT_CONFIG = 12
    AUDIO = 13
    AUDIO_URL = 14
    AUDIO_BLOB = 15
    AUDIO_WAVEFORM = 16
    NUMBER = 17
    INTEGER = 18
    FLOAT = 19
    PERCENTAGE = 20
    BOOLEAN = 21
    FLAG = 22
    JSON = 23
    METADATA = 24
    CONFIG = 25
    TEMPLATE = 26


class InvalidAssetSourceError(ValueError):
    """A number or a word that names no asset source."""

    def __init__(self, value: object) -> None:
        known = ", ".join(f"{source.value} ({source})" for source in AssetSource)
        super().__init__(f"{value!r} is not an asset source; known are {known}")
        self.value = value


class AssetSource(IntEnum):
    """Where an asset comes from: the product's asset source type system.

    `str()` and `from_string` use the lower-case word, `to_number` and `from_number` the number.
    """

    SYSTEM = 1
    USER = 2
    GENERATION = 3
    MARKET = 4

    def __str__(self) -> str:
        return self.name.lower()

    @property
    def table_name(self) -> str:
        """The table that holds the assets of this source."""
        return "generations" if self is AssetSource.GENERATION else f"{self}_assets"

    @property
    def requires_auth(self) -> bool:
        """Whether the product shows such an asset to signed-in people only."""
        return self in (AssetSource.USER, AssetSource.GENERATION)

    @property
    def isolated_by_user(self) -> bool:
        """Whether the product shows such an asset to its owner only."""
        return self.requires_auth

    def to_number(self) -> int:
        """The number under which the product stores this source."""
        return self.value

    @classmethod
    def is_valid_number(cls, number: object) -> bool:
        """Whether `number` is the integer of a source; True, 2.0 and "2" are not."""
        return type(number) in (int, cls) and any(number == source.value for source in cls)

    @classmethod
    def is_valid_string(cls, word: object) -> bool:
        """Whether `word` is the lower-case word of a source."""
        return isinstance(word, str) and any(word == str(source) for source in cls)

    @classmethod
    def from_number(cls, number: int) -> AssetSource:
        """The source with this number.

        Raises:
            InvalidAssetSourceError: there is none.
        """
        if not cls.is_valid_number(number):
            raise InvalidAssetSourceError(number)
        return cls(number)

    @classmethod
    def from_string(cls, word: str) -> AssetSource:
        """The source with this lower-case word.

        Raises:
            InvalidAssetSourceError: there is none.
        """
        if not cls.is_valid_string(word):
            raise InvalidAssetSourceError(word)
        return cls[word.upper()]


class GenerationStatus(StrEnum):
    """`generations.status`: pending → processing → completed or failed; failed → pending on a retry."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class MediaType(StrEnum):
    """`generations.type`, `recipe_samples.type` and `recipes.generation_type`."""

    IMAGE = "image"
    VIDEO = "video"


class RequestOrigin(StrEnum):
    """`request_origin` inside `generations.metadata`."""

    USER = "user"
    BACKLOG = "backlog"


class WorkflowType(StrEnum):
    """`recipes.workflow_type`."""

    IMAGE = "image"
    VIDEO = "video"
    HYBRID = "hybrid"


class CreditTransactionType(StrEnum):
    """`credit_transactions.type`. Only the console writes `adjustment`."""

    USAGE = "usage"
    REFUND = "refund"
    PURCHASE = "purchase"
    DAILY_REFRESH = "daily_refresh"
    BACKLOG_CLEANUP = "backlog_cleanup"
    ADJUSTMENT = "adjustment"


class DependencyType(StrEnum):
    """`component_dependencies.dependency_type`."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    CONFLICTS = "conflicts"


class ModerationStatus(StrEnum):
    """`recipe_samples.moderation_status`."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


#: Words that a member's name does not give. The class is part of the key because integer members of
#: different enums are equal and hash alike.
_LABELS: dict[tuple[type[Enum], int | str], str] = {
    (ServiceType, ServiceType.TEXT_TO_IMAGE): "Text-to-Image",
    (ServiceType, ServiceType.TEXT_TO_VIDEO): "Text-to-Video",
    (ServiceType, ServiceType.IMAGE_TO_VIDEO): "Image-to-Video",
    (AudioType, AudioType.NO_SOUND): "No Sound",
    (ChannelType, ChannelType.IMAGE_URL): "Image URL",
    (ChannelType, ChannelType.VIDEO_URL): "Video URL",
    (ChannelType, ChannelType.AUDIO_URL): "Audio URL",
    (ChannelType, ChannelType.JSON): "JSON",
}

#: How the words of the database read.
_WORDS = frozenset(
    label(member)
    for words in (
        GenerationStatus,
        MediaType,
        RequestOrigin,
        WorkflowType,
        CreditTransactionType,
        DependencyType,
        ModerationStatus,
    )
    for member in words
)
