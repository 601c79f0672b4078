"""What curators can do to namespaces: declare them with their rules, change these, and drop them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, digest, register
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import AuditEntry, TagNamespace
from delula.models.enums import MediaType
from delula.tags import queries
from delula.tags.namespaces import NAME, read_choices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import JsonValue

KIND = "tag_namespace"
LONGEST_NAME, LONGEST_DESCRIPTION = 30, 500
#: Tags of one namespace that a recipe can be asked for.
MOST = 50
_COLUMNS = ("description", "at_least", "at_most", "generation_types", "choices")
_SPACE = TagNamespace.__table__.c


@dataclass(frozen=True, kw_only=True)
class OfNamespace(Given):
    """The namespace that a command is about."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Declared(OfNamespace):
    """A namespace with its rules.

    Attributes:
        at_least: tags of it that a recipe has to carry.
        at_most: that it may carry; None for any number.
        types: what recipes make that carry its tags, with commas between; empty for all.
        choices: a line for each value that is for some recipes only: `text_to_video: video`.
    """

    description: str = ""
    at_least: int = 0
    at_most: int | None = None
    types: str = ""
    choices: str = ""


_FIELDS = (
    InputField("description", "What it says of a recipe", optional=True),
    InputField("at_least", "A recipe carries at least", kind="number", help="0 where it may be left out."),
    InputField(
        "at_most",
        "And at most",
        kind="number",
        help="1 makes it a single choice; empty for any number.",
        optional=True,
    ),
    InputField(
        "types",
        "Only on recipes that make",
        help="Types with commas between, such as video, image; empty for all.",
        optional=True,
    ),
    InputField(
        "choices",
        "Values that are for some recipes only",
        kind="multiline",
        help="One a line, with the types that it is for: text_to_video: video",
        optional=True,
    ),
)


class _Declaring(Command[Declared]):
    """What declaring and changing a namespace have in common: its values, checked."""

    permission = Permission.TAGS_EDIT
    given = Declared
    is_edit = True

    def _values(self, given: Declared) -> dict[str, JsonValue]:
        if not 0 <= given.at_least <= MOST:
            raise InvalidInput("at_least", f"It takes a number from 0 to {MOST}.")
        if given.at_most is not None and not max(given.at_least, 1) <= given.at_most <= MOST:
            raise InvalidInput(
                "at_most", f"It takes a number from {max(given.at_least, 1)} to {MOST}, or none."
            )
        description = given.description.strip()
        if len(description) > LONGEST_DESCRIPTION:
            raise InvalidInput("description", f"Keep it to {LONGEST_DESCRIPTION} characters.")
        return {
            "description": description,
            "at_least": given.at_least,
            "at_most": given.at_most,
            "generation_types": list(_read_types("types", given.types)),
            "choices": dict(_read_choices(given.choices)),
        }

    def _warnings(self, given: Declared, values: Mapping[str, Any]) -> tuple[str, ...]:
        """How many recipes break the rules as they would be."""
        breaking = len(queries.breaking(given.name, values))
        if breaking == 1:
            return ("One recipe would break these rules; it is listed on its page.",)
        return (
            (f"{breaking:,} recipes would break these rules; they are listed on its page.",)
            if breaking
            else ()
        )


