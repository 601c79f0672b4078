-- Rows as a live database holds them, good ones among rows that break every rule that no constraint keeps.

INSERT INTO type_user (id, title) VALUES (1, 'System'), (2, 'Guest'), (3, 'Registered');
INSERT INTO type_role (id, title) VALUES (1, 'User'), (2, 'Test'), (3, 'Admin');
INSERT INTO type_audio (id, title) VALUES (0, 'No Sound'), (1, 'Sound'), (2, 'Speech');
INSERT INTO type_services (title) VALUES ('Text-to-Image'), ('Text-to-Video'), ('Image-to-Video');

INSERT INTO users (id, email, first_name, last_name, handle, credits, account_type, access_role, created_at,
                   updated_at, last_seen_at, last_credit_refresh, session_token, password_hash, is_ephemeral) VALUES
    ('system_backlog', NULL, 'Backlog', NULL, 'backlog', -4321, 1, 3, '2025-01-01', '2025-01-01', NULL, NULL, NULL, NULL, false),
    ('u-ann', 'ann@example.org', 'Ann', 'Lee', 'ann', 42, 3, 1, '2025-03-01 10:00', '2026-01-01', '2026-11-20', '2026-11-20', 'token-ann', '$argon2id$secret', false),
    ('u-guest', NULL, NULL, NULL, NULL, 10, 2, 1, '2026-11-01', NULL, NULL, NULL, 'token-guest', NULL, true),
    ('u-null-types', 'null@example.org', NULL, NULL, 'nulls', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('u-unknown-types', 'UPPER@Example.ORG', 'Åse', 'O''Brien', 'Ünïcödé', -17, 9, 42, '2026-06-01', '2026-06-01', 'infinity', '-infinity', NULL, NULL, false),
    ('u <script>alert(1)</script>', '"><img src=x onerror=alert(1)>@evil.test', '{{ 7*7 }}', '</td></table>', '${jndi:x}', 2147483647, 3, 2, '0044-03-15 BC', '20000-01-01', NULL, NULL, NULL, NULL, false),
    (E'u\x01control\x1b[31m', E'tab\there\nline@example.org', E'\u202Egnp.exe', repeat('long ', 2000), repeat('h', 500), 1, 3, 1, now(), now(), now(), now(), NULL, NULL, false),
    ('', '', '', '', '', 5, 0, 0, now(), now(), now(), now(), '', '', false);

INSERT INTO tags (name, description, color, is_active, is_hidden) VALUES
    ('Funny', 'Makes people laugh', 'amber', true, false),
    ('category:video', NULL, NULL, true, true), ('category:', '', '', true, true), (':', NULL, 'not-a-colour', false, true),
    ('workflow:text_to_video', NULL, 'gray', true, true), ('rating:family_friendly', NULL, 'gray', true, true),
    ('<b>bold</b>', '{% include "secrets" %}', 'red;}</style>', true, false), ('', NULL, NULL, true, false);

INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps, creator_id,
                     generation_type, workflow_type, workflow_components, tag_highlights, audio_type, is_active, created_at) VALUES
    (1, 'Lava Food ASMR', 'lava-food-asmr', 'Knife through lava', 'A knife cuts [food]', 'Be slow', 'video', 5,
     '[{"id": "food", "label": "Food", "type": "radio", "options": [{"label": "Honey", "value": "honey"}], "required": true, "defaultValue": "honey"}]',
     'u-ann', 'video', 'video', '["get-frames-from-video", "gone-component"]', '{1,2,5}', 2, true, '2025-02-01'),
    (2, 'Empty steps', 'empty', '', '', '', '', 0, '[]', NULL, 'image', 'image', NULL, '{}', 0, false, NULL),
    (3, 'Steps are an object', 'object', 'd', 'p', 'i', 'image', -3, '{"id": "x"}', 'gone-user', 'hologram', 'text_to_image', '{}', '{999,1,NULL}', 9, true, '2026-01-01'),
    (4, 'Steps are a scalar', 'object', 'd', 'p', 'i', 'image', 1, '"none"', NULL, 'image', 'hybrid', '"x"', NULL, 0, true, 'infinity'),
    (5, 'Steps are null', 'json-null', 'd', 'p', 'i', 'image', 1, 'null', NULL, 'image', '', '3', '{1,1,1}', 0, true, '2026-01-01'),
    (6, 'Steps hold junk', 'junk', repeat('d', 100000), 'p', 'i', 'image', 1, '[1, null, "x", {"options": "none"}, {"id": null, "label": {"a": 1}, "type": ["x"], "options": [1, {}]}]', NULL, 'image', 'image', NULL, '{{1,2},{999,NULL}}', 1, true, '2026-01-01');
