"""What moderators do to an item: judge it, hand it on, leave it, tag it; and take any of that back.

All of a decision happens in one transaction: what its policy does to the product's row, the item's new state,
the decision itself with the values before and after, and the entry in the audit log. Item and row are locked,
so that of two decisions at once the second finds the first.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import func, insert, update

from delula.access import clock
from delula.access.permissions import Permission
from delula.assets.care import hold_of
from delula.commands import (
    Change,
    Command,
    Given,
    InputField,
    Invocation,
    Plan,
    action_title,
    digest,
    occasion,
    register,
)
from delula.db import AnyRow, session
from delula.errors import InvalidInput, Refused, Unchanged
from delula.models import (
    LARGEST_OWN_ID,
    ReviewDecision,
    ReviewItem,
    ReviewKind,
    ReviewPolicy,
    ReviewState,
    Verdict,
    id_in,
)
from delula.review import leases, queries, things
from delula.review.blind import check_not_kept
from delula.review.elsewhere import judgement
from delula.review.things import EFFECTS, SUBJECTS
from delula.web.display import ago

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.models import AuditEntry, JsonValue
    from delula.review.things import Subject

#: Tags of one thing, and characters of each.
MOST_TAGS, LONGEST_TAG = 30, 50
GONE = "There is no such item."
THING_GONE = "It is gone, so there is nothing to decide."
CLOSED = "It needs no decision: it is no longer shown, or was judged elsewhere."
FOR_ADMINS = "It was escalated, so an admin decides."
YOURS = "You took the first look at it; somebody else takes the second."

#: What a verdict is called once it stands.
SAID: Mapping[str, str] = {
    Verdict.APPROVE: "Approved",
    Verdict.BLUR: "Approved, blurred",
    Verdict.REJECT: "Rejected",
    Verdict.ESCALATE: "Escalated",
    Verdict.SKIP: "Skipped",
    Verdict.TAG: "Tagged",
}
_RESTORED = ("state", "rank", "is_blurred", "labels", "decision_id", "decided_at")


@dataclass(frozen=True, kw_only=True)
class OneItem(Given):
    """The item that a command is about."""

    item_id: int


@dataclass(frozen=True, kw_only=True)
class Rejecting(OneItem):
    """An item, and the code of the policy that it breaks."""

    policy: str


@dataclass(frozen=True, kw_only=True)
class Tagging(OneItem):
    """An item, and all tags that it shall have, with commas between them."""

    tags: str


GivenT = TypeVar("GivenT", bound=OneItem)


class AlreadyDecided(Refused):
    """Somebody else was faster.

    Attributes:
        decision: theirs, a row of `queries.decision`.
    """

    def __init__(self, decision: AnyRow) -> None:
        super().__init__(f"{said(decision)} {ago(decision.at, clock.utc_now())} by {decision.actor}.")
        self.decision = decision


class JudgedElsewhere(Refused):
    """It needs no decision any more.

    Attributes:
        entry: of the audit log, that left it as it is; None where the console did not do it.
    """

    def __init__(self, subject: Subject, row: AnyRow | None) -> None:
        self.entry = judgement(subject, row) if row is not None else None
        super().__init__(CLOSED if self.entry is None else f"{self.what} {self.when} by {self.entry.actor}.")

    @property
    def what(self) -> str:
        """What was done."""
        return action_title(self.entry.action) if self.entry is not None else ""

    @property
    def when(self) -> str:
        """How long ago."""
        return ago(self.entry.at, clock.utc_now()) if self.entry is not None else ""


def said(decision: AnyRow) -> str:
    """A decision in words: `Rejected (Spam or advertising)`."""
    return said_of(decision.verdict, decision.policy_label or decision.policy)


def said_of(verdict: str, policy: str | None) -> str:
    """The same of a verdict, and what its policy is called."""
    return f"{SAID[verdict]} ({policy})" if policy else SAID[verdict]


@dataclass(frozen=True)
class Case:
    """What a decision is about.

    Attributes:
        item: as it is stored.
        row: the product's.
        subject: what kind of thing it is.
        seconds: from the lease to now; None without one.
    """

    item: AnyRow
    row: AnyRow
    subject: Subject
    seconds: float | None


@dataclass(frozen=True)
class Doing:
    """What a plan writes.

    Attributes:
        case: as it was.
        values: of the item.
        before, after: the values of the product's row that change.
        policy: of a rejection.
    """

    case: Case
    values: Mapping[str, Any]
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    policy: ReviewPolicy | None = None


class ReviewCommand(Command[GivenT]):
    """Something that is done to one item and kept as a decision.

    Attributes:
        verdict: what it is.
    """

    permission = Permission.REVIEW_DECIDE
    object_field = "item_id"
    reason_label = "Note for colleagues"
    verdict: ClassVar[Verdict]

    def plan(self, given: GivenT, *, lock: bool) -> Plan:
        """What it would do now."""
        item = queries.item(given.item_id, lock=lock)
        if item is None:
            raise Refused(GONE)
        subject = SUBJECTS[ReviewKind(item.kind)]
        seconds = _seconds(item, lock=lock)
        self.check(item)
        row = things.find(subject.kind, item.object_id, lock=lock)
        if row is None:
            raise Refused(THING_GONE)
        doing = self.planned(given, Case(item, row, subject, seconds))
        shown, then = _shown(item, doing)
        return Plan(
            self.sentence(doing, f"{subject.label.lower()} {item.object_id}"),
            Change(subject.audit_kind, subject.reference(item.object_id), shown, then),
            self.version(item, row, subject),
            data=doing,
        )

    def check(self, item: AnyRow) -> None:
        """Refuse what its state does not allow."""
        check_decidable(item)

    def version(self, item: AnyRow, row: AnyRow, subject: Subject) -> str:
        """Stands for what the person must have seen of it."""
        return version_of(item, row, subject)

    @abstractmethod
    def planned(self, given: GivenT, case: Case) -> Doing:
        """What it changes."""

    @abstractmethod
    def sentence(self, doing: Doing, name: str) -> str:
        """It in words."""

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:
        """Change the product's row and the item, keep the decision, and set the item free."""
        doing: Doing = plan.data
        item, current = doing.case.item, session()
        things.write(doing.case.subject.kind, item.object_id, doing.after)
        actor = occasion().actor
        decision_id = current.execute(
            insert(ReviewDecision)
            .values(
                item_id=given.item_id,
                verdict=self.verdict.value,
                policy=doing.policy.code if doing.policy else None,
                message=doing.policy.message if doing.policy else None,
                note=occasion().reason or None,
                is_second=item.state == ReviewState.SECOND and self.verdict in queries.JUDGING,
                staff_id=actor.staff_id,
                actor=actor.label,
                seconds=doing.case.seconds,
                effects={"before": _plain(doing.before), "after": _plain(doing.after)},
                earlier={name: things.plain(getattr(item, name)) for name in _RESTORED},
            )
            .returning(ReviewDecision.id)
        ).scalar_one()
        values = dict(doing.values)
        if values.get("decision_id", 0) is None:
            values["decision_id"] = decision_id
        if values:
            current.execute(update(ReviewItem).where(ReviewItem.id == given.item_id).values(values))
        if self.verdict is not Verdict.TAG:
            leases.end(given.item_id)
        return {"decision": decision_id, "item": given.item_id}

    def recorded(self, details: Mapping[str, JsonValue], entry_id: int) -> None:
        """Note the entry with the decision."""
        session().execute(
            update(ReviewDecision).where(ReviewDecision.id == details["decision"]).values(entry_id=entry_id)
        )

    def inverse(self, entry: AuditEntry) -> Invocation[Any] | None:
        """All of it undone."""
        decision_id = queries.decision_of_entry(entry.id)
        return Invocation(REVERSE, OneDecision(decision=decision_id)) if decision_id is not None else None


