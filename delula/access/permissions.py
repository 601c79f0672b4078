"""The permission table: what there is to do, and which role may do it.

A new page adds its permission here, says in `MEANINGS` what it allows, and grants it in `GRANTS`;
nothing else decides who may do what. `/staff/permissions` shows this file as a matrix.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """The roles of staff, from the most to the least powerful; each person has exactly one."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    SUPPORT = "support"
    VIEWER = "viewer"


class Permission(StrEnum):
    """One thing that a member of staff may do: `area.verb`."""

    PUBLIC = "public"  # no sign-in: the sign-in page itself, /healthz, static files
    SIGNED_IN = "signed_in"  # whoever is signed in: own account, style guide
    GENERATIONS_READ = "generations.read"
    GENERATIONS_OPERATE = "generations.operate"
    GENERATIONS_PUBLISH = "generations.publish"
    QUEUE_READ = "queue.read"
    BACKLOG_READ = "backlog.read"
    RECIPES_READ = "recipes.read"
    RECIPES_EDIT = "recipes.edit"
    TAGS_READ = "tags.read"
    TAGS_EDIT = "tags.edit"
    SAMPLES_READ = "samples.read"
    SAMPLES_MODERATE = "samples.moderate"
    COMPONENTS_READ = "components.read"
    PROVIDERS_READ = "providers.read"
    ASSETS_READ = "assets.read"
    ASSETS_EDIT = "assets.edit"
    ASSETS_PURGE = "assets.purge"
    UPLOADS_SEND = "uploads.send"
    INTEGRITY_READ = "integrity.read"
    INTEGRITY_MEND = "integrity.mend"
    REVIEW_READ = "review.read"
    REVIEW_DECIDE = "review.decide"
    REVIEW_MANAGE = "review.manage"
    USERS_READ = "users.read"
    USERS_READ_EMAIL = "users.read_email"
    USERS_REVEAL_EMAIL = "users.reveal_email"
    USERS_EDIT = "users.edit"
    USERS_SET_ROLE = "users.set_role"
    USERS_REVOKE = "users.revoke_session"
    NOTES_WRITE = "notes.write"
    CREDITS_READ = "credits.read"
    AUDIT_READ = "audit.read"
    CREDITS_ADJUST = "credits.adjust"
    CREDITS_APPROVE = "credits.approve"
    CREDITS_RULES = "credits.rules"
    JOBS_READ = "jobs.read"
    JOBS_CANCEL = "jobs.cancel"
    JOBS_MANAGE = "jobs.manage"
    STAFF_READ = "staff.read"
    STAFF_MANAGE = "staff.manage"