SELECT setval('recipes_id_seq', 6);

INSERT INTO recipe_usage (recipe_id, usage_count, last_used_at) VALUES (1, 12, '2026-11-21'), (777, -1, NULL);
INSERT INTO recipe_usage_options (recipe_id, last_generation_id, summary) VALUES (1, 3, '{"food": {"honey": 7}}'), (2, 0, '[]'), (777, -5, '"x"');
INSERT INTO recipe_option_tag_icon (id, display, icon, color) VALUES ('honey', 'Honey', 'droplet', 'amber'), ('', '', NULL, NULL);

INSERT INTO generations (id, user_id, recipe_id, recipe_title, prompt, status, metadata, created_at, updated_at, type,
                         short_id, asset_id, video_url, image_url, s3_key, processing_started_at, failure_reason, error_details,
                         credits_cost, credits_refunded, refunded_at, retry_count, max_retries, fal_job_id, fal_job_status) VALUES
    (1, 'u-ann', 1, 'Lava Food ASMR', 'A knife cuts honey', 'completed',
     '{"formData": {"food": "honey"}, "tagDisplayData": {"food": "Honey"}, "workflowType": "text_to_video", "request_origin": "user", "isInstant": false}',
     '2026-11-20 10:00', '2026-11-20 10:03', 'video', 'AbCdEfGhIjK', 'asset-1', 'https://cdn.example.org/1.mp4', NULL, 'generations/1.mp4', '2026-11-20 10:01', NULL, NULL, 5, false, NULL, 0, 2, 'job-1', 'COMPLETED'),
    (2, 'u-ann', 1, 'Lava Food ASMR', 'A knife cuts glass', 'failed', '{"request_origin": "user"}', '2026-11-20 11:00', '2026-11-20 11:09', 'video', '-_-_-_-_-_-', NULL, NULL, NULL, NULL, '2026-11-20 11:01',
     'Provider said no', '{"message": "no", "stack": "Error: no\n    at run (worker.ts:1:2)"}', 5, true, '2026-11-20 11:10', 2, 2, 'job-2', 'FAILED'),
    (3, 'u-guest', NULL, NULL, 'A cat', 'pending', NULL, '2026-11-22 09:00', '2026-11-22 09:00', 'image', '00000000003', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, false, NULL, 0, 2, NULL, NULL),
    (4, 'u-ann', 1, NULL, 'Stuck since long', 'processing', '{}', '2026-01-01', '2026-01-01', 'video', '00000000004', NULL, NULL, NULL, NULL, '2026-01-01 00:01', NULL, NULL, 5, false, NULL, 0, 2, 'job-4', 'IN_PROGRESS'),
    (5, 'system_backlog', 1, 'Lava Food ASMR', 'Stock', 'completed', '{"request_origin": "backlog"}', '2026-11-01', '2026-11-01', 'video', '00000000005', 'asset-5', 'https://cdn.example.org/5.mp4', NULL, 'generations/5.mp4', '2026-11-01', NULL, NULL, NULL, false, NULL, 0, 2, NULL, NULL),
    (6, 'gone-user', 999, 'Deleted recipe', '', 'cancelled', '"a string"', NULL, NULL, 'hologram', NULL, '', '', '', '', NULL, '', '"not an object"', -5, true, NULL, 7, 2, '', ''),
    (7, '', NULL, '', E'\x01\x02\x1b[31mred\u202E', '', '[1, [2, [3, null]], {"a": {}}]', 'infinity', '-infinity', '', NULL, NULL, 'javascript:alert(1)', 'data:text/html,<script>alert(1)</script>', '../../etc/passwd', 'infinity', NULL, '[]', NULL, false, 'infinity', -1, -1, NULL, NULL),
    (8, 'u <script>alert(1)</script>', 3, '<img src=x onerror=alert(1)>', '<script>alert(1)</script>{{ 7*7 }}', 'COMPLETED', '12345678901234567890.5', '0044-03-15 BC', '20000-01-01', 'video', '<b>x</b>', '"', '//evil.test/x.mp4', NULL, '/', '2026-11-20', '<script>', '{"message": "<script>alert(1)</script>", "apiKey": "sk-secret"}', 2147483647, false, NULL, 0, 0, '<i>', '<i>'),
    (9, 'u-ann', 2, 'Empty steps', repeat('A very long prompt. ', 104858), 'completed', ('{"formData": ' || repeat('{"a": ', 400) || '1' || repeat('}', 400) || '}')::jsonb, '2026-11-21', '2026-11-19', 'image', '00000000009', NULL, NULL, 'https://cdn.example.org/9.png', NULL, '2026-11-22', NULL, 'null', 0, false, NULL, 0, 2, NULL, NULL),
    (10, 'u-ann', 4, 'Too deep', 'Deeper than a parser goes', 'failed', (repeat('[', 5000) || repeat(']', 5000))::jsonb, '2026-11-21', '2026-11-21', 'image', '00000000010', NULL, NULL, NULL, NULL, NULL, repeat('x', 300000), ('{"n": 1' || repeat('0', 5000) || '}')::jsonb, 1, false, NULL, 0, 2, NULL, NULL),
    (2147483000, 'u-null-types', 1, 'Lava Food ASMR', 'High number', 'completed', 'false', '2026-11-21', '2026-11-21', 'image', '00000000011', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, true, '2026-11-21', 0, 2, NULL, NULL);
