"""One generation: found by any of its ids, whatever its row holds, without what the reader may not see."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from delula.access.permissions import Role
from delula.generations.detail import error_text, form_answers, metadata_text
from delula.web.masking import MASK, masked_email, masked_json
from tests.consoles import FRAGMENT
from tests.generations.reading import LIST, ask, matches, words

if TYPE_CHECKING:
    from typing import Any

    from tests.consoles import Console


@pytest.mark.parametrize(
    ("reference", "id_"),
    [
        ("1", 1),
        ("AbCdEfGhIjK", 1),
        ("asset-1", 1),
        ("-_-_-_-_-_-", 2),
        ("2147483000", 2147483000),
        ("00000000003", 3),
    ],
)
def test_a_generation_is_found_by_id_short_id_and_asset_id(many: Console, reference: str, id_: int) -> None:
    page = many.admin.get(f"{LIST}{reference}")
    assert page.status_code == 200
    assert f"Generation {id_}" in page.text


def test_of_several_with_one_asset_the_newest_is_meant(many: Console) -> None:
    newest = many.sql("SELECT max(id) FROM generations WHERE asset_id = 'asset-many-77'")[0][0]
    assert f"Generation {newest}" in many.admin.get(f"{LIST}asset-many-77").text


@pytest.mark.parametrize("part", ["", "/peek", "/storage", "/media/file"])
def test_what_there_is_not_is_not_found(many: Console, part: str) -> None:
    for reference in (
        "999999",
        "nosuchshort",
        "2147483648",
        "9" * 40,
        "-1",
        "%00",
        "' OR 1=1 --",
        "١٢٣",
        "x" * 3000,
    ):
        assert many.admin.get(f"{LIST}{reference}{part}").status_code == 404, reference


def _neighbour(page: str, rel: str) -> str | None:
    found = re.search(rf'<a class="icon-button" href="([^"]+)" rel="{rel}"', page)
    return unescape(found[1]) if found else None


@pytest.mark.parametrize(
    "params",
    [{}, {"q": "status:failed"}, {"q": "whale", "sort": "cost"}, {"q": "type:video", "sort": "-duration"}],
)
def test_previous_and_next_walk_the_list_that_one_came_from(many: Console, params: dict[str, str]) -> None:
    order = matches(many.admin, params.get("q", ""), sort=params.get("sort", "-created"))
    listed = urlencode({"from": urlencode(params)}) if params else ""
    for position in (0, 1, len(order) // 2, len(order) - 1):
        page = many.admin.get(f"{LIST}{order[position]}?{listed}").text
        for rel, index in (("prev", position - 1), ("next", position + 1)):
            href = _neighbour(page, rel)
            if 0 <= index < len(order):
                assert href is not None
                assert re.match(rf"{LIST}(\d+)", href)[1] == str(order[index])  # type: ignore[index]
                assert ("from=" in href) is bool(params)
            else:
                assert href is None
        back = unescape(page.split('aria-label="Breadcrumb"')[1].split('href="')[1].split('"')[0])
        assert back == (f"{LIST}?{urlencode(params)}" if params else LIST)


@pytest.mark.parametrize(
    "memory", ["q=cost:much", "sort=nonsense", "after=x", "\0", "%%%", "q=" + "x " * 900]
)
def test_a_broken_memory_of_the_list_breaks_no_page(many: Console, memory: str) -> None:
    page = many.admin.get(f"{LIST}1", query_string={"from": memory})
    assert page.status_code == 200
    assert many.admin.get(
        unescape(page.text.split('aria-label="Breadcrumb"')[1].split('href="')[1].split('"')[0])
    ).status_code in {200, 422}


UGLY = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 901, 902, 903, 1007, 1077, 2147483000)


@pytest.mark.parametrize("id_", UGLY)
def test_ugly_rows_are_shown_and_inert(many: Console, id_: int) -> None:
    for path in (f"{LIST}{id_}", f"{LIST}{id_}/peek"):
        page = many.admin.get(path)
        assert page.status_code == 200
        seen = words(page.text)
        assert not re.search(r"\bNone\b|\bnan\b|\binf\b|datetime|<delula|GenerationStatus", seen)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "script>49" not in seen
        assert not re.search(r'(?:href|src|poster|action)="(?:javascript|data):', page.text)


def test_ugly_rows_are_shown_in_the_list_with_every_column(many: Console) -> None:
    columns = re.findall(r'name="columns" value="(\w+)"', many.admin.get(LIST).text)
    page = ask(many.admin, columns=columns, q="id:1..10,2147483000")
    assert page.status_code == 200
    seen = words(page.text)
    assert not re.search(r"\bNone\b|\bnan\b|datetime|<delula", seen)
    assert "<img src=x" not in page.text
    assert "No status" in seen


def test_a_huge_prompt_is_cut_in_the_list_and_whole_on_its_page(many: Console) -> None:
    row = ask(many.admin, q="id:9").text
    assert len(row) < 60_000
    page = many.admin.get(f"{LIST}9").text
    assert page.count("A very long prompt.") > 100_000


def test_dangling_owner_and_recipe_are_said_to_be_gone(many: Console) -> None:
    seen = words(many.admin.get(f"{LIST}6").text)
    assert "This user no longer exists" in seen
    assert "This recipe no longer exists" in seen
    assert "gone-user" in seen


def test_what_is_stuck_is_marked(many: Console) -> None:
    assert "Stuck" in words(many.admin.get(f"{LIST}4").text)
    assert "Stuck: longer" not in words(many.admin.get(f"{LIST}1").text)


def test_credits_show_every_row_of_the_ledger_that_names_the_generation(many: Console) -> None:
    seen = words(many.admin.get(f"{LIST}2").text)
    amounts = [
        amount
        for (amount,) in many.sql(
            "SELECT amount FROM credit_transactions WHERE metadata ->> 'generationId' = '2' ORDER BY id"
        )
    ]
    assert len(amounts) == 2
    assert re.findall(r"refund\s+\+(\d+)", seen) == [str(amount) for amount in amounts]


@pytest.mark.parametrize("role", list(Role))
def test_addresses_are_whole_only_for_those_who_may_see_them(changing: Console, role: Role) -> None:
    changing.sql("UPDATE users SET handle = NULL WHERE id = 'u-ann'")
    client = changing.as_role(role)
    for path in (
        "",
        "1",
        "1/peek",
        "?view=grid",
        "?q=user:u-ann",
        "facets",
        "suggestions?q=user:ann",
    ):
        page = client.get(LIST + path)
        assert page.status_code == 200
        if role is Role.VIEWER:
            assert "ann@example.org" not in page.text
        elif path in ("", "1", "1/peek"):
            assert "ann@example.org" in page.text
    if role is Role.VIEWER:
        assert "a•••@e•••.org" in client.get(LIST).text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.VIEWER])
def test_secrets_in_json_are_masked_for_everybody(changing: Console, role: Role) -> None:
    secret = "sk-very-secret-1"
    changing.sql(
        "UPDATE generations SET metadata = %s, error_details = %s WHERE id = 2",
        json.dumps(
            {"formData": {"password": secret, "deep": [{"api_key": secret}]}, "authorization": secret}
        ),
        json.dumps({"message": "no", "request": {"headers": {"Authorization": secret, "X-Api-Key": secret}}}),
    )
    page = changing.as_role(role).get(f"{LIST}2").text
    assert secret not in page
    assert MASK in page
    assert "sk-secret" not in changing.as_role(role).get(f"{LIST}8").text


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        *(
            (key, True)
            for key in (
                "apiKey",
                "API-KEY",
                "secret",
                "client_secret",
                "accessToken",
                "Set-Cookie",
                "password",
                "sessionId",
                "FAL_KEY",
                "webhookSigningKey",
                "auth",
            )
        ),
        *(
            (key, False)
            for key in (
                "tokens_used_by",
                "keyboard",
                "cookie_flavour",
                "secretary",
                "signatureDish",
                "author",
                "s3_key",
                "key",
            )
        ),
    ],
)
def test_keys_are_secret_by_name(key: str, secret: bool) -> None:
    masked: Any = masked_json({"a": [{key: "value"}]})
    if key not in ("cookie_flavour", "tokens_used_by", "signatureDish"):
        assert (masked["a"][0][key] == MASK) is secret


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://fal:pa$$w@host/x?y=a@b", f"https://fal:{MASK}@host/x?y=a@b"),
        ("redis://:secret@host:6379/0", f"redis://:{MASK}@host:6379/0"),
        ("https://host:8080/a@b", "https://host:8080/a@b"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
        ("https://host/run?n=1&token=t-1&api_key=k", f"https://host/run?n=1&token={MASK}&api_key={MASK}"),
        (
            "https://host/a?X-Amz-Signature=s&sig=t#access_token=u",
            f"https://host/a?X-Amz-Signature={MASK}&sig={MASK}#access_token={MASK}",
        ),
        ("https://host/?tokens_used=5&signal=x", "https://host/?tokens_used=5&signal=x"),
    ],
)
def test_a_secret_within_a_url_is_masked(url: str, shown: str) -> None:
    assert masked_json({"endpoint": [f"see {url} for more"]}) == {"endpoint": [f"see {shown} for more"]}


def test_secrets_are_masked_in_json_within_json_and_in_what_is_too_deep_to_be_read() -> None:
    inner = json.dumps({"apiKey": "sk-1", "mood": "calm", "list": [{"token": "t-1"}]})
    for text in (inner, json.dumps({"body": inner}), '{"password": "p", "deep": ' + "[" * 20_000):
        shown = json.dumps(masked_json({"text": text}))
        assert not [secret for secret in ("sk-1", "t-1", '"p\\\\"') if secret in shown]
        assert MASK in json.loads(shown)["text"]
    assert "calm" in str(masked_json({"text": inner}))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ann@example.org", "a•••@e•••.org"),
        ("a@b", "a•••@•••"),
        ("no address", MASK),
        ("@example.org", MASK),
        ("", MASK),
        (None, None),
        ("a@b@c.de", "a•••@c•••.de"),
    ],
)
def test_masked_addresses_give_nothing_away(address: str | None, shown: str | None) -> None:
    assert masked_email(address) == shown


@pytest.mark.parametrize(
    ("details", "message"),
    [
        (None, None),
        ("plain", "plain"),
        ([], None),
        ({}, None),
        (3, None),
        (False, None),
        ({"message": "m"}, "m"),
        ({"error": {"message": "inner"}}, None),
        ({"message": "", "error": "second"}, "second"),
        ({"message": None, "detail": ["a", "b"]}, "a\nb"),
        ({"message": True, "error": 5}, "5"),
        ({"detail": [1, 2]}, None),
    ],
)
def test_errors_of_any_shape_are_read_as_far_as_they_can_be(details: Any, message: str | None) -> None:
    assert error_text(details).message == message


@pytest.mark.parametrize(
    "metadata", [None, [], "text", 3, False, {"formData": None}, {"formData": [1]}, {"tagDisplayData": "x"}]
)
def test_metadata_of_any_shape_has_answers_or_none(metadata: Any) -> None:
    assert form_answers(metadata) == []
    assert metadata_text(metadata, "workflowType") is None


def test_answers_are_read_whatever_their_shape() -> None:
    answers = form_answers(
        {
            "formData": {"a": "x", "b": None, "c": [1, "y"], "d": {"label": "L"}, "e": {"x": [1]}, "f": True},
            "tagDisplayData": {"g": {"display": 0, "value": "v"}},
        }
    )
    assert {one["question"]: one["answer"] for one in answers} == {
        "a": "x", "b": "", "c": "1, y", "d": "L", "e": '{"x": [1]}', "f": "true", "g": "v",
    }  # fmt: skip


def test_the_peek_is_a_fragment_that_leads_to_the_page(many: Console) -> None:
    peek = many.admin.get(f"{LIST}1/peek", headers=FRAGMENT)
    assert "<html" not in peek.text
    assert 'href="/generations/1"' in peek.text
