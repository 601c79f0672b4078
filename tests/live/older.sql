-- Turns a database of the document's level into an older one that has grown in other directions.
DROP TABLE system_assets;
DROP TABLE market_assets;
ALTER TABLE users ADD COLUMN phone varchar;
ALTER TABLE generations ADD COLUMN legacy_flags jsonb DEFAULT '{}' NOT NULL;
CREATE TABLE feature_flags (id serial PRIMARY KEY, name text UNIQUE, enabled boolean);
INSERT INTO feature_flags (name, enabled) VALUES ('instant', true);
CREATE VIEW active_recipes AS SELECT id, name FROM recipes WHERE is_active;
CREATE INDEX idx_generations_status_only ON generations (status);
-- The same as a declared index, under another name; it must not be built twice.
CREATE INDEX made_by_hand ON credit_transactions (user_id, created_at DESC);
-- The name of a declared index, on something else.
CREATE INDEX idx_recipes_category ON recipes (lower(category)) WHERE is_active;
CREATE SCHEMA drizzle;
CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('0007', 1);
