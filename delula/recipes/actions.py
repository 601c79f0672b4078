"""What curators can do to a recipe: make, edit, copy, price, switch on and off, put back.

Every command writes the columns that it is about and no others, and keeps the whole recipe before and after
(`versions`). What the product counts with every run is in no form, so it neither conflicts nor gets lost.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy.exc import IntegrityError

from delula.access.permissions import Permission
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    Touched,
    digest,
    register,
)
from delula.errors import InvalidInput, Refused
from delula.models import id_in
from delula.recipes import queries, versions
from delula.recipes.checks import changed, plain, read_value, slug_of
from delula.recipes.columns import BY_NAME, COLUMNS, Kind
from delula.recipes.documents import components_in
from delula.recipes.impact import impact_of, what_if
from delula.recipes.listing import LEAST_STOCK
from delula.recipes.usage import RECOUNT
from delula.tags import queries as tags
from delula.tags.namespaces import broken_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from delula.models import AuditEntry, JsonValue
    from delula.recipes.checks import Value
    from delula.recipes.columns import Stored
    from delula.recipes.impact import Impact

KIND = "recipe"
NAMES: Sequence[str] = [column.name for column in COLUMNS]
#: Names that a sentence lists.
SHOWN = 5
TAKEN_SLUG = "Another recipe has this slug already."
TAKEN_CODE = "Another recipe has this referral code already."
#: What no two recipes have, with what is said to who tries.
_UNIQUE = (("slug", TAKEN_SLUG), ("referral_code", TAKEN_CODE))


@dataclass(frozen=True, kw_only=True)
class OfRecipe(Given):
    """The recipe that a command is about."""

    id: int


@dataclass(frozen=True, kw_only=True)
class Written(Given):
    """What stands in the form of a recipe: a text for each column, empty for nothing.

    Attributes:
        only: the columns that count, with commas between; all where empty.
    """

    only: str = ""
    name: str = ""
    slug: str = ""
    description: str = ""
    category: str = ""
    preview_image_url: str = ""
    tag_highlights: str = ""
    prompt: str = ""
    instructions: str = ""
    recipe_steps: str = ""
    generation_type: str = ""
    workflow_type: str = ""
    style: str = ""
    model: str = ""
    audio_type: str = ""
    video_provider: str = ""
    video_duration: str = ""
    video_quality: str = ""
    video_aspect_ratio: str = ""
    image_provider: str = ""
    image_quality: str = ""
    image_size: str = ""
    num_images: str = ""
    credit_cost: str = ""
    is_active: str = ""
    is_public: str = ""
    has_content_restrictions: str = ""
    creator_id: str = ""
    revenue_share_enabled: str = ""
    revenue_share_percentage: str = ""
    referral_code: str = ""
    workflow_components: str = ""
    created_at: str = ""

    @property
    def names(self) -> Sequence[str]:
        """The columns that count, in the order of the form.

        Raises:
            InvalidInput: `only` names another.
        """
        if not self.only:
            return NAMES
        asked = set(self.only.split(","))
        if odd := sorted(asked.difference(NAMES)):
            raise InvalidInput("only", f"{odd[0]} is no field of this form.")
        return [name for name in NAMES if name in asked]

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of the columns that count."""
        return {name: getattr(self, name) for name in self.names}

    def as_json(self) -> dict[str, JsonValue]:
        """Only what counts: the rest says nothing."""
        values = super().as_json()
        return {name: value for name, value in values.items() if name not in BY_NAME or name in self.names}


@dataclass(frozen=True, kw_only=True)
class Edited(Written):
    """What stands in the form of a recipe that there is."""

    id: int


GivenT = TypeVar("GivenT", bound=Given)


