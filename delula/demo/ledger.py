"""The credit ledger, kept by the product's own rules while the generations go by.

Everybody starts with 10 credits. Whoever has fewer than 10 and had no daily refresh for 24 hours is raised to
10; whoever still cannot pay buys a pack (registered) or gets the result for free (guests). A refund gives the
cost back. So for every account whose balance is not spoiled on purpose: credits = sum of its ledger rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from delula.demo.people import GUEST, SYSTEM, SYSTEM_ACCOUNTS, People
from delula.demo.pieces import (
    DAY_MS,
    NULL,
    Block,
    Column,
    Ints,
    column,
    columns_block,
    filled,
    mixed,
    numbers,
    stamps,
    text,
)
from delula.demo.recipes import RECIPES
from delula.demo.ugly import spoil_ledger

if TYPE_CHECKING:
    from delula.demo.generations import Batch
    from delula.demo.plan import Plan

FREE_CREDITS = 10
#: Credits in a pack, by how often it is bought; most people buy just enough.
PACKS = (*(5,) * 17, 10, 10, 20)
WELCOME, REFRESH, PURCHASE, USAGE, REFUND, CLEANUP = range(6)
_TYPE = column(["daily_refresh", "daily_refresh", "purchase", "usage", "refund", "backlog_cleanup"])
_DESCRIPTION = column(
    ["Welcome credits", "Daily credit refresh", "Credit pack", "Generation: ", "Refund: ", "Backlog cleanup"]
)
#: How much longer than needed people wait before they buy.
_BEFORE_MS = 4_000


#: One row before it has an id: milliseconds, person, amount, kind, generation (0: none), recipe (-1: none).
#: A plain tuple, because there are millions of them and they are sorted by time.
_Entry: TypeAlias = tuple[int, int, int, int, int, int]


class Ledger:
    """Keeps everybody's balance and hands out the rows in the order of time."""

    def __init__(self, plan: Plan, people: People) -> None:
        count = len(people.ids)
        self._plan, self._people = plan, people
        self.balances = [0] * count
        self.refreshed = [0] * count
        self.seen: Ints = np.zeros(count, dtype=np.int64)
        self._kind = people.kind.tolist()
        self._joined = people.joined.tolist()
        self._rows = 0
        self._waiting: list[_Entry] = []
        self._due: dict[int, list[tuple[int, int]]] = {}
        self._welcomed = len(SYSTEM_ACCOUNTS)
        self._cleaned = plan.start_ms

    def charge(self, batch: Batch) -> None:
        """Charge a batch; what nobody could pay for gets a cost of 0."""
        packs = self._plan.rng("packs", batch.chunk).choice(PACKS, len(batch.ids)).tolist()
        entries, balances, refreshed, kinds = self._waiting, self.balances, self.refreshed, self._kind
        free: list[int] = []
        self._welcome(int(batch.created[-1]))
        np.maximum.at(self.seen, batch.person, batch.created)
        for row, (at, person, recipe, cost, refunded, refunded_at, generation) in enumerate(
            zip(
                batch.created.tolist(),
                batch.person.tolist(),
                batch.recipe.tolist(),
                batch.cost.tolist(),
                batch.refunded.tolist(),
                batch.refunded_at.tolist(),
                batch.ids.tolist(),
                strict=True,
            )
        ):
            if person in self._due:
                self._pay_back(person, at)
            balance = balances[person]
            if kinds[person] != SYSTEM:
                if balance < FREE_CREDITS and at - refreshed[person] >= DAY_MS:
                    entries.append((at - 2 * _BEFORE_MS, person, FREE_CREDITS - balance, REFRESH, 0, -1))
                    refreshed[person] = at - 2 * _BEFORE_MS
                    balance = FREE_CREDITS
                if balance < cost:
                    if kinds[person] == GUEST:
                        free.append(row)
                        balances[person] = balance
                        continue
                    while balance < cost:
                        entries.append((at - _BEFORE_MS, person, packs[row], PURCHASE, 0, -1))
                        balance += packs[row]
            entries.append((at, person, -cost, USAGE, generation, recipe))
            balance -= cost
            if refunded:
                entries.append((refunded_at, person, cost, REFUND, generation, recipe))
                self._due.setdefault(person, []).append((refunded_at, cost))
            balances[person] = balance
        batch.cost[free] = 0
        batch.refunded[free] = False
        self._clean_backlog(int(batch.created[-1]))

    def _pay_back(self, person: int, until: int) -> None:
        """Refunds count from their own moment on, not from that of the failure."""
        due = self._due.pop(person)
        self.balances[person] += sum(cost for at, cost in due if at <= until)
        if later := [(at, cost) for at, cost in due if at > until]:
            self._due[person] = later

    def _welcome(self, until: int) -> None:
        """The first row of everybody who came until a moment; system accounts start with nothing."""
        while self._welcomed < len(self._joined) and self._joined[self._welcomed] <= until:
            person = self._welcomed
            self._waiting.append((self._joined[person], person, FREE_CREDITS, WELCOME, 0, -1))
            self.balances[person] = FREE_CREDITS
            self.refreshed[person] = self._joined[person]
            self._welcomed += 1

    def _clean_backlog(self, until: int) -> None:
        """A cleanup of the backlog every Monday or so, which the product records with an amount of 0."""
        while self._cleaned + 7 * DAY_MS < until:
            self._cleaned += 7 * DAY_MS
            self._waiting.append((self._cleaned, 0, 0, CLEANUP, 0, -1))

    def block(self, chunk: int, *, before: int, last: bool) -> Block:
        """The rows that happened before a moment (milliseconds), or with `last` all that are left."""
        if last:
            self._welcome(self._plan.until_ms)
            for person in list(self._due):
                self._pay_back(person, self._plan.until_ms)
        self._waiting.sort()
        at = np.array([entry[0] for entry in self._waiting], dtype=np.int64)
        cut = len(at) if last else int(np.searchsorted(at, before))
        entries, self._waiting = self._waiting[:cut], self._waiting[cut:]
        ids = np.arange(self._rows + 1, self._rows + 1 + cut)
        self._rows += cut
        return self._block(entries, ids, chunk, last=last)

    def _block(self, entries: list[_Entry], ids: Ints, chunk: int, *, last: bool) -> Block:
        if not entries:
            return Block("credit_transactions", ("id",), 0, b"")
        at, person, amount, kind, generation, recipe = np.array(entries, dtype=np.int64).T
        of_generation = generation > 0
        generations = numbers(generation)
        metadata: Column = '{"generationId":' + generations + ',"recipeId":' + numbers(recipe + 1) + "}"
        metadata[kind == REFUND] = '{"generationId":' + generations[kind == REFUND] + "}"
        metadata = filled(of_generation, metadata)
        metadata[kind == CLEANUP] = '{"deletedFailed":3,"keptPerRecipe":10}'
        metadata[kind == PURCHASE] = '{"credits":' + numbers(amount[kind == PURCHASE]) + ',"currency":"usd"}'
        purchases = numbers((mixed(ids, self._plan.salt("payments")) >> np.uint64(2)).astype(np.int64))
        columns = {
            "id": numbers(ids),
            "user_id": self._people.ids[person],
            "amount": numbers(amount),
            "type": _TYPE[kind],
            "description": _DESCRIPTION[kind] + filled(of_generation, _TITLES[recipe], ""),
            "created_at": stamps(at),
            "payment_id": filled(kind == PURCHASE, "pi_demo_" + purchases),
            "metadata": metadata,
        }
        spoil_ledger(columns, self._plan.rng("ugly ledger", chunk), newest=last)
        return columns_block("credit_transactions", columns)


_TITLES = column([*(text(recipe.name) for recipe in RECIPES), NULL])


def spoil_balances(plan: Plan, people: People, balances: list[int]) -> set[int]:
    """Give a few accounts balances that no ledger explains, some negative; returns their row numbers."""
    rng = plan.rng("ugly balances")
    named = len(SYSTEM_ACCOUNTS)
    chosen = named + rng.choice(len(people.ids) - named, max(4, len(people.ids) // 400), replace=False)
    for turn, person in enumerate(chosen.tolist()):
        balances[person] = (-35, balances[person] + 500, -1, 2_000_000_000)[turn % 4]
    return set(chosen.tolist())
