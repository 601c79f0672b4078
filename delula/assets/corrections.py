"""Corrections: what a person says of a classification, which wins over every automatic run.

The product rewrites its columns whenever it classifies. So a correction stands both in the product's column,
where the product reads it, and in the console's own table, from which it is put back after a run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert

from delula.access import clock
from delula.access.actor import CONSOLE
from delula.assets import care
from delula.assets.actions import (
    GENERATION,
    KIND,
    MARKET,
    STAYS,
    SYSTEM,
    USER,
    AssetCommand,
    OfAsset,
    Subject,
    digest,
)
from delula.assets.inputs import LONGEST_JSON, read_json
from delula.commands import Change, InputField, Invocation, Plan, occasion, register, run
from delula.commands.inputs import one_line
from delula.db import atomic, session
from delula.errors import InvalidInput, Refused, Unchanged
from delula.models import AssetCorrection
from delula.work import Promise, Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import AuditEntry, JsonValue
    from delula.work import Run

#: The columns, by the word for the classification.
COLUMNS = {"auto": "auto_classification", "ai": "ai_classification"}
LABELS = {"auto": "Automatic classification", "ai": "AI classification"}
LONGEST_VALUE_NAME = 100


def corrected(value: JsonValue, corrections: Sequence[AssetCorrection]) -> JsonValue:
    """A classification with what persons have said of it in place."""
    for one in corrections:
        value = _with(value, one.name, one.value)
    return value


def _with(present: JsonValue, name: str, value: JsonValue) -> JsonValue:
    if not name:
        return value
    return {**present, name: value} if isinstance(present, Mapping) else {name: value}


def _at(present: JsonValue, name: str) -> JsonValue:
    if not name:
        return present
    return present.get(name) if isinstance(present, Mapping) else None


@dataclass(frozen=True, kw_only=True)
class Correcting(OfAsset):
    """A value of a classification.

    Attributes:
        classification: `auto` or `ai`.
        name: of the value within it; empty for all of it.
        value: as JSON, or as plain text; empty for nothing.
    """

    classification: str
    name: str = ""
    value: str = ""


class OfClassification(AssetCommand[Any]):
    """A command on what is said of a library entry."""

    sources = frozenset({USER})
    elsewhere: ClassVar = {
        SYSTEM: "Assets of the product are not classified.",
        MARKET: "Assets of the market are not classified.",
        GENERATION: "Generations are not classified.",
    }


class Correct(OfClassification):
    """Says what a classification should say; no automatic run has the last word from then on."""

    name = "assets.correct"
    title = "Correct the classification"
    given = Correcting
    fields = (
        InputField("classification", "Classification", "choice", choices=lambda: tuple(LABELS.items())),
        InputField("name", "Value", optional=True, help="Such as label or nsfw; empty for all of it."),
        InputField(
            "value", "What it is", "multiline", optional=True, help="Text or JSON; empty for nothing."
        ),
    )

    def planned(self, given: Correcting, it: Subject) -> Plan:
        """The column as it will be, and who says so."""
        column, name = _column(given), one_line("name", given.name, LONGEST_VALUE_NAME)
        value = _value(given.value)
        present = care.row_as_json(it.source, it.asset.id)[column]
        known = [
            one for one in care.corrections_of(it.asset.id) if one.classification == given.classification
        ]
        earlier = next((one for one in known if one.name == name), None)
        _check_scope(present, name, [one for one in known if one is not earlier])
        after = _with(present, name, value)
        if after == present and earlier is not None:
            raise Unchanged(STAYS)
        # What the last automatic run has said stays known, through however many corrections.
        says_so = earlier is not None and _at(present, name) == earlier.value
        overruled = earlier.overruled if says_so and earlier is not None else _at(present, name)
        said = {"value": earlier.value, "overruled": earlier.overruled} if earlier else None
        return Plan(
            f"Correct {f'“{name}” of ' if name else ''}the {LABELS[given.classification]} of {it.title}.",
            Change(
                KIND,
                it.reference,
                {column: present, "correction": said},
                {column: after, "correction": {"value": value, "overruled": overruled}},
            ),
            version=digest({column: present, "correction": said}),
            warnings=("Automatic runs no longer change it.",) if earlier is None else (),
            data=(it, column, after, name, value, overruled),
        )

    def write(self, given: Correcting, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the product's column, and note whose word it is."""
        it, column, after, name, value, overruled = plan.data
        _set(it, column, after)
        who = occasion()
        said = {
            "value": value,
            "overruled": overruled,
            "staff_id": who.actor.staff_id,
            "actor": who.actor.label,
            "reason": who.reason or None,
            "at": clock.utc_now(),
            "kept_at": None,
        }
        key = {"user_asset_id": it.asset.id, "classification": given.classification, "name": name}
        statement = insert(AssetCorrection).values(**key, **said)
        session().execute(statement.on_conflict_do_update(index_elements=list(key), set_=said))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """The correction from before; without one, the word of the automatic run."""
        words: dict[str, Any] = dict(entry.input)
        version = digest(_stated(entry.after))
        before = entry.before["correction"]
        if before is None:
            words.pop("value", None)
            return Invocation(WITHDRAW, Withdrawing(**words, version=version))
        return Invocation(
            self, Correcting(**{**words, "value": json.dumps(before["value"])}, version=version)
        )


