"""The generations: what was asked, when it ran and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from delula.demo.catalogue import FAILURES, PROVIDER_OF, PROVIDERS, STACK_FRAMES
from delula.demo.media import ABSENT, MediaObject, results
from delula.demo.people import BACKLOG_PERSON, GUEST, People
from delula.demo.pieces import (
    DAY_MS,
    NULL,
    Block,
    Column,
    Ints,
    Mask,
    column,
    columns_block,
    encoded_json,
    filled,
    flags,
    mixed,
    numbers,
    repeated,
    short_ids,
    stamps,
    text,
    uuids,
)
from delula.demo.plan import QUEUE_MS, Plan
from delula.demo.prompts import VARIANTS, Prompts
from delula.demo.recipes import RECIPES, Recipe
from delula.demo.ugly import spoil_generations

if TYPE_CHECKING:
    from collections.abc import Iterator

PENDING, PROCESSING, COMPLETED, FAILED = range(4)
_STATUS = column(["pending", "processing", "completed", "failed"])
#: Days for which results wait in the backlog at the end of the history.
STOCK_DAYS = 12
#: Share of generations that were made ahead of demand.
BACKLOG_SHARE = 0.035
#: How many results the backlog should hold, at least.
STOCK_TARGET = 230
MAX_RETRIES = 2


@dataclass
class Batch:
    """Some generations in the order in which they were created; arrays have one entry each.

    Attributes:
        ids: primary keys.
        created, started, finished: milliseconds since 1970; what did not happen yet is later than `until`.
        person: row number in `People`.
        recipe: index into `RECIPES`.
        filled: row of `Prompts`.
        status: PENDING, PROCESSING, COMPLETED or FAILED.
        cost: credits; 0 where it was given for free.
        refunded: whether the cost was paid back, at `refunded_at`.
        instant: made ahead of demand; those of the system account still wait for somebody.
    """

    chunk: int
    ids: Ints
    created: Ints
    started: Ints
    finished: Ints
    person: Ints
    recipe: Ints
    filled: Ints
    status: Ints
    cost: Ints
    refunded: Mask
    refunded_at: Ints
    instant: Mask
    asset_ids: Column
    short_ids: Column


class Generations:
    """Makes the generations of a plan, batch by batch."""

    def __init__(self, plan: Plan, people: People, prompts: Prompts) -> None:
        self._plan, self._people, self._prompts = plan, people, prompts
        self._weight = np.array([recipe.weight for recipe in RECIPES])
        self._cost = np.array([recipe.cost for recipe in RECIPES])
        self._seconds = np.array([recipe.seconds for recipe in RECIPES])
        self._failure = np.array([recipe.failure for recipe in RECIPES])
        self._launch = plan.start_ms + (
            np.array([recipe.launched for recipe in RECIPES]) * (plan.until_ms - plan.start_ms)
        ).astype(np.int64)
        self._pools = _Pools()
        providers = [provider.title for provider in PROVIDERS]
        self._provider = np.array([providers.index(PROVIDER_OF[recipe.service]) for recipe in RECIPES])
        self._outages = self._hours_of_trouble(len(providers))

    def batches(self) -> Iterator[Batch]:
        """All generations, oldest first."""
        for chunk, first, count in self._plan.chunks(self._plan.generations):
            yield self._batch(chunk, first, count)

    def _hours_of_trouble(self, providers: int) -> list[tuple[int, int, int]]:
        """Provider, beginning and end of outages, in milliseconds since 1970."""
        rng, plan = self._plan.rng("outages"), self._plan
        span = plan.until_ms - plan.start_ms
        begins = plan.start_ms + (rng.random(14) * span).astype(np.int64)
        hours = rng.integers(2, 15, 14)
        return [
            (int(rng.integers(providers - 1)), int(begin), int(begin + hour * 3_600_000))
            for begin, hour in zip(begins, hours, strict=True)
        ]

    def _recipes(self, created: Ints, person: Ints, stock: Mask, rng: np.random.Generator) -> Ints:
        """What each generation is made of: nothing before its launch; guests keep to what they can afford."""
        count = len(created)
        picked = _pick(self._weight, count, rng)
        early = created < self._launch[picked]
        from_the_start = self._weight * np.array([recipe.launched == 0 for recipe in RECIPES])
        picked[early] = _pick(from_the_start, int(early.sum()), rng)
        guest = (self._people.kind[person] == GUEST) & (self._cost[picked] > 4) & (rng.random(count) < 0.7)
        picked[guest] = _pick(from_the_start * (self._cost <= 4), int(guest.sum()), rng)
        on_offer = np.array([float(recipe.active and not recipe.deleted) for recipe in RECIPES])
        picked[stock] = _pick(on_offer * (1 + self._weight / 4), int(stock.sum()), rng)
        return picked

    def _batch(self, chunk: int, first: int, count: int) -> Batch:
        plan = self._plan
        rng = plan.rng("generations", chunk)
        index = first + np.arange(count)
        created = plan.moments(first, count, plan.generations, rng)
        # The newest rows are the queue at work: `place` goes from 0 (20 minutes ago) to 1 (now).
        place = 1 - (plan.generations - index) / plan.queue
        queue = place >= 0
        created[queue] = plan.until_ms - ((1 - place[queue]) * QUEUE_MS).astype(np.int64) + 1500

        in_window = created > plan.until_ms - STOCK_DAYS * DAY_MS
        share = np.where(in_window, self._stock_share(), BACKLOG_SHARE)
        instant = (rng.random(count) < share) & ~queue
        stock = instant & in_window
        person = self._people.pick(created, rng)
        person[stock] = BACKLOG_PERSON
        recipe = self._recipes(created, person, stock, rng)

        wait = rng.lognormal(7.8, 0.9, count).astype(np.int64)
        run = (self._seconds[recipe] * 1000 * rng.lognormal(0, 0.32, count)).astype(np.int64)
        started = created + wait
        trouble = np.zeros(count)
        for provider, begin, end in self._outages:
            trouble[(self._provider[recipe] == provider) & (created > begin) & (created < end)] = 0.6
        failed = rng.random(count) < np.maximum(self._failure[recipe] * 1.15, trouble)
        status = np.where(failed, FAILED, COMPLETED)
        run[failed] = (run[failed] * rng.uniform(0.05, 1.9, int(failed.sum()))).astype(np.int64)
        finished = np.minimum(started + run, np.maximum(started + 900, plan.until_ms - 2000))
        # An instant result is delivered within minutes; the row changes hands then.
        finished[instant & ~stock] += rng.integers(5_000, 600_000, int((instant & ~stock).sum()))

        slot = np.arange(count) % 2 == 0
        stuck, running, waiting = (queue & (place < 0.25) & slot), (queue & (place >= 0.55)), (place >= 0.78)
        status[stuck | running] = PROCESSING
        status[waiting] = PENDING
        started[running] = np.minimum(started[running], plan.until_ms - 1000)

        cost = self._cost[recipe].astype(np.int64)
        refunded_at = finished + rng.integers(2_000, 90_000, count)
        refunded = (status == FAILED) & (rng.random(count) < 0.93) & (refunded_at < plan.until_ms)
        return Batch(
            chunk=chunk,
            ids=index + 1,
            created=created,
            started=started,
            finished=np.minimum(finished, plan.until_ms),
            person=person,
            recipe=recipe,
            filled=recipe * VARIANTS + rng.integers(VARIANTS, size=count),
            status=status,
            cost=cost,
            refunded=refunded,
            refunded_at=refunded_at,
            instant=instant,
            asset_ids=uuids(mixed(index, plan.salt("assets")), mixed(index, plan.salt("assets, low"))),
            short_ids=short_ids(mixed(index, plan.salt("short"))),
        )

    def _stock_share(self) -> float:
        """Share of backlog work in the last days: small data sets need more to have a stock at all."""
        plan = self._plan
        recent = plan.generations * 2.4 * STOCK_DAYS / ((plan.until_ms - plan.start_ms) / DAY_MS)
        return float(min(0.4, max(BACKLOG_SHARE, STOCK_TARGET / max(recent, 1))))

    def block(self, batch: Batch) -> Block:
        """The rows of a batch."""
        plan, pools = self._plan, self._pools
        rng = plan.rng("generation rows", batch.chunk)
        count = len(batch.ids)
        done, failed = batch.status == COMPLETED, batch.status == FAILED
        pending = batch.status == PENDING
        jobs = np.array([provider.jobs for provider in PROVIDERS])[self._provider[batch.recipe]] & ~pending
        public = done & (rng.random(count) < 0.22)
        popularity = np.where(public, np.minimum(rng.pareto(1.3, count) * 3, 90_000), 0).astype(np.int64)
        retries = np.where(
            failed, _RETRIES_FAILED[rng.integers(20, size=count)], _RETRIES_DONE[rng.integers(50, size=count)]
        )
        retries[pending | (batch.status == PROCESSING)] = 0
        seeds = numbers(rng.integers(1, 2**31, count))
        beginning = np.where(
            batch.instant, self._prompts.instant[batch.filled], self._prompts.metadata[batch.filled]
        )
        created, started = stamps(batch.created), stamps(batch.started)
        updated = stamps(
            np.where(pending, batch.created, np.where(failed | done, batch.finished, batch.started))
        )
        position = np.where(pending, np.cumsum(pending), 0)
        job_ids = uuids(mixed(batch.ids, plan.salt("jobs")), mixed(batch.ids, plan.salt("jobs, low")))
        columns: dict[str, Column] = {
            "id": numbers(batch.ids),
            "user_id": self._people.ids[batch.person],
            "recipe_id, recipe_title, type": pools.recipe[batch.recipe],
            "prompt": self._prompts.written(batch.filled, rng),
            "status": _STATUS[batch.status],
            "metadata": beginning + seeds + "}",
            "created_at": created,
            "updated_at": updated,
            "processing_started_at": filled(~pending, started),
            "image_url, video_url, thumbnail_url, s3_key": filled(
                done, pools.result(batch.recipe, rng), f"{NULL}\t{NULL}\t{NULL}\t{NULL}"
            ),
            "asset_id": filled(done, batch.asset_ids),
            "queue_position": filled(pending, numbers(position)),
            "is_public": flags(public),
            "is_published": flags(public & (rng.random(count) < 0.3)),
            "download_count": numbers(popularity // 4),
            "like_count": numbers(popularity),
            "failure_reason, error_details": filled(
                failed, pools.failure(self._provider[batch.recipe], rng), f"{NULL}\t{NULL}"
            ),
            "credits_cost": numbers(batch.cost),
            "credits_refunded": flags(batch.refunded),
            "refunded_at": filled(batch.refunded, stamps(batch.refunded_at)),
            "retry_count": numbers(retries),
            "max_retries": repeated(str(MAX_RETRIES), count),
            "short_id": batch.short_ids.copy(),
            "secure_url": filled(done, "https://delula.example/v/" + batch.short_ids),
            "fal_job_id": filled(jobs, job_ids),
            "fal_job_status": filled(jobs, _JOB_STATUS[batch.status]),
            "recovery_checked": flags(failed & (rng.random(count) < 0.4)),
        }
        last = int(batch.ids[-1]) == plan.generations
        spoil_generations(columns, plan.rng("ugly generations", batch.chunk), newest=last)
        return columns_block("generations", columns)


_RETRIES_FAILED = np.array([0] * 7 + [1] * 4 + [2] * 9)
_RETRIES_DONE = np.array([0] * 47 + [1] * 2 + [2])
_JOB_STATUS = column(["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED"])


def _pick(weight: npt.NDArray[np.float64], count: int, rng: np.random.Generator) -> Ints:
    """Indexes drawn in proportion to their weights."""
    total = np.cumsum(weight)
    picked: Ints = np.searchsorted(total, rng.random(count) * total[-1], side="right").astype(np.int64)
    return picked


class _Pools:
    """Ready pieces of rows that many generations share."""

    def __init__(self) -> None:
        self.recipe = column(
            f"{number}\t{text(recipe.name)}\t{'video' if recipe.video else 'image'}"
            for number, recipe in enumerate(RECIPES, 1)
        )
        pools = [_results(recipe) for recipe in RECIPES]
        self._first = np.cumsum([0] + [len(pool) for pool in pools])
        self._results = column(piece for pool in pools for piece in pool)
        failures = [
            (index, _failure(provider.title, index, line))
            for provider in PROVIDERS
            for index in range(len(FAILURES))
            for line in _LINES
        ]
        self._failures = column(piece for _, piece in failures)
        self._failure_weight = np.repeat([share for *_, share in FAILURES], len(_LINES))

    def result(self, recipe: Ints, rng: np.random.Generator) -> Column:
        """Where the results lie; a few point at objects that are gone."""
        first, size = self._first[recipe], self._first[recipe + 1] - self._first[recipe]
        place = (rng.random(len(recipe)) * (size - 1)).astype(np.int64)
        gone = rng.random(len(recipe)) < 0.004
        chosen: Column = self._results[first + np.where(gone, size - 1, place)]
        return chosen

    def failure(self, provider: Ints, rng: np.random.Generator) -> Column:
        """Why it failed, with the details that the product keeps."""
        picked = _pick(self._failure_weight.astype(np.float64), len(provider), rng)
        chosen: Column = self._failures[provider * len(FAILURES) * len(_LINES) + picked]
        return chosen


_LINES = (42, 88, 131, 207)


def _failure(provider: str, index: int, line: int) -> str:
    reason, kind, code, _ = FAILURES[index]
    message = reason.format(provider=provider)
    frames = [frame.format(provider=provider, line=line + 7 * at) for at, frame in enumerate(STACK_FRAMES)]
    details: dict[str, object] = {
        "name": kind,
        "message": message,
        "stack": "\n    ".join([f"{kind}: {message}", *frames]),
        "provider": provider,
        "step": line % 3,
    }
    if code is not None:
        details |= {
            "statusCode": code,
            "response": {"detail": message, "request_id": f"req_{line:04x}{index:04x}"},
        }
    return f"{text(message)}\t{encoded_json(details)}"


def _results(recipe: Recipe) -> list[str]:
    """Pieces that point at fitting objects; the last one points at nothing."""
    fitting = results(video=recipe.video, palette=recipe.palette)
    gone = next(item for item in ABSENT if item.generated and item.kind == fitting[0].kind)
    return [_result(item) for item in (*fitting, gone)]


def _result(item: MediaObject) -> str:
    image, video = (NULL, item.key) if item.kind == "video" else (item.key, NULL)
    return f"{image}\t{video}\t{item.thumbnail}\t{item.key}"
