"""One sample of every command, which the tests of all commands run: each area adds its own here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app
from sqlalchemy import text

from delula.access.actor import Actor
from delula.access.permissions import Role
from delula.assets.actions import DELETE, NewName, OfAsset, PublicDetails, PuttingBack
from delula.assets.corrections import CORRECT, Correcting, Withdrawing
from delula.assets.creating import NewMarketAsset, NewSystemAsset
from delula.assets.holds import HOLD
from delula.assets.removing import RETIRE, Retention
from delula.assets.replacing import Replacing
from delula.assets.tagging import Tagging as AssetTagging
from delula.commands import run
from delula.config import S3Settings
from delula.credits.actions import ADJUST, Adjustment, RefreshOf, RefundOf, Reversal
from delula.credits.approvals import Asked
from delula.credits.checking import AllAccounts
from delula.credits.daily import BatchOf
from delula.credits.settings import Limit, Reason, SeenOf
from delula.db import atomic, session
from delula.generations.actions import RETRY, Failing, OfGeneration, Releasing, Restoring
from delula.integrity.actions import OneFinding, OneItem, Pace
from delula.jobs.actions import ChosenJob
from delula.jobs.tasks import TIDY
from delula.option_icons.actions import DELETE as DELETE_ICON
from delula.option_icons.actions import Drawn, OfIcon
from delula.option_icons.actions import Former as FormerIcon
from delula.review.actions import APPROVE, OneDecision, Rejecting, Tagging, Taking
from delula.review.actions import OneItem as Reviewed
from delula.review.rules import Numbers, PolicyOf
from delula.samples.actions import APPROVE as APPROVE_SAMPLE
from delula.samples.actions import Former as FormerSample
from delula.samples.actions import OfSample, Worded
from delula.storage import Store
from delula.tags.actions import MERGE, Deleting, Edited, Merging, NewTag, OfTag, Recolored
from delula.tags.actions import Restoring as TagRestoring
from delula.tags.giving import Carrying, Giving, OfRecipe
from delula.tags.namespace_actions import DROP, Declared, Former, OfNamespace
from delula.uploads.actions import NewUpload
from delula.uploads.recording import OneUpload
from delula.users.actions import Details, NewRole, NewType, OneUser
from delula.users.notes import NewNote, OneNote
from delula.users.reveal import Whose
from tests.commands.renaming import NewHandle

if TYPE_CHECKING:
    from collections.abc import Callable

    from delula.commands import Command, Given

ADMIN = Actor(1, "ann@example.com", Role.ADMIN, 7, "127.0.0.1", "request-1")
SUPPORT = Actor(2, "sam@example.com", Role.SUPPORT, 8, "127.0.0.1", "request-2")


@dataclass(frozen=True)
class Case:
    """How a command is run in a test.

    Attributes:
        given: makes the rows that it takes in an empty database, within an application context, commits
            them, and gives the command's input; asked once.
        reason: why it is done.
        actor: who does it; may do everything that the command is about.
    """

    given: Callable[[], Given]
    reason: str = "for a test"
    actor: Actor = ADMIN


def sql(*statements: str) -> None:
    """Run statements, and commit."""
    for statement in statements:
        session().execute(text(statement))
    session().commit()


def _rename() -> NewHandle:
    sql("INSERT INTO users (id, handle) VALUES ('u', 'old')")
    return NewHandle(user_id="u", handle="new")


def _reveal() -> Whose:
    sql("INSERT INTO users (id, email) VALUES ('u', 'secret@example.org')")
    return Whose(user_id="u")


def _user(given: Given) -> Callable[[], Given]:
    """A user `u` whom every command of users can be done to, and then the input."""

    def make() -> Given:
        sql(
            "INSERT INTO users (id, handle, email, account_type, access_role, session_token)"
            " VALUES ('u', 'old', 'u@example.org', 2, 1, 'token')"
        )
        return given

    return make


_ACCOUNT = (
    "INSERT INTO users (id, credits, account_type, last_credit_refresh)"
    " VALUES ('u', 3, 3, now() - interval '2 days')"
)


def _adjustment(amount: int = 5) -> Adjustment:
    sql(_ACCOUNT)
    return Adjustment(key="first", user_id="u", amount=amount, code="goodwill")


def _refresh() -> RefreshOf:
    sql(_ACCOUNT)
    return RefreshOf(user_id="u")


def _batch() -> BatchOf:
    sql(_ACCOUNT)
    return BatchOf()


def _unexplained() -> SeenOf:
    sql(_ACCOUNT, "INSERT INTO dashboard.balance_seen (user_id, balance, ledger_sum) VALUES ('u', 1, 0)")
    return SeenOf(user_id="u")


def _refund() -> RefundOf:
    return RefundOf(key="key", generation_id=_generation("status = 'failed'"))


def _operation(amount: int, actor: Actor) -> int:
    """The number of an adjustment that was made, or asked for where it is beyond the limits."""
    found = run(ADJUST, _adjustment(amount), actor, reason="before").details["operation"]
    assert isinstance(found, int)
    return found


def _generation(changes: str) -> int:
    """A completed generation of an account, and then other values in it; its number."""
    sql(
        _ACCOUNT,
        "INSERT INTO generations (id, user_id, prompt, credits_cost, status, is_public, is_published)"
        " VALUES (1, 'u', 'a cat', 5, 'completed', false, false)",
        f"UPDATE generations SET {changes}",  # noqa: S608 - of this file
    )
    return 1


def _of(changes: str) -> Case:
    """A command on a generation with these values in it, which takes nothing else."""
    return Case(lambda: OfGeneration(id=_generation(changes)))


def _restoring() -> Restoring:
    done = run(RETRY, OfGeneration(id=_generation(_FAILED)), ADMIN, reason="before")
    return Restoring(entry=done.entry_id)


_FAILED = "status = 'failed', failure_reason = 'boom'"
_STUCK = "status = 'processing', processing_started_at = now() - interval '1 hour'"


def _note(*, removed: bool) -> Callable[[], Given]:
    """A note about a user, and its key."""

    def make() -> Given:
        sql(
            "INSERT INTO users (id) VALUES ('u')",
            "INSERT INTO dashboard.user_note (key, user_id, body, author) VALUES ('k', 'u', 'asked', 'ann')",
        )
        if removed:
            sql("UPDATE dashboard.user_note SET removed_at = now()")
        return OneNote(note="k")

    return make


_TAGS = (
    "INSERT INTO tags (id, name) VALUES (1, 'animals'), (2, 'food')",
    "SELECT setval('tags_id_seq', 10)",
    """INSERT INTO recipes (id, name, slug, description, prompt, instructions, category, credit_cost,
        recipe_steps, tag_highlights) VALUES (1, 'Lava', 'lava', '', '', '', '', 1, '[]', '{9,1,NULL,1}')""",
)


def _tags(given: Given, *more: str) -> Callable[[], Given]:
    """Two tags and a recipe that carries the first of them twice, and then the input."""

    def make() -> Given:
        sql(*_TAGS, *more)
        return given

    return make


def _sample(given: Given, changes: str = "title = 'Cat'") -> Callable[[], Given]:
    """A sample that waits, and then other values in it, and then the input."""

    def make() -> Given:
        sql(
            """INSERT INTO recipe_samples (id, recipe_id, generation_id, user_id, description,
            original_prompt, thumbnail_url, preview_url, high_res_url, type, file_size)
            VALUES (1, 1, 1, 'u', 'Old', 'a cat', '', '', '', 'image', 5)""",
            f"UPDATE recipe_samples SET {changes}",  # noqa: S608 - of this file
        )
        return given

    return make


def _former_sample() -> Given:
    done = run(APPROVE_SAMPLE, _sample(OfSample(id=1))(), ADMIN)
    return FormerSample(id=1, entry=done.entry_id)


def _icon(given: Given) -> Callable[[], Given]:
    """An option icon, and then the input."""

    def make() -> Given:
        sql(
            "INSERT INTO recipe_option_tag_icon (id, display, icon, color)"
            " VALUES ('lava', 'Lava', 'x y', 'odd')"
        )
        return given

    return make


def _former_icon() -> Given:
    done = run(DELETE_ICON, _icon(OfIcon(id="lava"))(), ADMIN)
    return FormerIcon(id="lava", entry=done.entry_id)


def _former() -> Former:
    done = run(DROP, OfNamespace(name="rating"), ADMIN)
    return Former(name="rating", entry=done.entry_id)


def _restoring_tag() -> TagRestoring:
    sql(*_TAGS)
    return TagRestoring(entry=run(MERGE, Merging(id=1, into="food"), ADMIN).entry_id)


def _job(status: str) -> Callable[[], ChosenJob]:
    def make() -> ChosenJob:
        with atomic() as transaction:
            job = TIDY.defer({})
            transaction.execute(
                text(
                    "UPDATE jobs.procrastinate_jobs"
                    " SET status = CAST(:status AS jobs.procrastinate_job_status) WHERE id = :job"
                ),
                {"status": status, "job": job},
            )
        return ChosenJob(job_id=job)

    return make


def _asset(given: Given, *more: str) -> Callable[[], Given]:
    """An asset 101 of each source, all of the user `u`, and then the input.

    Args:
        given: the input.
        more: statements that change them first.
    """

    def make() -> Given:
        sql(*_ASSETS, *more)
        return given

    return make


_ASSETS = (
    "INSERT INTO users (id) VALUES ('u')",
    """INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, normalized_name,
        s3_key, cdn_url, mime_type, file_size, asset_type, source, auto_classification)
    VALUES (101, 'u', 'asset-user-1', 'cat.png', 'Cat', 'cat', 'library/user/u/images/originals/1.png',
        'https://cdn.example.org/1.png', 'image/png', 9, 1, 1, '{"label": "dog"}')""",
    """INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size)
    VALUES (101, 'core', 'asset-system-1', 'Frame', 'library/system/core/images/originals/1.png',
        'image/png', 9)""",
    """INSERT INTO market_assets (id, creator_id, asset_id, name, url, mime_type, file_size)
    VALUES (101, 'u', 'asset-market-1', 'Pack', 'library/market/u/images/originals/1.png', 'image/png', 9)""",
)
_UPLOADED = (
    "INSERT INTO system_assets (id, system_id, asset_id, name, url, mime_type, file_size)"
    " VALUES (102, 'core', 'asset-system-2', 'New', 'new.webp', 'image/webp', 7)"
)
_DELETED = "UPDATE user_assets SET is_deleted = true, deleted_at = '2026-11-01'"
_NO_FILE = "UPDATE user_assets SET s3_key = '', cdn_url = ''"
_LABEL = {"id": "user-101", "classification": "auto", "name": "label"}


def _after(command: Command[Any], before: Given, given: Callable[[int], Given]) -> Callable[[], Given]:
    """The same after a command; the input is made with its entry."""

    def make() -> Given:
        sql(*_ASSETS)
        return given(run(command, before, ADMIN, reason="before").entry_id)

    return make


def _overwritten() -> Given:
    sql(*_ASSETS)
    run(CORRECT, Correcting(**_LABEL, value="cat"), ADMIN)
    sql("UPDATE user_assets SET auto_classification = '[]'")
    return Withdrawing(**_LABEL)


_FILE = {"asset_id": "0123456789", "extension": "png", "file_size": 9, "name": "Grain", "tags": "a, b"}


def _upload(state: str) -> Callable[[], OneUpload]:
    """A picture that is being sent, or has come so far."""

    def make() -> OneUpload:
        sql(
            "INSERT INTO users (id) VALUES ('u')",
            "INSERT INTO dashboard.upload (id, key, source, owner_id, asset_id, s3_key, filename, name,"
            " extension, asset_type, bytes, part_bytes, author) VALUES (100, 'k', 'user', 'u',"
            " 'asset-1', 'library/1.png', 'cat.png', 'cat', 'png', 1, 9, 9, 'ann')",
            f"UPDATE dashboard.upload SET state = '{state}'",  # noqa: S608 - of this file
        )
        return OneUpload(upload=100)

    return make


def _held(state: str) -> Callable[[], OneItem]:
    """An object that was set aside long ago, or that something else was decided of."""

    def make() -> OneItem:
        sql(
            "INSERT INTO dashboard.quarantined (id, key, quarantine_key, bytes, etag, author, created_at)"
            " VALUES (100, 'left.png', 'console/quarantine/100/left.png', 9, 'e', 'ann', '2020-01-01')",
            f"UPDATE dashboard.quarantined SET state = '{state}'",  # noqa: S608 - of this file
        )
        return OneItem(item=100)

    return make


def _with_a_bucket() -> None:
    """Give the console a bucket, which nothing is asked of."""
    current_app.extensions["store"] = Store(S3Settings("bucket", "us-east-1"), None)


def _scan() -> Pace:
    _with_a_bucket()
    return Pace(pace="gentle")


def _finding(kind: str) -> Callable[[], OneFinding]:
    """An object that no row refers to, or one of which nothing was made."""

    def make() -> OneFinding:
        _with_a_bucket()
        sql(
            "INSERT INTO dashboard.stored_object (key, bytes, etag, changed_at, kind, seen)"
            " VALUES ('left.png', 9, 'e', now(), 'other', 1)",
            "INSERT INTO dashboard.storage_finding (kind, key, source, row_id, detail, seen)"
            " VALUES ('orphan', 'left.png', 'user', '1', 'webp', 1)",
            f"UPDATE dashboard.storage_finding SET kind = '{kind}'",  # noqa: S608 - of this file
        )
        found = session().scalar(text("SELECT id FROM dashboard.storage_finding"))
        assert found is not None
        return OneFinding(finding=found)

    return make


def _reviewed() -> int:
    """The number of an item: an upload that waits for a decision."""
    sql(
        "INSERT INTO user_assets (id, user_id, asset_id, original_filename, display_name, s3_key, cdn_url,"
        " mime_type, file_size, asset_type, source) VALUES (1, 'u', 'a', 'a.png', 'A', 'k', 'u', 'image/png',"
        " 1, 1, 1)",
        "INSERT INTO dashboard.review_item (kind, object_id, owner_id, state, rank, since, reach, risk,"
        " history, edition, content) VALUES ('user_asset', 1, 'u', 'open', 1, now(), 0, 0, 0, 1, '')",
    )
    return session().execute(text("SELECT id FROM dashboard.review_item")).scalar_one()


def _reversal() -> OneDecision:
    decision = run(APPROVE, Reviewed(item_id=_reviewed()), ADMIN, reason="before").details["decision"]
    assert isinstance(decision, int)
    return OneDecision(decision=decision)


def _held_by_another() -> Taking:
    item = _reviewed()
    sql(
        "INSERT INTO dashboard.review_lease (item_id, staff_id, holder, tab, until)"
        " SELECT id, 99, 'bob', 't', now() + interval '1 minute' FROM dashboard.review_item",
    )
    return Taking(item_id=item, tab="mine")


_POLICY = PolicyOf(
    code="spam", place=7, label="Junk", guidance="Always.", examples="", message="It is junk.",
    on_user_asset="delete", on_market_asset="nothing", on_sample="reject", on_generation="hide", active=True,
)  # fmt: skip
_NUMBERS = Numbers(
    age=1, reach=2, classifier=3, history=4, second_share=50, blur_at=10, starts_on="2026-01-01"
)


#: By the name of the command.
CASES: dict[str, Case] = {
    "assets.correct": Case(_asset(Correcting(**_LABEL, value="cat"))),
    "assets.create_market": Case(_asset(NewMarketAsset(**_FILE, creator_id="u"))),
    "assets.create_system": Case(_asset(NewSystemAsset(**_FILE, system_id="core", metadata='{"a": 1}'))),
    "assets.delete": Case(_asset(OfAsset(id="user-101"))),
    "assets.derive": Case(_asset(OfAsset(id="user-101"))),
    "assets.edit": Case(_asset(PublicDetails(id="system-101", name="Grain", tags="a", metadata="{}"))),
    "assets.hold": Case(_asset(OfAsset(id="user-101"))),
    "assets.keep_correction": Case(_overwritten),
    "assets.publish": Case(_asset(OfAsset(id="market-101"), "UPDATE market_assets SET is_public = false")),
    "assets.purge": Case(_asset(OfAsset(id="user-101"), _NO_FILE)),
    "assets.put_back": Case(_after(DELETE, OfAsset(id="user-101"), lambda entry: PuttingBack(entry=entry))),
    "assets.release": Case(_after(HOLD, OfAsset(id="user-101"), lambda _: OfAsset(id="user-101"))),
    "assets.rename": Case(_asset(NewName(id="user-101", display_name="Dog"))),
    "assets.replace": Case(_asset(Replacing(id="system-101", by="system-102"), _UPLOADED)),
    "assets.restore": Case(_asset(OfAsset(id="user-101"), _DELETED)),
    "assets.retire": Case(_asset(OfAsset(id="system-101"))),
    "assets.set_retention": Case(_asset(Retention(days=30), _DELETED)),
    "assets.system_tags": Case(_asset(AssetTagging(id="system-101", tags="+warm"))),
    "assets.unpublish": Case(_asset(OfAsset(id="market-101"))),
    "assets.unretire": Case(_after(RETIRE, OfAsset(id="market-101"), lambda _: OfAsset(id="market-101"))),
    "assets.user_tags": Case(_asset(AssetTagging(id="user-101", tags="+cute"))),
    "assets.withdraw_correction": Case(
        _after(CORRECT, Correcting(**_LABEL, value="cat"), lambda _: Withdrawing(**_LABEL))
    ),
    "credits.accept_balance": Case(_unexplained),
    "credits.adjust": Case(_adjustment),
    "credits.approve": Case(lambda: Asked(operation_id=_operation(101, SUPPORT))),
    "credits.check": Case(AllAccounts),
    "credits.decline": Case(lambda: Asked(operation_id=_operation(101, SUPPORT))),
    "credits.refresh": Case(_refresh),
    "credits.refund": Case(_refund),
    "credits.reverse": Case(lambda: Reversal(key="second", operation_id=_operation(5, ADMIN))),
    "credits.refresh_batch": Case(_batch),
    "credits.set_limit": Case(lambda: Limit(role="support", per_operation=50, per_day=500, expires_hours=24)),
    "credits.set_reason": Case(lambda: Reason(code="goodwill", label="Kindness", active=True)),
    "credits.withdraw": Case(lambda: Asked(operation_id=_operation(1_001, ADMIN))),
    "generations.cancel": _of("status = 'pending'"),
    "generations.fail": Case(
        lambda: Failing(
            id=_generation("status = 'pending'"), failure_reason="It cannot be done", refund="yes"
        )
    ),
    "generations.make_private": _of("is_public = true"),
    "generations.make_public": _of("is_public = false"),
    "generations.publish": _of("is_published = false"),
    "generations.release": Case(lambda: Releasing(id=_generation(_STUCK), way="fail")),
    "generations.restore": Case(_restoring),
    "generations.retry": _of(_FAILED),
    "generations.unpublish": _of("is_published = true"),
    "namespaces.declare": Case(lambda: Declared(name="mood", at_least=1, at_most=2, choices="calm: video")),
    "namespaces.drop": Case(lambda: OfNamespace(name="rating")),
    "namespaces.edit": Case(lambda: Declared(name="rating", at_least=1)),
    "namespaces.restore": Case(_former),
    "notes.add": Case(_user(NewNote(user_id="u", body="asked twice", key="k"))),
    "notes.remove": Case(_note(removed=False)),
    "notes.restore": Case(_note(removed=True)),
    "integrity.delete": Case(_held("held")),
    "integrity.quarantine": Case(_finding("orphan")),
    "integrity.remake": Case(_finding("derivatives")),
    "integrity.restore": Case(_held("held")),
    "integrity.scan": Case(_scan),
    "jobs.cancel": Case(_job("todo")),
    "jobs.retry": Case(_job("failed")),
    "option_icons.create": Case(lambda: Drawn(id="honey", display="Honey", icon="droplet", color="amber")),
    "option_icons.delete": Case(_icon(OfIcon(id="lava"))),
    "option_icons.edit": Case(_icon(Drawn(id="lava", display="Lava", icon="Flame", color="none"))),
    "option_icons.restore": Case(_former_icon),
    "samples.approve": Case(_sample(OfSample(id=1))),
    "samples.edit": Case(_sample(Worded(id=1, title="A cat", description=""))),
    "samples.feature": Case(_sample(OfSample(id=1), "moderation_status = 'approved'")),
    "samples.reject": Case(_sample(OfSample(id=1), "is_featured = true")),
    "samples.restore": Case(_former_sample),
    "samples.unfeature": Case(_sample(OfSample(id=1), "is_featured = true")),
    "tags.activate": Case(_tags(OfTag(id=1), "UPDATE tags SET is_active = false")),
    "tags.create": Case(
        _tags(NewTag(name="mood:calm", is_hidden=True), "INSERT INTO dashboard.tag_namespace VALUES ('mood')")
    ),
    "tags.deactivate": Case(_tags(OfTag(id=1))),
    "tags.delete": Case(_tags(Deleting(id=1, replacement="food"))),
    "tags.edit": Case(_tags(Edited(id=1, name="Beasts", color="red", only="name,color"))),
    "tags.hide": Case(_tags(OfTag(id=1), "UPDATE tags SET name = 'rating:food' WHERE id = 1")),
    "tags.merge": Case(_tags(Merging(id=1, into="food"))),
    "tags.recolor": Case(_tags(Recolored(id=1, color="red"))),
    "tags.restore": Case(_restoring_tag),
    "tags.tidy": Case(_tags(OfRecipe(recipe=1))),
    "tags.unhide": Case(_tags(OfTag(id=2), "UPDATE tags SET name = 'x:y', is_hidden = true WHERE id = 2")),
    "tags.give": Case(_tags(Giving(recipe=1, tags="+2\n-1"))),
    "tags.put_back": Case(_tags(Carrying(recipe=1, tags="[2, null]"))),
    "uploads.begin": Case(
        lambda: NewUpload(key="k", source="system", owner="core", filename="cat.png", bytes=9)
    ),
    "uploads.cancel": Case(_upload("sending")),
    "uploads.finish": Case(_upload("sending")),
    "uploads.record": Case(_upload("checked")),
    "review.approve": Case(lambda: Reviewed(item_id=_reviewed())),
    "review.blur": Case(lambda: Reviewed(item_id=_reviewed())),
    "review.configure": Case(lambda: _NUMBERS),
    "review.escalate": Case(lambda: Reviewed(item_id=_reviewed())),
    "review.reject": Case(lambda: Rejecting(item_id=_reviewed(), policy="sexual")),
    "review.reverse": Case(_reversal),
    "review.set_policy": Case(lambda: _POLICY),
    "review.skip": Case(lambda: Reviewed(item_id=_reviewed())),
    "review.tag": Case(lambda: Tagging(item_id=_reviewed(), tags="beach, sunset")),
    "review.take_over": Case(_held_by_another),
    "users.edit": Case(_user(Details(user_id="u", handle="new", email="n@example.org", only="handle,email"))),
    "users.rename_for_tests": Case(_rename),
    "users.reveal_email": Case(_reveal),
    "users.revoke_session": Case(_user(OneUser(user_id="u"))),
    "users.set_role": Case(_user(NewRole(user_id="u", access_role="admin"))),
    "users.set_type": Case(_user(NewType(user_id="u", account_type="registered"))),
}

from tests.commands.recipe_cases import RECIPE_CASES  # noqa: E402 - it is made of what stands above

CASES |= RECIPE_CASES
