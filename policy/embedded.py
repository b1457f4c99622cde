r"""Commands and files in the code that a tool is to run: `os.system("…")`, `execSync('…')`, `open("/etc/shadow")`.

Owns which calls of a program run a command or open a file, in the languages that code tools run; what they are given
as literals is judged like an argument. Whatever the module is called (`import subprocess as s`), the function's name
tells. Agent-supplied; linear.
Does not catch: what a program puts together at run time, decodes, or calls under another name (`f = os.system`).
Sources: Python's `os`, `subprocess`, `shutil`; Node's `child_process`, `fs`; Ruby's `Kernel`; PHP's program execution.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FOUND: Final = 64
MAX_WORDS: Final = 64
"""Of one vector."""
_CALL: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?P<run>system|popen|[pP]open[234]?|run|call|check_output|check_call|getoutput|getstatusoutput"
    r"|exec|execSync|execFile|execFileSync|spawn|spawnSync|spawnlp?|execvp?e?|execlp?|shell_exec|passthru|proc_open"
    r"|create_subprocess_shell|create_subprocess_exec)\s{0,8}\(\s{0,40}"
    r"|(?<![A-Za-z0-9_])(?P<remove>rmtree|rm_rf|rmSync|rimraf)\s{0,8}\(\s{0,40}"
    r"|(?<![A-Za-z0-9_])(?P<open>open|read_text|readFile|readFileSync|writeFile|writeFileSync|file_get_contents|fopen"
    r"|Path)\s{0,8}\(\s{0,40}"
)
_LITERAL: Final = re.compile(
    r"""[rbfuRBFU]{0,2}(?:"((?:[^"\\\n]|\\.)*+)"|'((?:[^'\\\n]|\\.)*+)'|`([^`]*+)`)"""
)
_NEXT: Final = re.compile(r"\s{0,40},?\s{0,40}\[?\s{0,40}")
_ESCAPED: Final = re.compile(r"""\\(["'\\`])""")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What one call in a program does."""

    text: str
    """A command line or a path."""
    is_path: bool


def embedded(code: str) -> Iterator[Embedded]:
    """Yield the commands and paths that literals in a program name, in order.

    Args:
        code: in any language.
    """
    for count, match in enumerate(_CALL.finditer(code)):
        if count >= MAX_FOUND:
            return
        words = list(_literals(code, match.end()))
        if not words:
            continue
        if match["open"]:
            yield Embedded(words[0], is_path=True)
        elif match["remove"]:
            yield Embedded(shlex.join(("rm", "-rf", words[0])), is_path=False)
        else:
            yield Embedded(words[0] if len(words) == 1 else shlex.join(words), is_path=False)


def _literals(code: str, at: int) -> Iterator[str]:
    """The literals at a place, in a list or one after another."""
    if code[at : at + 1] in {"[", "("}:
        at = _NEXT.match(code, at + 1).end()  # type: ignore[union-attr]  # matches the empty string too
    for _ in range(MAX_WORDS):
        literal = _LITERAL.match(code, at)
        if literal is None:
            return
        yield _ESCAPED.sub(r"\1", literal[1] or literal[2] or literal[3] or "")
        between = _NEXT.match(code, literal.end())
        at = between.end() if between else literal.end()
