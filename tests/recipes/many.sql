-- 140 recipes among the live ones: ties in every sort, nulls in every column that allows them, tags of all sorts,
-- and generations whose outcomes, times and answers can be counted by hand.
INSERT INTO tags (id, name, color, is_active, is_hidden) VALUES
    (101, 'viral', 'pink', true, false), (102, 'Viral', 'teal', true, false), (103, 'logo', 'blue', false, false),
    (104, 'category:image', NULL, true, true), (105, 'workflow:style_transfer', 'gray', true, true),
    (106, '107', 'red', true, false), (107, 'night market', 'sky', true, false), (108, 'rating:teen_plus', NULL, true, true),
    (109, 'category', 'gray', true, true), (110, 'workflow:public', 'gray', true, false);
INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, style, model, credit_cost, usage_count, is_active,
                     created_at, video_provider, video_duration, image_provider, creator_id, is_public, has_content_restrictions,
                     revenue_share_enabled, revenue_share_percentage, recipe_steps, generation_type, referral_code, workflow_type,
                     workflow_components, tag_highlights, audio_type, preview_image_url)
SELECT 100 + n,
       (ARRAY['Neon city', 'neon CITY 100%', 'Glass fruit', 'A_b'])[1 + n % 4] || CASE WHEN n % 3 = 0 THEN '' ELSE ' ' || n END,
       'recipe-' || CASE WHEN n % 20 = 19 THEN 'twin' ELSE n::text END,
       CASE WHEN n % 5 = 0 THEN '' ELSE 'What it promises ' || n END,
       CASE n % 4 WHEN 0 THEN 'A {animal} in {place}' WHEN 1 THEN 'Whales with a [camera move]' WHEN 2 THEN 'A {{ FOOD }}, sliced' ELSE 'Plain' END,
       'i', (ARRAY['asmr', 'funny', 'design', ''])[1 + n % 4], (ARRAY['photorealistic', 'noir'])[1 + n % 2],
       (ARRAY['flux-1', 'veo-3', 'kling'])[1 + n % 3], (ARRAY[5, 10, 0, 25, -1])[1 + n % 5], n, n % 6 <> 0,
       CASE WHEN n > 130 THEN timestamp 'infinity' WHEN n % 9 <> 0 THEN timestamp '2026-02-01' + (n / 3) * interval '9 hours' END,
       (ARRAY['google', NULL, 'fal'])[1 + n % 3], CASE WHEN n % 7 <> 0 THEN 8 END, (ARRAY['fal', 'stability', NULL, ''])[1 + n % 4],
       (ARRAY['u-ann', NULL, 'gone-user', 'u-guest', 'u <script>alert(1)</script>'])[1 + n % 5], n % 3 <> 0, n % 2 = 0,
       n % 8 = 0, CASE WHEN n % 16 = 0 THEN 20 ELSE 35 END,
       CASE n % 4 WHEN 3 THEN '{"steps": []}'::jsonb ELSE '[{"id": "animal", "label": "Animal", "type": "dropdown", "options": [{"label": "Otter", "value": "otter"}]}]'::jsonb END,
       (ARRAY['image', 'video', 'hologram'])[1 + n % 3], CASE WHEN n % 10 = 0 THEN 'CODE-' || n END,
       (ARRAY['image', 'video', 'hybrid', 'other'])[1 + n % 4],
       CASE n % 3 WHEN 0 THEN NULL WHEN 1 THEN 'null'::jsonb ELSE '[{"order": 1, "type": "text_to_image"}]'::jsonb END,
       CASE n % 8 WHEN 0 THEN NULL WHEN 1 THEN '{}'::int4[] WHEN 2 THEN ARRAY[101, 104, 105, 108] WHEN 3 THEN ARRAY[102, 2, 5]
                  WHEN 4 THEN ARRAY[103, 109, 110] WHEN 5 THEN ARRAY[901, 106] WHEN 6 THEN ARRAY[101, 102, NULL] ELSE ARRAY[107] END,
       (ARRAY[0, 1, 2, 9])[1 + n % 4], CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN 'generations/x.jpg' WHEN 2 THEN 'javascript:alert(1)' ELSE 'https://elsewhere.example/x.jpg' END
FROM generate_series(1, 140) AS n;
INSERT INTO recipe_usage (recipe_id, usage_count, last_used_at)
SELECT 100 + n, n % 12, CASE WHEN n % 5 <> 0 THEN timestamp '2026-03-01' + (n % 30) * interval '1 day' END
FROM generate_series(1, 140) AS n WHERE n % 4 <> 0;
-- Recipe 102 over two hundred days up to now.
INSERT INTO generations (user_id, recipe_id, prompt, status, created_at, processing_started_at, updated_at, type, credits_cost,
                         credits_refunded, failure_reason, metadata)
SELECT CASE WHEN n % 10 = 0 THEN 'system_backlog' ELSE 'u-ann' END, 102, 'p',
       (ARRAY['completed', 'completed', 'failed', 'completed', 'pending'])[1 + n % 5],
       now() - n * interval '9 hours', now() - n * interval '9 hours' + interval '3 seconds',
       now() - n * interval '9 hours' + interval '3 seconds' + (1 + n % 50) * interval '1 second', 'image', 3, n % 5 = 2,
       CASE WHEN n % 5 = 2 THEN (ARRAY['Timed out after ' || n || ' s', 'Policy'])[1 + n % 2] END,
       jsonb_build_object('formData', jsonb_build_object('animal', (ARRAY['otter', 'owl'])[1 + (n % 3 = 0)::int]))
FROM generate_series(0, 500) AS n ORDER BY md5(n::text);
INSERT INTO revenue_shares (recipe_id, creator_id, user_id, generation_id, credits_used, revenue_amount, share_percentage, creator_earnings, is_paid_credits, created_at)
SELECT 108, 'u-ann', 'u-guest', n, 5, 5, 20, n, true, now() - n * interval '1 day' FROM generate_series(0, 60) AS n;
