"""What is to be made: sizes, seed and time, and when in that time things happen."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from delula.demo.pieces import DAY_MS, Ints

#: Days of history before `until`: 18 months.
HISTORY_DAYS = 548
#: Generations made at once; decides how much memory the loader needs, and is part of what a seed means.
CHUNK = 20_000
#: How much of the time line's end is the queue at work, in milliseconds.
QUEUE_MS = 20 * 60_000
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Plan:
    """One demo data set; equal plans give equal rows.

    Attributes:
        generations: number of generations.
        assets: number of user assets.
        usage: number of component usage rows.
        seed: of every random choice.
        until: the moment at which the data "is", in UTC without a time zone.
    """

    generations: int
    assets: int
    usage: int
    seed: int
    until: datetime

    @property
    def people(self) -> int:
        """Number of accounts, those deleted since included: one for 25 generations."""
        return max(40, self.generations // 25)

    @property
    def until_ms(self) -> int:
        """`until` in milliseconds since 1970."""
        return int(self.until.replace(tzinfo=UTC).timestamp() * 1000)

    @property
    def start_ms(self) -> int:
        """Beginning of the history, in milliseconds since 1970."""
        return self.until_ms - HISTORY_DAYS * DAY_MS

    @property
    def queue(self) -> int:
        """Number of newest generations that are in or around the queue at `until`."""
        return min(120, max(16, self.generations // 2000), self.generations)

    def rng(self, name: str, chunk: int = 0) -> np.random.Generator:
        """The random source of one table and chunk; independent of every other."""
        sequence = np.random.SeedSequence([self.seed, zlib.crc32(name.encode()), chunk])
        return np.random.Generator(np.random.SFC64(sequence))

    def salt(self, name: str) -> int:
        """A number that tells the ids of one kind from those of another."""
        return int(self.rng(name + " ids").integers(2**62))

    def chunks(self, total: int) -> list[tuple[int, int, int]]:
        """Number, first row (from 0) and size of each chunk of a table."""
        return [(at // CHUNK, at, min(CHUNK, total - at)) for at in range(0, total, CHUNK)]

    def moments(self, first: int, count: int, total: int, rng: np.random.Generator) -> Ints:
        """When rows `first` … `first + count` of `total` happened: ascending, in the rhythm of use."""
        place = (first + np.arange(count) + rng.random(count)) / total
        hours = np.interp(place, self._rhythm, np.arange(len(self._rhythm)))
        # The history ends before the queue begins.
        return (self.start_ms + hours * HOUR_MS).astype(np.int64) - QUEUE_MS

    @cached_property
    def _rhythm(self) -> npt.NDArray[np.float64]:
        """Share of all use before each hour of the history: growth, week, day, and a few loud days."""
        hours = np.arange(HISTORY_DAYS * 24)
        day = hours // 24
        growth = 0.12 + (hours / len(hours)) ** 1.6
        clock = (self.start_ms // HOUR_MS + hours) % 24
        daily = (
            1.0 + 0.75 * np.sin((clock - 11) / 24 * 2 * np.pi) + 0.2 * np.sin((clock - 19) / 12 * 2 * np.pi)
        )
        weekday = (self.start_ms // DAY_MS + day + 3) % 7
        weekly = np.array([0.92, 0.95, 0.97, 1.0, 1.12, 1.28, 1.18])[weekday]
        noise = self.rng("rhythm").lognormal(0, 0.16, HISTORY_DAYS)
        noise[self.rng("launch days").choice(HISTORY_DAYS, 7, replace=False)] *= 2.2
        share = growth * np.clip(daily, 0.12, None) * weekly * noise[day]
        return np.concatenate([[0.0], np.cumsum(share) / share.sum()])
