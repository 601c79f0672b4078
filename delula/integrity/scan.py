"""The scan of the bucket against the tables: in small steps, each of which is kept; any death costs one.

First all objects are listed, then all rows are read, their JSON included: a file whose row is written
meanwhile is so never taken for one without. What a scan reports of a key that may have changed meanwhile it
asks the store for once more.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from delula.db import atomic
from delula.integrity import mentions, queries, references
from delula.integrity import store as kept
from delula.models import ReviewKind
from delula.review import queries as review
from delula.review.media import blurred_of
from delula.storage import Store, StoreUnavailable, current_store, needed_store
from delula.storage.walk import PAGE, make_sure, page_of
from delula.work import Promise, Stopped, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from delula.work import Run

#: Objects a second that the scan of every night lists at most, to leave the store to others.
GENTLE = 4_000
#: Rows that are read, and keys that are compared, in one step.
ROWS, KEYS = 2_000, 10_000
#: One scan asks for the type of one object in so many, but of no fewer than the second number, in steps of
#: the third. Each is a request, as long as ten objects take else. The next scan goes on.
TYPES_PART, FEW_TYPES, TYPES_A_STEP = 20, 2_000, 400
#: Things whose whole rows are read in one step.
FLAGGED = 200
#: What findings call the things that the review flags.
_SOURCES = {
    ReviewKind.USER_ASSET: "user",
    ReviewKind.MARKET_ASSET: "market",
    ReviewKind.SAMPLE: "sample",
    ReviewKind.GENERATION: "generation",
}
#: Requests to the store at once.
_AT_ONCE = 8
#: An object may have no row yet for so long; a row that is so new may have been listed too early.
YOUNG = timedelta(hours=1)
_NEW = timedelta(minutes=10)


class Phase(StrEnum):
    """What a scan does, in this order."""

    LIST = "list"
    REFER = "refer"
    MENTIONS = "mentions"
    TYPES = "types"
    OBJECTS = "objects"
    BLURRED = "blurred"
    REFERENCES = "references"
    CONCLUDE = "conclude"
    END = "end"


@dataclass(frozen=True)
class Place:
    """How far a scan is; kept with each step.

    Attributes:
        scan: which.
        phase: what it does.
        after: the token of the listing, or the last row or key.
        holder: number of the table that is read, for its columns or for its JSON.
        objects: that were listed.
        bytes: of them.
        referenced: keys that were read.
        asked: types that were asked for.
        done: objects, rows and keys that were gone through, in all phases.
    """

    scan: int
    phase: Phase = Phase.LIST
    after: Any = None
    holder: int = 0
    objects: int = 0
    bytes: int = 0
    referenced: int = 0
    asked: int = 0
    done: int = 0

    def to(self, phase: Phase) -> Place:
        """The beginning of the next phase."""
        return replace(self, phase=phase, after=None, holder=0)


def _scan(run: Run, scan: int | None = None) -> None:
    """Go through bucket and tables from where the last attempt ended."""
    is_nightly = scan is None and run.saved is None
    if is_nightly and current_store() is None:  # a job that fails every night would tell nobody anything new
        return
    store = needed_store()
    place = _place(run, scan)
    if place is None:
        return
    row = queries.scan(place.scan)
    if row is None or row.state in {"finished", "stopped"}:
        return
    work = _Work(store, row.started_at, row.rate, _estimate())
    try:
        while place.phase is not Phase.END:
            place = work.step(run, place)
    except (StoreUnavailable, Stopped) as error:
        why = "The worker ended." if isinstance(error, Stopped) else str(error)
        with atomic():
            queries.change_scan(place.scan, state="paused", why=why)
        raise


def _place(run: Run, scan: int | None) -> Place | None:
    """Where to go on; None where another scan is at work."""
    if isinstance(run.saved, dict):
        saved: Mapping[str, Any] = run.saved
        return Place(**{**saved, "phase": Phase(saved["phase"])})
    if scan is not None:
        return Place(scan)
    with atomic():
        release_dead()
        return Place(queries.begin_scan("console", GENTLE)) if queries.active_scan() is None else None


def release_dead() -> None:
    """Note as stopped a scan whose job was cancelled or given up; a new one may begin then."""
    active = queries.active_scan()
    if active is not None and active.job_id is not None and not queries.is_alive(active.job_id):
        queries.change_scan(active.id, state="stopped", why=active.why or "Its job ended.")


def _estimate() -> int:
    """About how much there is to go through."""
    tables = [holder.table for holder in references.there()]
    tables += [table.name for table in mentions.tables()]
    return queries.estimated_rows(tables) + 2 * queries.estimated_rows(
        ["dashboard.stored_object", "dashboard.stored_reference"]
    )


class _Work:
    """The steps of one attempt."""

    def __init__(self, store: Store, started_at: Any, rate: int | None, estimate: int) -> None:
        self._store, self._started_at, self._rate = store, started_at, rate
        self._estimate = estimate
        self._holders: Sequence[references.Holder] | None = None
        self._tables: Sequence[mentions.JsonTable] | None = None
        self._steps: Mapping[Phase, Callable[[Place], Place]] = {
            Phase.REFER: self._refer,
            Phase.MENTIONS: self._mention,
            Phase.OBJECTS: self._compare,
            Phase.BLURRED: self._blurred,
            Phase.CONCLUDE: self._conclude,
        }
        #: These ask the store first, outside of the transaction.
        self._asking: Mapping[Phase, Callable[[Place], Callable[[], Place]]] = {
            Phase.LIST: self._list,
            Phase.TYPES: self._types,
            Phase.REFERENCES: self._absent,
        }

    def step(self, run: Run, place: Place) -> Place:
        """Do the next step and keep it."""
        begun = time.monotonic()
        asking = self._asking.get(place.phase)
        write = asking(place) if asking else lambda: self._steps[place.phase](place)
        with atomic():
            after = write()
            total = max(self._estimate, after.done)
            run.step(after.done, total, asdict(after))
            queries.change_scan(
                after.scan,
                state="finished" if after.phase is Phase.END else "running",
                phase=after.phase.value,
                objects=after.objects,
                bytes=after.bytes,
                referenced=after.referenced,
                job_id=run.job_id,
                why=None,
            )
        if place.phase is Phase.LIST and self._rate:
            time.sleep(max(0.0, PAGE / self._rate - (time.monotonic() - begun)))
        return after

    def _list(self, place: Place) -> Callable[[], Place]:
        """A page of the listing."""
        objects, token = page_of(self._store, place.after)

        def write() -> Place:
            if objects:
                kept.see(place.scan, objects)
            seen = replace(
                place,
                after=token,
                objects=place.objects + len(objects),
                bytes=place.bytes + sum(one.size for one in objects),
                done=place.done + len(objects),
            )
            if token is not None:
                return seen
            kept.forget_references()
            return seen.to(Phase.REFER)

        return write

    def _refer(self, place: Place) -> Place:
        """Some rows of a table."""
        if self._holders is None:
            self._holders = references.there()
        if place.holder >= len(self._holders):
            return place.to(Phase.MENTIONS)
        holder = self._holders[place.holder]
        rows = references.rows_behind(holder, place.after, ROWS)
        if not rows:
            return replace(place, holder=place.holder + 1, after=None)
        count = kept.refer(references.references_in(holder, rows, self._store))
        if paths := references.paths_in(holder, rows, self._store):
            kept.mention(place.scan, holder.table, paths)
        return replace(
            place, after=rows[-1].id, referenced=place.referenced + count, done=place.done + len(rows)
        )

    def _mention(self, place: Place) -> Place:
        """Some rows of a table with JSON."""
        if self._tables is None:
            self._tables = mentions.tables()
        if place.holder >= len(self._tables):
            return place.to(Phase.TYPES)
        table = self._tables[place.holder]
        rows = mentions.rows_behind(table, place.after, ROWS)
        if not rows:
            return replace(place, holder=place.holder + 1, after=None)
        kept.mention(place.scan, table.name, mentions.mentioned_in(rows, self._store))
        return replace(place, after=rows[-1].id, done=place.done + len(rows))

    def _types(self, place: Place) -> Callable[[], Place]:
        """Ask as what the store serves some objects, where that is not known yet."""
        most = min(TYPES_A_STEP, max(FEW_TYPES, place.objects // TYPES_PART) - place.asked)
        with atomic():
            keys = kept.untyped(place.scan, place.after or "", most) if most > 0 else ()
        try:
            facts = self._facts(keys)
        except StoreUnavailable:
            # The rest does without; the page says how many are open.
            return lambda: place.to(Phase.OBJECTS)
        types = {
            key: references.normal_type(fact.content_type) for key, fact in facts.items() if fact is not None
        }

        def write() -> Place:
            if not keys:
                return place.to(Phase.OBJECTS)
            kept.note_types(types)
            return replace(place, after=keys[-1], asked=place.asked + len(keys))

        return write

    def _compare(self, place: Place) -> Place:
        """A stretch of objects against the rows."""
        after = place.after or ""
        stretch = kept.next_objects(after, KEYS)
        if not stretch.number:
            return place.to(Phase.BLURRED)
        kept.compare_objects(place.scan, after, stretch.last, self._started_at - YOUNG)
        return replace(place, after=stretch.last, done=place.done + stretch.number)

    def _blurred(self, place: Place) -> Place:
        """Some of what the review shows blurred."""
        items = review.shown_blurred(place.after or 0, FLAGGED)
        if not items:
            return place.to(Phase.REFERENCES)
        for kind, source in _SOURCES.items():
            owners = {item.object_id: item.owner_id for item in items if item.kind == kind}
            flagged = blurred_of(kind, list(owners), self._store)
            kept.note_unblurred(
                place.scan,
                [kept.Blurred(key, made, source, str(id_), owners[id_]) for id_, key, made in flagged],
            )
        return replace(place, after=items[-1].id, done=place.done + len(items))

    def _absent(self, place: Place) -> Callable[[], Place]:
        """A stretch of the rows' keys against the objects."""
        after = place.after or ""
        with atomic():
            stretch = kept.next_references(after, KEYS)
            if not stretch.number:
                return lambda: place.to(Phase.CONCLUDE)
            absent = kept.absent(place.scan, after, stretch.last, self._started_at - _NEW)
        new = [one.key for one in absent if one.is_new]
        if new:
            make_sure(self._store)
        facts = self._facts(new)
        missing = [one.key for one in absent if facts.get(one.key) is None]

        def write() -> Place:
            kept.note_missing(place.scan, missing)
            return replace(place, after=stretch.last, done=place.done + stretch.number)

        return write

    def _conclude(self, place: Place) -> Place:
        counts = kept.conclude(place.scan)
        queries.change_scan(
            place.scan,
            counts=counts,
            types_open=kept.types_open(),
            finished_at=datetime.now(UTC),
        )
        return place.to(Phase.END)

    def _facts(self, keys: Any) -> Mapping[str, Any]:
        """What the store knows of some keys, several asked for at once."""
        if not keys:
            return {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(keys, pool.map(self._store.facts, keys), strict=True))


SCAN = Task(
    "integrity.scan",
    "Compare bucket and tables",
    _scan,
    Promise.AT_LEAST_ONCE,
    attempts=12,
    every="23 2 * * *",
    alone=True,
)
