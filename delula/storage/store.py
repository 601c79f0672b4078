"""One bucket: where a key is, who may read it for how long, and what the store knows of it."""

from __future__ import annotations

import re
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from types_boto3_s3 import S3Client

    from delula.config import S3Settings

#: How long a presigned URL works, in seconds: long enough to start playing, too short to pass on.
PRESIGNED_SECONDS = 300

#: An address of any scheme, or one that begins with a host; else it is a plain key.
_IS_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")

#: Seconds of silence after which the store is taken for away: where somebody waits, and where nobody does.
PATIENCE, LONG_PATIENCE = 3.0, 60.0
#: Seconds that reading one object may take, however slowly it comes.
READING_SECONDS = 600
#: Bytes that are read or hashed at once.
_CHUNK = 1024 * 1024
#: Objects that one request deletes.
_MOST_DELETED = 1000

#: A path that may lead elsewhere: stores refuse it as a key.
_LEADS_ELSEWHERE = re.compile(r"(?:\A|/)\.{1,2}(?:/|\Z)")
#: What the XML cannot hold in which several keys are named at once.
_NOT_IN_XML = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

_AWAY, _CUT, _NONSENSE = (
    "The store does not answer.",
    "The store's answer ended midway.",
    "The store's answer cannot be read.",
)
#: What went wrong before there was an answer that says so.
_FAILURES: Mapping[type[Exception], str] = {
    EndpointConnectionError: _AWAY,
    ConnectTimeoutError: _AWAY,
    ReadTimeoutError: _AWAY,
    ConnectionClosedError: _AWAY,
    ResponseStreamingError: _CUT,
    IncompleteReadError: _CUT,
    ResponseParserError: _NONSENSE,
    KeyError: _NONSENSE,
}


class StoreUnavailable(Exception):
    """The store does not answer, or refuses us; pages go on without media and say so.

    The message is a sentence for the people who read what became of a job or a file.
    """


class NoSuchObject(Exception):
    """There is no object under the key."""


@dataclass(frozen=True)
class ObjectFacts:
    """What the store knows of an object.

    Attributes:
        size: bytes.
        content_type: as stored with the object.
        changed_at: when it was last written, UTC.
        etag: the store's checksum.
    """

    size: int
    content_type: str
    changed_at: datetime
    etag: str