class Judge(ReviewCommand[GivenT]):
    """Judges an item; a share of them is looked at a second time by somebody else."""

    def planned(self, given: GivenT, case: Case) -> Doing:
        """The first look does what the verdict says; the second only says whether it agrees."""
        item, row, subject = case.item, case.row, case.subject
        # What the product, or another page, has just judged the intake has not closed yet.
        is_seen_so = given.version in {"", version_of(item, row, subject)}
        if item.state == ReviewState.OPEN and not subject.is_wanted(row) and is_seen_so:
            raise JudgedElsewhere(subject, row)
        policy = self.policy(given)
        judged = ReviewState.REJECTED if self.verdict is Verdict.REJECT else ReviewState.APPROVED
        values: dict[str, Any] = {"decided_at": func.clock_timestamp()}
        if item.state == ReviewState.SECOND:
            first = queries.decision(item.decision_id)
            agrees = first is not None and (first.verdict, first.policy) == (
                self.verdict,
                policy.code if policy else None,
            )
            values |= _judged(judged if agrees else ReviewState.ESCALATED)
            return Doing(case, values, policy=policy)
        is_drawn = item.state == ReviewState.OPEN and has_second_look(item, queries.settings().second_share)
        values |= _judged(ReviewState.SECOND if is_drawn else judged)
        # Filled with the id of the decision, once that is known.
        values |= {"decision_id": None, "is_blurred": self.verdict is Verdict.BLUR}
        now = clock.utc_now()
        wanted = _undone(item, row, subject)
        if policy is not None:
            wanted |= things.rejecting(subject.kind, getattr(policy, f"on_{subject.kind.value}"), now)
        else:
            wanted |= things.approving(subject.kind, now)
        after = {name: one for name, one in wanted.items() if getattr(row, name) != one}
        if after.get("is_deleted") and (held := hold_of(f"user-{item.object_id}")) is not None:
            raise Refused(f"It is held, so it cannot be deleted: {held.reason}")
        before = {name: getattr(row, name) for name in after}
        return Doing(case, values, before, after, policy)

    def write(self, given: GivenT, plan: Plan) -> Mapping[str, JsonValue]:
        """Have the blurred picture made as well, of what is shown blurred from now on.

        It is made of all that is looked at twice: else the job would tell what the first look has found.
        """
        doing: Doing = plan.data
        is_drawn = doing.values["state"] == ReviewState.SECOND
        if is_drawn or self.verdict is not Verdict.APPROVE:
            things.blur_later(doing.case.subject, doing.case.row)
        return super().write(given, plan)

    def policy(self, given: GivenT) -> ReviewPolicy | None:  # noqa: ARG002 - only a rejection has one
        """The policy that the item breaks."""
        return None


