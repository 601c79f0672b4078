-- 220 users among the live ones, more than four pages: ties in every sort, nulls in every column that allows
-- them, ids that no address or filter likes, and what belongs to them.
INSERT INTO users (id, email, first_name, last_name, handle, credits, account_type, access_role, oauth_provider,
                   created_at, last_seen_at, first_visit_at, last_credit_refresh, is_ephemeral, can_upgrade_to_registered)
SELECT CASE n % 5 WHEN 0 THEN 'many-' || n WHEN 1 THEN 'a/b/' || n WHEN 2 THEN 'x "y" ''z'' ' || n
            WHEN 3 THEN 'é🐳,' || n ELSE lpad(n::text, 5, '0') END,
       CASE WHEN n % 3 <> 0 THEN 'Person' || n || '@Example.com' END,
       CASE WHEN n % 4 <> 0 THEN (ARRAY['Ada', 'Bo', 'Cy%', 'D_e'])[1 + n % 4] END,
       CASE WHEN n % 6 <> 0 THEN 'Name ' || n END,
       CASE WHEN n % 5 <> 0 THEN 'Person_' || n END,
       (n % 23) - 4,
       (ARRAY[1, 2, 3, 3, 3, NULL, 7])[1 + n % 7],
       (ARRAY[1, 1, 1, 2, 3, NULL, 8])[1 + n % 7],
       (ARRAY['google', 'apple', NULL, NULL, 'unheard_of'])[1 + n % 5],
       CASE WHEN n % 11 <> 0 THEN timestamp '2026-02-01' + (n / 4) * interval '7 hours' END,
       CASE WHEN n > 210 THEN timestamp 'infinity' WHEN n % 13 <> 0 THEN timestamp '2026-03-01' + (n / 3) * interval '5 hours' END,
       CASE WHEN n % 2 = 0 THEN timestamp '2026-01-01' + n * interval '1 hour' END,
       CASE WHEN n % 3 = 0 THEN timestamp '2026-04-01' + n * interval '1 hour' END,
       (ARRAY[true, false, NULL])[1 + n % 3],
       (ARRAY[true, false, NULL, NULL])[1 + n % 4]
FROM generate_series(1, 215) AS n;
INSERT INTO users (id, handle, credits) VALUES
    ('none', 'nobody', 3), ('count', NULL, 3), ('..', NULL, 3), ('~x', NULL, 3), (' ', ' ', 3);

INSERT INTO generations (user_id, prompt, status, created_at, credits_cost, failure_reason, recipe_id)
SELECT u.id, 'p', (ARRAY['completed', 'failed', 'processing', 'cancelled'])[1 + k % 4],
       CASE WHEN k % 9 <> 0 THEN timestamp '2026-05-01' + (k || ' hours')::interval END, k, 'Reason ' || k, 1
FROM users u, generate_series(1, 12) AS k
WHERE u.id LIKE 'many-%' AND k <= length(u.id) * 2 - 8;
INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type, file_size,
                         asset_type, source, is_deleted)
SELECT u.id, left(md5(u.id || k), 20), 'f', 'f', 'k', 'c', 'image/png', k * 1000, 1 + k % 5, 1, k % 4 = 0
FROM users u, generate_series(1, 6) AS k WHERE u.id LIKE 'a/b/%' AND k <= length(u.id);
INSERT INTO credit_transactions (user_id, amount, type, description, created_at, payment_id, metadata)
SELECT (ARRAY['many-5', 'a/b/1', 'none', 'gone-user', 'many-10'])[1 + n % 5],
       (ARRAY[10, -3, -7, 5, 0, -1])[1 + n % 6],
       (ARRAY['purchase', 'usage', 'usage', 'refund', 'daily_refresh', 'promo <b>', 'manual', ''])[1 + n % 8],
       CASE n % 4 WHEN 0 THEN 'Generation: Lava 100%' WHEN 1 THEN 'Credit pack' ELSE 'Text ' || n END,
       CASE WHEN n > 235 THEN timestamp 'infinity' WHEN n % 17 <> 0 THEN timestamp '2026-03-27 20:00' + (n / 3) * interval '5 hours' END,
       CASE WHEN n % 6 = 0 THEN 'pi_' || n END,
       CASE n % 5 WHEN 0 THEN jsonb_build_object('generationId', n % 7) WHEN 1 THEN '"x"'::jsonb
            WHEN 2 THEN jsonb_build_object('generationId', 'G' || n, 'apiKey', 'sk-secret') END
FROM generate_series(1, 240) AS n;
ANALYZE users, credit_transactions, generations, user_assets;
