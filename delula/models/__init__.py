"""The product's tables as SQLAlchemy models, one file per family, and the console's own.

Names: attributes bear the names of the schema document in snake_case. Two differ from their column:
`metadata_` is the column `metadata` everywhere (SQLAlchemy keeps that name for itself), and
`ComponentUsage.execution_time` is `processing_time_ms`.

There are no relationships: references dangle, and a query says itself what it joins and loads.
"""

import delula.models.tolerance  # noqa: F401 - so that no row that is read breaks a page
from delula.models.assets import MarketAsset, SystemAsset, UserAsset
from delula.models.audit import AuditDay, AuditEntry
from delula.models.backlog import BacklogVideo, SmartGenerationRequest
from delula.models.bulk import BulkRun, BulkRunItem
from delula.models.care import (
    AssetCorrection,
    AssetHold,
    AssetRetention,
    ObjectRemoval,
    Removal,
    RemovedAsset,
)
from delula.models.columns import LARGEST_ID, LARGEST_OWN_ID, JsonValue, id_in
from delula.models.components import (
    ComponentDependency,
    ComponentInputChannel,
    ComponentOutputChannel,
    ComponentRegistry,
    ComponentUsage,
)
from delula.models.credit_operations import (
    BalanceSeen,
    CreditFinding,
    CreditLimit,
    CreditOperation,
    CreditReason,
    Reconciliation,
)
from delula.models.credits import CreditTransaction, ExportTransaction, RevenueShare
from delula.models.generations import Generation
from delula.models.integrity import (
    Quarantined,
    StorageFinding,
    StorageScan,
    StorageTotal,
    StoredObject,
    StoredReference,
)
from delula.models.notes import UserNote
from delula.models.providers import Provider, Service, ServiceTypeName
from delula.models.recipes import (
    Recipe,
    RecipeAudioType,
    RecipeOptionTagIcon,
    RecipeUsage,
    RecipeUsageOptions,
    RecipeVersion,
)
from delula.models.review import (
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewLease,
    ReviewPolicy,
    ReviewSettings,
    ReviewSource,
    ReviewState,
    Verdict,
)
from delula.models.rollups import (
    GenerationFailure,
    GenerationRollUp,
    LedgerRollUp,
    RecipeTotals,
    RollUpState,
    Span,
    UsageFailure,
    UsageRollUp,
    UserTotals,
)
from delula.models.samples import RecipeSample, SampleLike
from delula.models.staff import AttemptCount, RecoveryCode, RolePolicy, Staff, StaffSession
from delula.models.tags import Tag, TagAlias, TagNamespace, TagRewrite
from delula.models.uploads import Upload
from delula.models.users import RoleType, User, UserType

__all__ = [
    "LARGEST_ID",
    "LARGEST_OWN_ID",
    "AssetCorrection",
    "AssetHold",
    "AssetRetention",
    "AttemptCount",
    "AuditDay",
    "AuditEntry",
    "BacklogVideo",
    "BalanceSeen",
    "BulkRun",
    "BulkRunItem",
    "ComponentDependency",
    "ComponentInputChannel",
    "ComponentOutputChannel",
    "ComponentRegistry",
    "ComponentUsage",
    "CreditFinding",
    "CreditLimit",
    "CreditOperation",
    "CreditReason",
    "CreditTransaction",
    "ExportTransaction",
    "Generation",
    "GenerationFailure",
    "GenerationRollUp",
    "JsonValue",
    "LedgerRollUp",
    "MarketAsset",
    "ObjectRemoval",
    "Provider",
    "Quarantined",
    "Recipe",
    "RecipeAudioType",
    "RecipeOptionTagIcon",
    "RecipeSample",
    "RecipeTotals",
    "RecipeUsage",
    "RecipeUsageOptions",
    "RecipeVersion",
    "Reconciliation",
    "RecoveryCode",
    "Removal",
    "RemovedAsset",
    "RevenueShare",
    "ReviewDecision",
    "ReviewItem",
    "ReviewKind",
    "ReviewLease",
    "ReviewPolicy",
    "ReviewSettings",
    "ReviewSource",
    "ReviewState",
    "RolePolicy",
    "RoleType",
    "RollUpState",
    "SampleLike",
    "Service",
    "ServiceTypeName",
    "SmartGenerationRequest",
    "Span",
    "Staff",
    "StaffSession",
    "StorageFinding",
    "StorageScan",
    "StorageTotal",
    "StoredObject",
    "StoredReference",
    "SystemAsset",
    "Tag",
    "TagAlias",
    "TagNamespace",
    "TagRewrite",
    "Upload",
    "UsageFailure",
    "UsageRollUp",
    "User",
    "UserAsset",
    "UserNote",
    "UserTotals",
    "UserType",
    "Verdict",
    "id_in",
]
