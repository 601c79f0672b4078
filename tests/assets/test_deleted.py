"""Whoever opens what its owner has deleted stands in the audit log, once for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delula.access.permissions import Role

if TYPE_CHECKING:
    from tests.consoles import Console

LIST = "/assets/"


def opened(console: Console, reference: str) -> list[str | None]:
    """The roles of those who have opened an asset, as the log has it."""
    rows = console.sql(
        "SELECT role FROM dashboard.audit_log WHERE action = 'assets.open_deleted'"
        " AND object_kind = 'asset' AND object_id = %s ORDER BY id",
        reference,
    )
    return [role for (role,) in rows]


def some(console: Console, condition: str) -> str:
    """The reference of an asset of a user with a file."""
    query = f"SELECT min(id) FROM user_assets WHERE s3_key LIKE 'library/%%' AND {condition}"  # noqa: S608
    return f"user-{console.sql(query.replace('%%', '%'))[0][0]}"


def test_opening_a_deleted_asset_is_noted_once_for_each_session(with_store: Console) -> None:
    deleted = some(with_store, "is_deleted")
    before = opened(with_store, deleted)
    for role in (Role.MODERATOR, Role.SUPPORT):
        for path in ("", "/media/file", ""):
            assert with_store.as_role(role).get(f"{LIST}{deleted}{path}").status_code in {200, 302}
    assert opened(with_store, deleted)[len(before) :] == ["moderator", "support"]


def test_the_file_by_itself_is_noted_too(with_store: Console) -> None:
    deleted = some(with_store, "is_deleted AND id <> (SELECT min(id) FROM user_assets WHERE is_deleted)")
    assert with_store.as_role(Role.MODERATOR).get(f"{LIST}{deleted}/media/file").status_code == 302
    assert "moderator" in opened(with_store, deleted)


def test_what_is_not_deleted_is_opened_unseen(with_store: Console) -> None:
    there = some(with_store, "NOT is_deleted")
    assert with_store.as_role(Role.MODERATOR).get(f"{LIST}{there}").status_code == 200
    assert opened(with_store, there) == []


def test_no_list_shows_a_deleted_picture_in_passing(with_store: Console) -> None:
    picture = "asset_type = 1 AND thumbnail_url IS NULL"
    for state, status in (("is_deleted", 404), ("NOT is_deleted", 302)):
        shown = some(with_store, f"{state} AND {picture} AND id > 1000")
        thumbnail = f"{LIST}{shown}/media/thumbnail"
        assert with_store.as_role(Role.ADMIN).get(thumbnail).status_code == status
        ((asset_id,),) = with_store.sql(
            "SELECT asset_id FROM user_assets WHERE id = %s", shown.partition("-")[2]
        )
        grid = with_store.as_role(Role.ADMIN).get(f"{LIST}?view=grid&q=asset:{asset_id}").text
        assert (f'src="{thumbnail}"' in grid) is (status == 302)
        assert opened(with_store, shown) == []