class Approve(Judge[OneItem]):
    """Finds nothing wrong with an item."""

    name = "review.approve"
    title = "Approve"
    given = OneItem
    verdict = Verdict.APPROVE

    def sentence(self, doing: Doing, name: str) -> str:
        """It in words."""
        return f"Approve {name}{_and_second(doing)}."


class Blur(Judge[OneItem]):
    """Lets an item stay, but shows it blurred to colleagues."""

    name = "review.blur"
    title = "Approve, blurred"
    given = OneItem
    verdict = Verdict.BLUR

    def sentence(self, doing: Doing, name: str) -> str:
        """It in words."""
        return f"Approve {name}, and blur it{_and_second(doing)}."


class Reject(Judge[Rejecting]):
    """Finds that an item breaks a policy, and does to it what that says."""

    name = "review.reject"
    title = "Reject"
    given = Rejecting
    verdict = Verdict.REJECT
    is_dangerous = True
    fields = (
        InputField(
            "policy",
            "Policy",
            kind="choice",
            choices=lambda: [(one.code, one.label) for one in queries.policies()],
        ),
    )

    def policy(self, given: Rejecting) -> ReviewPolicy | None:
        """The policy that was chosen."""
        found = queries.policy(given.policy)
        if found is None or not found.active:
            raise InvalidInput("policy", "Choose one of the policies.")
        return found

    def sentence(self, doing: Doing, name: str) -> str:
        """It in words."""
        policy = doing.policy
        assert policy is not None  # noqa: S101 - a rejection has one
        kind = doing.case.subject.kind
        effect = getattr(policy, f"on_{kind.value}")
        what = "" if effect == "nothing" or not doing.after else f": {EFFECTS[kind][effect].lower()}"
        return f"Reject {name} ({policy.label}){what}{_and_second(doing)}."


class Escalate(ReviewCommand[OneItem]):
    """Leaves the decision to an admin."""

    name = "review.escalate"
    title = "Escalate"
    given = OneItem
    verdict = Verdict.ESCALATE
    needs_reason = True
    reason_label = "What an admin should look at"

    def check(self, item: AnyRow) -> None:
        """Only what waits for a moderator."""
        check_decidable(item)
        if item.state == ReviewState.ESCALATED:
            raise Refused("It is escalated already.")

    def planned(self, given: OneItem, case: Case) -> Doing:  # noqa: ARG002 - the case says it all
        """Its state alone."""
        return Doing(case, {"state": ReviewState.ESCALATED.value})

    def sentence(self, doing: Doing, name: str) -> str:  # noqa: ARG002 - the name is enough
        """It in words."""
        return f"Leave {name} to an admin."


