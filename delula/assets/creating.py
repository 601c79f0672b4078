"""Assets of the product and of its market come into being: their rows, once their files have arrived.

An upload runs these commands when the file was verified. The key is not theirs to choose: it follows from
what they are given, so that no row of a public source ever points at the file of a user.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from delula.access.permissions import Permission
from delula.assets.derivatives import derive_later
from delula.commands import Change, Command, Given, Plan, register
from delula.commands.inputs import one_line
from delula.db import session
from delula.errors import InvalidInput
from delula.models import MarketAsset, SystemAsset, User
from delula.models.enums import AssetSource
from delula.storage import current_store
from delula.storage.layout import MEDIA_TYPES, original_key, type_of_extension

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from delula.models import JsonValue

#: Characters of a name, of a tag, and of metadata; tags of one asset.
LONGEST_NAME, LONGEST_TAG, LONGEST_METADATA = 200, 50, 20_000
MOST_TAGS = 50
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
            raise InvalidInput("file_size", f"It takes 1 to {kind.size_cap:,} bytes.")
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


def read_name(field: str, text: str) -> str:
    """The name of an asset.

    Raises:
        InvalidInput: it is empty, too long, or holds what nobody sees.
    """
    name = one_line(field, text, LONGEST_NAME)
    if not name:
        raise InvalidInput(field, "It takes a name.")
    return name


def read_tags(field: str, text: str) -> Sequence[str]:
    """Tags from a text with commas between them, each once.

    Raises:
        InvalidInput: there are too many, or one is too long or holds what nobody sees.
    """
    tags = [tag for part in text.split(",") if (tag := one_line(field, part, LONGEST_TAG))]
    once = list(dict.fromkeys(tags))
    if len(once) > MOST_TAGS:
        raise InvalidInput(field, f"It takes at most {MOST_TAGS} tags.")
    return once


def read_metadata(field: str, text: str) -> JsonValue:
    """Metadata from JSON; None where the text is empty.

    Raises:
        InvalidInput: it is no JSON that can be stored.
    """
    if not text.strip():
        return None
    if len(text) > LONGEST_METADATA:
        raise InvalidInput(field, f"Keep it to {LONGEST_METADATA:,} characters.")
    return read_json(field, text)


def read_json(field: str, text: str) -> JsonValue:
    """A JSON value that PostgreSQL stores as well.

    Raises:
        InvalidInput: it is none.
    """
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise InvalidInput(field, "That is not JSON.") from None
    if "\\u0000" in json.dumps(value):
        raise InvalidInput(field, "It holds a character that cannot be stored.")
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


CREATE_SYSTEM, CREATE_MARKET = register(CreateSystemAsset()), register(CreateMarketAsset())
