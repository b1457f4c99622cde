"""The linear front end: splits what the grammar rejects, or would take too long over, into simple commands.

A fragment (`; cat x`), an unclosed quote, a text with ten thousand operators: a shell may still run some of it, so it
is never passed unread. Structure is flat here: keywords and brackets only separate commands. Words are source text, as
in `syntax`. Invariant: each character is looked at a bounded number of times; an unclosed quote or bracket ends with
the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.brackets import after, close
from policy.detectors.shell.reading import Raw, RawRedirect, Script

if TYPE_CHECKING:
    from policy.detectors.shell.limits import Budget

_PLAIN: Final = re.compile(r"[^\s'\"\\$`|&;()<>{}]+")
_BLANK: Final = re.compile(r"(?:[ \t\r]|\\\n)+")
_REDIRECT: Final = re.compile(r"\d{0,2}(?:<<<|<<-?|<>|<&|>>|>&|>\||&>>|&>|<|>)")
_EMPTY: Final = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*+")
"""Lines that hold nothing but a comment; possessive, so nothing is read twice."""
_OPERATOR: Final = re.compile(r"\|\||\|&|&&|;;|[|&;()\n]")
_HEREDOC_WORD: Final = re.compile(r"[ \t]*(['\"\\]?)([^\s'\"|&;()<>]{1,80})['\"]?")
_FUNCTION: Final = re.compile(r"(?:function[ \t]+)?([^\s'\"$`|&;()<>{}]{1,64})[ \t]*\(\)\s*\{")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_]\w{0,63}(?:\[\w{0,16}\])?\+?)=")
_KEYWORDS: Final = frozenset(
    {
        "if",
        "then",
        "else",
        "elif",
        "do",
        "while",
        "until",
        "!",
        "{",
        "}",
        "fi",
        "done",
        "esac",
        "time",
        "coproc",
    }
)
_MOST_FUNCTIONS: Final = 16


def split(text: str, budget: Budget) -> Script:
    """Split one agent-supplied text into commands, as far as the budget's steps go; never fails."""
    return _Lexer(text, budget).run()


