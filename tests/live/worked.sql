-- What the console itself keeps, after some days of work: uploads, a scan and its findings, what was set aside, and
-- files that wait for a review. Names are long without a place to break, or not what they seem.
UPDATE dashboard.review_settings SET starts_on = '2000-01-01', second_share = 0;
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type, file_size,
                         asset_type, source, ai_classification, created_at)
SELECT 500 + n, 'u-ann', 'worked-' || n, 'a.png', 'Picture ' || n, '', '', 'image/png', n, 1, 1,
    CASE WHEN n = 1 THEN '{"nsfw": 1}'::jsonb ELSE '{"cat": 0.8}' END, now() - n * interval '1 hour'
FROM generate_series(1, 6) n;
INSERT INTO dashboard.upload (key, source, owner_id, asset_id, s3_key, filename, name, extension, asset_type, bytes,
                              part_bytes, author, state, why, row_id, reason) VALUES
    ('1', 'user', 'u-ann', 'up-1', 'library/1.png', repeat('without-any-break-', 12), repeat('without-any-break-', 12), 'png', 1, 9, 9, 'ann', 'sending', NULL, NULL, 'asked by mail'),
    ('2', 'system', 'core', 'up-2', 'library/2.png', E'<b>bold</b>\u202Egnp.exe {{ 7*7 }}', E'<b>bold</b>\u202Egnp.exe', 'png', 1, 9, 9, 'ann', 'refused', 'It is no picture.', NULL, ''),
    ('3', 'system', 'frame', 'up-3', 'library/3.png', 'c.png', 'c', 'png', 1, 9, 9, 'ann', 'stored', NULL, 1, '');
INSERT INTO dashboard.storage_scan (state, phase, asked_by, objects, bytes, types_open, counts, why, finished_at) VALUES
    ('finished', 'conclude', 'ann', 12, 3456, 0, '{"orphan": 1, "missing": 1}', NULL, now()),
    ('paused', 'list', 'ann', 5, 100, NULL, NULL, 'The store cannot be reached.', NULL);
INSERT INTO dashboard.storage_finding (kind, key, source, row_id, owner_id, bytes, detail, seen) VALUES
    ('missing', 'library/user/u-ann/images/originals/ua-1.png', 'user', '1', 'u-ann', 9, NULL, 1),
    ('orphan', repeat('without-any-break-', 12), NULL, NULL, NULL, 9, NULL, 1),
    ('derivatives', E'<b>bold</b>\u202Egnp.exe {{ 7*7 }}', 'user', '501', 'u-ann', 9, 'webp', 1),
    ('outside', '/', NULL, NULL, NULL, NULL, NULL, 1);
INSERT INTO dashboard.storage_total (owner_id, kind, objects, bytes) VALUES
    ('', '', 12, 3456), ('u-ann', '', 9, 3000), ('', 'images', 12, 3456), ('u-ann', 'images', 9, 9);
INSERT INTO dashboard.quarantined (key, quarantine_key, bytes, etag, author, state, why) VALUES
    ('left.png', 'console/quarantine/1', 9, 'e', 'ann', 'held', NULL),
    (repeat('without-any-break-', 12), 'console/quarantine/2', 9, 'e', 'ann', 'kept', 'Another object lies there now.');
