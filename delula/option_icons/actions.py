"""What curators do to the icons with which the product shows options of recipes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.errors import UniqueViolation
from sqlalchemy import DateTime, Text, cast, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from delula.access import clock
from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, Touched, digest, register
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry, RecipeOptionTagIcon
from delula.option_icons.looks import option_of
from delula.option_icons.queries import ICONS, named_with
from delula.web.display import named
from delula.web.lucide import lucide_name
from delula.web.tags import TAG_COLORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.db import AnyRow
    from delula.models import JsonValue

KIND = "option_icon"
LONGEST_KEY, LONGEST_DISPLAY = 200, 200
TAKEN = "An option icon has this key already."
_TIMES = ("created_at", "updated_at")
_WORDS = ("display", "icon", "color")


@dataclass(frozen=True, kw_only=True)
class OfIcon(Given):
    """The option icon that a command is about, by its key: a value, a label, or the id of a step."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Drawn(OfIcon):
    """An option icon: its words, the name of its Lucide icon, and its colour."""

    display: str = ""
    icon: str = ""
    color: str = ""


_FIELDS = (
    InputField("display", "Words", help="What users read beside it."),
    InputField("icon", "Icon", kind="icon", help="Type what it shows; the arrows move among what is found."),
    InputField(
        "color",
        "Colour",
        kind="choice",
        choices=lambda: [
            ("none", "No colour"),
            *((color, color.capitalize()) for color in sorted(TAG_COLORS)),
        ],
        optional=True,
    ),
)


class _IconCommand(Command[Any]):
    """What commands on option icons have in common."""

    permission = Permission.TAGS_EDIT


