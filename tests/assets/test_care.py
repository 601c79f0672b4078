"""What staff do to assets: edits are put back to the letter, a hold keeps, a person has the last word."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula import create_app
from delula.assets.actions import (
    DELETE,
    EDIT,
    PUBLISH,
    PUT_BACK,
    RENAME,
    RESTORE,
    UNPUBLISH,
    NewName,
    OfAsset,
    PublicDetails,
    PuttingBack,
)
from delula.assets.corrections import CORRECT, KEEP_ALL, WITHDRAW, Correcting, Withdrawing
from delula.assets.creating import CREATE_MARKET, CREATE_SYSTEM, NewMarketAsset, NewSystemAsset
from delula.assets.holds import HOLD, RELEASE
from delula.assets.removing import PURGE, RETIRE, UNRETIRE
from delula.assets.replacing import REPLACE, Replacing
from delula.assets.tagging import SYSTEM_TAGS, USER_TAGS, Tagging
from delula.commands import preview, run, take_back
from delula.db import atomic
from delula.errors import InvalidInput, Refused
from delula.work.run import perform
from tests.commands.cases import _ASSETS, ADMIN
from tests.consoles import dispose, settings_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

USER, SYSTEM, MARKET = "user-101", "system-101", "market-101"
#: Rows as a live database has them: no word on deletion, infinite times, numbers of any length, odd JSON.
UGLY = (
    """UPDATE user_assets SET is_deleted = NULL, updated_at = '2026-03-01 10:00:00.120450',
        last_used_at = 'infinity', user_tags = '{a,NULL,a}', dimensions = '[]'""",
    """UPDATE system_assets SET metadata = '{"n": 1e300, "x": 0.1}',
        updated_at = '-infinity', tags = '{NULL,x}'""",
    """UPDATE market_assets SET metadata = '"free"', dimensions = '"x"', created_at = NULL""",
    """INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size)
    VALUES (102, 'core', 'asset-system-2', 'New', 'new.webp', 'image/webp', 7)""",
)


#: What these tests write into, but for the audit log, from which nothing is deleted.
TABLES = (
    "users",
    "user_assets",
    "system_assets",
    "market_assets",
    "generations",
    "dashboard.asset_correction",
    "dashboard.asset_hold",
    "dashboard.removed_asset",
    "dashboard.object_removal",
    "jobs.procrastinate_jobs",
)


@pytest.fixture(scope="module")
def care_app(make_database: Callable[..., str], migrated_template: str) -> Iterator[Flask]:
    app = create_app(settings_for(make_database(migrated_template)))
    yield app
    dispose(app)


@pytest.fixture
def rows(care_app: Flask) -> Iterator[None]:
    """The rows of the commands' samples, made ugly."""
    with care_app.app_context():
        with atomic() as current:
            for statement in (*(f"TRUNCATE {one} CASCADE" for one in TABLES), *_ASSETS, *UGLY):
                current.execute(text(statement))
        yield


pytestmark = pytest.mark.usefixtures("rows")


def row(reference: str) -> Any:
    """A row to the letter, as PostgreSQL writes it."""
    return value("one::text", reference)


def value(expression: str, reference: str = USER) -> Any:
    """What an expression gives of a row; None where there is none."""
    source, _, number = reference.partition("-")
    statement = f"SELECT {expression} FROM {source}_assets one WHERE id = :id"  # noqa: S608
    with atomic() as current:
        return current.scalar(text(statement), {"id": int(number)})


def do(command: Any, given: Any, reason: str = "for a test") -> int:
    return run(command, given, ADMIN, reason=reason).entry_id


LABEL = {"id": USER, "classification": "auto", "name": "label"}

#: What can be done to an asset, and by its undo leaves no trace in the row.
UNDOABLE = {
    "rename": (USER, RENAME, NewName(id=USER, display_name="  Big   Dog ")),
    "delete": (USER, DELETE, OfAsset(id=USER)),
    "user tags": (USER, USER_TAGS, Tagging(id=USER, tags="+new\n-a")),
    "system tags": (SYSTEM, SYSTEM_TAGS, Tagging(id=SYSTEM, tags="-x")),
    "edit": (SYSTEM, EDIT, PublicDetails(id=SYSTEM, name="Other", tags="a, b", metadata="[1]")),
    "edit of odd metadata": (MARKET, EDIT, PublicDetails(id=MARKET, name="Other")),
    "unpublish": (MARKET, UNPUBLISH, OfAsset(id=MARKET)),
    "retire a market asset": (MARKET, RETIRE, OfAsset(id=MARKET)),
    "retire a system asset": (SYSTEM, RETIRE, OfAsset(id=SYSTEM)),
    "replace": (SYSTEM, REPLACE, Replacing(id=SYSTEM, by="system-102")),
}


