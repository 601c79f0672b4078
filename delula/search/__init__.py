"""The filter language: what every list's box, chips, facets, URL, saved view and bulk run are editors of."""

from delula.search.fields import Field, FieldSet, HelpRow
from delula.search.filter import Filter, Resolver, Resolvers, parse
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
from delula.search.terms import Problem, Term

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
    "HelpRow",
    "Json",
    "Kind",
    "Members",
    "Number",
    "Operator",
    "Problem",
    "Reference",
    "Resolver",
    "Resolvers",
    "Term",
    "Text",
    "Time",
    "full_text",
    "parse",
]
