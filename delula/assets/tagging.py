"""Tags of assets, given and taken: one asset at a time, or many that are selected in the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from delula.assets import queries
from delula.assets.actions import GENERATION, MARKET, SYSTEM, USER, Editing, OfAsset, Subject, digest
from delula.assets.inputs import LONGEST_TAG, MOST_TAGS
from delula.commands import InputField, register
from delula.commands.inputs import one_line
from delula.commands.members import OFFERED, Edits, Member, Members, edited, read_edits
from delula.db import session
from delula.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from delula.models import JsonValue
    from delula.models.enums import AssetSource

#: Values that the planner knows to be the most common; nobody counts half a million arrays for a menu.
_COMMON = text("""
    SELECT tag
    FROM pg_stats, unnest(CAST(CAST(most_common_elems AS text) AS text[])) WITH ORDINALITY AS t (tag, n)
    WHERE schemaname = 'public' AND tablename = :table AND attname = :column AND tag ILIKE :sought
    ORDER BY n LIMIT :most""")


@dataclass(frozen=True, kw_only=True)
class Tagging(OfAsset):
    """An asset, and what is done to its tags: a line for each, with `+` or `-` before it."""

    tags: str


class EditTags(Editing[Tagging]):
    """Gives an asset tags and takes others from it; all that is not named stays, in its order.

    Attributes:
        column_of: the column that holds such tags, by source.
    """

    given = Tagging
    column_of: ClassVar[Mapping[AssetSource, str]]

    def values(self, given: Tagging, it: Subject, row: Mapping[str, Any]) -> dict[str, JsonValue]:
        """The array as it will be."""
        column = self.column_of[it.source]
        edits = _checked(read_edits("tags", given.tags))
        after = edited(row[column], edits.give, edits.take)
        if len(after) > max(MOST_TAGS, len(row[column] or ())):
            raise InvalidInput("tags", f"An asset has at most {MOST_TAGS} tags.")
        # An asset without any stays without: null is no empty list.
        return {column: after if after or row[column] is not None else None}

    def version_of(self, row: Mapping[str, JsonValue]) -> str:
        """Of the tags that the row has, whatever its source calls them."""
        return digest({name: row.get(name) for name in self.columns})

    def sentence(self, given: Tagging, it: Subject) -> str:
        """Which are given and taken."""
        edits = _checked(read_edits("tags", given.tags))
        parts = [f"give {it.title} {', '.join(edits.give)}"] if edits.give else []
        parts += [f"take {', '.join(edits.take)} from {'it' if parts else it.title}"] if edits.take else []
        sentence = " and ".join(parts)
        return f"{sentence[0].upper()}{sentence[1:]}."


def _checked(edits: Edits) -> Edits:
    """The same where every tag that is given can be one; what a live row has can always be taken."""
    return Edits(tuple(one_line("tags", tag, LONGEST_TAG) for tag in edits.give), edits.take)


def _members(column_of: Mapping[AssetSource, str]) -> Members:
    """What the control of such tags shows."""

    def of(references: Sequence[str]) -> Sequence[Member]:
        counts: dict[str, int] = {}
        for tag in _tags_of(references, column_of):
            counts[tag] = counts.get(tag, 0) + 1
        found = [Member(tag, tag, count) for tag, count in counts.items()]
        return sorted(found, key=lambda one: (-one.count, one.name.lower()))

    def offered(sought: str) -> Sequence[Member]:
        escaped = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        names: dict[str, None] = {}
        for source, column in column_of.items():
            asked = {"table": source.table_name, "column": column, "sought": f"%{escaped}%", "most": OFFERED}
            names.update(dict.fromkeys(session().scalars(_COMMON, asked)))
        return [Member(name, name) for name in list(names)[:OFFERED] if name]

    return Members(of, lambda values: [Member(one, one) for one in values], offered, is_open=True)


def _tags_of(references: Sequence[str], column_of: Mapping[AssetSource, str]) -> Iterator[str]:
    for source, asset in queries.find_all(references):
        if source in column_of:
            yield from dict.fromkeys(tag for tag in getattr(asset, column_of[source]) or () if tag)


_NONE = "Generations bear no tags; those of their recipe are edited there."


class EditUserTags(EditTags):
    """Edits the tags that an owner gives."""

    name = "assets.user_tags"
    title = "Edit user tags"
    column_of = {USER: "user_tags", MARKET: "tags"}  # noqa: RUF012 - read alone
    sources = frozenset({USER, MARKET})
    elsewhere: ClassVar = {SYSTEM: "An asset of the product has system tags alone.", GENERATION: _NONE}
    columns = ("user_tags", "tags")
    fields = (
        InputField(
            "tags", "User tags", "members", members=_members(column_of), help="Only what you change is saved."
        ),
    )


class EditSystemTags(EditTags):
    """Edits the tags that the product gives."""

    name = "assets.system_tags"
    title = "Edit system tags"
    column_of = {USER: "system_tags", SYSTEM: "tags"}  # noqa: RUF012 - read alone
    sources = frozenset({USER, SYSTEM})
    elsewhere: ClassVar = {MARKET: "An asset of the market has its creator's tags alone.", GENERATION: _NONE}
    columns = ("system_tags", "tags")
    fields = (
        InputField(
            "tags",
            "System tags",
            "members",
            members=_members(column_of),
            help="Only what you change is saved.",
        ),
    )


USER_TAGS, SYSTEM_TAGS = register(EditUserTags()), register(EditSystemTags())
