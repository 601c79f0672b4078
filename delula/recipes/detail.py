"""What the page of one recipe says, made of whatever its row and its JSON hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from delula.models.enums import MediaType, RequestOrigin, WorkflowType, label
from delula.recipes.cells import filter_href, named_tags
from delula.recipes.listing import LEAST_STOCK
from delula.recipes.options import chosen_options
from delula.recipes.prompts import prompt_parts
from delula.recipes.steps import numbers_by_name, numbers_by_shared_id, read_steps
from delula.rollups.spans import FIRST, PAST
from delula.rollups.totals import BACKLOG_USER, LONGEST_ANSWER, LONGEST_STEP
from delula.search.lexer import Word, written_path, written_value
from delula.tags.namespaces import broken_rules
from delula.tags.queries import namespaces
from delula.web.charts import Part as Bar
from delula.web.charts import ranking
from delula.web.display import escape, grouped, in_pieces, span
from delula.web.lists import in_filter
from delula.web.masking import is_whole, masked_json, shown_text
from delula.web.references import hrefs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from delula.db import AnyRow
    from delula.models import JsonValue, Recipe
    from delula.recipes.cells import NamedTag
    from delula.recipes.options import Question
    from delula.recipes.prompts import Part
    from delula.recipes.steps import Step
    from delula.web.charts import Chart


#: Variables of one prompt that are marked; beyond, the text goes on as it is.
MARKED = 500


@dataclass(frozen=True)
class Form:
    """The form of a recipe and the prompt that it fills.

    Attributes:
        steps: the fields, in their order.
        parts: the prompt in pieces.
        is_list: whether the recipe holds the list of fields that it should.
    """

    steps: Sequence[Step]
    parts: Sequence[Part]
    is_list: bool

    @property
    def unfilled(self) -> list[str]:
        """The variables of the prompt that no step asks for, each once."""
        return list(dict.fromkeys(part.variable for part in self.parts if part.variable and part.is_unfilled))

    @property
    def used(self) -> set[int]:
        """The numbers of the steps that fill a variable."""
        return {part.step for part in self.parts if part.step is not None}


def form_of(prompt: str, recipe_steps: JsonValue) -> Form:
    """The form of a recipe, as far as it can be read."""
    steps = read_steps(masked_json(recipe_steps))
    parts = prompt_parts(prompt, numbers_by_name(steps))
    return Form(steps, parts, isinstance(recipe_steps, list))


def prompt_markup(form: Form) -> Markup:
    """The prompt with its variables marked: those that a step fills lead to the step."""
    names = {step.number: step.label or step.id or str(step.number) for step in form.steps}
    pieces: list[str] = []
    marked = 0
    for part in form.parts:
        text = escape(part.text)
        marked += part.variable is not None
        if part.variable is None or marked > MARKED:
            pieces.append(in_pieces(part.text))
        elif part.step is None:
            pieces.append(f'<mark class="variable unfilled" title="No step asks for it">{text}</mark>')
        else:
            title = f"Asked for in step {part.step}: {names[part.step]}"
            pieces.append(f'<a class="variable" href="#step-{part.step}" title="{escape(title)}">{text}</a>')
    return Markup("".join(pieces))  # noqa: S704 - escaped piece by piece


@dataclass(frozen=True)
class Flaw:
    """Something that is wrong with a recipe.

    Attributes:
        text: one sentence.
        href: what shows it, or the recipes with the same flaw.
    """

    text: str
    href: str


def flaws(recipe: Recipe, about: AnyRow, form: Form) -> list[Flaw]:
    """What is wrong with a recipe, the worst first."""
    index = url_for("recipes.index")

    def alike(term: str) -> str:
        return f"{index}?{urlencode({'q': term})}"

    return [
        *_flaws_of_form(form),
        *_flaws_of_tags(named_tags(about.tags), str(recipe.generation_type), alike),
        *_flaws_of_row(recipe, about, alike),
    ]


def _flaws_of_form(form: Form) -> Iterator[Flaw]:
    if not form.is_list:
        yield Flaw("Its steps are not the list of fields that they should be.", "#form")
    undrawn = [str(step.number) for step in form.steps if step.control is None]
    if undrawn:
        steps = "Step" if len(undrawn) == 1 else "Steps"
        yield Flaw(f"{steps} {_listed(undrawn)} cannot be drawn as a field.", "#form")
    for id_, numbers in numbers_by_shared_id(form.steps).items():
        yield Flaw(f"Steps {_listed([str(number) for number in numbers])} have one id, “{id_}”.", "#form")
    if form.unfilled:
        names = _listed([f"“{name}”" for name in form.unfilled])
        yield Flaw(f"The prompt has variables that no step asks for: {names}.", "#prompt")


def _flaws_of_tags(tags: Sequence[NamedTag], makes: str, alike: Callable[[str], str]) -> Iterator[Flaw]:
    gone = sum(tag.is_dangling for tag in tags)
    if gone:
        named = "a tag that does not exist" if gone == 1 else f"{gone} tags that do not exist"
        yield Flaw(f"It names {named}.", alike("problem:dangling_tag"))
    if any(tag.active is False for tag in tags):
        yield Flaw("It bears a tag that is not active.", alike("problem:inactive_tag"))
    for broken in broken_rules([tag.id for tag in tags], makes, namespaces()):
        is_missing = broken.rule == "at_least"
        yield Flaw(broken.text, alike(f"missing:{broken.namespace}") if is_missing else "#tags")


def _flaws_of_row(recipe: Recipe, about: AnyRow, alike: Callable[[str], str]) -> Iterator[Flaw]:
    if recipe.credit_cost < 0:
        yield Flaw(f"It costs {grouped(recipe.credit_cost)} credits.", alike("problem:negative_cost"))
    if about.namesakes:
        others = _listed([str(id_) for id_ in about.namesakes])
        yield Flaw(f"Its slug is also that of recipe {others}.", alike(f"slug:{written_value(recipe.slug)}"))
    if recipe.creator_id is not None and about.user_id is None:
        yield Flaw("Its creator no longer exists.", alike("problem:gone_creator"))
    if recipe.is_active and about.stock is not None and about.stock < LEAST_STOCK:
        stock = f"Its stock is {about.stock}, less than the {LEAST_STOCK} that it should be."
        yield Flaw(stock, alike("problem:low_stock"))
    for field, value, known in (
        ("type", recipe.generation_type, MediaType),
        ("workflow", recipe.workflow_type, WorkflowType),
    ):
        if not isinstance(value, known):
            unknown = f"The product's documents list no {field} “{value}”."
            yield Flaw(unknown, alike(f"{field}:{written_value(value)}"))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def generations_href(recipe: Recipe, *terms: str) -> str:
    """The list of a recipe's generations, narrowed by further terms of the filter."""
    return f"{url_for('generations.index')}?{urlencode({'q': ' '.join((f'recipe:{recipe.id}', *terms))})}"


