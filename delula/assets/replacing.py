"""An asset of the product or of the market is given another file: that of one that was uploaded for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from delula.assets.actions import (
    GENERATION,
    PUBLIC,
    REPLACED_KEPT,
    USER,
    Editing,
    OfAsset,
    Subject,
    subject,
)
from delula.assets.derivatives import derive_later
from delula.assets.objects import remove_later
from delula.assets.removing import RETIRE, retire
from delula.commands import InputField, Plan, register
from delula.errors import InvalidInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from delula.models import AuditEntry, JsonValue

_OF_FILE = ("url", "mime_type", "file_size", "dimensions")


@dataclass(frozen=True, kw_only=True)
class Replacing(OfAsset):
    """An asset, and the one whose file it shall have, as lists write it: `system-57`."""

    by: str


class Replace(Editing[Replacing]):
    """Gives an asset the file of another one, which is retired; its own file is kept for a while.

    So a new file is uploaded and verified like any other, has a key of its own, for which no cache shows the
    old one, and the way back is open.
    """

    name = "assets.replace"
    title = "Replace the file"
    given = Replacing
    object_field = ""
    spares_held = True
    sources = PUBLIC
    elsewhere: ClassVar = {
        USER: "A user's file is what the user uploaded; upload another one on the user's behalf instead.",
        GENERATION: "The file of a generation is what was generated.",
    }
    columns = _OF_FILE
    fields = (
        InputField(
            "by",
            "New file",
            help="Upload it first, as an asset of the same kind, and give its id here, such as system-57.",
        ),
    )

    def values(self, given: Replacing, it: Subject, row: Mapping[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ARG002
        """All that the other row says of its file."""
        return _file_of(_replacing(given, it, lock=False))

    def sentence(self, given: Replacing, it: Subject) -> str:
        """By which."""
        other = _replacing(given, it, lock=False)
        return f"Give {it.title} the file of {other.title}, which is retired."

    def warnings(self, it: Subject) -> tuple[str, ...]:  # noqa: ARG002 - one like the other
        """What becomes of the old one."""
        return (f"The old file is kept for {REPLACED_KEPT} days; until then this can be undone.",)

    def retired(self, entry: AuditEntry) -> str | None:
        """The one whose file was taken."""
        return str(entry.input["by"]).strip()

    def write(self, given: Replacing, plan: Plan) -> Mapping[str, JsonValue]:
        """Write the row, retire the other, have the old file go in time and derivatives made."""
        it: Subject = plan.data
        other = _replacing(given, it, lock=True)
        if any(plan.change.after.get(name, value) != value for name, value in _file_of(other).items()):
            raise Refused(f"{given.by} has changed in this very moment.")
        details = super().write(given, plan)
        retire(other, f"Its file takes the place of that of {given.id}.")
        remove_later(given.id, str(plan.change.before["url"]), days=REPLACED_KEPT)
        derive_later(given.id)
        return details


def _replacing(given: Replacing, it: Subject, *, lock: bool) -> Subject:
    """The asset whose file is taken.

    Raises:
        InvalidInput: there is none, or it cannot be.
    """
    reference = given.by.strip()
    if reference == it.reference:
        raise InvalidInput("by", "It has that file already.")
    try:
        other = subject(reference, lock=lock)
    except InvalidInput:
        raise InvalidInput("by", f"There is no asset {reference[:80]}.") from None
    if other.source is not it.source:
        raise InvalidInput("by", f"It takes another {it.source} asset.")
    if (why := RETIRE.refusal(other)) is not None:
        raise InvalidInput("by", why)
    return other


def _file_of(other: Subject) -> dict[str, JsonValue]:
    return {name: getattr(other.asset, name) for name in _OF_FILE}


REPLACE = register(Replace())