class Skip(ReviewCommand[OneItem]):
    """Leaves an item to colleagues; this person does not get it again for half a day."""

    name = "review.skip"
    title = "Skip"
    given = OneItem
    verdict = Verdict.SKIP
    needs_reason = True
    reason_label = "Why somebody else should take it"

    def planned(self, given: OneItem, case: Case) -> Doing:  # noqa: ARG002 - the case says it all
        """Nothing but the lease."""
        return Doing(case, {})

    def sentence(self, doing: Doing, name: str) -> str:  # noqa: ARG002 - the name is enough
        """It in words."""
        return f"Leave {name} to colleagues."


class Tag(ReviewCommand[Tagging]):
    """Sets the tags of a thing: the product's where it has a column for them, else the console's own."""

    name = "review.tag"
    title = "Tag"
    given = Tagging
    verdict = Verdict.TAG
    is_edit = True
    fields = (
        InputField("tags", "Tags", help="With commas between them; all that it shall have.", optional=True),
    )

    def stored(self, texts: Mapping[str, str]) -> Mapping[str, str]:
        """The tags that it has."""
        number = id_in(texts.get("item_id", ""), LARGEST_OWN_ID)
        item = queries.item(number) if number is not None else None
        row = things.find(ReviewKind(item.kind), item.object_id) if item is not None else None
        if item is None or row is None:
            return {}
        subject = SUBJECTS[ReviewKind(item.kind)]
        tags = things.tags_of(subject, row, item.labels)
        return {"tags": ", ".join(tags), "version": self.version(item, row, subject)}

    def version(self, item: AnyRow, row: AnyRow, subject: Subject) -> str:
        """The tags: who gives one has not seen what else was given meanwhile."""
        return digest(things.tags_of(subject, row, item.labels))

    def check(self, item: AnyRow) -> None:
        """Whatever its state."""

    def planned(self, given: Tagging, case: Case) -> Doing:
        """The column of the tags."""
        tags, column = _tags(given.tags), case.subject.tags
        if tags == things.tags_of(case.subject, case.row, case.item.labels):
            raise Unchanged("It has these tags already.")
        if column is None:
            return Doing(case, {"labels": tags})
        return Doing(case, {}, {column: getattr(case.row, column)}, {column: tags})

    def sentence(self, doing: Doing, name: str) -> str:
        """It in words."""
        tags: list[str] = doing.values.get("labels") or next(iter(doing.after.values()), [])
        return f"Tag {name}: {', '.join(tags) if tags else 'nothing'}."


@dataclass(frozen=True, kw_only=True)
class OneDecision(Given):
    """A decision, by its number."""

    decision: int


@dataclass(frozen=True)
class Undoing:
    """What a reversal restores."""

    item: AnyRow
    decision: AnyRow


