"""What a roll-up holds, and how two become one: counts, times with their percentiles, users."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ddsketch.mapping import LogarithmicMapping
from pyroaring import BitMap

if TYPE_CHECKING:
    from collections.abc import Iterable

#: A value that a sketch answers is off by at most this share of it, so that rounding stays within 1 %.
ACCURACY = 0.008
#: Which bin a number of milliseconds falls into, and which value stands for a bin.
_MAPPING = LogarithmicMapping(ACCURACY)
#: The bin of 0, which has no logarithm; that of 1 is 0.
_ZERO = -1
#: Bytes of a bin in a dense sketch. All bins side by side make one large number, and sketches add up as such
#: numbers do, much faster than bin by bin: no bin of any sum reaches 2**32.
_LANE = 4
#: A sketch of fewer bins is not written as a large number: with those the zeros between would count for more.
_MANY = 64
#: How a sketch is written: each bin with its number, or all bins from the first on.
_SPARSE, _DENSE = b"s", b"d"
#: A time of more days than this is a mistake and does not count as one.
LONGEST_DAYS = 730
#: The same in milliseconds.
LONGEST = LONGEST_DAYS * 86_400_000


@dataclass(frozen=True, slots=True)
class Times:
    """Durations in milliseconds; all None where there are none.

    Attributes:
        n: how many there are.
        mean: exact, as are `least` and `most`.
        p50: half took at most this long; within 1 % of `percentile_cont`, as are `p95` and `p99`.
    """

    n: int = 0
    mean: float | None = None
    least: int | None = None
    most: int | None = None
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """How many durations from `low` to just below `high` milliseconds there are."""

    low: float
    high: float
    count: int


@dataclass(slots=True)
class Spread:
    """Durations, their exact number and sum, and how many fall into each bin of the sketch.

    Attributes:
        bins: how many are in a bin.
        lanes: how many more there are, all bins in one number, beginning with that of 0.
    """

    count: int = 0
    total: int = 0
    least: int | None = None
    most: int | None = None
    bins: dict[int, int] = field(default_factory=dict)
    lanes: int = 0

    def add(self, values: Iterable[int]) -> None:
        """Put single durations into their bins; the exact numbers are not touched."""
        bins, key = self.bins, _MAPPING.key
        for value in values:
            where = key(value) if value else _ZERO
            bins[where] = bins.get(where, 0) + 1

    def include(self, count: int, total: int, least: int | None, most: int | None) -> None:
        """Add the exact numbers of others."""
        self.count += count
        self.total += total
        if least is not None and (self.least is None or least < self.least):
            self.least = least
        if most is not None and (self.most is None or most > self.most):
            self.most = most

    def decode(self, sketch: bytes | None) -> None:
        """Add what `encode` made of others."""
        if not sketch:
            return
        if sketch[:1] == _DENSE:
            (first,) = struct.unpack_from("<h", sketch, 1)
            self.lanes += int.from_bytes(sketch[3:], "little") << (8 * _LANE * (first - _ZERO))
            return
        size = len(sketch) // 6
        numbers = struct.unpack_from(f"<{size}h{size}I", sketch, 1)
        bins = self.bins
        for where, count in zip(numbers[:size], numbers[size:], strict=True):
            bins[where] = bins.get(where, 0) + count

    def encode(self) -> bytes | None:
        """The sketch as bytes; dense where that takes little more room."""
        counts = self._counts()
        if not counts:
            return None
        keys = sorted(counts)
        first, size = keys[0], keys[-1] - keys[0] + 1
        if len(keys) >= _MANY and _LANE * size <= 9 * len(keys):
            dense = [0] * size
            for where, count in counts.items():
                dense[where - first] = count
            return struct.pack(f"<ch{size}I", _DENSE, first, *dense)
        return struct.pack(f"<c{len(keys)}h{len(keys)}I", _SPARSE, *keys, *map(counts.__getitem__, keys))

    def merge(self, other: Spread) -> None:
        """Add all of another."""
        self.include(other.count, other.total, other.least, other.most)
        self.lanes += other.lanes
        for where, count in other.bins.items():
            self.bins[where] = self.bins.get(where, 0) + count

    def _row(self) -> list[int]:
        """How many are in each bin, from that of 0 to the last."""
        size = -(-self.lanes.bit_length() // (8 * _LANE))
        row = list(struct.unpack(f"<{size}I", self.lanes.to_bytes(size * _LANE, "little")))
        row += [0] * (max(self.bins, default=_ZERO) - _ZERO + 1 - size)
        for where, count in self.bins.items():
            row[where - _ZERO] += count
        return row

    def _counts(self) -> dict[int, int]:
        """How many are in each bin that is not empty."""
        if not self.lanes:
            return self.bins
        return {where: count for where, count in enumerate(self._row(), _ZERO) if count}

    def times(self) -> Times:
        """What a page shows of it."""
        if not self.count or self.least is None or self.most is None:
            return Times()
        ranks = list(accumulate(self._row()))
        p50, p95, p99 = (self._percentile(ranks, share) for share in (0.5, 0.95, 0.99))
        return Times(self.count, self.total / self.count, self.least, self.most, p50, p95, p99)

    def _percentile(self, ranks: list[int], share: float) -> float:
        """Between the two durations that the rank falls between, as `percentile_cont` has it."""
        rank = share * (self.count - 1)
        below = int(rank)
        low = self._value(bisect_right(ranks, below) + _ZERO)
        if rank == below:
            return low
        return low + (self._value(bisect_right(ranks, below + 1) + _ZERO) - low) * (rank - below)

    def _value(self, where: int) -> float:
        value = 0.0 if where == _ZERO else float(_MAPPING.value(where))
        return min(max(value, self.least or 0), self.most or 0)

    def histogram(self, number: int) -> list[Bin]:
        """At most `number` bins of equal width on a logarithmic scale, from the least to the most."""
        counts = self._counts()
        if not counts:
            return []
        first, last = min(counts), max(counts)
        width = -(-(last - first + 1) // number)
        edges = range(first, last + width + 1, width)
        return [
            Bin(_edge(low), _edge(high), sum(counts.get(where, 0) for where in range(low, high)))
            for low, high in pairwise(edges)
        ]


def _edge(where: int) -> float:
    """The least duration of a bin; a bin holds what is above the bin before it, up to its own power."""
    return 0.0 if where == _ZERO else float(_MAPPING.gamma ** (where - 1)) if where else 0.5


@dataclass(slots=True)
class Tally:
    """The sums of one span, or of several.

    Attributes:
        counters: in the order of the family's columns.
        spreads: likewise.
        users: numbers of `user_totals`.
        strangers: users by id, whose numbers are not looked up yet, or who have none.
        example: one raw text behind a normalised one.
    """

    counters: list[int]
    spreads: list[Spread]
    users: BitMap = field(default_factory=BitMap)
    strangers: set[str] = field(default_factory=set)
    example: str | None = None

    def merge(self, other: Tally) -> None:
        """Add all of another of the same family."""
        self.counters = [mine + theirs for mine, theirs in zip(self.counters, other.counters, strict=True)]
        for mine, theirs in zip(self.spreads, other.spreads, strict=True):
            mine.merge(theirs)
        self.users |= other.users
        self.strangers |= other.strangers
        self.note(other.example)

    def note(self, example: str | None) -> None:
        """Keep the first example by alphabet, so that the order of merging does not matter."""
        if example is not None and (self.example is None or example < self.example):
            self.example = example
