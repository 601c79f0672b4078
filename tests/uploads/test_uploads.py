"""Uploads from the first question to the row: what is good arrives once, what is not leaves no trace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from delula.access.permissions import Role
from delula.models.enums import MEBIBYTE
from delula.storage import multipart, needed_store
from delula.uploads import actions, tasks
from tests.uploads.conftest import Sender, put
from tests.uploads.files import archive, good, jpeg_with, png_of

if TYPE_CHECKING:
    from tests.consoles import Console

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("filename", "fields", "key", "row"),
    [
        (
            "cat.png",
            {"source": "system", "owner": "core-1"},
            "library/system/core-1/images/originals/",
            "SELECT name, mime_type, url, dimensions FROM system_assets",
        ),
        (
            "film.mp4",
            {"source": "market", "owner": "ann"},
            "library/market/u-ann/videos/originals/",
            "SELECT name, mime_type, url, dimensions FROM market_assets WHERE NOT is_public",
        ),
        (
            "film.webm",
            {"source": "user", "owner": "ann", "reason": "sent by mail"},
            "library/user/u-ann/videos/originals/",
            "SELECT display_name, mime_type, s3_key, dimensions FROM user_assets WHERE source = 1",
        ),
        (
            "paper.pdf",
            {"source": "user", "owner": "u-ann", "reason": "asked", "name": "Contract"},
            "library/user/u-ann/documents/originals/",
            "SELECT display_name, mime_type, s3_key, dimensions FROM user_assets WHERE asset_type = 4",
        ),
    ],
    ids=["system", "market", "library", "document"],
)
def test_a_file_arrives_and_becomes_an_asset(
    console: Console, sender: Sender, filename: str, fields: dict[str, str], key: str, row: str
) -> None:
    extension = filename.rpartition(".")[2]
    upload = sender.send(good(extension), filename, **fields)
    assert sender.work() == ["uploads.check", "assets.derive"]
    state = sender.state(upload)
    assert (state["state"], state["why"]) == ("stored", None)
    assert sender.key(upload).startswith(key)
    assert sender.key(upload).endswith(f".{extension}")
    ((name, mime, location, dimensions),) = console.sql(row)
    assert name == fields.get("name", filename.partition(".")[0])
    assert location.endswith(sender.key(upload))
    facts = sender.stored(sender.key(upload))
    assert facts is not None
    assert (facts.size, facts.content_type) == (len(good(extension)), mime)
    assert dimensions == (None if extension == "pdf" else {"width": 64, "height": 48})
    assert console.as_role(sender.role).get(state["asset"]).status_code == 200
    actor, reason = console.sql(
        "SELECT actor, reason FROM dashboard.audit_log WHERE action = 'uploads.record' ORDER BY id"
    )[-1]
    assert actor.startswith("moderator")
    assert reason == fields.get("reason")


def test_a_large_file_arrives_in_parts(
    console: Console, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PART_BYTES", 5 * MEBIBYTE)
    wave = good("wav")
    content = wave[:4] + (12 * MEBIBYTE).to_bytes(4, "little") + wave[8:]
    length = 12 * MEBIBYTE + 8 - len(wave) - 8
    content += b"LIST" + length.to_bytes(4, "little") + b"\0" * length
    upload = sender.send(content, "long.wav")
    sender.work()
    assert sender.state(upload)["state"] == "stored"
    assert console.sql("SELECT file_size FROM system_assets") == [(12 * MEBIBYTE + 8,)]


def test_a_part_that_is_sent_again_after_a_lost_answer_counts_once(sender: Sender) -> None:
    content = good("png")
    upload = sender.begin(content).json["id"]
    for _ in range(2):
        assert put(sender.url(upload), content) == 200
    assert sender.state(upload)["arrived"] == [1]
    sender.post(f"{upload}/finish")
    sender.work()
    told = sender.state(upload)
    assert (told["state"], told["why"]) == ("stored", None)


def test_a_page_that_is_opened_again_goes_on_where_it_stopped(
    console: Console, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "PART_BYTES", 5 * MEBIBYTE)
    content = b"x" * (11 * MEBIBYTE)
    upload = sender.begin(content, "cat.png").json["id"]
    assert put(sender.url(upload, 2), content[: 5 * MEBIBYTE]) == 200
    assert sender.state(upload)["arrived"] == [2]
    page = console.as_role(sender.role).get("/assets/uploads/new").text
    assert "&#34;filename&#34;: &#34;cat.png&#34;" in page
    early = sender.post(f"{upload}/finish")
    assert (early.status_code, early.json["message"]) == (409, "Part 1 of 3 has not arrived.")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"filename": "../../etc/passwd.png"}, "filename"),
        ({"filename": "a\\b.png"}, "filename"),
        ({"filename": ".png"}, "filename"),
        ({"filename": "a\r\nX: y.png"}, "filename"),
        ({"filename": "a\x1b[2J.png"}, "filename"),
        ({"filename": "gnp.\u202egpj.png"}, "filename"),
        ({"filename": "x" * 10_240 + ".png"}, "filename"),
        ({"filename": "a.svg"}, "filename"),
        ({"filename": "a.png.exe"}, "filename"),
        ({"filename": "png"}, "filename"),
        ({"filename": "a\0.png"}, "filename"),
        ({"mime": "image/svg+xml"}, "mime"),
        ({"mime": "video/mp4"}, "mime"),
        ({"bytes": 0}, "bytes"),
        ({"bytes": -1}, "bytes"),
        ({"bytes": 25 * MEBIBYTE + 1}, "bytes"),
        ({"bytes": 10**12}, "bytes"),
        ({"bytes": "many"}, "bytes"),
        ({"filename": "a.mp4", "bytes": 500 * MEBIBYTE + 1}, "bytes"),
        ({"source": "generation"}, "source"),
        ({"owner": ""}, "owner"),
        ({"owner": "../other"}, "owner"),
        ({"source": "user", "owner": "nobody", "reason": "x"}, "owner"),
        ({"source": "market", "owner": "nobody"}, "owner"),
        ({"source": "user", "owner": "ann"}, "reason"),
        ({"source": "user", "owner": "ann", "reason": "  "}, "reason"),
        ({"key": ""}, "key"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_sent(
    console: Console, sender: Sender, fields: dict[str, object], field: str
) -> None:
    answer = sender.begin(b"x" * 9, **fields)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert console.sql("SELECT count(*) FROM dashboard.upload") == [(0,)]


def test_caps_are_told_in_the_unit_of_the_rule_and_to_the_byte(console: Console, sender: Sender) -> None:
    assert "webp, up to 25 MiB" in " ".join(
        console.as_role(sender.role).get("/assets/uploads/new").text.split()
    )
    told = sender.begin(b"", filename="a.mov", bytes=500 * MEBIBYTE + 1).json["message"]
    assert told == "Videos may have up to 500 MiB, 524,288,000 bytes; this one has 524,288,001."


@pytest.mark.parametrize(
    ("filename", "content", "why"),
    [
        ("cat.png", SVG, "SVG"),
        ("cat.png", good("jpg"), "image/jpeg"),
        ("cat.jpg", good("jpg") + archive(), "ZIP"),
        ("cat.jpg", jpeg_with(b"<script>alert(1)</script>"), "script"),
        ("bomb.png", png_of(50_000, 50_000), "pixels"),
        ("cut.png", good("png")[:-8], "breaks off"),
        ("hollow.mp4", good("mp4")[:40] + b"\0\0\0\x08moov", "."),
    ],
    ids=["svg", "other", "zip", "script", "bomb", "cut", "hollow"],
)
def test_a_hostile_file_is_refused_with_the_reason_and_removed(
    console: Console, sender: Sender, filename: str, content: bytes, why: str
) -> None:
    upload = sender.send(content, filename)
    sender.work()
    state = sender.state(upload)
    assert state["state"] == "refused"
    assert why in state["why"]
    assert sender.stored(sender.key(upload)) is None
    assert console.sql("SELECT count(*) FROM system_assets") == [(0,)]
    page = console.as_role(Role.VIEWER).get(f"/assets/uploads/{upload}").text
    assert "The file was refused" in page
    assert "It was removed from the bucket" in page
    refusals = "SELECT count(*) FROM dashboard.audit_log WHERE action = 'uploads.refuse' AND object_id = %s"
    assert console.sql(refusals, str(upload)) == [(1,)]


def test_neither_more_nor_less_arrives_than_was_declared(sender: Sender) -> None:
    content = good("png")
    upload = sender.begin(content).json["id"]
    url = sender.url(upload)
    assert put(url, content + b"x") == 403
    assert put(url, content[:-1]) == 403
    assert sender.state(upload)["arrived"] == []


def test_parts_that_do_not_add_up_are_refused(console: Console, sender: Sender) -> None:
    content = good("png")
    upload = sender.send(content)
    console.sql("UPDATE dashboard.upload SET bytes = bytes + 1")
    sender.work()
    assert "were declared" in sender.state(upload)["why"]
    assert sender.stored(sender.key(upload)) is None


def test_a_url_is_good_for_one_part_and_a_while(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    content = good("png")
    upload = sender.begin(content).json["id"]
    url = sender.url(upload)
    assert put(url.replace("partNumber=1", "partNumber=2"), content) == 403
    assert (
        put(url.replace(sender.key(upload), "library/system/core-1/images/originals/x.png"), content) == 403
    )
    assert put(url[:-1] + ("0" if url[-1] != "0" else "1"), content) == 403
    monkeypatch.setattr(multipart, "PART_SECONDS", 1)
    short = sender.url(upload)
    time.sleep(2.1)
    assert put(short, content) == 403
    assert put(url, content) == 200


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.VIEWER])
def test_who_may_not_upload_never_receives_a_url(console: Console, sender: Sender, role: Role) -> None:
    upload = sender.begin(good("png")).json["id"]
    stranger = Sender(console, role)
    for answer in (
        stranger.begin(good("png")),
        stranger.post(f"{upload}/urls", part=1),
        stranger.post(f"{upload}/finish"),
        stranger.post(f"{upload}/cancel"),
        console.as_role(role).get(f"/assets/uploads/{upload}/state"),
        console.as_role(role).get("/assets/uploads/new"),
    ):
        assert answer.status_code == 403
        assert "X-Amz" not in answer.text + str(answer.headers)
    listed = console.as_role(role).get("/assets/uploads/")
    assert listed.status_code == 200
    assert "X-Amz" not in listed.text


def test_nobody_sends_parts_of_a_colleagues_upload(console: Console, sender: Sender) -> None:
    upload = sender.begin(good("png")).json["id"]
    assert Sender(console, Role.ADMIN).post(f"{upload}/urls", part=1).status_code == 403


def test_what_is_sent_twice_happens_once(console: Console, sender: Sender) -> None:
    first, second = (sender.begin(good("png"), key="same") for _ in range(2))
    assert first.json["id"] == second.json["id"]
    assert sender.begin(good("png") + b"x", key="same").status_code == 409
    assert sender.begin(good("png"), key="same", owner="core-2").status_code == 409
    upload = first.json["id"]
    put(sender.url(upload), good("png"))
    assert [sender.post(f"{upload}/finish").status_code for _ in range(3)] == [200, 200, 200]
    assert sender.work() == ["uploads.check", "assets.derive"]
    assert sender.post(f"{upload}/finish").json == {"state": "stored"}
    assert console.sql("SELECT count(*) FROM system_assets") == [(1,)]


def test_what_a_slow_store_has_begun_besides_is_dropped(console: Console, sender: Sender) -> None:
    upload = sender.begin(good("png")).json["id"]
    key = sender.key(upload)
    with console.app.app_context():
        store = needed_store()
        besides = [multipart.PartedUpload.begin(store, key, "image/png") for _ in range(2)]
        assert put(sender.url(upload), good("png")) == 200
        sender.post(f"{upload}/finish")
        sender.work()
        assert [one.parts() for one in besides] == [None, None]
    assert sender.state(upload)["state"] == "stored"


def test_what_is_cancelled_is_gone(sender: Sender) -> None:
    upload = sender.begin(good("png")).json["id"]
    url = sender.url(upload)
    assert put(url, good("png")) == 200
    assert sender.post(f"{upload}/cancel").json == {"state": "cancelled"}
    assert sender.work() == ["uploads.clean"]
    assert put(url, good("png")) == 404
    assert sender.post(f"{upload}/urls", part=1).status_code == 409
    assert sender.post(f"{upload}/finish").status_code == 409
    assert sender.stored(sender.key(upload)) is None


def tidy(sender: Sender) -> None:
    with sender.console.app.app_context():
        tasks._tidy(None)  # type: ignore[arg-type]  # it takes no steps


def test_what_is_not_finished_after_a_day_is_given_up(console: Console, sender: Sender) -> None:
    old, new = (sender.begin(good("png")).json["id"] for _ in range(2))
    url = sender.url(old)
    assert put(url, good("png")) == 200
    console.sql("UPDATE dashboard.upload SET created_at = now() - interval '25 hours' WHERE id = %s", old)
    tidy(sender)
    assert [sender.state(one)["state"] for one in (old, new)] == ["expired", "sending"]
    assert put(url, good("png")) == 404
    assert console.sql("SELECT cleaned_at IS NOT NULL FROM dashboard.upload WHERE id = %s", old) == [(True,)]


@pytest.mark.parametrize("place", ["_put_together", "_look_into", "_record"])
def test_a_job_that_dies_at_any_step_is_finished_by_the_next(
    console: Console, sender: Sender, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    upload = sender.send(good("png"))
    real = getattr(tasks, place)

    def dies(*given: object) -> None:
        real(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(tasks, place, dies)
    with pytest.raises(KeyboardInterrupt):
        sender.work()
    monkeypatch.setattr(tasks, place, real)
    sender.work()
    assert sender.state(upload)["state"] == "stored"
    assert console.sql("SELECT count(*) FROM system_assets") == [(1,)]


def test_what_a_dead_job_left_behind_is_taken_up(console: Console, sender: Sender) -> None:
    upload = sender.send(good("png"))
    console.sql("UPDATE jobs.procrastinate_jobs SET status = 'failed'")
    tidy(sender)
    assert sender.work() == [], "an hour is left for what is just being done"
    console.sql("UPDATE dashboard.upload SET changed_at = now() - interval '2 hours'")
    tidy(sender)
    tidy(sender)
    assert sender.work() == ["uploads.check", "assets.derive"]
    assert sender.state(upload)["state"] == "stored"


def test_a_refused_file_that_was_not_removed_is_removed_later(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sender.send(SVG)
    monkeypatch.setattr(tasks, "clean", lambda *_: None)
    sender.work()
    assert sender.stored(sender.key(upload)) is not None
    monkeypatch.undo()
    tidy(sender)
    assert sender.stored(sender.key(upload)) is None
