-- 333 generations among the live ones: ties in every sort, nulls in every column that allows them, pages full,
-- and more than a page of times that no calendar has.
INSERT INTO generations (id, user_id, recipe_id, recipe_title, prompt, status, metadata, created_at, updated_at,
                         processing_started_at, type, short_id, asset_id, credits_cost, credits_refunded, retry_count,
                         is_public, is_published, failure_reason, error_details, fal_job_id, fal_job_status)
SELECT 1000 + n,
       (ARRAY['u-ann', 'u-guest', 'gone-user', 'u-unknown-types', 'system_backlog'])[1 + n % 5],
       (ARRAY[1, 2, NULL, 999])[1 + n % 4],
       CASE WHEN n % 3 = 0 THEN 'Title ' || n END,
       CASE WHEN n % 10 = 0 THEN 'A blue whale number ' || n WHEN n % 10 = 1 THEN 'Whales sing in blue light'
            ELSE 'Something number ' || n END,
       (ARRAY['completed', 'failed', 'processing', 'pending', 'completed', 'cancelled'])[1 + n % 6],
       CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '[]'::jsonb
            ELSE jsonb_build_object('request_origin', (ARRAY['user', 'backlog'])[1 + n % 2],
                                    'workflowType', (ARRAY['text_to_video', 'text_to_image', 'unheard_of'])[1 + n % 3],
                                    'isInstant', n % 2 = 0,
                                    'formData', jsonb_build_object('style', (ARRAY['neon', 'noir'])[1 + n % 2],
                                                                   'level', n % 5, 'tags', jsonb_build_array('a', n % 3)))
       END,
       CASE WHEN n > 270 THEN timestamp 'infinity' WHEN n % 11 <> 0 THEN timestamp '2026-02-01' + (n / 4) * interval '7 hours' END,
       CASE WHEN n % 13 <> 0 THEN timestamp '2026-02-01' + (n / 3) * interval '5 hours' END,
       CASE WHEN n % 5 <> 0 THEN timestamp '2026-02-01' + (n / 3) * interval '5 hours' - (n % 9) * interval '20 seconds' END,
       (ARRAY['image', 'video', 'audio'])[1 + n % 3],
       CASE WHEN n % 17 <> 0 THEN 'short-' || lpad(n::text, 5, '0') END,
       CASE WHEN n % 4 <> 0 THEN 'asset-many-' || (n / 2) END,
       (ARRAY[0, 5, 10, 25, NULL, -5])[1 + n % 6],
       n % 8 = 0,
       n % 4,
       n % 9 = 0,
       n % 10 = 0,
       CASE n % 12 WHEN 1 THEN 'Timeout of the provider' WHEN 7 THEN 'NSFW content, 100%' END,
       CASE n % 12 WHEN 7 THEN '{"code": 422}'::jsonb WHEN 9 THEN 'null'::jsonb END,
       CASE WHEN n % 6 <> 3 THEN 'job-many-' || n END,
       (ARRAY['COMPLETED', 'FAILED', NULL, 'ODD'])[1 + n % 4]
FROM generate_series(1, 330) AS n;
INSERT INTO generations (id, user_id, prompt, status, created_at, updated_at, processing_started_at) VALUES
    (901, 'u-ann', 'Never ends', 'completed', '2026-02-01', 'infinity', '2026-02-01'),
    (902, 'u-ann', 'Ended before it began', 'failed', '2026-02-01', '2026-01-31', '2026-02-01'),
    (903, 'u-ann', 'Began before all time', 'completed', '-infinity', '2026-02-01', '-infinity');
UPDATE recipes SET video_provider = 'Fal', image_provider = '' WHERE id = 1;
UPDATE recipes SET image_provider = 'fal' WHERE id = 2;
ANALYZE generations;
