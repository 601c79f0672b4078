"""Credits under fire: many clients, workers killed, PostgreSQL stopped at once; and every balance adds up."""

from __future__ import annotations

import http.client
import itertools
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psycopg
import pytest

from delula import create_app
from delula.access.permissions import Role
from delula.commands.verify import faults
from delula.embedded.postgres import FIRST_DATABASE, Postgres
from delula.embedded.processes import wait_until
from delula.embedded.service import Lease
from tests.consoles import client_of, dispose, settings_for
from tests.migrating import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS, ACCOUNTS = 64, 50
#: A worker is killed every few seconds; one time in so many it is PostgreSQL that stops.
RESTART_EACH = 4
#: Before the next thing breaks, so much was done since the last one: a slow machine does it slowly.
DONE_BETWEEN = 20
OPERATIONS = int(os.environ.get("CHAOS_OPERATIONS", "10000"))
OPENING = 500
SECRET = "for-tests-only" * 3
ROOT = Path(__file__).parents[2]

ROWS = f"""
INSERT INTO users (id, handle, credits, account_type, last_credit_refresh)
SELECT 'user-' || number, 'user-' || number, CASE WHEN number % 5 = 0 THEN 3 ELSE {OPENING} END, 3,
    now() - interval '2 days' FROM generate_series(1, {ACCOUNTS}) number;
INSERT INTO generations (user_id, prompt, status, credits_cost)
SELECT 'user-' || 1 + number % {ACCOUNTS}, 'x', 'failed', 5 FROM generate_series(1, 4000) number;
UPDATE dashboard.credit_limit SET per_day = 1000000000;
"""  # noqa: S608 - numbers of this file


@dataclass
class Answers:
    """What the clients were told, by the key of each request: the address of its receipt, no, or nothing."""

    receipts: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Person:
    """A member of staff at a browser of their own."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        status, _, page = self.ask("GET", "/commands/credits.adjust?user_id=user-1&key=first")
        found = re.search(r'name="csrf_token"\s+value="([^"]*)"', page)
        if found is None:
            raise ConnectionError(f"no form, but {status}")
        self.token = unescape(found[1])

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        """The status, where it leads, and the page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location") or "", answer.read().decode()
        finally:
            connection.close()

    def send(self, name: str, key: str, answers: Answers, chance: random.Random, **values: object) -> None:
        """Send a form until it is answered, or give up on the way as people do."""
        form = urlencode({"csrf_token": self.token, "key": key, "reason": "chaos", **values})
        for _ in range(40):
            try:
                status, location, _ = self.ask("POST", f"/commands/{name}", form)
            except (OSError, http.client.HTTPException):
                status, location = 0, ""
            with answers.lock:
                answers.statuses[status] += 1
                answers.unknown.discard(key)
                if status == 303:
                    answers.receipts[key] = location
                    return
                if status in {409, 422}:
                    answers.refused.add(key)
                    return
                assert status in {0, 503}, status
                answers.unknown.add(key)
            if chance.random() < 0.1:
                return
            time.sleep(0.2)


