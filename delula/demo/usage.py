"""Runs of components: which building blocks each generation went through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from delula.demo.catalogue import COMPONENTS, PIPELINES, Component
from delula.demo.generations import FAILED, Batch
from delula.demo.pieces import (
    NULL,
    Block,
    Ints,
    column,
    columns_block,
    encoded_json,
    filled,
    mixed,
    numbers,
    stamps,
    text,
    uuids,
)
from delula.demo.recipes import RECIPES
from delula.demo.ugly import spoil_usage

if TYPE_CHECKING:
    from delula.demo.people import People
    from delula.demo.plan import Plan

#: Ready inputs and outputs of each component.
SAMPLES = 24
#: A run starts this long after the one before, in milliseconds.
_STEP_MS = 1700
_LONGEST = max(map(len, PIPELINES.values()))
_ERRORS = (
    "Provider answered 503", "Input channel is empty", "Timeout after 300000 ms", "Unsupported codec",
    "Safety check refused the prompt",
)  # fmt: skip


class Usage:
    """Makes the component usage of a plan; its rows follow the generations in number and time."""

    def __init__(self, plan: Plan, people: People) -> None:
        self._plan, self._people = plan, people
        self._users = filled(~people.deleted, people.ids)
        position = {component.id: index for index, component in enumerate(COMPONENTS)}
        self._pipeline = np.array(
            [
                [position[steps[at % len(steps)]] for at in range(_LONGEST)]
                for steps in (PIPELINES[recipe.workflow] for recipe in RECIPES)
            ]
        )
        rng = plan.rng("usage samples")
        samples = [_sample(component, rng) for component in COMPONENTS for _ in range(SAMPLES)]
        self._good = column(good for good, _ in samples)
        self._bad = column(bad for _, bad in samples)
        self._price = column(f"{component.cost}\tt\t{NULL}" for component in COMPONENTS)
        self._failure = np.array([component.failure for component in COMPONENTS])
        self._milliseconds = np.array([component.seconds * 1000 for component in COMPONENTS])
        self._errors = column(f"0\tf\t{text(error)}" for error in _ERRORS)

    def _counts(self, batch: Batch, rng: np.random.Generator) -> Ints:
        """How many runs each generation has: as many in all as the plan says, varied between neighbours."""
        plan = self._plan
        edges = np.append(batch.ids - 1, batch.ids[-1]) * plan.usage // plan.generations
        counts = np.diff(edges)
        if len(counts) > 1 and counts.min() >= 2:
            shift = rng.integers(0, 2, len(counts))
            counts = counts + shift - np.roll(shift, 1)
        return counts

    def block(self, batch: Batch) -> Block:
        """The runs of a batch of generations."""
        plan = self._plan
        rng = plan.rng("usage", batch.chunk)
        counts = self._counts(batch, rng)
        parent = np.repeat(np.arange(len(counts)), counts)
        total = len(parent)
        if not total:
            return Block("component_usage", ("id",), 0, b"")
        first = int((batch.ids[0] - 1) * plan.usage // plan.generations)
        step = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        component = self._pipeline[batch.recipe[parent], step % _LONGEST]
        failed = rng.random(total) < self._failure[component]
        # The run that ended a failed generation failed as well.
        failed |= (batch.status[parent] == FAILED) & (step == np.minimum(2, counts[parent] - 1))
        sample = component * SAMPLES + rng.integers(SAMPLES, size=total)
        pieces = self._good[sample]
        pieces[failed] = self._bad[sample[failed]]
        outcome = self._price[component]
        outcome[failed] = self._errors[rng.integers(len(_ERRORS), size=int(failed.sum()))]
        took = (self._milliseconds[component] * rng.lognormal(-0.2, 0.45, total)).astype(np.int64)
        executions = uuids(
            mixed(batch.ids, plan.salt("executions")), mixed(batch.ids, plan.salt("executions, low"))
        )
        columns = {
            "id": numbers(np.arange(first + 1, first + 1 + total)),
            "component_id, input_data, output_data": pieces,
            "user_id": self._users[batch.person[parent]],
            "execution_id": executions[parent],
            "processing_time_ms": numbers(took),
            "credit_cost, success, error_message": outcome,
            "created_at": stamps(np.minimum(batch.started[parent] + step * _STEP_MS, plan.until_ms)),
        }
        newest = int(batch.ids[-1]) == plan.generations
        spoil_usage(columns, plan.rng("ugly usage", batch.chunk), newest=newest)
        return columns_block("component_usage", columns)


def _sample(component: Component, rng: np.random.Generator) -> tuple[str, str]:
    """The pieces of a run that worked and of one that failed: component, input, output."""
    number = int(rng.integers(1_000_000))
    given = {channel: _value(kind, number) for channel, kind in component.inputs[:2]}
    made = {channel: _value(kind, number) for channel, kind in component.outputs[:1]}
    start = f"{component.id}\t{encoded_json(given)}"
    return f"{start}\t{encoded_json(made)}", f"{start}\t{NULL}"


def _value(kind: int, number: int) -> object:
    """A value as it passes through a channel of a type, which has the product's number."""
    match kind:
        case 17 | 18:
            return number % 97
        case 19 | 20:
            return (number % 100) / 100
        case 21 | 22:
            return number % 7 > 0
        case 23 | 24 | 25:
            return {"id": number, "ok": True}
        case 9 | 10 | 11 | 26:
            return f"text #{number}"
        case _:
            return f"blob:{number:06d}"
