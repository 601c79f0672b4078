"""Going through the whole bucket, and moving objects within it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.storage.store import StoreUnavailable, answering, check_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from delula.storage.store import Store

#: Objects that one answer lists; S3 gives no more.
PAGE = 1000
#: Objects among which the one is whose key all of them begin with; stores do not agree on which comes first.
_LOOKED_AT = 100


@dataclass(frozen=True)
class Listed:
    """An object as a listing tells of it: key, bytes, checksum, and when it was written (UTC)."""

    key: str
    size: int
    etag: str
    changed_at: datetime


def page_of(store: Store, token: str | None) -> tuple[Sequence[Listed], str | None]:
    """The next objects, in the store's own order, and what leads to those behind them.

    The order is not that of bytes everywhere: SeaweedFS lists what lies in folder `a` before `a-b`.

    Args:
        store: whose objects.
        token: as the answer before gave it; None for the beginning.

    Raises:
        StoreUnavailable: the store does not answer or refuses us.
    """
    with answering():
        if token is None:
            told = store.patient_client.list_objects_v2(Bucket=store.bucket, MaxKeys=PAGE)
        else:
            told = store.patient_client.list_objects_v2(
                Bucket=store.bucket, MaxKeys=PAGE, ContinuationToken=token
            )
        check_told(told, "IsTruncated")
        objects = [
            Listed(one["Key"], one["Size"], one["ETag"].strip('"'), one["LastModified"])
            for one in told.get("Contents", ())
        ]
    return objects, told.get("NextContinuationToken")


def make_sure(store: Store) -> None:
    """Make sure that it is our bucket that answers, before one believes that an object is not there.

    Raises:
        StoreUnavailable: the store does not answer, refuses us, or knows no such bucket.
    """
    with answering():
        store.client.head_bucket(Bucket=store.bucket)


def make_sure_absent(store: Store, key: str) -> None:
    """Make sure that nothing lies under a key of which the store has just said so, by asking it otherwise.

    What is done where an object is not there cannot be undone where it was there after all.

    Raises:
        StoreUnavailable: the store lists it, does not answer, refuses us, or knows no such bucket.
    """
    with answering():
        told = store.client.list_objects_v2(Bucket=store.bucket, Prefix=key, MaxKeys=_LOOKED_AT)
    check_told(told, "IsTruncated")
    if any(one["Key"] == key for one in told.get("Contents", ())):
        raise StoreUnavailable(f"The store lists {key}, and does not find it.")


def copy(store: Store, key: str, target: str, etag: str) -> None:
    """Copy an object as it is to another key, if it is still the one with this checksum.

    Raises:
        NoSuchObject: there is none.
        StoreUnavailable: the store does not answer or refuses us, or the object is another by now.
    """
    with answering(key):
        store.patient_client.copy_object(
            Bucket=store.bucket,
            Key=target,
            CopySource={"Bucket": store.bucket, "Key": key},
            CopySourceIfMatch=f'"{etag}"',
        )