SELECT setval('generations_id_seq', 2147483000);

INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, normalized_name, s3_key, cdn_url, mime_type, file_size,
                         asset_type, source, dimensions, duration, user_tags, system_tags, auto_classification, is_deleted, deleted_at, created_at) VALUES
    ('u-ann', 'ua-1', 'cat.png', 'Cat', 'cat', 'library/user/u-ann/images/originals/ua-1.png', 'https://cdn.example.org/ua-1.png', 'image/png', 123456, 1, 1, '{"width": 640, "height": 480}', NULL, '{cute,cat}', '{}', '{"labels": ["cat"]}', false, NULL, '2026-11-01'),
    ('u-ann', 'ua-2', 'song.mp3', 'Song', NULL, 'library/user/u-ann/audio/originals/ua-2.mp3', 'https://cdn.example.org/ua-2.mp3', 'audio/mpeg', 2147483647, 3, 2, NULL, 95, NULL, NULL, NULL, true, '2026-11-02', '2026-11-01'),
    ('gone-user', 'ua-3', E'..\\..\\evil"\r\nX-Header: 1.exe', '<script>alert(1)</script>', '', '', '', 'text/html', -1, 77, 9, '"640x480"', -5, '{}', '{NULL,""}', '[]', NULL, NULL, NULL),
    ('', '', '', '', '', '/', 'javascript:alert(1)', '', 0, 0, 0, '[640, 480]', 0, '{"<b>"}', '{a,a,a}', '3', true, NULL, 'infinity');

INSERT INTO credit_transactions (user_id, amount, type, description, created_at, payment_id, metadata) VALUES
    ('u-ann', 100, 'purchase', 'Bought 100', '2026-10-01', 'pay-1', '{}'),
    ('u-ann', -5, 'usage', 'Generation 1', '2026-11-20 10:00', NULL, '{"generationId": 1}'),
    ('u-ann', 5, 'refund', 'Refund of 2', '2026-11-20 11:10', NULL, '{"generationId": 2}'),
    ('u-ann', 5, 'refund', 'Refunded twice', '2026-11-20 11:11', NULL, '{"generationId": "2"}'),
    ('gone-user', 7, 'gift', '', NULL, '', '"x"'), ('', 0, '', '<b>', 'infinity', NULL, '[{"generationId": 999999}]'),
    ('system_backlog', 0, 'backlog_cleanup', 'Cleanup', '2026-11-01', NULL, 'null');

INSERT INTO backlog_videos (recipe_id, recipe_variables, recipe_variables_hash, generation_id, video_url, is_used, used_by_request_id, used_at, created_at) VALUES
    (1, '{"food": "honey"}', repeat('a', 64), 5, 'https://cdn.example.org/5.mp4', false, NULL, NULL, '2026-11-01'),
    (999, '[]', '', 999999, '', true, 888, NULL, NULL), (1, '"x"', repeat('a', 64), 5, 'javascript:alert(1)', true, NULL, 'infinity', '2026-11-01');
INSERT INTO smart_generation_requests (creator_id, recipe_id, recipe_variables, recipe_variables_hash, status, generation_id, backlog_video_id, error_details) VALUES
    ('u-ann', 1, '{"food": "honey"}', repeat('a', 64), 'completed', 1, 1, NULL), ('gone-user', 999, '3', '', 'unheard_of', 999999, 999999, '"x"');
INSERT INTO recipe_samples (recipe_id, generation_id, user_id, title, description, original_prompt, thumbnail_url, preview_url, high_res_url, type, file_size, dimensions, moderation_status, created_at) VALUES
    (1, 1, 'u-ann', 'Honey', NULL, 'A knife cuts honey', 'https://cdn.example.org/t.jpg', 'https://cdn.example.org/p.mp4', 'https://cdn.example.org/h.mp4', 'video', 1000, '{"width": 1, "height": 1}', 'approved', '2026-11-20'),
    (999, 999999, 'gone-user', NULL, NULL, '', '', '', '', 'hologram', -1, '"x"', 'escalated', NULL), (1, 1, '', '<b>', '<i>', '<u>', 'javascript:alert(1)', '', '', '', 0, '[]', NULL, 'infinity');
