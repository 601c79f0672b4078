"""The product's tables, where they are absent, as its running databases have them.

Frozen: what the models say later is the business of later migrations.
"""

from delula.schema.changes import create_notes, create_tables, remove_created

revision = "0000"
down_revision = None
branch_labels = None
depends_on = None

#: CREATE TABLE statements by name of table. Unqualified: they are also run against temporary tables, to
#: compare what they amount to with a live database.
TABLES: dict[str, str] = {
    "users": """
        CREATE TABLE users (
            id varchar NOT NULL,
            email varchar,
            first_name varchar,
            last_name varchar,
            profile_image_url varchar,
            credits integer DEFAULT 10 NOT NULL,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            handle varchar,
            session_token varchar,
            last_seen_at timestamp DEFAULT now(),
            password_hash varchar,
            oauth_provider varchar(20),
            is_ephemeral boolean DEFAULT false,
            can_upgrade_to_registered boolean DEFAULT true,
            last_credit_refresh timestamp DEFAULT now(),
            account_type integer,
            access_role integer,
            first_visit_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (email),
            UNIQUE (session_token),
            UNIQUE (handle)
        )""",
    "generations": """
        CREATE TABLE generations (
            id serial,
            user_id varchar NOT NULL,
            recipe_id integer,
            recipe_title text,
            prompt text NOT NULL,
            image_url text,
            status text DEFAULT 'pending' NOT NULL,
            metadata jsonb,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            video_url text,
            thumbnail_url text,
            s3_key text,
            asset_id text,
            queue_position integer,
            processing_started_at timestamp,
            type varchar(20) DEFAULT 'image' NOT NULL,
            is_public boolean DEFAULT false NOT NULL,
            is_published boolean DEFAULT false NOT NULL,
            download_count integer DEFAULT 0 NOT NULL,
            like_count integer DEFAULT 0 NOT NULL,
            failure_reason text,
            error_details jsonb,
            credits_cost integer,
            credits_refunded boolean DEFAULT false NOT NULL,
            refunded_at timestamp,
            retry_count integer DEFAULT 0 NOT NULL,
            max_retries integer DEFAULT 2 NOT NULL,
            short_id varchar(11),
            secure_url text,
            fal_job_id text,
            fal_job_status text,
            recovery_checked boolean DEFAULT false NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (short_id)
        )""",
    "recipes": """
        CREATE TABLE recipes (
            id serial,
            name text NOT NULL,
            slug varchar(255) NOT NULL,
            description text NOT NULL,
            prompt text NOT NULL,
            instructions text NOT NULL,
            category text NOT NULL,
            style varchar(100) DEFAULT 'photorealistic' NOT NULL,
            model varchar(100) DEFAULT 'flux-1' NOT NULL,
            credit_cost integer NOT NULL,
            usage_count integer DEFAULT 0 NOT NULL,
            is_active boolean DEFAULT true NOT NULL,
            created_at timestamp DEFAULT now(),
            video_provider varchar(50),
            video_duration integer DEFAULT 10,
            video_quality varchar(20) DEFAULT 'hd',
            video_aspect_ratio varchar(10) DEFAULT '16:9',
            image_provider varchar(50),
            image_quality varchar(20) DEFAULT 'hd',
            image_size varchar(20) DEFAULT 'landscape_4_3',
            num_images integer DEFAULT 1,
            creator_id varchar,
            is_public boolean DEFAULT false NOT NULL,
            has_content_restrictions boolean DEFAULT true NOT NULL,
            revenue_share_enabled boolean DEFAULT false NOT NULL,
            revenue_share_percentage integer DEFAULT 20 NOT NULL,
            recipe_steps jsonb NOT NULL,
            generation_type varchar(20) DEFAULT 'image' NOT NULL,
            referral_code varchar(20),
            preview_image_url text,
            workflow_type varchar(50) DEFAULT 'image' NOT NULL,
            workflow_components jsonb,
            tag_highlights integer[],
            audio_type integer DEFAULT 0 NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (referral_code)
        )""",
    "tags": """
        CREATE TABLE tags (
            id serial,
            name varchar(50) NOT NULL,
            description text,
            color varchar(20) DEFAULT 'gray',
            is_active boolean DEFAULT true NOT NULL,
            created_at timestamp DEFAULT now(),
            is_hidden boolean DEFAULT false NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (name)
        )""",
    "recipe_usage": """
        CREATE TABLE recipe_usage (
            recipe_id integer NOT NULL,
            usage_count integer DEFAULT 0 NOT NULL,
            last_used_at timestamp DEFAULT now(),
            PRIMARY KEY (recipe_id)
        )""",
    "user_assets": """
        CREATE TABLE user_assets (
            id serial,
            user_id varchar NOT NULL,
            asset_id varchar(64) NOT NULL,
            original_filename varchar NOT NULL,
            display_name varchar NOT NULL,
            normalized_name varchar,
            s3_key varchar NOT NULL,
            cdn_url varchar NOT NULL,
            mime_type varchar NOT NULL,
            file_size integer NOT NULL,
            asset_type integer NOT NULL,
            source integer NOT NULL,
            dimensions jsonb,
            duration integer,
            thumbnail_url varchar,
            user_tags text[],
            system_tags text[],
            auto_classification jsonb,
            ai_classification jsonb,
            usage_count integer DEFAULT 0 NOT NULL,
            last_used_at timestamp,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            is_deleted boolean DEFAULT false,
            deleted_at timestamp,
            PRIMARY KEY (id),
            UNIQUE (asset_id)
        )""",
    "system_assets": """
        CREATE TABLE system_assets (
            id serial,
            system_id varchar NOT NULL,
            asset_id varchar(64) NOT NULL,
            name varchar NOT NULL,
            url varchar NOT NULL,
            mime_type varchar NOT NULL,
            file_size integer NOT NULL,
            dimensions jsonb,
            tags text[],
            metadata jsonb,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (asset_id)
        )""",
    "market_assets": """
        CREATE TABLE market_assets (
            id serial,
            creator_id varchar NOT NULL,
            asset_id varchar(64) NOT NULL,
            name varchar NOT NULL,
            url varchar NOT NULL,
            mime_type varchar NOT NULL,
            file_size integer NOT NULL,
            dimensions jsonb,
            tags text[],
            metadata jsonb,
            is_public boolean DEFAULT true NOT NULL,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (asset_id)
        )""",
    "credit_transactions": """
        CREATE TABLE credit_transactions (
            id serial,
            user_id varchar NOT NULL,
            amount integer NOT NULL,
            type text NOT NULL,
            description text NOT NULL,
            created_at timestamp DEFAULT now(),
            payment_id varchar,
            metadata jsonb,
            PRIMARY KEY (id)
        )""",
    "backlog_videos": """
        CREATE TABLE backlog_videos (
            id serial,
            recipe_id integer NOT NULL,
            recipe_variables jsonb NOT NULL,
            recipe_variables_hash varchar(64) NOT NULL,
            generation_id integer NOT NULL,
            video_url text NOT NULL,
            thumbnail_url text,
            s3_key text,
            asset_id text,
            short_id varchar(11),
            secure_url text,
            is_used boolean DEFAULT false NOT NULL,
            used_by_request_id integer,
            used_at timestamp,
            metadata jsonb,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "recipe_samples": """
        CREATE TABLE recipe_samples (
            id serial,
            recipe_id integer NOT NULL,
            generation_id integer NOT NULL,
            user_id varchar NOT NULL,
            title text,
            description text,
            original_prompt text NOT NULL,
            thumbnail_url text NOT NULL,
            preview_url text NOT NULL,
            high_res_url text NOT NULL,
            type varchar(20) NOT NULL,
            file_size integer NOT NULL,
            dimensions jsonb,
            download_count integer DEFAULT 0 NOT NULL,
            like_count integer DEFAULT 0 NOT NULL,
            is_featured boolean DEFAULT false NOT NULL,
            is_moderated boolean DEFAULT true NOT NULL,
            moderation_status varchar(20) DEFAULT 'pending',
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "providers": """
        CREATE TABLE providers (
            id serial,
            title varchar(100) NOT NULL,
            description text,
            num_slots integer DEFAULT 1 NOT NULL,
            is_active boolean DEFAULT true NOT NULL,
            config jsonb,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (title)
        )""",
    "services": """
        CREATE TABLE services (
            id serial,
            provider_id integer,
            provider_title varchar(100),
            type_id integer NOT NULL,
            title varchar(100) NOT NULL,
            description text NOT NULL,
            endpoint text NOT NULL,
            config jsonb,
            is_active boolean DEFAULT true NOT NULL,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            base_cost numeric(20,16) DEFAULT 0.0000000000000000 NOT NULL,
            PRIMARY KEY (id)
        )""",
    "component_registry": """
        CREATE TABLE component_registry (
            id serial,
            component_id varchar(100) NOT NULL,
            name varchar(200) NOT NULL,
            version varchar(20) DEFAULT '1.0.0' NOT NULL,
            description text,
            category varchar(100),
            tags text[],
            credit_cost integer DEFAULT 0,
            estimated_processing_time integer,
            is_active boolean DEFAULT true,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (component_id)
        )""",
    "component_input_channels": """
        CREATE TABLE component_input_channels (
            id serial,
            component_id varchar(100) NOT NULL,
            channel_id varchar(100) NOT NULL,
            channel_name varchar(200) NOT NULL,
            type integer NOT NULL,
            position integer NOT NULL,
            is_required boolean DEFAULT false,
            description text,
            validation_rules jsonb,
            default_value text,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (component_id, channel_id)
        )""",
    "component_output_channels": """
        CREATE TABLE component_output_channels (
            id serial,
            component_id varchar(100) NOT NULL,
            channel_id varchar(100) NOT NULL,
            channel_name varchar(200) NOT NULL,
            type integer NOT NULL,
            description text,
            metadata jsonb,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (component_id, channel_id)
        )""",
    "component_usage": """
        CREATE TABLE component_usage (
            id serial,
            component_id varchar(100) NOT NULL,
            user_id varchar(100),
            execution_id varchar(100),
            input_data jsonb,
            output_data jsonb,
            processing_time_ms integer,
            credit_cost integer,
            success boolean,
            error_message text,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "component_dependencies": """
        CREATE TABLE component_dependencies (
            id serial,
            component_id varchar(100) NOT NULL,
            depends_on_component_id varchar(100) NOT NULL,
            dependency_type varchar(50),
            description text,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            CHECK (component_id <> depends_on_component_id)
        )""",
    "export_transactions": """
        CREATE TABLE export_transactions (
            id serial,
            sample_id integer NOT NULL,
            buyer_id varchar NOT NULL,
            creator_id varchar NOT NULL,
            export_format varchar(20) NOT NULL,
            export_quality varchar(20) NOT NULL,
            price_credits integer NOT NULL,
            creator_earnings integer NOT NULL,
            download_url text NOT NULL,
            expires_at timestamp NOT NULL,
            downloaded_at timestamp,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "recipe_option_tag_icon": """
        CREATE TABLE recipe_option_tag_icon (
            id text NOT NULL,
            display text NOT NULL,
            icon text,
            color text,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "recipe_usage_options": """
        CREATE TABLE recipe_usage_options (
            recipe_id integer NOT NULL,
            last_generation_id integer DEFAULT 0 NOT NULL,
            summary jsonb DEFAULT '{}' NOT NULL,
            PRIMARY KEY (recipe_id)
        )""",
    "revenue_shares": """
        CREATE TABLE revenue_shares (
            id serial,
            recipe_id integer NOT NULL,
            creator_id varchar NOT NULL,
            user_id varchar NOT NULL,
            generation_id integer NOT NULL,
            credits_used integer NOT NULL,
            revenue_amount integer NOT NULL,
            share_percentage integer NOT NULL,
            creator_earnings integer NOT NULL,
            is_paid_credits boolean NOT NULL,
            created_at timestamp DEFAULT now() NOT NULL,
            PRIMARY KEY (id)
        )""",
    "sample_likes": """
        CREATE TABLE sample_likes (
            id serial,
            sample_id integer NOT NULL,
            user_id varchar NOT NULL,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "smart_generation_requests": """
        CREATE TABLE smart_generation_requests (
            id serial,
            creator_id varchar NOT NULL,
            recipe_id integer NOT NULL,
            recipe_variables jsonb NOT NULL,
            recipe_variables_hash varchar(64) NOT NULL,
            status varchar(20) DEFAULT 'pending' NOT NULL,
            generation_id integer,
            backlog_video_id integer,
            credits_cost integer,
            failure_reason text,
            error_details jsonb,
            created_at timestamp DEFAULT now(),
            updated_at timestamp DEFAULT now(),
            PRIMARY KEY (id)
        )""",
    "type_audio": """
        CREATE TABLE type_audio (
            id integer NOT NULL,
            title varchar(50) NOT NULL,
            PRIMARY KEY (id),
            UNIQUE (title)
        )""",
    "type_role": """
        CREATE TABLE type_role (
            id integer NOT NULL,
            title text NOT NULL,
            PRIMARY KEY (id)
        )""",
    "type_services": """
        CREATE TABLE type_services (
            id serial,
            title varchar(100) NOT NULL,
            created_at timestamp DEFAULT now(),
            PRIMARY KEY (id),
            UNIQUE (title)
        )""",
    "type_user": """
        CREATE TABLE type_user (
            id integer NOT NULL,
            title text NOT NULL,
            PRIMARY KEY (id)
        )""",
}

#: Table, referenced table, definition.
FOREIGN_KEYS: tuple[tuple[str, str, str], ...] = (
    (
        "component_input_channels",
        "component_registry",
        "FOREIGN KEY (component_id) REFERENCES component_registry(component_id) ON DELETE CASCADE",
    ),
    (
        "component_output_channels",
        "component_registry",
        "FOREIGN KEY (component_id) REFERENCES component_registry(component_id) ON DELETE CASCADE",
    ),
    (
        "component_usage",
        "component_registry",
        "FOREIGN KEY (component_id) REFERENCES component_registry(component_id)",
    ),
    ("component_usage", "users", "FOREIGN KEY (user_id) REFERENCES users(id)"),
    (
        "component_dependencies",
        "component_registry",
        "FOREIGN KEY (component_id) REFERENCES component_registry(component_id) ON DELETE CASCADE",
    ),
    (
        "component_dependencies",
        "component_registry",
        "FOREIGN KEY (depends_on_component_id) REFERENCES component_registry(component_id) ON DELETE CASCADE",
    ),
)


def upgrade() -> None:
    """Runs in one transaction, with the schema of the console and the version: all or nothing."""
    create_notes()
    create_tables(TABLES, FOREIGN_KEYS)


def downgrade() -> None:
    """Also takes away indexes that an interrupted later migration has left."""
    remove_created(TABLES, FOREIGN_KEYS)
