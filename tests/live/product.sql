-- The product's tables as its own migrations make them: its names for constraints, its sequences.

CREATE TABLE "users" (
    "id" varchar NOT NULL,
    "email" varchar,
    "first_name" varchar,
    "last_name" varchar,
    "profile_image_url" varchar,
    "credits" integer DEFAULT 10 NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    "handle" varchar,
    "session_token" varchar,
    "last_seen_at" timestamp DEFAULT now(),
    "password_hash" varchar,
    "oauth_provider" varchar(20),
    "is_ephemeral" boolean DEFAULT false,
    "can_upgrade_to_registered" boolean DEFAULT true,
    "last_credit_refresh" timestamp DEFAULT now(),
    "account_type" integer,
    "access_role" integer,
    "first_visit_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "users_email_unique" UNIQUE ("email"),
    CONSTRAINT "users_session_token_unique" UNIQUE ("session_token"),
    CONSTRAINT "users_handle_unique" UNIQUE ("handle")
);
CREATE INDEX "IDX_users_access_role" ON "users" (access_role);
CREATE INDEX "IDX_users_account_type" ON "users" (account_type);
CREATE INDEX "IDX_users_email" ON "users" (email);
CREATE INDEX "IDX_users_session_token" ON "users" (session_token);
CREATE INDEX "idx_users_first_visit_at" ON "users" (first_visit_at);

CREATE TABLE "generations" (
    "id" serial NOT NULL,
    "user_id" varchar NOT NULL,
    "recipe_id" integer,
    "recipe_title" text,
    "prompt" text NOT NULL,
    "image_url" text,
    "status" text DEFAULT 'pending' NOT NULL,
    "metadata" jsonb,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    "video_url" text,
    "thumbnail_url" text,
    "s3_key" text,
    "asset_id" text,
    "queue_position" integer,
    "processing_started_at" timestamp,
    "type" varchar(20) DEFAULT 'image' NOT NULL,
    "is_public" boolean DEFAULT false NOT NULL,
    "is_published" boolean DEFAULT false NOT NULL,
    "download_count" integer DEFAULT 0 NOT NULL,
    "like_count" integer DEFAULT 0 NOT NULL,
    "failure_reason" text,
    "error_details" jsonb,
    "credits_cost" integer,
    "credits_refunded" boolean DEFAULT false NOT NULL,
    "refunded_at" timestamp,
    "retry_count" integer DEFAULT 0 NOT NULL,
    "max_retries" integer DEFAULT 2 NOT NULL,
    "short_id" varchar(11),
    "secure_url" text,
    "fal_job_id" text,
    "fal_job_status" text,
    "recovery_checked" boolean DEFAULT false NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "generations_short_id_unique" UNIQUE ("short_id")
);
CREATE INDEX "idx_generations_user_pagination_new" ON "generations" (user_id, created_at DESC);
CREATE INDEX "idx_generations_user_stats_new" ON "generations" (user_id, status, created_at DESC);

CREATE TABLE "recipes" (
    "id" serial NOT NULL,
    "name" text NOT NULL,
    "slug" varchar(255) NOT NULL,
    "description" text NOT NULL,
    "prompt" text NOT NULL,
    "instructions" text NOT NULL,
    "category" text NOT NULL,
    "style" varchar(100) DEFAULT 'photorealistic' NOT NULL,
    "model" varchar(100) DEFAULT 'flux-1' NOT NULL,
    "credit_cost" integer NOT NULL,
    "usage_count" integer DEFAULT 0 NOT NULL,
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "video_provider" varchar(50),
    "video_duration" integer DEFAULT 10,
    "video_quality" varchar(20) DEFAULT 'hd',
    "video_aspect_ratio" varchar(10) DEFAULT '16:9',
    "image_provider" varchar(50),
    "image_quality" varchar(20) DEFAULT 'hd',
    "image_size" varchar(20) DEFAULT 'landscape_4_3',
    "num_images" integer DEFAULT 1,
    "creator_id" varchar,
    "is_public" boolean DEFAULT false NOT NULL,
    "has_content_restrictions" boolean DEFAULT true NOT NULL,
    "revenue_share_enabled" boolean DEFAULT false NOT NULL,
    "revenue_share_percentage" integer DEFAULT 20 NOT NULL,
    "recipe_steps" jsonb NOT NULL,
    "generation_type" varchar(20) DEFAULT 'image' NOT NULL,
    "referral_code" varchar(20),
    "preview_image_url" text,
    "workflow_type" varchar(50) DEFAULT 'image' NOT NULL,
    "workflow_components" jsonb,
    "tag_highlights" integer[],
    "audio_type" integer DEFAULT 0 NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "recipes_referral_code_unique" UNIQUE ("referral_code")
);