class Declare(_Declaring):
    """Declares a namespace, so that hidden tags can be called by it."""

    name = "namespaces.declare"
    title = "Declare namespace"
    fields = (
        InputField("name", "Name", help="Lower-case letters, digits and _; without the colon."),
        *_FIELDS,
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - nothing is stored yet
        """What a namespace is unless somebody says otherwise: a single choice that may be left out."""
        return {"at_least": "0", "at_most": "1"}

    def plan(self, given: Declared, *, lock: bool) -> Plan:
        """Check the name and the rules."""
        name = given.name.strip()
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise InvalidInput("name", f"It takes a-z, 0-9 and _, up to {LONGEST_NAME} characters.")
        if _row(name, lock=lock) is not None:
            raise InvalidInput("name", f"{name}: is declared already.")
        values = self._values(given)
        return Plan(
            f"Declare the namespace {name}:.",
            Change(KIND, name, {}, values),
            warnings=self._warnings(given, values),
        )

    def write(self, given: Declared, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is planned
        """Insert it."""
        session().execute(insert(TagNamespace).values(name=plan.change.id, **plan.change.after))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[OfNamespace]:
        """Drop it, while it is as it was declared."""
        return Invocation(DROP, OfNamespace(name=entry.object_id, version=digest(entry.after)))


class Edit(_Declaring):
    """Changes the rules of a namespace; recipes that break them then are listed on its page."""

    name = "namespaces.edit"
    title = "Edit rules"
    fields = _FIELDS

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        row = _row(texts.get("name", ""), lock=False)
        if row is None:
            return {}
        return {
            "description": row["description"],
            "at_least": str(row["at_least"]),
            "at_most": "" if row["at_most"] is None else str(row["at_most"]),
            "types": ", ".join(row["generation_types"]),
            "choices": "\n".join(
                f"{value}: {', '.join(sorted(types))}"
                for value, types in read_choices(row["choices"]).items()
            ),
            "version": digest(row),
        }

    def plan(self, given: Declared, *, lock: bool) -> Plan:
        """Check the rules, and that they are others than before."""
        row = _row(given.name, lock=lock)
        if row is None:
            raise Refused(f"There is no namespace {given.name[:80]}:.")
        values = self._values(given)
        before = {name: row[name] for name in _COLUMNS if row[name] != values[name]}
        if not before:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        return Plan(
            f"Change the rules of {given.name}:.",
            Change(KIND, given.name, before, {name: values[name] for name in before}),
            version=digest(row),
            warnings=self._warnings(given, values),
        )

    def write(self, given: Declared, plan: Plan) -> Mapping[str, JsonValue]:
        """Write what changes."""
        session().execute(update(TagNamespace).where(_SPACE.name == given.name).values(**plan.change.after))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Former]:
        """What was changed as it was, while it is as this left it."""
        return Invocation(RESTORE, Former(name=entry.object_id, entry=entry.id, version=digest(entry.after)))


@dataclass(frozen=True, kw_only=True)
class Former(OfNamespace):
    """A namespace, and the entry of the audit log that changed or dropped it."""

    entry: int


class Restore(Command[Former]):
    """Gives a namespace the rules that it had before it was changed or dropped."""

    name = "namespaces.restore"
    title = "Put the rules back"
    permission = Permission.TAGS_EDIT
    given = Former

    def plan(self, given: Former, *, lock: bool) -> Plan:
        """What it was before the entry."""
        entry = session().get(AuditEntry, given.entry)
        if entry is None or entry.action not in {EDIT.name, DROP.name} or entry.object_id != given.name:
            raise Refused("There are no rules that could be put back.")
        row = _row(given.name, lock=lock)
        if (row is None) != (entry.action == DROP.name):
            raise Refused(
                f"The namespace {given.name}: was {'dropped' if row is None else 'declared'} since."
            )
        now = {} if row is None else {name: row[name] for name in entry.after}
        return Plan(
            f"Put the rules of {given.name}: back.",
            Change(KIND, given.name, now, entry.before),
            version=digest(now),
        )

    def write(self, given: Former, plan: Plan) -> Mapping[str, JsonValue]:
        """Write what was."""
        if plan.change.before:
            where = _SPACE.name == given.name
            session().execute(update(TagNamespace).where(where).values(**plan.change.after))
        else:
            session().execute(insert(TagNamespace).values(name=given.name, **plan.change.after))
        return {}


class Drop(Command[OfNamespace]):
    """Drops a namespace and its rules; tags that are called by it stay, and nothing is asked of recipes."""

    name = "namespaces.drop"
    title = "Drop namespace"
    permission = Permission.TAGS_EDIT
    given = OfNamespace
    is_dangerous = True

    def plan(self, given: OfNamespace, *, lock: bool) -> Plan:
        """All that it says."""
        row = _row(given.name, lock=lock)
        if row is None:
            raise Refused(f"There is no namespace {given.name[:80]}:.")
        tags = next((len(one.choices) for one in queries.namespaces() if one.name == given.name), 0)
        return Plan(
            f"Drop the namespace {given.name}: with its rules.",
            Change(KIND, given.name, row, {}),
            version=digest(row),
            warnings=(f"{_tags(tags)}, and no rule holds for {'it' if tags == 1 else 'them'}.",)
            if tags
            else (),
        )

    def write(self, given: OfNamespace, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Delete it."""
        session().execute(delete(TagNamespace).where(_SPACE.name == given.name))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Former]:
        """The same again, while nobody has declared another one."""
        return Invocation(RESTORE, Former(name=entry.object_id, entry=entry.id))


def _tags(count: int) -> str:
    return "Its hidden tag stays" if count == 1 else f"Its {count:,} hidden tags stay"


def _row(name: str, *, lock: bool) -> dict[str, Any] | None:
    statement = select(*(_SPACE[column] for column in _COLUMNS)).where(_SPACE.name == name)
    row = session().execute(statement.with_for_update() if lock else statement).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 - public, in spite of its name


def _read_types(field: str, text: str) -> list[str]:
    known = [str(one) for one in MediaType]
    types = [one.strip() for one in text.replace(",", " ").split()]
    if odd := next((one for one in types if one not in known), None):
        raise InvalidInput(field, f"“{odd[:80]}” is none of {', '.join(known)}.")
    return list(dict.fromkeys(types))


def _read_choices(text: str) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        value, colon, types = line.partition(":")
        if not colon or not value.strip() or any(one.isspace() for one in value.strip()):
            raise InvalidInput("choices", f"“{line[:80]}” is no value with types behind a colon.")
        if named := _read_types("choices", types):
            found[value.strip()] = list(named)
    return found


DECLARE, EDIT, DROP, RESTORE = register(Declare()), register(Edit()), register(Drop()), register(Restore())