class RecipeCommand(Command[GivenT]):
    """A command that writes one recipe, which is kept whole before and after."""

    permission = Permission.RECIPES_EDIT

    def subject(self, texts: Mapping[str, str]) -> Touched | None:
        """The recipe, by its name."""
        stored = _named(texts)
        return Touched(KIND, texts["id"], stored["name"] or f"Recipe {texts['id']}") if stored else None

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:
        """Write, with the recipe kept as it was and as it is then."""
        id_ = int(plan.change.id)
        try:
            with versions.kept([id_]):
                self.write_row(given, plan)
        except IntegrityError as error:
            constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
            if "referral" not in constraint:
                raise
            # The product may have given the code away in this very moment.
            raise InvalidInput("referral_code", TAKEN_CODE) from None
        return {"recipe": id_}

    @abstractmethod
    def write_row(self, given: GivenT, plan: Plan) -> None:
        """Write what the plan says."""


class Edit(RecipeCommand[Edited]):
    """Changes whatever differs from what is stored."""

    name = "recipes.edit"
    title = "Edit recipe"
    given = Edited
    is_edit = True
    fields = tuple(
        InputField(
            column.name,
            column.label,
            kind="multiline" if column.kind in {Kind.TEXT, Kind.JSON} else "text",
            help=column.help,
            optional=True,
        )
        for column in COLUMNS
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What the fields hold now."""
        row = _named(texts)
        if row is None:
            return {}
        shown = {column.name: column.shown(row[column.name]) for column in COLUMNS}
        return {**shown, "version": version_of(row, NAMES)}

    def plan(self, given: Edited, *, lock: bool) -> Plan:
        """Check what differs from what is stored, and nothing else: that may be older than our rules."""
        known = _known_tags(given.texts, lock=lock)
        row = _stored(given.id, lock=lock)
        values, errors = read(given.texts, row)
        _refuse_first(errors)
        values = {name: value for name, value in values.items() if value != plain(BY_NAME[name], row[name])}
        if not values:
            raise InvalidInput("change", "Nothing differs from what is stored.")
        for check in _rules(values, row, given.id, known, lock=lock):
            check()
        return Plan(
            f"Change the {_listed(values)} of {called(given.id, row)}.",
            _change(given.id, row, values),
            version=version_of(row, NAMES),
            warnings=_warnings(values, row),
            data=values,
        )

    def write_row(self, given: Edited, plan: Plan) -> None:
        """Write the columns that change."""
        versions.update(given.id, plan.data)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The same columns as they were, while they are as the entry left them."""
        return _putting_back(entry)


@dataclass(frozen=True, kw_only=True)
class Create(Written):
    """What stands in the form of a new recipe."""


class New(RecipeCommand[Create]):
    """Adds a recipe; nobody has run it, so taking it back removes it."""

    name = "recipes.create"
    title = "New recipe"
    given = Create
    fields = Edit.fields

    def plan(self, given: Create, *, lock: bool) -> Plan:
        """Check every field; those that do not count get what a new recipe has."""
        texts = {**initial_texts(), **given.texts}
        known = _known_tags(texts, lock=lock)
        values, errors = read(texts, dict.fromkeys(NAMES))
        _refuse_first(errors)
        if values["created_at"] is None:
            del values["created_at"]  # the database says when
        for check in _rules(values, dict.fromkeys(NAMES), None, known, lock=lock):
            check()
        return Plan(
            f"Add the recipe “{values['name']}”.",
            Change(KIND, _new_id(lock=lock), {}, as_json(values)),
            warnings=_warnings(values, dict.fromkeys(NAMES)),
            data=values,
        )

    def write_row(self, given: Create, plan: Plan) -> None:  # noqa: ARG002 - the plan has it all
        """Insert it."""
        versions.insert({"id": int(plan.change.id), **plan.data})

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Removing it, while it is as it was made."""
        return _discarding(entry)


@dataclass(frozen=True, kw_only=True)
class Copied(OfRecipe):
    """A recipe, and how its copy is called."""

    name: str
    slug: str


class Duplicate(RecipeCommand[Copied]):
    """Adds a recipe like another one: neither active nor public, without its code and its counts."""

    name = "recipes.duplicate"
    title = "Duplicate"
    given = Copied
    is_edit = True
    fields = (
        InputField("name", "Name of the copy"),
        InputField("slug", "Slug of the copy", help=BY_NAME["slug"].help),
    )
    differing: ClassVar[Mapping[str, Value]] = {
        "is_active": False,
        "is_public": False,
        "referral_code": None,
    }

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """A name and a slug that nobody has."""
        row = _named(texts)
        if row is None:
            return {}
        name = " ".join((row["name"] or "").split())
        return {
            "name": f"{name[: BY_NAME['name'].longest - 10]} (copy)".strip(),
            "slug": queries.free_slug(f"{slug_of(row['slug'] or name)}-copy"),
        }

    def plan(self, given: Copied, *, lock: bool) -> Plan:
        """Check the name and the slug; the rest is as the other has it."""
        row = _stored(given.id, lock=lock)
        values, errors = read({"name": given.name, "slug": given.slug}, dict.fromkeys(NAMES))
        _refuse_first(errors)
        _check_unique("slug", TAKEN_SLUG, values, None, lock=lock)
        values |= self.differing
        return Plan(
            f"Add “{values['name']}”, a copy of {called(given.id, row)} that nobody sees yet.",
            Change(KIND, _new_id(lock=lock), {}, {**as_json(values), "copy_of": given.id}),
            data=values,
        )

    def write_row(self, given: Copied, plan: Plan) -> None:
        """Insert the copy."""
        versions.copy(given.id, {"id": int(plan.change.id), **plan.data})

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Removing the copy, while it is as it was made."""
        return _discarding(entry)


@dataclass(frozen=True, kw_only=True)
class Discarded(OfRecipe):
    """A recipe that the console has just made, and the digest of what it was then."""


class Discard(RecipeCommand[Discarded]):
    """Removes a recipe of which nothing was ever made; its versions stay, and bring it back."""

    name = "recipes.discard"
    title = "Remove recipe"
    given = Discarded
    is_dangerous = True

    def plan(self, given: Discarded, *, lock: bool) -> Plan:
        """Refuse where anything hangs on it."""
        row = _stored(given.id, lock=lock)
        if used := queries.what_hangs_on(given.id):
            raise Refused(f"It has {used}, so it can only be deactivated.")
        before: dict[str, Value] = {name: plain(BY_NAME[name], row[name]) for name in ("name", "slug")}
        return Plan(
            f"Remove {called(given.id, row)}.",
            Change(KIND, str(given.id), as_json(before), {}),
            version=version_of(row, NAMES),
        )

    def write_row(self, given: Discarded, plan: Plan) -> None:  # noqa: ARG002 - all is said
        """Delete the row."""
        versions.remove(given.id)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Its newest version."""
        number = versions.newest(int(entry.object_id))
        return Invocation(RESTORE, Restored(id=int(entry.object_id), number=number)) if number else None


class Switch(RecipeCommand[OfRecipe]):
    """Lets users run a recipe, or no longer.

    Attributes:
        value: what `is_active` becomes.
        already: why it cannot be done where it is so.
        verb: what is done.
    """

    given = OfRecipe
    object_field = "id"
    value: ClassVar[bool]
    already: ClassVar[str]
    verb: ClassVar[str]

    def refusal(self, is_active: bool) -> str | None:
        """Why it cannot be done to a recipe that is active or not; None where it can."""
        return self.already if is_active == self.value else None

    def plan(self, given: OfRecipe, *, lock: bool) -> Plan:
        """The flag, with what hangs on it."""
        row = _stored(given.id, lock=lock)
        if (why := self.refusal(row["is_active"] == "yes")) is not None:
            raise Refused(why)
        impact = impact_of(given.id)
        return Plan(
            f"{self.verb} {called(given.id, row)}: {impact.sentence}",
            _change(given.id, row, {"is_active": self.value}),
            version=version_of(row, ["is_active"]),
            warnings=self.warnings(row, impact),
            facts=impact.facts,
            data={"is_active": self.value},
        )

    @abstractmethod
    def warnings(self, row: Stored, impact: Impact) -> tuple[str, ...]:
        """What the person should know before."""

    def write_row(self, given: OfRecipe, plan: Plan) -> None:
        """Set the flag."""
        versions.update(given.id, plan.data)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The contrary, while it is as this left it."""
        return _putting_back(entry)


class Activate(Switch):
    """Lets users run a recipe."""

    name = "recipes.activate"
    title = "Activate"
    value = True
    already = "It is active already."
    verb = "Activate"

    def warnings(self, row: Stored, impact: Impact) -> tuple[str, ...]:
        """What users will meet."""
        found = []
        if row["is_public"] != "yes":
            found.append("It is not public, so users do not see it all the same.")
        if impact.stock is not None and impact.stock < LEAST_STOCK:
            found.append(f"Less than {LEAST_STOCK} lie in stock, so the first users will wait.")
        return tuple(found)


class Deactivate(Switch):
    """Lets nobody run a recipe any more."""

    name = "recipes.deactivate"
    title = "Deactivate"
    value = False
    already = "It is not active."
    verb = "Deactivate"

    def warnings(self, row: Stored, impact: Impact) -> tuple[str, ...]:  # noqa: ARG002 - as the other
        """What goes on all the same."""
        found = []
        if impact.queued:
            found.append("What waits or runs is finished all the same; cancel it in the list of generations.")
        if impact.stock:
            found.append("What lies in stock is no longer given out, and stays there.")
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class Priced(OfRecipe):
    """A recipe, and the credits that one run shall cost."""

    credit_cost: int


class SetCost(RecipeCommand[Priced]):
    """Sets what one run costs, and says what last month would have brought at that price."""

    name = "recipes.set_cost"
    title = "Set cost"
    given = Priced
    object_field = "id"
    is_edit = True
    fields = (InputField("credit_cost", "Credits of one run", kind="number"),)

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """What it costs now."""
        return _one_stored("credit_cost", texts)

    def plan(self, given: Priced, *, lock: bool) -> Plan:
        """The price, with what it means."""
        row = _stored(given.id, lock=lock)
        column, now = BY_NAME["credit_cost"], int(row["credit_cost"] or 0)
        cost = read_value(column, str(given.credit_cost), row["credit_cost"])
        if not isinstance(cost, int) or cost == now:
            raise InvalidInput("credit_cost", f"It costs {now} already.")
        guess = what_if(given.id, now, cost)
        return Plan(
            f"Charge {_credits(cost)} instead of {now} for {called(given.id, row)}. {guess.sentence}",
            _change(given.id, row, {"credit_cost": cost}),
            version=version_of(row, ["credit_cost"]),
            warnings=("Users run it for nothing then.",) if cost == 0 else (),
            facts=guess.facts,
            data={"credit_cost": cost},
        )

    def write_row(self, given: Priced, plan: Plan) -> None:
        """Set the price."""
        versions.update(given.id, plan.data)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The price from before, while it is as this left it."""
        return _putting_back(entry)


@dataclass(frozen=True, kw_only=True)
class Ordered(OfRecipe):
    """A recipe, and the numbers of its tags in their new order, with commas between."""

    tag_highlights: str


class OrderTags(RecipeCommand[Ordered]):
    """Puts the tags of a recipe into another order; none comes and none goes."""

    name = "recipes.order_tags"
    title = "Order tags"
    given = Ordered
    is_edit = True
    fields = (InputField("tag_highlights", "Numbers of tags", help="In the order in which users see them."),)

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """The order of now."""
        return _one_stored("tag_highlights", texts)

    def plan(self, given: Ordered, *, lock: bool) -> Plan:
        """Refuse where it is not the same tags."""
        row = _stored(given.id, lock=lock)
        column = BY_NAME["tag_highlights"]
        now, then = plain(column, row[column.name]), read_value(column, given.tag_highlights, None)
        if not isinstance(now, list) or not isinstance(then, list) or _sorted(now) != _sorted(then):
            raise InvalidInput(
                column.name, "These are not the tags that the recipe has; edit it to change them."
            )
        if now == then:
            raise InvalidInput(column.name, "They stand in this order already.")
        values: dict[str, Value] = {column.name: then}
        return Plan(
            f"Put the tags of {called(given.id, row)} into another order.",
            _change(given.id, row, values),
            version=version_of(row, [column.name]),
            data=values,
        )

    def write_row(self, given: Ordered, plan: Plan) -> None:
        """Write the order."""
        versions.update(given.id, plan.data)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The order from before, while it is as this left it."""
        return _putting_back(entry)


@dataclass(frozen=True, kw_only=True)
class Restored(OfRecipe):
    """A recipe, and the number of the version that it shall be again.

    Attributes:
        only: the columns that count, with commas between; all where empty.
    """

    number: int
    only: str = ""


class Restore(RecipeCommand[Restored]):
    """Makes a recipe what it was in one of its versions, exactly; what the product counts stays as it is."""

    name = "recipes.restore"
    title = "Restore"
    given = Restored

    def plan(self, given: Restored, *, lock: bool) -> Plan:
        """What differs from the version, and only that."""
        was = versions.of_version(given.id, given.number) if given.number < 2**31 else None
        if was is None:
            raise Refused("There is no such version.")
        names = Written(only=given.only).names
        row = versions.stored(given.id, lock=lock)
        if row is None:
            after = {name: plain(BY_NAME[name], was[name]) for name in NAMES}
            sentence = f"Bring {called(given.id, was)} back, as it was in version {given.number}."
            return Plan(sentence, Change(KIND, str(given.id), {}, as_json(after)), data=None)
        differing = [name for name in names if row[name] != was[name]]
        if not differing:
            raise Refused(f"It is what it was in version {given.number}.")
        values = {name: plain(BY_NAME[name], was[name]) for name in differing}
        for column, taken in _UNIQUE:
            _check_unique(column, taken, values, given.id, lock=lock)
        return Plan(
            f"Put back the {_listed(values)} of {called(given.id, row)} from version {given.number}.",
            _change(given.id, row, values),
            version=version_of(row, names),
            data=differing,
        )

    def write_row(self, given: Restored, plan: Plan) -> None:
        """Write the columns that differ, or the whole row where it is gone."""
        if plan.data is None:
            versions.bring_back(given.id, given.number)
        else:
            versions.put_back(given.id, given.number, plan.data)

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """What it was before that, or its removal where it had been gone."""
        return _putting_back(entry) if entry.before else None


@dataclass(frozen=True, kw_only=True)
class AllRecipes(Given):
    """Nothing but that it is meant."""


class Recount(Command[AllRecipes]):
    """Counts the generations of every recipe anew, in the background."""

    name = "recipes.recount"
    title = "Rebuild usage counts"
    permission = Permission.RECIPES_EDIT
    given = AllRecipes

    def subject(self, texts: Mapping[str, str]) -> Touched:  # noqa: ARG002 - there is only one
        """What is counted, in words."""
        return Touched("recipe_usage", "all", "Of all recipes")

    def plan(self, given: AllRecipes, *, lock: bool) -> Plan:  # noqa: ARG002 - it takes no lock
        """Say how many there are."""
        number = queries.count_recipes()
        return Plan(
            f"Count the generations of {number:,} recipes anew, in the background.",
            Change("recipe_usage", "all", {}, {"recipes": number}),
            warnings=(
                "Only what still exists is counted: where generations were removed, counts go down for good.",
            ),
            says_all=True,
            is_final=True,
        )

    def write(self, given: AllRecipes, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Queue the job."""
        return {"job": RECOUNT.defer({}, about=("recipe_usage", "all"))}


EDIT, NEW, DUPLICATE = register(Edit()), register(New()), register(Duplicate())
ACTIVATE, DEACTIVATE, SET_COST = register(Activate()), register(Deactivate()), register(SetCost())
ORDER_TAGS, RESTORE, DISCARD = register(OrderTags()), register(Restore()), register(Discard())
RECOUNT_ALL = register(Recount())


def initial_texts() -> dict[str, str]:
    """What stands in the form of a new recipe."""
    return {column.name: column.shown(column.initial) for column in COLUMNS}


def read(texts: Mapping[str, str], row: Stored) -> tuple[dict[str, Value], dict[str, str]]:
    """What the columns become whose text is not what is stored, and what is wrong with some of them."""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    is_new = all(value is None for value in row.values())
    for name in texts if is_new else changed(texts, row, list(texts)):
        try:
            values[name] = read_value(BY_NAME[name], texts[name], row[name])
        except InvalidInput as error:
            errors[name] = error.message
    return values, errors


def all_errors(texts: Mapping[str, str], row: Stored, id_: int | None) -> dict[str, str]:
    """Everything that keeps texts from being saved, by column: a form tells it at once, and not one by one.

    Args:
        texts: of the columns that were typed in.
        row: what is stored there.
        id_: of the recipe; None for a new one.
    """
    known = _known_tags(texts, lock=False)
    values, errors = read(texts, row)
    for check in _rules(values, row, id_, known, lock=False):
        try:
            check()
        except InvalidInput as error:
            errors.setdefault(error.field, error.message)
    return {name: errors[name] for name in NAMES if name in errors}


def _rules(
    values: Mapping[str, Value], row: Stored, id_: int | None, known: Collection[int], *, lock: bool
) -> Sequence[Callable[[], None]]:
    """The checks of values that need more than the values themselves."""
    return (
        *(partial(_check_unique, name, taken, values, id_, lock=lock) for name, taken in _UNIQUE),
        partial(_check_creator, values),
        partial(_check_components, values, row),
        partial(_check_tags, values, row, known),
    )


def version_of(row: Stored, names: Sequence[str]) -> str:
    """Stands for what a recipe holds in these columns, without telling it."""
    return digest({name: row[name] for name in names})


def called(id_: int, row: Stored) -> str:
    """A recipe within a sentence."""
    return f"“{row['name']}”" if row["name"] else f"recipe {id_}"


def _refuse_first(errors: Mapping[str, str]) -> None:
    for name, message in errors.items():
        raise InvalidInput(name, message)


def _named(texts: Mapping[str, str]) -> Stored | None:
    """What the recipe holds whose id stands among these texts."""
    id_ = id_in(texts.get("id", ""))
    return None if id_ is None else versions.stored(id_)


def _one_stored(name: str, texts: Mapping[str, str]) -> Mapping[str, str]:
    """What one column of that recipe holds, for the form of a command on it alone."""
    row = _named(texts)
    return {} if row is None else {name: BY_NAME[name].shown(row[name]), "version": version_of(row, [name])}


def _stored(id_: int, *, lock: bool) -> dict[str, str | None]:
    row = versions.stored(id_, lock=lock)
    if row is None:
        raise Refused(f"There is no recipe {id_}.")
    return row


def _new_id(*, lock: bool) -> str:
    """The id of a recipe that is about to be added; a preview uses up none."""
    return str(queries.next_id()) if lock else "new"


def _check_unique(name: str, taken: str, values: Mapping[str, Value], id_: int | None, *, lock: bool) -> None:
    """Refuse a slug or a referral code that another recipe has.

    Raises:
        InvalidInput: names the column.
    """
    value = values.get(name)
    if isinstance(value, str):
        if lock:
            queries.hold(name, value)
        if queries.is_taken(name, value, id_):
            raise InvalidInput(name, taken)


def _check_creator(values: Mapping[str, Value]) -> None:
    """Refuse a creator who does not exist.

    Raises:
        InvalidInput: names the column.
    """
    creator = values.get("creator_id")
    if isinstance(creator, str) and not queries.user_exists(creator):
        raise InvalidInput("creator_id", "There is no user with this id.")


def _check_components(values: Mapping[str, Value], row: Stored) -> None:
    """Refuse a component that nobody has registered; one that stood there before may stay.

    Raises:
        InvalidInput: names the column.
    """
    name = "workflow_components"
    written, before = values.get(name), components_in(row[name])
    named = components_in(written) if isinstance(written, str) else []
    fresh = [one for one in named if one not in before]
    known = queries.known_components(fresh)
    gone = [one for one in fresh if one not in known]
    if gone:
        listed = ", ".join(f"“{one[:60]}”" for one in gone[:SHOWN])
        more = f" and {len(gone) - SHOWN} more" if len(gone) > SHOWN else ""
        raise InvalidInput(name, f"No component is registered as {listed}{more}.")


def _known_tags(texts: Mapping[str, str], *, lock: bool) -> Collection[int]:
    """Those of the tags in a form that exist; held before the recipe, as every command on tags holds them."""
    entries = texts.get("tag_highlights", "").split(",")
    ids = [id_ for entry in entries if (id_ := id_in(entry.strip())) is not None]
    return tags.held(ids, lock=lock).keys() if ids else ()


def _check_tags(values: Mapping[str, Value], row: Stored, known: Collection[int]) -> None:
    """Refuse tags that do not exist, and what breaks a rule of a namespace; what is untouched may stay.

    Raises:
        InvalidInput: says which rule.
    """
    column = BY_NAME["tag_highlights"]
    before = _entries(plain(column, row[column.name]))
    after = _entries(values[column.name]) if column.name in values else before
    gone = [id_ for id_ in after if id_ is not None and id_ not in known and id_ not in before]
    if column.name in values and gone:
        raise InvalidInput(column.name, tags.absence(gone[0]))
    if not {column.name, "generation_type"} & values.keys():
        return
    namespaces = tags.namespaces()
    broken = broken_rules(after, str(values.get("generation_type", row["generation_type"])), namespaces)
    if column.name not in values:
        # Another medium is no reason to mend what was wrong with the tags before.
        was = broken_rules(before, str(row["generation_type"]), namespaces)
        broken = [one for one in broken if one not in was]
    if broken:
        raise InvalidInput(column.name, " ".join(one.text for one in broken))


def _entries(value: Value) -> list[int | None]:
    return value if isinstance(value, list) else []


def _change(id_: int, row: Stored, values: Mapping[str, Value]) -> Change:
    before = {name: plain(BY_NAME[name], row[name]) for name in values}
    return Change(KIND, str(id_), as_json(before), as_json(values))


def as_json(values: Mapping[str, Value]) -> dict[str, JsonValue]:
    """Values of columns as the audit log keeps them."""
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}


def _listed(values: Mapping[str, Value]) -> str:
    """The names of columns in a sentence: `slug, tags and cost`."""
    words = [BY_NAME[name].label.partition(":")[0].lower() for name in values]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _sorted(entries: Sequence[int | None]) -> list[int]:
    return sorted(-1 if entry is None else entry for entry in entries)


def _credits(number: int) -> str:
    return f"{number:,} credit{'' if number == 1 else 's'}"


def _warnings(values: Mapping[str, Value], row: Stored) -> tuple[str, ...]:
    found = []
    if values.get("slug") and row["slug"]:
        found.append("Addresses with the old slug lead nowhere then.")
    if "is_active" in values and row["is_active"] is not None:
        found.append("Users can run it then." if values["is_active"] else "Nobody can run it then.")
    return tuple(found)


def _putting_back(entry: AuditEntry) -> Invocation[Any] | None:
    """What makes the columns that an entry has changed what they were in the version before."""
    made = versions.made_by(entry.id)
    names = [name for name in NAMES if name in entry.before]
    if made is None or made.number == 1 or not names:
        return None
    left = versions.of_version(made.recipe_id, made.number)
    if left is None:
        return None
    given = Restored(
        id=made.recipe_id, number=made.number - 1, only=",".join(names), version=version_of(left, names)
    )
    return Invocation(RESTORE, given)


def _discarding(entry: AuditEntry) -> Invocation[Any] | None:
    """What removes the recipe that an entry has made, while it is as it was made."""
    made = versions.made_by(entry.id)
    left = versions.of_version(made.recipe_id, made.number) if made else None
    if made is None or left is None:
        return None
    return Invocation(DISCARD, Discarded(id=made.recipe_id, version=version_of(left, NAMES)))
