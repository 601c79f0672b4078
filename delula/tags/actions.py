"""What curators can do to tags: make, change, switch, hide, merge and delete them, and take that back.

A tag stands in the arrays of recipes by its id, so a change of a tag changes all of them, and each preview
names them. No command breaks a rule of a namespace that was kept before.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from psycopg.errors import UniqueViolation
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, Touched, digest, register
from delula.commands.members import OFFERED
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry, Tag, id_in
from delula.tags import names, queries
from delula.tags.giving import tag_member
from delula.tags.looks import preview_of
from delula.tags.namespaces import Choice, newly_broken
from delula.tags.rewriting import Rewriting, carriers, enter, replaced, rewritten_by
from delula.web.contrast import contrast_of
from delula.web.display import column_words, named
from delula.web.tags import TAG_COLORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from delula.commands.members import Member
    from delula.db import AnyRow
    from delula.models import JsonValue
    from delula.tags.namespaces import Namespace
    from delula.tags.rewriting import Carrier

KIND = "tag"
LONGEST_NAME, LONGEST_DESCRIPTION = 50, 2_000
#: Recipes that a refusal names.
SHOWN = 5
UNCONVENTIONAL = "A hidden tag is called namespace:value, without spaces."
TAKEN = "There is a tag of that name already; merge this one into it instead."

_COLORS = tuple((color, color.capitalize()) for color in sorted(TAG_COLORS))
_NAME = InputField("name", "Name", help="A hidden one is called namespace:value.")
_DESCRIPTION = InputField("description", "Description", kind="multiline", optional=True)
_COLOR = InputField("color", "Colour", kind="choice", choices=lambda: _COLORS)


def _offered(sought: str) -> Sequence[Member]:
    return [tag_member(row) for row in queries.called(sought, OFFERED)]


@dataclass(frozen=True, kw_only=True)
class OfTag(Given):
    """The tag that a command is about."""

    id: int


@dataclass(frozen=True, kw_only=True)
class NewTag(Given):
    """A tag as it shall be made."""

    name: str
    description: str = ""
    color: str = "gray"
    is_hidden: bool = False
    is_active: bool = True


class Create(Command[NewTag]):
    """Makes a tag."""

    name = "tags.create"
    title = "New tag"
    permission = Permission.TAGS_EDIT
    given = NewTag
    fields = (
        _NAME,
        _DESCRIPTION,
        _COLOR,
        InputField("is_hidden", "Hidden: it sorts the catalogue, and users never see it", kind="yes_no"),
        InputField("is_active", "Active", kind="yes_no"),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - nothing is stored yet
        """What a new tag is unless somebody says otherwise."""
        return {"color": "gray", "is_active": "yes"}

    is_edit = True

    def plan(self, given: NewTag, *, lock: bool) -> Plan:
        """Check the name; the id is taken when it is made."""
        name = _checked_name(given.name, is_hidden=given.is_hidden)
        _refuse_taken(name, None, lock=lock)
        values = {
            "name": name,
            "description": _checked_description(given.description),
            "color": _checked_color(given.color),
            "is_hidden": given.is_hidden,
            "is_active": given.is_active,
        }
        former = names.bearer(name)
        return Plan(
            f"Make the {'hidden ' if given.is_hidden else ''}tag {name}.",
            Change(KIND, str(names.next_id()) if lock else "new", {}, values),
            warnings=(f"It is the former name of {former.name}, which is no longer found by it.",)
            if former
            else (),
            drawn=preview_of(name, given.color, hidden=given.is_hidden, active=given.is_active),
        )

    def write(self, given: NewTag, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is planned
        """Insert it."""
        _insert({"id": int(plan.change.id), **plan.change.after})
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Deleting]:
        """Delete it, while no recipe carries it."""
        return Invocation(DELETE, Deleting(id=int(entry.object_id)))


@dataclass(frozen=True, kw_only=True)
class Edited(OfTag):
    """A tag as it shall be.

    Attributes:
        only: the fields that count, with commas between; all where it is empty.
    """

    name: str = ""
    description: str = ""
    color: str = ""
    only: str = ""


_EDITED = ("name", "description", "color")


OfTagT = TypeVar("OfTagT", bound=Given)


class TagCommand(Command[OfTagT]):
    """A command on one tag, whose input says which by `id`."""

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The tag, by its name."""
        id_ = id_in(texts.get("id", ""))
        try:
            tag = names.tag(id_ or 0, lock=False)
        except Refused:
            return None
        return Touched(KIND, str(id_), tag.name or f"Tag {id_}")