def work(number: int, person: Person | None, url: str, answers: Answers) -> None:
    """What one client does: a member of staff, or the product where there is none."""
    chance = random.Random(number)  # noqa: S311 - to be repeated
    for turn in range(OPERATIONS // CLIENTS + 1):
        user = f"user-{chance.randint(1, ACCOUNTS)}"
        generation = chance.randint(1, 4000)
        if person is None:
            write_as_product(url, user, generation, refunds=chance.random() < 0.3)
            time.sleep(0.3)  # or the product would be done before anything breaks
            continue
        key = f"{number}-{turn}"
        pick = chance.random()
        if pick < 0.55:
            amount = chance.choice([-60, -20, -5, 5, 20, 60])
            person.send("credits.adjust", key, answers, chance, user_id=user, amount=amount, code="test")
        elif pick < 0.75:
            person.send("credits.refund", key, answers, chance, generation_id=generation)
        elif pick < 0.9:
            with answers.lock:
                done = list(answers.receipts.values())[-200:]
            if done:
                operation = chance.choice(done).rpartition("/")[2]
                person.send("credits.reverse", key, answers, chance, operation_id=operation)
        else:
            person.send("credits.refresh", key, answers, chance, user_id=user)


def write_as_product(url: str, user: str, generation: int, *, refunds: bool) -> None:
    """Spend, or refund a failed generation, each in one transaction; what breaks off never was."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            if refunds:
                row = connection.execute(
                    "UPDATE generations SET credits_refunded = true, refunded_at = now() WHERE id = %s"
                    " AND status = 'failed' AND NOT credits_refunded RETURNING user_id",
                    (generation,),
                ).fetchone()
                if row is None:
                    return
                user, amount, kind = row[0], 5, "refund"
            else:
                amount, kind = -3, "usage"
            changed = connection.execute(
                "UPDATE users SET credits = credits + %s WHERE id = %s AND credits + %s >= 0 RETURNING 1",
                (amount, user, amount),
            ).fetchone()
            if changed:
                connection.execute(
                    "INSERT INTO credit_transactions (user_id, amount, type, description, metadata)"
                    " VALUES (%s, %s, %s, 'x', jsonb_build_object('generationId', %s::integer))",
                    (user, amount, kind, generation if refunds else None),
                )
    except psycopg.Error:
        time.sleep(0.2)


def break_things(
    master: subprocess.Popen[bytes], lease: Lease, server: Postgres, answers: Answers, over: threading.Event
) -> None:
    """Kill a worker every now and then, and stop PostgreSQL at once; both come back."""
    chance = random.Random(0)  # noqa: S311 - to be repeated
    for number in itertools.count():
        enough = len(answers.receipts) + DONE_BETWEEN
        if over.wait(chance.uniform(3, 6)):
            return
        while len(answers.receipts) < enough:
            if over.wait(0.2):
                return
        if number % RESTART_EACH == 1:
            before = server.read_state().child
            assert before is not None
            os.kill(before, signal.SIGQUIT)

            def is_back(before: int = before) -> bool:
                lease.begin()
                return server.read_state().child != before

            assert wait_until(is_back, 300)
        else:
            children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
            if children:
                os.kill(int(chance.choice(children)), signal.SIGKILL)


@contextmanager
def web(url: str, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """gunicorn as it is run everywhere, on a database."""
    environment = {
        **os.environ,
        "DELULA_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET,
        "PORT": str(port),
        "WEB_CONCURRENCY": "3",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"]
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603 - ours
            command, cwd=ROOT, env=environment, stdout=output, stderr=output
        ) as master,
    ):
        try:

            def answers() -> bool:
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0

            assert wait_until(answers, 300), log.read_text()
            yield master
        finally:
            master.terminate()
            master.wait(60)


@pytest.mark.slow
def test_every_balance_adds_up_whatever_breaks(tmp_path: Path) -> None:
    server, answers, over = Postgres(tmp_path / "postgres", durable=True), Answers(), threading.Event()
    with Lease(server) as lease:
        url = server.address(lease.ports()[0], FIRST_DATABASE)
        upgrade(url)
        with psycopg.connect(url) as connection:
            connection.execute(ROWS)
            opening = dict(connection.execute("SELECT id, credits FROM users").fetchall())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app = create_app(settings_for(url, port=port, secret_key=SECRET))
        cookies = []
        for role in (Role.SUPPORT, Role.ADMIN, Role.SUPPORT):
            cookie = client_of(app, role).get_cookie(app.config["SESSION_COOKIE_NAME"])
            assert cookie is not None
            cookies.append(f"{cookie.key}={cookie.value}")
        with web(url, port, tmp_path / "web.log") as master:
            staff = [Person(port, cookie) for cookie in cookies]
            clients = [
                threading.Thread(
                    target=work, args=(number, staff[number % 3] if number % 4 else None, url, answers)
                )
                for number in range(CLIENTS)
            ]
            breaker = threading.Thread(target=break_things, args=(master, lease, server, answers, over))
            for thread in (*clients, breaker):
                thread.start()
            for thread in clients:
                thread.join()
            over.set()
            breaker.join()
        print(f"{answers.statuses}; {len(answers.receipts)} receipts, {len(answers.unknown)} open")
        assert len(answers.receipts) > OPERATIONS / 10
        with psycopg.connect(url) as connection:
            check(connection, opening, answers)
        with app.app_context():
            assert faults() == []
        dispose(app)


def check(connection: psycopg.Connection, opening: dict[str, int], answers: Answers) -> None:
    """Hold the database against what the clients were told."""
    sums = dict(
        connection.execute("SELECT user_id, sum(amount) FROM credit_transactions GROUP BY 1").fetchall()
    )
    for user, balance in connection.execute("SELECT id, credits FROM users"):
        assert balance == opening[user] + sums.get(user, 0), user
        assert balance >= 0, user
    operations = {
        key.partition(":")[2]: number
        for key, number in connection.execute(
            "SELECT key, id FROM dashboard.credit_operation WHERE kind <> 'refresh'"
        )
    }
    refreshes = {
        number
        for (number,) in connection.execute(
            "SELECT id FROM dashboard.credit_operation WHERE kind = 'refresh'"
        )
    }
    for key, location in answers.receipts.items():
        number = int(location.rpartition("/")[2])
        assert operations.get(key) == number or number in refreshes, key
    assert not answers.refused & set(operations)
    assert set(operations) <= set(answers.receipts) | answers.unknown
    ((wrong,),) = connection.execute(
        "SELECT count(*) FROM dashboard.credit_operation one LEFT JOIN credit_transactions row"
        " ON row.id = one.ledger_id AND row.amount = one.amount AND row.user_id = one.user_id"
        " LEFT JOIN dashboard.audit_log entry ON entry.id = one.entry_id"
        " WHERE row.id IS NULL OR entry.id IS NULL"
    ).fetchall()
    assert wrong == 0
    assert not connection.execute(
        "SELECT 1 FROM credit_transactions WHERE type = 'refund'"
        " GROUP BY metadata ->> 'generationId' HAVING count(*) > 1"
    ).fetchall()
    entries, done = connection.execute(
        "SELECT (SELECT count(*) FROM dashboard.audit_log WHERE action LIKE 'credits.%'),"
        " (SELECT count(*) FROM dashboard.credit_operation)"
    ).fetchone() or (0, 0)
    assert entries == done
