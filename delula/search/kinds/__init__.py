"""What a field can hold: one class a kind."""

from delula.search.kinds.base import COMPARISON, ORDER, PRESENCE, Choice, Kind, Operator, Unreadable, Value
from delula.search.kinds.documents import Json
from delula.search.kinds.fulltext import FullText, full_text
from delula.search.kinds.names import Name
from delula.search.kinds.numbers import Bytes, Duration, Fraction, Number
from delula.search.kinds.references import Members, Reference
from delula.search.kinds.text import Cases, Chosen, Flag, Text
from delula.search.kinds.time import Time

__all__ = [
    "COMPARISON",
    "ORDER",
    "PRESENCE",
    "Bytes",
    "Cases",
    "Choice",
    "Chosen",
    "Duration",
    "Flag",
    "Fraction",
    "FullText",
    "Json",
    "Kind",
    "Members",
    "Name",
    "Number",
    "Operator",
    "Reference",
    "Text",
    "Time",
    "Unreadable",
    "Value",
    "full_text",
]
