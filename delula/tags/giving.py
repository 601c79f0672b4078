"""Tags of recipes, given and taken: one recipe at a time, or many that are selected in their list."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import update

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, Touched, digest, register
from delula.commands.members import OFFERED, Edits, Member, Members, edited, read_edits
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import LARGEST_ID, Recipe, id_in
from delula.models.tolerance import parse_json
from delula.recipes import versions
from delula.tags import queries
from delula.tags.namespaces import newly_broken
from delula.web.display import named, read_column
from delula.web.tags import dangling_chip, tag_chip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import AuditEntry, JsonValue
    from delula.tags.namespaces import Namespace

#: Ids that no tag has which a sentence names.
SHOWN_GONE = 6
PUBLIC, HIDDEN, GONE = "On the card", "Hidden", "Ids without a tag"


@dataclass(frozen=True, kw_only=True)
class Giving(Given):
    """A recipe, and what is done to its tags.

    Attributes:
        recipe: its id.
        tags: a line for each tag, with `+` or `-` before its id.
    """

    recipe: int
    tags: str


def tag_member(row: AnyRow, count: int = 0) -> Member:
    """A tag, as the control of a recipe's tags shows it."""
    drawn = tag_chip(row.name, row.color, hidden=row.is_hidden, active=row.is_active)
    return Member(str(row.id), named(row.name), count, HIDDEN if row.is_hidden else PUBLIC, drawn)


def _of(recipe_ids: Sequence[str]) -> Sequence[Member]:
    """What these recipes carry, and the choices of namespaces, which are always at hand."""
    counts = queries.carried_by([id_ for one in recipe_ids if (id_ := id_in(one)) is not None])
    namespaces = queries.namespaces()
    choices = {choice.tag_id: one for one in namespaces for choice in one.choices}
    wanted = {*counts, *(choice.tag_id for one in namespaces for choice in one.choices if choice.is_active)}
    rows = queries.held(wanted, lock=False)
    found = []
    for row in rows.values():
        member = tag_member(row, counts.get(row.id, 0))
        group = f"{choices[row.id].name}: {_how_many(choices[row.id])}" if row.id in choices else member.group
        found.append(Member(member.value, member.name, member.count, group, member.drawn))
    found += [
        Member(str(id_), f"tag {id_} is gone", count, GONE, dangling_chip(id_))
        for id_, count in counts.items()
        if id_ not in rows
    ]
    return sorted(found, key=lambda one: (-one.count, one.name.lower()))


def _how_many(namespace: Namespace) -> str:
    return "one of them" if namespace.is_single else "any of them"


def _named(values: Sequence[str]) -> Sequence[Member]:
    ids = [id_ for value in values if (id_ := id_in(value)) is not None]
    rows = queries.held(ids, lock=False) if ids else {}
    return [tag_member(row) for row in rows.values()]


def _offered(sought: str) -> Sequence[Member]:
    return [tag_member(row) for row in queries.called(sought, OFFERED)]


def read_ids(edits: Edits) -> tuple[list[int], list[int]]:
    """The ids of tags that are given, and of those that are taken.

    Raises:
        InvalidInput: one is no id.
    """
    if odd := next((value for value in edits.values if id_in(value) is None), None):
        raise InvalidInput("tags", f"“{odd[:80]}” is no id of a tag.")
    return [int(value) for value in edits.give], [int(value) for value in edits.take]


OfRecipeT = TypeVar("OfRecipeT", bound=Given)