#: What leaves the generations that people asked for and that are counted: those of years that roll-ups know.
BY_PEOPLE = (
    f"-user:{BACKLOG_USER}",
    f"-origin:{RequestOrigin.BACKLOG.value}",
    f"created:{FIRST.year}..{PAST.year - 1}",
)


def option_charts(questions: Sequence[Question], recipe: Recipe, *terms: str) -> list[Chart]:
    """One ranking for each question; its bars lead to the generations with that answer.

    Args:
        questions: what was chosen.
        recipe: whose form they are of.
        terms: of the filter, which leave the generations that were counted.
    """

    def href(question: Question, value: str) -> str | None:
        # Of a step with a long id the beginning was kept, which no path names.
        if not is_whole(value) or len(question.id) >= LONGEST_STEP:
            return None
        is_cut = len(value) >= LONGEST_ANSWER
        typed = Word((value, "") if is_cut else (value,)).written()
        asked = written_path(("formData", question.id))
        return generations_href(recipe, f"meta{asked}:{typed}", *terms)

    return [
        ranking(
            question.label,
            _counted(question),
            [
                Bar(shown_text(answer.label), answer.count, href(question, answer.value))
                for answer in question.answers
            ],
            name="Answer",
        )
        for question in questions
    ]


def _counted(question: Question) -> str:
    others = f", {question.others} more not shown" if question.others else ""
    return f"{grouped(question.total)} answers{others}"


def stated(value: Any) -> str:
    """A known value in words, an unknown one as it stands."""
    return label(value) if not isinstance(value, str) or hasattr(value, "value") else value


def tag_groups(tags: Sequence[NamedTag]) -> list[dict[str, Any]]:
    """The tags apart: those that users see, the hidden ones by namespace, and ids without a tag."""
    hidden: dict[str, list[NamedTag]] = {}
    for tag in tags:
        if tag.hidden:
            namespace, colon, _ = (tag.name or "").partition(":")
            hidden.setdefault(namespace if colon else "", []).append(tag)
    groups = [{"label": "Public", "tags": [tag for tag in tags if not tag.hidden and not tag.is_dangling]}]
    groups += [
        {"label": f"Hidden, {namespace}" if namespace else "Hidden", "tags": named}
        for namespace, named in sorted(hidden.items())
    ] or [{"label": "Hidden", "tags": []}]
    gone = [tag for tag in tags if tag.is_dangling]
    return [*groups, {"label": "Gone", "tags": gone}] if gone else groups