class Edit(TagCommand[Edited]):
    """Renames, describes and recolours a tag; recipes keep it, and its old name still finds it."""

    name = "tags.edit"
    title = "Edit tag"
    permission = Permission.TAGS_EDIT
    given = Edited
    fields = (_NAME, _DESCRIPTION, _COLOR)
    is_edit = True

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        try:
            tag = names.tag(int(texts.get("id", "")), lock=False)
        except (ValueError, Refused):
            return {}
        found = {field: getattr(tag, field) or "" for field in _EDITED}
        return {**found, "version": digest(found)}

    def plan(self, given: Edited, *, lock: bool) -> Plan:
        """Check what differs from what is stored, and nothing else: that may be older than our rules."""
        tag = names.tag(given.id, lock=lock)
        fields = [field for field in _EDITED if not given.only or field in given.only.split(",")]
        stored = {field: getattr(tag, field) for field in fields}
        wanted: dict[str, JsonValue] = {}
        for field in fields:
            typed = getattr(given, field)
            if typed != (stored[field] or ""):
                wanted[field] = self._checked(field, typed, tag)
        before = {field: stored[field] for field, value in wanted.items() if value != stored[field]}
        if not before:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        after = {field: wanted[field] for field in before}
        carrying = carriers(tag.id, lock=lock and "name" in after)
        if "name" in after:
            _refuse_taken(str(after["name"]), tag.id, lock=lock)
            _refuse_broken(carrying, tag, str(after["name"]), is_hidden=tag.is_hidden)
        changed = " and ".join(", ".join(map(column_words, after)).rsplit(", ", 1))
        return Plan(
            f"Change the {changed} of tag {tag.name or tag.id}.",
            Change(KIND, str(tag.id), before, after),
            version=digest({field: value or "" for field, value in stored.items()}),
            touches=tuple(one.touched for one in carrying),
            drawn=_drawn({**tag._mapping, **after}, carrying),  # noqa: SLF001 - public, in spite of its name
        )

    def _checked(self, field: str, typed: str, tag: AnyRow) -> JsonValue:
        if field == "name":
            return _checked_name(typed, is_hidden=tag.is_hidden)
        return _checked_description(typed) if field == "description" else _checked_color(typed)

    def write(self, given: Edited, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the columns that change; a name goes on finding the tag, and its choice keeps its rule."""
        after = plan.change.after
        try:
            session().execute(update(Tag).where(Tag.id == given.id).values(**after))
        except IntegrityError as error:
            if not isinstance(error.orig, UniqueViolation):
                raise
            raise InvalidInput("name", TAKEN) from None
        if "name" in after:
            former, later = str(plan.change.before["name"]), str(after["name"])
            names.rename(given.id, former, later)
            names.move_choice(former, later)
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Edited]:
        """The same columns as they were, if they are still as the entry left them."""
        changed = {field: str(entry.before[field] or "") for field in _EDITED if field in entry.before}
        left = {field: str(entry.after[field] or "") for field in changed}
        given = Edited(id=int(entry.object_id), only=",".join(changed), version=digest(left), **changed)
        return Invocation(self, given)


@dataclass(frozen=True, kw_only=True)
class Recolored(OfTag):
    """A tag and its new colour."""

    color: str


class Recolor(TagCommand[Recolored]):
    """Gives tags another colour."""

    name = "tags.recolor"
    title = "Recolour"
    permission = Permission.TAGS_EDIT
    given = Recolored
    fields = (_COLOR,)
    object_field = "id"

    def plan(self, given: Recolored, *, lock: bool) -> Plan:
        """Refuse what is so already."""
        tag = names.tag(given.id, lock=lock)
        color = _checked_color(given.color)
        if tag.color == color:
            raise Refused(f"Tag {tag.name or tag.id} is {color} already.")
        carrying = carriers(tag.id, lock=False)
        return Plan(
            f"Make tag {tag.name or tag.id} {color} instead of {tag.color or 'no colour'}.",
            Change(KIND, str(tag.id), {"color": tag.color}, {"color": color}),
            version=digest({"color": tag.color or ""}),
            touches=tuple(one.touched for one in carrying),
            drawn=_drawn({**tag._mapping, "color": color}, carrying),  # noqa: SLF001 - as above
        )

    def write(self, given: Recolored, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the colour."""
        session().execute(update(Tag).where(Tag.id == given.id).values(**plan.change.after))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any]:
        """The colour from before, whatever it was."""
        return EDIT.inverse(entry)


