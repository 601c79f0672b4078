"""The rules of namespaces, as pure functions: which hidden tags a recipe has to carry, and which it may.

A hidden tag is called `namespace:value`. Its namespace says how many of its tags a recipe carries at least
and at most, which recipes carry any at all, and which values are for what they make. `broken_rules` finds
what a recipe's tags break; forms and commands refuse what they would break anew, and pages list what is
broken already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from delula.models import JsonValue

#: What a namespace can be called.
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Choice:
    """A hidden tag, as one of the choices of its namespace.

    Attributes:
        tag_id: which tag.
        name: with the namespace.
        types: what a recipe that carries it makes, one of these; empty for anything.
        is_active: whether the product uses it.
        color: as the database has it.
    """

    tag_id: int
    name: str
    types: frozenset[str] = frozenset()
    is_active: bool = True
    color: str | None = None

    @property
    def value(self) -> str:
        """What stands behind the colon."""
        return self.name.partition(":")[2]

    def suits(self, generation_type: str) -> bool:
        """Whether a recipe that makes this may carry it."""
        return not self.types or generation_type in self.types


@dataclass(frozen=True)
class Namespace:
    """A namespace with its rules.

    Attributes:
        name: without the colon.
        description: what it says of a recipe.
        at_least: tags of it that a recipe has to carry.
        at_most: that it may carry; None for as many as one likes.
        types: what recipes make that carry its tags; empty for all recipes.
        choices: its tags, by name.
    """

    name: str
    description: str = ""
    at_least: int = 0
    at_most: int | None = None
    types: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[int, Choice]:
        """Its tags by id."""
        return {choice.tag_id: choice for choice in self.choices}

    @property
    def is_single(self) -> bool:
        """Whether a recipe carries one of its tags at most: a choice, not a set."""
        return self.at_most == 1

    @property
    def rule(self) -> str:
        """How many of its tags a recipe carries, and which recipe, in words."""
        who = f"A recipe that makes {_either(self.types)}" if self.types else "Every recipe"
        least, most = self.at_least, self.at_most
        if most is None:
            return f"{who} carries {f'at least {least}' if least else 'any number'}."
        if least == most:
            return f"{who} carries {_count(most)}, and no more."
        return f"{who} carries {f'{least} to {most}' if least else f'{_count(most)} at most'}."

    def applies_to(self, generation_type: str) -> bool:
        """Whether recipes that make this carry its tags at all."""
        return not self.types or generation_type in self.types

    def choices_for(self, generation_type: str) -> Sequence[Choice]:
        """The active tags that a recipe which makes this may be given."""
        if not self.applies_to(generation_type):
            return ()
        return [choice for choice in self.choices if choice.is_active and choice.suits(generation_type)]


@dataclass(frozen=True)
class BrokenRule:
    """A rule that the tags of a recipe break.

    Attributes:
        namespace: whose rule.
        rule: `at_least`, `at_most`, `types` or `choices`, as the namespace calls it.
        text: one sentence, which says the rule and what breaks it.
        tag_id: the tag that breaks it, where it is a single one.
    """

    namespace: str
    rule: str
    text: str
    tag_id: int | None = None


def broken_rules(
    tag_ids: Iterable[int | None] | None, generation_type: str, namespaces: Iterable[Namespace]
) -> list[BrokenRule]:
    """What the tags of a recipe break, namespace by namespace.

    Args:
        tag_ids: `recipes.tag_highlights`: may be null, hold nulls, the same twice, and ids that no tag has.
        generation_type: what the recipe makes.
        namespaces: all that are declared.
    """
    carried = {id_ for id_ in tag_ids or () if id_ is not None}
    found: list[BrokenRule] = []
    for one in namespaces:
        named = sorted((one.by_id[id_] for id_ in carried & one.by_id.keys()), key=attrgetter("name"))
        if not one.applies_to(generation_type):
            if named:
                text = (
                    f"Only recipes that make {_either(one.types)} carry a {one.name}: tag;"
                    f" this one makes {generation_type}."
                )
                found.append(BrokenRule(one.name, "types", text))
            continue
        if len(named) < one.at_least:
            found.append(BrokenRule(one.name, "at_least", _too_few(one, len(named))))
        if one.at_most is not None and len(named) > one.at_most:
            names = ", ".join(choice.name for choice in named)
            most = f"{_count(one.at_most)} {one.name}: {_tags(one.at_most)}"
            text = f"A recipe carries {most} at most, not {names}."
            found.append(BrokenRule(one.name, "at_most", text))
        for choice in named:
            if not choice.suits(generation_type):
                text = (
                    f"{choice.name} is for recipes that make {_either(choice.types)};"
                    f" this one makes {generation_type}."
                )
                found.append(BrokenRule(one.name, "choices", text, choice.tag_id))
    return found


def newly_broken(
    before: Iterable[int | None] | None,
    after: Iterable[int | None] | None,
    generation_type: str,
    namespaces: Sequence[Namespace],
    namespaces_after: Sequence[Namespace] | None = None,
) -> list[BrokenRule]:
    """What a change of a recipe's tags breaks that was not broken before: old faults hinder no other change.

    Args:
        before: the tags as they are.
        after: as they would be.
        generation_type: what the recipe makes.
        namespaces: all that are declared.
        namespaces_after: the same as they would be, where the change is one of them.
    """
    was = {(one.namespace, one.rule, one.tag_id) for one in broken_rules(before, generation_type, namespaces)}
    return [
        one
        for one in broken_rules(after, generation_type, namespaces_after or namespaces)
        if (one.namespace, one.rule, one.tag_id) not in was
    ]


def read_choices(value: JsonValue) -> Mapping[str, frozenset[str]]:
    """What the column `choices` says: by value, the types that it is for."""
    if not isinstance(value, Mapping):
        return {}
    return {
        name: frozenset(str(one) for one in types) for name, types in value.items() if isinstance(types, list)
    }


def _too_few(one: Namespace, carried: int) -> str:
    start = f"A recipe needs {'a' if one.at_least == 1 else f'at least {one.at_least}'} {one.name}: "
    return f"{start}{_tags(one.at_least)}; this one has {carried or 'none'}."


def _count(number: int) -> str:
    return "one" if number == 1 else str(number)


def _tags(number: int) -> str:
    return "tag" if number == 1 else "tags"


def _either(types: Iterable[str]) -> str:
    return " or ".join(sorted(types))
