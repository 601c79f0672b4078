"""What the generations leave behind: samples, likes, exports, revenue, backlog entries, counters."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from delula.demo.generations import COMPLETED, Batch
from delula.demo.media import MediaObject, results
from delula.demo.offers import creators
from delula.demo.people import BACKLOG_PERSON, People
from delula.demo.pieces import Block, Column, Ints, Json, columns_block, moment, numbers, rows_block, stamps
from delula.demo.prompts import VARIANTS, Prompts
from delula.demo.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.demo.plan import Plan

#: One sample for this many generations.
SAMPLE_EVERY = 160
SHARE_PERCENT = 20
_MODERATION = (
    "approved",
    "approved",
    "approved",
    "approved",
    "pending",
    "pending",
    "rejected",
    None,
    "on hold",
)


class Traces:
    """Follows the batches; remembers little more than counters and what is already numbered."""

    def __init__(self, plan: Plan, people: People, prompts: Prompts) -> None:
        self._plan, self._people, self._prompts = plan, people, prompts
        self._creators = creators(people)
        self._shared = np.array([recipe.shared for recipe in RECIPES])
        self._given: npt.NDArray[np.int64] = np.zeros(len(RECIPES) * VARIANTS, dtype=np.int64)
        self._last_used: npt.NDArray[np.int64] = np.zeros(len(RECIPES), dtype=np.int64)
        self._last_id: npt.NDArray[np.int64] = np.zeros(len(RECIPES), dtype=np.int64)
        self._numbers: dict[str, int] = {}

    @property
    def used(self) -> Ints:
        """Generations of each recipe so far."""
        used: Ints = self._given.reshape(len(RECIPES), VARIANTS).sum(axis=1)
        return used

    def blocks(self, batch: Batch) -> Iterator[Block]:
        """What a batch leaves behind."""
        self._given += np.bincount(batch.filled, minlength=len(self._given))
        np.maximum.at(self._last_used, batch.recipe, batch.created)
        np.maximum.at(self._last_id, batch.recipe, batch.ids)
        rng = self._plan.rng("traces", batch.chunk)
        yield self._revenue(batch)
        yield from self._backlog(batch)
        yield from self._samples(batch, rng)

    def _take(self, table: str, count: int) -> Ints:
        """The next ids of a table."""
        first = self._numbers.get(table, 0) + 1
        self._numbers[table] = first + count - 1
        return np.arange(first, first + count)

    def _revenue(self, batch: Batch) -> Block:
        """The creator's share of every paid result of a shared recipe."""
        paid = self._shared[batch.recipe] & (batch.status == COMPLETED) & (batch.cost > 0)
        rows = np.flatnonzero(paid & (batch.person != BACKLOG_PERSON))
        cost = batch.cost[rows]
        earned = cost * SHARE_PERCENT // 100
        constant = np.full(len(rows), f"{SHARE_PERCENT}", dtype=object)
        columns: dict[str, Column] = {
            "id": numbers(self._take("revenue_shares", len(rows))),
            "recipe_id": numbers(batch.recipe[rows] + 1),
            "creator_id": self._people.ids[self._creators[batch.recipe[rows]]],
            "user_id": self._people.ids[batch.person[rows]],
            "generation_id": numbers(batch.ids[rows]),
            "credits_used, revenue_amount": numbers(cost) + "\t" + numbers(cost),
            "share_percentage": constant,
            "creator_earnings": numbers(earned),
            "is_paid_credits": np.where(batch.ids[rows] % 3 == 0, "t", "f").astype(object),
            "created_at": stamps(batch.finished[rows]),
        }
        return columns_block("revenue_shares", columns)

    def _backlog(self, batch: Batch) -> Iterator[Block]:
        """Requests for stock, and the entries of the stock, used and waiting."""
        made = np.flatnonzero(batch.instant)
        done = made[batch.status[made] == COMPLETED]
        entries, requests = [], []
        entry_ids = dict(zip(done.tolist(), self._take("backlog_videos", len(done)).tolist(), strict=True))
        for row, number in zip(
            made.tolist(), self._take("smart_generation_requests", len(made)).tolist(), strict=True
        ):
            variables = self._prompts.answers[batch.filled[row]]
            digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode()).hexdigest()
            used = bool(batch.person[row] != BACKLOG_PERSON)
            created, finished = moment(batch.created[row]), moment(batch.finished[row])
            entry = entry_ids.get(row)
            generation, recipe = int(batch.ids[row]), int(batch.recipe[row]) + 1
            user = self._people.ids[batch.person[row]]
            requests.append(
                (number, user, recipe, Json(variables), digest, "completed" if entry else "failed",
                 generation if number % 60 else None, entry, int(batch.cost[row]),
                 None if entry else "Provider timed out after 300 seconds", None, created, finished)
            )  # fmt: skip
            if entry is None:
                continue
            item = _result(RECIPES[recipe - 1], number)
            entries.append(
                (entry, recipe, Json(variables), digest, generation, item.key, item.thumbnail, item.key,
                 batch.asset_ids[row], batch.short_ids[row],
                 f"https://delula.example/v/{batch.short_ids[row]}", used,
                 number if used else None, finished if used else None,
                 None if number % 40 else Json("legacy"), created)
            )  # fmt: skip
        yield rows_block(
            "smart_generation_requests",
            "id, creator_id, recipe_id, recipe_variables, recipe_variables_hash, status, generation_id, "
            "backlog_video_id, credits_cost, failure_reason, error_details, created_at, updated_at",
            requests,
        )
        yield rows_block(
            "backlog_videos",
            "id, recipe_id, recipe_variables, recipe_variables_hash, generation_id, video_url, "
            "thumbnail_url, s3_key, "
            "asset_id, short_id, secure_url, is_used, used_by_request_id, used_at, metadata, created_at",
            entries,
        )

    def _samples(self, batch: Batch, rng: np.random.Generator) -> Iterator[Block]:
        """Samples for the recipes' pages, with their likes and exports."""
        done = np.flatnonzero((batch.status == COMPLETED) & (batch.person != BACKLOG_PERSON))
        rows = np.sort(rng.choice(done, min(len(done), 1 + len(batch.ids) // SAMPLE_EVERY), replace=False))
        ids = self._take("recipe_samples", len(rows)).tolist()
        samples: list[tuple[object, ...]] = []
        liked: list[tuple[int, int]] = []
        exported: list[int] = []
        for number, row in zip(ids, rows.tolist(), strict=True):
            recipe = RECIPES[batch.recipe[row]]
            item = _result(recipe, number)
            likes = int(min(rng.pareto(1.2) * 4, 60))
            liked += [(number, row)] * likes
            exported += [row] if rng.random() < 0.25 else []
            when = moment(batch.finished[row]) + timedelta(minutes=7)
            samples.append(
                (number, int(batch.recipe[row]) + 1, int(batch.ids[row]), self._people.ids[batch.person[row]],
                 None if number % 12 == 0 else f"{recipe.name} no. {number}",
                 None if number % 3 else recipe.description,
                 recipe.prompt, item.thumbnail, item.thumbnail, item.key,
                 "video" if recipe.video else "image",
                 61_000 + number % 977, Json({"width": item.size[0],
                 "height": item.size[1]}) if item.size else None,
                 likes // 3, likes, number % 25 == 0, number % 10 != 0,
                 _MODERATION[int(rng.integers(len(_MODERATION)))],
                 when, when)
            )  # fmt: skip
        yield rows_block(
            "recipe_samples",
            "id, recipe_id, generation_id, user_id, title, description, original_prompt, thumbnail_url, "
            "preview_url, "
            "high_res_url, type, file_size, dimensions, download_count, like_count, is_featured, "
            "is_moderated, "
            "moderation_status, created_at, updated_at",
            samples,
        )
        yield self._likes(batch, liked, rng)
        yield self._exports(batch, exported, dict(zip(rows.tolist(), ids, strict=True)), rng)

    def _likes(self, batch: Batch, liked: list[tuple[int, int]], rng: np.random.Generator) -> Block:
        fans = self._people.pick(np.array([batch.created[row] for _, row in liked], dtype=np.int64), rng)
        later = rng.integers(60, 40_000, len(liked)).tolist()
        numbers_taken = self._take("sample_likes", len(liked)).tolist()
        return rows_block(
            "sample_likes",
            "id, sample_id, user_id, created_at",
            [
                (
                    number,
                    sample,
                    self._people.ids[fan],
                    moment(batch.finished[row]) + timedelta(seconds=wait),
                )
                for number, (sample, row), fan, wait in zip(numbers_taken, liked, fans, later, strict=True)
            ],
        )

    def _exports(
        self, batch: Batch, rows: list[int], sample_of: dict[int, int], rng: np.random.Generator
    ) -> Block:
        buyers = self._people.pick(batch.created[rows], rng)
        values = []
        for number, row, buyer in zip(
            self._take("export_transactions", len(rows)).tolist(), rows, buyers, strict=True
        ):
            recipe = RECIPES[batch.recipe[row]]
            when = moment(batch.finished[row]) + timedelta(hours=3)
            item = _result(recipe, number)
            price = 5 + number % 4 * 5
            values.append(
                (number, sample_of[row], self._people.ids[buyer],
                 self._people.ids[self._creators[batch.recipe[row]]],
                 "mp4" if recipe.video else "jpg", ("hd", "4k", "original")[number % 3], price, price // 5,
                 item.key,
                 when + timedelta(days=7), when + timedelta(minutes=2) if number % 5 else None, when)
            )  # fmt: skip
        return rows_block(
            "export_transactions",
            "id, sample_id, buyer_id, creator_id, export_format, export_quality, price_credits, "
            "creator_earnings, "
            "download_url, expires_at, downloaded_at, created_at",
            values,
        )

    def counters(self) -> Iterator[Block]:
        """`recipe_usage` and `recipe_usage_options`, once all batches are through."""
        used = self.used
        seen = np.flatnonzero(used)
        yield rows_block(
            "recipe_usage",
            "recipe_id, usage_count, last_used_at",
            [(index + 1, int(used[index]), moment(self._last_used[index])) for index in seen.tolist()],
        )
        yield rows_block(
            "recipe_usage_options",
            "recipe_id, last_generation_id, summary",
            [(index + 1, int(self._last_id[index]), Json(self._summary(index))) for index in seen.tolist()],
        )

    def _summary(self, recipe: int) -> dict[str, dict[str, int]]:
        """How often each answer was given: variable, answer, number."""
        counted: dict[str, dict[str, int]] = {name: {} for name in RECIPES[recipe].variables}
        for row in range(recipe * VARIANTS, (recipe + 1) * VARIANTS):
            for name, answer in self._prompts.answers[row].items():
                counted[name][answer] = counted[name].get(answer, 0) + int(self._given[row])
        return counted


def _result(recipe: Recipe, number: int) -> MediaObject:
    """An object that suits the recipe, another one for each number."""
    fitting = results(video=recipe.video, palette=recipe.palette)
    return fitting[number % len(fitting)]
