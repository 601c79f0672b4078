"""What of all that is counted needs attention, and the figures beside it; nothing is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from delula.generations.lifecycle import STUCK_AFTER
from delula.home.queries import BEFORE, MOST_COUNTED, PRESENT
from delula.models.enums import CreditTransactionType
from delula.rollups.queries import NO_RECIPE
from delula.search.lexer import written_value
from delula.search.times import written_period
from delula.web.display import grouped, span
from delula.web.figures import Change, Figure, Rate, change, rate, rate_figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from delula.backlog.queries import Backlog
    from delula.health.queries import Health
    from delula.home.queries import Failures, Ledger, Runs, Uploads, Window
    from delula.queue.queries import Load
    from delula.rollups.queries import Outcomes

_Key = TypeVar("_Key", int, str)

#: What figures are held against, in words.
AGAINST = "the 7 days before"
#: Days in the time before, over which sums are spread.
_DAYS = BEFORE / PRESENT
#: Roll-ups are brought up to date every minute; from here on somebody should look.
_OLD = timedelta(minutes=15)
#: Recipes or components that are named; the others are counted.
_NAMED = 5

#: How grave a finding is, the gravest first: the word that stands at it, and its icon.
GRAVITY: Mapping[str, tuple[str, str]] = {
    "danger": ("Urgent", "circle-alert"),
    "warning": ("Look at it", "triangle-alert"),
    "info": ("To do", "info"),
}


@dataclass(frozen=True)
class Link:
    """A way to the rows behind a finding."""

    label: str
    href: str


@dataclass(frozen=True)
class Finding:
    """Something that needs attention.

    Attributes:
        tone: a key of `GRAVITY`.
        title: what it is, in a few words.
        href: the rows behind it.
        text: what it means; may be empty.
        links: the parts of it.
    """

    tone: str
    title: str
    href: str
    text: str = ""
    links: Sequence[Link] = ()

    @property
    def word(self) -> str:
        """How grave it is, for those who do not see the colour."""
        return GRAVITY[self.tone][0]

    @property
    def icon(self) -> str:
        """The same as a picture."""
        return GRAVITY[self.tone][1]


def query(index: str, *terms: str, **params: str) -> str:
    """The address of a list with a filter."""
    return f"{index}?{urlencode({'q': ' '.join(terms), **params})}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 recipe`, `12 recipes`."""
    return f"{grouped(count)} {one if count == 1 else many or one + 's'}"


def queue_findings(load: Load, now: datetime, index: str) -> Iterator[Finding]:
    """What is stuck, and who waits for too long."""
    minutes = int(STUCK_AFTER / timedelta(minutes=1))
    if load.stuck:
        yield Finding(
            "danger",
            f"{plural(load.stuck, 'generation')} stuck",
            query(index, "status:processing", f"started:<{minutes}m", sort="started"),
            f"Running for more than {minutes} minutes.",
        )
    if load.oldest is not None and now - load.oldest > STUCK_AFTER:
        yield Finding(
            "warning",
            f"Somebody has waited for {span((now - load.oldest).total_seconds())}",
            query(index, "status:pending", sort="created"),
            f"{plural(load.pending, 'generation')} in all wait to be started.",
        )


def queue_figures(load: Load, now: datetime, index: str) -> Iterator[Figure]:
    """How much waits and runs."""
    longest = f"longest {span((now - load.oldest).total_seconds())}" if load.oldest else "nobody waits"
    yield Figure(
        "Waiting", grouped(load.pending), query(index, "status:pending", sort="created"), note=longest
    )
    yield Figure(
        "Running",
        grouped(load.processing),
        query(index, "status:processing", sort="started"),
        note=f"{grouped(load.stuck)} stuck" if load.stuck else "none stuck",
        tone="danger" if load.stuck else None,
    )


def is_spike(now: Rate | None, before: Rate | None) -> bool:
    """Whether a rate has risen for sure: even its lower end lies above what was likely before."""
    return now is not None and not now.few and now.low > (before.high if before else 0.5)


def _spikes(rates: Mapping[_Key, tuple[Rate | None, Rate | None]]) -> list[tuple[_Key, Rate]]:
    """Those whose failures have risen, the highest rate first."""
    risen = [(key, now) for key, (now, before) in rates.items() if now and is_spike(now, before)]
    return sorted(risen, key=lambda one: (-one[1].low, str(one[0])))


