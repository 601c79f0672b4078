"""Purging against the real store: whatever fails midway, the next run finishes it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from delula.assets import care, objects
from delula.assets.actions import DELETE, OfAsset
from delula.assets.corrections import CORRECT, Correcting
from delula.assets.derivatives import DERIVE, derive_later
from delula.assets.holds import HOLD
from delula.assets.objects import REMOVE
from delula.assets.removing import PURGE, PURGE_DELETED, SET_RETENTION, Retention
from delula.commands import preview, run
from delula.db import atomic
from delula.errors import Refused
from delula.storage import Store, StoreUnavailable
from delula.work.run import perform
from tests.commands.cases import ADMIN
from tests.storage.files import of_kind
from tests.thinning import some

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.assets.entries import Entry
    from tests.storage.faults import FaultyS3


def purge(entry: Entry) -> None:
    run(PURGE, OfAsset(id=entry.reference), ADMIN, reason="a test")


def remove() -> None:
    """What the worker does, once."""
    with atomic():
        job = REMOVE.defer({})
    perform(REMOVE, job, {})


def state(entry: Entry) -> tuple[str, set[str]]:
    """What the record says, and what is left in the store."""
    with atomic():
        record = care.removed(entry.reference)
        assert record is not None
        left = entry.there() | ({"original"} if entry.store.facts(entry.key) else set())
        return str(record.state), left


def test_all_of_it_goes_and_a_record_stays(add: Callable[..., Entry]) -> None:
    entry = add()
    entry.derive()
    run(CORRECT, Correcting(id=entry.reference, classification="auto", name="label", value="cat"), ADMIN)
    purge(entry)
    assert not entry.exists()
    assert state(entry) == ("purging", {"original", "thumbnails", "previews", "webp", "blurred"})
    remove()
    assert state(entry) == ("purged", set())
    with atomic():
        record, (removal,) = care.removed(entry.reference), care.removals_of(entry.reference)
        assert record is not None
        body = of_kind("image")
        assert (record.name, record.owner_id, record.actor, record.reason) == (
            "F",
            "derive",
            ADMIN.label,
            "a test",
        )
        assert record.purged_at
        assert (removal.state, removal.bytes, removal.sha256) == (
            "deleted",
            len(body),
            hashlib.sha256(body).hexdigest(),
        )
        assert care.corrections_of(entry.id) == []


#: Where a run can end: at one of its requests to the store, before or after it was done, or on its way.
STEPS = [
    *(("GET", fault) for fault in ("refuse", "half", 403, 500)),
    *(("POST", fault) for fault in ("refuse", "done", 403, 404, 500)),
    ("HEAD", "refuse"),
]


@pytest.mark.parametrize(("method", "fault"), some(STEPS, 5))
def test_a_store_that_fails_at_any_step_leaves_what_the_next_run_finishes(
    add: Callable[..., Entry], faulty: FaultyS3, method: str, fault: str | int
) -> None:
    entry = add("audio")
    purge(entry)
    faulty.fault, faulty.matches = fault, lambda asked, _path: asked == method
    with pytest.raises(StoreUnavailable):
        remove()
    assert state(entry)[0] == "purging"
    with atomic():
        (removal,) = care.removals_of(entry.reference)
        assert (removal.state, bool(removal.error)) == ("waiting", True)
    faulty.heal()
    remove()
    assert state(entry) == ("purged", set())
    with atomic():
        (removal,) = care.removals_of(entry.reference)
        assert (removal.state, removal.error) == ("deleted", None)
        assert removal.sha256 == hashlib.sha256(of_kind("audio")).hexdigest()


class Killed(BaseException):
    """The machine goes dark."""


@pytest.mark.parametrize(
    ("owner", "name"), some([(Store, "read"), (Store, "delete"), (Store, "facts"), (objects, "_finish")], 2)
)
@pytest.mark.parametrize("afterwards", [False, True])
def test_a_kill_at_any_step_leaves_what_the_next_run_finishes(
    add: Callable[..., Entry], owner: Any, name: str, afterwards: bool
) -> None:
    entry = add("audio")
    purge(entry)
    real = getattr(owner, name)

    def dying(*arguments: Any, **more: Any) -> Any:
        if afterwards:
            done = real(*arguments, **more)
            list(done) if name == "read" else None
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, name, dying)
        with pytest.raises(Killed):
            remove()
    assert state(entry)[0] == "purging"
    remove()
    assert state(entry) == ("purged", set())


def test_objects_that_cannot_go_keep_no_other_from_going(add: Callable[..., Entry], faulty: FaultyS3) -> None:
    *stuck, free = [add("audio") for _ in range(objects._MOST_FAILURES + 1)]
    for entry in (*stuck, free):
        purge(entry)
    keys = [entry.key for entry in stuck]
    faulty.fault, faulty.matches = 403, lambda method, path: method == "GET" and path.endswith(tuple(keys))
    with pytest.raises(StoreUnavailable):
        remove()
    assert {state(entry)[0] for entry in stuck} == {"purging"}
    assert state(free) == ("purged", set())
    faulty.heal()
    remove()
    assert {state(entry)[0] for entry in stuck} == {"purged"}


def test_what_another_row_needs_stays(add: Callable[..., Entry]) -> None:
    entry, other = add("audio"), add("audio")
    with atomic() as current:
        statement = text("UPDATE user_assets SET s3_key = :key WHERE id = :id")
        current.execute(statement, {"key": f"/{entry.key}", "id": other.id})
    plan = preview(PURGE, OfAsset(id=entry.reference), ADMIN)
    assert f"The file itself stays, since {other.reference} has the same one." in plan.warnings
    purge(entry)
    remove()
    assert state(entry) == ("purged", {"original"})
    purge(other)
    remove()
    assert state(other)[0] == "purged"
    assert entry.store.facts(entry.key) is None


def test_no_derivative_is_made_behind_the_back_of_a_purge(add: Callable[..., Entry]) -> None:
    entry = add()
    with atomic():
        job = derive_later(entry.reference)
    purge(entry)
    with pytest.raises(Refused, match="no such asset"):
        perform(DERIVE, job, {"reference": entry.reference})
    remove()
    assert state(entry) == ("purged", set())


def purge_deleted() -> None:
    with atomic():
        job = PURGE_DELETED.defer({})
    perform(PURGE_DELETED, job, {})


def test_only_what_was_deleted_long_ago_and_is_not_held_is_purged_by_itself(
    add: Callable[..., Entry],
) -> None:
    old, new, held, live, odd = (add("audio") for _ in range(5))
    for entry in (old, new, held, odd):
        run(DELETE, OfAsset(id=entry.reference), ADMIN)
    with atomic() as current:
        for entry, when in ((old, "-31 days"), (held, "-31 days"), (new, "-29 days")):
            current.execute(
                text("UPDATE user_assets SET deleted_at = now() + CAST(:when AS interval) WHERE id = :id"),
                {"when": when, "id": entry.id},
            )
        current.execute(text("UPDATE user_assets SET deleted_at = NULL WHERE id = :id"), {"id": odd.id})
    run(HOLD, OfAsset(id=held.reference), ADMIN, reason="a court asks")
    purge_deleted()
    assert all(entry.exists() for entry in (old, new, held, live, odd))
    run(SET_RETENTION, Retention(days=30), ADMIN)
    try:
        purge_deleted()
        assert [entry.exists() for entry in (old, new, held, live, odd)] == [False, True, True, True, True]
        with atomic():
            record = care.removed(old.reference)
            assert record is not None
            assert (record.actor, record.reason) == ("console", "Deleted more than 30 days ago.")
    finally:
        run(SET_RETENTION, Retention(days=None), ADMIN)
