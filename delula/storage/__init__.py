"""The S3 edge: keys, presigned URLs and what the store knows of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app

from delula.errors import Refused
from delula.storage.store import NoSuchObject, ObjectFacts, Store, StoreUnavailable, leads_elsewhere

if TYPE_CHECKING:
    from delula.config import Settings

__all__ = [
    "NO_BUCKET",
    "NoSuchObject",
    "ObjectFacts",
    "Store",
    "StoreUnavailable",
    "current_store",
    "facts_or_why",
    "init_storage",
    "leads_elsewhere",
    "needed_store",
]

NO_BUCKET = "No bucket is configured."


def init_storage(app: Flask, settings: Settings) -> None:
    """Give the app its store; none where no bucket is configured."""
    app.extensions["store"] = Store(settings.s3, settings.cdn_url) if settings.s3 else None


def current_store() -> Store | None:
    """The store of the app at hand, or none where no bucket is configured."""
    store: Store | None = current_app.extensions["store"]
    return store


def needed_store() -> Store:
    """The store of the app at hand, for what cannot go on without it.

    Raises:
        Refused: no bucket is configured.
    """
    store = current_store()
    if store is None:
        raise Refused(NO_BUCKET)
    return store


def facts_or_why(key: str | None) -> tuple[ObjectFacts | None, str]:
    """What the store knows of an object, for a page that works without it.

    Args:
        key: of the object; None where there is none.

    Returns:
        The facts, None where there is no such object; why the store could not be asked, empty where it was.
    """
    store = current_store()
    if store is None:
        return None, NO_BUCKET
    try:
        return (None if key is None else store.facts(key)), ""
    except StoreUnavailable as error:
        return None, str(error)
