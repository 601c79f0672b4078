"""Of what is flagged a blurred picture is made on the server, whatever it is; only that is sent unasked."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from delula.commands import run
from delula.db import session
from delula.review.actions import BLUR, REJECT, OneItem, Rejecting
from delula.review.intake import take_in
from delula.storage import Store
from delula.storage.layout import blurred_key
from tests.consoles import console_on
from tests.review.things import ANN, one_of_each, sql
from tests.thinning import some
from tests.uploads.files import good
from tests.working import work_off

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.config import S3Settings

KEYS = {
    "user_asset": "library/user/u/images/originals/a.png",
    "market_asset": "library/market/c/images/originals/b.png",
    "sample": "samples/<c> d.png",
    "generation": "generations/images/originals/e.png",
}


@pytest.mark.parametrize("verdict", some(["blur", "reject"], 1))
def test_the_blurred_picture_of_what_a_person_flags_is_made(
    verdict: str, make_database: Callable[..., str], migrated_template: str, s3: S3Settings
) -> None:
    settings = replace(s3, bucket=f"blurring-{secrets.token_hex(4)}")
    store = Store(settings, None)
    store.client.create_bucket(Bucket=store.bucket)
    with console_on(make_database(migrated_template), s3=settings) as console:
        with console.app.app_context():
            sql("UPDATE dashboard.review_settings SET second_share = 0")
            one_of_each()
            sql("UPDATE user_assets SET s3_key = :key", key=KEYS["user_asset"])
            sql("UPDATE market_assets SET url = :key", key=store.address(KEYS["market_asset"]))
            sql("UPDATE recipe_samples SET preview_url = :key, high_res_url = ''", key=KEYS["sample"])
            sql("UPDATE generations SET s3_key = :key", key=KEYS["generation"])
            take_in()
            for key in KEYS.values():
                store.put(key, good("png"), "image/png")
            for item in sql("SELECT id FROM dashboard.review_item"):
                if verdict == "blur":
                    run(BLUR, OneItem(item_id=item.id), ANN)
                else:
                    run(REJECT, Rejecting(item_id=item.id, policy="spam"), ANN)
            session().remove()
        assert sorted(work_off(console.app)) == ["assets.derive"] * 3 + ["samples.blur"]
        for key in KEYS.values():
            facts = store.facts(blurred_key(key))
            assert facts is not None, key
            assert facts.content_type == "image/jpeg"
        for number, kind in console.sql("SELECT id, kind FROM dashboard.review_item"):
            page = console.admin.get(f"/review/{number}").text
            assert f'src="/review/{number}/media/blurred"' in page
            assert f'src="/review/{number}/media/file"' not in page
            led = console.admin.get(f"/review/{number}/media/blurred").headers["Location"]
            assert "console/blurred/" in led, kind


def test_without_a_bucket_or_a_file_in_it_nothing_is_queued(app: object) -> None:
    with app.app_context():  # type: ignore[attr-defined]  # an application
        sql("UPDATE dashboard.review_settings SET second_share = 0")
        one_of_each()
        take_in()
        for item in sql("SELECT id FROM dashboard.review_item"):
            run(BLUR, OneItem(item_id=item.id), ANN)
        jobs = "task_name IN ('assets.derive', 'samples.blur')"
        assert sql(f"SELECT count(*) FROM jobs.procrastinate_jobs WHERE {jobs}")[0].count == 0  # noqa: S608