@pytest.mark.parametrize("name", UNDOABLE)
def test_taking_it_back_leaves_the_row_exactly_as_it_was(name: str) -> None:
    reference, command, given = UNDOABLE[name]
    before = row(reference)
    entry = do(command, given)
    assert row(reference) != before
    take_back(entry, ADMIN, reason="a mistake")
    assert row(reference) == before


def test_restoring_gives_back_what_was_deleted_here_exactly() -> None:
    before = row(USER)
    do(DELETE, OfAsset(id=USER))
    assert value("is_deleted") is True
    assert value("deleted_at IS NOT NULL AND updated_at = deleted_at")
    restored = do(RESTORE, OfAsset(id=USER))
    assert row(USER) == before
    # Deleted again by the undo of that, and given back once more.
    take_back(restored, ADMIN, reason="after all")
    assert value("is_deleted") is True
    do(RESTORE, OfAsset(id=USER))
    assert row(USER) == before


def test_restoring_what_its_owner_deleted_says_not_deleted_and_nothing_of_the_time() -> None:
    with atomic() as current:
        current.execute(text("UPDATE user_assets SET is_deleted = true, deleted_at = '2026-11-01'"))
    do(RESTORE, OfAsset(id=USER))
    assert (value("is_deleted"), value("deleted_at")) == (False, None)


def test_what_the_product_has_changed_since_is_kept() -> None:
    before = value("updated_at")
    entry = do(DELETE, OfAsset(id=USER))
    with atomic() as current:
        current.execute(text("UPDATE user_assets SET usage_count = 9, updated_at = '2027-01-01'"))
    take_back(entry, ADMIN, reason="a mistake")
    assert (value("is_deleted"), value("usage_count")) == (None, 9)
    assert value("updated_at") != before
    with atomic() as current:
        current.execute(text("UPDATE user_assets SET display_name = 'the owner was faster'"))
    renamed = do(RENAME, NewName(id=USER, display_name="Dog"))
    with atomic() as current:
        current.execute(text("UPDATE user_assets SET display_name = 'and again'"))
    with pytest.raises(Refused):
        take_back(renamed, ADMIN, reason="too late")


def test_only_edits_of_assets_are_put_back() -> None:
    held = do(HOLD, OfAsset(id=USER))
    for entry in (held, 10**6):
        with pytest.raises(Refused, match="nothing that could"):
            preview(PUT_BACK, PuttingBack(entry=entry), ADMIN)


def test_a_new_name_is_found_at_once() -> None:
    do(RENAME, NewName(id=USER, display_name="  Big   DOG É "))
    assert (value("display_name"), value("normalized_name")) == ("Big   DOG É", "big dog é")


@pytest.mark.parametrize(
    ("command", "given", "field"),
    [
        (RENAME, NewName(id=USER, display_name=" "), "display_name"),
        (RENAME, NewName(id=USER, display_name="x" * 201), "display_name"),
        (RENAME, NewName(id=USER, display_name="evil\u202egnp"), "display_name"),
        (RENAME, NewName(id="user-9", display_name="x"), "id"),
        (RENAME, NewName(id="user-" + "9" * 30, display_name="x"), "id"),
        (EDIT, PublicDetails(id=SYSTEM, name="x", metadata="{"), "metadata"),
        (EDIT, PublicDetails(id=SYSTEM, name="x", metadata="NaN"), "metadata"),
        (EDIT, PublicDetails(id=SYSTEM, name="x", metadata="[1e999]"), "metadata"),
        (EDIT, PublicDetails(id=SYSTEM, name="x", metadata='"\\u0000"'), "metadata"),
        (EDIT, PublicDetails(id=SYSTEM, name="x", tags="y" * 51), "tags"),
        (USER_TAGS, Tagging(id=USER, tags="+" + "y" * 51), "tags"),
        (USER_TAGS, Tagging(id=USER, tags=""), "tags"),
        (CORRECT, Correcting(id=USER, classification="nsfw"), "classification"),
        (CORRECT, Correcting(**LABEL, value='{"a"'), "value"),
        (REPLACE, Replacing(id=SYSTEM, by=SYSTEM), "by"),
        (REPLACE, Replacing(id=SYSTEM, by="system-7"), "by"),
        (REPLACE, Replacing(id=SYSTEM, by=MARKET), "by"),
    ],
)
def test_bad_input_names_its_field_and_writes_nothing(command: Any, given: Any, field: str) -> None:
    before = row(USER), row(SYSTEM)
    with pytest.raises(InvalidInput) as refused:
        run(command, given, ADMIN, reason="x")
    assert refused.value.field == field
    assert (row(USER), row(SYSTEM)) == before


