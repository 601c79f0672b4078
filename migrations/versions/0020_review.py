"""Review: its queue, leases, decisions, policies and settings."""

from __future__ import annotations

from alembic import op

from delula.schema.changes import create_indexes, drop_index

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SETTINGS = """
CREATE TABLE IF NOT EXISTS dashboard.review_settings (
    id integer PRIMARY KEY CONSTRAINT review_settings_one CHECK (id = 1),
    age integer NOT NULL,
    reach integer NOT NULL,
    classifier integer NOT NULL,
    history integer NOT NULL,
    second_share integer NOT NULL,
    blur_at integer NOT NULL,
    starts_on date NOT NULL,
    edition integer NOT NULL
);
INSERT INTO dashboard.review_settings
    (id, age, reach, classifier, history, second_share, blur_at, starts_on, edition)
VALUES (1, 2, 10, 30, 20, 5, 30, (now() AT TIME ZONE 'UTC')::date - 7, 1)
ON CONFLICT (id) DO NOTHING;

CREATE TABLE IF NOT EXISTS dashboard.review_policy (
    code text PRIMARY KEY,
    place integer NOT NULL,
    label text NOT NULL,
    guidance text NOT NULL,
    examples text NOT NULL,
    message text NOT NULL,
    on_user_asset text NOT NULL CONSTRAINT review_policy_user_asset
        CHECK (on_user_asset IN ('nothing', 'delete')),
    on_market_asset text NOT NULL CONSTRAINT review_policy_market_asset
        CHECK (on_market_asset IN ('nothing', 'unpublish')),
    on_sample text NOT NULL CONSTRAINT review_policy_sample CHECK (on_sample IN ('reject')),
    on_generation text NOT NULL CONSTRAINT review_policy_generation
        CHECK (on_generation IN ('nothing', 'unpublish', 'hide')),
    active boolean NOT NULL
);
INSERT INTO dashboard.review_policy
    (code, place, label, guidance, examples, message,
     on_user_asset, on_market_asset, on_sample, on_generation, active)
VALUES
    ('sexual', 1, 'Sexual content',
     'Nudity or sexual acts, drawn or real. Art without sexual intent is blurred, not rejected.',
     E'Rejected: explicit acts\\nRejected: sexualised people in underwear\\nBlurred: a classical nude',
     'It shows sexual content, which Delula does not host.', 'delete', 'unpublish', 'reject', 'hide', true),
    ('minors', 2, 'Endangers minors',
     'Anything that sexualises or endangers people who are, or look, under 18. Escalate what may be real.',
     E'Rejected: a child in a sexual pose\\nRejected: a minor being hurt',
     'It endangers minors. It was removed at once.', 'delete', 'unpublish', 'reject', 'hide', true),
    ('violence', 3, 'Violence and gore',
     'Gore, torture, or violence shown for its own sake. Action and cartoon violence are fine.',
     E'Rejected: open wounds in close-up\\nFine: a sword fight without blood',
     'It shows graphic violence.', 'delete', 'unpublish', 'reject', 'hide', true),
    ('hate', 4, 'Hate and harassment',
     'Attacks on people for who they are, symbols of hate, or somebody shown in order to shame them.',
     E'Rejected: a slur written across a portrait\\nFine: a museum photograph of a historical flag',
     'It attacks people for who they are, or harasses somebody.',
     'delete', 'unpublish', 'reject', 'hide', true),
    ('person', 5, 'A real person without consent',
     'A recognisable person who did not agree: a private person, or a public one in a false scene.',
     E'Rejected: a politician at an invented arrest\\nFine: the uploader''s own portrait',
     'It shows a real person who has not agreed to it.', 'delete', 'unpublish', 'reject', 'unpublish', true),
    ('copyright', 6, 'Somebody else''s work',
     'Logos, characters, photographs or music that belong to others and are offered as one''s own.',
     E'Rejected: a film still sold as a pack\\nFine: a drawing in the manner of a school',
     'It uses work that belongs to somebody else.', 'nothing', 'unpublish', 'reject', 'unpublish', true),
    ('spam', 7, 'Spam or advertising',
     'Advertisements, links, QR codes, or the same thing again and again.',
     E'Rejected: a QR code over a sunset\\nRejected: the tenth copy of one picture',
     'It is advertising or was posted repeatedly.', 'nothing', 'unpublish', 'reject', 'unpublish', true),
    ('quality', 8, 'Broken or unusable',
     'Blank, corrupt or so poor that nobody can use it. Only for what is shown to others.',
     E'Rejected: a black frame\\nFine: a blurry holiday picture in somebody''s own library',
     'It does not open, or shows nothing that can be made out.',
     'nothing', 'unpublish', 'reject', 'unpublish', true)
ON CONFLICT (code) DO NOTHING;
"""