#: What each permission allows, in words for the person who grants a role.
MEANINGS: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.PUBLIC: "Open the pages that need no sign-in",
        Permission.SIGNED_IN: "Use the console and manage one's own account",
        Permission.GENERATIONS_READ: "Find and read generations, with their media and errors",
        Permission.GENERATIONS_OPERATE: "Retry, fail, cancel and release generations, with their refunds",
        Permission.GENERATIONS_PUBLISH: "Publish generations, and make them public or private",
        Permission.QUEUE_READ: "See what waits and what is stuck",
        Permission.BACKLOG_READ: "See the stock for instant delivery",
        Permission.RECIPES_READ: "Find and read recipes, and how they do",
        Permission.RECIPES_EDIT: "Create, change, price, activate and restore recipes",
        Permission.TAGS_READ: "Find and read tags, hidden ones and option icons included",
        Permission.TAGS_EDIT: "Create, change, merge and delete tags and their namespaces, and tag recipes",
        Permission.SAMPLES_READ: "Find and read the samples of recipes",
        Permission.SAMPLES_MODERATE: "Approve, reject, feature and word the samples of recipes",
        Permission.COMPONENTS_READ: "Find and read components, their graph and their usage",
        Permission.PROVIDERS_READ: "Find and read providers and their services, without their secrets",
        Permission.ASSETS_READ: "Find and open the assets of all four sources",
        Permission.ASSETS_EDIT: "Edit, delete and restore assets; add, publish and retire public ones",
        Permission.ASSETS_PURGE: "Purge assets, hold them, and set for how long deleted ones are kept",
        Permission.UPLOADS_SEND: "Upload files as system and market assets, and on behalf of users",
        Permission.INTEGRITY_READ: "See what does not fit between the bucket and the tables",
        Permission.INTEGRITY_MEND: "Scan the bucket, set orphans aside, restore them, remake derivatives",
        Permission.REVIEW_READ: "See the review queue and what was decided, without the media",
        Permission.REVIEW_DECIDE: "Review: see the media, decide, and reverse decisions",
        Permission.REVIEW_MANAGE: "Set policies, weights and shares of the review; judge what is escalated",
        Permission.USERS_READ: "Find and read the product's users, without their e-mail addresses",
        Permission.USERS_READ_EMAIL: "See the e-mail addresses of the product's users in full",
        Permission.USERS_REVEAL_EMAIL: "Reveal one user's e-mail address, noted in the audit log each time",
        Permission.USERS_EDIT: "Change users' names, handles, e-mail addresses and account types",
        Permission.USERS_SET_ROLE: "Change the access roles of users in the product",
        Permission.USERS_REVOKE: "Sign users out of the product",
        Permission.NOTES_WRITE: "Write notes about users, and remove one's own",
        Permission.CREDITS_READ: "Find and read every row of the ledger",
        Permission.AUDIT_READ: "Find and read what staff did, and why",
        Permission.CREDITS_ADJUST: "Adjust, refund, refresh and reverse credits, alone up to the limits",
        Permission.CREDITS_APPROVE: "Approve or decline what others ask for beyond their limits",
        Permission.CREDITS_RULES: "Set the limits and the reasons of adjustments",
        Permission.JOBS_READ: "See what is done in the background, and what failed",
        Permission.JOBS_CANCEL: "Cancel the jobs that one has started oneself",
        Permission.JOBS_MANAGE: "Cancel any job, and try failed ones again",
        Permission.STAFF_READ: "See who the staff are and what their roles are",
        Permission.STAFF_MANAGE: "Add staff, change roles, disable accounts, end sessions",
    }
)

#: What each role is for, in words for the same person.
ROLE_MEANINGS: Mapping[Role, str] = MappingProxyType(
    {
        Role.ADMIN: "Everything, including staff",
        Role.MODERATOR: "What is made and what is uploaded",
        Role.SUPPORT: "Users, their generations, credits and questions",
        Role.VIEWER: "Reads everything but secrets, writes nothing",
    }
)

_ALWAYS = frozenset({Permission.PUBLIC, Permission.SIGNED_IN})
_READING = _ALWAYS | {
    Permission.GENERATIONS_READ,
    Permission.QUEUE_READ,
    Permission.BACKLOG_READ,
    Permission.RECIPES_READ,
    Permission.TAGS_READ,
    Permission.SAMPLES_READ,
    Permission.COMPONENTS_READ,
    Permission.PROVIDERS_READ,
    Permission.ASSETS_READ,
    Permission.INTEGRITY_READ,
    Permission.REVIEW_READ,
    Permission.USERS_READ,
    Permission.USERS_REVEAL_EMAIL,
    Permission.CREDITS_READ,
    Permission.AUDIT_READ,
    Permission.JOBS_READ,
    Permission.STAFF_READ,
}

GRANTS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMIN: frozenset(Permission),
        Role.MODERATOR: _READING
        | {
            Permission.USERS_READ_EMAIL,
            Permission.GENERATIONS_PUBLISH,
            Permission.RECIPES_EDIT,
            Permission.TAGS_EDIT,
            Permission.SAMPLES_MODERATE,
            Permission.ASSETS_EDIT,
            Permission.REVIEW_DECIDE,
            Permission.UPLOADS_SEND,
            Permission.INTEGRITY_MEND,
            Permission.JOBS_CANCEL,
        },
        Role.SUPPORT: _READING
        | {
            Permission.USERS_READ_EMAIL,
            Permission.USERS_EDIT,
            Permission.USERS_REVOKE,
            Permission.NOTES_WRITE,
            Permission.GENERATIONS_OPERATE,
            Permission.CREDITS_ADJUST,
            Permission.JOBS_CANCEL,
        },
        Role.VIEWER: _READING,
    }
)
