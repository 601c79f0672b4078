"""The variables of a recipe's prompt, whichever way they are written, and the steps that fill them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: `{{food}}`, `${food}`, `{food}` and `[food]`: all occur. In square brackets several words are a variable
#: only where a step bears that name, since plain prose has brackets too.
_VARIABLE = re.compile(
    r"\{\{\s*(?P<double>[^\W\d][\w.-]*)\s*\}\}"
    r"|\$?\{\s*(?P<single>[^\W\d][\w.-]*)\s*\}"
    r"|\[\s*(?P<square>[^\W\d][\w-]*(?: [\w-]+){0,4})\s*\]"
)


@dataclass(frozen=True)
class Part:
    """A piece of a prompt.

    Attributes:
        text: as it stands there.
        variable: the name of the variable that it is; None for plain text.
        step: the number of the step that fills the variable; None where no step does.
    """

    text: str
    variable: str | None = None
    step: int | None = None

    @property
    def is_unfilled(self) -> bool:
        """Whether it is a variable that no step asks for."""
        return self.variable is not None and self.step is None


def folded(name: str) -> str:
    """A name as variables and steps are compared: `Camera move`, `camera-move` and `CAMERA_MOVE` are one."""
    return re.sub(r"[\s.-]+", "_", name.strip()).casefold()


def prompt_parts(prompt: str, steps: Mapping[str, int]) -> list[Part]:
    """A prompt in pieces: joined, their texts are the prompt.

    Args:
        prompt: the prompt of a recipe.
        steps: the numbers of its steps by their folded names.
    """
    parts: list[Part] = []
    end = 0
    for found in _VARIABLE.finditer(prompt):
        name = found["double"] or found["single"] or found["square"]
        step = steps.get(folded(name))
        if step is None and found["square"] and " " in name:
            continue
        if found.start() > end:
            parts.append(Part(prompt[end : found.start()]))
        parts.append(Part(found[0], name, step))
        end = found.end()
    if end < len(prompt):
        parts.append(Part(prompt[end:]))
    return parts
