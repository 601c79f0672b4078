"""The accounts: who they are, when they came and how busy they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from delula.demo.pieces import DAY_MS, Block, Column, Ints, Mask, mixed, moment, rows_block, uuids
from delula.demo.plan import QUEUE_MS, Plan

SYSTEM, GUEST, REGISTERED = 1, 2, 3
USER, TEST, ADMIN = 1, 2, 3
#: Ids of all other demo accounts are UUIDs of version 8 whose third group is this: how we know our own.
ID_GROUP = "8de1"
BACKLOG, LIBRARY = "system_backlog", "system_library"
SYSTEM_ACCOUNTS = (BACKLOG, LIBRARY, "system_cron")
#: Row number of the account that owns the backlog.
BACKLOG_PERSON = 0
STAFF = (
    ("Ines", "Carvalho", ADMIN),
    ("Jonas", "Weber", ADMIN),
    ("Tess", "Tester", TEST),
    ("Quentin", "Ashe", TEST),
)

FIRST_NAMES = (  # noqa: SIM905 - a list of so many quoted names is harder to read
    "Amara Mateo Yuki Priya Liam Chloé Nikolai Fatima Sofia Diego Hana Oluwaseun Emma Noah Mei Arjun Zoë "
    "Luca Ayşe Kofi Elif Björn Camila Ravi Ingrid Tariq Anya Pablo Freya Kwame Leila Hugo Mina Andrzej "
    "Nia Jorge Signe Omar Clara Ivan Sakura Théo Marta Samir Lucía Finn Aisha Victor Maren Dmitri Rosa "
    "Kenji Olivia Ahmed Julia Bao Greta Malik Elena Oscar Thandi Paul Noor Adrián Linnea Felix Zainab "
    "Marco Ida Chen Nora Rafael Lin Stefan Amina George Vera Tomás Aoife Bilal Johanna Emeka Sara Milan "
    "Grace Hassan Wren Anders Pilar Ezra Renata Jun Astrid Salma Gabriel Mira 娜 明 محمد ليلى Ольга Юрий "
    "さくら 민준"
).split()
LAST_NAMES = (  # noqa: SIM905 - a list of so many quoted names is harder to read
    "Okafor García Tanaka Sharma Murphy Dubois Petrov Hassan Rossi Fernández Sato Adeyemi Schmidt "
    "Johansson Wang Patel Visser Bianchi Yilmaz Mensah Demir Lindqvist Silva Iyer Haugen Aziz Volkova "
    "Ortiz Nielsen Boateng Rahimi Laurent Park Kowalski Wanjiru Castillo Berg Farouk Hoffmann Novak "
    "Yamamoto Moreau Wójcik Haddad Torres O'Brien Diallo Popa Larsen Sokolov Romero Ito Thompson Mansour "
    "Fischer Nguyen Keller Osei Marino Virtanen Dlamini Becker Karim Vega Eriksson Wagner Bello Conti "
    "Holm Liu Jansen Costa Zhao Horvat Suleiman Clarke Kuznetsova Pereira Kelly Malik Brandt Eze Lopes "
    "Jovanović Bennett Qureshi Sparrow Dahl Moreno Steiner Ribeiro Kim Sandberg Najjar Duarte 李 王 الحسن "
    "Иванова 鈴木 김"
).split()
MAIL_HOSTS = ("example.com", "example.org", "example.net", "mail.example", "post.example", "studio.example")
COLUMNS = (
    "id, email, first_name, last_name, profile_image_url, credits, created_at, updated_at, handle, "
    "session_token, "
    "last_seen_at, password_hash, oauth_provider, is_ephemeral, can_upgrade_to_registered, "
    "last_credit_refresh, "
    "account_type, access_role, first_visit_at"
)


@dataclass(frozen=True)
class People:
    """All accounts, in the order in which they came; the first ones are the system's and the testers'.

    Attributes:
        ids: account ids.
        joined: milliseconds since 1970.
        kind: values of `users.account_type`.
        deleted: accounts whose row is gone while their traces remain.
    """

    ids: Column
    joined: Ints
    kind: Ints
    deleted: Mask
    _weight: npt.NDArray[np.float64]

    @classmethod
    def of(cls, plan: Plan) -> People:
        """The accounts of a plan."""
        rng = plan.rng("people")
        count = plan.people
        named = len(SYSTEM_ACCOUNTS) + len(STAFF)
        place = (np.arange(count) + rng.random(count)) / count
        joined = plan.start_ms + (place ** (1 / 1.5) * (plan.until_ms - plan.start_ms - QUEUE_MS)).astype(
            np.int64
        )
        # Somebody has to be there on the first day.
        joined[: max(named, count // 40)] = plan.start_ms - np.int64(30 * DAY_MS)
        kind = np.where(rng.random(count) < 0.42, GUEST, REGISTERED)
        kind[: len(SYSTEM_ACCOUNTS)] = SYSTEM
        kind[len(SYSTEM_ACCOUNTS) : named] = REGISTERED
        weight = rng.lognormal(0, 1.35, count) * np.where(kind == GUEST, 0.35, 1.0)
        weight[: len(SYSTEM_ACCOUNTS)] = 0
        deleted = rng.random(count) < 0.006
        deleted[:named] = False
        deleted[named + 3] = True
        ids = uuids(
            mixed(np.arange(count), plan.salt("people")),
            mixed(np.arange(count), plan.salt("people, low")),
            ID_GROUP,
        )
        ids[: len(SYSTEM_ACCOUNTS)] = SYSTEM_ACCOUNTS
        return cls(ids, joined, kind, deleted, np.cumsum(weight))

    def pick(self, moments: Ints, rng: np.random.Generator) -> Ints:
        """Who is active at each moment: somebody who is there already, often one who came lately."""
        here = np.searchsorted(self.joined, moments, side="right") - 1
        lately = np.searchsorted(self.joined, moments - np.int64(45 * DAY_MS), side="right") - 1
        known = (rng.random(len(moments)) < 0.55) & (lately >= 0)
        low = np.where(known, self._weight[lately], 0.0)
        target = low + rng.random(len(moments)) * (self._weight[here] - low)
        picked = np.searchsorted(self._weight, target, side="right")
        return np.clip(picked, len(SYSTEM_ACCOUNTS), here)

    def block(self, plan: Plan, balances: list[int], refreshed: list[int], seen: Ints) -> Block:
        """The rows of `users`.

        Args:
            plan: what is made.
            balances: credits of each account.
            refreshed: when each had its last daily refresh, milliseconds; 0 for never.
            seen: when each was last active, milliseconds; 0 for not since it came.
        """
        rng = plan.rng("people rows")
        count = len(self.ids)
        first, last = rng.integers(len(FIRST_NAMES), size=count), rng.integers(len(LAST_NAMES), size=count)
        dice = rng.random((count, 6))
        hashes = mixed(np.arange(count), plan.salt("passwords"))
        rows: list[list[object]] = []
        for index in np.flatnonzero(~self.deleted).tolist():
            kind = int(self.kind[index])
            joined = moment(int(self.joined[index]))
            row: dict[str, object] = dict.fromkeys(COLUMNS.split(", "))
            row |= {
                "id": self.ids[index],
                "credits": balances[index],
                "created_at": joined,
                "updated_at": moment(max(int(seen[index]), int(self.joined[index]))),
                "last_seen_at": moment(max(int(seen[index]), int(self.joined[index]))),
                "first_visit_at": joined - timedelta(minutes=float(dice[index, 0]) * 90),
                "last_credit_refresh": moment(refreshed[index]) if refreshed[index] else joined,
                "account_type": kind,
                "access_role": USER,
                "is_ephemeral": kind == GUEST,
                "can_upgrade_to_registered": kind == GUEST,
            }
            if kind == SYSTEM:
                row |= {"handle": self.ids[index], "first_name": "System", "last_credit_refresh": None}
                row["last_name"] = str(self.ids[index]).removeprefix("system_").capitalize()
            elif kind == GUEST:
                row["session_token"] = f"guest_{int(hashes[index]):016x}"
            else:
                row |= _registered(
                    FIRST_NAMES[first[index]], LAST_NAMES[last[index]], index, dice[index], int(hashes[index])
                )
            staff = index - len(SYSTEM_ACCOUNTS)
            if 0 <= staff < len(STAFF):
                given, family, role = STAFF[staff]
                row |= _registered(given, family, index, np.zeros(6), int(hashes[index])) | {
                    "access_role": role
                }
            rows.append(list(row.values()))
        return rows_block("users", COLUMNS, rows)


def _registered(
    first: str, last: str, index: int, dice: npt.NDArray[np.float64], secret: int
) -> dict[str, object]:
    """What only registered people have."""
    plain = f"{first}.{last}".lower().replace("'", "")
    stem = plain if plain.isascii() else f"user{index}"
    signed = ("google", "apple", "replit")[int(dice[1] * 3)] if dice[2] < 0.55 else None
    return {
        "first_name": first,
        "last_name": None if dice[3] > 0.93 else last,
        "email": f"{stem}{index}@{MAIL_HOSTS[int(dice[4] ** 2 * len(MAIL_HOSTS))]}",
        "handle": None if dice[5] > 0.85 else f"{stem.replace('.', '_')}{index}",
        "oauth_provider": signed,
        "password_hash": None if signed else f"$2b$12$demo.not.a.hash.{secret:016x}",
        "profile_image_url": f"https://avatars.example/{index}.png" if dice[0] < 0.4 else None,
    }
