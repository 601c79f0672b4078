"""Words and phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Boolean, ColumnElement, all_, column, func, literal, literal_column, select
from sqlalchemy import Text as TextType
from sqlalchemy.dialects.postgresql import TSQUERY

from delula.search.kinds.base import Kind, Unreadable, Value, is_blank, is_written
from delula.search.lexer import Word, written_value
from delula.search.stopwords import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.search.times import Clock


#: Bytes of the longest word that PostgreSQL indexes; in a query it would drop a longer one without an error.
LONGEST_WORD = 2046

#: Whether the words of English texts are stemmed as PostgreSQL does by itself.
_STEMS_ENGLISH: ColumnElement[bool] = literal_column(
    """NOT EXISTS (SELECT FROM pg_ts_config_map WHERE mapcfg = 'english'::regconfig
        AND mapdict <> ALL (ARRAY['english_stem'::regdictionary, 'simple'::regdictionary]))""",
    Boolean(),
)


@dataclass(frozen=True)
class Search:
    """What one full-text value looks for: a phrase or words, the last of them perhaps a prefix."""

    text: str
    phrase: bool
    prefix: str = ""

    @property
    def needs_order(self) -> bool:
        """Whether it says how words follow on one another, which no index knows."""
        return self.phrase and len(f"{self.text} {self.prefix}".split()) > 1


@dataclass(frozen=True, kw_only=True)
class FullText(Kind):
    """Words and phrases of a text, by PostgreSQL's full text search; `wha*` is a prefix.

    The field's expression is the tsvector, written as its index has it: see `full_text()`.

    Args:
        text: the text itself, to tell whether there is any; an empty one counts as none.
        configuration: the name of the text search configuration, as in the index.
    """

    text: ColumnElement[str]
    configuration: str = "english"
    takes: ClassVar[str] = "takes words or a phrase"
    examples: ClassVar[tuple[str, ...]] = ("whale", '"blue whale"', "wha*")

    def read(self, word: Word, clock: Clock) -> Value:  # noqa: ARG002 - words know no time
        """A word, a phrase, or a prefix."""
        word = word.settled()
        written = word.written(keep_quotes=True)
        if any(part.strip() for part in word.parts[1:]) or (word.has_wildcard and not word.parts[0].strip()):
            first = next(part for part in [*word.parts, "word"] if part.strip())
            raise Unreadable("takes * only at the end of a word", written_value(first) + "*")
        tokens = re.findall(r"\w+", word.parts[0])
        if not any(character.isalnum() for character in word.parts[0]):
            raise Unreadable("has nothing to search for in that: it needs letters or digits")
        if any(len(token.encode()) > LONGEST_WORD for token in word.parts[0].split()):
            raise Unreadable("knows no word as long as that")
        if word.has_wildcard:
            head, _, last = word.parts[0].rstrip().rpartition(" ")
            return Value(Search(head.strip(), phrase=True, prefix=last), written, word.text)
        if self.configuration == "english" and all(token.lower() in ENGLISH for token in tokens):
            note = f"“{word.text}” is too common a word to search for, so it narrows nothing."
            return Value(None, written, word.text, note=note)
        return Value(Search(word.text, phrase=word.quoted), written, word.text)

    def matches(self, expression: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
        """Texts with any of the values."""
        return self.finds(expression, self._joined(values, "||"))

    def is_absent(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:  # noqa: ARG002 - words alone may be none
        """Null, or an empty text."""
        return is_blank(self.text)

    def is_present(self, expression: ColumnElement[Any]) -> ColumnElement[bool]:  # noqa: ARG002 - as above
        """Any other."""
        return is_written(self.text)

    def all_of(self, values: Sequence[Any]) -> ColumnElement[Any]:
        """The tsquery for texts with every value."""
        return self._joined(values, "&&")

    def finds(self, expression: ColumnElement[Any], query: ColumnElement[Any]) -> ColumnElement[bool]:
        """Texts that a tsquery finds."""
        found: ColumnElement[bool] = expression.bool_op("@@")(query)
        return found

    def glance(self, values: Sequence[Any]) -> ColumnElement[bool] | None:
        """What every text with all of the values meets too, tested in a twentieth of the time.

        An English stem is the start of its words, but for a last letter ("hope" of "hoping"), so a text
        without that start need not be taken apart. Nothing is asked of a text for prefixes and short words,
        nor where somebody has given the configuration dictionaries of another kind.
        """
        texts = [value.text for value in values if isinstance(value, Search) and not value.prefix]
        if self.configuration != "english" or not texts:
            return None
        words = func.to_tsvector(self._configured(), literal(" ".join(texts), TextType()))
        lexeme = func.unnest(words).table_valued(column("lexeme", TextType())).c.lexeme
        start = (
            literal_column("'%'", TextType())
            + func.left(lexeme, literal_column("-2"))
            + literal_column("'%'")
        )
        starts = select(start).where(lexeme.regexp_match(literal_column("'^[a-z]{5,}$'")), _STEMS_ENGLISH)
        return func.lower(self.text).collate("C").like(all_(func.array(starts.scalar_subquery())))

    def _joined(self, values: Sequence[Any], operator: str) -> ColumnElement[Any]:
        joined, *others = [self._query(value) for value in values]
        for other in others:
            joined = joined.op(operator, return_type=TSQUERY())(other)
        return joined

    def _query(self, search: Search) -> ColumnElement[Any]:
        text = literal(search.text, TextType())
        if not search.prefix:
            make = func.phraseto_tsquery if search.phrase else func.plainto_tsquery
            return make(self._configured(), text, type_=TSQUERY())
        escaped = search.prefix.replace("\\", "\\\\").replace("'", "''")
        lexeme = literal(f"'{escaped}':*", TextType())
        # Stemmed like the index; and as typed, because a prefix such as "the" would be dropped as too common.
        prefix = func.to_tsquery(self._configured(), lexeme, type_=TSQUERY()).op("||", return_type=TSQUERY())(
            func.to_tsquery(literal_column("'simple'"), lexeme, type_=TSQUERY())
        )
        if not search.text:
            return prefix
        phrase = func.phraseto_tsquery(self._configured(), text, type_=TSQUERY())
        return func.tsquery_phrase(phrase, prefix, type_=TSQUERY())

    def _configured(self) -> ColumnElement[Any]:
        return literal_column(quote_literal(self.configuration))


def full_text(
    column: ColumnElement[Any], *, configuration: str = "english", characters: int = 50_000
) -> ColumnElement[Any]:
    """The tsvector of a text column: `to_tsvector('english', left(prompt, 50000))`.

    Its parameters are literals, because PostgreSQL uses an expression index only for the same expression.
    The cut keeps a huge text below the limit of a tsvector, which is an error above 1 MB.
    """
    start = func.left(column, literal_column(str(characters)))
    return func.to_tsvector(literal_column(quote_literal(configuration)), start)


def quote_literal(text: str) -> str:
    """A plain text as an SQL literal; for names that a developer wrote, never for input."""
    return "'" + text.replace("'", "''") + "'"
