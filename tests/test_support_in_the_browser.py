"""A day of support in a real browser: what is asked for, done, undone, waited for and cancelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from delula.access.permissions import Role
from delula.credits import reconcile
from delula.db import session
from tests.browsing import page_of, ready
from tests.consoles import console_on
from tests.jobs.working import COUNT
from tests.working import work_off

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.consoles import Console

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def console(make_database: Callable[..., str], migrated_template: str) -> Iterator[Console]:
    with console_on(make_database(migrated_template)) as console:
        console.sql("INSERT INTO users (id, email, credits) VALUES ('u', 'uma@example.com', 50)")
        console.sql(
            "INSERT INTO generations (user_id, prompt, status, credits_cost) VALUES ('u', 'p', 'failed', 5)"
        )
        yield console


def credits_of(console: Console) -> int:
    ((credits_,),) = console.sql("SELECT credits FROM users WHERE id = 'u'")
    return int(credits_)


def test_a_viewer_asks_for_an_address_and_the_log_says_so(chromium: Browser, console: Console) -> None:
    with page_of(chromium, console, Role.VIEWER) as page:
        page.goto("/users/u")
        assert "uma@example.com" not in page.content()
        page.get_by_role("link", name="Reveal e-mail address").click()
        page.locator(".form-actions button").click()
        expect(page.get_by_text("uma@example.com").first).to_be_visible()
    assert console.sql("SELECT object_id FROM dashboard.audit_log WHERE action = 'users.reveal_email'") == [
        ("u",)
    ]


def test_a_generation_is_retried_and_the_toast_takes_it_back(chromium: Browser, console: Console) -> None:
    with page_of(chromium, console, Role.SUPPORT) as page:
        page.goto("/generations/1")
        page.get_by_role("link", name="Retry").first.click()
        page.locator(".form-actions button").click()
        expect(page.get_by_role("button", name=re.compile("Undo")).first).to_be_visible()
        assert console.sql("SELECT status, retry_count FROM generations") == [("pending", 1)]
        ready(page)
        page.keyboard.press("z")
        expect(page.get_by_text("Undone").first).to_be_visible()
        assert console.sql("SELECT status, retry_count FROM generations") == [("failed", 0)]


def fill(page: Page, amount: str) -> None:
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=code]").select_option("outage")
    page.locator("[name=reason]").fill("They asked")


def test_a_form_of_credits_counts_once_however_often_it_is_sent(chromium: Browser, console: Console) -> None:
    before = credits_of(console)
    with page_of(chromium, console, Role.SUPPORT) as page:
        page.goto("/users/u")
        page.get_by_role("link", name="Adjust credits").first.click()
        page.wait_for_url("**/commands/credits.adjust?**key=**")
        other = page.context.new_page()
        other.goto(page.url)
        fill(page, "7")
        # Twice within one turn of the browser.
        page.locator(".form-actions button").first.dblclick(delay=1)
        page.wait_for_url(re.compile(r"/credits/operations/\d+"))
        assert credits_of(console) == before + 7
        # Once more after Back.
        page.go_back()
        page.wait_for_url("**/commands/credits.adjust?**")
        fill(page, "7")
        page.locator(".form-actions button").first.click()
        page.wait_for_url(re.compile(r"/credits/operations/\d+"))
        assert credits_of(console) == before + 7
        # The same form in another tab, with another amount: refused, and nothing is written.
        fill(other, "9")
        other.locator(".form-actions button").first.click()
        expect(other.get_by_text("This form was sent before, with other values")).to_be_visible()
        expect(other.locator("[name=amount]")).to_have_value("9")
        assert credits_of(console) == before + 7


def test_drift_is_shown_and_mended_where_accounts_are_reconciled(chromium: Browser, console: Console) -> None:
    with page_of(chromium, console, Role.ADMIN) as page:
        with console.app.app_context():  # the console sees the account
            reconcile.reconcile()
            session().remove()
        console.sql("UPDATE users SET credits = credits + 3 WHERE id = 'u'")
        before = credits_of(console)
        page.goto("/credits/reconcile")
        page.get_by_role("link", name="Check all accounts").click()
        page.locator(".form-actions button").click()
        page.wait_for_url("**/jobs/*")
        work_off(console.app)
        page.goto("/credits/reconcile")
        page.get_by_role("row").filter(has_text="+3").get_by_role("link", name="Accept").click()
        page.locator("[name=reason]").fill("A gift of the product")
        page.locator(".form-actions button").first.click()
        page.wait_for_url("**/credits/reconcile")
        assert credits_of(console) == before
        assert "No row explains" not in console.viewer.get("/users/u").text


def test_a_job_that_runs_shows_its_progress_and_is_cancelled_by_who_started_it(
    chromium: Browser, console: Console
) -> None:
    with page_of(chromium, console, Role.SUPPORT) as page:
        page.goto("/jobs/")
        expect(page.get_by_text("No worker runs").first).to_be_visible()
        with console.app.app_context():
            job = COUNT.defer({"to": 4}, ("user", "u"))
            session().commit()
            session().remove()
        console.sql("UPDATE jobs.procrastinate_jobs SET status = 'doing' WHERE id = %s", job)
        console.sql(
            "UPDATE dashboard.job_progress SET attempt = 1, done = 1, total = 4, updated_at = now(),"
            " began_at = now() - interval '10 s', asked_by ="
            " (SELECT email FROM dashboard.staff WHERE role = 'support') WHERE job_id = %s",
            job,
        )
        page.goto(f"/jobs/{job}")
        console.sql("UPDATE dashboard.job_progress SET done = 3 WHERE job_id = %s", job)
        expect(page.get_by_role("progressbar")).to_have_attribute("value", "3")
        page.get_by_role("link", name="Cancel the job").click()
        page.locator(".form-actions button").first.click()
        page.wait_for_url(f"**/jobs/{job}")
        assert console.sql("SELECT abort_requested FROM jobs.procrastinate_jobs WHERE id = %s", job) == [
            (True,)
        ]