def tag_href(index: str) -> Callable[[NamedTag], str]:
    """Where a tag leads from a recipe's page: to its own page, or to the recipes that name what is gone."""
    named, gone = hrefs_of("tags"), filter_href(index)
    return lambda tag: gone(tag) if tag.id is None or tag.is_dangling else named(tag.id)


def related_links(recipe: Recipe, about: AnyRow, owner: Callable[[Any], str]) -> list[dict[str, Any]]:
    """What hangs together with a recipe, as cards."""
    links = [
        _link("clapperboard", "All generations", _counted_generations(about), generations_href(recipe)),
        _link(
            "circle-x",
            "Failed generations",
            f"{grouped(about.failed)} so far" if about.failed is not None else "Not counted yet",
            generations_href(recipe, "status:failed"),
        ),
        _link(
            "archive",
            "Generations in stock",
            f"{grouped(about.stock)} so far" if about.stock is not None else "Not counted yet",
            generations_href(recipe, "user:system_backlog", "status:completed"),
        ),
    ]
    stocked = f"{url_for('backlog_videos.index')}?q=recipe:{recipe.id}"
    links.append(_link("film", "Entries of the backlog", "Given out and in stock", stocked))
    index = url_for("recipes.index")
    if recipe.creator_id is not None:
        theirs = f"{index}?q=creator:{in_filter(recipe.creator_id)}"
        if about.user_id is None:
            gone = "This creator no longer exists"
            links.append(_link("user-x", recipe.creator_id or "(no id)", gone, theirs, missing=True))
        else:
            links.append(_link("user", owner(about), "Its creator", hrefs_of("users")(recipe.creator_id)))
            links.append(_link("book-open", "All recipes of its creator", "", theirs))
    return [
        *links,
        *(
            _link("book-open", f"Recipe {namesake}", "Has the same slug", f"{index}{namesake}")
            for namesake in about.namesakes or ()
        ),
    ]


def _counted_generations(about: AnyRow) -> str:
    return f"{grouped(about.generations)} so far" if about.generations is not None else "Not counted yet"


def _link(icon: str, title: str, meta: str, href: str, *, missing: bool = False) -> dict[str, Any]:
    return {"icon": icon, "title": title, "meta": meta, "href": href, "missing": missing}


@dataclass(frozen=True)
class Chosen:
    """The most chosen options.

    Attributes:
        charts: one for each question; empty where nothing is counted.
        source: what was counted, as a sentence.
        odd: what the product keeps instead of counts, as JSON; None where it keeps counts or nothing.
    """

    charts: Sequence[Chart]
    source: str
    odd: JsonValue


def chosen_by_users(recipe: Recipe, about: AnyRow, steps: Sequence[Step]) -> Chosen:
    """The most chosen options: as the product counts them, else those of the newest generations."""
    counted = chosen_options(about.options_summary, steps)
    if counted:
        return Chosen(option_charts(counted, recipe), "All answers that the product has counted.", None)
    odd = masked_json(about.options_summary) if about.options_summary not in (None, {}, []) else None
    newest = chosen_options(about.options, steps)
    source = f"In the last {grouped(about.options_of or 0)} generations that people asked for."
    return Chosen(option_charts(newest, recipe, *BY_PEOPLE), source, odd)


def sample_cards(samples: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """The last samples."""
    href = hrefs_of("samples")

    def meta(sample: AnyRow) -> str:
        status = sample.moderation_status or "no moderation status"
        return f"{status}, featured" if sample.is_featured else status

    return [
        _link("sparkles", sample.title or f"Sample {sample.id}", meta(sample), href(sample.id))
        for sample in samples
    ]


def sample_counts(counts: Mapping[str, int] | None) -> str:
    """How many samples there are, by moderation status: `3 approved, 1 without a status`."""
    by_number = sorted((counts or {}).items(), key=lambda pair: -pair[1])
    return ", ".join(f"{grouped(n)} {status or 'without a status'}" for status, n in by_number)


def video_facts(recipe: Recipe) -> str:
    """Who makes its videos, and how: `google, 8 s, hd, 16:9`."""
    length = None if recipe.video_duration is None else span(recipe.video_duration)
    return _joined(recipe.video_provider, length, recipe.video_quality, recipe.video_aspect_ratio)


def image_facts(recipe: Recipe) -> str:
    """Who makes its images, and how: `fal, hd, landscape_4_3`."""
    several = f"{recipe.num_images} images" if recipe.num_images not in (None, 1) else None
    return _joined(recipe.image_provider, recipe.image_quality, recipe.image_size, several)


def _joined(provider: str | None, *facts: str | None) -> str:
    # Without a provider the rest are the column's defaults and mean nothing.
    return ", ".join(fact for fact in (provider, *facts) if fact) if provider else ""
