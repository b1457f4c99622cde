"""What is inside a command: wrappers are taken off, scripts within scripts are read on.

`sudo env X=1 timeout 9 rm` is four layers; `bash -c`, `eval`, `ssh`, an alias and a function are texts of their own.
Invariant: at most `_MOST_LAYERS` layers a command; texts count against the budget of the session.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from policy.detectors.shell import windows
from policy.detectors.shell.fold import output
from policy.detectors.shell.globs import program_of
from policy.detectors.shell.programs import base_name
from policy.detectors.shell.reading import Command
from policy.detectors.shell.scripts import script_of, scripts_in
from policy.detectors.shell.value import Value
from policy.detectors.shell.wrappers import peel
from policy.detectors.shell.xargs import fed_by_xargs

if TYPE_CHECKING:
    from policy.detectors.shell.expand import Expander, Run
    from policy.detectors.shell.session import Session
    from policy.detectors.shell.wrappers import Peeled

_MOST_LAYERS: Final = 12
_KEPT_OUTSIDE: Final = frozenset(
    {"command", "builtin", "time", "nohup", "nice", "timeout", "setsid", "stdbuf"}
)
"""Wrappers that mean nothing of their own: only what is inside counts."""


class Unwrapper:
    """Emits commands of one session."""

    def __init__(self, session: Session, shell: Expander, nested: Run) -> None:
        self._session = session
        self._shell = shell
        self._nested = nested

    def run(self, command: Command) -> tuple[list[Command], str | None]:
        """Emit a command and what is inside it; return all of that and what it prints."""
        made, is_whole = self._layers(command)
        self._session.commands += made
        called: str | None = None
        for current in tuple(made):
            if current.argv and current.argv[0] in self._session.functions:
                inner, called = self._call(current.argv)
                made += inner
            else:
                made += self._scripts(current)
        if not is_whole:
            self._session.budget.is_too_deep = True
        last = made[0] if made else command
        printed = output(last.argv, last.stdin) if last.argv and called is None else called
        if printed is not None:
            self._session.files.write(last, printed)
        return made, printed

    def _layers(self, command: Command) -> tuple[list[Command], bool]:
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
                current = replace(current, name=program)
            current = self._session.files.mark(current)
            peeled = peel(current.argv, current.name)
            if peeled is None or current.name not in _KEPT_OUTSIDE or not (peeled.argvs or peeled.scripts):
                made.append(current)
            if peeled is not None:
                layers += [_inside(current, argv, peeled) for argv in peeled.argvs if argv]
        return made, not layers

    def _scripts(self, command: Command) -> list[Command]:
        """Read on in what a command takes as a script."""
        name, argv = command.name, command.argv
        if not argv:
            return self._within(command, tuple(scripts_in(command)), is_remote=False)
        if name == "alias":
            return self._alias(argv[1:])
        peeled = peel(argv, name)
        if peeled is not None and peeled.is_windows:
            for script in peeled.scripts:
                self.windows(script)
            return []
        if peeled is not None and peeled.scripts:
            return self._within(
                command, peeled.scripts, is_remote=peeled.is_remote, arguments=peeled.positional
            )
        texts = (script_of(self._session, command), *scripts_in(command))
        found = tuple(text for text in texts if text)
        return self._within(command, found, is_remote=False) if found else []

    def _within(
        self, command: Command, scripts: tuple[str, ...], *, is_remote: bool, arguments: tuple[str, ...] = ()
    ) -> list[Command]:
        session = self._session
        kept = session.prefixes, session.is_remote
        positional, zero = self._shell.positional, self._shell.variables.get("0")
        session.prefixes = (*command.prefixes, command.name)
        session.is_remote = session.is_remote or is_remote
        if arguments:
            self._shell.positional, self._shell.variables["0"] = arguments[1:], Value(arguments[0])
        made: list[Command] = []
        for script in scripts:
            if script and script != "$()":
                if windows.is_likely(script):
                    self.windows(script)
                made += self._nested(script)[0]
        session.prefixes, session.is_remote = kept
        self._shell.positional = positional
        if zero is None:
            self._shell.variables.pop("0", None)
        else:
            self._shell.variables["0"] = zero
        return made

    def _alias(self, words: tuple[str, ...]) -> list[Command]:
        made: list[Command] = []
        for word in words[:64]:
            name, separator, value = word.partition("=")
            if separator:
                made += self._nested(value)[0]
                self._session.aliases[name] = value
        return made

    def _call(self, argv: tuple[str, ...]) -> tuple[list[Command], str | None]:
        """Run the body of a function of this line with the arguments of the call."""
        session, shell = self._session, self._shell
        if argv[0] in session.active:
            return [], None
        kept, session.active = session.active, (*session.active, argv[0])
        positional, shell.positional = shell.positional, argv[1:]
        try:
            return self._nested(session.functions[argv[0]])
        finally:
            session.active, shell.positional = kept, positional

    def windows(self, text: str) -> None:
        """Read a text as PowerShell's or cmd's."""
        session = self._session
        session.is_windows = True
        found = windows.read(text, session.budget)
        for view, how in found.views:
            session.view(view, how)
        prefixes = (*session.prefixes, "windows")
        session.commands += [
            Command(argv, base_name(argv[0]), *session.span, prefixes=prefixes, piped=piped)
            for argv, piped in found.commands
        ]


def _inside(outer: Command, argv: tuple[str, ...], peeled: Peeled) -> Command:
    if outer.name == "xargs" and outer.stdin is not None:
        argv = fed_by_xargs(outer, argv)
    return replace(
        outer, argv=argv, name=base_name(argv[0]), prefixes=(*outer.prefixes, outer.name),
        environment=outer.environment + peeled.environment, is_remote=outer.is_remote or peeled.is_remote,
    )  # fmt: skip
