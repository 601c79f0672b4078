"""Let an upload that the store keeps from being looked into say why, until it is."""

from __future__ import annotations

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ONLY_REFUSED = "(state = 'refused') = (why IS NOT NULL)"
_OR_WAITING = "CASE state WHEN 'refused' THEN why IS NOT NULL WHEN 'checking' THEN true ELSE why IS NULL END"


def upgrade() -> None:
    """Widen the rule of our own table."""
    _rule(_OR_WAITING)


def downgrade() -> None:
    """Narrow it again."""
    op.execute("UPDATE dashboard.upload SET why = NULL WHERE state <> 'refused'")
    _rule(_ONLY_REFUSED)


def _rule(condition: str) -> None:
    op.execute(
        "ALTER TABLE dashboard.upload DROP CONSTRAINT IF EXISTS upload_refused,"
        f" ADD CONSTRAINT upload_refused CHECK ({condition})"
    )