class Reverse(Command[OneDecision]):
    """Undoes a decision, and what came after it: item and thing are as they were before."""

    name = "review.reverse"
    title = "Reverse"
    permission = Permission.REVIEW_DECIDE
    given = OneDecision

    def plan(self, given: OneDecision, *, lock: bool) -> Plan:
        """Refuse what is undone, no longer the last word, or changed since."""
        found = queries.decision(given.decision)
        if found is None:
            raise Refused("There is no such decision.")
        item = queries.item(found.item_id, lock=lock)
        found = queries.decision(given.decision, lock=lock)
        if item is None or found is None:
            raise Refused(GONE)
        check_not_kept(ReviewKind(item.kind), item.object_id)
        if found.undone_at is not None:
            raise Refused(f"{found.undone_by} has reversed it {ago(found.undone_at, clock.utc_now())}.")
        self._check_last(found)
        subject = SUBJECTS[ReviewKind(item.kind)]
        row = things.find(subject.kind, item.object_id, lock=lock)
        before, after = _plain(found.effects["before"]), _plain(found.effects["after"])
        if after and row is None:
            raise Refused("It is gone, so it cannot be put back.")
        now = {name: things.plain(getattr(row, name)) for name in after}
        if any(now[name] != after[name] for name in after if name != "updated_at"):
            raise Refused("It has changed since, so it cannot be put back. Change it by hand.")
        shown = {**now, "review": item.state}
        then = {**before, "review": found.earlier["state"]}
        return Plan(
            f"{subject.label} {item.object_id} is no longer {said(found).lower()}.",
            Change(subject.audit_kind, subject.reference(item.object_id), shown, then),
            digest({**now, "decision": found.id, "state": item.state}),
            data=Undoing(item, found),
        )

    @staticmethod
    def _check_last(found: AnyRow) -> None:
        later = queries.later_decision(found)
        # Both looks fall with the first; anything else is undone one after the other.
        falls_with_it = later is not None and later.is_second and _is_first_look(found)
        if later is not None and not falls_with_it:
            raise Refused(f"{said(later)} since by {later.actor}; reverse that first.")

    def write(self, given: OneDecision, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the plan has it
        """Put row and item back, and mark the decisions."""
        undoing: Undoing = plan.data
        item, found, current = undoing.item, undoing.decision, session()
        things.write(ReviewKind(item.kind), item.object_id, found.effects["before"])
        values = {name: _restored(name, found.earlier[name]) for name in _restored_by(found)}
        if values:
            current.execute(update(ReviewItem).where(ReviewItem.id == item.id).values(values))
        mine = ReviewDecision.id == found.id
        if _is_first_look(found):
            mine |= (ReviewDecision.id > found.id) & ReviewDecision.is_second
        current.execute(
            update(ReviewDecision)
            .where(ReviewDecision.item_id == item.id, mine, ReviewDecision.undone_at.is_(None))
            .values(undone_at=func.clock_timestamp(), undone_by=occasion().actor.label)
        )
        return {"item": item.id}


def _is_first_look(found: AnyRow) -> bool:
    return found.verdict in queries.JUDGING and not found.is_second


def _restored_by(found: AnyRow) -> Sequence[str]:
    """The values of the item that a decision has changed."""
    match found.verdict:
        case Verdict.TAG:
            return ("labels",)
        case Verdict.SKIP:
            return ()
    return tuple(name for name in _RESTORED if name != "labels")


def _restored(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value).astimezone(UTC) if name == "decided_at" and value else value


@dataclass(frozen=True, kw_only=True)
class Taking(OneItem):
    """An item, and the tab that it is taken to."""

    tab: str = ""


class TakeOver(Command[Taking]):
    """Takes an item from the colleague who looks at it; they are told."""

    name = "review.take_over"
    title = "Take over"
    permission = Permission.REVIEW_DECIDE
    given = Taking

    def plan(self, given: Taking, *, lock: bool) -> Plan:
        """Whose it is."""
        item = queries.item(given.item_id, lock=lock)
        if item is None:
            raise Refused(GONE)
        check_decidable(item)
        actor = occasion().actor
        lease = queries.lease_of(given.item_id, lock=lock)
        if actor.staff_id is None:
            raise Refused("Only a person looks at an item.")
        if lease is None or lease.staff_id == actor.staff_id:
            raise Refused("Nobody else looks at it.")
        if len(given.tab) > leases.LONGEST_TAB:
            raise InvalidInput("tab", "It names no tab.")
        subject = SUBJECTS[ReviewKind(item.kind)]
        return Plan(
            f"Take {subject.label.lower()} {item.object_id} over from {lease.holder}.",
            Change(
                subject.audit_kind,
                subject.reference(item.object_id),
                {"reviewer": lease.holder},
                {"reviewer": actor.label},
            ),
            digest({"holder": lease.staff_id, "taken": lease.taken_at.isoformat()}),
        )

    def write(self, given: Taking, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - all is said
        """Take the lease."""
        leases.take_by_force(given.item_id, occasion().actor, given.tab)
        return {"item": given.item_id}


APPROVE, BLUR, REJECT = register(Approve()), register(Blur()), register(Reject())
ESCALATE, SKIP, TAG = register(Escalate()), register(Skip()), register(Tag())
REVERSE, TAKE_OVER = register(Reverse()), register(TakeOver())

#: The commands by verdict.
BY_VERDICT: Mapping[str, ReviewCommand[Any]] = {
    one.verdict.value: one for one in (APPROVE, BLUR, REJECT, ESCALATE, SKIP, TAG)
}


def check_decidable(item: AnyRow) -> None:
    """Refuse an item that does not wait for this person.

    Raises:
        AlreadyDecided: somebody has decided.
        Refused: it needs no decision, or somebody else's.
    """
    actor = occasion().actor
    if item.state in {ReviewState.APPROVED, ReviewState.REJECTED}:
        standing = queries.decision(item.decision_id) if item.decision_id is not None else None
        raise AlreadyDecided(standing) if standing is not None else Refused(CLOSED)
    if item.state == ReviewState.CLOSED:
        kind = ReviewKind(item.kind)
        raise JudgedElsewhere(SUBJECTS[kind], things.find(kind, item.object_id))
    if (why := why_not(item, actor.staff_id, actor.may)) is not None:
        raise Refused(why)


def why_not(item: AnyRow, staff_id: int | None, may: Callable[[Permission], bool]) -> str | None:
    """Why an undecided item is not for a person to decide; None where it is."""
    match item.state:
        case ReviewState.OPEN:
            return None
        case ReviewState.SECOND:
            first = queries.decision(item.decision_id)
            return YOURS if first is not None and first.staff_id == staff_id else None
        case ReviewState.ESCALATED:
            return None if may(Permission.REVIEW_MANAGE) else FOR_ADMINS
    return CLOSED


def has_second_look(item: Any, share: int) -> bool:
    """Whether an item is one of the share, in percent, that is looked at twice; the same whenever asked."""
    drawn = hashlib.sha256(f"{item.kind}:{item.object_id}".encode()).digest()
    return int.from_bytes(drawn[:4], "big") % 100 < share


def version_of(item: AnyRow, row: AnyRow, subject: Subject) -> str:
    """Stands for all that a moderator was shown of an item."""
    seen = {name: one for name, one in subject.values_of(row).items() if name != "updated_at"}
    seen |= {"content": subject.content_of(row), "state": item.state, "decision": item.decision_id}
    return digest(seen)


def _seconds(item: AnyRow, *, lock: bool) -> float | None:
    """How long the person has looked at it; refuses what somebody else looks at."""
    lease = queries.lease_of(item.id, lock=lock)
    if lease is None:
        return None
    if lease.staff_id != occasion().actor.staff_id:
        raise Refused(f"{lease.holder} is looking at it. Take it over, or leave it to them.")
    seconds: float = (clock.utc_now() - lease.taken_at).total_seconds()
    return max(seconds, 0.0)


def _undone(item: AnyRow, row: AnyRow, subject: Subject) -> dict[str, Any]:
    """What the standing decision has changed and left as it is, as it was before."""
    standing = queries.decision(item.decision_id) if item.decision_id is not None else None
    if standing is None or standing.undone_at is not None:
        return {}
    before, after = standing.effects["before"], standing.effects["after"]
    now = subject.values_of(row)
    return {
        name: things.typed(name, one)
        for name, one in before.items()
        if name in now and now[name] == after[name]
    }


def _shown(item: AnyRow, doing: Doing) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the audit log says of it, before and after."""
    before: dict[str, Any] = {"review": item.state, **_plain(doing.before)}
    after: dict[str, Any] = {"review": doing.values.get("state", item.state), **_plain(doing.after)}
    if "labels" in doing.values:
        before["tags"], after["tags"] = list(item.labels), doing.values["labels"]
    if doing.policy is not None:
        before["policy"], after["policy"] = None, doing.policy.code
    if doing.values.get("is_blurred", item.is_blurred) != item.is_blurred:
        before["blurred"], after["blurred"] = item.is_blurred, doing.values["is_blurred"]
    return before, after


def _and_second(doing: Doing) -> str:
    return "; somebody else looks at it again" if doing.values.get("state") == ReviewState.SECOND else ""


def _judged(state: ReviewState) -> dict[str, Any]:
    """A state, without a place in the queue where it no longer waits."""
    return {"state": state.value} if state in queries.WAITING else {"state": state.value, "rank": None}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: things.plain(one) for name, one in values.items()}


def _tags(text: str) -> list[str]:
    tags = list(dict.fromkeys(tag for part in text.split(",") if (tag := " ".join(part.split()))))
    if len(tags) > MOST_TAGS:
        raise InvalidInput("tags", f"Keep it to {MOST_TAGS} tags.")
    for tag in tags:
        if len(tag) > LONGEST_TAG or not tag.isprintable():
            raise InvalidInput("tags", f"A tag takes up to {LONGEST_TAG} characters that can be seen.")
    return tags
