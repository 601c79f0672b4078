"""The line of time of an execution, from rows with any times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delula.executions.trace import trace_of
from delula.models.tolerance import EARLIEST, LATEST

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Run:
    """As much of a row as a trace reads."""

    id: int
    created_at: datetime | None = START
    processing_time_ms: int | None = 1000
    credit_cost: int | None = None
    success: bool | None = True


def at(second: float) -> datetime:
    """So many seconds after the beginning."""
    return START + timedelta(seconds=second)


def test_bars_lie_where_their_runs_lay() -> None:
    trace = trace_of([Run(1, at(0), 2000, 3), Run(2, at(5), 5000, 4, success=False), Run(3, at(2), None)], 10)
    assert [(bar.x, bar.width) for _, bar in trace.runs if bar] == [(0, 20), (50, 50), (20, 0.4)]
    assert (trace.start, trace.seconds, trace.busy, trace.credits) == (at(0), 10, 7, 7)
    assert (trace.success, trace.failed, trace.unfinished) == (False, 1, 0)
    assert [(mark.x, mark.seconds) for mark in trace.marks] == [(20 * n, 2 * n) for n in range(6)]


@pytest.mark.parametrize("odd", [None, LATEST.replace(tzinfo=UTC), EARLIEST.replace(tzinfo=UTC)])
def test_times_that_are_none_have_no_bar_and_stretch_nothing(odd: datetime | None) -> None:
    trace = trace_of([Run(1, at(0)), Run(2, odd)], 10)
    assert [bar is None for _, bar in trace.runs] == [False, True]
    assert trace.seconds == 1
    alone = trace_of([Run(1, odd)], 10)
    assert (alone.start, alone.seconds, alone.marks) == (None, None, [])


def test_negative_and_absent_times_take_no_time() -> None:
    trace = trace_of([Run(1, at(0), -5), Run(2, at(0), None)], 10)
    assert (trace.seconds, trace.busy, trace.marks) == (0, 0, [])
    assert all(bar is not None for _, bar in trace.runs)


def test_an_execution_succeeds_where_all_did_and_is_unfinished_where_one_is() -> None:
    assert trace_of([Run(1), Run(2)], 10).success is True
    assert trace_of([Run(1), Run(2, success=None)], 10).success is None
    assert trace_of([Run(1, success=False), Run(2, success=None)], 10).success is False


def test_no_cost_at_all_is_not_a_cost_of_nothing() -> None:
    assert trace_of([Run(1)], 10).credits is None
    assert trace_of([Run(1, credit_cost=0), Run(2)], 10).credits == 0


def test_more_runs_than_are_shown_are_said_to_be_there() -> None:
    trace = trace_of([Run(number) for number in range(11)], 10)
    assert trace.is_cut
    assert len(trace.runs) == 10
    assert not trace_of([Run(number) for number in range(10)], 10).is_cut


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.none() | st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29)),  # noqa: DTZ001
            st.none() | st.integers(-(2**31), 2**31 - 1),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_bar_lies_within_the_line(runs: list[tuple[datetime | None, int | None]]) -> None:
    rows = [Run(n, t and t.replace(tzinfo=UTC), ms) for n, (t, ms) in enumerate(runs)]
    trace = trace_of(rows, 10)
    for _, bar in trace.runs:
        if bar is not None:
            assert 0 <= bar.x <= 100
            assert bar.width > 0
            assert bar.x + bar.width <= 100.02
    assert len(trace.marks) <= 7
    assert all(0 <= mark.x <= 100 for mark in trace.marks)