class SetFlag(TagCommand[OfTag]):
    """Switches or hides tags.

    Attributes:
        flag: the column.
        value: what it becomes.
        already: what a tag is that is so already.
        verb: what is done, with {} for the tag.
    """

    permission = Permission.TAGS_EDIT
    given = OfTag
    object_field = "id"
    flag: ClassVar[str]
    value: ClassVar[bool]
    already: ClassVar[str]
    verb: ClassVar[str]

    def plan(self, given: OfTag, *, lock: bool) -> Plan:
        """Refuse what is so already, and what breaks a rule of a namespace."""
        tag = names.tag(given.id, lock=lock)
        if getattr(tag, self.flag) == self.value:
            raise Refused(f"Tag {tag.name or tag.id} is {self.already} already.")
        carrying = carriers(tag.id, lock=lock and self.flag == "is_hidden")
        if self.flag == "is_hidden":
            if self.value and not queries.CONVENTION.fullmatch(tag.name):
                raise Refused(f"{UNCONVENTIONAL} Rename {tag.name or tag.id} first.")
            _refuse_broken(carrying, tag, tag.name, is_hidden=self.value)
        after = {self.flag: self.value}
        return Plan(
            self.verb.format(tag.name or tag.id),
            Change(KIND, str(tag.id), {self.flag: getattr(tag, self.flag)}, after),
            version=digest({self.flag: str(getattr(tag, self.flag))}),
            warnings=self.warnings(tag.name, len(carrying)),
            touches=tuple(one.touched for one in carrying),
            drawn=_drawn({**tag._mapping, **after}, carrying),  # noqa: SLF001 - as above
        )

    def warnings(self, name: str, recipes: int) -> tuple[str, ...]:  # noqa: ARG002 - for those that have any
        """What the person should know before, of a tag of that name in so many recipes."""
        return ()

    def write(self, given: OfTag, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the flag."""
        session().execute(update(Tag).where(Tag.id == given.id).values(**plan.change.after))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[OfTag]:
        """The contrary, while the flag is as this left it."""
        given = OfTag(id=int(entry.object_id), version=digest({self.flag: str(self.value)}))
        return Invocation(_CONTRARY[self.name], given)


class Activate(SetFlag):
    """Lets the product use a tag."""

    name = "tags.activate"
    title = "Activate"
    flag, value, already = "is_active", True, "active"
    verb = "Let the product use tag {} again."


class Deactivate(SetFlag):
    """Keeps the product from using a tag; recipes keep it."""

    name = "tags.deactivate"
    title = "Deactivate"
    flag, value, already = "is_active", False, "inactive"
    verb = "Keep the product from using tag {}."

    def warnings(self, name: str, recipes: int) -> tuple[str, ...]:  # noqa: ARG002 - whatever it is called
        """Recipes that carry it go on doing so."""
        return ("Recipes go on carrying it; merge it, or take it from them.",) if recipes else ()


class Hide(SetFlag):
    """Takes a tag from the cards."""

    name = "tags.hide"
    title = "Hide"
    flag, value, already = "is_hidden", True, "hidden"
    verb = "Take tag {} from the cards of recipes."

    def warnings(self, name: str, recipes: int) -> tuple[str, ...]:  # noqa: ARG002 - however many carry it
        """A namespace that is not declared has no rules; it is no reason to refuse an undo."""
        space = name.partition(":")[0]
        if any(one.name == space for one in queries.namespaces()):
            return ()
        return (f"There is no namespace {space}: yet, so no rule holds for it; declare it on its page.",)


class Unhide(SetFlag):
    """Puts a hidden tag onto the cards."""

    name = "tags.unhide"
    title = "Unhide"
    flag, value, already = "is_hidden", False, "public"
    verb = "Show tag {} on the cards of recipes."


@dataclass(frozen=True, kw_only=True)
class Merging(OfTag):
    """A tag, and the one that takes its place, by name or id."""

    into: str


@dataclass(frozen=True, kw_only=True)
class Deleting(OfTag):
    """A tag that shall go, and the one that recipes carry instead, by name or id, where any do."""

    replacement: str = ""


@dataclass(frozen=True)
class Going:
    """What the end of a tag writes.

    Attributes:
        rewriting: what recipes carry then.
        aliases: who bears which name then.
    """

    rewriting: Rewriting
    aliases: Mapping[str, int]


class _End(TagCommand[Any]):
    """Ends a tag: what merging and deleting have in common."""

    permission = Permission.TAGS_EDIT
    object_field = "id"
    is_dangerous = True

    def _plan(
        self,
        tag: AnyRow,
        carrying: Sequence[Carrier],
        into: AnyRow | None,
        sentence: str,
        aliases: Mapping[str, int],
    ) -> Plan:
        former = {one.id: one.tags for one in carrying}
        later = {id_: replaced(tags, tag.id, into.id) for id_, tags in former.items()} if into else {}
        if into:
            _refuse_broken(carrying, tag, None, later=later)
        owned = names.aliases([tag.id], [*aliases])
        kept = {name: id_ for name, id_ in owned.items() if id_ != tag.id}
        before: dict[str, JsonValue] = {**names.whole(tag), "recipes": len(carrying)}
        after: dict[str, JsonValue] = {"into": into.id if into else None}
        if owned or aliases:
            before["aliases"], after["aliases"] = dict(owned), {**kept, **aliases}
        version = {"tag": before, "into": into and into.name, "recipes": former}
        return Plan(
            sentence,
            Change(KIND, str(tag.id), before, after),
            version=digest({"all": json.dumps(version, default=str)}),
            touches=tuple(one.touched for one in carrying),
            says_all=True,
            data=Going(Rewriting(former, later), {**kept, **aliases}),
        )

    def write(self, given: Any, plan: Plan) -> Mapping[str, JsonValue]:
        """Rewrite all recipes, and delete the tag."""
        going: Going = plan.data
        going.rewriting.write()
        names.delete_tag(given.id)
        names.set_aliases(_aliases_in(plan.change.before), going.aliases)
        return {}

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:  # noqa: ARG002 - all is written
        """Let the way back be found by the entry."""
        enter(entry_id)

    def inverse(self, entry: AuditEntry) -> Invocation[Restoring]:
        """The tag again, and every recipe as it was, while none has got other tags."""
        return Invocation(RESTORE, Restoring(entry=entry.id))


class Merge(_End):
    """Puts one tag in the place of another in every recipe; the old name goes on finding it."""

    name = "tags.merge"
    title = "Merge into"
    given = Merging
    fields = (InputField("into", "Into", help="The name of the tag that takes its place.", offered=_offered),)

    def heading(self, subject: Touched | None) -> str:
        """A sentence that the field goes on with."""
        return f"Merge {subject.name} into" if subject else self.title

    def plan(self, given: Merging, *, lock: bool) -> Plan:
        """Put it in place of the other, in each recipe where it stands."""
        tag, into = names.pair(given.id, given.into, "into", lock=lock)
        carrying = carriers(tag.id, lock=lock)
        aliases = {name: into.id for name in (*names.former_names(tag.id), tag.name) if name}
        sentence = (
            f"Merge tag {tag.name or tag.id} into {into.name}; {_carrying(len(carrying))} that instead."
        )
        return self._plan(tag, carrying, into, sentence, aliases)


class Delete(_End):
    """Deletes a tag that no recipe carries, or gives all that do another one."""

    name = "tags.delete"
    title = "Delete"
    given = Deleting
    fields = (
        InputField(
            "replacement",
            "What recipes carry instead",
            help="The name of a tag; needed where recipes carry this one.",
            offered=_offered,
            optional=True,
        ),
    )

    def plan(self, given: Deleting, *, lock: bool) -> Plan:
        """Refuse to leave ids without a tag behind."""
        if given.replacement.strip():
            tag, into = names.pair(given.id, given.replacement, "replacement", lock=lock)
            carrying = carriers(tag.id, lock=lock)
            sentence = f"Delete tag {tag.name or tag.id}; {_carrying(len(carrying))} {into.name} instead."
            return self._plan(
                tag, carrying, into, sentence, dict.fromkeys(names.former_names(tag.id), into.id)
            )
        tag = names.tag(given.id, lock=lock)
        carrying = carriers(tag.id, lock=False)
        if carrying:
            raise Refused(
                f"{_carrying(len(carrying)).capitalize()} tag {tag.name or tag.id}:"
                f" {_named(carrying)}. Name a tag that takes its place."
            )
        return self._plan(tag, (), None, f"Delete tag {tag.name or tag.id}, which no recipe carries.", {})


@dataclass(frozen=True, kw_only=True)
class Restoring(Given):
    """The entry of the audit log whose tag comes back."""

    entry: int


class Restore(Command[Restoring]):
    """Brings back a tag that was merged or deleted, and gives each recipe the very tags that it had."""

    name = "tags.restore"
    title = "Bring the tag back"
    permission = Permission.TAGS_EDIT
    given = Restoring

    def plan(self, given: Restoring, *, lock: bool) -> Plan:
        """Refuse where it would undo what somebody else has done since."""
        entry = session().get(AuditEntry, given.entry)
        if entry is None or entry.action not in {MERGE.name, DELETE.name}:
            raise Refused("There is no tag that could be brought back.")
        name, tag_id = str(entry.before["name"]), int(entry.object_id)
        if names.exists(tag_id) or ((other := names.taken_by(name, None)) and other.name == name):
            raise Refused(f"There is a tag {name or tag_id} again, made since.")
        rows = rewritten_by(entry.id, lock=lock)
        if changed := [row for row in rows if row.id is not None and row.tag_highlights != row.later]:
            shown = ", ".join(f"{named(row.name)} ({row.id})" for row in changed[:SHOWN])
            more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
            raise Refused(
                f"The tags of {_recipes(len(changed))} have changed since: {shown}{more}."
                " Nothing is brought back, or that would be lost."
            )
        here = [row for row in rows if row.id is not None]
        gone = len(rows) - len(here)
        after = {key: value for key, value in entry.before.items() if key != "recipes"}
        change = Change(KIND, entry.object_id, dict(entry.after), {**after, "recipes": len(here)})
        rewriting = Rewriting({row.id: row.later for row in here}, {row.id: row.former for row in here})
        return Plan(
            f"Bring back tag {name or tag_id}, with the tags of {_recipes(len(here))} as they were.",
            change,
            warnings=(f"{_recipes(gone).capitalize()} no longer exist.",) if gone else (),
            touches=tuple(Touched("recipe", str(row.id), named(row.name)) for row in here),
            says_all=True,
            data=rewriting,
        )

    def write(self, given: Restoring, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is planned
        """Insert the row with its id, put each array back, and let former names lead where they led."""
        after = plan.change.after
        _insert({"id": int(plan.change.id), **{name: after[name] for name in _COLUMNS}})
        rewriting: Rewriting = plan.data
        rewriting.put_back()
        names.set_aliases(_aliases_in(plan.change.before), _aliases_in(after))
        return {}


_COLUMNS = ("name", "description", "color", "is_active", "is_hidden", "created_at")


def _aliases_in(values: Mapping[str, JsonValue]) -> Mapping[str, int]:
    found = values.get("aliases")
    return {name: int(str(id_)) for name, id_ in found.items()} if isinstance(found, Mapping) else {}


def _insert(values: Mapping[str, Any]) -> None:
    try:
        names.insert_tag(values)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        constraint = error.orig.diag.constraint_name or ""
        if "name" in constraint:
            raise InvalidInput("name", TAKEN) from None
        raise Refused("The database gives out an id that a tag has already; try again.") from None


#: Characters that nobody sees, or that turn the direction of what follows.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _checked_name(typed: str, *, is_hidden: bool) -> str:
    """A name as it is stored.

    Raises:
        InvalidInput: it cannot be the name of such a tag; says which rule.
    """
    name = typed.strip()
    if not name:
        raise InvalidInput("name", "A tag needs a name.")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("name", f"Keep it to {LONGEST_NAME} characters.")
    if any(unicodedata.category(one) in _UNSEEN for one in name):
        raise InvalidInput("name", "It holds a character that nobody sees.")
    if not is_hidden:
        return name
    if not queries.CONVENTION.fullmatch(name):
        raise InvalidInput("name", UNCONVENTIONAL)
    space, declared = name.partition(":")[0], {one.name for one in queries.namespaces()}
    if space not in declared:
        known = ", ".join(sorted(declared))
        raise InvalidInput(
            "name", f"There is no namespace {space}: yet; declare it first, or use one of {known}."
        )
    return name


def _checked_description(typed: str) -> str | None:
    description = typed.strip()
    if len(description) > LONGEST_DESCRIPTION:
        raise InvalidInput("description", f"Keep it to {LONGEST_DESCRIPTION:,} characters.")
    return description or None


def _checked_color(typed: str) -> str:
    color = typed.strip().lower()
    contrast = contrast_of(color)
    if contrast is None:
        raise InvalidInput("color", "Choose one of the product's colours.")
    if not contrast.is_enough:
        raise InvalidInput("color", f"It cannot be read: its contrast is {min(contrast):.1f}, less than 4.5.")
    return color


def _refuse_taken(name: str, but: int | None, *, lock: bool) -> None:
    """Refuse a name that another tag has, in whatever case."""
    if lock:
        names.hold(name)
    if (other := names.taken_by(name, but)) is not None:
        raise InvalidInput("name", f"Tag {other.id} is called {other.name} already.")


def _refuse_broken(
    carrying: Sequence[Carrier],
    tag: AnyRow,
    name: str | None,
    *,
    is_hidden: bool = False,
    later: Mapping[int, list[int | None]] | None = None,
) -> None:
    """Refuse what would break a rule of a namespace in a recipe where it is kept now.

    Args:
        carrying: the recipes that carry the tag.
        tag: as it is.
        name: what it would be called; None where it would be gone.
        is_hidden: whether it would be hidden.
        later: what the recipes would carry, by id; what they carry now where it is None.
    """
    before = queries.namespaces()
    after = [_with_choice(one, tag, name if is_hidden else None) for one in before]
    breaking: list[tuple[Carrier, str]] = []
    for one in carrying:
        broken = newly_broken(
            one.tags, one.tags if later is None else later[one.id], one.makes, before, after
        )
        breaking += [(one, broken[0].text)] if broken else []
    if breaking:
        recipes = [one for one, _ in breaking]
        raise Refused(
            f"It would break a rule in {_recipes(len(breaking))}: {_named(recipes)}. {breaking[0][1]}"
        )


def _with_choice(namespace: Namespace, tag: AnyRow, name: str | None) -> Namespace:
    """A namespace as it is when a tag is called so."""
    others = tuple(choice for choice in namespace.choices if choice.tag_id != tag.id)
    former = next((choice for choice in namespace.choices if choice.tag_id == tag.id), None)
    if name is None or name.partition(":")[0] != namespace.name:
        return replace(namespace, choices=others)
    types = former.types if former else frozenset()
    return replace(namespace, choices=(*others, Choice(tag.id, name, types, tag.is_active, tag.color)))


def _drawn(tag: Mapping[str, Any], carrying: Sequence[Carrier]) -> Markup:
    recipe = carrying[0].name if carrying and carrying[0].name else "A recipe"
    return preview_of(
        tag["name"], tag["color"], hidden=tag["is_hidden"], active=tag["is_active"], recipe=recipe
    )


def _recipes(count: int) -> str:
    return "no recipe" if not count else "1 recipe" if count == 1 else f"{count:,} recipes"


def _carrying(count: int) -> str:
    return f"{_recipes(count)} {'carry' if count > 1 else 'carries'}"


def _named(carrying: Sequence[Carrier]) -> str:
    shown = ", ".join(f"{named(one.name)} ({one.id})" for one in carrying[:SHOWN])
    return shown + (f" and {len(carrying) - SHOWN} more" if len(carrying) > SHOWN else "")


CREATE, EDIT, RECOLOR = register(Create()), register(Edit()), register(Recolor())
ACTIVATE, DEACTIVATE = register(Activate()), register(Deactivate())
HIDE, UNHIDE = register(Hide()), register(Unhide())
MERGE, DELETE, RESTORE = register(Merge()), register(Delete()), register(Restore())

#: What can be done to many tags at once, the most wanted first.
BULK: Sequence[Command[Any]] = (MERGE, RECOLOR, ACTIVATE, DEACTIVATE, HIDE, UNHIDE, DELETE)

_CONTRARY: Mapping[str, SetFlag] = {
    ACTIVATE.name: DEACTIVATE,
    DEACTIVATE.name: ACTIVATE,
    HIDE.name: UNHIDE,
    UNHIDE.name: HIDE,
}
