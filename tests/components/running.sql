-- More components and runs than a live database of a test has: odd ids, references to nothing, every outcome.
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conrelid::regclass AS relation, conname FROM pg_constraint
               WHERE conrelid IN ('component_dependencies'::regclass, 'component_usage'::regclass) AND contype IN ('f', 'c')
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.relation, one.conname); END LOOP;
END $$;
INSERT INTO component_registry (component_id, name, version, description, category, tags, credit_cost, estimated_processing_time, is_active, created_at, updated_at) VALUES
    ('graph', 'Graph', '1.0.0', NULL, 'text', '{text,"two words"}', 2, 1, true, '2026-01-01', '2026-01-02'),
    ('a/b', 'Slash', '1.0.0', '<script>alert(1)</script>', 'text', '{}', 2, 4, true, '2026-01-03', 'infinity'),
    ('7', 'Seven', '1.0.0', repeat('long ', 50000), '<b>', '{text}', NULL, NULL, false, '-infinity', NULL),
    ('self', 'Self', '1.0.0', NULL, NULL, NULL, 0, 0, NULL, NULL, NULL);
INSERT INTO component_registry (component_id, name, version, category, credit_cost, created_at)
    SELECT 'many-' || n, 'Many ' || (n % 17), '1.' || n, CASE WHEN n % 3 > 0 THEN 'bulk' END, n % 5, timestamp '2026-02-01' + n * interval '1 hour'
    FROM generate_series(1, 90) n;
INSERT INTO component_input_channels (component_id, channel_id, channel_name, type, position, is_required, description, validation_rules, default_value) VALUES
    ('graph', 'second', 'Second', 17, 2, false, 'A number', '{"max": 10, "min": 1}', '5'),
    ('graph', 'first', 'First', 2, 1, true, NULL, '{"allowedValues": ["fast", "best"], "api_key": "sk-secret"}', 'slow'),
    ('graph', 'third', 'Third', 9, 3, NULL, NULL, '{"pattern": "^[a-z]+$"}', NULL);
INSERT INTO component_output_channels (component_id, channel_id, channel_name, type, description, metadata) VALUES
    ('graph', 'out', 'Out', 2, 'A picture', '{"format": "png", "token": "sk-secret"}'), ('graph', 'odd', 'Odd', 0, NULL, '[1, null]');
INSERT INTO component_dependencies (component_id, depends_on_component_id, dependency_type, description) VALUES
    ('graph', 'a/b', 'required', 'It reads what that writes'), ('graph', 'never-registered', 'optional', NULL),
    ('a/b', 'get-frames-from-video', 'optional', NULL), ('graph', '7', 'conflicts', '<i>x</i>'), ('self', 'self', 'required', NULL),
    ('image-to-video', 'graph', NULL, NULL);
INSERT INTO component_usage (component_id, user_id, execution_id, input_data, output_data, processing_time_ms, credit_cost, success, error_message, created_at)
    SELECT (ARRAY['graph', 'a/b', 'get-frames-from-video', 'deleted-component'])[1 + n % 4], CASE WHEN n % 5 > 0 THEN 'u-ann' END,
           CASE WHEN n % 11 > 0 THEN 'run-of-' || n / 4 END, jsonb_build_object('n', n, 'prompt', 'cat ' || n, 'password', 'hunter2'),
           CASE n % 4 WHEN 0 THEN NULL WHEN 1 THEN '[]' WHEN 2 THEN '"x"' ELSE jsonb_build_object('frames', n % 7) END,
           CASE WHEN n % 13 > 0 THEN n * 10 % 4000 END, CASE WHEN n % 7 > 0 THEN n % 3 END,
           CASE WHEN n % 10 < 7 THEN true WHEN n % 10 < 9 THEN false END,
           CASE WHEN n % 10 IN (7, 8) AND n % 20 > 7 THEN (ARRAY['Timeout after 300 s', 'No codec', '<script>alert(2)</script>'])[1 + n % 3] END,
           date_trunc('day', now() AT TIME ZONE 'UTC') - (n % 29) * interval '1 day' + n * interval '1 second'
    FROM generate_series(1, 400) n;
INSERT INTO component_usage (component_id, execution_id, processing_time_ms, success, created_at, input_data)
    SELECT 'graph', 'the-long-one', 5, true, timestamp '2026-03-01' + n * interval '1 second', '{}' FROM generate_series(1, 230) n;
INSERT INTO component_usage (id, component_id, user_id, execution_id, input_data, output_data, processing_time_ms, success, created_at) VALUES
    (2147483000, 'graph', NULL, '12', jsonb_build_object('text', repeat('x', 200000)), 'null', 2147483647, NULL, 'infinity'),
    (2147483001, 'graph', NULL, '12', '3', 'false', -5, false, NULL);
