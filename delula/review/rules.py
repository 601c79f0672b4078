"""What admins set: the policies, and the numbers that the queue goes by."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from delula.access import clock
from delula.access.permissions import Permission
from delula.commands import Change, Command, Given, InputField, Invocation, Plan, digest, register
from delula.db import session
from delula.errors import InvalidInput
from delula.models import ReviewKind, ReviewPolicy, ReviewSettings
from delula.review import scoring
from delula.review.things import EFFECTS, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.models import AuditEntry, JsonValue

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
#: Characters of a label, and of the longer texts.
LONGEST_LABEL, LONGEST_TEXT = 60, 2_000
#: Keys of policies.
FIRST_KEY, LAST_KEY = 1, 9
#: Points of a weight.
LARGEST_WEIGHT = 1_000


@dataclass(frozen=True, kw_only=True)
class PolicyOf(Given):
    """Attributes as `ReviewPolicy` has them."""

    code: str
    place: int
    label: str
    guidance: str
    examples: str
    message: str
    on_user_asset: str
    on_market_asset: str
    on_sample: str
    on_generation: str
    active: bool


def _effects(kind: ReviewKind) -> Callable[[], Sequence[tuple[str, str]]]:
    return lambda: list(EFFECTS[kind].items())


class SetPolicy(Command[PolicyOf]):
    """Adds a policy, words it otherwise, or takes it out of use; what was decided by it stands."""

    name = "review.set_policy"
    title = "Set a policy"
    permission = Permission.REVIEW_MANAGE
    given = PolicyOf
    is_edit = True
    fields = (
        InputField("code", "Code", help="Lower-case letters, digits and _; stands in the audit log."),
        InputField(
            "place", "Key", "number", help="1 to 9: pressed beside an item, it rejects for this policy."
        ),
        InputField("label", "Label", help="What moderators choose."),
        InputField("guidance", "When it holds", "multiline"),
        InputField("examples", "Examples", "multiline", help="One a line.", optional=True),
        InputField("message", "What the owner would be told", "multiline"),
        *(
            InputField(
                f"on_{kind.value}",
                f"What a rejection does to {words}",
                kind="choice",
                choices=_effects(kind),
            )
            for kind, words in (
                (ReviewKind.USER_ASSET, "an upload"),
                (ReviewKind.MARKET_ASSET, "a market asset"),
                (ReviewKind.SAMPLE, "a sample"),
                (ReviewKind.GENERATION, "a public generation"),
            )
        ),
        InputField("active", "Can be chosen", "yes_no"),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """The policy as it is; for a new one, what most do."""
        found = session().get(ReviewPolicy, texts.get("code", ""), populate_existing=True)
        if found is None:
            return {"on_user_asset": "nothing", "on_market_asset": "unpublish", "on_sample": "reject",
                    "on_generation": "unpublish", "active": "yes", "version": digest({})}  # fmt: skip
        values = _values(found)
        return {
            **{name: str(one) for name, one in values.items()},
            "active": "yes" if found.active else "no",
            "version": digest(values),
        }

    def plan(self, given: PolicyOf, *, lock: bool) -> Plan:
        """Check what it says."""
        if not _CODE.fullmatch(given.code):
            raise InvalidInput("code", "It takes lower-case letters, digits and _, at most 40.")
        after = _checked(given)
        statement = select(ReviewPolicy).where(ReviewPolicy.code == given.code)
        found = session().scalars(statement.with_for_update() if lock else statement).one_or_none()
        if given.active and (other := _other_at(given.place, given.code)) is not None:
            raise InvalidInput("place", f"It is the key of {other}.")
        before = _values(found) if found is not None else {}
        shown = {name: before.get(name) for name in after}
        verb = "Add the policy" if found is None else "Change the policy"
        return Plan(
            f"{verb} {after['label']}.", Change("review_policy", given.code, shown, after), digest(before)
        )

    def write(self, given: PolicyOf, plan: Plan) -> Mapping[str, JsonValue]:
        """Set it."""
        values = dict(plan.change.after)
        statement = insert(ReviewPolicy).values(code=given.code, **values)
        session().execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[PolicyOf]:
        """As before; one that was added stays, since decisions name it, but can no longer be chosen."""
        is_new = entry.before["label"] is None
        values = {**entry.after, "active": False} if is_new else entry.before
        return Invocation(self, PolicyOf(code=entry.object_id, **values, version=digest(entry.after)))


def _values(found: ReviewPolicy) -> dict[str, Any]:
    names = (one.name for one in fields(PolicyOf))
    return {name: getattr(found, name) for name in names if name not in {"version", "code"}}


def _checked(given: PolicyOf) -> dict[str, Any]:
    """The values of a policy, tidied."""
    values = given.as_json()
    del values["code"]
    if not FIRST_KEY <= given.place <= LAST_KEY:
        raise InvalidInput("place", f"It takes {FIRST_KEY} to {LAST_KEY}.")
    values["label"] = given.label.strip()
    if (
        not values["label"]
        or len(given.label.strip()) > LONGEST_LABEL
        or not given.label.strip().isprintable()
    ):
        raise InvalidInput("label", f"It takes 1 to {LONGEST_LABEL} characters.")
    for name in ("guidance", "examples", "message"):
        text = getattr(given, name).replace("\r\n", "\n").strip()
        if len(text) > LONGEST_TEXT:
            raise InvalidInput(name, f"Keep it to {LONGEST_TEXT:,} characters.")
        if not text and name != "examples":
            raise InvalidInput(name, "Write something.")
        values[name] = text
    for kind, effects in EFFECTS.items():
        name = f"on_{kind.value}"
        if getattr(given, name) not in effects:
            raise InvalidInput(name, f"Choose what becomes of {SUBJECTS[kind].label.lower()}s.")
    return values


def _other_at(place: int, code: str) -> str | None:
    other = select(ReviewPolicy.label).where(
        ReviewPolicy.place == place, ReviewPolicy.code != code, ReviewPolicy.active
    )
    return session().scalars(other.limit(1)).one_or_none()


@dataclass(frozen=True, kw_only=True)
class Numbers(Given):
    """Attributes as `ReviewSettings` has them; `starts_on` as `2026-11-26`."""

    age: int
    reach: int
    classifier: int
    history: int
    second_share: int
    blur_at: int
    starts_on: str


class Configure(Command[Numbers]):
    """Sets the weights of the score, how much is looked at twice, what is blurred, and where it begins."""

    name = "review.configure"
    title = "Set weights and shares"
    permission = Permission.REVIEW_MANAGE
    given = Numbers
    is_edit = True
    fields = (
        InputField("age", "Age", "number", help="Points for each day of waiting."),
        InputField("reach", "Reach", "number", help="Points of what reaches everybody; less in proportion."),
        InputField("classifier", "Classifier", "number", help="Points of what a classifier is sure of."),
        InputField("history", "Owner's history", "number", help="Points where all of an owner was rejected."),
        InputField("second_share", "Second looks", "number", help="Percent of the decisions, drawn by item."),
        InputField(
            "blur_at", "Blurred from", "number", help="Percent of a classifier's confidence; 101 for never."
        ),
        InputField(
            "starts_on",
            "Begins on",
            help="What was made before this day (UTC) stays outside, unless it is in the queue already.",
        ),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - there is one row
        """What is set."""
        values = _numbers(_settings(lock=False))
        return {**{name: str(one) for name, one in values.items()}, "version": digest(values)}

    def plan(self, given: Numbers, *, lock: bool) -> Plan:
        """Check the numbers."""
        found = _settings(lock=lock)
        for name in scoring.WEIGHTS:
            if not 0 <= getattr(given, name) <= LARGEST_WEIGHT:
                raise InvalidInput(name, f"It takes 0 to {LARGEST_WEIGHT:,} points.")
        if not 0 <= given.second_share <= 100:
            raise InvalidInput("second_share", "It takes 0 to 100 percent.")
        if not 0 <= given.blur_at <= 101:
            raise InvalidInput("blur_at", "It takes 0 to 101 percent.")
        starts_on = _day(given.starts_on)
        before = _numbers(found)
        after = {**given.as_json(), "starts_on": starts_on.isoformat()}
        heavier = {name: after[name] for name in scoring.WEIGHTS} != {
            name: before[name] for name in scoring.WEIGHTS
        }
        warnings = ["The queue is put in its new order within minutes."] if heavier else []
        if starts_on < found.starts_on:
            warnings.append("What was made since then enters the queue, some ten thousands a minute.")
        return Plan(
            "Set the weights and shares of the review.",
            Change("review_settings", "1", before, after),
            digest(before),
            warnings=tuple(warnings),
            data=found.edition + heavier,
        )

    def write(self, given: Numbers, plan: Plan) -> Mapping[str, JsonValue]:
        """Set them; another edition of the weights has the queue weighed again."""
        values = {**plan.change.after, "starts_on": _day(given.starts_on), "edition": plan.data}
        session().execute(update(ReviewSettings).where(ReviewSettings.id == 1).values(values))
        return {}

    def inverse(self, entry: AuditEntry) -> Invocation[Numbers]:
        """As before."""
        return Invocation(self, Numbers(**entry.before, version=digest(entry.after)))


def _settings(*, lock: bool) -> ReviewSettings:
    statement = select(ReviewSettings).execution_options(populate_existing=True)
    return session().scalars(statement.with_for_update() if lock else statement).one()


def _numbers(found: ReviewSettings) -> dict[str, Any]:
    names = (one.name for one in fields(Numbers) if one.name not in {"version", "starts_on"})
    return {**{name: getattr(found, name) for name in names}, "starts_on": found.starts_on.isoformat()}


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput("starts_on", "It takes a day such as 2026-03-01.") from None
    if not date(2000, 1, 1) <= day <= clock.utc_now().date():
        raise InvalidInput("starts_on", "It takes a day of this century up to today.")
    return day


SET_POLICY, CONFIGURE = register(SetPolicy()), register(Configure())