@pytest.mark.parametrize(
    ("command", "reference"),
    [
        (DELETE, SYSTEM),
        (RESTORE, USER),
        (PUBLISH, USER),
        (PUBLISH, MARKET),
        (RETIRE, USER),
        (RELEASE, USER),
        *((one, "generation-1") for one in (DELETE, RETIRE, HOLD, PURGE, PUBLISH)),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(command: Any, reference: str) -> None:
    with atomic() as current:
        current.execute(text("INSERT INTO generations (id, user_id, prompt) VALUES (1, 'u', 'p')"))
    with pytest.raises(Refused) as refused:
        run(command, OfAsset(id=reference), ADMIN, reason="x")
    assert str(refused.value).endswith(".")


def test_what_is_held_is_neither_deleted_nor_retired_nor_replaced_nor_purged() -> None:
    for reference in (USER, SYSTEM):
        do(HOLD, OfAsset(id=reference), "a court asks")
    tried = [
        (DELETE, OfAsset(id=USER)),
        (PURGE, OfAsset(id=USER)),
        (PURGE, OfAsset(id=SYSTEM)),
        (RETIRE, OfAsset(id=SYSTEM)),
        (REPLACE, Replacing(id=SYSTEM, by="system-102")),
    ]
    before = row(USER), row(SYSTEM)
    for command, given in tried:
        with pytest.raises(Refused, match="a court asks"):
            run(command, given, ADMIN, reason="x")
    assert (row(USER), row(SYSTEM)) == before
    do(RELEASE, OfAsset(id=USER))
    do(DELETE, OfAsset(id=USER))


def test_no_undo_deletes_what_is_held() -> None:
    do(DELETE, OfAsset(id=USER))
    restored = do(RESTORE, OfAsset(id=USER))
    do(HOLD, OfAsset(id=USER), "a court asks")
    with pytest.raises(Refused, match="a court asks"):
        take_back(restored, ADMIN, reason="x")


def test_a_person_wins_over_every_later_run() -> None:
    do(CORRECT, Correcting(**LABEL, value="cat"))
    assert value("auto_classification") == {"label": "cat"}
    for said in ({"label": "wolf", "confidence": 0.9}, ["odd"], None):
        with atomic() as current:
            current.execute(
                text("UPDATE user_assets SET auto_classification = CAST(:said AS jsonb)"),
                {"said": None if said is None else json.dumps(said)},
            )
        keep_all()
        kept = value("auto_classification")
        assert kept["label"] == "cat"
    with atomic() as current:
        current.execute(text("""UPDATE user_assets SET auto_classification = '{"label": "wolf", "n": 1}'"""))
    keep_all()
    assert value("auto_classification") == {"label": "cat", "n": 1}
    # What the run says is known, and counts again once the correction is withdrawn.
    do(WITHDRAW, Withdrawing(**LABEL))
    assert value("auto_classification") == {"label": "wolf", "n": 1}
    keep_all()
    assert value("auto_classification") == {"label": "wolf", "n": 1}


def keep_all() -> None:
    with atomic():
        job = KEEP_ALL.defer({})
    perform(KEEP_ALL, job, {})


def test_a_correction_of_a_correction_goes_back_step_by_step() -> None:
    first = do(CORRECT, Correcting(**LABEL, value="cat"))
    second = do(CORRECT, Correcting(**LABEL, value='{"of": ["several"]}'))
    take_back(second, ADMIN, reason="x")
    assert value("auto_classification") == {"label": "cat"}
    take_back(first, ADMIN, reason="x")
    assert value("auto_classification") == {"label": "dog"}
    with pytest.raises(Refused, match="no such correction"):
        run(WITHDRAW, Withdrawing(**LABEL), ADMIN)


def test_a_part_and_the_whole_are_not_corrected_at_once() -> None:
    whole = {**LABEL, "name": ""}
    do(CORRECT, Correcting(**LABEL, value="cat"))
    with pytest.raises(Refused, match="withdraw those first"):
        run(CORRECT, Correcting(**whole, value="{}"), ADMIN)
    do(WITHDRAW, Withdrawing(**LABEL))
    do(CORRECT, Correcting(**whole, value="7"))
    assert value("auto_classification") == 7
    with pytest.raises(Refused, match="All of this"):
        run(CORRECT, Correcting(**LABEL, value="cat"), ADMIN)


def test_a_retired_row_waits_to_the_letter() -> None:
    with atomic() as current:
        current.execute(
            text("""UPDATE system_assets SET metadata = '{"long": 12345678901234567890123.25}'""")
        )
    before = row(SYSTEM)
    do(RETIRE, OfAsset(id=SYSTEM))
    assert row(SYSTEM) is None
    do(UNRETIRE, OfAsset(id=SYSTEM))
    assert row(SYSTEM) == before


def test_a_retired_asset_does_not_take_the_place_of_another() -> None:
    do(RETIRE, OfAsset(id=SYSTEM))
    with atomic() as current:
        current.execute(
            text(
                "INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size)"
                " VALUES (7, 's', 'asset-system-1', 'New', 'u', 'image/png', 1)"
            )
        )
    with pytest.raises(Refused, match="given its number or its asset id"):
        run(UNRETIRE, OfAsset(id=SYSTEM), ADMIN)
    assert row("system-7")


FILE = {"asset_id": "0123456789", "extension": "png", "file_size": 9, "name": "Grain"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"asset_id": "../../library"}, "asset_id"),
        ({"asset_id": "asset-system-1"}, "asset_id"),
        ({"extension": "svg"}, "extension"),
        ({"file_size": 0}, "file_size"),
        ({"file_size": 2**30}, "file_size"),
        ({"name": ""}, "name"),
        ({"system_id": "../user/u"}, "system_id"),
        ({"system_id": ""}, "system_id"),
    ],
)
def test_no_public_row_points_at_a_file_outside_of_its_own_folder(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        run(CREATE_SYSTEM, NewSystemAsset(**{**FILE, "system_id": "core", **changes}), ADMIN)
    assert refused.value.field == field


def test_a_new_public_asset_bears_its_key_and_its_creation_retires_it() -> None:
    done = run(CREATE_MARKET, NewMarketAsset(**FILE, creator_id="u", tags="a, a, b"), ADMIN)
    reference = str(done.details["reference"])
    assert value("url", reference) == "library/market/u/images/originals/0123456789.png"
    assert (value("is_public", reference), value("tags", reference)) == (False, ["a", "b"])
    take_back(done.entry_id, ADMIN, reason="x")
    assert row(reference) is None
    with atomic() as current:
        queued = current.scalar(
            text("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'assets.derive'")
        )
    assert queued == 1
    with pytest.raises(InvalidInput, match="no such user"):
        run(CREATE_MARKET, NewMarketAsset(**FILE, creator_id="nobody"), ADMIN)


def test_a_replacement_takes_the_file_of_another_which_is_retired() -> None:
    before = row(SYSTEM), row("system-102")
    entry = do(REPLACE, Replacing(id=SYSTEM, by="system-102"))
    assert (value("url", SYSTEM), value("file_size", SYSTEM)) == ("new.webp", 7)
    assert row("system-102") is None
    take_back(entry, ADMIN, reason="x")
    assert (row(SYSTEM), row("system-102")) == before


def test_tags_of_many_are_given_and_taken_and_nothing_else() -> None:
    for reference in (USER, MARKET):
        do(USER_TAGS, Tagging(id=reference, tags="+both"))
    assert value("user_tags") == ["a", None, "a", "both"]
    assert value("tags", MARKET) == ["both"]
