"""The filter language: what every list's box, chips, facets, URL, saved view and bulk run are editors of."""

from delula.search.fields import Field, FieldSet, HelpRow
from delula.search.filter import Filter, GuardedResolver, Resolver, Resolvers, parse
from delula.search.kinds import (
    Cases,
    Choice,
    Chosen,
    Duration,
    Flag,
    Fraction,
    FullText,
    Json,
    Kind,
    Members,
    Number,
    Operator,
    Reference,
    Text,
    Time,
    full_text,
)
from delula.search.suggest import Lookup, Suggestion, suggest
from delula.search.terms import Problem, Term, Withheld

__all__ = [
    "Cases",
    "Choice",
    "Chosen",
    "Duration",
    "Field",
    "FieldSet",
    "Filter",
    "Flag",
    "Fraction",
    "FullText",
    "GuardedResolver",
    "HelpRow",
    "Json",
    "Kind",
    "Lookup",
    "Members",
    "Number",
    "Operator",
    "Problem",
    "Reference",
    "Resolver",
    "Resolvers",
    "Suggestion",
    "Term",
    "Text",
    "Time",
    "Withheld",
    "full_text",
    "parse",
    "suggest",
]
