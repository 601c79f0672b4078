"""Which names of tags are so close that one of them is probably a slip."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Shorter names differ by one letter all the time: "cat" and "car".
SHORTEST = 5


@lru_cache(maxsize=20_000)
def folded(name: str) -> str:
    """A name without what people write now so and now so: capitals, spaces, hyphens, a plural's s."""
    return re.sub(r"(?<=[^\W\d]{3})s$", "", re.sub(r"[\s_-]+", "", name.casefold()))


def are_alike(one: str, other: str) -> bool:
    """Whether two folded names are the same, or one slip of the keyboard apart.

    A slip is a letter too many, too few, wrong, or two swapped. Digits are no slips: "1920s" and "1930s" are
    two things.
    """
    if one == other:
        return bool(one)
    short, long = sorted((one, other), key=len)
    if len(short) < SHORTEST or len(long) - len(short) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(long) > len(short):
        return long[start].isalpha() and long[start + 1 :] == short[start:]
    if short[start + 1 :] == long[start + 1 :]:
        return short[start].isalpha() and long[start].isalpha()
    return (
        short[start : start + 2].isalpha()
        and short[start : start + 2] == long[start : start + 2][::-1]
        and short[start + 2 :] == long[start + 2 :]
    )


def _traces(name: str) -> Iterator[str]:
    """What two names that are alike have in common: the name itself, and it without one of its letters."""
    yield name
    if len(name) >= SHORTEST:
        for index in range(len(name)):
            yield name[:index] + name[index + 1 :]


@lru_cache(maxsize=8)
def alike(names: tuple[tuple[int, str], ...]) -> Mapping[int, Sequence[int]]:
    """For each id whose name is close to others, the ids of those; names of a catalogue seldom change.

    Two thousand names make two million pairs, so names are looked up by their traces instead.
    """
    keys = {id_: folded(name) for id_, name in names}
    by_trace: dict[str, list[int]] = {}
    for id_, key in keys.items():
        for trace in set(_traces(key)):
            by_trace.setdefault(trace, []).append(id_)
    found: dict[int, set[int]] = {}
    for ids in by_trace.values():
        for index, one in enumerate(ids):
            for other in ids[index + 1 :]:
                if are_alike(keys[one], keys[other]):
                    found.setdefault(one, set()).add(other)
                    found.setdefault(other, set()).add(one)
    return {id_: sorted(others) for id_, others in found.items()}
