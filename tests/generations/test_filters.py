"""Every field of the filter: exactly the rows of SQL written by hand, or a 422 that marks the term."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from delula.generations.listing import FIELDS
from tests.generations.reading import LIST, ask, ids, matches
from tests.thinning import some

if TYPE_CHECKING:
    from tests.consoles import Console

SECONDS = """CASE WHEN status IN ('completed', 'failed')
                       AND isfinite(updated_at) AND isfinite(processing_started_at)
                  THEN EXTRACT(epoch FROM updated_at - processing_started_at) END"""
WAITED = """CASE WHEN isfinite(created_at) AND isfinite(processing_started_at)
                 THEN EXTRACT(epoch FROM processing_started_at - created_at) END"""
MAKER = """(SELECT nullif(CASE type WHEN 'video' THEN r.video_provider ELSE r.image_provider END, '')
            FROM recipes r WHERE r.id = generations.recipe_id)"""
ANSWER = "metadata #>> '{formData,style}'"

#: What is typed, and the condition that it must mean.
MEANINGS = {
    "id:1001": "id = 1001",
    "id:>1300": "id > 1300",
    "id:1..9": "id BETWEEN 1 AND 9",
    "id:1,3,5": "id IN (1, 3, 5)",
    "id:2147483000": "id = 2147483000",
    "id:-1": "false",
    "-id:<1300": "id >= 1300",
    "short:-_-_-_-_-_-": "short_id = '-_-_-_-_-_-'",
    "short:AbCdEfGhIjK": "short_id = 'AbCdEfGhIjK'",
    "short:abcdefghijk": "false",
    "short:short-0000*": r"short_id LIKE 'short-0000%'",
    "short:none": "coalesce(short_id, '') = ''",
    "short:any": "short_id <> ''",
    "asset:asset-1": "asset_id = 'asset-1'",
    'asset:"<b>x</b>"': "asset_id = '<b>x</b>'",
    "asset:asset-many-*": "asset_id LIKE 'asset-many-%'",
    'asset:""': "asset_id = ''",
    "asset:none": "coalesce(asset_id, '') = ''",
    "-asset:none": "asset_id <> ''",
    "prompt:none": "prompt = ''",
    "job:job-many-7": "fal_job_id = 'job-many-7'",
    "job:none": "coalesce(fal_job_id, '') = ''",
    "user:u-ann": "user_id = 'u-ann'",
    "user:ANN@example.org": "user_id = 'u-ann'",
    "user:ann": "user_id = 'u-ann'",
    "user:upper@example.org": "user_id = 'u-unknown-types'",
    "user:Ünïcödé": "user_id = 'u-unknown-types'",
    "user:gone-user": "user_id = 'gone-user'",
    'user:"u <script>alert(1)</script>"': "user_id = 'u <script>alert(1)</script>'",
    "user:ann,gone-user": "user_id IN ('u-ann', 'gone-user')",
    "-user:ann": "user_id <> 'u-ann'",
    "user:nobody": "false",
    "recipe:lava-food-asmr": "recipe_id = 1",
    'recipe:"Lava Food ASMR"': "recipe_id = 1",
    "recipe:1": "recipe_id = 1",
    "recipe:object": "recipe_id IN (3, 4)",
    "recipe:999": "recipe_id = 999",
    "recipe:none": "recipe_id IS NULL",
    "-recipe:1": "recipe_id IS DISTINCT FROM 1",
    "status:failed": "status = 'failed'",
    "status:completed": "status = 'completed'",
    "status:COMPLETED": "status = 'COMPLETED'",
    "status:cancelled": "status = 'cancelled'",
    'status:""': "status = ''",
    "status:none": "status = ''",
    "status:failed,pending": "status IN ('failed', 'pending')",
    "-status:completed": "status <> 'completed'",
    "type:video": "type = 'video'",
    "type:hologram": "type = 'hologram'",
    "-type:video,image": "type NOT IN ('video', 'image')",
    "origin:user": "metadata ->> 'request_origin' = 'user'",
    "origin:backlog": "metadata ->> 'request_origin' = 'backlog'",
    "origin:none": "metadata ->> 'request_origin' IS NULL",
    "-origin:user": "metadata ->> 'request_origin' IS DISTINCT FROM 'user'",
    "workflow:text_to_video": "metadata ->> 'workflowType' = 'text_to_video'",
    "workflow:unheard_of": "metadata ->> 'workflowType' = 'unheard_of'",
    "created:2026-02-05": "created_at >= '2026-02-05' AND created_at < '2026-02-06'",
    "created:2026-02": "created_at >= '2026-02-01' AND created_at < '2026-03-01'",
    "created:2026-02-05..2026-02-07": "created_at >= '2026-02-05' AND created_at < '2026-02-08'",
    "created:>2026-04-01": "created_at >= '2026-04-02'",
    "created:>=2026-04-01": "created_at >= '2026-04-01'",
    "created:<2026-02-03": "created_at < '2026-02-03'",
    "created:>1h": "created_at >= now() at time zone 'utc' - interval '1 hour'",
    "created:none": "created_at IS NULL",
    "-created:2026": "created_at IS NULL OR created_at < '2026-01-01' OR created_at >= '2027-01-01'",
    "updated:2026-02-05T10": "updated_at >= '2026-02-05 10:00' AND updated_at < '2026-02-05 11:00'",
    "updated:none": "updated_at IS NULL",
    "started:2026-03": "processing_started_at >= '2026-03-01' AND processing_started_at < '2026-04-01'",
    "started:none": "processing_started_at IS NULL",
    "duration:>1m": f"{SECONDS} > 60",
    "duration:100s": f"{SECONDS} >= 100 AND {SECONDS} < 101",
    "duration:1m..2m": f"{SECONDS} >= 60 AND {SECONDS} <= 120",
    "duration:none": f"{SECONDS} IS NULL",
    "cost:5": "credits_cost = 5",
    "cost:>=10": "credits_cost >= 10",
    "cost:<0": "credits_cost < 0",
    "cost:none": "credits_cost IS NULL",
    "-cost:5": "credits_cost IS DISTINCT FROM 5",
    "cost:2147483647": "credits_cost = 2147483647",
    "refunded:yes": "credits_refunded",
    "refunded:no": "NOT credits_refunded",
    "is:refunded": "credits_refunded",
    "-is:refunded": "NOT credits_refunded",
    "retries:2": "retry_count = 2",
    "retries:<0": "retry_count < 0",
    "public:yes": "is_public",
    "published:true": "is_published",
    "error:yes": "failure_reason <> '' OR error_details IS NOT NULL",
    "has:error": "failure_reason <> '' OR error_details IS NOT NULL",
    "error:no": "coalesce(failure_reason, '') = '' AND error_details IS NULL",
    "reason:timeout": "failure_reason ILIKE '%timeout%'",
    "reason:100%": r"failure_reason ILIKE '%100\%%'",
    "reason:none": "coalesce(failure_reason, '') = ''",
    'message:"Timeout of the provider"': "failure_reason = 'Timeout of the provider'",
    'message:"NSFW content, 100%"': "failure_reason = 'NSFW content, 100%'",
    "message:none": "coalesce(failure_reason, '') = ''",
    "provider:NOBODY": "false",
    "provider:none": f"coalesce(({MAKER}), '') = ''",
    "provider:FAL status:failed": f"lower({MAKER}) = 'fal' AND status = 'failed'",
    "wait:>=0s": f"{WAITED} >= 0",
    "wait:1h..2h": f"{WAITED} BETWEEN 3600 AND 7200",
    "wait:none": f"{WAITED} IS NULL",
    "jobstatus:FAILED": "fal_job_status = 'FAILED'",
    "jobstatus:ODD": "fal_job_status = 'ODD'",
    "meta.formData.style:neon": f"{ANSWER} = 'neon'",
    "-meta.formData.style:neon": f"{ANSWER} IS DISTINCT FROM 'neon'",
    "meta.formData.level:3": "metadata #> '{formData,level}' = '3'",
    "meta.formData.level:>2": (
        "jsonb_typeof(metadata #> '{formData,level}') = 'number'"
        " AND (metadata #>> '{formData,level}')::int > 2"
    ),
    "meta.formData.tags:a": "metadata #> '{formData,tags}' @> '[\"a\"]'",
    "meta.isInstant:true": "metadata -> 'isInstant' = 'true'",
    "meta.formData.nowhere:1": "false",
    "whale": "prompt ~* '\\mwhales?\\M'",
    '"blue whale"': "prompt ~* '\\mblue whale\\M'",
    "blue whales": "prompt ~* '\\mwhales?\\M' AND prompt ~* '\\mblue\\M'",
    "-whale": "prompt !~* '\\mwhales?\\M'",
    "prompt:wha*": "prompt ~* '\\mwha'",
    "zyzzyva": "false",
    "status:failed recipe:2 cost:>0": "status = 'failed' AND recipe_id = 2 AND credits_cost > 0",
    "whale status:completed -user:ann": (
        "prompt ~* '\\mwhales?\\M' AND status = 'completed' AND user_id <> 'u-ann'"
    ),
    "type:video meta.formData.style:neon is:public": f"type = 'video' AND {ANSWER} = 'neon' AND is_public",
}


def test_every_field_is_tried() -> None:
    tried = {re.split(r"[.:]", query.lstrip("-"))[0] for query in MEANINGS if ":" in query}
    assert set(FIELDS.names) <= tried


@pytest.mark.parametrize("query", some(MEANINGS, 60))
def test_a_filter_finds_what_sql_finds_in_the_lists_order(many: Console, query: str) -> None:
    where = MEANINGS[query]
    expected = many.sql(
        f"SELECT id FROM generations WHERE {where} ORDER BY created_at DESC NULLS LAST, id DESC"  # noqa: S608 - our own
    )
    assert matches(many.admin, query) == [id_ for (id_,) in expected]


#: What cannot be run, and words of the sentence that says so.
PROBLEMS = {
    "id:abc": "whole number",
    "id:99999999999999999999": "whole number from",
    "id:5..1": "",
    "id:1.5": "whole number",
    "user:a*": "without",
    "recipe:no-such-recipe": "",
    "created:yesteryear": "date or an age",
    "created:2026-02-30": "no such",
    "created:0000-01-01": "year",
    "created:99999999y": "",
    "duration:long": "",
    "duration:9999999999999d": "hundred years",
    "cost:much": "whole number",
    "cost:>none": "",
    "refunded:perhaps": "yes or no",
    "is:status": "",
    "has:nothing": "",
    "meta:x": "path",
    "staus:failed": "",
    "nonsense:1": "",
    'status:"open': "",
    'prompt:"': "",
    "status:": "",
    "whale*fish": "end of a word",
    "((": "",
}


@pytest.mark.parametrize("query", PROBLEMS)
def test_a_term_that_cannot_be_run_is_marked_and_no_rows_are_shown(many: Console, query: str) -> None:
    page = ask(many.admin, q=query)
    assert page.status_code == 422
    assert ids(page) == []
    marked = [
        unescape(term) for term in re.findall(r'<mark class="problem-term"><bdi>(.*?)</bdi>', page.text)
    ]
    assert marked
    assert all(term in query for term in marked)
    assert PROBLEMS[query] in unescape(page.text)


def test_a_misspelt_field_is_suggested_by_a_link_that_works(many: Console) -> None:
    page = ask(many.admin, q="staus:failed cost:5")
    found = re.search(r'<a class="link" href="([^"]+)">Use <span class="mono">(.*?)</span>', page.text)
    assert found
    assert found[2] == "status:failed"
    corrected = many.admin.get(unescape(found[1]))
    assert corrected.status_code == 200
    assert ids(corrected) == matches(many.admin, "status:failed cost:5")[:50]


ABSURD = (
    "'; DROP TABLE generations; --",
    "status:'; DROP TABLE generations; --",
    "%(id)s %s {} {{7*7}} $1 :id",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\0",
    "\ud83d",
    "\u202e\u0000\x1b[31m",
    "x" * 1999,
    "x " * 900,
    "status:failed " * 140,
    "-" * 1000,
    '"' * 999,
    "(" * 1000,
    "a:b:c:d:e",
    "..",
    "id:" + "9" * 1500,
    "meta." + "a." * 700 + "b:1",
    'meta."] ? (@ == 1)":1',
    "created:>" + "9" * 500 + "d",
    "🐳" * 400,
    "prompt:'a' & !'b' | ('c':*)",
    "user:" + "@" * 500,
    "ﷺ" * 300,
)


@pytest.mark.parametrize("endpoint", ["", "count", "facets", "live", "suggestions"])
def test_absurd_filters_get_rows_or_a_422_everywhere(many: Console, endpoint: str) -> None:
    for query in ABSURD:
        page = ask(many.admin, LIST + endpoint, q=query.encode("utf-8", "surrogatepass"))  # type: ignore[arg-type]
        assert page.status_code in {200, 422}, (query[:60], page.status_code)
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    assert many.sql("SELECT count(*) > 300 FROM generations") == [(True,)]


@pytest.mark.parametrize("endpoint", ["count", "facets", "live"])
def test_a_fragment_about_a_filter_with_a_problem_refuses_it_by_name(many: Console, endpoint: str) -> None:
    page = ask(many.admin, LIST + endpoint, q="cost:much")
    assert page.status_code == 422
    assert "cost" in page.headers["HX-Trigger"]


def test_the_custom_range_becomes_part_of_the_filter(many: Console) -> None:
    client = many.admin
    answer = client.get(
        LIST, query_string={"q": "status:failed", "from": "2026-02-05", "to": "2026-02-07", "sort": "cost"}
    )
    assert answer.status_code == 302
    page = client.get(answer.location)
    expected = many.sql(
        "SELECT id FROM generations WHERE status = 'failed' AND created_at >= '2026-02-05'"
        " AND created_at < '2026-02-08' ORDER BY credits_cost NULLS LAST, id"
    )
    assert ids(page) == [id_ for (id_,) in expected]
    assert expected


@pytest.mark.parametrize(
    ("name", "value"), [("from", "yesterday"), ("to", "2026-02-30"), ("from", "\0"), ("to", "x" * 999)]
)
def test_a_custom_range_that_is_no_date_is_refused_by_name(many: Console, name: str, value: str) -> None:
    page = many.admin.get(LIST, query_string={name: value})
    assert page.status_code == 422
    assert f"{name}: takes a date" in page.text


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("address", ["ann@example.org", "ANN@example.org", "nobody@example.org", "@"])
def test_who_does_not_see_addresses_cannot_find_out_whether_one_exists(
    many: Console, address: str, sign: str
) -> None:
    answers = [
        ask(many.viewer, path, q=f"{sign}user:{address}") for path in (LIST, LIST + "count", LIST + "facets")
    ]
    assert {answer.status_code for answer in answers} == {422}
    listed = unescape(answers[0].text)
    assert "Your role does not see e-mail addresses" in listed
    assert "u-ann" not in listed
    assert ids(answers[0]) == []


def test_who_does_not_see_addresses_finds_users_by_id_and_handle(many: Console) -> None:
    for name in ("u-ann", "ann", "gone-user", "Ünïcödé"):
        assert matches(many.viewer, f"user:{name}") == matches(many.admin, f"user:{name}")
    assert matches(many.viewer, "user:nobody") == []


def test_who_does_not_see_addresses_learns_nothing_by_the_way_from_a_list_to_a_page(many: Console) -> None:
    for address in ("ann@example.org", "nobody@example.org"):
        page = many.viewer.get(LIST + "1", query_string={"from": f"q=user:{address}"})
        assert page.status_code == 200
        assert 'rel="next"' not in page.text


def test_who_bears_a_name_as_id_has_it_alone(changing: Console) -> None:
    changing.sql("UPDATE users SET handle = 'u-ann' WHERE id = 'u-guest'")
    expected = [id_ for (id_,) in changing.sql("SELECT id FROM generations WHERE user_id = 'u-ann'")]
    for client in (changing.admin, changing.viewer):
        assert sorted(matches(client, "user:u-ann")) == expected