QUEUE = """
CREATE TABLE IF NOT EXISTS dashboard.review_source (
    kind text PRIMARY KEY,
    settled_id bigint NOT NULL DEFAULT 0,
    pending jsonb NOT NULL DEFAULT '[]',
    as_of timestamptz,
    starts_on date,
    filled_id bigint NOT NULL DEFAULT 0,
    fill_to bigint NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS dashboard.review_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CONSTRAINT review_item_kind
        CHECK (kind IN ('user_asset', 'market_asset', 'sample', 'generation')),
    object_id integer NOT NULL,
    owner_id text NOT NULL,
    state text NOT NULL CONSTRAINT review_item_state
        CHECK (state IN ('open', 'second', 'escalated', 'approved', 'rejected', 'closed')),
    rank double precision,
    since timestamptz NOT NULL,
    reach real NOT NULL,
    risk real NOT NULL,
    history real NOT NULL,
    edition integer NOT NULL,
    content text NOT NULL,
    is_blurred boolean NOT NULL DEFAULT false,
    labels text[] NOT NULL DEFAULT '{}',
    decision_id bigint,
    decided_at timestamptz,
    CONSTRAINT review_item_object UNIQUE (kind, object_id)
);
CREATE INDEX IF NOT EXISTS review_item_rank ON dashboard.review_item (rank, id);
CREATE INDEX IF NOT EXISTS review_item_state_rank ON dashboard.review_item (state, rank, id);
CREATE INDEX IF NOT EXISTS review_item_kind_rank ON dashboard.review_item (kind, rank, id);
CREATE INDEX IF NOT EXISTS review_item_queue ON dashboard.review_item (rank DESC, id)
    WHERE state IN ('open', 'second');
CREATE INDEX IF NOT EXISTS review_item_edition ON dashboard.review_item (edition)
    WHERE state IN ('open', 'second', 'escalated');
CREATE INDEX IF NOT EXISTS review_item_owner ON dashboard.review_item (owner_id, state, rank, id);
CREATE INDEX IF NOT EXISTS review_item_since ON dashboard.review_item (since, id);
CREATE INDEX IF NOT EXISTS review_item_decided ON dashboard.review_item (decided_at, id);

CREATE TABLE IF NOT EXISTS dashboard.review_lease (
    item_id bigint PRIMARY KEY REFERENCES dashboard.review_item ON DELETE CASCADE,
    staff_id bigint NOT NULL,
    holder text NOT NULL,
    tab text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    until timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS review_lease_staff ON dashboard.review_lease (staff_id, tab);

CREATE TABLE IF NOT EXISTS dashboard.review_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id bigint NOT NULL REFERENCES dashboard.review_item ON DELETE CASCADE,
    verdict text NOT NULL CONSTRAINT review_decision_verdict
        CHECK (verdict IN ('approve', 'blur', 'reject', 'escalate', 'skip', 'tag')),
    policy text,
    note text,
    message text,
    is_second boolean NOT NULL,
    staff_id bigint,
    actor text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seconds real,
    effects jsonb NOT NULL,
    earlier jsonb NOT NULL,
    entry_id bigint REFERENCES dashboard.audit_log,
    undone_at timestamptz,
    undone_by text
);
CREATE INDEX IF NOT EXISTS review_decision_item ON dashboard.review_decision (item_id, id);
CREATE INDEX IF NOT EXISTS review_decision_staff ON dashboard.review_decision (staff_id, at);
CREATE INDEX IF NOT EXISTS review_decision_at ON dashboard.review_decision (at);
CREATE INDEX IF NOT EXISTS review_decision_undone ON dashboard.review_decision (undone_at)
    WHERE undone_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS review_decision_second ON dashboard.review_decision (at) WHERE is_second;
"""

INDEXES = (("console_market_assets_updated", "market_assets", "(updated_at)"),)


def upgrade() -> None:
    """Make the tables, with policies and settings to begin with; and the index that finds changed offers."""
    for statement in (SETTINGS, QUEUE):
        op.execute(statement)
    create_indexes(INDEXES)


def downgrade() -> None:
    """Drop them; they are the console's own."""
    for name, _, _ in INDEXES:
        drop_index(name)
    op.execute(
        "DROP TABLE IF EXISTS dashboard.review_decision, dashboard.review_lease, dashboard.review_item,"
        " dashboard.review_source, dashboard.review_policy, dashboard.review_settings"
    )
