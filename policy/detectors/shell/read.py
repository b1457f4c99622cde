"""Reading a command line: from agent-supplied text to the commands it would run.

Owns the walk: parse, then for each simple command in its order resolve words, note what later commands may use
(variables, aliases, functions, files written on the line), take off wrappers, and read on in what is itself a script
(`bash -c`, `eval`, `ssh`, here-documents to shells, decoded pipes). One budget serves all levels.

Does not catch: values that come from outside the line (files, the environment, the network), loops that change a
variable, arithmetic beyond one operator, shells' rarer expansions (`${x@P}`, extended globs).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell import lexer, syntax, windows
from policy.detectors.shell.expand import Expander
from policy.detectors.shell.files import Files
from policy.detectors.shell.fold import output
from policy.detectors.shell.globs import program_of
from policy.detectors.shell.limits import (
    DEEPEST,
    DENSEST_TREE,
    LONGEST_TEXT,
    LONGEST_TREE,
    LONGEST_VALUE,
    MOST_WORDS,
    Budget,
)
from policy.detectors.shell.names import named
from policy.detectors.shell.programs import SHELLS, base_name
from policy.detectors.shell.reading import Command, Reading
from policy.detectors.shell.state import assign, redirections
from policy.detectors.shell.wrappers import peel

if TYPE_CHECKING:
    from policy.detectors.shell.reading import Raw, Script
    from policy.detectors.shell.wrappers import Peeled

_SCHEDULE: Final = re.compile(
    r"^[ \t]*(?:@\w{4,8}|(?:[\d*/,LW?#A-Za-z-]{1,24}[ \t]{1,8}){5})[ \t]*(?=\S)", re.MULTILINE
)
"""When a line of a crontab is run."""
_META: Final = re.compile(r"[^\w\s./:=,@%+-]")
_CONTROLS: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127), " ")
_BLANKS: Final = {
    0x00A0: " ",
    0x3000: " ",
    0x200B: "",
    0x200C: "",
    0x200D: "",
    0xFEFF: "",
    0x00AD: "",
    0x2060: "",
}
_MOST_LAYERS: Final = 12
_KEPT_OUTSIDE: Final = frozenset(
    {"command", "builtin", "time", "nohup", "nice", "timeout", "setsid", "stdbuf"}
)
"""Wrappers that mean nothing of their own: only what is inside counts."""
_READS_STDIN: Final = frozenset({"at", "batch", "parallel"})


_CLEANED: Final = {**_CONTROLS, **_BLANKS}
_HAS_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read(command: str) -> Reading:
    """Read one agent-supplied command line; never fails."""
    text = command.translate(_CLEANED) if not command.isascii() or _HAS_CONTROL.search(command) else command
    return _Reader(command).whole(text)


class _Reader:
    """One reading."""

    def __init__(self, original: str) -> None:
        self._budget = Budget()
        self._shell = Expander(self._budget, self._substitution)
        self._aliases: dict[str, str] = {}
        self._functions: dict[str, str] = {}
        self._active: tuple[str, ...] = ()
        self._files = Files()
        self._commands: list[Command] = []
        self._views: list[tuple[str, str]] = []
        self._depth = 0
        self._span = (0, len(original))
        self._is_remote = False
        self._prefixes: tuple[str, ...] = ()
        self._original = original
        self._is_windows = False

    def whole(self, text: str) -> Reading:
        """Read the text as a shell's and, where it looks like one, as Windows'."""
        self._script(text)
        if windows.is_likely(text):
            self._windows(text)
        reading = Reading(self._original, tuple(self._commands), views=tuple(self._views))
        reading.is_windows = self._is_windows
        reading.is_cut = self._budget.is_cut or len(text) > LONGEST_TEXT
        reading.is_too_deep = self._budget.is_too_deep
        named(reading)
        return reading

    def _substitution(self, script: str) -> tuple[list[Command], str | None]:
        if script.lstrip().startswith("<") and (name := script.lstrip()[1:].strip()):
            # `$(<file)` reads a file.
            script = "cat " + name
        return self._nested(script)

    def _nested(self, text: str) -> tuple[list[Command], str | None]:
        """Read a script inside the command that is being read."""
        if self._depth >= DEEPEST:
            self._budget.is_too_deep = True
            return [], None
        self._depth += 1
        kept = self._shell.fed
        self._shell.fed = []
        try:
            return self._script(text)
        finally:
            self._depth -= 1
            self._shell.fed = kept

    def _script(self, text: str) -> tuple[list[Command], str | None]:
        script = self._parse(text[:LONGEST_TEXT])
        self._functions.update(script.functions)
        outputs: dict[int, tuple[list[Command], str | None]] = {}
        piped: set[int] = set()
        everything: list[Command] = []
        for raw in script.commands:
            if self._budget.commands <= 0:
                self._budget.is_too_deep = True
                break
            self._budget.commands -= 1
            if not self._depth:
                self._span = (raw.start, raw.end) if raw.end > raw.start else (0, len(self._original))
            piped.update(map(id, raw.upstream))
            made = self._simple(raw, outputs)
            outputs[id(raw)] = made
            everything += made[0]
        lasts = [
            outputs[id(raw)][1] for raw in script.commands if id(raw) in outputs and id(raw) not in piped
        ]
        known = [printed for printed in lasts if printed is not None]
        return everything, "".join(known)[:LONGEST_VALUE] if known and len(known) == len(lasts) else None

    def _parse(self, text: str) -> Script:
        budget = self._budget
        if len(text) > budget.characters:
            text, budget.is_cut = text[: max(budget.characters, 0)], True
        budget.characters -= len(text)
        script = None
        if len(text) <= LONGEST_TREE:
            density = len(_META.findall(text))
            if density <= DENSEST_TREE and density <= budget.metacharacters:
                budget.metacharacters -= density
                script = syntax.parse(text)
        if script is None:
            script = lexer.split(text)
            budget.is_cut = budget.is_cut or not script.is_whole
        return script

    def _simple(
        self, raw: Raw, outputs: dict[int, tuple[list[Command], str | None]]
    ) -> tuple[list[Command], str | None]:
        """Resolve one simple command and what is inside it; return its commands and what it prints."""
        shell = self._shell
        shell.fed = []
        if raw.words and raw.words[0] in self._aliases and raw.words[0] not in self._active:
            return self._aliased(raw)
        environment = [
            assign(shell, name, source, is_lasting=not raw.words) for name, source in raw.assignments
        ]
        argv: list[str] = []
        for word in raw.words:
            argv += shell.words(word)
        if len(argv) > MOST_WORDS:
            del argv[MOST_WORDS:]
            self._budget.is_cut = True
        redirects, stdin, sources = redirections(shell, self._files, raw)
        piped = list(sources)
        known: list[str | None] = [] if stdin is None else [stdin]
        for before in raw.upstream:
            commands, printed = outputs.get(id(before), ([], None))
            piped += commands
            known.append(printed)
        # A part that is known is judged, even if what stands around it is not.
        parts = [part for part in known if part is not None]
        given = "".join(parts)[:LONGEST_VALUE] if parts else None
        if not argv and not redirects and not shell.fed and not environment:
            return [], None
        command = Command(
            tuple(argv), base_name(argv[0]) if argv else "", *self._span, prefixes=self._prefixes, redirects=redirects,
            stdin=given, piped=tuple(piped), fed=tuple(shell.fed), environment=tuple(environment),
            functions=raw.functions, is_background=raw.is_background, is_remote=self._is_remote,
        )  # fmt: skip
        return self._run(command)

    def _aliased(self, raw: Raw) -> tuple[list[Command], str | None]:
        name = raw.words[0]
        kept, self._active = self._active, (*self._active, name)
        try:
            return self._nested(" ".join([self._aliases[name], *raw.words[1:]]))
        finally:
            self._active = kept

    def _run(self, command: Command) -> tuple[list[Command], str | None]:
        """Emit a command, or what is inside it."""
        made: list[Command] = []
        layers = [command]
        steps = 0
        while layers and steps < _MOST_LAYERS:
            steps += 1
            current = layers.pop(0)
            if not current.argv:
                made.append(current)
                continue
            program = program_of(current.argv[0])
            if program != current.name:
                current = _changed(current, name=program)
            current = self._files.mark(current)
            peeled = peel(current.argv, current.name)
            if peeled is None or current.name not in _KEPT_OUTSIDE or not (peeled.argvs or peeled.scripts):
                made.append(current)
            if peeled is not None:
                layers += [self._inside(current, argv, peeled) for argv in peeled.argvs if argv]
        self._commands += made
        for current in tuple(made):
            made += self._scripts(current)
        if layers:
            self._budget.is_too_deep = True
        last = made[0] if made else command
        printed = output(last.argv, last.stdin) if last.argv else None
        if printed is not None:
            self._files.write(last, printed)
        return made, printed

    def _inside(self, outer: Command, argv: tuple[str, ...], peeled: Peeled) -> Command:
        if outer.name == "xargs" and outer.stdin is not None:
            argv = (*argv, *outer.stdin.split()[:MOST_WORDS])
        return _changed(
            outer, argv=argv, name=base_name(argv[0]), prefixes=(*outer.prefixes, outer.name),
            environment=outer.environment + peeled.environment, is_remote=outer.is_remote or peeled.is_remote,
        )  # fmt: skip

    def _scripts(self, command: Command) -> list[Command]:
        """Read on in what a command takes as a script."""
        name, argv = command.name, command.argv
        if not argv:
            return []
        if name == "alias":
            return self._alias(argv[1:])
        if argv[0] in self._functions and argv[0] not in self._active:
            return self._call(argv)
        peeled = peel(argv, name)
        scripts = peeled.scripts if peeled is not None else ()
        if peeled is not None and peeled.is_windows:
            for script in scripts:
                self._windows(script)
            return []
        made: list[Command] = []
        if scripts:
            kept, self._is_remote = (
                self._is_remote,
                self._is_remote or (peeled is not None and peeled.is_remote),
            )
            made = self._within(command, scripts)
            self._is_remote = kept
        elif name in SHELLS or name in _READS_STDIN or name in {"source", ".", "crontab"}:
            text = self._shell_input(command)
            made = self._within(command, (text,)) if text else []
        return made

    def _within(self, command: Command, scripts: tuple[str, ...]) -> list[Command]:
        kept, self._prefixes = self._prefixes, (*command.prefixes, command.name)
        made: list[Command] = []
        for script in scripts:
            if script and script != "$()":
                if windows.is_likely(script):
                    self._windows(script)
                made += self._nested(script)[0]
        self._prefixes = kept
        return made

    def _shell_input(self, command: Command) -> str | None:
        """Return the script that a shell reads: a file written on this line, or its input."""
        if command.name in {"at", "batch", "parallel"}:
            return command.stdin
        if command.name == "crontab":
            return _SCHEDULE.sub("", command.stdin) if command.stdin else self._scheduled(command)
        operands = [word for word in command.argv[1:] if word[:1] not in {"-", "+"} or word == "-"]
        if operands and operands[0] not in {"-", "/dev/stdin"}:
            return self._files.text_of(operands[0])
        if command.stdin is not None and any(source.name not in {"echo", "cat"} for source in command.piped):
            self._views.append((command.stdin, "pipe"))
        return command.stdin

    def _scheduled(self, command: Command) -> str | None:
        text = self._files.text_of(command.argv[-1]) if len(command.argv) > 1 else None
        return _SCHEDULE.sub("", text) if text else None

    def _alias(self, words: tuple[str, ...]) -> list[Command]:
        made: list[Command] = []
        for word in words:
            name, separator, value = word.partition("=")
            if separator:
                made += self._nested(value)[0]
                self._aliases[name] = value
        return made

    def _call(self, argv: tuple[str, ...]) -> list[Command]:
        """Run the body of a function of this line with the arguments of the call."""
        kept, self._active = self._active, (*self._active, argv[0])
        positional, self._shell.positional = self._shell.positional, argv[1:]
        try:
            return self._nested(self._functions[argv[0]])[0] if len(argv) > 1 else []
        finally:
            self._active, self._shell.positional = kept, positional

    def _windows(self, text: str) -> None:
        self._is_windows = True
        found = windows.read(text, self._budget)
        self._views += found.views
        for argv, piped in found.commands:
            self._commands.append(
                Command(
                    argv, base_name(argv[0]), *self._span, prefixes=(*self._prefixes, "windows"), piped=piped
                )
            )


def _changed(command: Command, **changes: object) -> Command:
    values = {name: getattr(command, name) for name in Command.__slots__} | changes
    return Command(**values)
