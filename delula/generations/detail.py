"""What the page of one generation says, made of whatever its row and its JSON hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for

from delula.models.enums import label
from delula.web.lists import value_href
from delula.web.references import hrefs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from delula.generations.queries import Related
    from delula.models import Generation, JsonValue

#: Under these keys providers put the message, the code and the stack of an error.
_MESSAGE_KEYS = ("message", "error", "detail", "description")
_CODE_KEYS = ("code", "status", "status_code", "statusCode", "type", "name")
_STACK_KEYS = ("stack", "stacktrace", "stack_trace", "traceback")


@dataclass(frozen=True)
class ErrorText:
    """An error in words; each None where the details do not say."""

    message: str | None
    code: str | None
    stack: str | None


def error_text(details: JsonValue) -> ErrorText:
    """The message, code and stack that error details hold, whatever their shape."""
    if isinstance(details, str):
        return ErrorText(details, None, None)
    if not isinstance(details, Mapping):
        return ErrorText(None, None, None)
    return ErrorText(*(_first_text(details, keys) for keys in (_MESSAGE_KEYS, _CODE_KEYS, _STACK_KEYS)))


def _first_text(details: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    for key in keys:
        value = details.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
        if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
            return "\n".join(value)
    return None


def metadata_text(metadata: JsonValue, key: str) -> str | None:
    """A plain value at the top of the metadata; None where there is none."""
    value = metadata.get(key) if isinstance(metadata, Mapping) else None
    return str(value) if isinstance(value, str | int | float) else None


def form_answers(metadata: JsonValue) -> list[dict[str, str]]:
    """The user's answers: as displayed, and what the form data holds beyond that."""
    if not isinstance(metadata, Mapping):
        return []
    shown, raw = (_mapping(metadata.get(key)) for key in ("tagDisplayData", "formData"))
    answers = {str(question): _answer(answer) for question, answer in shown.items()}
    # The form data hold the same answers under technical names; only what the display leaves out is news.
    told = {answer.casefold() for answer in answers.values()}
    for question, value in raw.items():
        answer = _answer(value)
        if answer.casefold() not in told:
            answers[str(question)] = answer
    return [{"question": question, "answer": answer} for question, answer in answers.items()]


def _mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}


def _answer(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        shown = value.get("display") or value.get("label") or value.get("value")
        if isinstance(shown, str | int | float):
            return str(shown)
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ", ".join(str(item) for item in value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def same_href(field: str, value: object) -> str | None:
    """The list of all generations with one value in one field; None where it is too long for a filter."""
    return value_href(url_for("generations.index"), field, value)


def related_links(
    generation: Generation, related: Related, owner: Callable[[Any], str]
) -> list[dict[str, Any]]:
    """What hangs together with a generation, as cards; what is gone is said to be gone."""
    links = [_user_link(generation, related, owner), *_recipe_link(generation, related)]
    if generation.asset_id:
        links.append(_asset_link(generation.asset_id, related))
    here = same_href("id", generation.id)
    for entry in related.backlog:
        meta = "Given to a user" if entry.is_used else "In stock"
        links.append(_link("archive", f"Backlog entry {entry.id}", meta, here))
    for sample in related.samples:
        meta = f"Sample, {sample.moderation_status or 'no moderation status'}"
        href = url_for("samples.detail", sample_id=sample.id)
        links.append(_link("sparkles", sample.title or f"Sample {sample.id}", meta, href))
    return links


def _link(icon: str, title: str, meta: str, href: str | None, *, missing: bool = False) -> dict[str, Any]:
    return {"icon": icon, "title": title, "meta": meta, "href": href, "missing": missing}


def _user_link(generation: Generation, related: Related, owner: Callable[[Any], str]) -> dict[str, Any]:
    if related.user is None:
        href = same_href("user", generation.user_id)
        return _link("user-x", generation.user_id, "This user no longer exists", href, missing=True)
    href = hrefs_of("users")(generation.user_id)
    meta = f"{label(related.user.account_type)} user, {related.user.credits} credits"
    return _link("user", owner(related.user), meta, href)


def _recipe_link(generation: Generation, related: Related) -> list[dict[str, Any]]:
    if generation.recipe_id is None:
        return []
    if related.recipe is None:
        title = generation.recipe_title or f"Recipe {generation.recipe_id}"
        href = same_href("recipe", generation.recipe_id)
        return [_link("book-x", title, "This recipe no longer exists", href, missing=True)]
    meta = f"Recipe, {related.recipe.credit_cost} credits"
    return [_link("book-open", related.recipe.name, meta, hrefs_of("recipes")(generation.recipe_id))]


def _asset_link(asset_id: str, related: Related) -> dict[str, Any]:
    """The library entry of the file, the one that was removed, or all files with its id."""
    if related.asset:
        href = hrefs_of("assets")(f"user-{related.asset.id}")
        return _link("image", related.asset.display_name, _asset_meta(related), href)
    if related.removed:
        href = hrefs_of("assets")(related.removed)
        return _link("archive-x", asset_id, "Its library entry was removed", href, missing=True)
    return _link("image", asset_id, _asset_meta(related), same_href("asset", asset_id))


def _asset_meta(related: Related) -> str:
    if related.asset is None:
        return "Asset, in no user's library"
    return (
        "Asset, deleted from the library" if related.asset.is_deleted else f"Asset, {related.asset.mime_type}"
    )
