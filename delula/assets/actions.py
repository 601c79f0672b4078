"""What staff can do to an asset of any source, and why some of it cannot be done to some of them."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from delula.access import clock
from delula.access.permissions import Permission
from delula.assets import care, queries
from delula.assets.derivatives import derive_later
from delula.assets.detail import shown
from delula.assets.inputs import read_metadata, read_name, read_tags
from delula.assets.names import normalized
from delula.assets.objects import recount_later, remove_later
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    Touched,
    command_named,
    register,
)
from delula.db import session
from delula.errors import InvalidInput, Refused, Unchanged
from delula.models import AuditEntry, Removal, ReviewKind
from delula.models.enums import AssetSource
from delula.review.blind import check_not_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from delula.assets.queries import AnyAsset
    from delula.models import AssetHold, JsonValue, RemovedAsset

KIND = "asset"
USER, SYSTEM, MARKET, GENERATION = (
    AssetSource.USER,
    AssetSource.SYSTEM,
    AssetSource.MARKET,
    AssetSource.GENERATION,
)
PUBLIC = frozenset({SYSTEM, MARKET})
#: What the review calls those that it looks at.
REVIEWED: Mapping[AssetSource, ReviewKind] = {
    USER: ReviewKind.USER_ASSET,
    MARKET: ReviewKind.MARKET_ASSET,
    GENERATION: ReviewKind.GENERATION,
}
EVERY = frozenset(AssetSource)

NO_SUCH = "There is no such asset."
STAYS = "It would stay as it is."
#: Days for which a replaced file is kept, so that the replacement can be taken back.
REPLACED_KEPT = 30


@dataclass(frozen=True, kw_only=True)
class OfAsset(Given):
    """The asset that a command is about, as lists write it: `user-123`."""

    id: str


@dataclass(frozen=True)
class Subject:
    """An asset that something is to be done to, and the hold on it where there is one."""

    reference: str
    source: AssetSource
    asset: AnyAsset
    hold: AssetHold | None = None

    @property
    def title(self) -> str:
        """What it is called."""
        return shown(self.source, self.asset).title


GivenT = TypeVar("GivenT", bound=OfAsset)


class AssetCommand(Command[GivenT]):
    """A command on one asset.

    Attributes:
        sources: the sources whose assets it can be done to.
        elsewhere: by source, why it cannot be done to those of others.
        spares_held: whether it is refused while the asset is held.
    """

    permission = Permission.ASSETS_EDIT
    object_field = "id"
    sources: ClassVar[Set[AssetSource]] = EVERY
    elsewhere: ClassVar[Mapping[AssetSource, str]] = {}
    spares_held: ClassVar[bool] = False

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The asset, by its name."""
        reference = texts.get("id", "")
        found = queries.find(reference)
        return Touched(KIND, reference, shown(*found).title) if found else None

    def refusal(self, it: Subject) -> str | None:
        """Why it cannot be done to this asset now; None where it can."""
        if it.source not in self.sources:
            return self.elsewhere[it.source]
        if self.spares_held and it.hold is not None:
            return f"It is held: {it.hold.reason}"
        return self.forbidden(it)

    def forbidden(self, it: Subject) -> str | None:  # noqa: ARG002 - for those with rules of their own
        """The same for an asset of one of its sources that may be changed."""
        return None

    def plan(self, given: GivenT, *, lock: bool) -> Plan:
        """What it would do now."""
        it = subject(given.id, lock=lock)
        if it.source in REVIEWED:
            check_not_kept(REVIEWED[it.source], it.asset.id)
        if (why := self.refusal(it)) is not None:
            raise Refused(why)
        return self.planned(given, it)

    @abstractmethod
    def planned(self, given: GivenT, it: Subject) -> Plan:
        """The same for an asset to which it can be done."""


def subject(reference: str, *, lock: bool) -> Subject:
    """The asset with this reference.

    Raises:
        InvalidInput: there is none.
    """
    found = queries.find(reference, lock=lock)
    if found is None:
        raise InvalidInput("id", NO_SUCH)
    return subject_of(reference, *found)


def subject_of(reference: str, source: AssetSource, asset: AnyAsset) -> Subject:
    """An asset that was found already, with the hold on it; generations are never held."""
    return Subject(reference, source, asset, None if source is GENERATION else care.hold_of(reference))


def digest(values: Mapping[str, Any]) -> str:
    """Stands for values, whatever they are.

    Raises:
        Refused: one is a number that no JSON can hold.
    """
    try:
        written = json.dumps(values, sort_keys=True, allow_nan=False)
    except ValueError:
        raise Refused(care.NOT_WRITABLE) from None
    return hashlib.sha256(written.encode()).hexdigest()[:32]


