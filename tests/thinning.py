"""Which of many like cases the suite tries; the others belong to `make test-slow`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _pytest.mark.structures import ParameterSet


def some(cases: Iterable[object], keep: int) -> list[ParameterSet]:
    """All cases, of which `keep`, evenly spread with the first among them, are not slow.

    Args:
        cases: for `pytest.mark.parametrize`; a tuple holds the values of several parameters.
        keep: how many.
    """
    all_of_them = list(cases)
    kept = {number * len(all_of_them) // keep for number in range(min(keep, len(all_of_them)))}
    return [
        pytest.param(*_values(case), marks=() if number in kept else pytest.mark.slow)
        for number, case in enumerate(all_of_them)
    ]


def _values(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)