INSERT INTO sample_likes (sample_id, user_id) VALUES (1, 'u-ann'), (1, 'u-ann'), (999, 'gone-user');
INSERT INTO export_transactions (sample_id, buyer_id, creator_id, export_format, export_quality, price_credits, creator_earnings, download_url, expires_at) VALUES
    (1, 'u-guest', 'u-ann', 'mp4', 'hd', 10, 2, 'https://cdn.example.org/x', '2026-12-01'), (999, '', '', '', '', -1, 5, 'javascript:alert(1)', 'infinity');
INSERT INTO revenue_shares (recipe_id, creator_id, user_id, generation_id, credits_used, revenue_amount, share_percentage, creator_earnings, is_paid_credits) VALUES
    (1, 'u-ann', 'u-guest', 1, 5, 5, 20, 1, true), (999, '', '', 999999, -5, 0, 200, -1, false);

INSERT INTO providers (title, description, num_slots, is_active, config) VALUES
    ('fal', 'fal.ai', 4, true, '{"apiKey": "sk-live-secret", "region": "eu"}'), ('Zero slots', NULL, 0, true, '"x"'), ('<b>', '', -1, false, '[]');
INSERT INTO services (provider_id, provider_title, type_id, title, description, endpoint, config, is_active, base_cost) VALUES
    (1, 'fal', 2, 'Kling', 'Video', 'fal-ai/kling', '{}', true, 0.0350000000000000), (99, 'gone', 99, '', '', 'javascript:alert(1)', '3', false, 'NaN'), (NULL, NULL, 0, '<b>', '', '', NULL, true, -1);

INSERT INTO component_registry (component_id, name, version, description, category, tags, credit_cost, estimated_processing_time, is_active) VALUES
    ('get-frames-from-video', 'Get frames', '1.0.0', 'Cuts frames', 'video', '{video,frames}', 1, 30, true),
    ('image-to-video', 'Image to video', '2.1.0', NULL, NULL, NULL, NULL, NULL, NULL), ('', '', '', '', '', '{}', -1, -30, false),
    ('a', 'Circle A', 'x', NULL, 'video', '{NULL}', 0, 0, true), ('b', 'Circle B', 'x', NULL, 'video', NULL, 0, 0, true);
INSERT INTO component_input_channels (component_id, channel_id, channel_name, type, position, is_required, validation_rules, default_value) VALUES
    ('get-frames-from-video', 'video', 'Video', 6, 1, true, '{"pattern": "^https://"}', NULL), ('get-frames-from-video', 'count', 'Count', 18, 1, NULL, '{"min": 10, "max": 1, "pattern": "(("}', 'many'),
    ('a', '', '', 99, -1, false, '"x"', ''), ('a', 'b', 'B', 0, 0, true, '[1]', '<script>');
INSERT INTO component_output_channels (component_id, channel_id, channel_name, type, metadata) VALUES
    ('get-frames-from-video', 'frames', 'Frames', 8, '{"format": "png"}'), ('a', '', '', 99, '"x"');
INSERT INTO component_dependencies (component_id, depends_on_component_id, dependency_type) VALUES
    ('image-to-video', 'get-frames-from-video', 'required'), ('a', 'b', 'required'), ('b', 'a', 'required'), ('a', 'get-frames-from-video', NULL), ('b', 'get-frames-from-video', 'sometimes');
INSERT INTO component_usage (component_id, user_id, execution_id, input_data, output_data, processing_time_ms, credit_cost, success, error_message, created_at) VALUES
    ('get-frames-from-video', 'u-ann', 'run-1', '{"video": "https://cdn.example.org/1.mp4"}', '{"frames": 3}', 1200, 1, true, NULL, '2026-11-20'),
    ('get-frames-from-video', NULL, NULL, '"x"', '[]', -1, NULL, NULL, repeat('boom ', 20000), NULL), ('a', 'u-guest', '', NULL, NULL, NULL, -1, false, '<script>', 'infinity');

INSERT INTO sessions (sid, sess, expire) VALUES ('secret-sid', '{"user": "u-ann"}', '2026-12-01');
INSERT INTO brand_assets (user_id, name, file_name, file_url, file_size, mime_type) VALUES ('u-ann', 'Logo', 'logo.png', 'https://cdn.example.org/l.png', 1, 'image/png');