class Store:
    """The product's bucket."""

    def __init__(self, settings: S3Settings, cdn_url: str | None) -> None:
        self._settings = settings
        self._cdn_url = cdn_url.rstrip("/") if cdn_url else None

    def _client(self, endpoint: str | None, patience: float) -> S3Client:
        client: S3Client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=self._settings.region,
            aws_access_key_id=self._settings.access_key_id,
            aws_secret_access_key=self._settings.secret_access_key,
            aws_session_token=self._settings.session_token,
            config=Config(
                # Said outright: boto3 still presigns with the older signature by default.
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto"},
                connect_timeout=1,
                read_timeout=patience,
                retries={"total_max_attempts": 2, "mode": "standard"},
                max_pool_connections=16,
            ),
        )
        return client

    @cached_property
    def client(self) -> S3Client:
        """The client for our own requests."""
        return self._client(self._settings.endpoint_url, PATIENCE)

    @cached_property
    def patient_client(self) -> S3Client:
        """The client for what takes the store long, and for which nobody waits."""
        return self._client(self._settings.endpoint_url, LONG_PATIENCE)

    @cached_property
    def public_client(self) -> S3Client:
        """The client that signs what browsers open, which may reach the store by another name."""
        return self._client(self._settings.public_endpoint_url or self._settings.endpoint_url, PATIENCE)

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self._settings.bucket

    def presigned(self, key: str, *, filename: str | None = None) -> str:
        """A URL that reads `key` for `PRESIGNED_SECONDS`; signed here, without asking the store.

        Args:
            key: the object's key.
            filename: makes browsers save the object under this name instead of showing it.
        """
        params = {"Bucket": self.bucket, "Key": key}
        if filename is not None:
            params["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        return self.public_client.generate_presigned_url(
            "get_object", Params=params, ExpiresIn=PRESIGNED_SECONDS
        )

    def cdn_url(self, key: str) -> str | None:
        """The public URL of `key`, or none where no CDN is configured."""
        return f"{self._cdn_url}/{quote(key)}" if self._cdn_url else None

    def address(self, key: str) -> str:
        """The address of `key` as the product records it where anybody may read it: CDN or store."""
        endpoint = self._settings.public_endpoint_url or self._settings.endpoint_url
        root = endpoint or f"https://s3.{self._settings.region}.amazonaws.com"
        return self.cdn_url(key) or f"{root.rstrip('/')}/{self.bucket}/{quote(key)}"

    def key_of(self, location: str | None) -> str | None:
        """The key that a stored key or URL means in our bucket; none where it lies elsewhere.

        The product stores plain keys, `s3://` addresses, and URLs of the store or the CDN. What a URL
        unfolds to may be no text of PostgreSQL, and then it is no key of ours.
        """
        if not location:
            return None
        if not _IS_ADDRESS.match(location):
            return location.lstrip("/") or None
        for prefix in self._prefixes:
            if location.startswith(prefix):
                path = location.removeprefix(prefix).split("?", 1)[0].split("#", 1)[0]
                key = unquote(path)
                return key if key and "\0" not in key else None
        return None

    def locations_of(self, key: str) -> list[str]:
        """Every text under which the product may have stored a key: itself, and addresses that mean it."""
        roots = [f"{prefix}{path}" for prefix in self._prefixes for path in {key, quote(key)}]
        return [key, f"/{key}", *roots]

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        settings, bucket = self._settings, self._settings.bucket
        endpoints = [e.rstrip("/") for e in (settings.endpoint_url, settings.public_endpoint_url) if e]
        hosts = [f"s3.{settings.region}.amazonaws.com", "s3.amazonaws.com"]
        return (
            f"s3://{bucket}/",
            *(f"{endpoint}/{bucket}/" for endpoint in endpoints),
            *(f"https://{bucket}.{host}/" for host in hosts),
            *(f"https://{host}/{bucket}/" for host in hosts),
            *([f"{self._cdn_url}/"] if self._cdn_url else []),
        )

    def facts(self, key: str) -> ObjectFacts | None:
        """What the store knows of `key`, or none where there is no such object.

        Raises:
            StoreUnavailable: the store does not answer or refuses us.
        """
        try:
            with answering(key):
                head = self.client.head_object(Bucket=self.bucket, Key=key)
                return ObjectFacts(
                    size=head["ContentLength"],
                    content_type=head.get("ContentType", ""),
                    changed_at=head["LastModified"],
                    etag=head["ETag"].strip('"'),
                )
        except NoSuchObject:
            return None

    def read(self, key: str, *, seconds: float = READING_SECONDS) -> Iterator[bytes]:
        """The bytes of an object, piece by piece.

        Args:
            key: of the object.
            seconds: after which it is given up, however it trickles.

        Raises:
            NoSuchObject: there is none.
            StoreUnavailable: the store does not answer, refuses us, or stops midway.
        """
        end = time.monotonic() + seconds
        with answering(key):
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
            with closing(answer["Body"]) as body:
                check_told(answer, "ETag")
                for piece in body.iter_chunks(_CHUNK):
                    if time.monotonic() > end:
                        raise StoreUnavailable(
                            f"The store was too slow: {key} was not read within {seconds:.0f} seconds."
                        )
                    yield piece

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store an object, in place of what lies under the key.

        Raises:
            StoreUnavailable: the store does not answer or refuses us; the object may be there all the same.
        """
        with answering():
            answer = self.client.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)
            check_told(answer, "ETag")

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there are none the less gone.

        Raises:
            StoreUnavailable: the store does not answer, refuses us, or keeps one of them.
        """
        left = list(dict.fromkeys(keys))
        for key in filter(_NOT_IN_XML.search, left):
            with suppress(NoSuchObject), answering(key):
                self.client.delete_object(Bucket=self.bucket, Key=key)
        left = [key for key in left if not _NOT_IN_XML.search(key)]
        while left:
            now, left = left[:_MOST_DELETED], left[_MOST_DELETED:]
            with answering():
                answer = self.client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": [{"Key": key} for key in now], "Quiet": False}
                )
            errors = answer.get("Errors", [])
            if len(errors) + len(answer.get("Deleted", [])) < len(now):
                raise StoreUnavailable(_NONSENSE)
            for error in errors:
                key, code = error.get("Key", ""), error.get("Code")
                is_refused = code == "InvalidRequest" and leads_elsewhere(key)
                if code != "NoSuchKey" and not is_refused:
                    raise StoreUnavailable(f"The store keeps {key} ({code}).")


def leads_elsewhere(key: str) -> bool:
    """Whether a key is a path that stores refuse, so that there is no object under it."""
    return _LEADS_ELSEWHERE.search(key) is not None


def check_told(answer: Mapping[str, Any], name: str) -> None:
    """Make sure that it is a store that has answered.

    Args:
        answer: that all is well; whatever else stands in the store's place may say so of everything.
        name: of what every store says in it.

    Raises:
        StoreUnavailable: it is not there.
    """
    if name not in answer:
        raise StoreUnavailable(_NONSENSE)


@contextmanager
def answering(key: str | None = None) -> Iterator[None]:
    """Say in our words what came of a request.

    Args:
        key: of the object that is asked for, where it may be missing.

    Raises:
        NoSuchObject: the store knows no such object, or takes no such key.
        StoreUnavailable: anything else.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        is_no_object = status == 404 or (status == 400 and leads_elsewhere(key or ""))
        if key is not None and is_no_object and code != "NoSuchBucket":
            raise NoSuchObject(str(error)) from error
        raise StoreUnavailable(_refusal(status, code)) from error
    except (BotoCoreError, ResponseParserError, KeyError) as error:
        said = next((words for kind, words in _FAILURES.items() if isinstance(error, kind)), None)
        raise StoreUnavailable(said or f"The store cannot be asked ({type(error).__name__}).") from error


def _refusal(status: int, code: str) -> str:
    """What an answer means that says no.

    Args:
        status: of HTTP.
        code: the store's own word for it; the same number where it sends none.
    """
    if code == "NoSuchBucket":
        return "The store knows no such bucket."
    told = f"({status})" if code in {"", str(status)} else f"({status} {code})"
    if status == 403:
        return f"The store denies us access {told}."
    if status >= 500:
        return f"The store is out of order {told}."
    return f"The store refuses the request {told}."
