"""Eight moderators on one queue while web workers are killed: each item is decided once, none held by two."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
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
from delula.review.intake import take_in
from tests.consoles import client_of, dispose, settings_for
from tests.credits.test_chaos import SECRET, web

if TYPE_CHECKING:
    import subprocess

ITEMS, PEOPLE = int(os.environ.get("CHAOS_ITEMS", "2000")), 8
#: A worker lives for so many answers of all of them.
ANSWERS_BETWEEN = 30

ROWS = f"""
INSERT INTO user_assets (user_id, asset_id, original_filename, display_name, s3_key, cdn_url, mime_type,
    file_size, asset_type, source)
SELECT 'user-' || number % 50, 'asset-' || number, 'x.png', 'x', 'k', 'u', 'image/png', 1, 1, 1
FROM generate_series(1, {ITEMS}) number;
UPDATE dashboard.review_settings SET second_share = 0;
"""  # noqa: S608 - a number of this file


@dataclass
class Watch:
    """What the clients were told.

    Attributes:
        held: who was given an item, and has not yet had an answer about it.
        shared: items that were given to two.
        decided: items whose decision was confirmed, each as often as that.
        killed: workers so far.
    """

    held: dict[int, int] = field(default_factory=dict)
    shared: list[int] = field(default_factory=list)
    decided: Counter[int] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    killed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, item: int, person: int) -> None:
        """Note that somebody was given an item."""
        with self.lock:
            if self.held.setdefault(item, person) != person:
                self.shared.append(item)

    def end(self, item: int, *, decided: bool) -> None:
        """Note the answer about an item."""
        with self.lock:
            self.held.pop(item, None)
            self.decided[item] += decided


class Moderator:
    """Somebody at a browser of their own."""

    def __init__(self, number: int, port: int, cookie: str, watch: Watch) -> None:
        self.number, self.port, self.cookie, self.watch = number, port, cookie, watch
        self.chance = random.Random(number)  # noqa: S311 - to be repeated
        _, page = self.ask("GET", "/review/policies")
        found = re.search(r'name="csrf-token" content="([^"]*)"', page)
        assert found is not None
        self.token = unescape(found[1])

    def ask(self, method: str, path: str, **values: object) -> tuple[int, str]:
        """The status and the page; 0 where no answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        headers |= {"Accept": "application/json", "X-CSRFToken": getattr(self, "token", "")}
        try:
            connection.request(method, path, urlencode(values) if values else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            connection.close()

    def work(self) -> None:
        """Decide until nothing is left."""
        tab = f"tab-{self.number}"
        while True:
            status, page = self.ask("POST", "/review/ahead", tab=tab)
            with self.watch.lock:
                self.watch.statuses[status] += 1
            if status == 204:
                return
            found = re.search(r'data-review="(\d+)"', page)
            if found is None:
                time.sleep(0.2)
                continue
            item = int(found[1])
            self.watch.give(item, self.number)
            self.decide(item)

    def decide(self, item: int) -> None:
        """Decide about an item until there is an answer."""
        verdict = self.chance.choice(["approve", "reject", "blur"])
        while True:
            status, text = self.ask("POST", f"/review/{item}/decide", verdict=verdict, policy="sexual")
            with self.watch.lock:
                self.watch.statuses[status] += 1
            if status in {200, 409}:
                # A worker may have died between the decision and its answer: then it is this person's own.
                assert status == 200 or json.loads(text)["who"].startswith("moderator-"), text
                self.watch.end(item, decided=status == 200)
                return
            assert status in {0, 500, 502, 503}, (status, text)
            time.sleep(0.2)


def kill_workers(master: subprocess.Popen[bytes], watch: Watch, over: threading.Event) -> None:
    """Kill a web worker whenever so many more answers have come; another one takes its place."""
    chance = random.Random(0)  # noqa: S311 - to be repeated
    answered = 0
    while not over.wait(0.05):
        with watch.lock:
            now = sum(count for status, count in watch.statuses.items() if status)
        if now - answered < ANSWERS_BETWEEN:
            continue
        answered = now
        children = Path(f"/proc/{master.pid}/task/{master.pid}/children").read_text().split()
        if children:
            os.kill(int(chance.choice(children)), signal.SIGKILL)
            watch.killed += 1


@pytest.mark.slow
def test_every_item_is_decided_once_and_none_is_held_by_two_while_workers_die(
    migrated_url: str, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = create_app(settings_for(migrated_url, port=port, secret_key=SECRET))
    with psycopg.connect(migrated_url) as connection:
        connection.execute(ROWS)
    with app.app_context():
        take_in()
    watch, over, people = Watch(), threading.Event(), []
    with web(migrated_url, port, tmp_path / "web.log") as master:
        for number in range(PEOPLE):
            cookie = client_of(app, Role.MODERATOR).get_cookie(app.config["SESSION_COOKIE_NAME"])
            assert cookie is not None
            people.append(Moderator(number, port, f"{cookie.key}={cookie.value}", watch))
        threads = [threading.Thread(target=person.work) for person in people]
        breaker = threading.Thread(target=kill_workers, args=(master, watch, over))
        for thread in (*threads, breaker):
            thread.start()
        for thread in threads:
            thread.join()
        over.set()
        breaker.join()
    print(f"{watch.statuses}; {sum(watch.decided.values())} confirmed, {watch.killed} workers killed")
    assert watch.killed
    assert watch.shared == []
    assert max(watch.decided.values()) == 1
    with psycopg.connect(migrated_url) as connection:
        check(connection)
    with app.app_context():
        assert faults() == []
    dispose(app)


def check(connection: psycopg.Connection) -> None:
    """Hold the database to what must be so at the end."""
    for question, answer in {
        "SELECT count(*) FROM dashboard.review_item WHERE state IN ('approved', 'rejected')": (ITEMS,),
        "SELECT count(*), count(DISTINCT item_id) FROM dashboard.review_decision": (ITEMS, ITEMS),
        "SELECT count(*) FROM dashboard.audit_log WHERE action LIKE 'review.%'": (ITEMS,),
        "SELECT count(*) FROM dashboard.review_item item JOIN user_assets asset ON asset.id = item.object_id"
        " WHERE (item.state = 'rejected') <> coalesce(asset.is_deleted, false)": (0,),
    }.items():
        assert connection.execute(question).fetchall() == [answer], question
