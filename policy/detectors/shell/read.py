"""Reading a command line: from agent-supplied text to the commands it would run.

Owns the walk: parse, then for each simple command in its order resolve words, note what later commands may use
(variables, aliases, functions, files written on the line) and hand it on to `unwrap`, which comes back here with the
scripts inside it. One session with one budget serves all levels.

Does not catch: values that come from outside the line (files, the environment, the network), loops that change a
variable, arithmetic beyond one operator, shells' rarer expansions (`${x@P}`, extended globs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell import lexer, syntax, windows
from policy.detectors.shell.effects import leave
from policy.detectors.shell.expand import Expander
from policy.detectors.shell.limits import (
    DEEPEST,
    DENSEST_TREE,
    LONGEST_TEXT,
    LONGEST_TREE,
    LONGEST_VALUE,
    MOST_WORDS,
)
from policy.detectors.shell.names import named
from policy.detectors.shell.plain import plain
from policy.detectors.shell.programs import base_name
from policy.detectors.shell.reading import Command, Reading
from policy.detectors.shell.session import Session
from policy.detectors.shell.state import assign, redirections
from policy.detectors.shell.unwrap import Unwrapper

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Raw, Script

type _Outputs = dict[int, tuple[list[Command], str | None]]
"""What each command of a script became, and what it prints, by the identity of its `Raw`."""

_META: Final = re.compile(r"[^\w\s./:=,@%+-]")


def read(command: str) -> Reading:
    """Read one agent-supplied command line; never fails."""
    return _Reader(command).whole()


class _Reader:
    """One reading."""

    def __init__(self, original: str) -> None:
        self._original = original
        self._session = Session(len(original), span=(0, len(original)))
        self._shell = Expander(self._session.budget, self._substitution, self._session.files)
        self._unwrapper = Unwrapper(self._session, self._shell, self._nested)

    def whole(self) -> Reading:
        """Read the text as a shell's and, where it looks like one, as Windows'."""
        text = plain(self._original)
        self._script(text)
        if windows.is_likely(text):
            self._unwrapper.windows(text)
        session = self._session
        reading = Reading(self._original, tuple(session.commands), views=tuple(session.views))
        reading.is_windows = session.is_windows
        reading.is_cut = session.budget.is_cut
        reading.is_too_deep = session.budget.is_too_deep or len(text) > LONGEST_TEXT
        named(reading)
        return reading

    def _substitution(self, script: str) -> tuple[list[Command], str | None]:
        if script.lstrip().startswith("<") and (name := script.lstrip()[1:].strip()):
            # `$(<file)` reads a file.
            script = "cat " + name
        return self._nested(script)

    def _nested(self, text: str) -> tuple[list[Command], str | None]:
        """Read a script inside the command that is being read."""
        session, shell = self._session, self._shell
        if session.depth >= DEEPEST:
            session.budget.is_too_deep = True
            return [], None
        session.depth += 1
        kept, shell.fed = shell.fed, []
        try:
            return self._script(text)
        finally:
            session.depth -= 1
            shell.fed = kept

    def _script(self, text: str) -> tuple[list[Command], str | None]:
        session = self._session
        script = self._parse(text[:LONGEST_TEXT])
        session.functions.update(script.functions)
        outputs: _Outputs = {}
        piped: set[int] = set()
        everything: list[Command] = []
        for raw in script.commands:
            if session.budget.commands <= 0:
                session.budget.is_too_deep = True
                break
            session.budget.commands -= 1
            if not session.depth:
                session.span = (raw.start, raw.end) if raw.end > raw.start else (0, session.length)
            piped.update(map(id, raw.upstream))
            made = outputs[id(raw)] = self._simple(raw, outputs)
            everything += made[0]
        lasts = [
            outputs[id(raw)][1] for raw in script.commands if id(raw) in outputs and id(raw) not in piped
        ]
        known = [printed for printed in lasts if printed is not None]
        return everything, "".join(known)[:LONGEST_VALUE] if known and len(known) == len(lasts) else None

    def _parse(self, text: str) -> Script:
        budget = self._session.budget
        if len(text) > budget.characters:
            text, budget.is_too_deep = text[: max(budget.characters, 0)], True
        budget.characters -= len(text)
        script = None
        if len(text) <= LONGEST_TREE:
            density = len(_META.findall(text))
            if density <= DENSEST_TREE and density <= budget.metacharacters:
                budget.metacharacters -= density
                script = syntax.parse(text)
        if script is None:
            script = lexer.split(text, budget)
            budget.is_too_deep = budget.is_too_deep or not script.is_whole
        return script

    def _simple(self, raw: Raw, outputs: _Outputs) -> tuple[list[Command], str | None]:
        """Resolve one simple command and what is inside it; return its commands and what it prints."""
        session, shell = self._session, self._shell
        shell.fed = []
        if raw.words and raw.words[0] in session.aliases and raw.words[0] not in session.active:
            return self._aliased(raw)
        environment = [
            assign(shell, name, source, is_lasting=not raw.words) for name, source in raw.assignments
        ]
        argv = self._words(raw)
        redirects, stdin, sources = redirections(shell, session.files, raw)
        if not argv and not redirects and not shell.fed and not environment:
            return [], None
        piped, given = _input(raw, outputs, stdin, sources)
        command = Command(
            argv, base_name(argv[0]) if argv else "", *session.span, prefixes=session.prefixes, redirects=redirects,
            stdin=given, piped=piped, fed=tuple(shell.fed), environment=tuple(environment),
            functions=raw.functions, is_background=raw.is_background, is_remote=session.is_remote,
        )  # fmt: skip
        made = self._unwrapper.run(command)
        leave(shell, command)
        return made

    def _words(self, raw: Raw) -> tuple[str, ...]:
        argv: list[str] = []
        for word in raw.words:
            argv += self._shell.words(word)
        budget = self._session.budget
        budget.words -= len(argv)
        if len(argv) > MOST_WORDS or budget.words < 0:
            del argv[MOST_WORDS:]
            budget.is_too_deep = True
        return tuple(argv)

    def _aliased(self, raw: Raw) -> tuple[list[Command], str | None]:
        session, name = self._session, raw.words[0]
        kept, session.active = session.active, (*session.active, name)
        try:
            return self._nested(" ".join([session.aliases[name], *raw.words[1:]]))
        finally:
            session.active = kept


def _input(
    raw: Raw, outputs: _Outputs, stdin: str | None, sources: list[Command]
) -> tuple[tuple[Command, ...], str | None]:
    """Return the commands whose output a command reads, and what is known of its input.

    A part that is known is judged, even if what stands around it is not.
    """
    piped = list(sources)
    parts = [] if stdin is None else [stdin]
    for before in raw.upstream:
        commands, printed = outputs.get(id(before), ([], None))
        piped += commands
        if printed is not None:
            parts.append(printed)
    return tuple(piped), "".join(parts)[:LONGEST_VALUE] if parts else None
