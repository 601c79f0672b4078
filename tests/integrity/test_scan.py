"""What a scan finds, and that nothing keeps it from finding it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from delula.db import session
from delula.errors import Refused
from delula.integrity import scan, tasks
from delula.integrity.actions import BEGIN_SCAN, SET_ASIDE, OneFinding, Pace
from delula.models.enums import AssetType
from delula.storage import StoreUnavailable, walk
from delula.storage.layout import blurred_key, derivative_keys
from tests.thinning import some

if TYPE_CHECKING:
    from tests.integrity.conftest import Bucket

A = "library/user/u/images/originals/a.png"
ADDRESS = "s3://{bucket}/{key}"


def asset(
    bucket: Bucket,
    key: str,
    *,
    size: int = 9,
    mime: str = "image/png",
    user: str = "u",
    kind: AssetType = AssetType.IMAGE,
) -> None:
    bucket.console.sql(
        "INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url,"
        " mime_type, file_size, asset_type, source)"
        " VALUES (%s, gen_random_uuid()::text, 'a', 'a', %s, 'https://elsewhere.example/x', %s, %s, %s, 1)",
        user, key, mime, size, kind,
    )  # fmt: skip


def whole(bucket: Bucket, key: str) -> None:
    """A file of a library with all that is made of it."""
    asset(bucket, key)
    bucket.put(key, *derivative_keys(key).values())


def test_a_bucket_in_which_all_fits_has_no_findings(bucket: Bucket) -> None:
    whole(bucket, A)
    assert bucket.scan() == set()
    ((state, objects, counts),) = bucket.console.sql(
        "SELECT state, objects, counts FROM dashboard.storage_scan"
    )
    assert (state, objects, counts) == ("finished", 5, {})


def test_everything_that_does_not_fit_is_found(bucket: Bucket) -> None:
    whole(bucket, A)
    asset(bucket, "library/user/u/images/originals/gone.png")
    asset(bucket, "library/user/u/images/originals/short.png", size=10)
    bucket.put(*["library/user/u/images/originals/short.png"])
    bucket.put(*list(derivative_keys("library/user/u/images/originals/short.png").values()))
    asset(bucket, "library/user/u/documents/originals/named.pdf")
    bucket.put("library/user/u/documents/originals/named.pdf", kind="application/pdf")
    asset(bucket, "library/user/u/documents/originals/served.pdf", mime="application/pdf")
    bucket.put("library/user/u/documents/originals/served.pdf", kind="text/html")
    asset(bucket, "library/user/u/images/originals/bare.png")
    bucket.put("library/user/u/images/originals/bare.png", "library/user/u/images/previews/bare.jpg")
    asset(bucket, "somewhere/file.png")
    bucket.put("somewhere/file.png")
    bucket.put("library/user/u/images/originals/left.png", "library/user/u/images/thumbnails/left.jpg")
    bucket.put("odd/ä b+c%20&=?#.png", "console/blurred/nothing.png.jpg")
    assert bucket.scan() == {
        ("missing", "library/user/u/images/originals/gone.png"),
        ("size", "library/user/u/images/originals/short.png"),
        ("type", "library/user/u/documents/originals/named.pdf"),
        ("type", "library/user/u/documents/originals/served.pdf"),
        ("derivatives", "library/user/u/images/originals/bare.png"),
        ("outside", "somewhere/file.png"),
        ("orphan", "library/user/u/images/originals/left.png"),
        ("orphan", "library/user/u/images/thumbnails/left.jpg"),
        ("orphan", "odd/ä b+c%20&=?#.png"),
        ("orphan", "console/blurred/nothing.png.jpg"),
    }
    details = dict(
        bucket.console.sql(
            "SELECT kind, detail FROM dashboard.storage_finding WHERE kind IN ('size', 'derivatives')"
        )
    )
    assert details == {
        "size": "The row says 10 bytes, the store 9.",
        "derivatives": "thumbnails, webp",
    }
    totals = dict(bucket.console.sql("SELECT kind, bytes FROM dashboard.storage_total WHERE owner_id = 'u'"))
    assert totals["documents"] == 18
    assert totals[""] == totals["images"] + 18


#: A row that holds a key or its address, by the name of the table and column.
HOLDING = {
    "generation": "generations (user_id, prompt, s3_key) VALUES ('u', 'p', '{key}')",
    "video": "generations (user_id, prompt, video_url) VALUES ('u', 'p', '{address}')",
    "thumbnail": "generations (user_id, prompt, thumbnail_url) VALUES ('u', 'p', '{address}?v=2')",
    "backlog": """backlog_videos (recipe_id, recipe_variables, recipe_variables_hash, generation_id,
            video_url)
        VALUES (1, '{{}}', 'h', 1, '{address}')""",
    "sample": """recipe_samples (recipe_id, generation_id, user_id, original_prompt, thumbnail_url,
            preview_url, high_res_url, type, file_size)
        VALUES (1, 1, 'u', 'p', 'https://x.example/1', '{address}', '', 'image', 1)""",
    "system": """system_assets (system_id, asset_id, name, url, mime_type, file_size)
        VALUES ('s', 'a', 'n', '{address}', 'video/mp4', 9)""",
    "market": """market_assets (creator_id, asset_id, name, url, mime_type, file_size)
        VALUES ('c', 'a', 'n', '{address}', 'video/mp4', 9)""",
    "user": "users (id, profile_image_url) VALUES ('u', '{address}')",
    "picture": "users (id, profile_image_url) VALUES ('u', '{key}')",
    "path": "users (id, profile_image_url) VALUES ('u', '/{key}')",
    "upload": """dashboard.upload (key, source, owner_id, asset_id, s3_key, filename, name, extension,
            asset_type, bytes, part_bytes, author)
        VALUES ('k', 'system', 's', 'a', '{key}', 'f', 'n', 'mp4', 2, 9, 9, 'ada')""",
}


@pytest.mark.parametrize("holder", some(HOLDING, 5))
def test_what_any_table_refers_to_is_no_orphan(bucket: Bucket, holder: str) -> None:
    key = "generations/videos/originals/film 1.mp4"
    address = ADDRESS.format(bucket=bucket.store.bucket, key=key.replace(" ", "%20"))
    bucket.put(key, "generations/videos/thumbnails/film 1.jpg", blurred_key(key), kind="video/mp4")
    bucket.console.sql("INSERT INTO " + HOLDING[holder].format(key=key, address=address))
    assert bucket.scan() == set()


#: JSON in which the product names an object, by the column that it stands in.
MENTIONING = {
    "key": """generations (user_id, prompt, metadata)
        VALUES ('u', 'p', '{{"formData": {{"a": ["{key}"]}}}}')""",
    "address": """generations (user_id, prompt, metadata) VALUES ('u', 'p', '{{"in": "{address}?v=2"}}')""",
    "name": """generations (user_id, prompt, error_details) VALUES ('u', 'p', '{{"/{key}": true}}')""",
    "within a text": """system_assets (system_id, asset_id, name, url, mime_type, file_size, metadata)
        VALUES ('s', 'a', 'n', 'https://x.example/1', 'video/mp4', 9, '"made of {address}, twice"')""",
    "another store": """component_usage (component_id, output_data)
        VALUES ('maker', '[1, null, {{"url": "https://cdn.example/{quoted}?sig=1"}}]')""",
}


@pytest.fixture
def maker(bucket: Bucket) -> None:
    bucket.console.sql(
        "INSERT INTO component_registry (component_id, name) VALUES ('maker', 'm') ON CONFLICT DO NOTHING"
    )
    bucket.console.sql("DELETE FROM component_usage")


@pytest.mark.usefixtures("maker")
def test_what_any_json_names_is_no_orphan_and_cannot_be_set_aside(bucket: Bucket) -> None:
    keys = {place: f"frames {number}/originals/film 1.png" for number, place in enumerate(MENTIONING)}
    made = {key: key.replace("originals", "thumbnails").replace("png", "jpg") for key in keys.values()}
    bucket.put(*made, *made.values())
    assert len(bucket.scan()) == 2 * len(keys)
    for place, key in keys.items():
        quoted = key.replace(" ", "%20")
        address = ADDRESS.format(bucket=bucket.store.bucket, key=quoted)
        row = MENTIONING[place].format(key=key, address=address, quoted=quoted)
        bucket.console.sql("INSERT INTO " + row)
    for (finding,) in bucket.console.sql("SELECT id FROM dashboard.storage_finding"):
        with pytest.raises(Refused, match="refers to it by now"):
            bucket.run(SET_ASIDE, OneFinding(finding=finding))
    assert bucket.scan() == set()


def test_a_path_of_the_product_s_own_pages_is_no_finding(bucket: Bucket) -> None:
    bucket.console.sql("INSERT INTO users (id, profile_image_url) VALUES ('p', '/icons/ann.png'), ('q', 'x')")
    assert bucket.scan() == set()


def test_json_that_names_what_is_not_there_is_no_finding(bucket: Bucket) -> None:
    bucket.console.sql(
        "INSERT INTO generations (user_id, prompt, metadata) VALUES ('u', 'p', %s)",
        f'{{"a": "s3://{bucket.store.bucket}/gone.png", "b": "https://[x/", "c": "é", "d": 1e400}}',
    )
    assert bucket.scan() == set()


def test_what_is_young_or_was_set_aside_is_no_orphan(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put("new.png", "console/quarantine/1/old.png")
    monkeypatch.setattr(scan, "YOUNG", timedelta(hours=1))
    assert bucket.scan() == set()


def test_a_row_that_came_after_the_listing_is_not_missed(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = walk.page_of

    def late(store: Any, token: str | None) -> Any:
        page = real(store, token)
        whole(bucket, A)
        return page

    monkeypatch.setattr(scan, "page_of", late)
    assert ("missing", A) not in bucket.scan()


def test_a_second_scan_keeps_what_is_still_so_and_drops_the_rest(bucket: Bucket) -> None:
    bucket.put("one.png", "two.png")
    bucket.scan()
    bucket.console.sql("UPDATE dashboard.storage_finding SET since = '2020-01-01'")
    bucket.store.delete(["one.png"])
    bucket.put("three.png")
    assert bucket.scan() == {("orphan", "two.png"), ("orphan", "three.png")}
    ((since,),) = bucket.console.sql(
        "SELECT since::date::text FROM dashboard.storage_finding WHERE key = 'two.png'"
    )
    assert since == "2020-01-01"
    assert bucket.console.sql("SELECT count(*) FROM dashboard.stored_object") == [(2,)]


@pytest.mark.parametrize("fault", some([KeyboardInterrupt, StoreUnavailable], 1))
def test_it_goes_on_from_wherever_it_was_stopped(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    monkeypatch.setattr(walk, "PAGE", 3)
    monkeypatch.setattr(scan, "KEYS", 3)
    monkeypatch.setattr(scan, "ROWS", 2)
    whole(bucket, A)
    asset(bucket, "library/user/u/images/originals/gone.png")
    bucket.put(*[f"left/{number}.png" for number in range(7)])
    bucket.run(BEGIN_SCAN, Pace(pace="full"))
    real, steps = scan._Work.step, 0

    def dying(self: Any, run: Any, place: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps % 2 == 0:
            raise fault("midway")
        return real(self, run, place)

    monkeypatch.setattr(scan._Work, "step", dying)
    deaths = 0
    while not bucket.console.sql("SELECT 1 FROM dashboard.storage_scan WHERE state = 'finished'"):
        try:
            bucket.work()
        except fault:
            deaths += 1
            assert deaths < 60
            if fault is StoreUnavailable:
                ((state, why),) = bucket.console.sql("SELECT state, why FROM dashboard.storage_scan")
                assert (state, why) == ("paused", "midway")
                summary = bucket.console.viewer.get("/assets/integrity/summary")
                assert (summary.status_code, "The scan pauses" in summary.text) == (200, True)
    assert deaths > 10
    assert len(bucket.findings()) == 8
    assert bucket.console.sql("SELECT objects FROM dashboard.storage_scan") == [(12,)]


def test_one_scan_is_at_work_at_a_time(bucket: Bucket) -> None:
    bucket.run(BEGIN_SCAN, Pace())
    with pytest.raises(Refused, match="at work already"):
        bucket.run(BEGIN_SCAN, Pace())
    bucket.console.sql("UPDATE jobs.procrastinate_jobs SET status = 'failed'")
    bucket.run(BEGIN_SCAN, Pace())
    assert bucket.console.sql("SELECT state FROM dashboard.storage_scan ORDER BY id") == [
        ("stopped",),
        ("running",),
    ]


def test_the_pages_tell_of_it(bucket: Bucket) -> None:
    for role in ("admin", "viewer"):
        assert bucket.console.as_role(role).get("/assets/integrity/scans").status_code == 200
    asset(bucket, "library/user/<b>u/images/originals/gone.png", user="<b>u")
    bucket.put("left.png")
    bucket.scan()
    page = bucket.console.viewer.get("/assets/integrity/").text
    assert "left.png" in page
    assert "…es/originals/gone.png" in page, "its end tells a key from others"
    assert "&lt;b&gt;u" in page
    for path in (
        "/assets/integrity/summary",
        "/assets/integrity/scans",
        "/assets/integrity/facets",
        "/assets/integrity/?q=kind:orphan",
        "/assets/integrity/?q=key:left*&sort=key",
        "/assets/integrity/?sort=-bytes",
        "/assets/quarantine/",
        f"/assets/integrity/{bucket.finding('left.png')}",
        f"/assets/integrity/{bucket.finding('left.png')}/storage",
    ):
        answer = bucket.console.viewer.get(path)
        assert answer.status_code == 200, path
        assert "None" not in answer.text
    assert bucket.console.viewer.get("/assets/integrity/999999").status_code == 404


def test_without_a_bucket_the_nights_pass_in_peace_and_who_asks_is_told(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(bucket.console.app.extensions, "store", None)
    with bucket.console.app.app_context():
        for task in (scan.SCAN, tasks.TIDY):
            task.defer({})
        session().commit()
        session().remove()
    assert bucket.work() == ["integrity.scan", "integrity.tidy"]
    assert bucket.console.sql("SELECT count(*) FROM dashboard.storage_scan") == [(0,)]
    with pytest.raises(Refused, match=r"^No bucket is configured\.$"):
        bucket.run(BEGIN_SCAN, Pace())


@pytest.mark.parametrize(("few", "part"), [(3, 20), (0, 6)])
def test_types_that_one_scan_does_not_ask_for_are_named_and_asked_for_by_the_next(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, few: int, part: int
) -> None:
    monkeypatch.setattr(scan, "FEW_TYPES", few)
    monkeypatch.setattr(scan, "TYPES_PART", part)
    for name in "abcd":
        whole(bucket, A.replace("a.png", f"{name}.png"))
    bucket.scan()
    for path in ("/assets/integrity/scans", "/assets/integrity/summary"):
        assert re.search(r"As what the store serves 1 ", bucket.console.viewer.get(path).text)
    bucket.scan()
    assert bucket.console.sql("SELECT types_open FROM dashboard.storage_scan ORDER BY id") == [(1,), (0,)]
