-- Indexes that the product declares and that an older database of it lacks.
CREATE INDEX "idx_users_created_at" ON "users" (created_at);
CREATE INDEX "idx_users_is_ephemeral" ON "users" (is_ephemeral);
CREATE INDEX "idx_users_last_seen_at" ON "users" (last_seen_at);
CREATE INDEX "idx_generations_asset_id" ON "generations" (asset_id);
CREATE INDEX "idx_generations_created_at" ON "generations" (created_at);
CREATE INDEX "idx_generations_credits_refunded" ON "generations" (credits_refunded);
CREATE INDEX "idx_generations_fal_job_id" ON "generations" (fal_job_id);
CREATE INDEX "idx_generations_processing_started_at" ON "generations" (processing_started_at);
CREATE INDEX "idx_generations_recipe" ON "generations" (recipe_id, created_at desc);
CREATE INDEX "idx_generations_status" ON "generations" (status, created_at desc);
CREATE INDEX "idx_recipes_category" ON "recipes" (category);
CREATE INDEX "idx_recipes_creator_id" ON "recipes" (creator_id);
CREATE INDEX "idx_recipes_generation_type" ON "recipes" (generation_type);
CREATE INDEX "idx_recipes_is_active" ON "recipes" (is_active);
CREATE INDEX "idx_recipes_workflow_type" ON "recipes" (workflow_type);
CREATE INDEX "idx_credit_transactions_user_created" ON "credit_transactions" (user_id, created_at desc);
CREATE INDEX "idx_recipe_samples_featured_likes" ON "recipe_samples" (is_featured, like_count desc);
CREATE INDEX "idx_recipe_samples_recipe_status" ON "recipe_samples" (recipe_id, moderation_status);
