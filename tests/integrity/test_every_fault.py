"""Whatever the store does at whichever request of whichever work: the next run finishes what was begun.

For each kind of work all its requests to the store are counted first. Then the store fails at the first of
them and all that follow, at the second and all that follow, and so on; once it is sound again, the work ends
as if nothing had happened, and a scan finds no more than it would have found.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from delula.assets import creating, replacing
from delula.assets import derivatives as derivatives_module
from delula.assets.actions import OfAsset
from delula.assets.derivatives import derive_later
from delula.assets.objects import REMOVE
from delula.assets.removing import PURGE
from delula.assets.replacing import REPLACE, Replacing
from delula.commands import run
from delula.db import atomic, session
from delula.integrity.actions import BEGIN_SCAN, DELETE, RESTORE, SET_ASIDE, OneFinding, OneItem, Pace
from delula.samples.blurring import blur_later
from delula.storage import Store, StoreUnavailable
from delula.storage import store as store_module
from delula.storage.derive import Derived, derive
from delula.storage.layout import Derivative, derivative_keys
from delula.uploads import tasks as uploads_module
from delula.uploads.tasks import TIDY
from tests.commands.cases import ADMIN
from tests.integrity.test_scan import A, asset
from tests.killing import killed
from tests.storage.faults import FaultyS3, faulty_s3
from tests.thinning import some
from tests.uploads.conftest import Sender
from tests.uploads.files import good

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from delula.models.enums import AssetType
    from tests.integrity.conftest import Bucket

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=quarantine/)\d+")


def upload(bucket: Bucket) -> None:
    """A good file, all parts of which have arrived."""
    Sender(bucket.console).send(good("png"))


def refusal(bucket: Bucket) -> None:
    """A file that is not what it says."""
    Sender(bucket.console).send(good("jpg"), "cat.png")


def cancelling(bucket: Bucket) -> None:
    """An upload that is dropped halfway."""
    sender = Sender(bucket.console)
    begun = sender.begin(good("png"))
    sender.url(begun.json["id"])
    assert sender.post(f"{begun.json['id']}/cancel").status_code == 200


def expiry(bucket: Bucket) -> None:
    """An upload that nobody has finished for a day."""
    sender = Sender(bucket.console)
    sender.url(sender.begin(good("png")).json["id"])
    bucket.console.sql("UPDATE dashboard.upload SET created_at = now() - interval '25 hours'")
    queue(bucket, TIDY)


def purge(bucket: Bucket) -> None:
    """A file with all that is made of it."""
    asset(bucket, A)
    bucket.put(A, *derivative_keys(A).values())
    ((number,),) = bucket.console.sql("SELECT id FROM user_assets")
    as_admin(bucket, PURGE, OfAsset(id=f"user-{number}"))


def replacement(bucket: Bucket) -> None:
    """A system asset that is given the file of another; its own is due to go."""
    for name in "ab":
        key = f"library/system/s/images/originals/{name}.png"
        bucket.put(key, body=good("png"))
        bucket.console.sql(
            "INSERT INTO system_assets (system_id, asset_id, name, url, mime_type, file_size)"
            " VALUES ('s', %s, %s, %s, 'image/png', %s)",
            f"asset-{name}", name, key, len(good("png")),
        )  # fmt: skip
    one, other = [
        f"system-{id_}" for (id_,) in bucket.console.sql("SELECT id FROM system_assets ORDER BY id")
    ]
    as_admin(bucket, REPLACE, Replacing(id=one, by=other))
    bucket.console.sql("UPDATE dashboard.object_removal SET due_at = now() - interval '1 minute'")
    queue(bucket, REMOVE)


def derivatives(bucket: Bucket) -> None:
    """What is made of a picture."""
    asset(bucket, A, size=len(good("png")))
    bucket.put(A, body=good("png"))
    ((number,),) = bucket.console.sql("SELECT id FROM user_assets")
    with bucket.console.app.app_context(), atomic():
        derive_later(f"user-{number}")


def blurring(bucket: Bucket) -> None:
    """The blurred picture of a sample."""
    bucket.put(key := "samples/1.png", body=good("png"))
    bucket.console.sql(
        "INSERT INTO recipe_samples (recipe_id, generation_id, user_id, original_prompt, thumbnail_url,"
        " preview_url, high_res_url, type, file_size) VALUES (1, 1, 'u', 'p', '', %s, '', 'image', 1)",
        key,
    )
    ((number,),) = bucket.console.sql("SELECT id FROM recipe_samples")
    with bucket.console.app.app_context(), atomic():
        blur_later(number)


def setting_aside(bucket: Bucket) -> None:
    """An orphan."""
    bucket.put("left.png")
    bucket.scan()
    bucket.run(SET_ASIDE, OneFinding(finding=bucket.finding("left.png")))


def putting_back(bucket: Bucket) -> None:
    """One that was set aside."""
    setting_aside(bucket)
    bucket.work()
    bucket.run(RESTORE, held(bucket))


def deletion(bucket: Bucket) -> None:
    """One that was set aside long ago."""
    setting_aside(bucket)
    bucket.work()
    bucket.console.sql("UPDATE dashboard.quarantined SET created_at = now() - interval '31 days'")
    bucket.run(DELETE, held(bucket))


def scanning(bucket: Bucket) -> None:
    """A scan that finds one of each."""
    asset(bucket, A)
    bucket.put(A, "left.png")
    asset(bucket, A.replace("a.png", "gone.png"))
    asset(bucket, A.replace("a.png", "long.png"), size=10)
    bucket.put(A.replace("a.png", "long.png"), kind="text/html")
    bucket.run(BEGIN_SCAN, Pace(pace="full"))


def held(bucket: Bucket) -> OneItem:
    ((number,),) = bucket.console.sql("SELECT id FROM dashboard.quarantined")
    return OneItem(item=number)


def queue(bucket: Bucket, task: Any) -> None:
    with bucket.console.app.app_context(), atomic():
        task.defer({})


def as_admin(bucket: Bucket, command: Any, given: Any) -> None:
    with bucket.console.app.app_context():
        run(command, given, ADMIN, reason="a test")
        session().remove()


WORK: dict[str, Callable[[Bucket], None]] = {
    one.__name__: one
    for one in (
        *(upload, refusal, cancelling, expiry, purge, replacement),
        *(derivatives, blurring, setting_aside, putting_back, deletion, scanning),
    )
}
FAULTS = ("refuse", "hang", "half", "done", "nonsense", 403, 404, 500)
#: Where something can be read of what the store has said.
PAGES = (
    "/assets/",
    "/assets/uploads/",
    "/assets/integrity/",
    "/assets/integrity/summary",
    "/assets/quarantine/",
)


def outcome(bucket: Bucket) -> Any:
    """All that a work can change, without the numbers that differ from one time to another."""
    sql = bucket.console.sql
    client, name = bucket.store.client, bucket.store.bucket
    there = bucket.keys()
    return {
        "keys": sorted(_ID.sub("ID", key) for key in there),
        "parts": len(client.list_multipart_uploads(Bucket=name).get("Uploads", ())),
        "uploads": sql("SELECT state, why FROM dashboard.upload"),
        "removals": sql("SELECT state, error, sha256 FROM dashboard.object_removal ORDER BY 1"),
        "purged": sql("SELECT state FROM dashboard.removed_asset"),
        "quarantined": sql("SELECT state, why FROM dashboard.quarantined"),
        "library": sql("SELECT dimensions, thumbnail_url FROM user_assets ORDER BY s3_key"),
        "products": [_ID.sub("ID", one) for (one,) in sql("SELECT url FROM system_assets ORDER BY url")],
        "findings": sorted((kind, _ID.sub("ID", key)) for kind, key in bucket.findings()),
        "scans": sql("SELECT state, objects, counts FROM dashboard.storage_scan ORDER BY id DESC LIMIT 1"),
    }


_DERIVED: dict[bytes, tuple[Derived, dict[Derivative, bytes]]] = {}


def derive_once(kind: AssetType, file: Path, folder: Path) -> Derived:
    """Look into the same file once, whoever asks: it is not what is tested here."""
    body = file.read_bytes()
    if body not in _DERIVED:
        made = derive(kind, file, folder)
        _DERIVED[body] = made, {one: path.read_bytes() for one, path in made.files.items()}
    made, pictures = _DERIVED[body]
    for one, picture in pictures.items():
        (folder / one).write_bytes(picture)
    return replace(made, files={one: folder / one for one in pictures})


@pytest.fixture
def proxy(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    """What the console takes for its store from here on."""
    monkeypatch.setattr(store_module, "PATIENCE", 0.4)
    monkeypatch.setattr(store_module, "LONG_PATIENCE", 0.4)
    for module in (derivatives_module, uploads_module):
        monkeypatch.setattr(module, "derive", derive_once)
    for module in (creating, replacing):  # it is a work of its own
        monkeypatch.setattr(module, "derive_later", lambda _reference: 0)
    settings = bucket.store._settings
    assert settings.endpoint_url
    with faulty_s3(settings.endpoint_url) as proxy:
        through = replace(settings, endpoint_url=proxy.endpoint, public_endpoint_url=settings.endpoint_url)
        store = Store(through, None)
        monkeypatch.setitem(bucket.console.app.extensions, "store", store)
        yield proxy
        for client in (store.client, store.patient_client):
            client.close()


def begin(bucket: Bucket, work: str) -> None:
    """Begin with an empty bucket and a sound store."""
    bucket.empty()
    WORK[work](bucket)


def finish(bucket: Bucket) -> Any:
    """What workers do sooner or later where nothing disturbs them, and what comes of it."""
    bucket.work()
    bucket.console.sql("UPDATE dashboard.upload SET changed_at = now() - interval '2 hours'")
    queue(bucket, TIDY)
    bucket.work()
    # A scan does without the types that it cannot ask for, and says how many are open; the next one has them.
    bucket.scan()
    return outcome(bucket)


@pytest.mark.parametrize(("work", "fault", "lasts"), some(product(WORK, FAULTS, [True, False]), 1))
def test_what_a_fault_has_cut_off_is_finished_by_the_next_run(
    bucket: Bucket, proxy: FaultyS3, work: str, fault: str | int, lasts: bool
) -> None:
    begin(bucket, work)
    proxy.heal()
    bucket.work()
    requests, expected = len(proxy.seen), finish(bucket)
    for at in range(requests):
        begin(bucket, work)
        proxy.heal()
        proxy.fault = fault
        proxy.matches = lambda *_, at=at: len(proxy.seen) == at + 1 or (lasts and len(proxy.seen) > at)
        with suppress(StoreUnavailable):
            bucket.work()
        request = proxy.seen[at]
        for page in PAGES:
            assert bucket.console.viewer.get(page).status_code == 200, (request, page)
        proxy.heal()
        assert finish(bucket) == expected, request


def working(bucket: Bucket, count: Callable[..., None]) -> None:
    """Work with a store of one's own, each request to which is a step."""
    store = Store(bucket.store._settings, None)
    for client in (store.client, store.patient_client):
        for name in ("before-send.s3", "after-call.s3"):
            client.meta.events.register(name, count)
    bucket.console.app.extensions["store"] = store
    bucket.work()


@pytest.mark.slow
@pytest.mark.parametrize("work", WORK)
def test_a_worker_that_is_killed_at_any_point_leaves_what_the_next_one_finishes(
    bucket: Bucket, proxy: FaultyS3, work: str
) -> None:
    proxy.heal()
    begin(bucket, work)
    app, worker = bucket.console.app, partial(working, bucket)
    steps, expected = killed(app, worker, None), finish(bucket)
    assert steps > 10
    for at in range(steps):
        begin(bucket, work)
        killed(app, worker, at)
        assert finish(bucket) == expected, at
