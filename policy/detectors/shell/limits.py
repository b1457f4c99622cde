"""Limits of reading: one budget for a whole command line, whatever it nests.

tree-sitter-bash recovers from errors in quadratic time (8 KB of `a|` take a second), so only texts that are short and
hold few metacharacters go to it; the rest goes to the linear lexer. Everything here is a count, never a clock, so the
same text always gets the same reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_TEXT: Final = 131_072
"""Characters of one text that are read; Linux runs no longer argument (MAX_ARG_STRLEN). Longer is refused."""
LONGEST_TREE: Final = 4_096
"""Characters of a text that goes to tree-sitter."""
DENSEST_TREE: Final = 240
"""Metacharacters of a text that goes to tree-sitter."""
DEEPEST: Final = 9
"""Levels of nesting: `bash -c "bash -c ..."`, substitutions, decoded texts."""
LONGEST_WORD: Final = 131_072
"""Characters of one resolved word."""
MOST_WORDS: Final = 2_048
"""Resolved words of one command that are judged."""
LONGEST_VALUE: Final = 131_072
"""Characters of a variable, a folded output or a decoded text."""
LONGEST_WINDOWS: Final = 49_152
"""Characters of a text that is read as PowerShell or cmd."""


@dataclass(slots=True)
class Budget:
    """What is left to spend. What stays unread because it is spent is never passed: padding is an attack."""

    characters: int = 500_000
    """To be parsed, over all nested texts."""
    windows: int = 65_536
    """Characters to be read as PowerShell or cmd."""
    metacharacters: int = 1_200
    """To be given to tree-sitter."""
    steps: int = 8_000
    """Tokens of the lexer, and quotes and expansions in words."""
    commands: int = 300
    words: int = 6_000
    expanded: int = 400_000
    """Characters that expansions may make; `a=$a$a` doubles them each time."""
    viewed: int = 300_000
    """Characters of decoded texts that are scanned."""
    substitutions: int = 300
    is_cut: bool = False
    """True if a value was cut: what is left is judged by its tokens as well."""
    is_too_deep: bool = False
    """True if commands stayed unread."""