CREATE TABLE "tags" (
    "id" serial NOT NULL,
    "name" varchar(50) NOT NULL,
    "description" text,
    "color" varchar(20) DEFAULT 'gray',
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "is_hidden" boolean DEFAULT false NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "tags_name_unique" UNIQUE ("name")
);
CREATE INDEX "idx_tags_is_hidden" ON "tags" (is_hidden);

CREATE TABLE "recipe_usage" (
    "recipe_id" integer NOT NULL,
    "usage_count" integer DEFAULT 0 NOT NULL,
    "last_used_at" timestamp DEFAULT now(),
    PRIMARY KEY ("recipe_id")
);

CREATE TABLE "user_assets" (
    "id" serial NOT NULL,
    "user_id" varchar NOT NULL,
    "asset_id" varchar(64) NOT NULL,
    "original_filename" varchar NOT NULL,
    "display_name" varchar NOT NULL,
    "normalized_name" varchar,
    "s3_key" varchar NOT NULL,
    "cdn_url" varchar NOT NULL,
    "mime_type" varchar NOT NULL,
    "file_size" integer NOT NULL,
    "asset_type" integer NOT NULL,
    "source" integer NOT NULL,
    "dimensions" jsonb,
    "duration" integer,
    "thumbnail_url" varchar,
    "user_tags" text[],
    "system_tags" text[],
    "auto_classification" jsonb,
    "ai_classification" jsonb,
    "usage_count" integer DEFAULT 0 NOT NULL,
    "last_used_at" timestamp,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    "is_deleted" boolean DEFAULT false,
    "deleted_at" timestamp,
    PRIMARY KEY ("id"),
    CONSTRAINT "user_assets_asset_id_unique" UNIQUE ("asset_id")
);
CREATE INDEX "idx_user_assets_normalized_name" ON "user_assets" (normalized_name);
CREATE INDEX "idx_user_assets_user_type_created" ON "user_assets" (user_id, asset_type, created_at DESC);

CREATE TABLE "system_assets" (
    "id" serial NOT NULL,
    "system_id" varchar NOT NULL,
    "asset_id" varchar(64) NOT NULL,
    "name" varchar NOT NULL,
    "url" varchar NOT NULL,
    "mime_type" varchar NOT NULL,
    "file_size" integer NOT NULL,
    "dimensions" jsonb,
    "tags" text[],
    "metadata" jsonb,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "system_assets_asset_id_unique" UNIQUE ("asset_id")
);
CREATE INDEX "idx_system_assets_system_id" ON "system_assets" (system_id);

CREATE TABLE "market_assets" (
    "id" serial NOT NULL,
    "creator_id" varchar NOT NULL,
    "asset_id" varchar(64) NOT NULL,
    "name" varchar NOT NULL,
    "url" varchar NOT NULL,
    "mime_type" varchar NOT NULL,
    "file_size" integer NOT NULL,
    "dimensions" jsonb,
    "tags" text[],
    "metadata" jsonb,
    "is_public" boolean DEFAULT true NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "market_assets_asset_id_unique" UNIQUE ("asset_id")
);
CREATE INDEX "idx_market_assets_creator_id" ON "market_assets" (creator_id);
CREATE INDEX "idx_market_assets_is_public" ON "market_assets" (is_public);

