-- Rows of the two tables that an older database lacks.
INSERT INTO system_assets (system_id, asset_id, name, url, mime_type, file_size, dimensions, tags, metadata) VALUES
    ('frame', 'sa-1', 'Frame', 'https://cdn.example.org/sa-1.png', 'image/png', 10, '{"width": 1}', '{a}', '{}'), ('', '', '', 'javascript:alert(1)', '', -1, '"x"', NULL, '3');
INSERT INTO market_assets (creator_id, asset_id, name, url, mime_type, file_size, dimensions, tags, metadata, is_public) VALUES
    ('u-ann', 'ma-1', 'Song', 'https://cdn.example.org/ma-1.mp3', 'audio/mpeg', 10, NULL, '{}', NULL, true), ('gone-user', '', '', '', '', 0, '[]', '{NULL}', '"x"', false);