class _Lexer:
    """One pass over one text."""

    def __init__(self, text: str, budget: Budget) -> None:
        self._text = text
        self._budget = budget
        self._at = 0
        self._raw = Raw(0, 0)
        self._word_start = -1
        self._target: RawRedirect | None = None
        self._heredocs: list[tuple[Raw, str, bool]] = []
        self._pipe: Raw | None = None
        self._defined = 0
        self.script = Script()

    def run(self) -> Script:
        """Read the text to its end, or until the steps are spent."""
        text = self._text
        most = steps = max(self._budget.steps, 0)
        while self._at < len(text) and steps:
            steps -= 1
            if (match := _PLAIN.match(text, self._at)) is not None:
                self._extend(match.end())
            elif (match := _BLANK.match(text, self._at)) is not None:
                self._end_word()
                self._at = match.end()
            else:
                self._special(text[self._at])
        self._budget.steps -= most - steps
        self._end_command(None)
        self.script.is_whole = self._at >= len(text)
        return self.script

    def _extend(self, end: int) -> None:
        if self._word_start < 0:
            self._word_start = self._at
        self._at = end

    def _special(self, char: str) -> None:
        text, at = self._text, self._at
        if char == "#" and self._word_start < 0:
            self._at = after(text, "\n", at) - 1
        elif char in "'\"`":
            self._extend(close(text, at))
        elif char == "\\":
            self._extend(min(at + 2, len(text)))
        elif char == "$":
            follows = text[at + 1 : at + 2]
            self._extend(close(text, at + 1) if follows and follows in "({'\"" else at + 1)
        elif char in "{}":
            self._brace(char)
        elif char in "<>" and text[at + 1 : at + 2] == "(":
            self._extend(close(text, at + 1))
        elif char in "<>" or text.startswith("&>", at):
            self._redirect()
        else:
            self._operator(char)

    def _brace(self, char: str) -> None:
        """A brace in a word belongs to it; one that stands alone is a keyword."""
        if char == "{" and (self._word_start >= 0 or self._text[self._at + 1 : self._at + 2].strip()):
            self._extend(close(self._text, self._at))
        else:
            self._extend(self._at + 1)

    def _operator(self, char: str) -> None:
        text = self._text
        match = _OPERATOR.match(text, self._at)
        if match is None:
            self._extend(self._at + 1)
            return
        word = self._text[self._word_start : self._at] if self._word_start >= 0 else ""
        if char == "(" and word.endswith("=") and _ASSIGNMENT.fullmatch(word):
            self._extend(close(self._text, self._at))
            return
        if char == "(" and word and self._define(word):
            return
        self._end_word()
        before = self._raw
        self._at = match.end()
        self._end_command(before if match[0] in {"|", "|&"} else None, is_background=match[0] == "&")
        if match[0] == "\n":
            if self._heredocs:
                self._read_heredocs()
            if empty := _EMPTY.match(text, self._at):
                self._at = empty.end()

    def _define(self, word: str) -> bool:
        """Note a function; its body is read on as commands."""
        match = _FUNCTION.match(self._text, self._word_start)
        if match is None or match[1] != word or self._defined >= _MOST_FUNCTIONS:
            return False
        self._defined += 1
        brace = match.end() - 1
        self.script.functions[word] = self._text[brace : close(self._text, brace)]
        self._word_start, self._at = -1, match.end()
        self._raw = Raw(self._at, self._at, functions=(*self._raw.functions, word))
        return True

    def _redirect(self) -> None:
        text, at = self._text, self._at
        if self._word_start >= 0 and text[self._word_start : at].isdigit():
            self._word_start = -1
        self._end_word()
        match = _REDIRECT.match(text, at)
        if match is None:
            self._extend(at + 1)
            return
        operator = match[0].lstrip("0123456789")
        self._at = match.end()
        if operator in {"<<", "<<-"} and (word := _HEREDOC_WORD.match(text, self._at)):
            self._heredocs.append((self._raw, word[2], bool(word[1])))
            self._at = word.end()
            return
        self._target = RawRedirect(operator, "")
        self._raw.redirects.append(self._target)

    def _read_heredocs(self) -> None:
        for raw, delimiter, is_literal in self._heredocs:
            match = re.compile(rf"^\t*{re.escape(delimiter)}$", re.MULTILINE).search(self._text, self._at)
            end = match.start() if match else len(self._text)
            raw.redirects.append(RawRedirect("<<", self._text[self._at : end], is_literal))
            self._at = min(match.end() + 1, len(self._text)) if match else len(self._text)
        self._heredocs.clear()

    def _end_word(self) -> None:
        if self._word_start < 0:
            return
        word = self._text[self._word_start : self._at]
        if self._target is not None:
            self._target.target = word
            self._target = None
        elif not self._raw.words and word in _KEYWORDS:
            self._keyword(word)
        elif not self._raw.words and (match := _ASSIGNMENT.match(word)):
            self._raw.assignments.append((match[1], word[match.end() :]))
        else:
            if not self._raw.words and not self._raw.assignments:
                self._raw.start = self._word_start
            self._raw.words.append(word)
        self._raw.end = self._at
        self._word_start = -1

    def _keyword(self, word: str) -> None:
        if word == "}" and self._raw.functions:
            self._raw.functions = self._raw.functions[:-1]

    def _end_command(self, pipe: Raw | None, *, is_background: bool = False) -> None:
        self._end_word()
        self._target = None
        raw = self._raw
        raw.is_background = is_background
        if raw.words[2:] and raw.words[0] in {"for", "select"} and raw.words[2] == "in":
            # The variable of a loop stands for all of its values at once.
            raw.assignments.append((raw.words[1], f"({' '.join(raw.words[3:])})"))
            raw.words.clear()
        is_empty = not (raw.words or raw.redirects or raw.assignments)
        if self._pipe is not None:
            raw.upstream.append(self._pipe)
        if not is_empty:
            self.script.commands.append(raw)
            self._pipe = None
        if pipe is not None:
            # `) | sh`: what is piped is the last command that stood before.
            self._pipe = raw if not is_empty else (self.script.commands[-1] if self.script.commands else None)
        self._raw = Raw(self._at, self._at, functions=raw.functions)
