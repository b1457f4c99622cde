"""The grammar's front end: tree-sitter-bash's tree as a flat list of simple commands.

Structure comes from the tree (pipelines, functions, redirections, here-documents); words are handed on as source text
and resolved in `expand`, so that the lexer's words are resolved by the very same code. Returns None for what does not
parse cleanly: that is the lexer's.

Invariant: the work is linear in the tree; the tree is bounded by `limits`; no node outlives `grammar.parsed`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policy.detectors.shell.grammar import parsed
from policy.detectors.shell.reading import Raw, RawRedirect, Script

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

_DEEPEST_TREE: Final = 60
_SKIPPED: Final = frozenset({"comment", "heredoc_start", "heredoc_end", "heredoc_body", "variable_name"})


def parse(text: str) -> Script | None:
    """Parse one agent-supplied text, or return None where the grammar does not accept all of it."""
    return parsed(text, lambda root: _read(text, root))


def _read(text: str, root: Node) -> Script | None:
    if root.has_error:
        return None
    walk = _Walk(text)
    walk.visit(root, (), 0)
    return None if walk.is_lost else walk.script


class _Walk:
    """One walk over one tree."""

    def __init__(self, text: str) -> None:
        self.script = Script()
        self.is_lost = False
        self._text = text

    def visit(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Add the commands below a node in the order in which they stand."""
        if depth > _DEEPEST_TREE:
            self.is_lost = True
            return
        handler = _HANDLERS.get(node.type)
        if handler is not None:
            handler(self, node, functions, depth)
        elif node.type not in _SKIPPED:
            self.children(node, functions, depth)

    def children(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Visit the named children; a command before a lone `&` runs in the background."""
        for child in node.children:
            if child.is_named:
                self.visit(child, functions, depth + 1)
            elif child.type == "&" and self.script.commands:
                self.script.commands[-1].is_background = True

    def command(self, node: Node, functions: tuple[str, ...], _depth: int) -> None:
        """Read a simple command, a declaration, a test or an assignment."""
        raw = Raw(node.start_byte, node.end_byte, functions=functions)
        last = -1
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment":
                self.assign(child, raw, as_word=bool(raw.words))
            elif kind in {"file_redirect", "herestring_redirect"}:
                self.redirect(child, [raw])
            elif child.start_byte == last and raw.words:
                # The grammar sometimes cuts one word in two (`-rf$IFS/`); only blanks part words.
                raw.words[-1] += self.text(child)
            else:
                raw.words.append(self.text(child))
            last = child.end_byte
        while raw.words and raw.words[0] in {"{", "}"}:
            # The grammar takes the braces of `! { a; }` for words.
            del raw.words[0]
        self.script.commands.append(raw)

    def assignment(self, node: Node, functions: tuple[str, ...], _depth: int) -> None:
        """Read an assignment that stands alone."""
        raw = Raw(node.start_byte, node.end_byte, functions=functions)
        for child in [node] if node.type == "variable_assignment" else node.children:
            self.assign(child, raw, as_word=False)
        self.script.commands.append(raw)

    def assign(self, node: Node, raw: Raw, *, as_word: bool) -> None:
        """Note an assignment in front of a command, or the argument of `export`."""
        text = self.text(node)
        name, separator, value = text.partition("=")
        if as_word or not separator:
            raw.words.append(text)
        else:
            raw.assignments.append((name, value))

    def redirect(self, node: Node, commands: list[Raw]) -> None:
        """Attach one redirection to all commands that it holds for."""
        operator, targets = "", []
        for child in node.children:
            if child.type == "file_descriptor":
                continue
            if not child.is_named and not operator:
                operator = child.type
            else:
                targets.append(self.text(child))
        for raw in commands:
            raw.redirects.append(RawRedirect(operator, targets[0] if targets else ""))
            # The grammar counts words behind a target to the redirection; they are arguments.
            if raw.words and len(commands) == 1:
                raw.words.extend(target for target in targets[1:] if not target.isdigit())

    def redirected(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Read a statement with redirections, here-documents among them."""
        body = node.child_by_field_name("body")
        first = len(self.script.commands)
        if body is not None:
            self.visit(body, functions, depth + 1)
        else:
            self.script.commands.append(Raw(node.start_byte, node.end_byte, functions=functions))
        commands = self.script.commands[first:]
        for child in node.children:
            if child.type in {"file_redirect", "herestring_redirect"}:
                self.redirect(child, commands)
            elif child.type == "heredoc_redirect":
                self.heredoc(child, commands, functions, depth)

    def heredoc(self, node: Node, commands: list[Raw], functions: tuple[str, ...], depth: int) -> None:
        """Attach a here-document; what the grammar hangs below it goes on from there."""
        is_literal = False
        body = ""
        tail: list[Node] = []
        for child in node.children:
            if child.type == "heredoc_start":
                is_literal = any(mark in self.text(child) for mark in "'\"\\")
            elif child.type == "heredoc_body":
                body = self.text(child)
            elif child.type in {"file_redirect", "herestring_redirect"}:
                self.redirect(child, commands)
            elif child.is_named and child.type not in {"heredoc_end", "file_descriptor"}:
                tail.append(child)
        for raw in commands:
            raw.redirects.append(RawRedirect("<<", body, is_literal))
        for child in tail:
            if child.type in {"word", "string", "raw_string", "concatenation", "number", "simple_expansion"}:
                commands[-1].words.append(self.text(child))
                continue
            first = len(self.script.commands)
            self.visit(child, functions, depth + 1)
            if child.type == "pipeline" and self.script.commands[first:]:
                self.script.commands[first].upstream.extend(commands)

    def pipeline(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Read a pipeline: each stage reads from all commands of the one before."""
        before: list[Raw] = []
        for child in node.children:
            if not child.is_named or child.type == "comment":
                continue
            first = len(self.script.commands)
            self.visit(child, functions, depth + 1)
            stage = self.script.commands[first:]
            for raw in stage:
                raw.upstream.extend(before)
            before = stage

    def function(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Read a function: its body is judged where it stands and again where it is called."""
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None and body is not None:
            self.script.functions[self.text(name)] = self.text(body)
            self.visit(body, (*functions, self.text(name)), depth + 1)

    def loop(self, node: Node, functions: tuple[str, ...], depth: int) -> None:
        """Read `for`: the variable stands for all of its values at once."""
        variable, body = node.child_by_field_name("variable"), node.child_by_field_name("body")
        values = [self.text(child) for child in node.children_by_field_name("value")]
        if variable is not None and values:
            raw = Raw(node.start_byte, node.end_byte, functions=functions)
            raw.assignments.append((self.text(variable), f"({' '.join(values)})"))
            self.script.commands.append(raw)
        if body is not None:
            self.visit(body, functions, depth + 1)

    def text(self, node: Node) -> str:
        """Return the source of a node."""
        return self._text[node.start_byte : node.end_byte]


_HANDLERS: Final[dict[str, Callable[[_Walk, Node, tuple[str, ...], int], None]]] = {
    "command": _Walk.command,
    "declaration_command": _Walk.command,
    "unset_command": _Walk.command,
    "test_command": _Walk.command,
    "variable_assignment": _Walk.assignment,
    "variable_assignments": _Walk.assignment,
    "redirected_statement": _Walk.redirected,
    "pipeline": _Walk.pipeline,
    "function_definition": _Walk.function,
    "for_statement": _Walk.loop,
}
