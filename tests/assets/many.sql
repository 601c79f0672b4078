-- Assets of all four sources among the live ones: ties within sources and across them, nulls and odd values in
-- every column that allows them, more than two pages of each.
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, normalized_name, s3_key, cdn_url, mime_type,
                         file_size, asset_type, source, dimensions, duration, thumbnail_url, user_tags, system_tags,
                         auto_classification, ai_classification, usage_count, last_used_at, created_at, is_deleted, deleted_at)
SELECT 1000 + n,
       (ARRAY['u-ann', 'u-guest', 'gone-user', 'u-unknown-types'])[1 + n % 4],
       'many-user-' || n,
       'file_' || n || '.png',
       (ARRAY['Sunset raw', 'Sunset', 'First frame', 'Élan vital', '_odd%name', 'zebra'])[1 + n % 6] || CASE WHEN n % 5 = 0 THEN ' ' || n ELSE '' END,
       CASE n % 7 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE lower((ARRAY['Sunset raw', 'Sunset', 'First frame', 'Élan vital', '_odd%name', 'zebra'])[1 + n % 6]) END,
       'library/user/many/' || n || '.png',
       'https://cdn.example.org/library/user/many/' || n || '.png',
       (ARRAY['image/png', 'image/jpeg', 'video/mp4', 'application/pdf'])[1 + n % 4],
       (n * 37) % 5000,
       (ARRAY[1, 1, 2, 4, 3, 77])[1 + n % 6],
       (ARRAY[1, 2, 9])[1 + n % 3],
       CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '[]'::jsonb WHEN 2 THEN '{"width": "x", "height": 1e99}'::jsonb
                  ELSE jsonb_build_object('width', 100 * (n % 8), 'height', 90) END,
       CASE WHEN n % 3 = 0 THEN n % 50 END,
       CASE WHEN n % 9 = 0 THEN 'library/user/many/t' || n || '.jpg' END,
       (ARRAY[NULL, '{}', '{cute,cat}', '{cat}'])[1 + n % 4]::text[],
       (ARRAY[NULL, '{outdoor}', '{NULL,dark}'])[1 + n % 3]::text[],
       CASE n % 3 WHEN 0 THEN jsonb_build_object('label', 'person', 'confidence', 0.9) WHEN 1 THEN '"odd"'::jsonb END,
       CASE n % 4 WHEN 0 THEN jsonb_build_object('labels', jsonb_build_array('food', 'animal'), 'nsfw', (n % 10) / 10.0) END,
       n % 12,
       CASE WHEN n % 4 <> 0 THEN timestamp '2026-03-01' + (n % 20) * interval '1 day' END,
       CASE WHEN n % 17 = 0 THEN NULL WHEN n > 150 THEN timestamp 'infinity' ELSE timestamp '2026-02-01' + (n / 4) * interval '7 hours' END,
       (ARRAY[false, false, true, NULL])[1 + n % 4],
       CASE WHEN n % 4 = 2 AND n % 3 <> 0 THEN timestamp '2026-04-01' + n * interval '1 hour' END
FROM generate_series(1, 160) AS n;

INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size, dimensions, tags, metadata, created_at)
SELECT 1000 + n, 'core-' || n % 3, 'many-system-' || n, (ARRAY['Grain', 'Paper', 'SUNSET light'])[1 + n % 3] || ' ' || n % 4,
       'https://cdn.example.org/system/' || n || '.png', (ARRAY['image/png', 'audio/mpeg', 'font/woff2'])[1 + n % 3],
       n * 10, '{"width": 640, "height": 480}', '{overlay}', '{"license": "product"}', timestamp '2026-02-01' + (n / 4) * interval '7 hours'
FROM generate_series(1, 60) AS n;

INSERT INTO market_assets (id, creator_id, asset_id, name, url, mime_type, file_size, tags, metadata, is_public, created_at)
SELECT 1000 + n, (ARRAY['u-ann', 'gone-user'])[1 + n % 2], 'many-market-' || n, 'Pack ' || n, 'https://elsewhere.example.org/' || n || '.mp3',
       'audio/mpeg', n * 1000, CASE WHEN n % 2 = 0 THEN '{cat,shared}'::text[] END, '{"license": "standard", "price": 5}', n % 3 <> 0,
       CASE WHEN n % 13 <> 0 THEN timestamp '2026-02-01' + (n / 4) * interval '7 hours' END
FROM generate_series(1, 60) AS n;

INSERT INTO generations (id, user_id, recipe_id, recipe_title, prompt, status, type, asset_id, s3_key, image_url, is_public, metadata, created_at)
SELECT 1000 + n, (ARRAY['u-ann', 'u-guest'])[1 + n % 2], (ARRAY[1, NULL, 999])[1 + n % 3], CASE WHEN n % 2 = 0 THEN 'Lava Food ASMR' END,
       'A whale', 'completed', (ARRAY['image', 'video'])[1 + n % 2], CASE WHEN n % 5 = 0 THEN 'many-user-' || n END,
       CASE WHEN n % 6 <> 0 THEN 'generations/many/' || n || '.png' ELSE '' END, CASE WHEN n % 12 = 0 THEN 'https://cdn.example.org/x.png' END,
       n % 4 = 0, jsonb_build_object('formData', jsonb_build_object('picture', 'many-user-' || n, 'style', 'neon')),
       timestamp '2026-02-01' + (n / 3) * interval '5 hours'
FROM generate_series(1, 120) AS n;
-- One whose file is newer than anything that the row knows of.
UPDATE user_assets SET updated_at = '2026-01-01' WHERE id = 1002;
ANALYZE;