CREATE TABLE "credit_transactions" (
    "id" serial NOT NULL,
    "user_id" varchar NOT NULL,
    "amount" integer NOT NULL,
    "type" text NOT NULL,
    "description" text NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "payment_id" varchar,
    "metadata" jsonb,
    PRIMARY KEY ("id")
);

CREATE TABLE "backlog_videos" (
    "id" serial NOT NULL,
    "recipe_id" integer NOT NULL,
    "recipe_variables" jsonb NOT NULL,
    "recipe_variables_hash" varchar(64) NOT NULL,
    "generation_id" integer NOT NULL,
    "video_url" text NOT NULL,
    "thumbnail_url" text,
    "s3_key" text,
    "asset_id" text,
    "short_id" varchar(11),
    "secure_url" text,
    "is_used" boolean DEFAULT false NOT NULL,
    "used_by_request_id" integer,
    "used_at" timestamp,
    "metadata" jsonb,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "recipe_samples" (
    "id" serial NOT NULL,
    "recipe_id" integer NOT NULL,
    "generation_id" integer NOT NULL,
    "user_id" varchar NOT NULL,
    "title" text,
    "description" text,
    "original_prompt" text NOT NULL,
    "thumbnail_url" text NOT NULL,
    "preview_url" text NOT NULL,
    "high_res_url" text NOT NULL,
    "type" varchar(20) NOT NULL,
    "file_size" integer NOT NULL,
    "dimensions" jsonb,
    "download_count" integer DEFAULT 0 NOT NULL,
    "like_count" integer DEFAULT 0 NOT NULL,
    "is_featured" boolean DEFAULT false NOT NULL,
    "is_moderated" boolean DEFAULT true NOT NULL,
    "moderation_status" varchar(20) DEFAULT 'pending',
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "providers" (
    "id" serial NOT NULL,
    "title" varchar(100) NOT NULL,
    "description" text,
    "num_slots" integer DEFAULT 1 NOT NULL,
    "is_active" boolean DEFAULT true NOT NULL,
    "config" jsonb,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "providers_title_unique" UNIQUE ("title")
);

CREATE TABLE "services" (
    "id" serial NOT NULL,
    "provider_id" integer,
    "provider_title" varchar(100),
    "type_id" integer NOT NULL,
    "title" varchar(100) NOT NULL,
    "description" text NOT NULL,
    "endpoint" text NOT NULL,
    "config" jsonb,
    "is_active" boolean DEFAULT true NOT NULL,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    "base_cost" numeric(20,16) DEFAULT 0.0000000000000000 NOT NULL,
    PRIMARY KEY ("id")
);
CREATE INDEX "IDX_services_active" ON "services" (is_active);
CREATE INDEX "IDX_services_provider_id" ON "services" (provider_id);
CREATE INDEX "IDX_services_provider_title" ON "services" (provider_title);
CREATE INDEX "IDX_services_type_id" ON "services" (type_id);

CREATE TABLE "component_registry" (
    "id" serial NOT NULL,
    "component_id" varchar(100) NOT NULL,
    "name" varchar(200) NOT NULL,
    "version" varchar(20) DEFAULT '1.0.0' NOT NULL,
    "description" text,
    "category" varchar(100),
    "tags" text[],
    "credit_cost" integer DEFAULT 0,
    "estimated_processing_time" integer,
    "is_active" boolean DEFAULT true,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "component_registry_component_id_unique" UNIQUE ("component_id")
);
CREATE INDEX "idx_component_registry_category" ON "component_registry" (category);
CREATE INDEX "idx_component_registry_component_id" ON "component_registry" (component_id);
CREATE INDEX "idx_component_registry_is_active" ON "component_registry" (is_active);

CREATE TABLE "component_input_channels" (
    "id" serial NOT NULL,
    "component_id" varchar(100) NOT NULL,
    "channel_id" varchar(100) NOT NULL,
    "channel_name" varchar(200) NOT NULL,
    "type" integer NOT NULL,
    "position" integer NOT NULL,
    "is_required" boolean DEFAULT false,
    "description" text,
    "validation_rules" jsonb,
    "default_value" text,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "component_input_channels_component_id_channel_id_unique" UNIQUE ("component_id", "channel_id")
);
CREATE INDEX "idx_component_input_channels_component_id" ON "component_input_channels" (component_id);
CREATE INDEX "idx_component_input_channels_position" ON "component_input_channels" ("position");

CREATE TABLE "component_output_channels" (
    "id" serial NOT NULL,
    "component_id" varchar(100) NOT NULL,
    "channel_id" varchar(100) NOT NULL,
    "channel_name" varchar(200) NOT NULL,
    "type" integer NOT NULL,
    "description" text,
    "metadata" jsonb,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "component_output_channels_component_id_channel_id_unique" UNIQUE ("component_id", "channel_id")
);
CREATE INDEX "idx_component_output_channels_component_id" ON "component_output_channels" (component_id);

CREATE TABLE "component_usage" (
    "id" serial NOT NULL,
    "component_id" varchar(100) NOT NULL,
    "user_id" varchar(100),
    "execution_id" varchar(100),
    "input_data" jsonb,
    "output_data" jsonb,
    "processing_time_ms" integer,
    "credit_cost" integer,
    "success" boolean,
    "error_message" text,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);
CREATE INDEX "idx_component_usage_component_id" ON "component_usage" (component_id);
CREATE INDEX "idx_component_usage_created_at" ON "component_usage" (created_at);
CREATE INDEX "idx_component_usage_execution_id" ON "component_usage" (execution_id);
CREATE INDEX "idx_component_usage_success" ON "component_usage" (success);
CREATE INDEX "idx_component_usage_user_id" ON "component_usage" (user_id);

CREATE TABLE "component_dependencies" (
    "id" serial NOT NULL,
    "component_id" varchar(100) NOT NULL,
    "depends_on_component_id" varchar(100) NOT NULL,
    "dependency_type" varchar(50),
    "description" text,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "no_self_dependency" CHECK (component_id <> depends_on_component_id)
);
CREATE INDEX "idx_component_dependencies_component_id" ON "component_dependencies" (component_id);
CREATE INDEX "idx_component_dependencies_depends_on" ON "component_dependencies" (depends_on_component_id);

CREATE TABLE "brand_assets" (
    "id" serial NOT NULL,
    "user_id" varchar NOT NULL,
    "name" varchar NOT NULL,
    "file_name" varchar NOT NULL,
    "file_url" varchar NOT NULL,
    "file_size" integer NOT NULL,
    "mime_type" varchar NOT NULL,
    "width" integer,
    "height" integer,
    "tags" text[],
    "is_transparent" boolean DEFAULT false,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "export_transactions" (
    "id" serial NOT NULL,
    "sample_id" integer NOT NULL,
    "buyer_id" varchar NOT NULL,
    "creator_id" varchar NOT NULL,
    "export_format" varchar(20) NOT NULL,
    "export_quality" varchar(20) NOT NULL,
    "price_credits" integer NOT NULL,
    "creator_earnings" integer NOT NULL,
    "download_url" text NOT NULL,
    "expires_at" timestamp NOT NULL,
    "downloaded_at" timestamp,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "recipe_option_tag_icon" (
    "id" text NOT NULL,
    "display" text NOT NULL,
    "icon" text,
    "color" text,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "recipe_usage_options" (
    "recipe_id" integer NOT NULL,
    "last_generation_id" integer DEFAULT 0 NOT NULL,
    "summary" jsonb DEFAULT '{}' NOT NULL,
    PRIMARY KEY ("recipe_id")
);
CREATE INDEX "idx_recipe_usage_options_last_generation_id" ON "recipe_usage_options" (last_generation_id);

CREATE TABLE "revenue_shares" (
    "id" serial NOT NULL,
    "recipe_id" integer NOT NULL,
    "creator_id" varchar NOT NULL,
    "user_id" varchar NOT NULL,
    "generation_id" integer NOT NULL,
    "credits_used" integer NOT NULL,
    "revenue_amount" integer NOT NULL,
    "share_percentage" integer NOT NULL,
    "creator_earnings" integer NOT NULL,
    "is_paid_credits" boolean NOT NULL,
    "created_at" timestamp DEFAULT now() NOT NULL,
    PRIMARY KEY ("id")
);

CREATE TABLE "sample_likes" (
    "id" serial NOT NULL,
    "sample_id" integer NOT NULL,
    "user_id" varchar NOT NULL,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "sessions" (
    "sid" varchar NOT NULL,
    "sess" jsonb NOT NULL,
    "expire" timestamp NOT NULL,
    PRIMARY KEY ("sid")
);
CREATE INDEX "IDX_session_expire" ON "sessions" (expire);

CREATE TABLE "smart_generation_requests" (
    "id" serial NOT NULL,
    "creator_id" varchar NOT NULL,
    "recipe_id" integer NOT NULL,
    "recipe_variables" jsonb NOT NULL,
    "recipe_variables_hash" varchar(64) NOT NULL,
    "status" varchar(20) DEFAULT 'pending' NOT NULL,
    "generation_id" integer,
    "backlog_video_id" integer,
    "credits_cost" integer,
    "failure_reason" text,
    "error_details" jsonb,
    "created_at" timestamp DEFAULT now(),
    "updated_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id")
);

CREATE TABLE "type_audio" (
    "id" integer NOT NULL,
    "title" varchar(50) NOT NULL,
    PRIMARY KEY ("id"),
    CONSTRAINT "type_audio_title_unique" UNIQUE ("title")
);

CREATE TABLE "type_role" (
    "id" integer NOT NULL,
    "title" text NOT NULL,
    PRIMARY KEY ("id")
);

CREATE TABLE "type_services" (
    "id" serial NOT NULL,
    "title" varchar(100) NOT NULL,
    "created_at" timestamp DEFAULT now(),
    PRIMARY KEY ("id"),
    CONSTRAINT "type_services_title_unique" UNIQUE ("title")
);

CREATE TABLE "type_user" (
    "id" integer NOT NULL,
    "title" text NOT NULL,
    PRIMARY KEY ("id")
);

ALTER TABLE "component_input_channels" ADD CONSTRAINT "component_input_channels_component_id_component_registry_component_id_fk"
    FOREIGN KEY ("component_id") REFERENCES "public"."component_registry"("component_id") ON DELETE CASCADE;
ALTER TABLE "component_output_channels" ADD CONSTRAINT "component_output_channels_component_id_component_registry_component_id_fk"
    FOREIGN KEY ("component_id") REFERENCES "public"."component_registry"("component_id") ON DELETE CASCADE;
ALTER TABLE "component_usage" ADD CONSTRAINT "component_usage_component_id_component_registry_component_id_fk"
    FOREIGN KEY ("component_id") REFERENCES "public"."component_registry"("component_id");
ALTER TABLE "component_usage" ADD CONSTRAINT "component_usage_user_id_users_id_fk"
    FOREIGN KEY ("user_id") REFERENCES "public"."users"("id");
ALTER TABLE "component_dependencies" ADD CONSTRAINT "component_dependencies_component_id_component_registry_component_id_fk"
    FOREIGN KEY ("component_id") REFERENCES "public"."component_registry"("component_id") ON DELETE CASCADE;
ALTER TABLE "component_dependencies" ADD CONSTRAINT "component_dependencies_depends_on_component_id_component_registry_component_id_fk"
    FOREIGN KEY ("depends_on_component_id") REFERENCES "public"."component_registry"("component_id") ON DELETE CASCADE;