class RecipeTagsCommand(Command[OfRecipeT]):
    """A command on the tags of one recipe, whose input says which by `recipe`."""

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The recipe, by its name."""
        id_ = id_in(texts.get("recipe", ""))
        recipe = None if id_ is None else queries.tagged(id_, lock=False)
        return Touched("recipe", str(id_), recipe.name or f"Recipe {id_}") if recipe else None


class Give(RecipeTagsCommand[Giving]):
    """Gives a recipe tags and takes others from it; all that is not named stays, in its order."""

    name = "tags.give"
    title = "Edit tags"
    permission = Permission.TAGS_EDIT
    given = Giving
    object_field = "recipe"
    fields = (
        InputField(
            "tags",
            "Tags",
            kind="members",
            members=Members(_of, _named, _offered),
            help="Only what you change is saved.",
        ),
    )

    def plan(self, given: Giving, *, lock: bool) -> Plan:
        """Check that the tags exist, and that no rule of a namespace is broken by it."""
        give, take = read_ids(read_edits("tags", given.tags))
        tags = queries.held({*give, *take}, lock=lock)
        if gone := [id_ for id_ in give if id_ not in tags]:
            raise InvalidInput("tags", queries.absence(gone[0]))
        recipe = queries.tagged(given.recipe, lock=lock)
        if recipe is None:
            raise Refused(f"There is no recipe {given.recipe}.")
        namespaces = queries.namespaces()
        take += _instead(give, namespaces)
        before = recipe.tag_highlights
        after = edited(before, give, take)
        if after == (before or []):
            raise Refused(f"Recipe {recipe.id} would stay as it is.")
        if broken := newly_broken(before, after, recipe.generation_type, namespaces):
            raise Refused(" ".join(one.text for one in broken))
        given_now = [id_ for id_ in after if id_ not in (before or ())]
        taken_now = [id_ for id_ in dict.fromkeys(before or ()) if id_ not in after]
        return Plan(
            f"{_sentence(recipe, given_now, taken_now)}.",
            Change("recipe", str(recipe.id), {"tag_highlights": before}, {"tag_highlights": after}),
            version=version_of(before),
        )

    def write(self, given: Giving, plan: Plan) -> Mapping[str, JsonValue]:
        """Set the array, and nothing else of the recipe."""
        set_tags(given.recipe, plan.change.after["tag_highlights"])
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Carrying]:
        """The very array from before, while the recipe carries what it was left with."""
        version = version_of(entry.after["tag_highlights"])
        given = Carrying(
            recipe=int(entry.object_id), tags=json.dumps(entry.before["tag_highlights"]), version=version
        )
        return Invocation(PUT_BACK, given)


@dataclass(frozen=True, kw_only=True)
class Carrying(Given):
    """A recipe and all that it shall carry: a JSON list of ids, or null."""

    recipe: int
    tags: str


class PutBack(Command[Carrying]):
    """Gives a recipe what it carried before, whatever that was: the undo of `tags.give`."""

    name = "tags.put_back"
    title = "Put tags back"
    permission = Permission.TAGS_EDIT
    given = Carrying

    def plan(self, given: Carrying, *, lock: bool) -> Plan:
        """Whatever it was, it is what the recipe had."""
        try:
            after = parse_json(given.tags)
        except ValueError:
            after = "odd"
        if after is not None and not (isinstance(after, list) and all(_is_entry(one) for one in after)):
            raise InvalidInput("tags", "It takes a list of ids.")
        recipe = queries.tagged(given.recipe, lock=lock)
        if recipe is None:
            raise Refused(f"There is no recipe {given.recipe}.")
        before = recipe.tag_highlights
        change = Change("recipe", str(recipe.id), {"tag_highlights": before}, {"tag_highlights": after})
        return Plan(f"Put back the tags of recipe {recipe.id}.", change, version=version_of(before))

    def write(self, given: Carrying, plan: Plan) -> Mapping[str, JsonValue]:
        """Set the array."""
        set_tags(given.recipe, plan.change.after["tag_highlights"])
        return {}


@dataclass(frozen=True, kw_only=True)
class OfRecipe(Given):
    """A recipe."""

    recipe: int


class Tidy(RecipeTagsCommand[OfRecipe]):
    """Takes from a recipe what says nothing: the same tag again, empty entries, and ids that no tag has.

    Of a tag that was merged, the one that it was merged into stands there instead: the product may have given
    it at the moment of the merge.
    """

    name = "tags.tidy"
    title = "Tidy tags"
    permission = Permission.TAGS_EDIT
    given = OfRecipe
    object_field = "recipe"

    def plan(self, given: OfRecipe, *, lock: bool) -> Plan:
        """Refuse where nothing is to be tidied."""
        recipe = queries.tagged(given.recipe, lock=lock)
        if recipe is None:
            raise Refused(f"There is no recipe {given.recipe}.")
        before = recipe.tag_highlights or []
        tags = queries.held([id_ for id_ in before if id_ is not None], lock=lock)
        found = queries.successors([id_ for id_ in set(before) if id_ is not None and id_ not in tags])
        names = queries.held(found.values(), lock=lock)
        merged = {id_: into for id_, into in found.items() if into in names}
        namespaces = queries.namespaces()
        after = _tidied(before, tags.keys(), merged)
        if newly_broken(before, after, recipe.generation_type, namespaces):
            merged, after = {}, _tidied(before, tags.keys(), {})
        if after == before:
            raise Refused(f"The tags of recipe {recipe.id} are tidy.")
        gone = [id_ for id_ in dict.fromkeys(before) if id_ not in tags and id_ not in merged]
        untagged = ", ".join("an empty entry" if id_ is None else str(id_) for id_ in gone[:SHOWN_GONE])
        untagged += f" and {len(gone) - SHOWN_GONE} more" if len(gone) > SHOWN_GONE else ""
        twice = len(before) - len(set(before))
        parts = [f"{untagged}, which no tag has"] * bool(gone)
        parts += [f"{twice} that {'stands' if twice == 1 else 'stand'} there already"] * bool(twice)
        taken = [f"take away {', and '.join(parts)}"] if parts else []
        put = [
            f"put {names[into].name} in the place of {id_}, which was merged into it"
            for id_, into in merged.items()
        ]
        done = ", ".join([*put, *taken])
        return Plan(
            f"{recipe.name or f'Recipe {recipe.id}'}: {done}.",
            Change("recipe", str(recipe.id), {"tag_highlights": before}, {"tag_highlights": after}),
            version=version_of(before),
        )

    def write(self, given: OfRecipe, plan: Plan) -> Mapping[str, JsonValue]:
        """Set the array, and nothing else of the recipe."""
        set_tags(given.recipe, plan.change.after["tag_highlights"])
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Carrying]:
        """The very array from before, while the recipe carries what it was left with."""
        return GIVE.inverse(entry)


def _tidied(before: Sequence[int | None], tags: Collection[int], merged: Mapping[int, int]) -> list[Any]:
    """The tags of a recipe, each once, and what took the place of those that were merged."""
    instead = [None if id_ is None else merged.get(id_, id_) for id_ in before]
    return [
        id_ for id_ in dict.fromkeys(instead) if id_ is not None and (id_ in tags or id_ in merged.values())
    ]


def version_of(tags: JsonValue) -> str:
    """Stands for what a recipe carries."""
    return digest(tags)


def set_tags(recipe_id: int, tags: JsonValue) -> None:
    """Write `recipes.tag_highlights` of one recipe, which is kept as it was."""
    with versions.kept([recipe_id]):
        session().execute(update(Recipe).where(Recipe.id == recipe_id).values(tag_highlights=tags))


def _is_entry(value: JsonValue) -> bool:
    return value is None or (type(value) is int and -LARGEST_ID <= value <= LARGEST_ID)


def _instead(give: Iterable[int], namespaces: Sequence[Namespace]) -> list[int]:
    """The other choices of a namespace of which one is given where a recipe carries only one."""
    chosen = set(give)
    return [
        choice.tag_id
        for one in namespaces
        if one.is_single and len(chosen & {choice.tag_id for choice in one.choices}) == 1
        for choice in one.choices
        if choice.tag_id not in chosen
    ]


def _sentence(recipe: AnyRow, given: Sequence[int | None], taken: Sequence[int | None]) -> str:
    rows = queries.held([id_ for id_ in (*given, *taken) if id_ is not None], lock=False)
    names = {id_: named(row.name) for id_, row in rows.items()}

    def listed(ids: Sequence[int | None]) -> str:
        return ", ".join("an empty entry" if id_ is None else names.get(id_, f"tag {id_}") for id_ in ids)

    name = recipe.name or f"recipe {recipe.id}"
    if given and taken:
        return f"Give {name} {listed(given)}, and take {listed(taken)} from it"
    return f"Give {name} {listed(given)}" if given else f"Take {listed(taken)} from {name}"


def _in_words(values: Sequence[object]) -> list[str]:
    """What recipes carry, by name: lists of ids, or the text of their field; and single ids."""
    lists = [
        one.split(", ") if isinstance(one, str) else one if isinstance(one, list) else [one] for one in values
    ]
    ids = {id_ for entries in lists for entry in entries if (id_ := id_in(str(entry))) is not None}
    names = queries.remembered_names(ids)

    def word(entry: object) -> str:
        if entry is None or entry == "null":
            return "empty entry"
        return names.get(id_in(str(entry)) or 0, f"tag {entry}")

    return [", ".join(map(word, entries)) or "none" for entries in lists]


read_column("tag_highlights", _in_words)
read_column("into", _in_words)

GIVE, PUT_BACK, TIDY = register(Give()), register(PutBack()), register(Tidy())