def _stated(values: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return {name: value for name, value in values.items() if name != "updated_at"}


@dataclass(frozen=True, kw_only=True)
class Withdrawing(OfAsset):
    """A correction, by what it is about."""

    classification: str
    name: str = ""


class Withdraw(OfClassification):
    """Takes a correction back: what the automatic run has said counts again."""

    name = "assets.withdraw_correction"
    title = "Withdraw the correction"
    given = Withdrawing
    object_field = ""

    def planned(self, given: Withdrawing, it: Subject) -> Plan:
        """The word of the automatic run."""
        column = _column(given)
        earlier = _correction(it, given)
        present = care.row_as_json(it.source, it.asset.id)[column]
        after = present
        if _at(present, given.name) == earlier.value:
            after = _without(present, given.name, earlier.overruled)
        said = {"value": earlier.value, "overruled": earlier.overruled}
        return Plan(
            f"Withdraw the correction of the {LABELS[given.classification]} of {it.title}.",
            Change(
                KIND, it.reference, {column: present, "correction": said}, {column: after, "correction": None}
            ),
            version=digest({column: present, "correction": said}),
            data=(it, column, after),
        )

    def write(self, given: Withdrawing, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the product's column, and drop the correction."""
        it, column, after = plan.data
        _set(it, column, after)
        session().execute(delete(AssetCorrection).where(*_is(it, given)))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """Say it again."""
        words: dict[str, Any] = dict(entry.input)
        value = json.dumps(entry.before["correction"]["value"])
        version = digest(_stated(entry.after))
        return Invocation(CORRECT, Correcting(**words, value=value, version=version))


class Keep(OfClassification):
    """Puts a correction back into the product's column after an automatic run has written over it."""

    name = "assets.keep_correction"
    title = "Apply the correction again"
    given = Withdrawing
    object_field = ""

    def planned(self, given: Withdrawing, it: Subject) -> Plan:
        """The correction over what the run has said."""
        column = _column(given)
        one = _correction(it, given)
        present = care.row_as_json(it.source, it.asset.id)[column]
        if _at(present, given.name) == one.value:
            raise Refused("The column says what the correction says.")
        return Plan(
            f"Apply the correction of the {LABELS[given.classification]} of {it.title} again.",
            Change(KIND, it.reference, {column: present}, {column: _with(present, given.name, one.value)}),
            version=digest({column: present}),
            data=(it, column, _at(present, given.name)),
        )

    def write(self, given: Withdrawing, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the product's column, and note what the run has said."""
        it, column, overruled = plan.data
        _set(it, column, plan.change.after[column])
        said = update(AssetCorrection).where(*_is(it, given))
        session().execute(said.values(overruled=overruled, kept_at=clock.utc_now()))
        return {}


def _column(given: Correcting | Withdrawing) -> str:
    if given.classification not in COLUMNS:
        raise InvalidInput("classification", "It takes auto or ai.")
    return COLUMNS[given.classification]


def _value(text_: str) -> JsonValue:
    """What a person typed: JSON where it is some, else the text itself."""
    typed = text_.strip()
    if len(typed) > LONGEST_JSON:
        raise InvalidInput("value", f"Keep it to {LONGEST_JSON:,} characters.")
    if not typed:
        return None
    try:
        return read_json("value", typed)
    except InvalidInput:
        # Only what cannot be meant as JSON is taken as text.
        if typed[0] in '{["':
            raise
        return one_line("value", typed, LONGEST_JSON)


def _check_scope(present: JsonValue, name: str, others: Sequence[AssetCorrection]) -> None:
    """Refuse a correction of a part beside one of the whole, or the other way: one of them would lose."""
    if name and any(not one.name for one in others):
        raise Refused("All of this classification was corrected; withdraw that, or correct all of it again.")
    if not name and others:
        raise Refused("Values of this classification were corrected; withdraw those first.")
    if name and present is not None and not isinstance(present, Mapping):
        raise InvalidInput("name", "It is not made of named values; leave this empty to correct all of it.")


def _without(present: JsonValue, name: str, overruled: JsonValue) -> JsonValue:
    if name and overruled is None and isinstance(present, Mapping):
        return {key: value for key, value in present.items() if key != name} or None
    return _with(present, name, overruled)


def _is(it: Subject, given: Withdrawing) -> tuple[Any, ...]:
    one = AssetCorrection
    return (
        one.user_asset_id == it.asset.id,
        one.classification == given.classification,
        one.name == given.name,
    )


def _correction(it: Subject, given: Withdrawing) -> AssetCorrection:
    key = (it.asset.id, given.classification, given.name)
    found = session().get(AssetCorrection, key, populate_existing=True)
    if found is None:
        raise Refused("There is no such correction.")
    return found


def _set(it: Subject, column: str, value: JsonValue) -> None:
    now = care.exact_time(clock.utc_now())
    care.set_columns(it.source, it.asset.id, {column: value, "updated_at": now})


#: Corrections that an automatic run has written over.
_OVERWRITTEN = text("""
    SELECT c.user_asset_id, c.classification, c.name
    FROM dashboard.asset_correction c
    JOIN public.user_assets a ON a.id = c.user_asset_id
    CROSS JOIN LATERAL (SELECT CASE c.classification
        WHEN 'auto' THEN a.auto_classification ELSE a.ai_classification END AS said) now
    WHERE CASE c.name WHEN '' THEN coalesce(now.said, 'null')
        ELSE coalesce(CASE jsonb_typeof(now.said) WHEN 'object' THEN now.said -> c.name END, 'null') END
        IS DISTINCT FROM c.value
    ORDER BY 1, 2, 3 LIMIT :most""")
_AT_ONCE = 1_000


def _keep_all(run_: Run) -> None:
    """Put back what automatic runs have written over, each by the command, in the console's own name."""
    with atomic() as current:
        found = current.execute(_OVERWRITTEN, {"most": _AT_ONCE}).all()
    for place, row in enumerate(found, 1):
        given = Withdrawing(id=f"user-{row.user_asset_id}", classification=row.classification, name=row.name)
        try:
            run(KEEP, given, CONSOLE, reason="An automatic run has written over it.")
        except (Refused, InvalidInput):  # withdrawn or purged in this very moment
            continue
        finally:
            with atomic():
                run_.step(place, len(found))


CORRECT, WITHDRAW, KEEP = register(Correct()), register(Withdraw()), register(Keep())
KEEP_ALL = Task(
    "assets.keep_corrections",
    "Put corrections of classifications back after automatic runs",
    _keep_all,
    Promise.AT_LEAST_ONCE,
    attempts=1,  # the next one comes in five minutes
    every="*/5 * * * *",
    alone=True,
)
