"""The form of a recipe: what stands in it, what of it was typed, and what it would make of the recipe."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import url_for

from delula.commands import Change, last_change
from delula.errors import InvalidInput
from delula.models import id_in
from delula.models.tolerance import decode_json, parse_json
from delula.recipes import queries, versions
from delula.recipes.actions import (
    KIND,
    NAMES,
    Create,
    Edited,
    all_errors,
    as_json,
    initial_texts,
    read,
    version_of,
)
from delula.recipes.cells import NamedTag, card_of, chip
from delula.recipes.checks import NOUNS, changed, plain, read_value
from delula.recipes.columns import BY_NAME, COLUMNS, differs
from delula.recipes.detail import form_of, prompt_markup
from delula.recipes.differences import Difference, difference
from delula.recipes.documents import Fault, NotJson, faults, read_document
from delula.tags.queries import held, namespaces, remembered_names, successors
from delula.web.command_forms import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from werkzeug.datastructures import MultiDict

    from delula.commands import Plan
    from delula.db import AnyRow
    from delula.models import AuditEntry
    from delula.recipes.cells import Card
    from delula.recipes.columns import Column, Stored
    from delula.recipes.detail import Form
    from delula.recipes.steps import Step
    from delula.tags.namespaces import Namespace

#: What the form carries beside its columns.
SEEN, VERSION, REASON, BACK = "seen", "version", "reason", "back"

#: The parts of the form, in their order: anchor, title, what it is about, columns.
SECTIONS: Sequence[tuple[str, str, str, Sequence[str]]] = (
    (
        "card",
        "Card",
        "What users see before they open it.",
        ("name", "slug", "description", "category", "preview_image_url"),
    ),
    (
        "tags",
        "Tags",
        "Users see the public ones in this order; hidden ones sort the catalogue.",
        ("tag_highlights",),
    ),
    ("prompt", "Prompt", "What the model is asked.", ("prompt", "instructions")),
    ("steps", "Form", "What users are asked.", ("recipe_steps",)),
    (
        "makes",
        "What it makes",
        "Medium, model and who runs it.",
        (
            "generation_type",
            "workflow_type",
            "model",
            "style",
            "audio_type",
            "video_provider",
            "video_duration",
            "video_quality",
            "video_aspect_ratio",
            "image_provider",
            "image_quality",
            "image_size",
            "num_images",
        ),
    ),
    (
        "price",
        "Price and visibility",
        "What a run costs, and who can have one.",
        ("credit_cost", "is_active", "is_public", "has_content_restrictions"),
    ),
    (
        "creator",
        "Creator",
        "Who made it and what that earns.",
        ("creator_id", "revenue_share_enabled", "revenue_share_percentage", "referral_code", "created_at"),
    ),
    ("workflow", "Workflow", "The components that work on it, in their order.", ("workflow_components",)),
)


@dataclass
class RecipeForm:
    """What the template of the form shows.

    Attributes:
        id: of the recipe; None for a new one.
        texts: what stands in the fields, by column.
        seen: what was stored when the form was opened.
        version: stands for that.
        reason: why, in the person's words.
        back: the path of the page that led here, such as a list of recipes to be mended; empty for none.
        is_kept: whether it was typed before the person had to sign in.
        errors: what is wrong, by column.
        refusal: why nothing can be saved at all.
        merged: what somebody else has changed meanwhile.
        changed_by: the entry of the audit log that has, where staff did it through the console.
        plan: what saving would do; None where it would do nothing or is refused.
    """

    id: int | None
    texts: dict[str, str]
    seen: Stored
    version: str = ""
    reason: str = ""
    back: str = ""
    is_kept: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    merged: list[Row] = field(default_factory=list)
    changed_by: AuditEntry | None = None
    plan: Plan | None = None

    @property
    def touched(self) -> Sequence[str]:
        """The columns of which something was typed."""
        return changed(self.texts, self.seen, NAMES)

    def given(self) -> Edited | Create:
        """The input of the command: what was typed, and nothing that was not.

        Raises:
            InvalidInput: nothing was typed.
        """
        if self.id is None:
            return Create(**{name: self.texts[name] for name in NAMES})
        touched = self.touched
        if not touched:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        texts = {name: self.texts[name] for name in touched}
        return Edited(id=self.id, version=self.version, only=",".join(touched), **texts)

    def check(self) -> None:
        """Find everything that is wrong with what was typed, each at its field."""
        row = self.seen
        names = NAMES if self.id is None else self.touched
        _, self.errors = read({name: self.texts[name] for name in names}, row)

    def tell_all(self) -> None:
        """Where something is wrong, find what else is, so that nobody mends it one by one."""
        names = NAMES if self.id is None else self.touched
        found = all_errors({name: self.texts[name] for name in names}, self.seen, self.id)
        self.errors = {**found, **{name: text for name, text in self.errors.items() if name not in found}}

    @property
    def seen_json(self) -> str:
        """What was stored when the form was opened, to travel with it."""
        return json.dumps(dict(self.seen), ensure_ascii=False)

    @cached_property
    def faults(self) -> Mapping[str, Sequence[Fault]]:
        """What is wrong inside of JSON that was typed, by column."""
        return {
            name: faults(name, self.texts[name], self.seen[name])
            for name in NOUNS
            if name in self.errors and self.texts[name].strip()
        }

    def sentence(self, name: str, fault: Fault) -> str:
        """A fault in words."""
        return fault.sentence(NOUNS[name])

    def column(self, name: str) -> Column:
        """The column of that name."""
        return BY_NAME[name]

    def choices(self, name: str) -> Sequence[tuple[str, str]]:
        """What can be chosen; a value that nobody lists stays there while it is stored."""
        column, stored = BY_NAME[name], self.seen[name]
        known = dict(column.choices)
        if stored is None or stored in known:
            return column.choices
        return [(stored, f"{stored or '(empty)'}, unknown"), *column.choices]

    @cached_property
    def tags(self) -> Sequence[AnyRow]:
        """The tags in their order, as `NamedTag` takes them; those that are gone have an id alone."""
        try:
            ids = read_value(BY_NAME["tag_highlights"], self.texts["tag_highlights"], None)
        except InvalidInput:
            return []
        return queries.tags_of(ids) if isinstance(ids, list) else []

    @property
    def tag_choices(self) -> Sequence[TagChoice]:
        """The namespaces of which one tag is chosen."""
        return tag_choices(self.texts["tag_highlights"])

    @property
    def shown_tags(self) -> Sequence[ShownTag]:
        """The same as the list of tags shows them."""
        return shown_tags(self.tags)

    @cached_property
    def form(self) -> Form:
        """The form that users would fill in, and the prompt that it fills."""
        steps = decode_json(self.texts["recipe_steps"] or "[]")
        return form_of(self.texts["prompt"], steps)

    @property
    def prompt(self) -> Markup:
        """The prompt with its variables marked."""
        return prompt_markup(self.form)

    @property
    def unused(self) -> Sequence[Step]:
        """The steps that no variable of the prompt uses."""
        return [step for step in self.form.steps if step.number not in self.form.used]

    @property
    def card(self) -> Card:
        """The recipe as users would see it."""
        value = self._value
        row = SimpleNamespace(
            id=self.id,
            name=self.texts["name"],
            description=self.texts["description"],
            generation_type=self.texts["generation_type"],
            video_duration=value("video_duration"),
            credit_cost=value("credit_cost") or 0,
            is_active=value("is_active"),
            is_public=value("is_public"),
            # Until it is saved, nothing leads to another picture.
            preview_image_url=None if "preview_image_url" in self.touched else self.seen["preview_image_url"],
        )
        return card_of(url_for("recipes.index"))(row, self.tags)

    def _value(self, name: str) -> Any:
        try:
            return read_value(BY_NAME[name], self.texts[name], self.seen[name])
        except InvalidInput:
            return plain(BY_NAME[name], self.seen[name])

    @property
    def differences(self) -> Sequence[Difference]:
        """What would change, column by column."""
        if self.id is None:
            return []
        return [
            difference(BY_NAME[name], BY_NAME[name].shown(self.seen[name]), self._as_stored(name), tag_names)
            for name in self.touched
        ]

    def _as_stored(self, name: str) -> str:
        """What was typed, JSON as it will come back: laid out, and its keys in the order of the database."""
        typed = self.texts[name]
        if name not in NOUNS or not typed.strip():
            return typed
        try:
            read_document(typed)
        except NotJson:
            return typed
        return queries.laid_out(typed)


def tag_names(tags: str) -> list[str]:
    """What tags are called, in their order, by the text of their field."""
    try:
        ids = read_value(BY_NAME["tag_highlights"], tags, None)
    except InvalidInput:
        return [tags]
    carried = ids if isinstance(ids, list) else []
    names = remembered_names(id_ for id_ in carried if isinstance(id_, int))
    return ["empty entry" if id_ is None else names.get(id_, f"tag {id_}") for id_ in carried]


class ShownTag(NamedTuple):
    """A tag in the list of a form: what stands for it there, and how it looks."""

    value: str
    chip: Markup


def shown_tags(tags: Sequence[AnyRow]) -> list[ShownTag]:
    """Tags as the list of a form shows them; what is gone, or never was, says so."""
    return [
        ShownTag(
            "null" if tag.id is None else str(tag.id),
            chip(NamedTag(tag.id, tag.name, tag.color, tag.is_hidden, tag.is_active), None),
        )
        for tag in tags
    ]


#: Stands in the choice of a namespace where a recipe carries more of its tags than it may.
SEVERAL = "several"


@dataclass(frozen=True)
class TagChoice:
    """The choice of one tag of a namespace.

    Attributes:
        namespace: with its rules and its tags.
        value: the id of the tag that is carried; empty for none, `SEVERAL` for more than one.
    """

    namespace: Namespace
    value: str

    @property
    def options(self) -> Sequence[tuple[str, str, str]]:
        """Value and words of each tag, and the media that it is for; inactive ones only where carried."""
        return [
            (str(one.tag_id), one.value, " ".join(sorted(one.types or self.namespace.types)))
            for one in self.namespace.choices
            if one.is_active or str(one.tag_id) == self.value
        ]


def new_form() -> RecipeForm:
    """The form of a recipe that is not there yet."""
    return RecipeForm(None, initial_texts(), dict.fromkeys(NAMES))


def opened(id_: int) -> RecipeForm | None:
    """The form of a recipe as it is; None where there is none."""
    row = versions.stored(id_)
    if row is None:
        return None
    texts = {column.name: column.shown(row[column.name]) for column in COLUMNS}
    return RecipeForm(id_, texts, row, version_of(row, NAMES))


def sent(form: RecipeForm, data: MultiDict[str, str]) -> RecipeForm:
    """A form as it comes back from a browser.

    Args:
        form: the same as it would be opened now.
        data: what was sent; fields that are missing in it count as not typed in.
    """
    seen = {**form.seen, **_seen(data.get(SEEN, ""))} if form.id is not None else form.seen
    texts = {name: BY_NAME[name].shown(seen[name]) for name in NAMES} if form.id is not None else form.texts
    # A checkbox stands behind a hidden field with its "no".
    texts = {**texts, **{name: data.getlist(name)[-1] for name in NAMES if name in data}}
    for one in tag_choices(texts["tag_highlights"]):
        texts["tag_highlights"] = _with_choice(texts["tag_highlights"], data, one)
    version = data.get(VERSION, form.version)
    return RecipeForm(form.id, texts, seen, version, data.get(REASON, ""), data.get(BACK, form.back))


def _seen(text: str) -> dict[str, str | None]:
    """What the form was opened with; whatever else a browser sends counts as nothing."""
    try:
        values = parse_json(text)
    except ValueError:
        return {}
    if not isinstance(values, Mapping):
        return {}
    return {name: values[name] for name in NAMES if isinstance(values.get(name, 0), str | None)}


def tag_choices(tags: str) -> Sequence[TagChoice]:
    """The namespaces of which a recipe carries one tag at most, with what it carries.

    Args:
        tags: the text of the field of tags.
    """
    carried = _entries(tags)
    found = []
    for namespace in namespaces():
        if not namespace.is_single:
            continue
        ids = [str(choice.tag_id) for choice in namespace.choices]
        chosen = list(dict.fromkeys(entry for entry in carried if entry in ids))
        value = chosen[0] if len(chosen) == 1 else SEVERAL if chosen else ""
        found.append(TagChoice(namespace, value))
    return found


def _entries(tags: str) -> list[str]:
    return [entry.strip() for entry in tags.split(",") if entry.strip()]


def _with_successors(tags: str) -> str:
    """The tags with those that took the place of merged ones, there once."""
    entries = _entries(tags)
    ids = {entry: id_ for entry in entries if (id_ := id_in(entry)) is not None}
    found = successors(ids.values() - held(ids.values(), lock=False).keys())
    put = [str(found.get(ids.get(entry, 0), entry)) for entry in entries]
    once = {str(id_) for id_ in found.values()}
    return ", ".join(
        entry for place, entry in enumerate(put) if entry not in once or entry not in put[:place]
    )


def _with_choice(tags: str, data: MultiDict[str, str], choice: TagChoice) -> str:
    """The tags with the one that was chosen of a namespace, in the place of the one that stood there."""
    name = choice.namespace.name
    before, chosen = data.get(f"was-{name}", ""), data.get(f"tag-{name}", "")
    ids = [str(one.tag_id) for one in choice.namespace.choices]
    if chosen in {before, choice.value} or (chosen and chosen not in ids):
        return tags  # nobody has chosen, or the script has put it there already
    entries = _entries(tags)
    places = [place for place, entry in enumerate(entries) if entry in ids]
    kept = [entry for place, entry in enumerate(entries) if place not in places]
    if chosen:
        kept.insert(places[0] if places else len(kept), chosen)
    return ", ".join(kept)


def is_stale(form: RecipeForm) -> bool:
    """Whether the recipe has changed since the form was opened."""
    now = opened(form.id) if form.id is not None else None
    return now is not None and form.version not in {"", now.version}


def merged(form: RecipeForm) -> RecipeForm:
    """A form that came too late: what was typed stays, the other fields show what stands there now.

    Of a tag that was merged meanwhile, the one that took its place stands among those that were typed.
    """
    now = opened(form.id) if form.id is not None else None
    if now is None:
        return form
    touched = set(form.touched)
    for name in NAMES:
        column = BY_NAME[name]
        shown = column.shown(form.seen[name])
        if differs(column, now.texts[name], form.seen[name]):
            theirs = name not in touched
            now.merged.append(Row(name, shown, now.texts[name], form.texts[name], is_theirs=theirs))
        if name in touched:
            now.texts[name] = form.texts[name]
    now.texts["tag_highlights"] = _with_successors(now.texts["tag_highlights"])
    now.reason, now.back = form.reason, form.back
    values = {one.name: plain(BY_NAME[one.name], now.seen[one.name]) for one in now.merged}
    now.changed_by = last_change(Change(KIND, str(form.id), as_json(values), {}))
    return now
