"""How an upload that was looked into becomes an asset: one row of the product, with its entry in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from delula.access.permissions import Permission
from delula.assets.creating import CREATE_MARKET, CREATE_SYSTEM, NewMarketAsset, NewSystemAsset
from delula.assets.derivatives import derive_later
from delula.assets.names import normalized
from delula.commands import Change, Command, Given, Plan, Receipt, register
from delula.db import session
from delula.errors import InvalidInput, Refused
from delula.models import UserAsset
from delula.models.enums import AssetSource, AssetType, UserAssetOrigin, label
from delula.storage import current_store
from delula.storage.layout import MEDIA_TYPES
from delula.uploads import queries
from delula.uploads.queries import State
from delula.users import queries as users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.db import AnyRow
    from delula.models import JsonValue

_LIBRARY: Any = UserAsset.__table__
_NUMBER = select(func.nextval(func.pg_get_serial_sequence("public.user_assets", "id")))


@dataclass(frozen=True, kw_only=True)
class OneUpload(Given):
    """Which upload."""

    upload: int


class Record(Command[OneUpload]):
    """Makes an asset of an upload. That the file was looked into is noted where only the job notes it."""

    name = "uploads.record"
    title = "Record the upload"
    permission = Permission.UPLOADS_SEND
    given = OneUpload

    def earlier(self, given: OneUpload) -> Receipt | None:
        """It becomes one asset, however often that is said."""
        row = queries.find(given.upload)
        if row is None or row.state != State.STORED:
            return None
        return Receipt(0, f"Record {row.filename}.", {"reference": reference_of(row)}, is_repeated=True)

    def plan(self, given: OneUpload, *, lock: bool) -> Plan:
        """What the row of the product would hold."""
        row = queries.existing(given.upload, lock=lock)
        if row.state != State.CHECKED:
            raise Refused("Only a file that was looked into can be recorded.")
        creating = _CREATING.get(row.source)
        planned = creating.plan(_given(row), lock=lock) if creating else _plan_library(row, lock=lock)
        return Plan(planned.sentence, planned.change, version=row.state, data=(row, planned))

    def write(self, given: OneUpload, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the row, and queue what is made of the file."""
        row, planned = plan.data
        creating = _CREATING.get(row.source)
        reference = creating.write(_given(row), planned)["reference"] if creating else _into_library(planned)
        queries.change(given.upload, State.STORED, row_id=int(str(reference).partition("-")[2]))
        return {"reference": reference}


RECORD = register(Record())


def reference_of(row: AnyRow) -> str:
    """The asset that an upload has become, as lists write it: `user-123`."""
    return f"{row.source}-{row.row_id}"


_CREATING: Mapping[str, Command[Any]] = {
    str(AssetSource.SYSTEM): CREATE_SYSTEM,
    str(AssetSource.MARKET): CREATE_MARKET,
}


def _given(row: AnyRow) -> NewSystemAsset | NewMarketAsset:
    """What makes an asset of a public source out of an upload."""
    of_file: dict[str, Any] = {
        "asset_id": row.asset_id,
        "extension": row.extension,
        "file_size": row.bytes,
        "name": row.name,
    }
    if row.source == str(AssetSource.SYSTEM):
        return NewSystemAsset(system_id=row.owner_id, **of_file)
    return NewMarketAsset(creator_id=row.owner_id, **of_file)


def _plan_library(row: AnyRow, *, lock: bool) -> Plan:
    """A file in the library of a user."""
    owner = users.details(row.owner_id, lock=False)
    if owner is None:
        raise InvalidInput("owner", f"There is no user {row.owner_id}.")
    store = current_store()
    sides = {"width": row.width, "height": row.height} if row.width else None
    values: dict[str, Any] = {
        "user_id": row.owner_id,
        "asset_id": row.asset_id,
        "original_filename": row.filename,
        "display_name": row.name,
        "normalized_name": normalized(row.name),
        "s3_key": row.s3_key,
        "cdn_url": store.address(row.s3_key) if store else row.s3_key,
        "mime_type": MEDIA_TYPES[row.extension],
        "file_size": row.bytes,
        "asset_type": row.asset_type,
        "source": UserAssetOrigin.UPLOADED.value,
        "dimensions": sides,
        "duration": row.duration,
    }
    number = session().scalar(_NUMBER) if lock else None
    reference = f"{AssetSource.USER}-{number or 'new'}"
    kind = label(AssetType(row.asset_type)).lower()

    return Plan(
        f"Put the {kind} {row.name} into the library of {users.called(owner)}.",
        Change("asset", reference, dict.fromkeys(values), values),
        version=row.state,
        data=(reference, {"id": number, **values}),
    )


def _into_library(planned: Plan) -> str:
    """Write the row that was planned, and queue what is made of its file."""
    reference, values = planned.data
    session().execute(insert(_LIBRARY).values(values))
    derive_later(reference)
    return str(reference)