class Editing(AssetCommand[GivenT]):
    """Sets columns of the row, and when it was last changed; the undo puts both back to the letter.

    Attributes:
        columns: all that it may set.
    """

    columns: ClassVar[tuple[str, ...]]

    @abstractmethod
    def values(self, given: GivenT, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """What the columns shall hold, as JSON; those that it leaves out stay.

        Raises:
            InvalidInput: the input cannot be used; names the field.
        """

    @abstractmethod
    def sentence(self, given: GivenT, it: Subject) -> str:
        """What it does, in words."""

    def warnings(self, it: Subject) -> tuple[str, ...]:  # noqa: ARG002 - for those that have any
        """What the person should know before."""
        return ()

    def planned(self, given: GivenT, it: Subject) -> Plan:
        """The columns that change."""
        row = care.row_as_json(it.source, it.asset.id)
        values = self.values(given, it, row)
        if all(row[name] == value for name, value in values.items()):
            raise Unchanged(STAYS)
        after = {"updated_at": care.exact_time(clock.utc_now()), **values}
        after = {name: value for name, value in after.items() if row[name] != value}
        return Plan(
            self.sentence(given, it),
            Change(KIND, it.reference, {name: row[name] for name in after}, after),
            self.version_of(row),
            warnings=self.warnings(it),
            data=it,
        )

    def version_of(self, row: Mapping[str, JsonValue]) -> str:
        """Stands for all that it may set; other columns change while the product runs."""
        return digest({name: row[name] for name in self.columns})

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        """Write the columns that change."""
        _write(plan.data, plan.change.after)
        return {}

    def retired(self, entry: AuditEntry) -> str | None:  # noqa: ARG002 - for those that retire one
        """The other asset that an entry of it has retired, as lists write it."""
        return None

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The columns as they were, while they are as this left them."""
        return Invocation(PUT_BACK, PuttingBack(entry=entry.id, version=digest(_lasting(entry.after))))


def _write(it: Subject, values: Mapping[str, JsonValue]) -> None:
    care.set_columns(it.source, it.asset.id, values)
    if it.source is USER and "is_deleted" in values:
        recount_later(it.asset.user_id)  # type: ignore[union-attr]  # of that source


def _lasting(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Values without when they were last changed, which the product sets too."""
    return {name: value for name, value in values.items() if name != "updated_at"}


@dataclass(frozen=True, kw_only=True)
class PuttingBack(Given):
    """The entry of the audit log whose asset becomes again what it was."""

    entry: int


class PutBack(Command[PuttingBack]):
    """Takes back an edit, while what it has set is as it was left."""

    name = "assets.put_back"
    title = "Put back as it was"
    permission = Permission.ASSETS_EDIT
    given = PuttingBack

    def plan(self, given: PuttingBack, *, lock: bool) -> Plan:
        """What the columns held before the entry."""
        entry = session().get(AuditEntry, given.entry)
        command = command_named(entry.action) if entry else None
        if entry is None or not isinstance(command, Editing):
            raise Refused("There is nothing that could be put back.")
        it = _still_there(entry.object_id, lock=lock)
        row = care.row_as_json(it.source, it.asset.id)
        now, before = {name: row[name] for name in _lasting(entry.after)}, dict(entry.before)
        if now != _lasting(entry.after) and not given.version:
            raise Refused("It has changed since, so it cannot be put back.")
        if before.get("is_deleted") and it.hold is not None:
            raise Refused(f"It is held: {it.hold.reason}")
        if row["updated_at"] != entry.after.get("updated_at"):
            before.pop("updated_at", None)  # the product has changed something else since
        change = Change(KIND, it.reference, {name: row[name] for name in before}, before)
        other = care.removed(retired, lock=lock) if (retired := command.retired(entry)) else None
        if other is not None and other.state != Removal.RETIRED:
            other = None
        too = f", and bring {other.name} back into the product" if other else ""
        return Plan(f"Put {it.title} back as it was{too}.", change, digest(now), data=(it, other))

    def write(self, given: PuttingBack, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - as above
        """Set what it was."""
        it: Subject = plan.data[0]
        other: RemovedAsset | None = plan.data[1]
        _write(it, plan.change.after)
        if other is not None:
            care.bring_back(other)
        if "url" in plan.change.after:  # a replacement is taken back: its file is nobody's now
            remove_later(it.reference, str(plan.change.before["url"]), days=REPLACED_KEPT)
        return {}


def _still_there(reference: str, *, lock: bool) -> Subject:
    try:
        return subject(reference, lock=lock)
    except InvalidInput as error:
        raise Refused(NO_SUCH) from error


@dataclass(frozen=True, kw_only=True)
class NewName(OfAsset):
    """What a library entry shall be called."""

    display_name: str


_OF_RECIPE = "It has no name of its own: the product shows that of the recipe."
_PUBLIC_EDIT = "Its name is changed by “Edit”, with its tags and metadata."


class Rename(Editing[NewName]):
    """Calls a library entry otherwise; it is found under the new name at once."""

    name = "assets.rename"
    title = "Rename"
    given = NewName
    fields = (InputField("display_name", "Name"),)
    object_field = ""  # many are not called the same
    is_edit = True
    sources = frozenset({USER})
    elsewhere: ClassVar = {GENERATION: _OF_RECIPE, SYSTEM: _PUBLIC_EDIT, MARKET: _PUBLIC_EDIT}
    columns = ("display_name", "normalized_name")

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What it is called now."""
        return _stored(self, texts, lambda row: {"display_name": str(row["display_name"])})

    def values(self, given: NewName, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ARG002
        """The name, and the name by which the product looks for it."""
        name = read_name("display_name", given.display_name)
        return {"display_name": name, "normalized_name": normalized(name)}

    def sentence(self, given: NewName, it: Subject) -> str:
        """From what to what."""
        return f"Call {it.title} {given.display_name.strip()}."


def _stored(command: Editing[Any], texts: Mapping[str, str], fields: Any) -> Mapping[str, str]:
    found = queries.find(texts.get("id", ""))
    if found is None or found[0] not in command.sources:
        return {}
    row = care.row_as_json(found[0], found[1].id)
    return {**fields(row), "version": command.version_of(row)}


@dataclass(frozen=True, kw_only=True)
class PublicDetails(OfAsset):
    """What an asset of the product or of the market says of itself.

    Attributes:
        name: what people read.
        tags: with commas between.
        metadata: JSON; empty for none.
    """

    name: str
    tags: str = ""
    metadata: str = ""


class EditPublic(Editing[PublicDetails]):
    """Changes name, tags and metadata of an asset that anybody may see."""

    name = "assets.edit"
    title = "Edit"
    given = PublicDetails
    fields = (
        InputField("name", "Name"),
        InputField("tags", "Tags", optional=True, help="With commas between."),
        InputField("metadata", "Metadata", "multiline", optional=True, help="A JSON value; empty for none."),
    )
    object_field = ""
    is_edit = True
    sources = PUBLIC
    elsewhere: ClassVar = {
        USER: "It belongs to its owner: rename it, edit its tags, or correct its classification.",
        GENERATION: "What a generation says of itself is the product's record of how it was made.",
    }
    columns = ("name", "tags", "metadata")

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What it says now."""

        def fields(row: Mapping[str, Any]) -> dict[str, str]:
            metadata = row["metadata"]
            return {
                "name": row["name"],
                "tags": ", ".join(tag for tag in row["tags"] or () if tag),
                "metadata": "" if metadata is None else json.dumps(metadata, ensure_ascii=False, indent=2),
            }

        return _stored(self, texts, fields)

    def values(self, given: PublicDetails, it: Subject, row: Mapping[str, Any]) -> dict[str, JsonValue]:  # noqa: ARG002
        """What differs from what the form began with; what a live row holds beyond our rules stays."""
        values: dict[str, JsonValue] = {"metadata": read_metadata("metadata", given.metadata)}
        if given.name != row["name"]:
            values["name"] = read_name("name", given.name)
        if given.tags != ", ".join(tag for tag in row["tags"] or () if tag):
            values["tags"] = list(read_tags("tags", given.tags))
        return values

    def sentence(self, given: PublicDetails, it: Subject) -> str:  # noqa: ARG002 - the changes are listed
        """Which."""
        return f"Edit {it.title}."


_PUBLIC_RETIRE = "Assets of the product and of the market are retired instead; that can be undone as well."
_STAYS_MADE = (
    "Samples, the backlog and the ledger refer to generations, so they are not deleted here. "
    "It can be made private, and taken out of the gallery, on its own page."
)


class Delete(Editing[OfAsset]):
    """Hides a library entry from its owner, as the product's own deletion does; nothing is lost."""

    name = "assets.delete"
    title = "Delete"
    given = OfAsset
    is_dangerous = True
    spares_held = True
    sources = frozenset({USER})
    elsewhere: ClassVar = {SYSTEM: _PUBLIC_RETIRE, MARKET: _PUBLIC_RETIRE, GENERATION: _STAYS_MADE}
    columns = ("is_deleted", "deleted_at")

    def forbidden(self, it: Subject) -> str | None:
        """Once is enough."""
        return "It is deleted already." if it.asset.is_deleted else None  # type: ignore[union-attr]  # a user's

    def values(self, given: OfAsset, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ARG002
        """Deleted, from now on."""
        now = care.exact_time(clock.utc_now())
        return {"is_deleted": True, "deleted_at": now, "updated_at": now}

    def sentence(self, given: OfAsset, it: Subject) -> str:  # noqa: ARG002 - one like the other
        """Which."""
        return f"Delete {it.title} from the library of its owner."

    def warnings(self, it: Subject) -> tuple[str, ...]:  # noqa: ARG002 - one like the other
        """For how long it can be restored."""
        days = care.retention_days()
        return () if days is None else (f"It can be restored for {days} days; then it is purged.",)


class Restore(Editing[OfAsset]):
    """Gives a deleted library entry back to its owner, exactly as it was."""

    name = "assets.restore"
    title = "Restore"
    given = OfAsset
    sources = frozenset({USER})
    elsewhere: ClassVar = {
        SYSTEM: "It is not deleted: such assets are retired.",
        MARKET: "It is not deleted: such assets are retired.",
        GENERATION: _STAYS_MADE,
    }
    columns = ("is_deleted", "deleted_at")

    def forbidden(self, it: Subject) -> str | None:
        """Only what is deleted."""
        return None if it.asset.is_deleted else "It is not deleted."  # type: ignore[union-attr]  # a user's

    def values(self, given: OfAsset, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ARG002
        """What the row held when it was deleted here; else what the product writes."""
        entry = care.deletion_of(it.reference, row["deleted_at"])
        if entry is None:
            return {"is_deleted": False, "deleted_at": None}
        before = dict(entry.before)
        if row["updated_at"] != entry.after.get("updated_at"):
            before.pop("updated_at", None)
        # The owner's row may say nothing of deletion at all: neither yes nor no.
        return {"is_deleted": False, "deleted_at": None, "updated_at": row["updated_at"], **before}

    def sentence(self, given: OfAsset, it: Subject) -> str:  # noqa: ARG002 - one like the other
        """Which."""
        return f"Restore {it.title} to the library of its owner."


class SetPublic(Editing[OfAsset]):
    """Sets whether anybody sees an asset of the market."""

    given = OfAsset
    sources = frozenset({MARKET})
    elsewhere: ClassVar = {
        USER: "A file in a user's library is that user's alone.",
        SYSTEM: "Assets of the product are always public; one that shall be seen no longer is retired.",
        GENERATION: "Generations are published on their own page.",
    }
    columns = ("is_public",)
    value: ClassVar[bool]
    already: ClassVar[str]
    verb: ClassVar[str]

    def forbidden(self, it: Subject) -> str | None:
        """What is so already cannot be made so."""
        return self.already if it.asset.is_public == self.value else None  # type: ignore[union-attr]  # the market's

    def values(self, given: OfAsset, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ARG002
        """The flag."""
        return {"is_public": self.value}

    def sentence(self, given: OfAsset, it: Subject) -> str:  # noqa: ARG002 - one like the other
        """Which."""
        return self.verb.format(it.title)


class Publish(SetPublic):
    """Shows an asset in the market."""

    name = "assets.publish"
    title = "Publish"
    value, already, verb = True, "It is public already.", "Show {} to everybody in the market."


class Unpublish(SetPublic):
    """Takes an asset out of the market's sight."""

    name = "assets.unpublish"
    title = "Unpublish"
    value, already, verb = False, "It is not public.", "Show {} to nobody but its creator."

    def warnings(self, it: Subject) -> tuple[str, ...]:  # noqa: ARG002 - one like the other
        """The store knows nothing of it."""
        return ("Who has the public address of the file can still open it.",)


class MakeDerivatives(AssetCommand[OfAsset]):
    """Has the pictures of an asset made that are missing or older than its file."""

    name = "assets.derive"
    title = "Make derivatives"
    given = OfAsset

    def planned(self, given: OfAsset, it: Subject) -> Plan:
        """Nothing of the row changes but what it does not say."""
        return Plan(f"Make the missing derivatives of {it.title}.", Change(KIND, given.id, {}, {}))

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the work."""
        return {"job": derive_later(given.id)}


PUT_BACK = register(PutBack())
RENAME, EDIT, DERIVE = register(Rename()), register(EditPublic()), register(MakeDerivatives())
DELETE, RESTORE = register(Delete()), register(Restore())
PUBLISH, UNPUBLISH = register(Publish()), register(Unpublish())
