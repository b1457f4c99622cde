"""The SQL guard: is a text a dangerous statement, or a value that would break out of one?

Owns the choice between the two tasks and the windows over long texts. Statements are judged by what they do
(`statement`, `tree`, `dynamic`), values by what they would do to the statement around them (`value`); a SELECT with
UNION and OR is ordinary as a statement and an attack as a value.

Invariants: no exception for any text; beyond `_WHOLE` characters only windows around telling words are read, so the
time is bounded. See `value`, `acts` and `bounds` for what is not caught. CWE-89, CWE-943, ATT&CK T1190, LLM06, ASI02.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detection import NOTHING, Detection
from policy.detectors.sql.dynamic import spelled
from policy.detectors.sql.finding import Found
from policy.detectors.sql.form import Form, form_of, is_whole
from policy.detectors.sql.piece import HIGH
from policy.detectors.sql.prefilter import PATTERNS, heads, may_be_sql, windows
from policy.detectors.sql.probing import probing
from policy.detectors.sql.report import match_found
from policy.detectors.sql.shape import shape
from policy.detectors.sql.statement import judge_tokens
from policy.detectors.sql.tree import is_statement, is_tame, judge_trees, parse
from policy.detectors.sql.value import judge_value
from policy.detectors.sql.views import views

if TYPE_CHECKING:
    from policy.detection import Match
    from policy.detectors.sql.shape import Shape

__all__ = ["PATTERNS", "detect", "detect_statement", "detect_value", "may_be_sql"]

_WHOLE: Final = 16_384
"""Characters of a statement read as a whole."""
_VALUE: Final = 2_048
"""Characters of a value read as a whole."""
_HEAD_TOKENS: Final = 128
_UNPARSED: Final = 0.45
_TRACES: Final = frozenset({"sql.boolean-injection"})
"""What may be a trace of an injection; whether the write is bounded is another question."""
_DAMPING: Final = 0.4
_NESTED: Final = 2
"""Texts run by texts run by the statement."""


def detect(text: str) -> Detection:
    """Judge agent-supplied text of unknown use: as a statement if it has the form of one, else as a value."""
    if len(text) > _WHOLE:
        return max(_long(text), detect_value(text), key=lambda found: found.score)
    read = shape(text)
    if form_of(read) is Form.VALUE:
        return max(detect_value(text), _decoded(text), key=lambda found: found.score)
    acts = _statement(text, read, None, 0)
    if acts.score >= HIGH / 100:
        return acts
    value = detect_value(text)
    if value.score < HIGH / 100:
        return max(acts, _damped(value), Detection(probing(read)), key=lambda found: found.score)
    if not is_tame(text, read):
        return acts if is_whole(read) else value
    trees = parse(text, read)
    return acts if trees is not None and is_statement(trees) else value


def detect_statement(text: str, dialect: str | None = None) -> Detection:
    """Judge agent-supplied SQL that will be executed as it stands.

    Args:
        text: one or more statements.
        dialect: what `sqlglot` calls the server's dialect; None if not known.
    """
    if len(text) > _WHOLE:
        return max(_long(text), _unparsable(text), key=lambda found: found.score)
    read = shape(text)
    acts = _statement(text, read, dialect, 0)
    if acts.score >= HIGH / 100:
        return acts
    if _is_bare_delete(read):
        return _detection([Found("sql.unbounded-delete", 85, 0, len(text), "delete")], text)
    decoded = _decoded(text)
    if decoded.score >= HIGH / 100:
        return decoded
    trees = parse(text, read, dialect)
    return acts if trees is not None else max(acts, _unparsable(text), key=lambda found: found.score)


def detect_value(text: str) -> Detection:
    """Judge agent-supplied text that is a value: an argument of a tool, a query parameter, a form field."""
    if len(text) <= _VALUE:
        return judge_value(text)
    best = NOTHING
    for start, end in windows(text):
        if best.score >= HIGH / 100:
            break
        found = judge_value(text[start:end])
        if found.score > best.score:
            best = Detection(found.score, tuple(_moved(match, start) for match in found.matches))
    return best


def _long(text: str) -> Detection:
    """Judge a text beyond the cap by the rules on tokens: its beginning, and where further statements begin."""
    found = judge_tokens(shape(text[:_WHOLE]))
    for start in heads(text):
        found += judge_tokens(shape(text, start, _HEAD_TOKENS))
    return _detection(found, text)


def _damped(value: Detection) -> Detection:
    """Weak signs of an injected value are the ordinary words of a whole statement."""
    return Detection(_DAMPING * value.score)


def _decoded(text: str) -> Detection:
    """Judge what a text decodes to, where that is a statement."""
    for steps, seen in views(text)[1:]:
        read = shape(seen)
        if form_of(read) is not Form.STATEMENT:
            continue
        found = [
            Found(item.rule, item.severity, 0, len(text), item.kind) for item in _found(seen, read, None, 0)
        ]
        if found:
            return _detection(found, text, steps)
    return NOTHING


def _is_bare_delete(read: Shape) -> bool:
    """`DELETE t`, which SQL Server takes; a text of unknown use may say that of files."""
    words = [token.text for token in read.tokens if token.text != ";"]
    return len(words) == 2 and words[0] == "delete" and read.tokens[1].form == "word"


def _moved(match: Match, by: int) -> Match:
    return type(match)(
        match.rule,
        match.severity,
        match.start + by,
        match.end + by,
        match.reason,
        match.evidence,
        match.kind,
        match.view,
    )


def _statement(text: str, read: Shape, dialect: str | None, depth: int) -> Detection:
    return _detection(_found(text, read, dialect, depth), text)


def _found(text: str, read: Shape, dialect: str | None, depth: int) -> list[Found]:
    found = judge_tokens(read)
    if depth < _NESTED and (inner := spelled(read)):
        found += _inner(inner, len(text), depth)
    if not any(item.severity >= HIGH and item.rule not in _TRACES for item in found) and _may_fold(read):
        trees = parse(text, read, dialect)
        if trees is not None:
            found += judge_trees(trees, len(text))
    return found


def _inner(inner: str, size: int, depth: int) -> list[Found]:
    """Judge what the statement runs; spans are those of the statement."""
    nested = _found(inner, shape(inner), None, depth + 1)
    return [Found(item.rule, item.severity, 0, size, item.kind) for item in nested]


def _may_fold(read: Shape) -> bool:
    """A write with a condition is what only a parser can clear or accuse."""
    return "H" in read.kinds and any(token.text in {"delete", "update"} for token in read.tokens)


def _unparsable(text: str) -> Detection:
    """What does not parse is judged by the rules on values as well."""
    value = detect_value(text)
    if value.score >= _UNPARSED:
        return value
    return Detection(_UNPARSED, (match_found("sql.unparsable", 45, text, (0, len(text))),))


def _detection(found: list[Found], text: str, view: str = "") -> Detection:
    if not found:
        return NOTHING
    # One place of each kind is enough to act on, and thousands of matches are a flood of their own.
    first = {
        (item.rule, item.kind): item for item in sorted(found, key=lambda item: (item.severity, -item.start))
    }
    matches = sorted(
        (
            match_found(item.rule, item.severity, text, (item.start, item.end), kind=item.kind, view=view)
            for item in first.values()
        ),
        key=lambda match: (match.start, match.end, match.rule),
    )
    return Detection(min(0.99, max(item.severity for item in found) / 100), tuple(matches))
