"""Every route that takes more than a question, and what is behind it: nothing writes past commands unseen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

#: What is behind each route that something is sent to.
BEHIND = {
    # Any command, with the check of its own permission; a preview writes nothing.
    "commands.execute": "command",
    "commands.undo": "command",
    "commands.look": "preview",
    "bulk.look": "preview",
    # Rows that somebody has selected, kept for the page that shows what would become of them.
    "bulk.select": "own",
    "bulk.execute": "command",
    "bulk.undo": "command",
    # Uploads: the file goes to the store, by URLs that are made for parts of an upload of one's own.
    "uploads.begin": "command",
    "uploads.finish": "command",
    "uploads.cancel": "command",
    "uploads.urls": "own",
    "recipe_editing.create": "command",
    "recipe_editing.save": "command",
    "recipe_editing.preview_new": "preview",
    "recipe_editing.preview_edit": "preview",
    # Decisions of the review, in JSON for its script.
    "review.decide": "command",
    # Who looks at an item for five minutes; nothing of the product.
    "review.ahead": "lease",
    "review.lease": "lease",
    "review.leave": "lease",
    # Accounts of staff: the actions leave their entries themselves (tests/staff/test_audited.py).
    "staff.create": "staff",
    "staff.set_role": "staff",
    "staff.disable": "staff",
    "staff.enable": "staff",
    "staff.new_password": "staff",
    "staff.reset_second_factor": "staff",
    "staff.end_session": "staff",
    "staff.end_sessions": "staff",
    "staff.require_second_factor": "staff",
    # What a person does about nobody but herself.
    "security.submit_login": "own",
    "security.submit_code": "own",
    "security.logout": "own",
    "account.name": "own",
    "account.change_password": "own",
    "account.switch_second_factor_on": "own",
    "account.switch_second_factor_off": "own",
    "account.new_recovery_codes": "own",
    "account.end_session": "own",
    "account.end_sessions": "own",
    "account.submit_confirm": "own",
    "account.discard": "own",
    # Cookies alone.
    "pages.preferences": "own",
}

#: Files of actions that are no commands, and so commit themselves.
COMMITS = {"delula/staff/actions.py"}


def writing(app: Flask) -> set[str]:
    """The endpoints that take POST, PUT, PATCH or DELETE."""
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}
    }


def test_it_is_known_what_is_behind_every_route_that_writes(app: Flask) -> None:
    assert writing(app) - set(BEHIND) == set(), "say what is behind these; best of all a command"
    assert set(BEHIND) - writing(app) == set(), "these routes do not exist"


def test_no_command_commits_by_itself() -> None:
    root = Path(__file__).parents[2]
    committing = [
        str(path.relative_to(root))
        for path in (root / "delula").glob("*/actions.py")
        if re.search(r"\batomic\(|\.commit\(", path.read_text())
    ]
    assert set(committing) <= COMMITS
