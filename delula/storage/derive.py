"""What is made of an original: small pictures, a blurred one, and what there is to know of the file."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from delula.models.enums import AssetType
from delula.storage.layout import Derivative

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Of what pictures are made; of sound and documents there are none.
DRAWN = frozenset({AssetType.IMAGE, AssetType.VIDEO})
_DRAWING = Path(__file__).with_name("drawing.py")
#: Seconds after which a file is given up, whatever it waits for.
MOST_SECONDS = 90


class Unreadable(Exception):
    """A file is broken, too large to be looked into, or not what it is said to be, as the sentence says."""


@dataclass(frozen=True)
class Derived:
    """What is known and made of a file.

    Attributes:
        width: in pixels, as it is shown; None for what has no picture.
        height: as above.
        duration: in whole seconds; None for what does not play, or does not say.
        files: where the pictures were written.
    """

    width: int | None = None
    height: int | None = None
    duration: int | None = None
    files: Mapping[Derivative, Path] = field(default_factory=dict)


def derive(kind: AssetType, file: Path, folder: Path) -> Derived:
    """Look into a file, and make its pictures.

    A process of its own does it, with a limit of memory and time, since the file is a stranger's.

    Args:
        kind: what it is said to be. Of a document nothing is made.
        file: the original.
        folder: an empty one, for what is made.

    Raises:
        Unreadable: the file is not what it is said to be, or cannot be looked into within the limits.
    """
    if kind is AssetType.DOCUMENT:
        return Derived()
    told = _told([sys.executable, "-I", str(_DRAWING), kind.name.lower(), str(file), str(folder)])
    if "error" in told:
        raise Unreadable(told["error"])
    return Derived(**told, files={one: folder / one for one in Derivative if (folder / one).exists()})


def _told(command: list[str]) -> dict[str, Any]:
    try:
        done = subprocess.run(  # noqa: S603 - our own program, with paths of ours
            command, capture_output=True, timeout=MOST_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"Looking into it takes longer than {MOST_SECONDS} seconds.") from None
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # it was killed for what it took, or by what it read
        raise Unreadable("It cannot be looked into within the limits of memory and time.") from None
    return told
