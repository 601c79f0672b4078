"""Reads the text of a filter. It never raises and never drops anything: what it cannot read, it marks."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from itertools import groupby
from typing import TYPE_CHECKING

from delula.search.kinds import COMPARISON, Kind, Operator, Unreadable
from delula.search.lexer import Character, Lexeme, Word, lex, quote, split, word, written_path
from delula.search.terms import Operand, Problem, Term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delula.search.fields import Field, FieldSet
    from delula.search.times import Clock

#: Longer texts are refused: nobody types them, and an address has no room for more.
MAXIMUM_LENGTH = 2_000
#: More terms are refused: each is a condition that PostgreSQL has to plan.
MAXIMUM_TERMS = 50

_FLAG_WORDS = frozenset({"is", "has"})
_SIGNS = (Operator.AT_LEAST, Operator.AT_MOST, Operator.ABOVE, Operator.BELOW, Operator.EXACTLY)


def read_terms(text: str, fields: FieldSet, clock: Clock) -> tuple[Term, ...]:
    """The terms of a text of any length and content, each with its problem where it has one."""
    if len(text.strip()) > MAXIMUM_LENGTH:
        return (_overlong(text),)
    lexemes = lex(text)
    terms = (
        *(_term(lexeme, text, fields, clock) for lexeme in lexemes[:MAXIMUM_TERMS]),
        *(_one_too_many(lexeme, text) for lexeme in lexemes[MAXIMUM_TERMS:]),
    )
    return terms if len(joined(terms)) <= MAXIMUM_LENGTH else (_overlong(text),)


def joined(terms: Sequence[Term]) -> str:
    """The canonical text of terms."""
    return " ".join(term.text for term in terms)


def read_name(name: str, fields: FieldSet) -> tuple[str, tuple[str, ...]]:
    """A field's own name and path from a name or alias, with a path where it has one.

    Raises:
        KeyError: there is no such field.
    """
    lexeme, *_ = lex(f"{name}:")
    return fields[lexeme.name or name].name, lexeme.path


def _overlong(text: str) -> Term:
    body = text.strip()
    start = text.index(body)
    message = f"The filter is {len(body):,} characters long; at most {MAXIMUM_LENGTH:,} can be read."
    end = start + len(body)
    problem = Problem(message, None, start, end)
    return Term(body, negated=False, negatable=False, problem=problem, start=start, end=end)


def _as_lexed(lexeme: Lexeme, text: str) -> Term:
    body = text[lexeme.body_start : lexeme.end]
    return Term(
        body,
        negated=lexeme.negated,
        path=lexeme.path,
        start=lexeme.start,
        end=lexeme.end,
        negatable=not body.startswith("-"),
    )


def _one_too_many(lexeme: Lexeme, text: str) -> Term:
    message = f"A filter has at most {MAXIMUM_TERMS} terms; this one is beyond them."
    return _refused(_as_lexed(lexeme, text), lexeme.name, message)


def _term(lexeme: Lexeme, text: str, fields: FieldSet, clock: Clock) -> Term:
    term = _as_lexed(lexeme, text)
    body = term.body
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in body):
        return _refused(term, lexeme.name, "This holds a character that no text in the database can hold.")
    if lexeme.unclosed:
        escape = "\\" if (len(body) - len(body.rstrip("\\"))) % 2 else ""
        suggestion = f'{term.text}{escape}"'
        return _refused(term, lexeme.name, "A quote is opened here and not closed.", suggestion)
    if lexeme.name is None:
        return _plain(term, lexeme, fields, clock)
    field = fields.find(lexeme.name)
    if field is None and lexeme.name.lower() in _FLAG_WORDS:
        return _flag(term, lexeme, fields, clock)
    if field is None:
        return _unknown(term, lexeme, fields)
    return _on_field(replace(term, field=field, searched=field), lexeme, field, clock)


def _refused(term: Term, field: str | None, message: str, suggestion: str | None = None) -> Term:
    return replace(term, problem=Problem(message, field, term.start, term.end, suggestion))


def _signed(term: Term, body: str) -> str:
    return f"-{body}" if term.negated else body


def _plain(term: Term, lexeme: Lexeme, fields: FieldSet, clock: Clock) -> Term:
    default = fields.default
    if default is None:
        example = next((field.example_term for field in fields), "")
        return _refused(
            term, None, f"Plain words search nothing in this list; name a field, such as {example}."
        )
    term = replace(term, searched=default)
    typed = word(lexeme.characters).settled()
    if not typed.text.strip():
        return _refused(term, None, "There is nothing between these quotes to search for.")
    try:
        value = default.kind.read(typed, clock)
    except Unreadable as error:
        suggestion = None if error.suggestion is None else _signed(term, error.suggestion)
        return replace(term, problem=term.problem_of(error.message, suggestion))
    written = typed.written(keep_quotes=True)
    return replace(term, body=written, operands=(Operand(Operator.MATCHES, replace(value, written=written)),))


def _unknown(term: Term, lexeme: Lexeme, fields: FieldSet) -> Term:
    name = lexeme.name or ""
    near = fields.nearest(name)
    if near:
        suggestion = _signed(term, near.name + term.body[len(name) :])
        return _refused(term, name, f"There is no field “{name}”; did you mean {near.name}?", suggestion)
    message = f"There is no field “{name}”; put quotes around the term to search for it as text."
    return _refused(term, name, message, _signed(term, quote(term.body)) if fields.default else None)


def _flag(term: Term, lexeme: Lexeme, fields: FieldSet, clock: Clock) -> Term:
    """`is:public` and `has:error`: the flag field of that name is yes."""
    typed = word(lexeme.characters).text
    field = fields.find(typed) if not lexeme.path else None
    if field in fields.flags and field is not None:
        yes = Operand(Operator.MATCHES, field.kind.read(Word(("yes",)), clock))
        return replace(term, field=field, searched=field, body=f"{field.name}:yes", operands=(yes,))
    names = {name.lower(): flag for flag in fields.flags for name in (flag.name, *flag.aliases)}
    near = get_close_matches(typed.lower(), names, n=1)
    listed = ", ".join(flag.name for flag in fields.flags) or "nothing in this list"
    suggestion = _signed(term, f"{lexeme.name}:{names[near[0]].name}") if near else None
    return _refused(term, lexeme.name, f"“{lexeme.name}:” takes one of {listed}.", suggestion)


def _on_field(term: Term, lexeme: Lexeme, field: Field, clock: Clock) -> Term:
    head = f"{field.name}{written_path(lexeme.path)}:"
    runs = split(lexeme.characters, ",")
    operands = []
    for position, run in enumerate(runs):
        try:
            kind = field.kind.with_path(lexeme.path)
            operands.append(_operand(run, kind, field.allowed, clock, alone=len(runs) == 1))
        except Unreadable as error:
            suggestion = None
            if error.suggestion is not None:
                typed = [_as_typed(other) for other in runs]
                typed[position] = error.suggestion
                suggestion = _signed(term, head + ",".join(text for text in typed if text))
            return replace(term, problem=term.problem_of(error.message, suggestion))
    return replace(
        term, body=head + ",".join(operand.written for operand in operands), operands=tuple(operands)
    )


def _operand(
    run: Sequence[Character], kind: Kind, allowed: frozenset[Operator], clock: Clock, *, alone: bool
) -> Operand:
    sign, rest = _sign(run)
    if not rest:
        if sign is Operator.MATCHES and not alone:
            raise Unreadable("has an empty value between its commas", "")
        raise Unreadable("needs a value right behind the colon")
    typed = word(rest)
    if sign is Operator.MATCHES and not typed.quoted and typed.text.lower() in allowed & {"none", "any"}:
        return Operand(Operator(typed.text.lower()))
    ends = split(rest, "..") if sign is Operator.MATCHES and Operator.RANGE in allowed else [tuple(rest)]
    if len(ends) > 1:
        return _range(ends, kind, clock)
    if sign is Operator.EXACTLY and Operator.EXACTLY not in allowed:
        sign = Operator.MATCHES
    if sign not in allowed:
        raise Unreadable(f"cannot be compared with {sign.value}", typed.written())
    if sign in COMPARISON and typed.has_wildcard:
        raise Unreadable(f"cannot be compared with {sign.value} and *")
    try:
        return Operand(sign, kind.read(typed, clock))
    except Unreadable as error:
        suggestion = None if error.suggestion is None else f"{sign.value}{error.suggestion}"
        raise Unreadable(error.message, suggestion) from None


def _range(ends: Sequence[Sequence[Character]], kind: Kind, clock: Clock) -> Operand:
    if len(ends) > 2 or not any(ends):
        raise Unreadable("takes a range between two values")
    words = [word(end) if end else None for end in ends]
    if any(typed and typed.has_wildcard for typed in words):
        raise Unreadable("takes a range between two values without *")
    low, high = (kind.read(typed, clock) if typed else None for typed in words)
    if low and high and kind.is_backwards(low.data, high.data):
        raise Unreadable("has its range the wrong way round", f"{high.written}..{low.written}")
    return Operand(Operator.RANGE, low, high)


def _sign(run: Sequence[Character]) -> tuple[Operator, Sequence[Character]]:
    for sign in _SIGNS:
        if list(run[: len(sign)]) == [(character, True) for character in sign.value]:
            return sign, run[len(sign) :]
    return Operator.MATCHES, run


def _as_typed(run: Sequence[Character]) -> str:
    """The characters with quotes around those that were quoted."""
    groups = groupby(run, key=lambda character: character[1])
    texts = (("".join(character for character, _ in group), bare) for bare, group in groups)
    return "".join(text if bare else quote(text) for text, bare in texts)
