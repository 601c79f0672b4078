"""The indexes that the product declares, where a database lacks them, and pg_trgm where it may be had."""

from delula.schema.changes import create_indexes, create_trigram_extension, drop_index

revision = "0001"
down_revision = "0000"
branch_labels = None
depends_on = None

#: Name, table, definition.
INDEXES: tuple[tuple[str, str, str], ...] = (
    ("IDX_users_access_role", "users", "(access_role)"),
    ("IDX_users_account_type", "users", "(account_type)"),
    ("IDX_users_email", "users", "(email)"),
    ("IDX_users_session_token", "users", "(session_token)"),
    ("idx_users_first_visit_at", "users", "(first_visit_at)"),
    ("idx_users_created_at", "users", "(created_at)"),
    ("idx_users_is_ephemeral", "users", "(is_ephemeral)"),
    ("idx_users_last_seen_at", "users", "(last_seen_at)"),
    ("idx_generations_user_pagination_new", "generations", "(user_id, created_at DESC)"),
    ("idx_generations_user_stats_new", "generations", "(user_id, status, created_at DESC)"),
    ("idx_generations_asset_id", "generations", "(asset_id)"),
    ("idx_generations_created_at", "generations", "(created_at)"),
    ("idx_generations_credits_refunded", "generations", "(credits_refunded)"),
    ("idx_generations_fal_job_id", "generations", "(fal_job_id)"),
    ("idx_generations_processing_started_at", "generations", "(processing_started_at)"),
    ("idx_generations_recipe", "generations", "(recipe_id, created_at DESC)"),
    ("idx_generations_status", "generations", "(status, created_at DESC)"),
    ("idx_recipes_category", "recipes", "(category)"),
    ("idx_recipes_creator_id", "recipes", "(creator_id)"),
    ("idx_recipes_generation_type", "recipes", "(generation_type)"),
    ("idx_recipes_is_active", "recipes", "(is_active)"),
    ("idx_recipes_workflow_type", "recipes", "(workflow_type)"),
    ("idx_tags_is_hidden", "tags", "(is_hidden)"),
    ("idx_user_assets_normalized_name", "user_assets", "(normalized_name)"),
    ("idx_user_assets_user_type_created", "user_assets", "(user_id, asset_type, created_at DESC)"),
    ("idx_system_assets_system_id", "system_assets", "(system_id)"),
    ("idx_market_assets_creator_id", "market_assets", "(creator_id)"),
    ("idx_market_assets_is_public", "market_assets", "(is_public)"),
    ("idx_credit_transactions_user_created", "credit_transactions", "(user_id, created_at DESC)"),
    ("idx_recipe_samples_featured_likes", "recipe_samples", "(is_featured, like_count DESC)"),
    ("idx_recipe_samples_recipe_status", "recipe_samples", "(recipe_id, moderation_status)"),
    ("IDX_services_active", "services", "(is_active)"),
    ("IDX_services_provider_id", "services", "(provider_id)"),
    ("IDX_services_provider_title", "services", "(provider_title)"),
    ("IDX_services_type_id", "services", "(type_id)"),
    ("idx_component_registry_category", "component_registry", "(category)"),
    ("idx_component_registry_component_id", "component_registry", "(component_id)"),
    ("idx_component_registry_is_active", "component_registry", "(is_active)"),
    ("idx_component_input_channels_component_id", "component_input_channels", "(component_id)"),
    ("idx_component_input_channels_position", "component_input_channels", "(position)"),
    ("idx_component_output_channels_component_id", "component_output_channels", "(component_id)"),
    ("idx_component_usage_component_id", "component_usage", "(component_id)"),
    ("idx_component_usage_created_at", "component_usage", "(created_at)"),
    ("idx_component_usage_execution_id", "component_usage", "(execution_id)"),
    ("idx_component_usage_success", "component_usage", "(success)"),
    ("idx_component_usage_user_id", "component_usage", "(user_id)"),
    ("idx_component_dependencies_component_id", "component_dependencies", "(component_id)"),
    ("idx_component_dependencies_depends_on", "component_dependencies", "(depends_on_component_id)"),
    ("idx_recipe_usage_options_last_generation_id", "recipe_usage_options", "(last_generation_id)"),
)


def upgrade() -> None:
    """Commits on the way, and takes up where an interrupted run stopped."""
    create_trigram_extension()
    create_indexes(INDEXES)


def downgrade() -> None:
    """Only what the upgrade has built; the extension goes with the first migration."""
    for name, _, _ in reversed(INDEXES):
        drop_index(name)
