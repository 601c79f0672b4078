"""Setting aside, putting back and deleting: nothing is lost, whoever dies or is faster."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.commands import run, take_back
from delula.db import atomic, session
from delula.errors import Forbidden, Refused
from delula.integrity import moves, tasks
from delula.integrity.actions import DELETE, REMAKE, RESTORE, SET_ASIDE, OneFinding, OneItem
from delula.models import ReviewKind
from delula.models.enums import AssetType
from delula.review import things
from delula.storage import Store, StoreUnavailable
from delula.storage import store as store_module
from delula.storage.layout import blurred_key, derivative_keys
from tests.integrity.conftest import ADA
from tests.integrity.test_scan import A, asset
from tests.storage.faults import faulty_s3
from tests.thinning import some
from tests.uploads.files import good

if TYPE_CHECKING:
    from tests.integrity.conftest import Bucket


@pytest.fixture
def orphan(bucket: Bucket) -> OneFinding:
    bucket.put("left.png", kind="image/png")
    bucket.scan()
    return OneFinding(finding=bucket.finding("left.png"))


def state(bucket: Bucket) -> str:
    ((found,),) = bucket.console.sql("SELECT state FROM dashboard.quarantined ORDER BY id DESC LIMIT 1")
    return str(found)


def set_aside(bucket: Bucket, orphan: OneFinding) -> OneItem:
    receipt = bucket.run(SET_ASIDE, orphan)
    bucket.work()
    return OneItem(item=receipt.details["item"])


def test_an_orphan_is_set_aside_and_put_back(bucket: Bucket, orphan: OneFinding) -> None:
    item = set_aside(bucket, orphan)
    assert bucket.keys() == {f"console/quarantine/{item.item}/left.png"}
    assert (state(bucket), bucket.findings()) == ("held", set())
    assert bucket.scan() == set()
    bucket.run(RESTORE, item)
    bucket.work()
    assert (bucket.keys(), state(bucket)) == ({"left.png"}, "restored")
    facts = bucket.store.facts("left.png")
    assert facts is not None
    assert (facts.size, facts.content_type) == (9, "image/png")


def test_it_can_be_taken_back_before_and_after_it_was_moved(bucket: Bucket, orphan: OneFinding) -> None:
    entry = bucket.run(SET_ASIDE, orphan).entry_id
    with bucket.console.app.app_context():
        take_back(entry, ADA)
        session().remove()
    bucket.work()
    assert (bucket.keys(), state(bucket)) == ({"left.png"}, "restored")


@pytest.mark.parametrize(
    ("command", "place"), some(product(["set aside", "put back"], ["copy", "facts", "delete"]), 3)
)
def test_whoever_dies_midway_loses_nothing(
    bucket: Bucket, orphan: OneFinding, monkeypatch: pytest.MonkeyPatch, place: str, command: str
) -> None:
    if command == "put back":
        bucket.run(RESTORE, set_aside(bucket, orphan))
    else:
        bucket.run(SET_ASIDE, orphan)
    target = moves if place == "copy" else bucket.console.app.extensions["store"]
    real = getattr(target, place)

    def dying(*given: Any) -> Any:
        real(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(target, place, dying)
    with pytest.raises(KeyboardInterrupt):
        bucket.work()
    assert bucket.keys()
    monkeypatch.setattr(target, place, real)
    bucket.work()
    assert len(bucket.keys()) == 1
    assert (state(bucket), bucket.has("left.png")) == (
        ("held", False) if command == "set aside" else ("restored", True)
    )


#: What the store answers to a question, a copy and a deletion.
ANSWERS = product(
    ["set aside", "put back"], ["HEAD", "PUT", "POST"], ["refuse", "done", "hang", 403, 404, 500]
)


@pytest.mark.parametrize(("command", "method", "fault"), some(ANSWERS, 4))
def test_a_store_that_fails_midway_loses_nothing_and_is_asked_again(
    bucket: Bucket,
    orphan: OneFinding,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    method: str,
    fault: str | int,
) -> None:
    monkeypatch.setattr(store_module, "PATIENCE", 0.5)
    monkeypatch.setattr(store_module, "LONG_PATIENCE", 0.5)
    real: Store = bucket.console.app.extensions["store"]
    if command == "set aside":
        bucket.run(SET_ASIDE, orphan)
    else:
        bucket.run(RESTORE, set_aside(bucket, orphan))
    assert real._settings.endpoint_url
    with faulty_s3(real._settings.endpoint_url) as proxy:
        settings = replace(real._settings, endpoint_url=proxy.endpoint)
        monkeypatch.setitem(bucket.console.app.extensions, "store", Store(settings, None))
        proxy.fault, proxy.matches = fault, lambda asked, _path: asked == method
        with suppress(StoreUnavailable):
            bucket.work()
        # What failed says why on its page, until it is done.
        (why,) = bucket.console.sql("SELECT why FROM dashboard.quarantined")[0]
        assert why is None or why.startswith(("The store ", "The object "))
        assert (why is None) is (state(bucket) in {"held", "restored"})
        assert bucket.keys()
        assert bucket.console.viewer.get("/assets/quarantine/").status_code == 200
        proxy.heal()
        bucket.work()
    assert len(bucket.keys()) == 1
    assert (state(bucket), bucket.has("left.png")) == (
        ("held", False) if command == "set aside" else ("restored", True)
    )


def test_what_is_another_object_by_now_stays(bucket: Bucket, orphan: OneFinding) -> None:
    bucket.run(SET_ASIDE, orphan)
    bucket.put("left.png", body=b"new")
    bucket.work()
    assert (bucket.keys(), state(bucket)) == ({"left.png"}, "kept")


def test_what_a_row_refers_to_by_now_stays(bucket: Bucket, orphan: OneFinding) -> None:
    bucket.run(SET_ASIDE, orphan)
    asset(bucket, "left.png")
    bucket.work()
    assert (bucket.keys(), state(bucket)) == ({"left.png"}, "kept")


@pytest.mark.parametrize("form", ["{key}", "s3://{bucket}/{key}", "{endpoint}/{bucket}/{key}"])
def test_so_it_is_refused_at_once(bucket: Bucket, orphan: OneFinding, form: str) -> None:
    endpoint = bucket.store.client.meta.endpoint_url
    location = form.format(key="left.png", bucket=bucket.store.bucket, endpoint=endpoint)
    bucket.console.sql(
        "INSERT INTO generations (user_id, prompt, thumbnail_url) VALUES ('u', 'p', %s)", location
    )
    with pytest.raises(Refused, match="refers to it by now"):
        bucket.run(SET_ASIDE, orphan)


def test_nothing_is_put_over_another_object(bucket: Bucket, orphan: OneFinding) -> None:
    item = set_aside(bucket, orphan)
    bucket.put("left.png", body=b"new")
    bucket.run(RESTORE, item)
    bucket.work()
    assert state(bucket) == "held"
    assert len(bucket.keys()) == 2


def test_after_thirty_days_it_is_deleted(bucket: Bucket, orphan: OneFinding) -> None:
    item = set_aside(bucket, orphan)
    with pytest.raises(Refused, match="kept for 30 days"):
        bucket.run(DELETE, item)
    bucket.console.sql("UPDATE dashboard.quarantined SET created_at = now() - interval '31 days'")
    with bucket.console.app.app_context():
        tasks._tidy(None)  # type: ignore[arg-type]  # it takes no steps
        session().remove()
    bucket.work()
    assert (bucket.keys(), state(bucket)) == (set(), "deleted")
    ((actor, reason),) = bucket.console.sql(
        "SELECT actor, reason FROM dashboard.audit_log WHERE action = 'integrity.delete' AND object_id = %s",
        str(item.item),
    )
    assert (actor, reason) == ("console", "It was set aside more than 30 days ago.")


@pytest.mark.parametrize("how", ["by the next scan", "instead of its deletion"])
def test_what_was_set_aside_and_is_named_in_json_since_is_put_back(
    bucket: Bucket, orphan: OneFinding, how: str
) -> None:
    item = set_aside(bucket, orphan)
    # As the product writes it: nothing says when.
    bucket.console.sql(
        "INSERT INTO generations (user_id, prompt, metadata, updated_at)"
        " VALUES ('u', 'p', '{\"last_frame\": \"/left.png\"}', '2020-01-01')"
    )
    if how == "by the next scan":
        assert bucket.scan() == set()
        with bucket.console.app.app_context():
            tasks._tidy(None)  # type: ignore[arg-type]  # it takes no steps
            session().remove()
    else:
        bucket.console.sql("UPDATE generations SET updated_at = now()")
        bucket.console.sql("UPDATE dashboard.quarantined SET created_at = now() - interval '31 days'")
        bucket.run(DELETE, item)
    bucket.work()
    assert (bucket.keys(), state(bucket)) == ({"left.png"}, "restored")
    assert bucket.scan() == set()


def test_missing_derivatives_are_made_again(bucket: Bucket) -> None:
    asset(bucket, A, size=len(good("png")))
    bucket.put(A, body=good("png"))
    assert bucket.scan() == {("derivatives", A)}
    bucket.run(REMAKE, OneFinding(finding=bucket.finding(A)))
    assert bucket.work() == ["assets.derive"]
    assert bucket.scan() == set()


#: What is reviewed, by its key: its table, what findings call it, and a row of it.
REVIEWED = {
    A.replace("a.png", "u.png"): ("user_asset", "user_assets", "user", None),
    "library/market/c/images/originals/b.png": (
        "market_asset",
        "market_assets",
        "market",
        "(creator_id, asset_id, name, mime_type, file_size, url) VALUES ('c', 'b', 'n', 'image/png', %s, %s)",
    ),
    "samples/c.png": (
        "sample",
        "recipe_samples",
        "sample",
        (
            "(recipe_id, generation_id, user_id, original_prompt, thumbnail_url, high_res_url, type,"
            " file_size, preview_url) VALUES (1, 1, 'u', 'p', '', '', 'image', %s, %s)"
        ),
    ),
    "generations/images/originals/d.png": (
        "generation",
        "generations",
        "generation",
        "(user_id, prompt, type, credits_cost, s3_key) VALUES ('u', 'p', 'image', %s, %s)",
    ),
}
#: How an item of the review stands, and whether it is shown blurred then.
STANDING = {
    "'rejected', 0, false": True,
    "'second', 0, false": True,
    "'approved', 0, true": True,
    "'open', 0.99, false": True,
    "'approved', 0.99, false": False,
    "'open', 0, false": False,
}


def flag(bucket: Bucket, kind: str, table: str, key: str, standing: str) -> None:
    """Let the item of the row with this key stand so."""
    columns = {"user_assets": "s3_key", "generations": "s3_key", "market_assets": "url"}
    bucket.console.sql(
        "INSERT INTO dashboard.review_item (kind, object_id, owner_id, since, reach, history, edition,"  # noqa: S608
        f" content, state, risk, is_blurred) SELECT '{kind}', id, 'u', now(), 0, 0, 1, '', {standing}"
        f" FROM {table} WHERE {columns.get(table, 'preview_url')} = %s",
        key,
    )


def test_a_picture_that_is_to_be_blurred_and_is_not_is_found_wherever_it_is_shown_so(bucket: Bucket) -> None:
    expected = set()
    for number, (standing, is_shown_blurred) in enumerate(STANDING.items()):
        asset(bucket, key := f"left/{number}.png", mime="image/png")
        bucket.put(key)
        flag(bucket, "user_asset", "user_assets", key, standing)
        if is_shown_blurred:
            expected.add(("derivatives", key))
    assert {one for one in bucket.scan() if one[0] == "derivatives"} == expected


@pytest.mark.parametrize("named", ["png", "mp3"])
def test_no_picture_is_missed_that_no_job_can_make(bucket: Bucket, named: str) -> None:
    """Of an upload that is a document by its type, and of a sample whose file is a sound."""
    size = len(good("png"))
    asset(bucket, A, size=size, kind=AssetType.DOCUMENT)
    bucket.put(A, body=good("png"))
    flag(bucket, "user_asset", "user_assets", A, "'rejected', 0, false")
    _, table, _, row = REVIEWED["samples/c.png"]
    sample = f"samples/c.{named}"
    bucket.console.sql(f"INSERT INTO {table} {row}", size, sample)
    bucket.put(sample, body=good("png"))
    flag(bucket, "sample", table, sample, "'rejected', 0, false")
    assert bucket.scan() == ({("derivatives", sample)} if named == "png" else set())
    with bucket.console.app.app_context(), atomic():
        for kind in (ReviewKind.USER_ASSET, ReviewKind.SAMPLE):
            for thing in things.find_many(kind, range(1_000)).values():
                things.blur_later(things.SUBJECTS[kind], thing)
    assert bucket.work() == (["samples.blur"] if named == "png" else [])


def test_a_blurred_picture_that_is_missing_is_made_again(bucket: Bucket) -> None:
    size = len(good("png"))
    for key, (kind, table, _, row) in REVIEWED.items():
        bucket.put(*(made for made in derivative_keys(key).values() if made != blurred_key(key)))
        bucket.put(key, body=good("png"))
        if row is None:
            asset(bucket, key, size=size)
        else:
            bucket.console.sql(f"INSERT INTO {table} {row}", size, key)
        flag(bucket, kind, table, key, "'rejected', 0, false")
    (thumbnail, *_), *_ = (list(derivative_keys(key).values()) for key in REVIEWED)
    bucket.store.delete([thumbnail])
    assert bucket.scan() == {("derivatives", key) for key in REVIEWED}
    told = bucket.console.sql("SELECT key, source || ' lacks ' || detail FROM dashboard.storage_finding")
    assert dict(told) == {
        key: f"{source} lacks {'thumbnails, blurred' if source == 'user' else 'blurred'}"
        for key, (_, _, source, _) in REVIEWED.items()
    }
    for key in REVIEWED:
        bucket.run(REMAKE, OneFinding(finding=bucket.finding(key)))
    assert sorted(bucket.work()) == ["assets.derive"] * 3 + ["samples.blur"]
    assert bucket.scan() == set()
    assert {thumbnail, *map(blurred_key, REVIEWED)} <= bucket.keys()


def test_who_may_not_mend_does_not(bucket: Bucket, orphan: OneFinding) -> None:
    with bucket.console.app.app_context(), pytest.raises(Forbidden):
        run(SET_ASIDE, orphan, Actor(2, "val", Role.VIEWER))
