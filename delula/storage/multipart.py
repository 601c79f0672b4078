"""Uploads in parts: the server begins and ends them, the browser sends the parts straight to the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.storage.store import NoSuchObject, Store, StoreUnavailable, answering, check_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

#: How long the URL of a part works, in seconds: long enough for a slow line; then it is asked for anew.
PART_SECONDS = 900
#: Parts that one answer tells of; S3 gives no more.
_MOST_LISTED = 1000


@dataclass(frozen=True)
class Part:
    """A part that has arrived: its number from 1, its bytes, its checksum."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class PartedUpload:
    """One upload in parts.

    Every method raises StoreUnavailable where the store does not answer or refuses us.

    Attributes:
        store: where to.
        key: of the object, which is there once the parts are put together.
        id: that the store gave it.
    """

    store: Store
    key: str
    id: str

    @classmethod
    def begin(cls, store: Store, key: str, content_type: str) -> PartedUpload:
        """Begin one; the object will be served as this type, whatever is sent."""
        with answering():
            begun = store.client.create_multipart_upload(
                Bucket=store.bucket, Key=key, ContentType=content_type
            )
            return cls(store, key, begun["UploadId"])

    def url(self, number: int, size: int) -> str:
        """A URL that takes one part, of precisely `size` bytes, for `PART_SECONDS`; signed without asking."""
        params = {
            "Bucket": self.store.bucket,
            "Key": self.key,
            "UploadId": self.id,
            "PartNumber": number,
            "ContentLength": size,
        }
        return self.store.public_client.generate_presigned_url(
            "upload_part", Params=params, ExpiresIn=PART_SECONDS
        )

    def parts(self) -> Sequence[Part] | None:
        """The parts that have arrived, in order; None where the store knows no such upload, or no longer.

        SeaweedFS keeps a part that was sent twice, as after an answer that was lost, twice: the newer counts.
        """
        found: dict[int, tuple[datetime, Part]] = {}
        while True:
            try:
                with answering(self.key):
                    told = self.store.client.list_parts(
                        Bucket=self.store.bucket,
                        Key=self.key,
                        UploadId=self.id,
                        MaxParts=_MOST_LISTED,
                        PartNumberMarker=max(found, default=0),
                    )
            except NoSuchObject as error:
                # Whatever stands in the store's place may say 404 to everything.
                if "NoSuchUpload" not in str(error):
                    raise StoreUnavailable("The store refuses the request (404).") from error
                return None
            check_told(told, "IsTruncated")
            for one in told.get("Parts", ()):
                part = Part(one["PartNumber"], one["Size"], one["ETag"].strip('"'))
                if part.number not in found or found[part.number][0] <= one["LastModified"]:
                    found[part.number] = one["LastModified"], part
            if not told["IsTruncated"]:
                return [found[number][1] for number in sorted(found)]

    def finish(self, parts: Sequence[Part]) -> None:
        """Put the parts together to the object."""
        listed = [{"PartNumber": one.number, "ETag": f'"{one.etag}"'} for one in parts]
        with answering():
            told = self.store.patient_client.complete_multipart_upload(
                Bucket=self.store.bucket,
                Key=self.key,
                UploadId=self.id,
                MultipartUpload={"Parts": listed},  # type: ignore[typeddict-item]  # of such dictionaries
            )
        check_told(told, "ETag")


def give_up(store: Store, key: str) -> None:
    """Drop whatever was uploaded in parts under precisely this key and not put together.

    Raises:
        StoreUnavailable: the store does not answer or refuses us, or has it still.
    """
    with answering():
        for one in (begun := _begun(store, key)):
            store.patient_client.abort_multipart_upload(Bucket=store.bucket, Key=key, UploadId=one)
        # That it is dropped is an answer without a word, which whatever stands in the store's place can give.
        if begun and _begun(store, key):
            raise StoreUnavailable(f"The store has dropped nothing of what was sent of {key}.")


def _begun(store: Store, key: str) -> Sequence[str]:
    """The ids of the uploads in parts under precisely this key."""
    told = store.patient_client.list_multipart_uploads(Bucket=store.bucket, Prefix=key)
    check_told(told, "IsTruncated")
    return [one["UploadId"] for one in told.get("Uploads", ()) if one["Key"] == key]
