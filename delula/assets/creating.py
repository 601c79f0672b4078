"""Assets of the product and of its market come into being: their rows, once their files have arrived.

An upload runs these commands when the file was verified. The key is not theirs to choose: it follows from
what they are given, so that no row of a public source ever points at the file of a user.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from delula.access.permissions import Permission
from delula.assets.actions import OfAsset
from delula.assets.derivatives import derive_later
from delula.assets.inputs import read_metadata, read_name, read_tags
from delula.assets.removing import RETIRE
from delula.commands import Change, Command, Given, Invocation, Plan, register
from delula.commands.inputs import one_line
from delula.db import session
from delula.errors import InvalidInput
from delula.models import MarketAsset, SystemAsset, User
from delula.models.enums import AssetSource
from delula.storage import current_store
from delula.storage.layout import MEDIA_TYPES, original_key, type_of_extension

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_ASSET_ID = re.compile(r"[0-9A-Za-z_-]{8,64}", re.ASCII)
TAKEN = "Another asset has it already."


@dataclass(frozen=True, kw_only=True)
class NewAsset(Given):
    """A file that lies in the bucket under the key that `key_of_new` gives.

    Attributes:
        asset_id: names it; 8 to 64 letters, digits, `-` and `_`.
        extension: of the file, without the dot.
        file_size: bytes.
        name: what people read.
        tags: with commas between.
        metadata: a JSON object as text; empty for none.
    """

    asset_id: str
    extension: str
    file_size: int
    name: str
    tags: str = ""
    metadata: str = ""


@dataclass(frozen=True, kw_only=True)
class NewSystemAsset(NewAsset):
    """One of the product's own; `system_id` is the set that it belongs to."""

    system_id: str


@dataclass(frozen=True, kw_only=True)
class NewMarketAsset(NewAsset):
    """One that a creator offers to all."""

    creator_id: str
    is_public: bool = False


NewT = TypeVar("NewT", bound=NewAsset)


class CreateAsset(Command[NewT]):
    """Makes the row of an asset of a public source, and has its derivatives made.

    Attributes:
        source: of the asset.
        model: its table.
    """

    permission = Permission.ASSETS_EDIT
    source: ClassVar[AssetSource]
    model: ClassVar[type[SystemAsset | MarketAsset]]

    @abstractmethod
    def owner(self, given: NewT) -> tuple[str, str]:
        """The column that says whose it is, and its value.

        Raises:
            InvalidInput: there is no such owner.
        """

    def key_of_new(self, given: NewT) -> str:
        """Where the file must lie.

        Raises:
            InvalidInput: no key follows from the input; names the field.
        """
        kind = type_of_extension(given.extension)
        if kind is None:
            raise InvalidInput("extension", "The product accepts no such files.")
        if not _ASSET_ID.fullmatch(given.asset_id):
            raise InvalidInput("asset_id", "It takes 8 to 64 letters, digits, - and _.")
        if not 0 < given.file_size <= kind.size_cap:
            raise InvalidInput("file_size", f"It takes 1 to {kind.size_cap:,} bytes ({kind.cap}).")
        column, owner = self.owner(given)
        try:
            return original_key(self.source, owner, kind, given.asset_id, given.extension)
        except ValueError as error:
            raise InvalidInput(column, "It cannot be part of a key.") from error

    def plan(self, given: NewT, *, lock: bool) -> Plan:
        """Check what the row would hold."""
        store = current_store()
        key = self.key_of_new(given)
        column, owner = self.owner(given)
        if session().scalar(select(exists().where(self.model.asset_id == given.asset_id))):
            raise InvalidInput("asset_id", TAKEN)
        values: dict[str, Any] = {
            column: owner,
            "asset_id": given.asset_id,
            "name": read_name("name", given.name),
            "url": store.address(key) if store else key,
            "mime_type": MEDIA_TYPES[given.extension],
            "file_size": given.file_size,
            "tags": read_tags("tags", given.tags),
            "metadata": read_metadata("metadata", given.metadata),
            **self.more(given),
        }
        # The number is taken from the sequence once it is needed; a preview takes none.
        number = session().scalar(_NUMBER[self.source]) if lock else None
        reference = f"{self.source}-{number or 'new'}"
        return Plan(
            f"Add {values['name']} to the {self.source} assets.",
            Change("asset", reference, dict.fromkeys(values), values),
            data=(reference, {"id": number, **values}),
        )

    def more(self, given: NewT) -> dict[str, Any]:  # noqa: ARG002 - for those that have any
        """Further columns."""
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Retire it."""
        return Invocation(RETIRE, OfAsset(id=entry.object_id))

    def write(self, given: NewT, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it all
        """Insert the row, and queue the making of its derivatives."""
        reference, values = plan.data
        table: Any = self.model.__table__
        try:
            session().execute(insert(table).values(values))
        except IntegrityError as error:
            constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
            if "asset_id" not in constraint:
                raise
            raise InvalidInput("asset_id", TAKEN) from None
        derive_later(reference)
        return {"reference": reference}


_NUMBER: Mapping[AssetSource, Any] = {
    source: select(func.nextval(func.pg_get_serial_sequence(f"public.{source.table_name}", "id")))
    for source in (AssetSource.SYSTEM, AssetSource.MARKET)
}


class CreateSystemAsset(CreateAsset[NewSystemAsset]):
    """Adds a file to those that the product brings along."""

    name = "assets.create_system"
    title = "Add a system asset"
    given = NewSystemAsset
    source, model = AssetSource.SYSTEM, SystemAsset

    def owner(self, given: NewSystemAsset) -> tuple[str, str]:
        """The set that it belongs to."""
        system_id = one_line("system_id", given.system_id, 100)
        if not system_id:
            raise InvalidInput("system_id", "Say which set it belongs to.")
        return "system_id", system_id


class CreateMarketAsset(CreateAsset[NewMarketAsset]):
    """Adds a file to the market, on behalf of its creator."""

    name = "assets.create_market"
    title = "Add a market asset"
    given = NewMarketAsset
    source, model = AssetSource.MARKET, MarketAsset

    def owner(self, given: NewMarketAsset) -> tuple[str, str]:
        """The creator, who must be a user."""
        if "\0" in given.creator_id or not session().scalar(
            select(exists().where(User.id == given.creator_id))
        ):
            raise InvalidInput("creator_id", "There is no such user.")
        return "creator_id", given.creator_id

    def more(self, given: NewMarketAsset) -> dict[str, Any]:
        """Whether anybody sees it at once."""
        return {"is_public": given.is_public}


CREATE_SYSTEM, CREATE_MARKET = register(CreateSystemAsset()), register(CreateMarketAsset())
