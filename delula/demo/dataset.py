"""The whole data set as blocks of rows, in an order that streams: oldest first, little kept in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.demo import assets, offers
from delula.demo.generations import Generations
from delula.demo.ledger import Ledger, spoil_balances
from delula.demo.people import People
from delula.demo.prompts import Prompts
from delula.demo.traces import Traces
from delula.demo.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delula.demo.media import Media
    from delula.demo.pieces import Block
    from delula.demo.plan import Plan

#: Every table that gets rows, those first that others refer to by a foreign key.
TABLES = (
    "users", "tags", "providers", "services", "recipe_option_tag_icon", "recipes", "component_registry",
    "component_input_channels", "component_output_channels", "component_dependencies", "generations",
    "credit_transactions", "component_usage", "user_assets", "system_assets", "market_assets", "recipe_usage",
    "recipe_usage_options", "backlog_videos", "smart_generation_requests", "recipe_samples", "sample_likes",
    "export_transactions", "revenue_shares",
)  # fmt: skip


def blocks(plan: Plan, files: Media) -> Iterator[Block]:
    """All rows of a plan, the type tables' excepted."""
    people, prompts = People.of(plan), Prompts.of(plan)
    generations = Generations(plan, people, prompts)
    ledger, usage = Ledger(plan, people), Usage(plan, people)
    traces = Traces(plan, people, prompts)
    yield from offers.catalogue(plan)
    for batch in generations.batches():
        ledger.charge(batch)
        last = int(batch.ids[-1]) == plan.generations
        yield generations.block(batch)
        yield ledger.block(batch.chunk, before=int(batch.created[-1]) - 20_000, last=last)
        yield usage.block(batch)
        yield from traces.blocks(batch)
    uploads = assets.UserAssets(plan, people, files)
    for chunk, first, count in plan.chunks(plan.assets):
        yield uploads.block(chunk, first, count)
    yield assets.system_assets(plan, files)
    yield assets.market_assets(plan, people, files)
    yield offers.recipes(plan, people, traces.used)
    yield from traces.counters()
    # Last, because balances are only known now.
    spoil_balances(plan, people, ledger.balances)
    yield people.block(plan, ledger.balances, ledger.refreshed, ledger.seen)
