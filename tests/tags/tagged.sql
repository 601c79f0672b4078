-- Tags of every kind among the ugly ones of tests/live/rows.sql, and recipes that carry them.
INSERT INTO tags (id, name, color, is_active, is_hidden, created_at)
SELECT 1000 + i, CASE WHEN i % 3 = 0 THEN (ARRAY['season', 'mood', 'seasoning'])[1 + i % 2] || ':' || chr(97 + i % 26) || chr(97 + i / 7 % 26) || i
                      ELSE chr(97 + i * 7 % 26) || chr(97 + i / 3 % 26) || ' ' || i END,
       (ARRAY['pink', 'gray', NULL, '#ff8800', 'mauve'])[1 + i % 5], i % 8 <> 0, i % 3 = 0,
       CASE WHEN i % 9 <> 0 THEN timestamp '2026-01-01' + i * interval '1 hour' END
FROM generate_series(1, 160) i;
INSERT INTO tags (id, name, is_active, is_hidden) VALUES
    (2000, 'Animals', true, false), (2001, 'animal', true, false), (2002, 'anmials', true, false),
    (2003, 'no namespace', true, true), (2004, 'mood:two words', true, true), (2005, 'mood:a:b', true, true),
    (2006, 'off but used', false, true), (2007, 'e' || U&'\0301' || 'clair', true, false),
    (2008, 'Season:upper', true, true), (2009, 'season', true, false);
INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps, tag_highlights, is_active)
SELECT 1000 + i, 'Tagged ' || i, 'tagged-' || i, '', '', '', '', 1, '[]',
       ARRAY[1000 + i % 40, 1000 + i % 7, 1000 + i % 7, 2006, 5000 + i % 3, NULL], i % 4 <> 0
FROM generate_series(1, 80) i;
INSERT INTO recipe_usage (recipe_id, usage_count, last_used_at)
SELECT 1000 + i, CASE WHEN i % 10 = 0 THEN -3 ELSE i * 1000000 END, CASE WHEN i % 5 <> 0 THEN timestamp '2026-05-01' + i * interval '1 day' WHEN i % 25 = 0 THEN 'infinity' END
FROM generate_series(1, 70) i;
