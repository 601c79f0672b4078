"""What staff can do to an asset of any source, and why some of it cannot be done to some of them."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar

from delula.access.permissions import Permission
from delula.assets import queries
from delula.assets.derivatives import derive_later
from delula.assets.detail import shown
from delula.commands import Change, Command, Given, Plan, register
from delula.errors import InvalidInput, Refused
from delula.models.enums import AssetSource

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from delula.assets.queries import AnyAsset
    from delula.models import JsonValue

KIND = "asset"
EVERY = frozenset(AssetSource)
NO_SUCH = "There is no such asset."


@dataclass(frozen=True, kw_only=True)
class OfAsset(Given):
    """The asset that a command is about, as lists write it: `user-123`."""

    id: str


GivenT = TypeVar("GivenT", bound=OfAsset)


class AssetCommand(Command[GivenT]):
    """A command on one asset.

    Attributes:
        sources: the sources whose assets it can be done to.
        elsewhere: why it cannot be done to those of others.
    """

    permission = Permission.ASSETS_EDIT
    object_field = "id"
    sources: ClassVar[Set[AssetSource]] = EVERY
    elsewhere: ClassVar[str] = ""

    def refusal(self, source: AssetSource, asset: AnyAsset) -> str | None:  # noqa: ARG002 - for those with rules
        """Why it cannot be done to this asset now; None where it can."""
        return None if source in self.sources else self.elsewhere

    def plan(self, given: GivenT, *, lock: bool) -> Plan:
        """What it would do now."""
        found = queries.find(given.id, lock=lock)
        if found is None:
            raise InvalidInput("id", NO_SUCH)
        if (why := self.refusal(*found)) is not None:
            raise Refused(why)
        return self.planned(given, *found)

    @abstractmethod
    def planned(self, given: GivenT, source: AssetSource, asset: AnyAsset) -> Plan:
        """The same for an asset to which it can be done."""


class MakeDerivatives(AssetCommand[OfAsset]):
    """Has the pictures of an asset made that are missing or older than its file."""

    name = "assets.derive"
    title = "Make derivatives"
    given = OfAsset

    def planned(self, given: OfAsset, source: AssetSource, asset: AnyAsset) -> Plan:
        """Nothing of the row changes but what it does not say."""
        title = shown(source, asset).title
        return Plan(f"Make the missing derivatives of {title}.", Change(KIND, given.id, {}, {}))

    def write(self, given: OfAsset, plan: Plan) -> Mapping[str, JsonValue]:  # noqa: ARG002 - the id says it all
        """Queue the work."""
        return {"job": derive_later(given.id)}


DERIVE = register(MakeDerivatives())