class Create(_IconCommand):
    """Gives an option its icon."""

    name = "option_icons.create"
    title = "New option icon"
    given = Drawn
    fields = (InputField("id", "Key", help="The value or label of an option, or the id of a step."), *_FIELDS)

    def plan(self, given: Drawn, *, lock: bool) -> Plan:
        """Check that the key is free, and that Lucide has the icon."""
        key = given.id.strip()
        if not key or len(key) > LONGEST_KEY:
            raise InvalidInput("id", f"It takes a key of 1 to {LONGEST_KEY} characters.")
        if _row(key, lock=lock) is not None:
            raise InvalidInput("id", TAKEN)
        values = _checked(given, None)
        return Plan(
            f"Give the option {key} the icon {values['icon']}.",
            Change(KIND, key, {}, values),
            touches=_touched(key),
            drawn=option_of(values["display"], values["icon"], values["color"]),
        )

    def write(self, given: Drawn, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is planned
        """Insert it."""
        _insert({"id": plan.change.id, **plan.change.after})
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[OfIcon]:
        """Delete it, while it is as it was made."""
        return Invocation(DELETE, OfIcon(id=entry.object_id, version=_version(entry.after)))


class Edit(_IconCommand):
    """Changes the words, the icon or the colour of an option."""

    name = "option_icons.edit"
    title = "Edit option icon"
    given = Drawn
    is_edit = True
    fields = _FIELDS

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        row = _row(texts.get("id", ""), lock=False)
        if row is None:
            return {}
        found = {name: getattr(row, name) or "" for name in _WORDS}
        return {**found, "color": found["color"] or "none", "version": _version(_words(row))}

    def plan(self, given: Drawn, *, lock: bool) -> Plan:
        """Check what differs from what is stored."""
        row = _row(given.id, lock=lock)
        if row is None:
            raise Refused("There is no such option icon.")
        stored, values = _words(row), _checked(given, row)
        before = {name: stored[name] for name in _WORDS if stored[name] != values[name]}
        if not before:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        return Plan(
            f"Change the icon of the option {row.id or '(empty key)'}.",
            Change(KIND, row.id, before, {name: values[name] for name in before}),
            version=_version(stored),
            touches=_touched(row.id),
            drawn=option_of(values["display"], values["icon"], values["color"]),
        )

    def write(self, given: Drawn, plan: Plan) -> Mapping[str, JsonValue]:
        """Write what changes, and when."""
        values = {**plan.change.after, "updated_at": clock.utc_now()}
        session().execute(update(RecipeOptionTagIcon).where(ICONS.id == given.id).values(**values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Former]:
        """What was changed as it was, while it is as this left it."""
        return Invocation(RESTORE, Former(id=entry.object_id, entry=entry.id, version=_version(entry.after)))


class Delete(_IconCommand):
    """Takes the icon of an option away."""

    name = "option_icons.delete"
    title = "Delete option icon"
    given = OfIcon
    is_dangerous = True
    object_field = "id"

    def plan(self, given: OfIcon, *, lock: bool) -> Plan:
        """All that it holds."""
        row = _row(given.id, lock=lock)
        if row is None:
            raise Refused("There is no such option icon.")
        used = _touched(row.id)
        values = {name: getattr(row, name) for name in (*_WORDS, *_TIMES)}
        return Plan(
            f"Delete the icon of the option {row.id or '(empty key)'}.",
            Change(KIND, row.id, values, {}),
            version=_version(_words(row)),
            touches=used,
            warnings=("Recipes have such an option, which then has no icon.",) if used else (),
        )

    def write(self, given: OfIcon, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Delete the row."""
        session().execute(delete(RecipeOptionTagIcon).where(ICONS.id == given.id))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Former]:
        """The same row again, while there is no other of its key."""
        return Invocation(RESTORE, Former(id=entry.object_id, entry=entry.id))


@dataclass(frozen=True, kw_only=True)
class Former(OfIcon):
    """An option icon, and the entry of the audit log that changed or deleted it."""

    entry: int


class Restore(_IconCommand):
    """Makes an option icon what it was before it was changed or deleted."""

    name = "option_icons.restore"
    title = "Put the option icon back"
    given = Former

    def plan(self, given: Former, *, lock: bool) -> Plan:
        """What it was before the entry."""
        entry = session().get(AuditEntry, given.entry)
        if entry is None or entry.action not in {EDIT.name, DELETE.name} or entry.object_id != given.id:
            raise Refused("There is nothing that could be put back.")
        row = _row(given.id, lock=lock)
        if (row is None) != (entry.action == DELETE.name):
            raise Refused("It was deleted since." if row is None else "There is one of that key again.")
        now = {} if row is None else {name: getattr(row, name) for name in entry.after}
        sentence = f"Put the icon of the option {given.id or '(empty key)'} back as it was."
        return Plan(sentence, Change(KIND, given.id, now, entry.before), version=_version(now))

    def write(self, given: Former, plan: Plan) -> Mapping[str, JsonValue]:
        """Write what was."""
        if plan.change.before:
            values = {**plan.change.after, "updated_at": clock.utc_now()}
            session().execute(update(RecipeOptionTagIcon).where(ICONS.id == given.id).values(**values))
        else:
            _insert({"id": given.id, **plan.change.after})
        return {}


_ROW = select(
    ICONS.id,
    ICONS.display,
    ICONS.icon,
    ICONS.color,
    cast(ICONS.created_at, Text).label("created_at"),
    cast(ICONS.updated_at, Text).label("updated_at"),
)


def _row(key: str, *, lock: bool) -> AnyRow | None:
    """The icon with this key.

    Raises:
        Refused: the product's database has no such table.
    """
    if session().scalar(select(func.to_regclass("public.recipe_option_tag_icon"))) is None:
        raise Refused("This database of the product has no option icons.")
    statement = _ROW.where(ICONS.id == key)
    return session().execute(statement.with_for_update() if lock else statement).one_or_none()


def _words(row: AnyRow) -> dict[str, JsonValue]:
    return {name: getattr(row, name) for name in _WORDS}


def _checked(given: Drawn, stored: AnyRow | None) -> dict[str, Any]:
    """The values that are typed; what is stored already may be older than our rules.

    Raises:
        InvalidInput: one cannot be used.
    """
    display = given.display.strip()
    if not display or len(display) > LONGEST_DISPLAY:
        raise InvalidInput("display", f"It takes 1 to {LONGEST_DISPLAY} characters.")
    icon, color = given.icon.strip(), given.color.strip()
    if stored is None or icon != (stored.icon or ""):
        name = lucide_name(icon)
        if name is None:
            raise InvalidInput("icon", "Lucide has no such icon; choose one." if icon else "Choose an icon.")
        icon = name
    if color in {"", "none"}:
        return {"display": display, "icon": icon or None, "color": None}
    if color not in TAG_COLORS and (stored is None or color != stored.color):
        raise InvalidInput("color", "Choose one of the product's colours.")
    return {"display": display, "icon": icon or None, "color": color}


def _insert(values: Mapping[str, Any]) -> None:
    times = {name: cast(values[name], DateTime) for name in _TIMES if values.get(name) is not None}
    try:
        session().execute(insert(RecipeOptionTagIcon).values(**{**values, **times}))
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise InvalidInput("id", TAKEN) from None


def _touched(key: str) -> tuple[Touched, ...]:
    """The recipes that have such an option."""
    return tuple(Touched("recipe", str(one.id), named(one.name)) for one in named_with(key))


def _version(values: Mapping[str, JsonValue]) -> str:
    words = {name: value for name, value in values.items() if name in _WORDS}
    return digest(words)


CREATE, EDIT, DELETE, RESTORE = register(Create()), register(Edit()), register(Delete()), register(Restore())
