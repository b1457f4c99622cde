"""Expansion: from the source text of a word to the words that the shell would make of it.

Quotes, escapes, `$'...'`, variables known from the line, slices and substitutions of them, braces, `$IFS`, and
command substitutions whose output can be folded. What is not known stays visible: `$NAME`, `$()`. Positional
parameters are empty outside functions, as in `r$@m`.

Invariant: bounded by the budget; never raises; nothing is run, read or looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policy.detectors.shell import parameters
from policy.detectors.shell.braces import brace_words
from policy.detectors.shell.brackets import close
from policy.detectors.shell.fold import unescape
from policy.detectors.shell.limits import DEEPEST, LONGEST_WORD, MOST_WORDS, Budget
from policy.detectors.shell.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from policy.detectors.shell.files import Files
    from policy.detectors.shell.reading import Command

_NEEDS_WORK: Final = re.compile(r"[\\'\"$`{<>]")
_PLAIN: Final = re.compile(r"[^\\'\"$`<>]+")
_PLAIN_QUOTED: Final = re.compile(r"(?:[^\\$`]++|\\[^$`\"\\\n])++")
"""Possessive; a quote in here stands in the body of a here-document."""
_WHOLE: Final = re.compile(r'"?\$\{?([A-Za-z_]\w{0,63})(?:\[[@*]\])?\}?"?')
_NAME: Final = re.compile(r"[A-Za-z_]\w{0,63}|[0-9@*#?$!-]")
_PROCESS: Final = "/dev/fd/63"
_UNKNOWN: Final = "$()"
_SPLIT: Final = "\x00"
"""Stands for a word break that comes out of an expansion."""

type Run = Callable[[str], tuple[list[Command], str | None]]
"""Reads the script of a substitution: its commands and, where it can be folded, its output."""


@dataclass(slots=True)
class Expander:
    """The state of one shell."""

    budget: Budget
    run: Run
    files: Files
    variables: dict[str, Value] = field(default_factory=dict)
    positional: tuple[str, ...] = ()
    fed: list[Command] = field(default_factory=list)
    """Commands in the substitutions of the words expanded since it was last emptied."""
    _depth: int = 0

    def words(self, source: str) -> list[str]:
        """Expand one word as an argument: it may become several, or none."""
        if not _NEEDS_WORK.search(source):
            return [source]
        if source == '"$@"':
            self.budget.words -= len(self.positional)
            return list(self.positional) if self.budget.words > 0 else []
        if (whole := _WHOLE.fullmatch(source)) and (value := self.variables.get(whole[1])) and value.items:
            # All elements of an array, all values of a loop's variable.
            self.fed.extend(value.fed)
            self.budget.words -= len(value.items)
            return list(value.items) if self.budget.words > 0 else []
        made: list[str] = []
        for word in brace_words(source) if "{" in source else (source,):
            self.budget.words -= 1
            if self.budget.words < 0:
                self.budget.is_cut = True
                break
            text = self._expand(word)
            if _SPLIT in text:
                parts = [part for part in text.split(_SPLIT) if part][:MOST_WORDS]
                self.budget.words -= len(parts)
                made += parts
            elif text or any(mark in word for mark in "'\""):
                made.append(text)
        return made

    def text(self, source: str) -> str:
        """Expand one word without splitting: a value, a target."""
        if not _NEEDS_WORK.search(source):
            return source
        return self._expand(source).replace(_SPLIT, " ")

    def document(self, source: str) -> str:
        """Expand the body of a here-document."""
        if "$" not in source and "`" not in source:
            return source
        return self._quoted(source)

    def _expand(self, source: str) -> str:
        if self.budget.expanded < 0:
            self.budget.is_cut = True
            return source[:LONGEST_WORD]
        parts: list[str] = []
        at = size = 0
        while at < len(source) and size < LONGEST_WORD:
            match = _PLAIN.match(source, at)
            if match is not None:
                part, at = match[0], match.end()
            elif self._spend():
                part, at = self._special(source, at)
            else:
                break
            parts.append(part)
            size += len(part)
        self.budget.expanded -= size
        return "".join(parts)[:LONGEST_WORD]

    def _spend(self) -> bool:
        """Take one step; False if none is left."""
        self.budget.steps -= 1
        if self.budget.steps < 0:
            self.budget.is_too_deep = True
            return False
        return True

    def _special(self, source: str, at: int) -> tuple[str, int]:
        char = source[at]
        if char == "'":
            end = close(source, at)
            return source[at + 1 : end].removesuffix("'") if end - at > 1 else "", end
        if char == '"':
            end = close(source, at)
            return self._quoted(source[at + 1 : end].removesuffix('"')), end
        if char == "\\":
            follows = source[at + 1 : at + 2]
            return ("" if follows == "\n" else follows), at + 2
        if char in "<>":
            if source[at + 1 : at + 2] != "(":
                return char, at + 1
            end = close(source, at + 1)
            printed = self._substitute(source[at + 2 : end].removesuffix(")"))
            if printed is not None:
                self.files.note(_PROCESS, printed)
            return _PROCESS, end
        return self._dollar(source, at, is_quoted=False)

    def _quoted(self, source: str) -> str:
        parts: list[str] = []
        at = 0
        while at < len(source):
            if match := _PLAIN_QUOTED.match(source, at):
                part, at = match[0], match.end()
            elif not self._spend():
                break
            elif source[at] == "\\":
                follows = source[at + 1 : at + 2]
                part, at = ("" if follows == "\n" else follows), at + 2
            else:
                part, at = self._dollar(source, at, is_quoted=True)
            parts.append(part)
        return "".join(parts)

    def _dollar(self, source: str, at: int, *, is_quoted: bool) -> tuple[str, int]:
        """Expand what begins with `$` or a backtick, unless it is nested too deeply."""
        if self._depth >= DEEPEST:
            self.budget.is_too_deep = True
            return _UNKNOWN, len(source)
        self._depth += 1
        made = self._expansion(source, at, is_quoted=is_quoted)
        self._depth -= 1
        return made

    def _expansion(self, source: str, at: int, *, is_quoted: bool) -> tuple[str, int]:
        follows = source[at + 1 : at + 2]
        if source[at] == "`" or follows == "(":
            return self._command(source, at, is_quoted=is_quoted)
        if follows == "{":
            end = close(source, at + 1)
            text = parameters.braced(self, source[at + 2 : end].removesuffix("}"))
            return (text if is_quoted else self._split(text)), end
        if follows == "'" and not is_quoted:
            end = close(source, at + 1)
            return unescape(source[at + 2 : end].removesuffix("'")), end
        if follows == '"':
            return "", at + 1
        match = _NAME.match(source, at + 1)
        if match is None:
            return "$", at + 1
        text = self.look_up(match[0])
        return (text if is_quoted else self._split(text)), match.end()

    def _command(self, source: str, at: int, *, is_quoted: bool) -> tuple[str, int]:
        if source[at] == "`":
            end = close(source, at)
            script = re.sub(r"\\([`$\\])", r"\1", source[at + 1 : end].removesuffix("`"))
        else:
            end = close(source, at + 1)
            script = source[at + 2 : end].removesuffix(")")
            if script.startswith("("):
                # Arithmetic; a substitution in it still runs.
                if "$(" in script or "`" in script:
                    self._quoted(script)
                return parameters.arithmetic(self, script.strip("()")), end
        printed = self._substitute(script)
        if printed is None:
            return _UNKNOWN, end
        printed = printed.rstrip("\n")
        return (printed if is_quoted else self._split(printed)), end

    def _substitute(self, script: str) -> str | None:
        self.budget.substitutions -= 1
        if self.budget.substitutions < 0:
            self.budget.is_too_deep = True
            return None
        kept = self.fed
        self.fed = []
        commands, printed = self.run(script)
        self.fed = kept + commands
        return printed

    def keep(self, name: str, text: str) -> None:
        """Assign on the way: `${x:=value}`."""
        self.variables[name] = Value(text)

    def look_up(self, name: str) -> str:
        """Return the value of a variable, or `$NAME`."""
        value = self.variables.get(name)
        if value is not None:
            self.fed.extend(value.fed)
            return value.text
        if name in "@*":
            return " ".join(self.positional)
        if name.isdigit() and name != "0":
            index = int(name) - 1
            return self.positional[index] if index < len(self.positional) else ""
        return parameters.PLAIN_DEFAULTS.get(name, "$" + name)

    def _split(self, text: str) -> str:
        """Mark the word breaks of an unquoted expansion."""
        if text.isspace():
            return _SPLIT
        separators = self.variables.get("IFS")
        if separators is not None and separators.text:
            for char in separators.text[:8]:
                text = text.replace(char, _SPLIT)
            return text
        return re.sub(r"[ \t\n]+", _SPLIT, text) if any(blank in text for blank in " \t\n") else text
