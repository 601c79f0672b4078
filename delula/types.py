"""Plain typed classes for every table of the product: what a row is, and what a new one needs.

The schema document's "type exports". `User` is a row of `users` as it was read, `InsertUser` what an INSERT
takes: fields without a default in the database are required, the others optional. The names and types are
those of the models (`delula.models`), from which these classes are free: they hold no session and load
nothing. Columns with secrets are missing from the classes of rows.

Rows yield the bare number or text where a column holds a value that its enum lacks. New rows take members
only, so that the console does not invent values.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, Self, TypeAlias

from delula.models.columns import JsonValue
from delula.models.enums import (
    AccessRole,
    AccountType,
    AssetType,
    AudioType,
    ChannelType,
    CreditTransactionType,
    DependencyType,
    GenerationStatus,
    MediaType,
    ModerationStatus,
    ServiceType,
    UserAssetOrigin,
    WorkflowType,
)


class _Marker(Enum):
    UNSET = "unset"


#: Stands for a field that is left to the database; None would be written as NULL.
UNSET: Final = _Marker.UNSET
Unset: TypeAlias = Literal[_Marker.UNSET]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectType:
    """Base of the rows."""

    @classmethod
    def of(cls, source: object) -> Self:
        """The row that `source` holds: a model, or a result row, with attributes of these names."""
        return cls(**{each.name: getattr(source, each.name) for each in fields(cls)})


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertType:
    """Base of the new rows."""

    def values(self) -> dict[str, Any]:
        """What goes into the INSERT, by attribute of the model; fields left to the database are missing."""
        pairs = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in pairs if value is not UNSET}


@dataclass(frozen=True, slots=True, kw_only=True)
class User(SelectType):
    """A row of `users`."""

    id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    profile_image_url: str | None
    credits: int
    created_at: datetime | None
    updated_at: datetime | None
    handle: str | None
    last_seen_at: datetime | None
    oauth_provider: str | None
    is_ephemeral: bool | None
    can_upgrade_to_registered: bool | None
    last_credit_refresh: datetime | None
    account_type: AccountType | int | None
    access_role: AccessRole | int | None
    first_visit_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertUser(InsertType):
    """What a new row of `users` needs and may have."""

    id: str
    email: str | Unset | None = UNSET
    first_name: str | Unset | None = UNSET
    last_name: str | Unset | None = UNSET
    profile_image_url: str | Unset | None = UNSET
    credits: int | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    handle: str | Unset | None = UNSET
    session_token: str | Unset | None = field(default=UNSET, repr=False)
    last_seen_at: datetime | Unset | None = UNSET
    password_hash: str | Unset | None = field(default=UNSET, repr=False)
    oauth_provider: str | Unset | None = UNSET
    is_ephemeral: bool | Unset | None = UNSET
    can_upgrade_to_registered: bool | Unset | None = UNSET
    last_credit_refresh: datetime | Unset | None = UNSET
    account_type: AccountType | Unset | None = UNSET
    access_role: AccessRole | Unset | None = UNSET
    first_visit_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class UserType(SelectType):
    """A row of `type_user`."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertUserType(InsertType):
    """What a new row of `type_user` needs and may have."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleType(SelectType):
    """A row of `type_role`."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRoleType(InsertType):
    """What a new row of `type_role` needs and may have."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation(SelectType):
    """A row of `generations`."""

    id: int
    user_id: str
    recipe_id: int | None
    recipe_title: str | None
    prompt: str
    image_url: str | None
    status: GenerationStatus | str
    metadata_: JsonValue
    created_at: datetime | None
    updated_at: datetime | None
    video_url: str | None
    thumbnail_url: str | None
    s3_key: str | None
    asset_id: str | None
    queue_position: int | None
    processing_started_at: datetime | None
    type: MediaType | str
    is_public: bool
    is_published: bool
    download_count: int
    like_count: int
    failure_reason: str | None
    error_details: JsonValue
    credits_cost: int | None
    credits_refunded: bool
    refunded_at: datetime | None
    retry_count: int
    max_retries: int
    short_id: str | None
    secure_url: str | None
    fal_job_id: str | None
    fal_job_status: str | None
    recovery_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertGeneration(InsertType):
    """What a new row of `generations` needs and may have."""

    user_id: str
    prompt: str
    id: int | Unset = UNSET
    recipe_id: int | Unset | None = UNSET
    recipe_title: str | Unset | None = UNSET
    image_url: str | Unset | None = UNSET
    status: GenerationStatus | Unset = UNSET
    metadata_: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    video_url: str | Unset | None = UNSET
    thumbnail_url: str | Unset | None = UNSET
    s3_key: str | Unset | None = UNSET
    asset_id: str | Unset | None = UNSET
    queue_position: int | Unset | None = UNSET
    processing_started_at: datetime | Unset | None = UNSET
    type: MediaType | Unset = UNSET
    is_public: bool | Unset = UNSET
    is_published: bool | Unset = UNSET
    download_count: int | Unset = UNSET
    like_count: int | Unset = UNSET
    failure_reason: str | Unset | None = UNSET
    error_details: JsonValue | Unset = UNSET
    credits_cost: int | Unset | None = UNSET
    credits_refunded: bool | Unset = UNSET
    refunded_at: datetime | Unset | None = UNSET
    retry_count: int | Unset = UNSET
    max_retries: int | Unset = UNSET
    short_id: str | Unset | None = UNSET
    secure_url: str | Unset | None = UNSET
    fal_job_id: str | Unset | None = UNSET
    fal_job_status: str | Unset | None = UNSET
    recovery_checked: bool | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(SelectType):
    """A row of `recipes`."""

    id: int
    name: str
    slug: str
    description: str
    prompt: str
    instructions: str
    category: str
    style: str
    model: str
    credit_cost: int
    usage_count: int
    is_active: bool
    created_at: datetime | None
    video_provider: str | None
    video_duration: int | None
    video_quality: str | None
    video_aspect_ratio: str | None
    image_provider: str | None
    image_quality: str | None
    image_size: str | None
    num_images: int | None
    creator_id: str | None
    is_public: bool
    has_content_restrictions: bool
    revenue_share_enabled: bool
    revenue_share_percentage: int
    recipe_steps: JsonValue
    generation_type: MediaType | str
    referral_code: str | None
    preview_image_url: str | None
    workflow_type: WorkflowType | str
    workflow_components: JsonValue
    tag_highlights: list[int | None] | None
    audio_type: AudioType | int


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipe(InsertType):
    """What a new row of `recipes` needs and may have."""

    name: str
    slug: str
    description: str
    prompt: str
    instructions: str
    category: str
    credit_cost: int
    recipe_steps: JsonValue
    id: int | Unset = UNSET
    style: str | Unset = UNSET
    model: str | Unset = UNSET
    usage_count: int | Unset = UNSET
    is_active: bool | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    video_provider: str | Unset | None = UNSET
    video_duration: int | Unset | None = UNSET
    video_quality: str | Unset | None = UNSET
    video_aspect_ratio: str | Unset | None = UNSET
    image_provider: str | Unset | None = UNSET
    image_quality: str | Unset | None = UNSET
    image_size: str | Unset | None = UNSET
    num_images: int | Unset | None = UNSET
    creator_id: str | Unset | None = UNSET
    is_public: bool | Unset = UNSET
    has_content_restrictions: bool | Unset = UNSET
    revenue_share_enabled: bool | Unset = UNSET
    revenue_share_percentage: int | Unset = UNSET
    generation_type: MediaType | Unset = UNSET
    referral_code: str | Unset | None = UNSET
    preview_image_url: str | Unset | None = UNSET
    workflow_type: WorkflowType | Unset = UNSET
    workflow_components: JsonValue | Unset = UNSET
    tag_highlights: list[int] | Unset | None = UNSET
    audio_type: AudioType | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeUsage(SelectType):
    """A row of `recipe_usage`."""

    recipe_id: int
    usage_count: int
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipeUsage(InsertType):
    """What a new row of `recipe_usage` needs and may have."""

    recipe_id: int
    usage_count: int | Unset = UNSET
    last_used_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeUsageOptions(SelectType):
    """A row of `recipe_usage_options`."""

    recipe_id: int
    last_generation_id: int
    summary: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipeUsageOptions(InsertType):
    """What a new row of `recipe_usage_options` needs and may have."""

    recipe_id: int
    last_generation_id: int | Unset = UNSET
    summary: JsonValue | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeOptionTagIcon(SelectType):
    """A row of `recipe_option_tag_icon`."""

    id: str
    display: str
    icon: str | None
    color: str | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipeOptionTagIcon(InsertType):
    """What a new row of `recipe_option_tag_icon` needs and may have."""

    id: str
    display: str
    icon: str | Unset | None = UNSET
    color: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeAudioType(SelectType):
    """A row of `type_audio`."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipeAudioType(InsertType):
    """What a new row of `type_audio` needs and may have."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag(SelectType):
    """A row of `tags`."""

    id: int
    name: str
    description: str | None
    color: str | None
    is_active: bool
    created_at: datetime | None
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertTag(InsertType):
    """What a new row of `tags` needs and may have."""

    name: str
    id: int | Unset = UNSET
    description: str | Unset | None = UNSET
    color: str | Unset | None = UNSET
    is_active: bool | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    is_hidden: bool | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAsset(SelectType):
    """A row of `user_assets`."""

    id: int
    user_id: str
    asset_id: str
    original_filename: str
    display_name: str
    normalized_name: str | None
    s3_key: str
    cdn_url: str
    mime_type: str
    file_size: int
    asset_type: AssetType | int
    source: UserAssetOrigin | int
    dimensions: JsonValue
    duration: int | None
    thumbnail_url: str | None
    user_tags: list[str | None] | None
    system_tags: list[str | None] | None
    auto_classification: JsonValue
    ai_classification: JsonValue
    usage_count: int
    last_used_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    is_deleted: bool | None
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertUserAsset(InsertType):
    """What a new row of `user_assets` needs and may have."""

    user_id: str
    asset_id: str
    original_filename: str
    display_name: str
    s3_key: str
    cdn_url: str
    mime_type: str
    file_size: int
    asset_type: AssetType
    source: UserAssetOrigin
    id: int | Unset = UNSET
    normalized_name: str | Unset | None = UNSET
    dimensions: JsonValue | Unset = UNSET
    duration: int | Unset | None = UNSET
    thumbnail_url: str | Unset | None = UNSET
    user_tags: list[str] | Unset | None = UNSET
    system_tags: list[str] | Unset | None = UNSET
    auto_classification: JsonValue | Unset = UNSET
    ai_classification: JsonValue | Unset = UNSET
    usage_count: int | Unset = UNSET
    last_used_at: datetime | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    is_deleted: bool | Unset | None = UNSET
    deleted_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAsset(SelectType):
    """A row of `system_assets`."""

    id: int
    system_id: str
    asset_id: str
    name: str
    url: str
    mime_type: str
    file_size: int
    dimensions: JsonValue
    tags: list[str | None] | None
    metadata_: JsonValue
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertSystemAsset(InsertType):
    """What a new row of `system_assets` needs and may have."""

    system_id: str
    asset_id: str
    name: str
    url: str
    mime_type: str
    file_size: int
    id: int | Unset = UNSET
    dimensions: JsonValue | Unset = UNSET
    tags: list[str] | Unset | None = UNSET
    metadata_: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketAsset(SelectType):
    """A row of `market_assets`."""

    id: int
    creator_id: str
    asset_id: str
    name: str
    url: str
    mime_type: str
    file_size: int
    dimensions: JsonValue
    tags: list[str | None] | None
    metadata_: JsonValue
    is_public: bool
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertMarketAsset(InsertType):
    """What a new row of `market_assets` needs and may have."""

    creator_id: str
    asset_id: str
    name: str
    url: str
    mime_type: str
    file_size: int
    id: int | Unset = UNSET
    dimensions: JsonValue | Unset = UNSET
    tags: list[str] | Unset | None = UNSET
    metadata_: JsonValue | Unset = UNSET
    is_public: bool | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTransaction(SelectType):
    """A row of `credit_transactions`."""

    id: int
    user_id: str
    amount: int
    type: CreditTransactionType | str
    description: str
    created_at: datetime | None
    payment_id: str | None
    metadata_: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertCreditTransaction(InsertType):
    """What a new row of `credit_transactions` needs and may have."""

    user_id: str
    amount: int
    type: CreditTransactionType
    description: str
    id: int | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    payment_id: str | Unset | None = UNSET
    metadata_: JsonValue | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTransaction(SelectType):
    """A row of `export_transactions`."""

    id: int
    sample_id: int
    buyer_id: str
    creator_id: str
    export_format: str
    export_quality: str
    price_credits: int
    creator_earnings: int
    download_url: str
    expires_at: datetime
    downloaded_at: datetime | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertExportTransaction(InsertType):
    """What a new row of `export_transactions` needs and may have."""

    sample_id: int
    buyer_id: str
    creator_id: str
    export_format: str
    export_quality: str
    price_credits: int
    creator_earnings: int
    download_url: str
    expires_at: datetime
    id: int | Unset = UNSET
    downloaded_at: datetime | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RevenueShare(SelectType):
    """A row of `revenue_shares`."""

    id: int
    recipe_id: int
    creator_id: str
    user_id: str
    generation_id: int
    credits_used: int
    revenue_amount: int
    share_percentage: int
    creator_earnings: int
    is_paid_credits: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRevenueShare(InsertType):
    """What a new row of `revenue_shares` needs and may have."""

    recipe_id: int
    creator_id: str
    user_id: str
    generation_id: int
    credits_used: int
    revenue_amount: int
    share_percentage: int
    creator_earnings: int
    is_paid_credits: bool
    id: int | Unset = UNSET
    created_at: datetime | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogVideo(SelectType):
    """A row of `backlog_videos`."""

    id: int
    recipe_id: int
    recipe_variables: JsonValue
    recipe_variables_hash: str
    generation_id: int
    video_url: str
    thumbnail_url: str | None
    s3_key: str | None
    asset_id: str | None
    short_id: str | None
    secure_url: str | None
    is_used: bool
    used_by_request_id: int | None
    used_at: datetime | None
    metadata_: JsonValue
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertBacklogVideo(InsertType):
    """What a new row of `backlog_videos` needs and may have."""

    recipe_id: int
    recipe_variables: JsonValue
    recipe_variables_hash: str
    generation_id: int
    video_url: str
    id: int | Unset = UNSET
    thumbnail_url: str | Unset | None = UNSET
    s3_key: str | Unset | None = UNSET
    asset_id: str | Unset | None = UNSET
    short_id: str | Unset | None = UNSET
    secure_url: str | Unset | None = UNSET
    is_used: bool | Unset = UNSET
    used_by_request_id: int | Unset | None = UNSET
    used_at: datetime | Unset | None = UNSET
    metadata_: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartGenerationRequest(SelectType):
    """A row of `smart_generation_requests`."""

    id: int
    creator_id: str
    recipe_id: int
    recipe_variables: JsonValue
    recipe_variables_hash: str
    status: str
    generation_id: int | None
    backlog_video_id: int | None
    credits_cost: int | None
    failure_reason: str | None
    error_details: JsonValue
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertSmartGenerationRequest(InsertType):
    """What a new row of `smart_generation_requests` needs and may have."""

    creator_id: str
    recipe_id: int
    recipe_variables: JsonValue
    recipe_variables_hash: str
    id: int | Unset = UNSET
    status: str | Unset = UNSET
    generation_id: int | Unset | None = UNSET
    backlog_video_id: int | Unset | None = UNSET
    credits_cost: int | Unset | None = UNSET
    failure_reason: str | Unset | None = UNSET
    error_details: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSample(SelectType):
    """A row of `recipe_samples`."""

    id: int
    recipe_id: int
    generation_id: int
    user_id: str
    title: str | None
    description: str | None
    original_prompt: str
    thumbnail_url: str
    preview_url: str
    high_res_url: str
    type: MediaType | str
    file_size: int
    dimensions: JsonValue
    download_count: int
    like_count: int
    is_featured: bool
    is_moderated: bool
    moderation_status: ModerationStatus | str | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertRecipeSample(InsertType):
    """What a new row of `recipe_samples` needs and may have."""

    recipe_id: int
    generation_id: int
    user_id: str
    original_prompt: str
    thumbnail_url: str
    preview_url: str
    high_res_url: str
    type: MediaType
    file_size: int
    id: int | Unset = UNSET
    title: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    dimensions: JsonValue | Unset = UNSET
    download_count: int | Unset = UNSET
    like_count: int | Unset = UNSET
    is_featured: bool | Unset = UNSET
    is_moderated: bool | Unset = UNSET
    moderation_status: ModerationStatus | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLike(SelectType):
    """A row of `sample_likes`."""

    id: int
    sample_id: int
    user_id: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertSampleLike(InsertType):
    """What a new row of `sample_likes` needs and may have."""

    sample_id: int
    user_id: str
    id: int | Unset = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(SelectType):
    """A row of `providers`."""

    id: int
    title: str
    description: str | None
    num_slots: int
    is_active: bool
    config: JsonValue
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertProvider(InsertType):
    """What a new row of `providers` needs and may have."""

    title: str
    id: int | Unset = UNSET
    description: str | Unset | None = UNSET
    num_slots: int | Unset = UNSET
    is_active: bool | Unset = UNSET
    config: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(SelectType):
    """A row of `services`."""

    id: int
    provider_id: int | None
    provider_title: str | None
    type_id: ServiceType | int
    title: str
    description: str
    endpoint: str
    config: JsonValue
    is_active: bool
    created_at: datetime | None
    updated_at: datetime | None
    base_cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertService(InsertType):
    """What a new row of `services` needs and may have."""

    type_id: ServiceType
    title: str
    description: str
    endpoint: str
    id: int | Unset = UNSET
    provider_id: int | Unset | None = UNSET
    provider_title: str | Unset | None = UNSET
    config: JsonValue | Unset = UNSET
    is_active: bool | Unset = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    base_cost: Decimal | Unset = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTypeName(SelectType):
    """A row of `type_services`."""

    id: int
    title: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertServiceTypeName(InsertType):
    """What a new row of `type_services` needs and may have."""

    title: str
    id: int | Unset = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRegistry(SelectType):
    """A row of `component_registry`."""

    id: int
    component_id: str
    name: str
    version: str
    description: str | None
    category: str | None
    tags: list[str | None] | None
    credit_cost: int | None
    estimated_processing_time: int | None
    is_active: bool | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponentRegistry(InsertType):
    """What a new row of `component_registry` needs and may have."""

    component_id: str
    name: str
    id: int | Unset = UNSET
    version: str | Unset = UNSET
    description: str | Unset | None = UNSET
    category: str | Unset | None = UNSET
    tags: list[str] | Unset | None = UNSET
    credit_cost: int | Unset | None = UNSET
    estimated_processing_time: int | Unset | None = UNSET
    is_active: bool | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentInputChannel(SelectType):
    """A row of `component_input_channels`."""

    id: int
    component_id: str
    channel_id: str
    channel_name: str
    type: ChannelType | int
    position: int
    is_required: bool | None
    description: str | None
    validation_rules: JsonValue
    default_value: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponentInputChannel(InsertType):
    """What a new row of `component_input_channels` needs and may have."""

    component_id: str
    channel_id: str
    channel_name: str
    type: ChannelType
    position: int
    id: int | Unset = UNSET
    is_required: bool | Unset | None = UNSET
    description: str | Unset | None = UNSET
    validation_rules: JsonValue | Unset = UNSET
    default_value: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentOutputChannel(SelectType):
    """A row of `component_output_channels`."""

    id: int
    component_id: str
    channel_id: str
    channel_name: str
    type: ChannelType | int
    description: str | None
    metadata_: JsonValue
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponentOutputChannel(InsertType):
    """What a new row of `component_output_channels` needs and may have."""

    component_id: str
    channel_id: str
    channel_name: str
    type: ChannelType
    id: int | Unset = UNSET
    description: str | Unset | None = UNSET
    metadata_: JsonValue | Unset = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentUsage(SelectType):
    """A row of `component_usage`."""

    id: int
    component_id: str
    user_id: str | None
    execution_id: str | None
    input_data: JsonValue
    output_data: JsonValue
    execution_time: int | None
    credit_cost: int | None
    success: bool | None
    error_message: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponentUsage(InsertType):
    """What a new row of `component_usage` needs and may have."""

    component_id: str
    id: int | Unset = UNSET
    user_id: str | Unset | None = UNSET
    execution_id: str | Unset | None = UNSET
    input_data: JsonValue | Unset = UNSET
    output_data: JsonValue | Unset = UNSET
    execution_time: int | Unset | None = UNSET
    credit_cost: int | Unset | None = UNSET
    success: bool | Unset | None = UNSET
    error_message: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentDependency(SelectType):
    """A row of `component_dependencies`."""

    id: int
    component_id: str
    depends_on_component_id: str
    dependency_type: DependencyType | str | None
    description: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponentDependency(InsertType):
    """What a new row of `component_dependencies` needs and may have."""

    component_id: str
    depends_on_component_id: str
    id: int | Unset = UNSET
    dependency_type: DependencyType | Unset | None = UNSET
    description: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
