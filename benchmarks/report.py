"""The results as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.measure import LIMIT_P50, LIMIT_P95, percentile_95
from benchmarks.weight import LIMIT_FIRST_LOAD, LIMIT_FRAGMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.measure import Timing
    from benchmarks.weight import FirstLoad

_WIDTH = 46


def lines(timings: Sequence[Timing], bare: Sequence[float], loads: Sequence[FirstLoad]) -> Iterator[str]:
    """The table, line by line."""
    bare_p50 = median(bare)
    yield f"bare Flask page, 50 rows: p50 {bare_p50:.2f} ms, p95 {percentile_95(bare):.2f} ms"
    yield f"limits: p50 {LIMIT_P50:g} ms, p95 {LIMIT_P95:g} ms; ! marks what is over one"
    for group, members in groupby(timings, key=lambda timing: timing.case.group):
        yield ""
        yield (
            f"  {group:{_WIDTH}} {'p50':>7} {'p95':>7} {'max':>7} {'/bare':>6} {'CPU':>7} {'SQL':>7}"
            f" {'queries':>7} {'rows':>5} {'bytes':>7}"
        )
        yield from (_line(timing, bare_p50) for timing in members)
    over = sum(timing.is_over for timing in timings)
    yield ""
    failed = sum(timing.status != 200 for timing in timings)
    yield f"{len(timings)} cases, {over} over a limit, {failed} not answered with 200"
    for load in loads:
        yield ""
        yield _verdict(f"first load, {load.encoding}", load.total, LIMIT_FIRST_LOAD)
        yield from (f"    {size:>9,}  {name}" for name, size in load.parts)
    largest = max((t for t in timings if t.case.fragment), key=lambda timing: timing.size, default=None)
    if largest is not None:
        yield ""
        name = f"largest fragment, zstd ({largest.case.group.lower()}: {largest.case.name})"
        yield _verdict(name, largest.size, LIMIT_FRAGMENT)


def _verdict(name: str, size: int, limit: int) -> str:
    return f"{'!' if size > limit else ' '} {name}: {size:,} of {limit:,} bytes"


def _line(timing: Timing, bare_p50: float) -> str:
    name = timing.case.name if len(timing.case.name) <= _WIDTH else timing.case.name[: _WIDTH - 1] + "…"
    rows = "" if timing.rows is None else timing.rows
    status = "" if timing.status == 200 else f"  HTTP {timing.status}"
    return (
        f"{'!' if timing.is_over else ' '} {name:{_WIDTH}} {timing.p50:7.2f} {timing.p95:7.2f}"
        f" {max(timing.milliseconds):7.2f} {timing.p50 / bare_p50:6.1f} {timing.cpu:7.2f} {timing.sql:7.2f}"
        f" {timing.queries:7} {rows:>5} {timing.size:7,}{status}"
    )


def as_json(
    timings: Sequence[Timing], bare: Sequence[float], loads: Sequence[FirstLoad], generations: int
) -> dict[str, Any]:
    """The same as plain values; times in milliseconds, sizes in bytes."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "generations": generations,
        "rounds": len(timings[0].milliseconds) if timings else 0,
        "limits": {"p50": LIMIT_P50, "p95": LIMIT_P95},
        "bare": {"p50": round(median(bare), 3), "p95": round(percentile_95(bare), 3)},
        "cases": [
            {
                "group": timing.case.group,
                "name": timing.case.name,
                "path": timing.case.path,
                "fragment": timing.case.fragment,
                "status": timing.status,
                "p50": round(timing.p50, 3),
                "p95": round(timing.p95, 3),
                "max": round(max(timing.milliseconds), 3),
                "cpu": round(timing.cpu, 3),
                "sql": round(timing.sql, 3),
                "queries": timing.queries,
                "rows": timing.rows,
                "bytes": timing.size,
                "over": timing.is_over,
            }
            for timing in timings
        ],
        "first_load": [
            {"encoding": load.encoding, "total": load.total, "parts": dict(load.parts)} for load in loads
        ],
    }
