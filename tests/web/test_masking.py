"""JSON of the product's rows, wherever a page shows it: no secret, and addresses only for some people."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from delula.access.permissions import Role
from delula.web.masking import MASK, masked_addresses, masked_json, masked_secrets
from tests.consoles import client_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session, scoped_session

DOCUMENT = '{"message": "to ann@example.org", "nested": [{"apiKey": "sk-live"}], "long": "%s"}'
ROWS = """
INSERT INTO generations (id, user_id, prompt, metadata, error_details) VALUES (1, 'u', '', :json, :json);
INSERT INTO credit_transactions (id, user_id, amount, type, description, metadata)
    VALUES (1, 'u', 1, 'gift', '', :json);
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source, ai_classification)
    VALUES (1, 'u', 'a', '', '', '', '', '', 1, 1, 1, :json);
INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size, metadata)
    VALUES (1, 'core', 's', '', '', '', 1, :json);
INSERT INTO component_registry (component_id, name) VALUES ('c', 'C');
INSERT INTO component_usage (id, component_id, input_data, output_data) VALUES (1, 'c', :json, :json);
INSERT INTO providers (id, title, config) VALUES (1, 'fal', :json);
INSERT INTO backlog_videos (id, recipe_id, recipe_variables, recipe_variables_hash, generation_id, video_url,
    metadata) VALUES (1, 1, :json, '', 1, '', :json)"""
PAGES = (
    "/generations/1",
    "/credits/1",
    "/assets/user-1",
    "/assets/system-1",
    "/components/executions/1",
    "/components/executions/1/peek",
    "/providers/1",
    "/backlog/videos/1",
    "/backlog/videos/1/peek",
    "/backlog/videos/",
)


@pytest.fixture
def documents(session: scoped_session[Session]) -> None:
    """A row of every table whose JSON a page shows."""
    for row in ROWS.split(";"):
        session.execute(text(row), {"json": DOCUMENT % ""})
    session.commit()


@pytest.mark.usefixtures("documents")
def test_no_page_shows_secrets_and_only_some_people_see_addresses(app: Flask) -> None:
    admin, viewer = client_of(app, Role.ADMIN), client_of(app, Role.VIEWER)
    for path in PAGES:
        for client, seen, unseen in (
            (admin, "ann@example.org", "a•••@e•••.org"),
            (viewer, "a•••@e•••.org", "ann@example.org"),
        ):
            page = client.get(path)
            assert page.status_code == 200, path
            assert seen in page.text, path
            assert unseen not in page.text, path
            assert "sk-live" not in page.text, path
            assert MASK in page.text, path


@pytest.mark.usefixtures("documents")
def test_a_list_tells_how_long_variables_are_that_it_does_not_show(
    app: Flask, session: scoped_session[Session]
) -> None:
    session.execute(
        text("UPDATE backlog_videos SET recipe_variables = :json"), {"json": DOCUMENT % ("x" * 3000)}
    )
    session.commit()
    page = client_of(app).get("/backlog/videos/").text
    assert re.search(r"3,0\d\d characters of JSON", page)
    assert "sk-live" not in page


#: A text with an address in every column that people outside the console write.
WRITTEN = """
INSERT INTO users (id, email, handle, first_name) VALUES ('u', 'uma@example.org', 'ann@example.org', :said);
INSERT INTO generations (id, user_id, prompt, status, failure_reason) VALUES (1, 'u', :said, 'failed', :said);
INSERT INTO credit_transactions (id, user_id, amount, type, description) VALUES (1, 'u', 1, :said, :said);
INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source) VALUES (1, 'u', 'a', :said, :said, '', '', '', 1, 1, 1);
UPDATE user_assets SET user_tags = ARRAY[:said];
INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost, recipe_steps)
    VALUES (1, 'Lava', 'lava', '', '', '', '', 1, '[]');
INSERT INTO recipe_usage_options (recipe_id, summary)
    VALUES (1, jsonb_build_object('food', jsonb_build_object(CAST(:said AS text), 3)));
