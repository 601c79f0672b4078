SELECT setseed(0.5);
INSERT INTO users (id, credits) SELECT 'u' || n, 0 FROM generate_series(1, 30) n;
-- Ids that mean something in filters or addresses; one is called what another's id is.
INSERT INTO component_registry (component_id, name) VALUES
    ('plain', 'Plain'), ('with space', '<b>Bold</b>'), ('any', 'Any, "quoted"'), ('a/b', 'plain'),
    ('ünïcode:*', 'none'), ('usage', 'Usage itself'), ('silent', 'Silent');
INSERT INTO component_usage (component_id, user_id, processing_time_ms, credit_cost, success, error_message, created_at)
SELECT (ARRAY['plain', 'with space', 'any', 'a/b', 'ünïcode:*', 'usage'])[1 + floor(6 * random() * random())],
       CASE WHEN random() < 0.95 THEN 'u' || 1 + floor(30 * random()) END,
       CASE WHEN random() < 0.03 THEN NULL WHEN random() < 0.03 THEN -5 WHEN random() < 0.1 THEN floor(4 * random())
            ELSE exp(3 + 8 * random()) END,
       CASE WHEN random() < 0.1 THEN NULL ELSE floor(9 * random()) - 2 END,
       success,
       CASE WHEN success IS NOT TRUE THEN (ARRAY[
           NULL, '', '   ', 'Timeout after ' || 1000 + n || ' ms', 'Job ' || gen_random_uuid() || ' is gone',
           'See https://example.com/' || n || ' for more', 'a*b "c", d..e', E'two\n  lines', 'none', 'any',
           '<script>alert(1)</script>', 'back\slash', repeat('long ', 80), 'Provider answered 503',
           'Provider answered 504'])[1 + floor(15 * random())] END,
       moment
FROM (SELECT n, CASE WHEN random() < 0.05 THEN NULL ELSE random() < 0.8 END AS success,
             CASE WHEN random() < 0.01 THEN NULL WHEN random() < 0.005 THEN 'infinity'
                  -- Every third row lies on one of two days on which clocks change, or on their neighbours.
                  WHEN random() < 0.2 THEN timestamp '2025-10-25' + random() * interval '3 days'
                  WHEN random() < 0.2 THEN timestamp '2026-03-28' + random() * interval '3 days'
                  ELSE timestamp '2025-09-01' + random() * interval '14 months' END AS moment
      FROM generate_series(1, 4000) n) rows;
-- At the very edges of days and hours in UTC and three zones.
INSERT INTO component_usage (component_id, user_id, processing_time_ms, credit_cost, success, created_at)
SELECT 'plain', 'u1', 1500, 1, true, edge + shift
FROM unnest(ARRAY[
         '2026-03-28 23:00', '2026-03-29 00:00', '2026-03-29 01:00', '2026-03-29 22:00', '2026-03-30 00:00',
         '2025-10-25 22:00', '2025-10-26 00:00', '2025-10-26 01:00', '2025-10-26 02:00', '2025-10-26 23:00',
         '2026-03-28 18:30', '2026-03-29 18:30', '2026-03-28 18:15', '2026-03-29 18:15']::timestamp[]) edge,
     unnest(ARRAY['-1 microsecond', '-1 second', '0', '1 microsecond']::interval[]) shift;
-- Alone in its year, and slow.
INSERT INTO component_usage (component_id, processing_time_ms, success, created_at)
VALUES ('silent', 2147483647, false, '2024-02-29 12:00:00.5');