def failure_rates(counted: Failures) -> tuple[Rate | None, Rate | None]:
    """The share of finished generations that failed, in the last day and in the week before."""
    return _failed_in_all(counted.now.values()), _failed_in_all(counted.before.values())


def failure_findings(
    counted: Failures, index: str, names: Callable[[Sequence[int]], Mapping[int, str]]
) -> Iterator[Finding]:
    """Whether failures have risen, in all and of which recipes.

    Args:
        counted: what failed.
        index: the list of generations.
        names: looks up what recipes are called.
    """
    now, before = failure_rates(counted)
    period = _period(counted.window)
    if now is not None and is_spike(now, before):
        yield Finding(
            "danger",
            f"{now.text} of generations failed in 24 hours",
            query(index, "status:failed", period),
            _instead(before),
        )
    spikes = _spikes(
        {
            recipe: (_failed(sums), _failed(counted.before.get(recipe)))
            for recipe, sums in counted.now.items()
            if recipe != NO_RECIPE
        }
    )
    called = names([recipe for recipe, _ in spikes[:_NAMED]]) if spikes else {}
    yield from _spike_finding(
        [(called.get(recipe) or f"Recipe {recipe}", recipe, risen) for recipe, risen in spikes],
        "recipe",
        lambda recipe: query(index, "status:failed", f"recipe:{recipe}", period),
    )


def _failed(sums: Outcomes | None) -> Rate | None:
    return rate(sums.failed, sums.finished) if sums else None


def _failed_in_all(sums: Iterable[Outcomes]) -> Rate | None:
    counted = list(sums)
    return rate(sum(one.failed for one in counted), sum(one.finished for one in counted))


def _instead(before: Rate | None) -> str:
    return f"It was {before.text} in {AGAINST}." if before else f"None finished in {AGAINST}."


def _spike_finding(
    spikes: Sequence[tuple[str, _Key, Rate]], noun: str, href: Callable[[_Key], str]
) -> Iterator[Finding]:
    if not spikes:
        return
    links = [Link(f"{name}: {risen.text}", href(key)) for name, key, risen in spikes[:_NAMED]]
    more = f" {grouped(len(spikes) - _NAMED)} more are not shown." if len(spikes) > _NAMED else ""
    yield Finding(
        "danger",
        f"{plural(len(spikes), noun)} {'fails' if len(spikes) == 1 else 'fail'} more often",
        links[0].href,
        f"Failures in 24 hours, clearly above {AGAINST}.{more}",
        links,
    )


def failure_figures(counted: Failures, index: str) -> Iterator[Figure]:
    """How much failed of what finished."""
    now, before = failure_rates(counted)
    period = _period(counted.window)
    href = query(index, "status:failed", period)
    yield rate_figure("Failed in 24 h", now, before, href=href, against=AGAINST, better="down")


def run_findings(counted: Runs, index: str) -> Iterator[Finding]:
    """The components whose failures have risen."""
    period = _period(counted.window)
    spikes = _spikes(
        {
            component: (_failed(usage), _failed(counted.before.get(component)))
            for component, usage in counted.now.items()
        }
    )
    yield from _spike_finding(
        [(component, component, risen) for component, risen in spikes],
        "component",
        lambda component: query(index, "success:no", f"component:{written_value(component)}", period),
    )


def run_figures(counted: Runs, index: str) -> Iterator[Figure]:
    """How many runs of components failed."""
    now, before = (_failed_in_all(sums.values()) for sums in (counted.now, counted.before))
    href = query(index, "success:no", _period(counted.window))
    yield rate_figure("Runs failed in 24 h", now, before, href=href, against=AGAINST, better="down")


def stock_findings(backlog: Backlog, minimum: int, index: str) -> Iterator[Finding]:
    """The recipes whose stock is below the minimum."""
    if not backlog.low:
        return
    yield Finding(
        "warning",
        f"{plural(backlog.low, 'recipe')} below the minimum stock",
        f"{index}#stock",
        f"Fewer than {minimum} lie ready; of {plural(backlog.empty, 'recipe')} none."
        if backlog.empty
        else f"Fewer than {minimum} lie ready.",
    )