INSERT INTO recipe_samples (id, recipe_id, generation_id, user_id, title, description, original_prompt,
    thumbnail_url, preview_url, high_res_url, type, file_size)
    VALUES (1, 1, 1, 'u', :said, :said, :said, '', '', '', 'image', 1);
INSERT INTO component_registry (component_id, name) VALUES ('c', 'C');
INSERT INTO component_usage (id, component_id, success, error_message) VALUES (1, 'c', false, :said);
INSERT INTO dashboard.audit_log (actor, action, object_kind, object_id, before, after, input, reason)
    VALUES ('sam@example.com', 'users.ban', 'user', 'u', '{}', '{}', '{}', :said);
INSERT INTO dashboard.asset_correction (user_asset_id, classification, name, value, actor, reason)
    VALUES (1, 'auto', 'label', '"cat"', 'sam', :said);
INSERT INTO dashboard.asset_hold (reference, reason, actor) VALUES ('user-1', :said, 'sam');
INSERT INTO dashboard.removed_asset (reference, source, asset_id, name, mime_type, bytes, state, actor,
    reason) VALUES ('user-2', 'user', 'b', :said, 'image/png', 1, 'purged', 'sam', :said);
INSERT INTO dashboard.upload (id, key, source, owner_id, asset_id, s3_key, filename, name, extension,
    asset_type, bytes, part_bytes, author, reason)
    VALUES (1, 'k', 'user', 'u', 'c', '', :said, :said, 'png', 1, 1, 1, 'sam', :said);
INSERT INTO dashboard.bulk_run (command, actor, ids, fields, back, started_at, finished_at)
    VALUES ('uploads.cancel', 'sam', '{1}', '[]', '/', now(), now());
INSERT INTO dashboard.bulk_run_item (run_id, object_id, said) SELECT id, '1', :said FROM dashboard.bulk_run;
INSERT INTO dashboard.review_item (kind, object_id, owner_id, state, since, reach, risk, history, edition,
    content) VALUES ('user_asset', 1, 'u', 'rejected', now(), 0, 0, 0, 1, '');
