"""A number of any length is no page, and no fault either: Python refuses to read one of 4,301 digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.consoles import FRAGMENT

if TYPE_CHECKING:
    from tests.consoles import Console

LONG = "9" * 5_000


def test_it_is_not_found_in_any_address(live_console: Console) -> None:
    faults = []
    for rule in live_console.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.arguments:
            continue
        with live_console.app.test_request_context():
            _, path = rule.build(dict.fromkeys(rule.arguments, 7)) or ("", "")
        for written in (LONG, f"user-{LONG}"):
            status = live_console.admin.get(path.replace("7", written)).status_code
            if status >= 500:
                faults.append(f"{rule}: {status}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "query",
    [LONG, *(f"{term}{LONG}" for term in ("id:", "id:1..", "user:", "recipe:", "cost:>", "-retries:"))],
)
def test_it_is_found_nowhere_or_marked_in_a_filter(live_console: Console, query: str) -> None:
    for path in ("/generations/", "/generations/facets", "/generations/count", "/palette"):
        answer = live_console.admin.get(path, query_string={"q": query}, headers=FRAGMENT)
        assert answer.status_code in {200, 422}


def test_a_command_about_it_is_refused(live_console: Console) -> None:
    for name, field in (("recipes.deactivate", "id"), ("samples.approve", "id"), ("assets.delete", "id")):
        answer = live_console.admin.get(f"/commands/{name}", query_string={field: LONG})
        assert answer.status_code in {200, 404, 422}
