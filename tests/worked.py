"""A live database that staff have worked on for a while: every list of the console's own has rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from delula.assets.actions import DELETE, OfAsset
from delula.assets.holds import HOLD
from delula.assets.removing import PURGE
from delula.commands import run
from delula.commands.bulk import preview_many, run_many, take_back_many
from delula.commands.bulk_runs import done_entries, finish, keep_selection, note_item, start
from delula.credits.actions import ADJUST, Adjustment
from delula.db import session
from delula.jobs.tasks import TIDY
from delula.review.actions import APPROVE, ESCALATE, REJECT, OneItem, Rejecting
from delula.review.intake import take_in
from delula.rollups.refresh import refresh
from delula.users.notes import NewNote
from delula.users.notes import add as add_note
from tests.commands.cases import ADMIN, SUPPORT
from tests.consoles import Console, console_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from delula.config import S3Settings

#: What is long without a place to break, and what is not what it seems.
LONG, HOSTILE = "without-any-break-" * 12, "<b>bold</b>\u202egnp.exe {{ 7*7 }}"


def _work() -> None:
    """What staff have done: entries of the audit log, receipts, decisions, notes, something removed."""
    run(ADJUST, Adjustment(key="1", user_id="u-ann", amount=50, code="goodwill"), ADMIN, reason="It failed")
    run(ADJUST, Adjustment(key="2", user_id="u-guest", amount=101, code="bug"), SUPPORT, reason=LONG)
    run(add_note, NewNote(user_id="u-ann", body=f"{HOSTILE} {LONG}", key="1"), ADMIN)
    waiting = "SELECT id FROM dashboard.review_item WHERE state = 'open' ORDER BY id LIMIT 3"
    items = session().scalars(text(waiting)).all()
    run(APPROVE, OneItem(item_id=items[0]), ADMIN)
    run(REJECT, Rejecting(item_id=items[1], policy="sexual"), ADMIN, reason=LONG)
    run(ESCALATE, OneItem(item_id=items[2]), ADMIN, reason="Unsure")
    run(HOLD, OfAsset(id="user-504"), ADMIN, reason="A court asked")
    run(PURGE, OfAsset(id="user-505"), ADMIN, reason="The owner asked")
    _delete_many(["user-506", "user-504", "user-9999"], is_mistake=True)
    _delete_many(["user-506", "user-505"])


def _delete_many(ids: list[str], *, is_mistake: bool = False) -> None:
    """Delete assets together, of which some are left out; and take it back where it was a mistake."""
    number = keep_selection(DELETE.name, ids, ADMIN, "/assets/")
    start(number, [("reason", LONG)])
    plan = preview_many(DELETE, ids, {}, ADMIN)
    shown = {id_: one.version for id_, one in plan.affected.items()}
    noted = partial(note_item, number)
    done = run_many(DELETE, shown, {}, ADMIN, plan.affected, reason=LONG, noted=noted)
    finish(number, [*plan.left_out, *done.left_out])
    if is_mistake:
        undoing = keep_selection(DELETE.name, ids, ADMIN, "/assets/", takes_back=number)
        start(undoing)
        finish(undoing, take_back_many(done_entries(number), ADMIN, partial(note_item, undoing)).left_out)


@pytest.fixture(scope="session")
def worked_console(
    make_database: Callable[..., str], upgraded_templates: dict[str, str], s3: S3Settings
) -> Iterator[Console]:
    """A console on the live database, with a bucket; its rows are only read."""
    url = make_database(upgraded_templates["documented"])
    with psycopg.connect(url) as connection:
        connection.execute((Path(__file__).parent / "live" / "worked.sql").read_text())
    with console_on(url, s3=s3) as console:
        with console.app.app_context():
            take_in()
            _work()
            TIDY.defer({})
            session().commit()
            refresh()
        yield console