INSERT INTO dashboard.review_decision (item_id, verdict, note, is_second, actor, effects, earlier)
    SELECT id, 'skip', :said, false, 'sam', '{}', '{}' FROM dashboard.review_item"""
#: Where what these tables of the console say is shown: pages of things whose number the database gives.
NUMBERED = {
    "dashboard.audit_log": ("/audit/{}", "/audit/{}/peek"),
    "dashboard.bulk_run": ("/audit/runs/{}",),
    "dashboard.review_item": ("/review/{}",),
}
READ = (
    *(
        f"/generations/{path}"
        for path in ("?view=table&columns=prompt&columns=reason", "?view=grid", "1", "1/peek")
    ),
    *(f"/users/{path}" for path in ("?columns=user&columns=handle&columns=name", "u", "u/peek")),
    *(f"/credits/{path}" for path in ("", "1", "1/peek", "facets")),
    *(f"/assets/{path}" for path in ("?view=table", "?view=grid", "user-1", "user-1/peek")),
    "/assets/suggestions?q=name:write",
    *(
        f"/samples/{path}"
        for path in (
            "?view=table&columns=title&columns=prompt&columns=description",
            "?view=grid",
            "1",
            "1/peek",
        )
    ),
    *(f"/components/{path}" for path in ("c", "executions/", "executions/1", "executions/1/peek")),
    "/recipes/1",
    "/palette?q=u",
    "/audit/",
    "/audit/of/user/u",
    "/assets/retention",
    *(f"/assets/{path}" for path in ("removed/", "removed/user-2", "removed/user-2/peek")),
    *(f"/assets/uploads/{path}" for path in ("", "1", "1/peek")),
)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPPORT])
def test_addresses_within_what_people_wrote_are_for_who_may_see_them(
    app: Flask, session: scoped_session[Session], role: Role
) -> None:
    for row in WRITTEN.split(";"):
        session.execute(text(row), {"said": "write to ann@example.org"})
    session.commit()
    numbered = [
        path.format(session.scalar(text(f"SELECT max(id) FROM {table}")))  # noqa: S608 - of this file
        for table, paths in NUMBERED.items()
        for path in paths
    ]
    client = client_of(app, role)
    for path in (*READ, *numbered):
        page = client.get(path)
        assert page.status_code == 200, path
        assert ("ann@example.org" in page.text) is (role is Role.SUPPORT), path
    # Staff are called by theirs.
    assert "sam@example.com" in client.get("/audit/").text


def test_a_secret_within_what_somebody_wrote_is_for_nobody(
    app: Flask, session: scoped_session[Session]
) -> None:
    said = "no answer from https://fal.run/x?token=sk-live&n=1 for sk-proj-0123456789abcdef"
    for row in WRITTEN.split(";"):
        session.execute(text(row), {"said": said})
    session.commit()
    client = client_of(app)
    for path in READ:
        page = client.get(path).text
        assert "token=sk-live" not in page.replace("%3D", "="), path
        assert "sk-proj" not in page, path


_FAL = "1b2c3d4e-0000-4111-8222-1234567890ab"
#: Texts with a secret in them, and how everybody sees them.
TOLD = {
    "Incorrect API key provided: sk-proj-Ab12Cd34Ef56Gh78Ij90.": f"Incorrect API key provided: {MASK}.",
    "key sk_live_51H8abcdefghijklmnop": f"key {MASK}",
    "AKIAIOSFODNN7EXAMPLE is not known": f"{MASK} is not known",
    f"key=AIza{'Sy0-_' * 7}, no": f"key={MASK}, no",
    "authorization: bearer abcdef0123456789": f"authorization: bearer {MASK}",
    "{'Authorization': 'Basic dXNlcjpwYXNzd29yZDEyMw=='}": f"{{'Authorization': 'Basic {MASK}'}}",
    f"Authorization: Key {_FAL}:{'0a' * 16}": f"Authorization: Key {MASK}",
    f"key {_FAL}:{'0a' * 16} is off": f"key {_FAL}:{MASK} is off",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_DEF-123 expired": f"{MASK} expired",
    "(api_key=hunter2), clientSecret='a b', x": f"(api_key={MASK}), clientSecret='{MASK}', x",
    "https://u:p@h/?token=12345&n=1#sig=x": f"https://u:{MASK}@h/?token={MASK}&n=1#sig={MASK}",
}
#: Texts that only look a little like one.
INNOCENT = (
    "max_tokens=4096 exceeded, auth=false, token=None",
    "Bearer token is missing; a bearer of good-news-for-everyone",
    "risk-taking sk-ateboarding in-2024-style, ask-me-anything-0123456789",
    "key=value monkey=banana keyboard=qwerty seed=123456789012 --ar=16:9",
    "AKIA in the sky, eyJack.of.all, AIzawa",
    "Authorization: needed for this request",
    f"{_FAL}: failed at 10:30 with https://a.b/c?status=422",
    "the secret = love; password: a song",
)


def test_secrets_in_texts_are_masked_by_their_names_and_shapes_and_nothing_else_is() -> None:
    assert {said: masked_secrets(said) for said in TOLD} == TOLD
    assert [masked_json([said]) for said in TOLD] == [[shown] for shown in TOLD.values()]
    assert [masked_secrets(shown) for shown in TOLD.values()] == list(TOLD.values())
    assert [masked_secrets(said) for said in INNOCENT] == list(INNOCENT)


def test_a_long_word_is_read_once() -> None:
    # Twice as long, it took four times as long: minutes at this length.
    assert masked_addresses("@" + "a" * 300_000) == "@" + "a" * 300_000
    for word in ("sk-", "eyJ", "earer ", "authorization: ", "a=", "a.", "://", "-" + "0" * 12 + ":"):
        long = word * (300_000 // len(word)) + "="
        assert masked_secrets(long) == long
    assert masked_addresses("to a@b.c, <ann@example.org>;x@y") == "to a•••@b•••.c, <a•••@e•••.org>;x•••@•••"
