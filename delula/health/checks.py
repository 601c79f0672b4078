"""What is looked for in the catalogue, and the rules that are about one recipe alone, as pure functions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from delula.recipes.prompts import prompt_parts
from delula.recipes.steps import numbers_by_name, numbers_by_shared_id, read_steps
from delula.tags.likeness import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.models import JsonValue
    from delula.tags.namespaces import Namespace

#: Kinds of workflow by what the value of a tag ends with.
_ENDS = {"_video": "video", "_image": "image"}
#: Names of variables and steps that one fault lists.
SHOWN = 6


@dataclass(frozen=True)
class Check:
    """One thing that is looked for.

    Attributes:
        key: in addresses.
        title: what was found, behind its number: `recipes without a category: tag`.
        meaning: what it means, and what mends it.
        about: `recipe` or `tag`.
        is_grave: whether the first page tells of it, rather than this page alone.
    """

    key: str
    title: str
    meaning: str
    about: str = "recipe"
    is_grave: bool = True

    def counted(self, count: int) -> str:
        """The title behind that number: `recipe without a category: tag` behind 1."""
        return self.title.replace(f"{self.about}s", self.about, 1) if count == 1 else self.title


@dataclass(frozen=True)
class Fault:
    """One row of what was found.

    Attributes:
        id: of the recipe or the tag.
        name: of it.
        text: what is wrong with it.
        other: the name of another tag that it is about, where there is one.
    """

    id: int
    name: str
    text: str
    other: str | None = None


def duplicates(tags: Sequence[int | None] | None) -> int:
    """How many entries of a recipe's tags stand there already."""
    return sum(count - 1 for tag, count in Counter(tags or ()).items() if tag is not None)


def contradicted_category(
    text: str, tags: Sequence[int | None] | None, namespace: Namespace | None
) -> str | None:
    """What `category:*` says where the text names another of its choices; None where it does not.

    A text that is none of the choices, such as the name of a finer shelf, contradicts nothing.
    """
    if namespace is None:
        return None
    carried = [namespace.by_id[tag].value for tag in tags or () if tag is not None and tag in namespace.by_id]
    named = {folded(choice.value) for choice in namespace.choices}
    said = folded(text)
    if not carried or said not in named or said in map(folded, carried):
        return None
    return f"The category says {text}; its tag is {namespace.name}:{carried[0]}."


def contradicted_workflow(
    workflow_type: str, tags: Sequence[int | None] | None, namespace: Namespace | None
) -> str | None:
    """What `workflow:*` says where the workflow type says something else; None where they agree.

    A type is a kind of media, or the value of a tag; `hybrid` goes with every tag.
    """
    if namespace is None or not workflow_type or workflow_type == "hybrid":
        return None
    carried = [namespace.by_id[tag].value for tag in tags or () if tag is not None and tag in namespace.by_id]
    for value in carried:
        kind = next((kind for end, kind in _ENDS.items() if value.endswith(end)), None)
        if workflow_type != value and (
            workflow_type not in _ENDS.values() or kind not in {None, workflow_type}
        ):
            return f"The workflow type says {workflow_type}; its tag is {namespace.name}:{value}."
    return None


def unmatched_variables(prompt: str, steps: JsonValue) -> str | None:
    """Variables of a prompt that no step asks for, steps of one id, and steps that no variable takes.

    Returns:
        None where all match.
    """
    fields = read_steps(steps)
    parts = prompt_parts(prompt, numbers_by_name(fields))
    missing = dict.fromkeys(part.variable for part in parts if part.variable and part.is_unfilled)
    used = {part.step for part in parts}
    shared = numbers_by_shared_id(fields)
    idle = [
        step.id or step.label or f"number {step.number}"
        for step in fields
        if step.number not in used and step.id not in shared and (step.id or step.label)
    ]
    texts = []
    if missing:
        texts.append(f"No step asks for {_listed(list(missing))}.")
    if shared:
        texts.append(f"Several steps have the id {_listed(list(shared))}.")
    if idle:
        texts.append(f"The prompt does not use {_listed(idle)}.")
    return " ".join(texts) or None


def _listed(names: Sequence[str | None]) -> str:
    shown = ", ".join(str(name)[:60] for name in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