def upload_figures(counted: Uploads, index: str) -> Iterator[Figure]:
    """What users brought along."""
    yield Figure(
        "Uploads in 24 h",
        grouped(counted.now) + ("+" if counted.now >= MOST_COUNTED else ""),
        query(index, "source:user", "origin:uploaded", _period(counted.window)),
        _against(counted.now, counted.before),
        AGAINST,
    )


def _period(window: Window) -> str:
    return f"created:{written_period(window.start, window.end)}"


def _against(now: int, before: int) -> Change | None:
    """How the sum of a day stands against the mean day before."""
    return change(now, before / _DAYS, write=lambda mean: f"{grouped(round(mean))} a day")


def ledger_figures(counted: Ledger, index: str) -> Iterator[Figure]:
    """Credits that were charged, given back and granted; what was bought stands apart."""
    usage, refund, purchase = (
        CreditTransactionType.USAGE.value,
        CreditTransactionType.REFUND.value,
        CreditTransactionType.PURCHASE.value,
    )
    charges = [sum(-one.negative for name, one in part.items() if name == usage) for part in counted.both]

    def gains(is_meant: Callable[[str], bool]) -> list[int]:
        return [sum(one.positive for name, one in part.items() if is_meant(name)) for part in counted.both]

    for label, (now, before), terms in (
        ("Charged", charges, (f"type:{usage}", "sign:charge")),
        ("Refunded", gains(lambda name: name == refund), (f"type:{refund}", "sign:grant")),
        ("Purchased", gains(lambda name: name == purchase), (f"type:{purchase}", "sign:grant")),
        (
            "Granted",
            gains(lambda name: name not in {refund, purchase}),
            (f"-type:{refund},{purchase}", "sign:grant"),
        ),
    ):
        href = query(index, *terms, _period(counted.window))
        yield Figure(f"{label} in 24 h", grouped(now), href, _against(now, before), AGAINST)


def catalogue_findings(health: Health, about: str, title: str, page: str) -> Iterator[Finding]:
    """What is wrong with recipes or tags; what is untidy alone, and the stock, wait.

    Args:
        health: what was found.
        about: `recipe` or `tag`.
        title: of the finding.
        page: the address of the page of the health.
    """
    links = [
        Link(f"{grouped(len(faults))} {check.counted(len(faults))}", f"{page}#{check.key}")
        for check, faults in health.found
        if check.about == about and check.is_grave
    ]
    if links:
        yield Finding("warning", title, links[0].href, links=links)


def sample_findings(waiting: int, oldest: datetime | None, now: datetime, index: str) -> Iterator[Finding]:
    """The samples that nobody has reviewed."""
    if waiting:
        more = "+" if waiting >= MOST_COUNTED else ""
        since = (
            f"The oldest has waited for {span((now - oldest).total_seconds())}."
            if oldest and oldest < now
            else ""
        )
        yield Finding(
            "info",
            f"{grouped(waiting)}{more} {'sample waits' if waiting == 1 else 'samples wait'} for moderation",
            query(index, "status:pending", sort="created"),
            since,
        )


def review_findings(waiting: int, escalated: int, index: str) -> Iterator[Finding]:
    """What waits in the review queue; what was escalated waits for an admin."""
    if escalated:
        yield Finding(
            "warning",
            f"{_at_most(escalated)} {'item was' if escalated == 1 else 'items were'} escalated in the review",
            query(index, "state:escalated"),
        )
    if waiting:
        yield Finding(
            "info",
            f"{_at_most(waiting)} {'item waits' if waiting == 1 else 'items wait'} for review",
            query(index, "state:open,second"),
        )


def _at_most(count: int) -> str:
    return grouped(count) + ("+" if count >= MOST_COUNTED else "")


def rollup_findings(as_of: datetime | None, now: datetime, href: str) -> Iterator[Finding]:
    """Whether the sums on this page are old."""
    if as_of is None:
        yield Finding("warning", "Nothing is summed up yet", href, "The worker does so: flask jobs work.")
    elif now - as_of > _OLD:
        since = span((now - as_of).total_seconds())
        yield Finding(
            "warning", f"Sums are {since} old", href, "The worker keeps them up to date: flask jobs work."
        )
